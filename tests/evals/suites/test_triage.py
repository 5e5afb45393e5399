"""When a message took the right route, and when its confidence was worth believing."""

from pathlib import Path

import pytest

from agent.domain.safety import SAFE, Assessment
from agent.domain.terms import ROUTE_OF, Category, Intent, Level, Route
from agent.understanding.reading import Wish
from evals.figures import Key, Number, Share
from evals.split import Split
from evals.subject import Understood
from evals.suites.triage import (
    SeveralRow,
    SingleRow,
    calibration_error,
    everyday_messages,
    fit,
    score_several,
    score_single,
)

DANGER = Assessment(Level.ACTIVE, Category.SELF_HARM)


def understood(*intents: Intent, sure: float = 0.9, danger: Assessment = SAFE) -> Understood:
    return Understood(danger, tuple(Wish(i, ROUTE_OF[i], sure, "t") for i in intents))


def single(*routes: str, **keys: object) -> SingleRow:
    return SingleRow.model_validate({"text": "t", "language": "en", "routes": routes, **keys})


def test_a_courtesy_beside_a_wish_is_no_wish() -> None:
    assert understood(Intent.GREETING, Intent.BALANCE).routes == (Route.BILLING,)
    assert understood(Intent.THANKS).routes == (Route.SMALLTALK,)


def test_a_danger_leaves_no_other_route() -> None:
    heard = understood(Intent.BALANCE, sure=0.2, danger=DANGER)
    assert heard.routes == (Route.CRISIS,)
    assert heard.confidence == 1.0


def test_one_wish() -> None:
    rows = [
        single("billing", "human", intents=["balance"]),
        single("billing", intents=["balance"]),
        single("faq", language="es"),
        single("crisis"),
    ]
    found = [
        understood(Intent.BALANCE),
        understood(Intent.BALANCE, Intent.FAQ),
        understood(Intent.FAQ, sure=0.4),
        understood(Intent.FAQ, danger=DANGER),
    ]
    figures = score_single("triage", "single", rows, found, threshold=0.6)

    assert figures[Key("triage", "single", "all", "route")] == Share(3, 4)
    assert figures[Key("triage", "single", "en", "route")] == Share(2, 3)
    assert figures[Key("triage", "single/billing", "all", "route")] == Share(1, 2)
    assert figures[Key("triage", "single", "all", "intent")] == Share(1, 2)
    assert figures[Key("triage", "single", "all", "sure enough")] == Share(3, 4)
    assert figures[Key("triage", "single", "all", "route, when sure")] == Share(2, 3)
    error = figures[Key("triage", "single", "all", "calibration error")]
    assert isinstance(error, Number)
    assert error.value == pytest.approx((0.8 + 0.6 + 0.0) / 4)


def test_calibration() -> None:
    assert calibration_error([]) is None
    assert calibration_error([(1.0, True), (0.0, False)]) == 0.0
    assert calibration_error([(0.75, True), (0.75, False)]) == pytest.approx(0.25)


def test_several_wishes_are_matched_one_to_one() -> None:
    faq, billing = (Route.FAQ,), (Route.BILLING, Route.HUMAN)
    assert fit([faq, billing], [Route.HUMAN, Route.FAQ])
    assert not fit([faq, billing], [Route.FAQ, Route.FAQ])
    assert not fit([faq, billing], [Route.FAQ])
    assert not fit([faq, faq], [Route.FAQ, Route.FAQ, Route.FAQ])
    row = SeveralRow(text="t", language="es", wishes=(faq, billing))
    figures = score_several("triage", [row], [understood(Intent.FAQ, Intent.BALANCE)])
    assert figures[Key("triage", "several", "es", "every wish")] == Share(1, 1)


def test_everyday_messages_are_those_without_danger(tmp_path: Path) -> None:
    (tmp_path / "triage").mkdir()
    rows = [single("faq", text="open?"), single("crisis", text="no"), single("abuse", text="no")]
    text = "".join(row.model_dump_json() + "\n" for row in rows)
    (tmp_path / "triage" / "single.jsonl").write_text(text)
    assert list(everyday_messages(Split(tmp_path, locked=True))) == [("en", "open?")]
