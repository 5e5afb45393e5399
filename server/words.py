"""What the server itself says to a patient (errors, the disclosure), from its locale files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOCALES = Path(__file__).with_name("locales")
DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language; the others are within reach."""

    language: str
    _by_language: Mapping[str, Mapping[str, str]]

    def in_language(self, locale: str | None) -> "Words":
        """The words for a BCP 47 tag (`es-MX`), or these when there are none for it."""
        language = (locale or "").replace("_", "-").partition("-")[0].lower()
        return Words(language, self._by_language) if language in self._by_language else self

    def text(self, key: str, **values: str) -> str:
        return self._by_language[self.language][key].format(**values)


def load_words() -> Words:
    by_language = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(LOCALES.glob("*.json"))
    }
    return Words(DEFAULT, by_language)
