"""The chat over a real WebSocket: what CONTRACTS 4 promises a patient's client."""

import uuid
from contextlib import ExitStack
from datetime import timedelta

import pytest

from agent.domain.ids import PatientId
from agent.domain.terms import Role
from server import tokens
from server.protocol import MAX_FRAME_BYTES, SUBPROTOCOL
from server.tokens import make_patient_token
from tests.server.conftest import Served

CRISIS = "I want to kill myself"


def test_hello_opens_a_conversation(served: Served) -> None:
    patient = served.new_patient()
    with served.talk(patient) as chat:
        assert chat.connection.subprotocol == SUBPROTOCOL
        assert chat.ready["practice"] == {"name": "Elm Clinic", "phone": "+13035550100"}
        assert chat.ready["patient"] == {"display_name": f"Pat{patient.removeprefix('PT-')}"}
        assert chat.ready["control"] == "assistant"
        assert chat.ready["seq"] == 0
        assert "911" in chat.ready["disclosure"]


def test_the_disclosure_is_in_the_language_asked_for(served: Served) -> None:
    with served.talk(served.new_patient(), locale="es") as chat:
        assert "asistente" in chat.ready["disclosure"]


def test_a_message_is_acknowledged_stored_and_answered(served: Served) -> None:
    with served.talk(served.new_patient()) as chat:
        say_id = chat.say("Where can I park?")
        assert chat.until("ack") == {"type": "ack", "id": say_id}
        reply = chat.until("message", reply_to=say_id)
        assert reply["author"] == "assistant"
        assert "garage" in reply["text"]
        assert [citation["source"] for citation in reply["citations"]] == ["parking.md"]
        chat.until("status", state="idle")
        (mine,) = [f for f in chat.seen if f["type"] == "message" and f["author"] == "patient"]
        assert (mine["id"], mine["text"], mine["seq"]) == (say_id, "Where can I park?", 1)
        assert chat.seqs == [1, 2]


def test_saying_it_again_changes_nothing(served: Served) -> None:
    patient = served.new_patient()
    with served.talk(patient) as chat:
        say_id = chat.say("Where can I park?")
        chat.until("message", reply_to=say_id)
        chat.until("status", state="idle")
        chat.say("Something else altogether", say_id)
        chat.until("ack", id=say_id)
    with served.talk(patient) as again:
        assert again.ready["seq"] == 2
        assert again.until("message", seq=1)["text"] == "Where can I park?"


def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice(served: Served) -> None:
    patient = served.new_patient()
    with served.talk(patient) as chat:
        conversation = chat.ready["conversation"]
        say_id = chat.say("Where can I park?")
        chat.until("ack", id=say_id)
    with served.talk(patient, conversation=conversation, after=1) as again:
        assert again.ready["conversation"] == conversation
        again.until("message", reply_to=say_id)
        assert again.seqs == [2]
    with served.talk(patient, after=99) as confused:
        confused.until("message", seq=2)
        assert confused.seqs == [1, 2]


def test_two_tabs_see_the_same_conversation(served: Served) -> None:
    patient = served.new_patient()
    with served.talk(patient) as one, served.talk(patient) as two:
        assert one.ready["conversation"] == two.ready["conversation"]
        say_id = one.say("Where can I park?")
        first, second = (tab.until("message", reply_to=say_id) for tab in (one, two))
        assert first == second
        assert one.seqs == two.seqs == [1, 2]
        other = two.say("And where can I park tomorrow?")
        one.until("message", reply_to=other)
        assert one.seqs == list(range(1, len(one.seqs) + 1))


@pytest.mark.parametrize("first", ["nonsense", '{"type":"say","id":"m","text":"hi"}', "{}"])
def test_a_bad_first_frame_closes(served: Served, first: str) -> None:
    with served.chat() as chat:
        chat.connection.send(first)
        assert chat.frame()["code"] == "bad_frame"
        assert chat.close_code() == 4400


def test_a_binary_first_frame_closes(served: Served) -> None:
    with served.chat() as chat:
        chat.connection.send(b"\x00\xff")
        assert chat.close_code() == 4400


def test_a_forged_token_opens_nothing(served: Served) -> None:
    forged = make_patient_token(PatientId("PT-1"), "x" * 32, timedelta(hours=1))
    with served.chat() as chat:
        chat.send(type="hello", token=forged)
        assert chat.frame()["code"] == "bad_token"
        assert chat.close_code() == 4401


