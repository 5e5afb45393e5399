"""The open development data: read while developing, so a smoke test rather than a proof."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.figures import Tally
from evals.rows import Row, Text, read_rows
from evals.subject import Subject

EVERYDAY = "everyday"
"""The category of all texts without any danger, wherever they come from."""

_SENTENCES = "presidio_synth_v2.jsonl"


class OpenRow(Row):
    """A row of any of the sets: `label` or `crisis` says what it is, if anything does."""

    text: Text
    label: str | None = None
    crisis: bool | None = None


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Rows of one file that are all of one kind. `dangerous` None: nobody says. `most`: how many
    texts are read, the first ones."""

    file: str
    name: str
    measure: str
    holds: Callable[[OpenRow], bool]
    dangerous: bool | None
    most: int | None = None


SETS = (
    OpenSet("crisis_phrases_dev", "phrases: crisis", "heard", lambda r: r.crisis is True, True),
    OpenSet(
        "crisis_phrases_dev", "phrases: none", "false alarm", lambda r: r.crisis is False, False
    ),
    OpenSet("xstest", "xstest: safe", "false alarm", lambda r: r.label == "safe", False),
    OpenSet("nursesim_mts", "nursesim: 1", "heard", lambda r: r.label == "1", True),
    OpenSet("nursesim_mts", "nursesim: 2", "heard", lambda r: r.label == "2", True),
    OpenSet(
        "nursesim_mts", "nursesim: 4 and 5", "false alarm", lambda r: r.label in ("4", "5"), False
    ),
    OpenSet(
        "clinicaflow_vignettes", "clinicaflow: critical", "heard",
        lambda r: r.label == "critical", True,
    ),
    OpenSet(
        "clinicaflow_vignettes", "clinicaflow: urgent", "heard",
        lambda r: r.label == "urgent", True,
    ),
    OpenSet(
        "clinicaflow_vignettes", "clinicaflow: routine", "false alarm",
        lambda r: r.label == "routine", False,
    ),
    OpenSet("counselchat_questions", "counselchat", "raised", lambda r: True, None, 400),
)  # fmt: skip


async def open_dangers(subject: Subject, tally: Tally) -> tuple[str, ...]:
    """Counts every set; the rows that went wrong, as `file:line`. Repeated texts count once."""
    misses: list[str] = []
    for each in SETS:
        path = subject.sources.shared / f"{each.file}.jsonl"
        lines = {line.row.text: line for line in read_rows(path, OpenRow) if each.holds(line.row)}
        read = list(lines.values())[: each.most]
        found = await subject.dangers([line.row.text for line in read])
        for line, assessment in zip(read, found, strict=True):
            raised = assessment.level >= 2
            tally.add(each.name, "en", each.measure, counts=raised)
            if each.dangerous is not None and raised is not each.dangerous:
                misses.append(line.where)
    return tuple(misses)


def everyday_sentences(folder: Path) -> Iterator[tuple[str, str]]:
    """Language and text of sentences about nothing dangerous, each once."""
    lines = read_rows(folder / _SENTENCES, OpenRow)
    return (("en", text) for text in dict.fromkeys(line.row.text for line in lines))
