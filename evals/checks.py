"""Compares what a step did with what its script expects. What cannot be looked at, fails."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.domain.audit import TurnRecord
from agent.domain.conversation import Message
from evals.script import Expect, OptionCount, Reply

NO_TURN = "no turn was recorded"


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that did not hold; `step` counts from 1, 0 is the end of the script."""

    step: int
    check: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What one step did. `messages`: all new ones but the patient's; `record`: of the turn, if
    the step was a patient's; `changed`: what differs in the EHR, None when it did not answer."""

    messages: tuple[Message, ...]
    record: TurnRecord | None
    ms: float
    changed: tuple[str, ...] | None

    @property
    def text(self) -> str:
        """Everything the patient reads, the labels of cards included, of buttons not."""
        parts = [message.text for message in self.messages]
        cards = [message.card for message in self.messages if message.card]
        return "\n".join([*parts, *(action.label for card in cards for action in card.actions)])


Finding = tuple[str, str, str]
"""Check, expected, actual."""


def check_step(step: int, expect: Expect, observed: Observed) -> tuple[Failure, ...]:
    findings = (finding for check in CHECKS for finding in check(expect, observed))
    return tuple(Failure(step, *finding) for finding in findings)


def _silence(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.expect_none and observed.messages:
        yield "expect_none", "no reply", shown(observed.text)


def _route(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.route is None:
        return
    actual = observed.record.route if observed.record else NO_TURN
    if actual not in expect.route:
        yield "route", " or ".join(expect.route), str(actual)


def _level(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.level is None:
        return
    actual = str(int(observed.record.level)) if observed.record else NO_TURN
    wanted = [str(int(level)) for level in expect.level]
    if actual not in wanted:
        yield "level", " or ".join(wanted), actual


def _kind(expect: Expect, observed: Observed) -> Iterator[Finding]:
    kinds = [message.kind for message in observed.messages]
    if expect.kind is not None and expect.kind not in kinds:
        yield "kind", expect.kind, ", ".join(kinds) or "no reply"


def _options(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.options is None:
        return
    buttons = next((m.options for m in reversed(observed.messages) if m.options), ())
    if not _counts(expect.options, len(buttons)):
        labels = ", ".join(option.label for option in buttons)
        yield "options", _range(expect.options), f"{len(buttons)}: {labels}" if labels else "0"


def _counts(wanted: OptionCount, actual: int) -> bool:
    return wanted.min <= actual and (wanted.max is None or actual <= wanted.max)


def _range(wanted: OptionCount) -> str:
    return f"at least {wanted.min}" if wanted.max is None else f"{wanted.min} to {wanted.max}"


def _reply(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.reply is None:
        return
    if not observed.messages:
        yield "reply", "a reply", "no reply"
        return
    yield from _words(expect.reply, observed.text)
    cites = expect.reply.cites
    citations = [citation for message in observed.messages for citation in message.citations]
    if cites is not None and not any(_is_source(cites, c.source, c.title) for c in citations):
        yield "reply.cites", cites, ", ".join(c.source for c in citations) or "nothing"


def _words(reply: Reply, text: str) -> Iterator[Finding]:
    said = text.casefold()
    if reply.contains_any and not any(word.casefold() in said for word in reply.contains_any):
        yield "reply.contains_any", " | ".join(reply.contains_any), shown(text)
    for word in reply.contains_all or ():
        if word.casefold() not in said:
            yield "reply.contains_all", word, shown(text)
    for word in reply.not_contains or ():
        if word.casefold() in said:
            yield "reply.not_contains", f"not: {word}", shown(text)
    if reply.matches and not re.search(reply.matches, text):
        yield "reply.matches", reply.matches, shown(text)


def _is_source(cites: str, source: str, title: str) -> bool:
    return source == cites or source.endswith(f"/{cites}") or title.casefold() == cites.casefold()


def _tools(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.tools is None:
        return
    if observed.record is None:
        yield "tools", " > ".join(expect.tools), NO_TURN
        return
    called = [call.name for call in observed.record.tools]
    rest = iter(called)
    if not all(name in rest for name in expect.tools):
        yield "tools", " > ".join(expect.tools), " > ".join(called) or "none"


def _writes(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if not expect.no_writes:
        return
    if observed.changed is None:
        yield "no_writes", "no writes", "the EHR did not answer, so nobody can tell"
        return
    calls = observed.record.tools if observed.record else ()
    wrote = [call.name for call in calls if call.writes and call.outcome == "ok"]
    if wrote or observed.changed:
        yield "no_writes", "no writes", ", ".join([*wrote, *observed.changed])


def _time(expect: Expect, observed: Observed) -> Iterator[Finding]:
    if expect.within_ms is not None and observed.ms > expect.within_ms:
        yield "within_ms", f"{expect.within_ms} ms", f"{observed.ms:.0f} ms"


CHECKS: Sequence[Callable[[Expect, Observed], Iterator[Finding]]] = (
    _silence,
    _route,
    _level,
    _kind,
    _options,
    _reply,
    _tools,
    _writes,
    _time,
)


def shown(text: str) -> str:
    """One line of it, not too long, for a report (scripts hold synthetic people only)."""
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:297]}..."
