"""Moves a flow from step to step until it asks, is done, or needs a person."""

from dataclasses import dataclass, replace

from agent.domain.terms import Kind
from agent.flows.flow import (
    Answer,
    Ask,
    Done,
    Flow,
    FlowState,
    Go,
    Move,
    Offer,
    Relay,
    Said,
    Switch,
    Unclear,
    Visit,
)

MOST_STEPS = 12
"""More moves than this in one turn is a loop: a programming error."""


class BrokenFlow(Exception):
    """A step went where its table does not allow, or never stopped."""


@dataclass(frozen=True)
class Advance:
    """Where a flow stands after a turn: waiting (`state`), or settled by `move`."""

    move: Ask | Done | Relay | Switch | Unclear
    state: FlowState | None


async def start(flow: Flow, visit: Visit) -> Advance:
    """Enters the flow with the patient's wish."""
    return await _run(flow, flow.first, visit)


async def take(flow: Flow, state: FlowState, answer: Answer, visit: Visit) -> Advance:
    """Hands the waiting step its answer."""
    if state.step not in flow.steps:
        raise BrokenFlow(f"{flow.name}: no step {state.step}")
    advance = await _run(flow, state.step, replace(visit, slots=state.slots, answer=answer))
    if isinstance(advance.move, Unclear):
        return Advance(advance.move, replace(state, tries=state.tries + 1))
    return advance


async def _run(flow: Flow, name: str, visit: Visit) -> Advance:
    for _ in range(MOST_STEPS):
        step = flow.steps[name]
        move: Move = await step.run(visit)
        if isinstance(move, Go):
            if move.step not in step.to:
                raise BrokenFlow(f"{flow.name}: {name} -> {move.step} is not in the table")
            name, visit = move.step, visit.entering(move)
            continue
        if isinstance(move, Ask):
            return Advance(move, _waiting(flow, name, visit, move))
        return Advance(move, None)
    raise BrokenFlow(f"{flow.name}: more than {MOST_STEPS} moves in one turn")


def _waiting(flow: Flow, step: str, visit: Visit, ask: Ask) -> FlowState:
    starts = ask.starts or (None,) * len(ask.offers)
    offers = tuple(
        Offer(f"{visit.tools.message_id}.{step}.{n}", label, value, start)
        for n, ((value, label), start) in enumerate(zip(ask.offers, starts, strict=True), 1)
    )
    return FlowState(flow.name, step, {**visit.slots, **ask.slots}, ask.said.text, ask.kind, offers)


def confirm(said: Said, yes: str, no: str) -> Ask:
    """A read-back that wants an explicit yes."""
    return Ask(said, (("yes", yes), ("no", no)), Kind.CONFIRM)