def test_an_expired_token_opens_nothing(served: Served) -> None:
    with served.chat() as chat:
        chat.send(type="hello", token=served.token("PT-1", seconds=-60), locale="es")
        refusal = chat.frame()
        assert refusal["code"] == "expired_token"
        assert "sesión" in refusal["message"]
        assert chat.close_code() == 4401


def test_a_token_that_runs_out_ends_the_connection(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "LEEWAY_SECONDS", 0)
    with served.chat() as chat:
        chat.send(type="hello", token=served.token(served.new_patient(), seconds=2))
        chat.until("ready")
        assert chat.until("error")["code"] == "expired_token"
        assert chat.close_code() == 4401


def test_an_unknown_patient_has_no_access(served: Served) -> None:
    with served.chat() as chat:
        chat.send(type="hello", token=served.token("PT-404"))
        assert chat.close_code() == 4403


def test_a_child_has_no_access_without_an_adult(served: Served) -> None:
    with served.chat() as chat:
        chat.send(type="hello", token=served.token("PT-CHILD"))
        assert chat.frame()["code"] == "no_consent"
        assert chat.close_code() == 4403


def test_another_patients_conversation_stays_closed(served: Served) -> None:
    with served.talk(served.new_patient()) as hers:
        for conversation in (hers.ready["conversation"], str(uuid.uuid4())):
            with served.chat() as his:
                his.send(
                    type="hello",
                    token=served.token(served.new_patient()),
                    conversation=conversation,
                )
                assert his.close_code() == 4403
                assert [frame["type"] for frame in his.seen] == ["error"]


def test_a_broken_or_huge_frame_is_refused_and_the_conversation_goes_on(served: Served) -> None:
    with served.talk(served.new_patient()) as chat:
        chat.connection.send("nonsense")
        assert chat.until("error")["code"] == "bad_frame"
        say_id = chat.say("x" * 4001)
        assert chat.until("error", id=say_id)["code"] == "too_large"
        chat.connection.send("x" * (MAX_FRAME_BYTES + 1))
        assert chat.until("error")["code"] == "too_large"
        chat.connection.send("x" * 2_000_000)
        assert chat.until("error")["code"] == "too_large"
        assert "garage" in chat.answer("Where can I park?")["text"]
        assert chat.seqs == [1, 2]


def test_the_twenty_first_connection_is_one_too_many(served: Served) -> None:
    patient = served.new_patient()
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(served.talk(patient))
        with served.chat() as surplus:
            surplus.send(type="hello", token=served.token(patient))
            assert surplus.close_code() == 4429
    with served.talk(patient) as again:
        assert again.ready


def test_who_writes_without_end_is_told_to_wait(served: Served) -> None:
    with served.talk(served.new_patient()) as chat:
        for number in range(40):
            chat.say("hello", f"burst-{number}")
        refusal = chat.until("error")
        assert refusal["code"] == "rate_limited"
        assert refusal["retry_after"] >= 1
        assert refusal["id"].startswith("burst-")
        card = chat.answer("I want to kill myself")
        assert card["kind"] == "card"


def test_a_crisis_gets_its_card(served: Served) -> None:
    with served.talk(served.new_patient()) as chat:
        reply = chat.answer(CRISIS)
        assert reply["kind"] == "card"
        assert reply["card"]["level"] >= 3
        assert any("988" in action["href"] for action in reply["card"]["actions"])


def test_ending_closes_and_the_next_conversation_is_new(served: Served) -> None:
    patient = served.new_patient()
    with served.talk(patient) as chat:
        chat.send(type="end")
        assert chat.close_code() == 1000
    with served.talk(patient) as again:
        assert again.ready["conversation"] != chat.ready["conversation"]


def test_feedback_and_reading_are_kept(served: Served) -> None:
    with served.talk(served.new_patient()) as chat:
        seq = chat.answer("Where can I park?")["seq"]
        chat.send(type="read", seq=seq)
        chat.send(type="typing")
        chat.send(type="feedback", seq=seq, value="down", comment="too short")
        chat.answer("Where can I park?")
        with served.desk(Role.MANAGER) as desk:
            records = desk.get(
                "/v1/staff/audit", params={"conversation": chat.ready["conversation"]}
            ).json()
        given = [record["data"] for record in records if record["kind"] == "feedback.given"]
        assert given == [{"seq": seq, "value": "down"}]


def test_an_outage_of_the_ehr_keeps_the_chat_and_the_card(served: Served) -> None:
    patient = served.new_patient()
    served.app.state.world.agent.ehr.available = False
    try:
        with served.talk(patient) as chat:
            assert chat.answer(CRISIS)["kind"] == "card"
    finally:
        served.app.state.world.agent.ehr.available = True
