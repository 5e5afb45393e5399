"""What the scripted endpoint answers when it is asked to read a message."""

from typing import Any

from tests.llm.endpoint import Says, says_json


def read(
    *wishes: tuple[str, str, str],
    level: int = 0,
    category: str = "none",
    answer: str = "none",
    words: str = "",
) -> Says:
    """`wishes`: words, intent, confidence."""
    value: dict[str, Any] = {
        "danger": {"words": words, "category": category, "level": level},
        "answer": answer,
        "wishes": [{"text": t, "intent": i, "confidence": c} for t, i, c in wishes],
    }
    return says_json(value)
