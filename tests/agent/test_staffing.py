"""What staff do to a conversation, a task, a draft and the policy."""

import shutil
from pathlib import Path

import pytest

from agent.domain.conversation import ControlChange, Message
from agent.domain.terms import Author, Control, DraftStatus, Mode, Route, TaskStatus
from agent.policy import StaffMember
from agent.ports import Conflict, NotFound
from knowledge.errors import InputError
from tests.agent.conftest import PRACTICE, Start, World


def members(world: World) -> tuple[StaffMember, ...]:
    return world.agent.practice.staff


async def kinds(world: World, conversation_id: str) -> list[str]:
    records = await world.agent.ledger.records(conversation_id)  # type: ignore[arg-type]
    return [record.event.kind for record in records]


async def test_take_reply_release(world: World) -> None:
    dana, cal, _ = members(world)
    chat = await world.chat()
    await world.agent.take(chat.id, dana)
    with pytest.raises(Conflict):
        await world.agent.take(chat.id, cal)
    with pytest.raises(Conflict):
        await world.agent.reply(chat.id, cal, "me too")
    sent = await world.agent.reply(chat.id, dana, "This is Dana. How can I help?")
    assert (sent.author, sent.staff and sent.staff.name) == (Author.STAFF, "Dana Desk")
    with pytest.raises(Conflict):
        await world.agent.release(chat.id, cal)
    await world.agent.release(chat.id, dana)
    entries = await world.agent.transcript.entries(chat.id)
    assert [type(entry) for entry in entries] == [ControlChange, Message, ControlChange]
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert world.watcher.entries == list(entries)
    (answered,) = await world.say(chat, "hello")
    assert answered.author is Author.ASSISTANT


async def test_replying_without_control_takes_it(world: World) -> None:
    dana, *_ = members(world)
    chat = await world.chat()
    await world.agent.reply(chat.id, dana, "Good morning.")
    conversation = await world.agent.transcript.conversation(chat.id)
    assert conversation is not None
    assert conversation.control is Control.STAFF


async def test_a_task_is_claimed_once_and_completed(world: World) -> None:
    dana, cal, _ = members(world)
    chat = await world.chat()
    await world.say(chat, "i want to talk to a person")
    (task,) = await world.agent.desk.tasks()
    claimed = await world.agent.claim_task(task.id, dana)
    assert (claimed.status, claimed.claimed_by) == (TaskStatus.ACCEPTED, dana.id)
    with pytest.raises(Conflict):
        await world.agent.claim_task(task.id, cal)
    done = await world.agent.complete_task(task.id, dana, "called", "spoke to patient")
    assert done.status is TaskStatus.COMPLETED
    with pytest.raises((Conflict, NotFound)):
        await world.agent.complete_task(task.id, cal, "again")
    recorded = await kinds(world, chat.id)
    assert recorded[-2:] == ["task.claimed", "task.completed"]


async def test_closing_the_safety_task_gives_the_assistant_back(world: World) -> None:
    _, cal, _ = members(world)
    chat = await world.chat()
    await world.say(chat, "I want to kill myself")
    (task,) = await world.agent.desk.tasks()
    await world.agent.claim_task(task.id, cal)
    await world.agent.complete_task(task.id, cal, "called and safe")
    (answered,) = await world.say(chat, "what is my balance?")
    assert "$140.00" in answered.text


@pytest.fixture
def drafting(tmp_path: Path) -> Path:
    practice = tmp_path / "practice"
    shutil.copytree(PRACTICE, practice)
    toml = (practice / "practice.toml").read_text()
    (practice / "practice.toml").write_text(toml.replace('billing = "auto"', ""))
    return practice


async def test_an_approved_draft_reaches_the_patient_once(start: Start, drafting: Path) -> None:
    async with start(practice=drafting) as world:
        dana, cal, _ = members(world)
        chat = await world.chat()
        await world.say(chat, "what is my balance?")
        (draft,) = await world.agent.desk.drafts()
        await world.agent.decide_draft(draft.id, dana, DraftStatus.APPROVED)
        with pytest.raises(Conflict):
            await world.agent.decide_draft(draft.id, cal, DraftStatus.REJECTED, reason="no")
        await world.agent.deliver_decided()
        said = await world.after(chat, 0)
        given = [m for m in said if "$140.00" in m.text]
        assert len(given) == 1
        assert given[0].author is Author.ASSISTANT
        assert given[0].reply_to == said[0].id


async def test_an_edited_draft_goes_out_as_edited(start: Start, drafting: Path) -> None:
    async with start(practice=drafting) as world:
        dana, *_ = members(world)
        chat = await world.chat()
        await world.say(chat, "what is my balance?")
        (draft,) = await world.agent.desk.drafts()
        await world.agent.decide_draft(draft.id, dana, DraftStatus.EDITED, text="It is $140.")
        assert (await world.after(chat, 0))[-1].text == "It is $140."


async def test_a_rejected_draft_becomes_somebodys_task(start: Start, drafting: Path) -> None:
    async with start(practice=drafting) as world:
        dana, *_ = members(world)
        chat = await world.chat()
        await world.say(chat, "what is my balance?")
        (draft,) = await world.agent.desk.drafts()
        await world.agent.decide_draft(draft.id, dana, DraftStatus.REJECTED, reason="wrong")
        assert await world.codes() == ["billing-question"]
        assert "$140.00" not in (await world.after(chat, 0))[-1].text


async def test_a_policy_change_survives_a_restart(start: Start) -> None:
    async with start() as world:
        *_, sue = members(world)
        with pytest.raises(InputError):
            await world.agent.change_policy(sue, {"automation.crisis": "auto"})
        await world.agent.change_policy(sue, {"automation.billing": "human_only"})
        assert world.agent.practice.mode(Route.BILLING) is Mode.HUMAN_ONLY
    async with start() as world:
        chat = await world.chat()
        await world.say(chat, "what is my balance?")
        assert await world.codes() == ["billing-question"]
