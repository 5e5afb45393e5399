"""The desk over HTTP: logging in, the queue, conversations, drafts, policy, the record."""

import httpx
import pytest

from agent.domain.terms import Role
from tests.server.conftest import PASSWORD, Chat, Served

ASK_FOR_PERSON = "I want to talk to a person please"
BALANCE = "What is my balance?"


def tasks_of(desk: httpx.Client, chat: Chat) -> list[dict[str, object]]:
    conversation = chat.ready["conversation"]
    return [t for t in desk.get("/v1/staff/tasks").json() if t["conversation"] == conversation]


def test_logging_in_says_who_and_gives_a_csrf_token(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        answer = client.post(
            "/v1/staff/login", json={"staff_id": "ST-FRONT_DESK", "password": PASSWORD}
        )
        assert answer.json()["staff"] == {
            "id": "ST-FRONT_DESK",
            "name": "The front_desk",
            "roles": ["front_desk"],
        }
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        me = client.get("/v1/staff/me").json()
        assert me["csrf"] == answer.json()["csrf"]


def test_a_wrong_password_and_a_stranger_get_the_same_answer(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        answers = [
            client.post("/v1/staff/login", json={"staff_id": name, "password": word})
            for name, word in (("ST-MANAGER", "wrong"), ("ST-NOBODY", PASSWORD))
        ]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].json() == answers[1].json()
        assert client.get("/v1/staff/me").status_code == 401


def test_logging_out_ends_the_session_for_a_copied_cookie_too(served: Served) -> None:
    with served.desk(Role.FRONT_DESK) as desk:
        copied = dict(desk.cookies)
        assert desk.post("/v1/staff/logout").status_code == 204
        assert httpx.get(f"{served.url}/v1/staff/me", cookies=copied).status_code == 401


def test_a_change_without_the_csrf_token_is_refused(served: Served) -> None:
    with served.desk(Role.FRONT_DESK) as desk, served.talk(served.new_patient()) as chat:
        chat.answer(ASK_FOR_PERSON)
        (task,) = tasks_of(desk, chat)
        for token in ("", "wrong"):
            refused = desk.post(
                f"/v1/staff/tasks/{task['id']}/claim", headers={"X-CSRF-Token": token}
            )
            assert refused.status_code == 403
        assert tasks_of(desk, chat)[0]["status"] == "requested"


def test_a_task_is_claimed_once_and_completed(served: Served) -> None:
    patient = served.new_patient()
    with (
        served.desk(Role.FRONT_DESK) as ana,
        served.desk(Role.BILLER) as bea,
        served.talk(patient) as chat,
    ):
        chat.answer(ASK_FOR_PERSON)
        (task,) = tasks_of(ana, chat)
        assert (task["code"], task["status"], task["patient"]) == ("callback", "requested", patient)
        assert task["patient_name"] == f"Pat{patient.removeprefix('PT-')} Lee"
        claimed = ana.post(f"/v1/staff/tasks/{task['id']}/claim").json()
        assert (claimed["status"], claimed["claimed_by"]) == ("accepted", "ST-FRONT_DESK")
        assert claimed["claimed_by_name"] == "The front_desk"
        lost = bea.post(f"/v1/staff/tasks/{task['id']}/claim")
        assert (lost.status_code, lost.json()["code"]) == (409, "conflict")
        done = ana.post(
            f"/v1/staff/tasks/{task['id']}/complete",
            json={"disposition": "called", "note": "all well"},
        ).json()
        assert (done["status"], done["disposition"]) == ("completed", "called")
        assert tasks_of(ana, chat) == []
        assert ana.post(f"/v1/staff/tasks/{task['id']}/claim").status_code == 409


def test_tasks_are_filtered_by_status_and_code(served: Served) -> None:
    with served.desk(Role.FRONT_DESK) as desk, served.talk(served.new_patient()) as chat:
        chat.answer(ASK_FOR_PERSON)
        callbacks = desk.get("/v1/staff/tasks", params={"code": "callback"}).json()
        assert {task["code"] for task in callbacks} == {"callback"}
        accepted = desk.get("/v1/staff/tasks", params={"status": "accepted"}).json()
        assert {task["status"] for task in accepted} <= {"accepted"}
        assert desk.get("/v1/staff/tasks", params={"status": "lost"}).status_code == 422


def test_the_conversation_shows_what_was_said_and_why(served: Served) -> None:
    patient = served.new_patient()
    with served.desk(Role.FRONT_DESK) as desk, served.talk(patient) as chat:
        reply = chat.answer("Where can I park?")
        chat.until("status", state="idle")
        seen = desk.get(f"/v1/staff/conversations/{chat.ready['conversation']}").json()
        assert seen["patient"]["id"] == patient
        assert seen["control"] == "assistant"
        assert [message["seq"] for message in seen["messages"]] == [1, 2]
        (turn,) = seen["turns"]
        assert turn["message"] == reply["reply_to"]
        assert (turn["route"], turn["outcome"]) == ("faq", "delivered")
        assert [passage["source"] for passage in turn["passages"]][:1] == ["parking.md"]
        assert "message.received" in {event["kind"] for event in seen["events"]}
        assert desk.get("/v1/staff/conversations/no-such").status_code == 404


def test_a_person_takes_over_replies_and_hands_back(served: Served) -> None:
    with (
        served.desk(Role.FRONT_DESK) as ana,
        served.desk(Role.BILLER) as bea,
        served.talk(served.new_patient()) as chat,
    ):
        path = f"/v1/staff/conversations/{chat.ready['conversation']}"
        taken = ana.post(f"{path}/take").json()
        assert taken == {
            "control": "staff",
            "staff": {"id": "ST-FRONT_DESK", "name": "The front_desk"},
        }
        assert chat.until("control")["by"] == "staff"
        assert bea.post(f"{path}/take").status_code == 409
        assert bea.post(f"{path}/reply", json={"text": "me too"}).status_code == 409
        sent = ana.post(f"{path}/reply", json={"text": "Hello, this is Ana."}).json()
        heard = chat.until("message", author="staff")
        assert heard == sent
        assert heard["staff"] == {"name": "The front_desk"}
        released = ana.post(f"{path}/release").json()
        assert released == {"control": "assistant", "staff": None}
        assert chat.until("control")["by"] == "assistant"
        assert "garage" in chat.answer("Where can I park?")["text"]


def test_a_crisis_is_heard_while_staff_hold_the_conversation(served: Served) -> None:
    with served.desk(Role.FRONT_DESK) as ana, served.talk(served.new_patient()) as chat:
        ana.post(f"/v1/staff/conversations/{chat.ready['conversation']}/take")
        assert chat.answer("I want to kill myself")["kind"] == "card"
        assert {task["priority"] for task in tasks_of(ana, chat)} == {"stat"}


def test_an_empty_or_endless_reply_is_refused(served: Served) -> None:
    with served.desk(Role.FRONT_DESK) as ana, served.talk(served.new_patient()) as chat:
        path = f"/v1/staff/conversations/{chat.ready['conversation']}/reply"
        assert ana.post(path, json={"text": ""}).status_code == 422
        assert ana.post(path, json={"text": "x" * 4001}).status_code == 422
        assert ana.post(path, json={}).json()["code"] == "bad_input"
        assert ana.post(path, content=b"x" * 70_000).status_code == 413


def pending(desk: httpx.Client, chat: Chat) -> dict[str, object]:
    conversation = chat.ready["conversation"]
    found = desk.get("/v1/staff/drafts").json()
    (draft,) = [draft for draft in found if draft["conversation"] == conversation]
    assert isinstance(draft, dict)
    return draft


def test_a_draft_waits_for_approval_and_is_decided_once(served: Served) -> None:
    with (
        served.desk(Role.BILLER) as bea,
        served.desk(Role.FRONT_DESK) as ana,
        served.talk(served.new_patient()) as chat,
    ):
        holding = chat.answer(BALANCE)
        assert "$40" not in holding["text"]
        draft = pending(bea, chat)
        assert (draft["route"], draft["status"]) == ("billing", "pending")
        assert "$40" in str(draft["text"])
        path = f"/v1/staff/drafts/{draft['id']}"
        assert bea.post(f"{path}/approve").json()["status"] == "approved"
        reply = chat.until("message", reply_to=draft["message"])
        assert reply["text"] == draft["text"]
        assert ana.post(f"{path}/approve").status_code == 409
        assert ana.post(f"{path}/reject", json={"reason": "no"}).status_code == 409


def test_an_edited_draft_says_what_the_person_wrote(served: Served) -> None:
    with served.desk(Role.BILLER) as bea, served.talk(served.new_patient()) as chat:
        chat.answer(BALANCE)
        draft = pending(bea, chat)
        bea.post(f"/v1/staff/drafts/{draft['id']}/edit", json={"text": "You owe $40.00."})
        assert chat.until("message", reply_to=draft["message"])["text"] == "You owe $40.00."


def test_a_rejected_draft_becomes_a_task(served: Served) -> None:
    with served.desk(Role.BILLER) as bea, served.talk(served.new_patient()) as chat:
        chat.answer(BALANCE)
        draft = pending(bea, chat)
        rejected = bea.post(f"/v1/staff/drafts/{draft['id']}/reject", json={"reason": "call"})
        assert rejected.json()["status"] == "rejected"
        assert "billing-question" in {task["code"] for task in tasks_of(bea, chat)}


def test_a_clinician_sees_the_caseload_and_who_is_in_danger(served: Served) -> None:
    with (
        served.desk(Role.CLINICIAN) as doctor,
        served.talk("PT-1") as theirs,
        served.talk(served.new_patient()) as other,
    ):
        theirs.answer(ASK_FOR_PERSON)
        other.answer(ASK_FOR_PERSON)
        path = f"/v1/staff/conversations/{other.ready['conversation']}"
        assert len(tasks_of(doctor, theirs)) == 1
        assert tasks_of(doctor, other) == []
        assert doctor.get(path).status_code == 404
        assert doctor.post(f"{path}/reply", json={"text": "hi"}).status_code == 404
        with served.desk(Role.FRONT_DESK) as ana:
            (hidden,) = tasks_of(ana, other)
        assert doctor.post(f"/v1/staff/tasks/{hidden['id']}/claim").status_code == 404
        other.answer("I want to kill myself")
        assert {task["priority"] for task in tasks_of(doctor, other)} == {"stat"}
        assert doctor.get(path).status_code == 200


def test_the_manager_changes_policy_and_the_record_shows_it(served: Served) -> None:
    with served.desk(Role.MANAGER) as manager:
        before = manager.get("/v1/staff/policy").json()
        assert before["automation"]["billing"] == "draft"
        changed = manager.put("/v1/staff/policy", json={"automation": {"forms": "draft"}})
        assert changed.json()["automation"]["forms"] == "draft"
        faults: list[dict[str, dict[str, object]]] = [
            {"automation": {"forms": "sometimes"}},
            {"automation": {"crisis": "draft"}},
            {"thresholds": {"route": 7}},
            {"colour": {}},
        ]
        for wrong in faults:
            assert manager.put("/v1/staff/policy", json=wrong).status_code == 422
        records = manager.get("/v1/staff/audit").json()
        changes = [record for record in records if record["kind"] == "policy.changed"]
        assert [change["data"] for change in changes] == [
            {"key": "automation.forms", "value": "draft"}
        ]
        assert changes[0]["actor"] == "staff:ST-MANAGER"


def test_refused_access_is_in_the_record(served: Served) -> None:
    with served.desk(Role.BILLER) as bea, served.desk(Role.COMPLIANCE) as priya:
        assert bea.get("/v1/staff/audit").status_code == 403
        records = priya.get("/v1/staff/audit").json()
        refused = [r for r in records if r["kind"] == "access.refused"]
        by_biller = [r["data"] for r in refused if r["actor"] == "staff:ST-BILLER"]
        assert by_biller == [{"method": "GET", "route": "/v1/staff/audit"}]


@pytest.mark.parametrize("path", ["/v1/staff/tasks", "/v1/staff/drafts", "/v1/staff/policy"])
def test_nothing_opens_without_logging_in(served: Served, path: str) -> None:
    assert httpx.get(f"{served.url}{path}").status_code == 401
