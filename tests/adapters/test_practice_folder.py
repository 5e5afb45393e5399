"""`practice.toml` becomes a checked practice; every fault is one line that names the key."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from agent.adapters.practice_folder import load_practice, practice_warnings
from agent.domain.ids import PatientId
from agent.domain.terms import Mode, Role, Route
from agent.policy import OpeningHours, Practice, SchedulingPolicy, Thresholds
from knowledge.errors import InputError

LEAST = """
[practice]
id = "elm"
name = "Elm Clinic"
timezone = "America/Denver"
phone = "+13035550100"
"""

FULL = (
    LEAST
    + """
languages = ["en", "es"]
after_hours_phone = "+1 303 555 0199"
jurisdiction = "CO"
[hours]
mon = "08:00-18:00"
closed = ["2026-12-25", 2026-12-26]
[automation]
default = "shadow"
faq = "auto"
clinical = "human_only"
[thresholds]
route = 0.7
[scheduling]
offer = 2
late_cancel_fee_cents = 7500
reschedule = "request"
[alerts]
ladder = [
  { after_seconds = 0, notify = ["role:on_call"] },
  { after_seconds = 60, notify = ["staff:ST-1"] },
]
tell_patient_after_seconds = 300
[[staff]]
id = "ST-1"
name = "Ana Ruiz"
roles = ["on_call", "clinician"]
email = "ana@example.test"
caseload = ["PT-1"]
[ehr]
adapter = "demo"
[billing]
payment_url = "https://pay.example.test/elm"
"""
)


def written(folder: Path, text: str) -> Path:
    (folder / "practice.toml").write_text(text, encoding="utf-8")
    return folder


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as refused:
        load_practice(written(folder, text))
    message = str(refused.value)
    assert message.startswith(f"{folder / 'practice.toml'}: ")
    assert "\n" not in message
    return message.removeprefix(f"{folder / 'practice.toml'}: ")


@pytest.fixture
def full(tmp_path: Path) -> Practice:
    return load_practice(written(tmp_path, FULL))


def test_everything_the_file_says_is_in_the_practice(full: Practice) -> None:
    assert (full.id, full.name, full.timezone.key, full.jurisdiction) == (
        "elm",
        "Elm Clinic",
        "America/Denver",
        "CO",
    )
    assert (full.phone, full.after_hours_phone) == ("+13035550100", "+13035550199")
    assert full.languages == ("en", "es")
    assert full.hours == {0: OpeningHours(time(8), time(18))}
    assert full.closed == {date(2026, 12, 25), date(2026, 12, 26)}
    assert full.mode(Route.FAQ) is Mode.AUTO
    assert full.mode(Route.CLINICAL) is Mode.HUMAN_ONLY
    assert full.mode(Route.BILLING) is Mode.SHADOW
    assert full.thresholds == Thresholds(route=0.7, answer=0.5)
    assert full.scheduling == SchedulingPolicy(
        offer=2, late_cancel_fee_cents=7500, reschedule="request"
    )
    assert [(rung.after_seconds, rung.notify) for rung in full.alerts.ladder] == [
        (0, ("role:on_call",)),
        (60, ("staff:ST-1",)),
    ]
    assert full.alerts.tell_patient_after_seconds == 300
    assert full.payment_url == "https://pay.example.test/elm"
    (ana,) = full.staff
    assert ana.id == "ST-1"
    assert ana.roles == {Role.ON_CALL, Role.CLINICIAN}
    assert ana.caseload == {PatientId("PT-1")}
    assert practice_warnings(full) == ()


def test_hours_are_practice_time(full: Practice) -> None:
    assert full.is_open(datetime(2026, 6, 1, 14, 0, tzinfo=UTC))  # Monday, 08:00 in Denver
    assert not full.is_open(datetime(2026, 6, 1, 13, 59, tzinfo=UTC))


def test_only_the_practice_section_is_required(tmp_path: Path) -> None:
    practice = load_practice(written(tmp_path, LEAST))
    assert practice.default_mode is Mode.DRAFT
    assert practice.scheduling == SchedulingPolicy()
    assert practice.languages == ("en",)
    assert practice.payment_url is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "practice: is missing"),
        (LEAST.replace('phone = "+13035550100"', ""), "practice.phone: is missing"),
        (LEAST + 'fax = "1"\n', "practice.fax: unknown key"),
        (LEAST + "[colour]\n", "colour: unknown key"),
        (LEAST.replace("America/Denver", "Denver"), "practice.timezone: unknown time zone"),
        (LEAST.replace("+13035550100", "303 555 0100"), "practice.phone: not a phone number"),
        (LEAST.replace("+13035550100", "+1303"), "practice.phone: not a possible phone number"),
        (LEAST + '[hours]\nmon = "8 to 6"\n', "hours.mon: not hours like 08:00-18:00"),
        (LEAST + '[hours]\nmon = "18:00-08:00"\n', "hours.mon: opens at or after it closes"),
        (LEAST + '[hours]\nmonday = "08:00-18:00"\n', "hours.monday: unknown key"),
        (LEAST + '[hours]\nclosed = ["25.12.2026"]\n', "hours.closed[0]: not a day like"),
        (LEAST + '[automation]\ncooking = "auto"\n', "automation.cooking: unknown route"),
        (LEAST + '[automation]\nfaq = "always"\n', "automation.faq: 'always' is not one of"),
        (LEAST + '[automation]\ncrisis = "auto"\n', "automation.crisis: is always the fixed card"),
        (LEAST + "[thresholds]\nroute = 1.5\n", "thresholds.route: "),
        (LEAST + '[scheduling]\noffer = "3"\n', "scheduling.offer: "),
        (LEAST + "[scheduling]\noffer = 0\n", "scheduling.offer: "),
        (LEAST + '[scheduling]\nreschedule = "no"\n', "scheduling.reschedule: "),
        (
            LEAST + '[[staff]]\nid = "A"\nname = "A"\nroles = ["boss"]\n',
            "staff[0].roles[0]: 'boss' is not one of",
        ),
        (
            LEAST + '[[staff]]\nid = "A"\nname = "A"\nroles = ["biller"]\n' * 2,
            "staff[1].id: 'A' stands there twice",
        ),
        (
            LEAST + '[alerts]\nladder = [{ after_seconds = 0, notify = ["on_call"] }]\n',
            "alerts.ladder[0].notify[0]: 'on_call' is neither",
        ),
        (
            LEAST + '[alerts]\nladder = [{ after_seconds = 0, notify = ["role:boss"] }]\n',
            "alerts.ladder[0].notify[0]: unknown role 'boss'",
        ),
        (
            LEAST + '[alerts]\nladder = [{ after_seconds = 0, notify = ["staff:X"] }]\n',
            "alerts.ladder[0].notify: unknown staff 'X'",
        ),
        (
            LEAST
            + '[alerts]\nladder = [{ after_seconds = 60, notify = ["role:manager"] }, '
            + '{ after_seconds = 0, notify = ["role:manager"] }]\n',
            "alerts: ladder: after_seconds must not fall",
        ),
        (LEAST + '[ehr]\nadapter = "paper"\n', "ehr.adapter: "),
        (LEAST + '[billing]\npayment_url = "http://x"\n', "billing.payment_url: not an https"),
        (LEAST + "[practice]\n", "not valid TOML: "),
    ],
)
def test_a_fault_is_one_line_that_names_the_key(tmp_path: Path, text: str, expected: str) -> None:
    assert complaint(tmp_path, text).startswith(expected)


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in complaint(tmp_path, '[practice]\nid = "elm\n')


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"practice\.toml: no such file"):
        load_practice(tmp_path)


def test_nobody_on_call_is_a_warning_and_nothing_runs_by_itself(tmp_path: Path) -> None:
    text = FULL.replace('roles = ["on_call", "clinician"]', 'roles = ["clinician"]')
    practice = load_practice(written(tmp_path, text))
    assert practice_warnings(practice) == (
        "staff: nobody has the role on_call, so every route runs as draft at most",
        "alerts.ladder: nobody has the role on_call",
    )
    assert practice.mode(Route.FAQ) is Mode.DRAFT


def test_a_language_portico_does_not_speak_is_a_warning(tmp_path: Path) -> None:
    practice = load_practice(written(tmp_path, FULL.replace('["en", "es"]', '["en", "vi"]')))
    assert len(practice_warnings(practice)) == 1
