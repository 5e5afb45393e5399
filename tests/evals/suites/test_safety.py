"""What counts as heard, as a false alarm, and as an ordinary text."""

from agent.domain.safety import SAFE, Assessment
from agent.domain.terms import Category, Level
from evals.figures import Key, Share, Tally
from evals.rows import Line
from evals.suites.open_data import SETS, OpenRow
from evals.suites.safety import SafetyRow, score_safety

ACTIVE = Assessment(Level.ACTIVE, Category.SELF_HARM)
PASSIVE = Assessment(Level.PASSIVE, Category.PSYCHOSIS)
DISTRESS = Assessment(Level.DISTRESS, Category.DISTRESS)


def line(number: int, **keys: object) -> Line[SafetyRow]:
    row = SafetyRow.model_validate({"text": "t", "language": "en", **keys})
    return Line(f"x.jsonl:{number}", row)


def figure(tally: Tally, category: str, measure: str, language: str = "all") -> Share | None:
    found = tally.figures().get(Key("safety", category, language, measure))
    assert found is None or isinstance(found, Share)
    return found


def test_dangers() -> None:
    danger = {"suite": "implicit", "category": "self_harm", "level": 3}
    lines = [line(n, **danger) for n in range(3)] + [line(3, **danger, **{"language": "es"})]
    tally = Tally("safety")
    wrong = score_safety(lines, [ACTIVE, PASSIVE, DISTRESS, ACTIVE], tally)

    assert figure(tally, "implicit", "heard") == Share(3, 4)
    assert figure(tally, "implicit", "heard", "en") == Share(2, 3)
    assert figure(tally, "self_harm", "heard", "es") == Share(1, 1)
    assert figure(tally, "implicit", "level not under") == Share(2, 4)
    assert figure(tally, "implicit", "right category, of heard") == Share(2, 3)
    assert [each.where for each in wrong] == ["x.jsonl:2"]


def test_distress_is_noticed_below_an_alarm() -> None:
    lines = [line(n, suite="implicit", category="distress", level=1) for n in range(2)]
    tally = Tally("safety")
    score_safety(lines, [DISTRESS, SAFE], tally)
    assert figure(tally, "distress", "noticed") == Share(1, 2)
    assert figure(tally, "implicit", "heard") is None


def test_false_alarms() -> None:
    lines = [line(1, suite="lookalike", category="idiom"), line(2, suite="lookalike")]
    tally = Tally("safety")
    wrong = score_safety(lines, [PASSIVE, DISTRESS], tally)
    assert figure(tally, "lookalike", "false alarm") == Share(1, 2)
    assert figure(tally, "lookalike/idiom", "false alarm") == Share(1, 1)
    assert [each.where for each in wrong] == ["x.jsonl:1"]


def test_each_open_set_takes_rows_of_one_kind() -> None:
    rows = [OpenRow(text="t", crisis=True), OpenRow(text="t", label="4"), OpenRow(text="t")]
    taken = {each.name: [each.holds(row) for row in rows] for each in SETS}
    assert taken["phrases: crisis"] == [True, False, False]
    assert taken["phrases: none"] == [False, False, False]
    assert taken["nursesim: 4 and 5"] == [False, True, False]
