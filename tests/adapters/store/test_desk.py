"""Tasks merge, climb and are claimed once; a draft is decided once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agent.adapters.store.store import Store
from agent.domain.conversation import Citation, Option
from agent.domain.desk import Decision, Draft, DraftRequest, Task, TaskNote, TaskRequest
from agent.domain.ids import (
    ConversationId,
    DraftId,
    IdempotencyKey,
    MessageId,
    PatientId,
    StaffId,
    TaskId,
)
from agent.domain.terms import DraftStatus, Kind, Priority, Route, TaskCode, TaskStatus
from agent.ports import Conflict, NotFound

MARIA = PatientId("PT-1")
ANA = StaffId("ST-ANA")
BEN = StaffId("ST-BEN")
DECIDED = frozenset({TaskStatus.COMPLETED})


@pytest.fixture
async def request_(store: Store, now: datetime) -> TaskRequest:
    conversation = await store.transcript.open_conversation(MARIA, now)
    return TaskRequest(
        code=TaskCode.CALLBACK,
        priority=Priority.ROUTINE,
        patient_id=MARIA,
        conversation_id=conversation.id,
        summary="wants a person",
        due=now + timedelta(hours=4),
        created=now,
        key=IdempotencyKey("m-1:callback"),
    )


@pytest.fixture
async def draft_request(store: Store, now: datetime) -> DraftRequest:
    conversation = await store.transcript.open_conversation(MARIA, now)
    return DraftRequest(
        conversation_id=conversation.id,
        patient_id=MARIA,
        message_id=MessageId("m-1"),
        route=Route.FAQ,
        question="what does it cost?",
        text="It costs $150.",
        created=now,
        key=IdempotencyKey("m-1:draft"),
        citations=(Citation("Fees", "faq/fees.md", "3"),),
        kind=Kind.OPTIONS,
        options=(Option("a", "Yes"),),
    )


async def test_a_task_comes_back_as_it_was_asked_for(store: Store, request_: TaskRequest) -> None:
    task = await store.desk.open_task(request_)
    assert task == Task(
        id=task.id,
        code=TaskCode.CALLBACK,
        priority=Priority.ROUTINE,
        status=TaskStatus.REQUESTED,
        patient_id=MARIA,
        conversation_id=request_.conversation_id,
        created=request_.created,
        due=request_.due,
        summary="wants a person",
    )
    assert await store.desk.task(task.id) == task
    assert await store.desk.tasks() == (task,)


async def test_the_same_key_twice_changes_nothing(store: Store, request_: TaskRequest) -> None:
    results = await asyncio.gather(*(store.desk.open_task(request_) for _ in range(5)))
    assert len({task.id for task in results}) == 1
    (task,) = await store.desk.tasks()
    assert task.notes == ()
    second = replace(request_, key=IdempotencyKey("m-2"), summary="please hurry")
    await store.desk.open_task(second)
    again = await store.desk.open_task(second)
    assert [note.text for note in again.notes] == ["please hurry"]


async def test_a_second_request_adds_to_the_open_task(store: Store, request_: TaskRequest) -> None:
    first = await store.desk.open_task(request_)
    later = request_.created + timedelta(minutes=5)
    urgent = replace(
        request_,
        key=IdempotencyKey("m-2"),
        summary="it got worse",
        priority=Priority.URGENT,
        created=later,
        due=request_.due - timedelta(hours=1),
    )
    merged = await store.desk.open_task(urgent)
    assert merged == replace(
        first,
        priority=Priority.URGENT,
        due=urgent.due,
        notes=(TaskNote(later, "it got worse"),),
    )
    calm = replace(request_, key=IdempotencyKey("m-3"), priority=Priority.ASAP, summary="calm")
    assert (await store.desk.open_task(calm)).priority is Priority.URGENT
    assert len(await store.desk.tasks()) == 1


async def test_concurrent_requests_open_one_task(store: Store, request_: TaskRequest) -> None:
    requests = [
        replace(request_, key=IdempotencyKey(f"m-{n}"), summary=f"wish {n}") for n in range(6)
    ]
    opened = await asyncio.gather(*(store.desk.open_task(one) for one in requests))
    (task,) = await store.desk.tasks()
    assert {one.id for one in opened} == {task.id}
    assert sorted([task.summary, *(note.text for note in task.notes)]) == [
        one.summary for one in requests
    ]


async def test_after_completion_comes_a_new_task(store: Store, request_: TaskRequest) -> None:
    first = await store.desk.open_task(request_)
    await store.desk.complete(first.id, ANA, request_.created, "done", "")
    second = await store.desk.open_task(replace(request_, key=IdempotencyKey("m-2")))
    assert second.id != first.id
    assert (await store.desk.open_task(request_)).id == first.id


async def test_a_task_needs_a_conversation(store: Store, request_: TaskRequest) -> None:
    with pytest.raises(NotFound):
        await store.desk.open_task(replace(request_, conversation_id=ConversationId("none")))


async def test_most_urgent_first_then_due(store: Store, request_: TaskRequest) -> None:
    wanted = [
        (TaskCode.UNANSWERED, Priority.ROUTINE, 2),
        (TaskCode.CRISIS, Priority.STAT, 3),
        (TaskCode.COMPLAINT, Priority.ROUTINE, 1),
        (TaskCode.REFILL_REQUEST, Priority.URGENT, 5),
    ]
    for code, priority, hours in wanted:
        await store.desk.open_task(
            replace(
                request_,
                code=code,
                priority=priority,
                key=IdempotencyKey(code),
                due=request_.created + timedelta(hours=hours),
            )
        )
    codes = [task.code for task in await store.desk.tasks()]
    assert codes == ["crisis", "refill-request", "complaint", "unanswered"]
    (refill,) = await store.desk.tasks(code=TaskCode.REFILL_REQUEST)
    assert refill.code is TaskCode.REFILL_REQUEST
    assert await store.desk.tasks(conversation_id=ConversationId("none")) == ()
    assert await store.desk.tasks(statuses=DECIDED) == ()


async def test_one_of_two_claims_wins(store: Store, request_: TaskRequest) -> None:
    task = await store.desk.open_task(request_)
    at = request_.created
    results = await asyncio.gather(
        store.desk.claim(task.id, ANA, at),
        store.desk.claim(task.id, BEN, at),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(Conflict) == 1
    (won,) = [result for result in results if isinstance(result, Task)]
    assert won.status is TaskStatus.ACCEPTED
    assert won.claimed_by is not None
    assert await store.desk.claim(task.id, won.claimed_by, at) == won
    loser = BEN if won.claimed_by == ANA else ANA
    with pytest.raises(Conflict):
        await store.desk.release(task.id, loser, at)
    with pytest.raises(Conflict):
        await store.desk.complete(task.id, loser, at, "done", "")
    assert await store.desk.task(task.id) == won
    released = await store.desk.release(task.id, won.claimed_by, at)
    assert (released.status, released.claimed_by) == (TaskStatus.REQUESTED, None)
    assert (await store.desk.claim(task.id, loser, at)).claimed_by == loser


async def test_a_task_is_completed_once(store: Store, request_: TaskRequest) -> None:
    task = await store.desk.open_task(request_)
    done = await store.desk.complete(task.id, ANA, request_.created, "called back", "voicemail")
    assert (done.status, done.claimed_by) == (TaskStatus.COMPLETED, ANA)
    assert done.disposition == "called back"
    assert [note.text for note in done.notes] == ["voicemail"]
    for by in (ANA, BEN):
        with pytest.raises(Conflict):
            await store.desk.complete(task.id, by, request_.created, "again", "")
        with pytest.raises(Conflict):
            await store.desk.claim(task.id, by, request_.created)
    assert await store.desk.tasks() == ()
    assert await store.desk.tasks(statuses=DECIDED) == (done,)


async def test_an_unknown_task_is_not_found(store: Store, now: datetime) -> None:
    nothing = TaskId("none")
    assert await store.desk.task(nothing) is None
    with pytest.raises(NotFound):
        await store.desk.claim(nothing, ANA, now)
    with pytest.raises(NotFound):
        await store.desk.release(nothing, ANA, now)
    with pytest.raises(NotFound):
        await store.desk.complete(nothing, ANA, now, "done", "")
    with pytest.raises(NotFound):
        await store.desk.record_rung(nothing, 1)


async def test_an_alert_goes_before_what_is_as_urgent(store: Store, request_: TaskRequest) -> None:
    urgent = replace(request_, priority=Priority.URGENT, code=TaskCode.CLINICAL_QUESTION)
    await store.desk.open_task(urgent)
    later = request_.due + timedelta(minutes=5)
    crisis = replace(urgent, code=TaskCode.CRISIS, due=later, key=IdempotencyKey("m-1:crisis"))
    await store.desk.open_task(crisis, alerts=True)
    codes = [task.code for task in await store.desk.tasks()]
    assert codes == [TaskCode.CRISIS, TaskCode.CLINICAL_QUESTION]


async def test_alerts_wait_until_a_named_person_takes_them(
    store: Store, request_: TaskRequest
) -> None:
    await store.desk.open_task(request_)
    crisis = replace(request_, code=TaskCode.CRISIS, key=IdempotencyKey("m-1:crisis"))
    task = await store.desk.open_task(crisis, alerts=True)
    assert task.alerted_at == request_.created
    await store.desk.record_rung(task.id, 2)
    (waiting,) = await store.desk.unacknowledged()
    assert (waiting.id, waiting.rungs_climbed) == (task.id, 2)
    again = request_.created + timedelta(minutes=3)
    second = replace(crisis, key=IdempotencyKey("m-2:crisis"), created=again)
    restarted = await store.desk.open_task(second, alerts=True)
    assert (restarted.id, restarted.alerted_at, restarted.rungs_climbed) == (task.id, again, 0)
    assert await store.desk.open_task(second, alerts=True) == restarted
    await store.desk.claim(task.id, ANA, again)
    assert await store.desk.unacknowledged() == ()
    await store.desk.release(task.id, ANA, again)
    assert [waiting.id for waiting in await store.desk.unacknowledged()] == [task.id]
    await store.desk.complete(task.id, ANA, again, "safe", "")
    assert await store.desk.unacknowledged() == ()


async def test_a_draft_comes_back_as_it_was_asked_for(
    store: Store, draft_request: DraftRequest
) -> None:
    draft = await store.desk.open_draft(draft_request)
    assert draft == Draft(
        id=draft.id,
        conversation_id=draft_request.conversation_id,
        patient_id=MARIA,
        message_id=MessageId("m-1"),
        route=Route.FAQ,
        question="what does it cost?",
        text="It costs $150.",
        created=draft_request.created,
        citations=draft_request.citations,
        kind=Kind.OPTIONS,
        options=draft_request.options,
    )
    assert await store.desk.draft(draft.id) == draft
    again = await asyncio.gather(*(store.desk.open_draft(draft_request) for _ in range(3)))
    assert set(again) == {draft}
    assert await store.desk.drafts() == (draft,)


async def test_a_draft_is_decided_once(
    store: Store, draft_request: DraftRequest, now: datetime
) -> None:
    draft = await store.desk.open_draft(draft_request)
    edited = Decision(DraftStatus.EDITED, ANA, now, text="It costs $140.")
    rejected = Decision(DraftStatus.REJECTED, BEN, now, reason="wrong year")
    results = await asyncio.gather(
        store.desk.decide(draft.id, edited),
        store.desk.decide(draft.id, rejected),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(Conflict) == 1
    (decided,) = [result for result in results if isinstance(result, Draft)]
    assert await store.desk.draft(draft.id) == decided
    assert await store.desk.drafts() == ()
    assert await store.desk.drafts(status=None) == (decided,)
    assert await store.desk.drafts(status=decided.status) == (decided,)
    assert decided.decided_at == now
    if decided.status is DraftStatus.EDITED:
        assert (decided.text, decided.reason, decided.decided_by) == ("It costs $140.", None, ANA)
    else:
        assert (decided.text, decided.reason) == ("It costs $150.", "wrong year")


async def test_drafts_come_oldest_first_and_by_conversation(
    store: Store, draft_request: DraftRequest, now: datetime
) -> None:
    other = await store.transcript.open_conversation(PatientId("PT-2"), now)
    later = replace(
        draft_request, key=IdempotencyKey("b"), created=now + timedelta(minutes=1), text="later"
    )
    elsewhere = replace(later, key=IdempotencyKey("c"), conversation_id=other.id, text="elsewhere")
    for one in (elsewhere, later, draft_request):
        await store.desk.open_draft(one)
    here = await store.desk.drafts(conversation_id=draft_request.conversation_id)
    assert [draft.text for draft in here] == ["It costs $150.", "later"]
    assert len(await store.desk.drafts()) == 3


async def test_an_unknown_draft_is_not_found(store: Store, now: datetime) -> None:
    assert await store.desk.draft(DraftId("none")) is None
    with pytest.raises(NotFound):
        await store.desk.decide(DraftId("none"), Decision(DraftStatus.APPROVED, ANA, now))


async def test_the_last_change_of_policy_holds(store: Store, now: datetime) -> None:
    assert await store.policy.load() == {}
    await store.policy.save({"automation.faq": "draft", "thresholds.route": "0.7"}, ANA, now)
    await store.policy.save({"automation.faq": "auto"}, BEN, now)
    assert await store.policy.load() == {"automation.faq": "auto", "thresholds.route": "0.7"}
