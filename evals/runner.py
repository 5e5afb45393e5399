"""Plays a script against an agent of its own, over data of its own."""

import tempfile
import time
import traceback
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.clock import RunningClock
from agent.domain.conversation import Conversation, Message, Option
from agent.domain.ids import ConversationId, MessageId, PatientId, StaffId
from agent.domain.terms import Author, Control, DraftStatus, Route
from agent.policy import StaffMember
from agent.ports import EhrUnavailable, PortError
from agent.turns import Agent, NoAccess
from evals.checks import Failure, Observed, check_step
from evals.faults import CannotDo, Faults
from evals.finals import check_final
from evals.script import ByLabel, Script, StaffStep, Step
from evals.warm import Warm

LADDER_STEP = timedelta(seconds=30)
"""While an alert waits, the clock moves in steps, so that no rung of the ladder is jumped over."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step said and what came of it."""

    number: int
    description: str
    replies: tuple[Message, ...] = ()
    route: Route | None = None
    level: int | None = None
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run of one script."""

    steps: tuple[StepResult, ...]
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.failures


async def run_script(script: Script, warm: Warm) -> RunResult:
    """Never raises for what the agent does: that is a failure of the run."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="portico-eval-") as folder:
        clock = RunningClock(script.starts_at(datetime.now(UTC)))
        async with warm.agent(Path(folder), clock) as agent:
            stage = _Stage(script, agent, clock)
            await stage.play()
    return RunResult(tuple(stage.steps), tuple(stage.failures), time.perf_counter() - started)


