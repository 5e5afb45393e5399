"""One patient message through the whole line, with every real part."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from agent.domain.ids import MessageId, PatientId
from agent.domain.terms import Author, Kind, Outcome, Route, TaskCode
from agent.turns import NoAccess
from tests.agent.conftest import PRACTICE, Start, World


class PowerCut(BaseException):
    """Nothing in the product catches it."""


async def test_a_question_is_answered_from_a_document_and_cites_it(world: World) -> None:
    chat = await world.chat()
    (reply,) = await world.say(chat, "where do i park?")
    assert "Oak Street" in reply.text
    assert reply.citations[0].source == "parking.md"
    assert (await world.why(chat)).route is Route.FAQ


async def test_what_no_document_answers_becomes_a_task(world: World) -> None:
    chat = await world.chat()
    (reply,) = await world.say(chat, "do you have wifi in the waiting room?")
    assert reply.kind is Kind.NOTICE
    assert await world.codes() == ["unanswered"]


async def test_moving_an_appointment_is_read_back_before_it_is_written(world: World) -> None:
    chat = await world.chat()
    offered = await world.say(chat, "can I move my appointment to next week?")
    assert offered[-1].kind is Kind.OPTIONS
    asked = await world.press(chat, offered, 1)
    assert asked[-1].kind is Kind.CONFIRM
    before = {a.id: a.status for a in await world.ehr.appointments(PatientId("PT-1"))}
    assert before == {"AP-1": "booked"}
    done = await world.say(chat, "yes please")
    assert "Done" in done[-1].text
    after = await world.ehr.appointments(PatientId("PT-1"))
    assert sorted(a.status for a in after) == ["booked", "cancelled"]


async def test_no_at_the_read_back_changes_nothing(world: World) -> None:
    chat = await world.chat()
    asked = await world.say(chat, "please cancel my appointment")
    assert asked[-1].kind is Kind.CONFIRM
    await world.say(chat, "no, keep it")
    (only,) = await world.ehr.appointments(PatientId("PT-1"))
    assert only.status == "booked"


async def test_a_question_in_the_middle_is_answered_and_the_flow_asks_again(world: World) -> None:
    chat = await world.chat()
    await world.say(chat, "please cancel my appointment")
    replies = await world.say(chat, "wait, what do you charge for a late cancellation?")
    assert "$60.00" in replies[0].text
    assert replies[-1].kind is Kind.CONFIRM
    done = await world.say(chat, "ok, go ahead and cancel it")
    assert "cancelled" in done[-1].text


async def test_a_second_wish_in_the_message_is_not_forgotten(world: World) -> None:
    chat = await world.chat()
    replies = await world.say(chat, "what is my balance? and please cancel my appointment")
    assert "$140.00" in replies[0].text
    assert replies[-1].kind is Kind.CONFIRM


async def test_a_button_of_an_earlier_question_does_nothing(world: World) -> None:
    chat = await world.chat()
    asked = await world.say(chat, "please cancel my appointment")
    await world.press(chat, asked, 2)
    stale = await world.press(chat, asked, 1)
    assert "no longer open" in stale[-1].text
    (only,) = await world.ehr.appointments(PatientId("PT-1"))
    assert only.status == "booked"


async def test_two_patients_racing_for_one_slot(world: World) -> None:
    first, second = await world.chat("PT-1"), await world.chat("PT-2")
    times_one = await world.say(first, "move my appointment to next monday at 9am")
    times_two = await world.say(second, "cambiar mi cita al próximo lunes a las 9 de la mañana")
    one = await world.press(first, times_one, 1)
    two = await world.press(second, times_two, 1)
    assert one[-1].kind is two[-1].kind is Kind.CONFIRM
    await asyncio.gather(world.press(first, one, 1), world.press(second, two, 1))
    booked = [
        a
        for patient in ("PT-1", "PT-2")
        for a in await world.ehr.appointments(PatientId(patient))
        if a.status == "booked" and a.id not in ("AP-1", "AP-2")
    ]
    assert len(booked) == 1
    lost = first if booked[0].patient_id == "PT-2" else second
    last = (await world.after(lost, 0))[-1]
    assert last.kind is Kind.OPTIONS
    assert booked[0].start.isoformat() not in [o.id for o in last.options]


async def test_a_refill_is_a_request_and_says_what_the_prescription_says(world: World) -> None:
    chat = await world.chat()
    asked = await world.say(chat, "i need a refill of my sertraline")
    assert asked[-1].kind is Kind.CONFIRM
    done = await world.say(chat, "yes")
    assert "approved" not in done[-1].text
    (task,) = await world.agent.desk.tasks()
    assert task.code is TaskCode.REFILL_REQUEST
    assert "No refills remaining" in task.summary


async def test_a_yes_that_answers_nothing_starts_nothing(world: World) -> None:
    chat = await world.chat()
    (reply,) = await world.say(chat, "yes please")
    assert (reply.kind, reply.options) == (Kind.TEXT, ())
    assert await world.codes() == []


async def test_a_clarifying_question_is_not_asked_again_after_something_clear(
    world: World,
) -> None:
    chat = await world.chat()
    unsure = await world.say(chat, "the visit")
    assert unsure[-1].options
    replies = await world.say(chat, "what is my balance?")
    assert "$140.00" in replies[-1].text
    assert replies[-1].options == ()


async def test_staff_read_english_whatever_the_patient_speaks(world: World) -> None:
    chat = await world.chat("PT-2")
    world.clock.advance(timedelta(days=3, hours=12))
    await world.say(chat, "quiero cambiar mi cita para la próxima semana")
    (task,) = await world.agent.desk.tasks()
    assert "Friday, June 5" in task.summary


async def test_two_medications_are_one_request(world: World) -> None:
    chat = await world.chat()
    asked = await world.say(chat, "please refill my sertraline and my trazodone")
    assert asked[-1].kind is Kind.CONFIRM
    assert "sertraline" in asked[-1].text
    assert "trazodone" in asked[-1].text
    await world.say(chat, "yes")
    (task,) = await world.agent.desk.tasks()
    assert "sertraline" in task.summary
    assert "expired" in task.summary


async def test_an_expired_prescription_goes_to_the_prescriber_at_once(world: World) -> None:
    chat = await world.chat()
    await world.say(chat, "can you refill my trazodone")
    (task,) = await world.agent.desk.tasks()
    assert "expired" in task.summary


async def test_the_card_and_the_stat_task(world: World) -> None:
    chat = await world.chat()
    (card,) = await world.say(chat, "I want to kill myself tonight")
    assert card.kind is Kind.CARD
    assert card.card is not None
    (task,) = await world.agent.desk.tasks()
    assert (task.code, task.priority) == (TaskCode.CRISIS, "stat")
    assert world.watcher.tasks[-1].id == task.id
    assert "988" in card.text
    again = await world.say(chat, "what are your hours")
    assert again[-1].kind is Kind.CARD


async def test_the_card_with_the_ehr_down_and_the_index_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await world.chat()
    world.ehr.available = False

    def broken(*args: object, **options: object) -> None:
        raise RuntimeError("chroma is down")

    monkeypatch.setattr(world.agent.rooms.retriever, "retrieve", broken)
    (card,) = await world.say(chat, "i took all my pills")
    assert card.kind is Kind.CARD
    assert "crisis" in await world.codes() or "medical-emergency" in await world.codes()


async def test_a_staff_held_conversation_is_still_screened(world: World) -> None:
    chat = await world.chat()
    desk = world.agent.practice.staff[0]
    await world.agent.take(chat.id, desk)
    assert await world.say(chat, "thanks for taking over") == []
    assert (await world.why(chat)).outcome is Outcome.STAFF_HELD
    (card,) = await world.say(chat, "I have a gun and want to end my life")
    assert card.kind is Kind.CARD


async def test_without_consent_a_person_gets_the_message(world: World) -> None:
    chat = await world.chat("PT-3")
    (notice,) = await world.say(chat, "when is my appointment?")
    assert notice.kind is Kind.NOTICE
    (task,) = await world.agent.desk.tasks()
    assert task.code is TaskCode.CALLBACK
    assert "when is my appointment?" in task.summary


@pytest.mark.parametrize(("patient", "code"), [("PT-4", "no_consent"), ("PT-9", "bad_token")])
async def test_who_may_not_open_a_conversation(world: World, patient: str, code: str) -> None:
    with pytest.raises(NoAccess) as refused:
        await world.agent.open(PatientId(patient))
    assert refused.value.code == code


async def test_with_the_ehr_down_the_wish_becomes_its_task(world: World) -> None:
    chat = await world.chat()
    world.ehr.available = False
    (notice,) = await world.say(chat, "I need to reschedule my appointment")
    assert notice.kind is Kind.NOTICE
    assert await world.codes() == ["reschedule-request"]


async def test_what_breaks_ends_in_a_task_and_an_honest_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await world.chat()

    def broken(*args: object, **options: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(world.agent.rooms.retriever, "retrieve", broken)
    (notice,) = await world.say(chat, "where do i park?")
    assert notice.kind is Kind.NOTICE
    assert await world.codes() == ["callback"]
    (again,) = await world.say(chat, "hello")
    assert again.kind is Kind.TEXT


async def test_a_decided_turn_is_delivered_as_decided_after_a_crash(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as world:
        chat = await world.chat()
        offered = await world.say(chat, "move my appointment to next week")
        asked = await world.press(chat, offered, 1)
        yes = asked[-1].options[0]

        async def power_cut(*args: object) -> None:
            raise PowerCut

        monkeypatch.setattr(world.agent.transcript, "finish_turn", power_cut)
        message, _ = await world.agent.receive(
            chat.id, MessageId("9c0e8a4e-0000-4000-8000-000000000001"), yes.label, yes.id
        )
        with pytest.raises(PowerCut):
            await world.agent.answer(message)
    async with start() as world:
        await world.agent.resume_pending()
        replies = await world.after(chat, message.seq)
        assert [r.author for r in replies] == [Author.ASSISTANT]
        assert "Done" in replies[0].text
        after = await world.ehr.appointments(PatientId("PT-1"))
        assert sorted(a.status for a in after) == ["booked", "cancelled"]
        assert await world.agent.ledger.verify() == ()


async def test_a_turn_cut_off_before_it_was_decided_runs_again_and_books_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as world:
        chat = await world.chat()
        offered = await world.say(chat, "move my appointment to next week")
        asked = await world.press(chat, offered, 1)
        yes = asked[-1].options[0]

        def power_cut(*args: object, **options: object) -> None:
            raise PowerCut

        monkeypatch.setattr(world.agent.rooms.guard, "check", power_cut)
        message, _ = await world.agent.receive(
            chat.id, MessageId("9c0e8a4e-0000-4000-8000-000000000002"), yes.label, yes.id
        )
        with pytest.raises(PowerCut):
            await world.agent.answer(message)
    async with start() as world:
        await world.agent.resume_pending()
        replies = await world.after(chat, message.seq)
        assert "Done" in replies[0].text
        after = await world.ehr.appointments(PatientId("PT-1"))
        assert sorted(a.status for a in after) == ["booked", "cancelled"]


async def test_the_ladder_climbs_and_then_tells_the_patient(world: World) -> None:
    chat = await world.chat()
    await world.say(chat, "I want to kill myself tonight")
    (task,) = await world.agent.desk.tasks()
    assert task.rungs_climbed <= 1
    world.clock.advance(timedelta(seconds=90))
    await world.agent.climb_ladder()
    (task,) = await world.agent.desk.tasks()
    assert task.rungs_climbed == 2
    world.clock.advance(timedelta(minutes=10))
    await world.agent.climb_ladder()
    await world.agent.climb_ladder()
    told = [m for m in await world.after(chat, 0) if m.reply_to is None and m.kind is Kind.CARD]
    assert len(told) == 1
    assert "988" in told[0].text


async def test_a_claimed_alert_climbs_no_further(world: World) -> None:
    chat = await world.chat()
    await world.say(chat, "I want to kill myself tonight")
    (task,) = await world.agent.desk.tasks()
    await world.agent.claim_task(task.id, world.agent.practice.staff[1])
    world.clock.advance(timedelta(minutes=20))
    await world.agent.climb_ladder()
    assert [m for m in await world.after(chat, 0) if m.reply_to is None][1:] == []


async def test_below_auto_a_write_is_requested_and_a_fact_is_held(
    start: Start, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    shutil.copytree(PRACTICE, practice)
    toml = (practice / "practice.toml").read_text()
    toml = toml.replace('scheduling = "auto"', "").replace('billing = "auto"', "")
    (practice / "practice.toml").write_text(toml)
    async with start(practice=practice) as world:
        chat = await world.chat()
        (notice,) = await world.say(chat, "what is my balance?")
        assert notice.kind is Kind.NOTICE
        (draft,) = await world.agent.desk.drafts()
        assert "$140.00" in draft.text
        replies = await world.say(chat, "please cancel my appointment")
        assert "cancel-request" in await world.codes()
        assert "cancelled" not in replies[-1].text
        (only,) = await world.ehr.appointments(PatientId("PT-1"))
        assert only.status == "booked"


async def test_the_state_stays_bounded(world: World) -> None:
    chat = await world.chat()
    for number in range(25):
        await world.say(chat, f"hello number {number}")
    config = {"configurable": {"thread_id": chat.id}}
    state = (await world.agent._graph.aget_state(config)).values  # type: ignore[arg-type]
    assert len(state["window"]) == 10
    assert len(state["turn"].replies) == 1


async def test_the_checkpoints_of_a_conversation_do_not_pile_up(world: World) -> None:
    chat = await world.chat()
    for number in range(5):
        await world.say(chat, f"hello number {number}")
    config = {"configurable": {"thread_id": chat.id}}
    kept = [c async for c in world.agent._graph.aget_state_history(config)]  # type: ignore[arg-type]
    assert len(kept) == 1


async def test_new_danger_pages_the_member_who_has_the_task(world: World) -> None:
    chat = await world.chat()
    await world.say(chat, "I want to kill myself")
    (task,) = await world.agent.desk.tasks()
    await world.agent.claim_task(task.id, world.agent.practice.staff[1])
    await world.say(chat, "I have the pills in my hand, I'm going to do it now")
    sent = [
        record.event.data["notified"]
        for record in await world.agent.ledger.records(chat.id)
        if record.event.kind == "alert.sent"
    ]
    assert sent[-1] == ["ST-CALL"]
