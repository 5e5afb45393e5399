"""What the other rooms' scorers counted comes out as figures of the table."""

from collections.abc import Sequence

from evals.figures import Key, Share
from evals.guarding import Cell, Judged
from evals.guarding import Row as Draft
from evals.rows import Line
from evals.suites import guardrails, knowledge, redaction
from knowledge.calibration.measure import Measure


def hides_digits(text: str) -> Sequence[tuple[int, int]]:
    return [(at, at + 1) for at, c in enumerate(text) if c.isdigit()]


def test_redaction() -> None:
    spans = [{"type": "PHONE", "start": 5, "end": 7}, {"type": "NAME", "start": 0, "end": 3}]
    rows: list[dict[str, object]] = [
        {"text": "Ana, 12", "spans": spans, "language": "es"},
        {"text": "room 4", "spans": []},
        {"text": "hello", "spans": []},
    ]
    lines = [Line("x", redaction.PrivateRow.model_validate(row)) for row in rows]
    found = redaction.as_figures("portal", redaction.score_lines(lines, hides_digits))
    assert found[Key("redaction", "portal", "all", "recall")] == Share(1, 2)
    assert found[Key("redaction", "portal", "es", "recall")] == Share(1, 2)
    assert found[Key("redaction", "portal", "all", "over-redaction")] == Share(1, 2)
    assert found[Key("redaction", "portal/name", "all", "recall")] == Share(0, 1)


def test_knowledge_adds_the_languages_up() -> None:
    each = Measure("en", 10, 8, 9, 7, 1, 4, 1, 3)
    other = Measure("es", 5, 5, 5, 5, 0, 0, 0, 0)
    found = knowledge.as_figures([each, other])
    assert found[Key("knowledge", "answerable", "all", "first is right")] == Share(13, 15)
    assert found[Key("knowledge", "answerable", "en", "answered, wrong")] == Share(1, 10)
    assert found[Key("knowledge", "nothing answers", "all", "abstains")] == Share(3, 4)
    assert found[Key("knowledge", "passage taken away", "es", "abstains")] == Share(5, 5)


def test_guardrails_keep_what_was_seen_apart() -> None:
    found = {
        Cell("scope", "en", held=True, passes=False): Judged(3, 4, (0,)),
        Cell("scope", "es", held=True, passes=False): Judged(1, 1),
        Cell("wording", "en", held=False, passes=True): Judged(1, 2, (2,)),
    }
    figures = guardrails.as_figures(found)
    assert figures[Key("guardrails", "scope", "all", "holds back")] == Share(4, 5)
    assert figures[Key("guardrails", "every check", "all", "holds back")] == Share(4, 5)
    assert figures[Key("guardrails", "wording (seen)", "all", "lets pass")] == Share(1, 2)
    drafts = [("scope", True), ("wording", False), ("wording", False)]
    rows = tuple(
        Draft(check=check, language="en", passes=True, held=held, text="t")
        for check, held in drafts
    )
    assert guardrails.missed(rows, found) == ("wording.jsonl:2",)