@dataclass
class _Stage:
    """A script being played."""

    script: Script
    agent: Agent
    clock: RunningClock
    steps: list[StepResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    conversation_id: ConversationId = field(init=False)
    faults: Faults = field(init=False)
    seen: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(self.agent)

    async def play(self) -> None:
        try:
            conversation, _ = await self.agent.open(PatientId(self.script.patient))
        except (NoAccess, PortError) as error:
            self._fail(1, "open", "the patient's conversation", f"{type(error).__name__}: {error}")
            return
        self.conversation_id = conversation.id
        for number, step in enumerate(self.script.turns, start=1):
            try:
                await self._play(number, step)
            except (CannotDo, PortError) as error:
                self._fail(number, "step", step.describe(), f"could not be done: {error}")
                break
            except Exception:  # noqa: BLE001 - the outermost loop of a run: what the agent raises fails it
                self._fail(number, "step", step.describe(), traceback.format_exc(limit=-3))
                break
        with self.faults.ehr_up():
            self.failures += await check_final(self.script, self.agent, self.conversation_id)

    async def _play(self, number: int, step: Step) -> None:
        before = await self._ehr_state()
        started = time.perf_counter()
        said = await self._act(step)
        ms = (time.perf_counter() - started) * 1000
        replies = await self._new_messages()
        record = None
        if said is not None:
            records = await self.agent.transcript.turns(self.conversation_id)
            record = next((r for r in records if r.message_id == said.id), None)
        after = await self._ehr_state()
        observed = Observed(replies, record, ms, _difference(before, after))
        route, level = (record.route, int(record.level)) if record else (None, None)
        self.steps.append(StepResult(number, step.describe(), replies, route, level, ms))
        self.failures += check_step(number, step.expected, observed)
        if said is not None and not step.expected.expect_none:
            await self._check_answered(number, said, replies)

    async def _act(self, step: Step) -> Message | None:
        """Does the step; the patient's message, if it is one."""
        if step.say is not None:
            return await self._say(step.say)
        if step.choose is not None:
            option = await self._option(step.choose)
            return await self._say(option.label, option.id)
        if step.staff is not None:
            await self._staff(step.staff)
        elif step.advance is not None:
            await self._advance(step.advance)
        elif step.outage is not None:
            self.faults.switch(step.outage, on=False)
        elif step.restore is not None:
            self.faults.switch(step.restore, on=True)
        return None

    async def _say(self, text: str, choice: str | None = None) -> Message:
        message, _ = await self.agent.receive(
            self.conversation_id, MessageId(str(uuid.uuid4())), text, choice
        )
        await self.agent.answer(message)
        return message

    async def _option(self, choose: int | ByLabel) -> Option:
        """Of the last message that had buttons."""
        entries = await self.agent.transcript.entries(self.conversation_id)
        offered = next(
            (e.options for e in reversed(entries) if isinstance(e, Message) and e.options), ()
        )
        if isinstance(choose, int):
            if choose > len(offered):
                raise CannotDo(f"only {len(offered)} options were offered")
            return offered[choose - 1]
        wanted = choose.label_contains.casefold()
        for option in offered:
            if wanted in option.label.casefold():
                return option
        labels = ", ".join(option.label for option in offered) or "none"
        raise CannotDo(f"no option has {choose.label_contains!r} in its label: {labels}")

    async def _staff(self, step: StaffStep) -> None:
        member = self._member(step.by)
        if step.reply is not None:
            await self.agent.reply(self.conversation_id, member, step.reply)
        elif step.take:
            await self.agent.take(self.conversation_id, member)
        elif step.release:
            conversation = await self._conversation()
            holder = conversation.staff.id if conversation.staff else None
            await self.agent.release(self.conversation_id, self._member(step.by or holder))
        else:
            drafts = await self.agent.desk.drafts(conversation_id=self.conversation_id)
            if not drafts:
                raise CannotDo("no draft waits in this conversation")
            await self.agent.decide_draft(drafts[-1].id, member, DraftStatus.APPROVED)

    def _member(self, staff_id: str | None) -> StaffMember:
        practice = self.agent.practice
        found = practice.member(StaffId(staff_id)) if staff_id else next(iter(practice.staff), None)
        if found is None:
            raise CannotDo(f"the practice has no staff member {staff_id or 'at all'}")
        return found

    async def _advance(self, by: timedelta) -> None:
        left = by
        while left > timedelta() and await self.agent.desk.unacknowledged():
            moved = min(left, LADDER_STEP)
            self.clock.advance(moved)
            left -= moved
            await self.agent.climb_ladder()
        self.clock.advance(left)
        await self.agent.climb_ladder()

    async def _new_messages(self) -> tuple[Message, ...]:
        entries = await self.agent.transcript.entries(self.conversation_id, after=self.seen)
        self.seen = entries[-1].seq if entries else self.seen
        return tuple(
            e for e in entries if isinstance(e, Message) and e.author is not Author.PATIENT
        )

    async def _check_answered(
        self, number: int, said: Message, replies: tuple[Message, ...]
    ) -> None:
        """Every `say` is answered, except while staff hold the conversation (CONTRACTS 4)."""
        conversation = await self._conversation()
        answered = any(reply.reply_to == said.id for reply in replies)
        if not answered and conversation.control is Control.ASSISTANT:
            self._fail(number, "answered", "a message with the say's id in reply_to", "none")

    async def _conversation(self) -> Conversation:
        conversation = await self.agent.transcript.conversation(self.conversation_id)
        if conversation is None:
            raise CannotDo("the conversation is gone")
        return conversation

    async def _ehr_state(self) -> frozenset[str] | None:
        """The patient's bookings, also while the script has the EHR switched off."""
        patient = PatientId(self.script.patient)
        try:
            with self.faults.ehr_up():
                appointments = await self.agent.ehr.appointments(patient)
                waitlist = await self.agent.ehr.waitlist(patient)
        except EhrUnavailable:
            return None
        return frozenset(
            [f"appointment {a.id} {a.status} {a.start.isoformat()}" for a in appointments]
            + [f"waitlist {entry.id}" for entry in waitlist]
        )

    def _fail(self, step: int, check: str, expected: str, actual: str) -> None:
        self.failures.append(Failure(step, check, expected, actual))


def _difference(
    before: frozenset[str] | None, after: frozenset[str] | None
) -> tuple[str, ...] | None:
    if before is None or after is None:
        return None
    gone, new = sorted(before - after), sorted(after - before)
    return (*(f"gone: {one}" for one in gone), *(f"new: {one}" for one in new))
