"""The one state machine that every patient message goes through; the only file with edges.

    START -> screen -> crisis ----------------------------------------> deliver -> END
                    -> (staff speak) ---------------------------------> deliver
                    -> triage -> answer | flow | handoff (until no wish is left)
                                 -> compose -> review -> hold ---------> deliver
                                                      -> deliver

`EDGES` is that table; the drawing in docs/ARCHITECTURE.md is made from it.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.nodes.answer import answer
from agent.nodes.compose import compose
from agent.nodes.crisis import crisis
from agent.nodes.deliver import deliver
from agent.nodes.flow import flow
from agent.nodes.handoff import handoff
from agent.nodes.hold import hold
from agent.nodes.review import after_review, review
from agent.nodes.rooms import Rooms
from agent.nodes.screen import after_screen, screen
from agent.nodes.triage import next_node, triage
from agent.state import ConversationState, Update

Node = Callable[[ConversationState, Rooms], Awaitable[Update]]
Choice = Callable[[ConversationState, Rooms], str]

NODES: dict[str, Node] = {
    "screen": screen,
    "crisis": crisis,
    "triage": triage,
    "answer": answer,
    "flow": flow,
    "handoff": handoff,
    "compose": compose,
    "review": review,
    "hold": hold,
    "deliver": deliver,
}


@dataclass(frozen=True)
class Edge:
    """From a node to one of `to`; `choose` picks when there is more than one."""

    to: tuple[str, ...]
    choose: Choice | None = None


def _screened(state: ConversationState, rooms: Rooms) -> str:
    return after_screen(state)


def _next(state: ConversationState, rooms: Rooms) -> str:
    return next_node(state)


WORK = ("answer", "flow", "handoff", "compose")

EDGES: dict[str, Edge] = {
    START: Edge(("screen",)),
    "screen": Edge(("crisis", "deliver", "triage"), _screened),
    "crisis": Edge(("deliver",)),
    "triage": Edge(WORK, _next),
    "answer": Edge(WORK, _next),
    "flow": Edge(WORK, _next),
    "handoff": Edge(WORK, _next),
    "compose": Edge(("review",)),
    "review": Edge(("hold", "deliver"), after_review),
    "hold": Edge(("deliver",)),
    "deliver": Edge((END,)),
}

MOST_NODES = 25
"""A turn that visits more nodes is a loop: LangGraph stops it, and it ends in a task."""

Graph = CompiledStateGraph[Any, Any, Any, Any]


def build_graph(rooms: Rooms, checkpointer: BaseCheckpointSaver[Any]) -> Graph:
    """The compiled graph; one conversation is one `thread_id`."""
    graph = StateGraph(ConversationState)
    for name, node in NODES.items():
        # Any: LangGraph's overloads do not see that a typed dict goes in and part of it comes out.
        timed: Any = _timed(name, node, rooms)
        graph.add_node(name, timed)
    for source, edge in EDGES.items():
        if edge.choose is None:
            graph.add_edge(source, edge.to[0])
        else:
            graph.add_conditional_edges(source, _bound(edge.choose, rooms), list(edge.to))
    return graph.compile(checkpointer=checkpointer)


def _bound(choose: Choice, rooms: Rooms) -> Callable[[ConversationState], str]:
    def choice(state: ConversationState) -> str:
        return choose(state, rooms)

    return choice


def _timed(name: str, node: Node, rooms: Rooms) -> Callable[[ConversationState], Awaitable[Update]]:
    """Adds the node's milliseconds to `turn.node_ms`."""

    async def run(state: ConversationState) -> Update:
        started = time.perf_counter()
        update = await node(state, rooms)
        turn = update.get("turn") or state["turn"]
        spent = (time.perf_counter() - started) * 1000
        node_ms = {**turn.node_ms, name: turn.node_ms.get(name, 0.0) + spent}
        update["turn"] = replace(turn, node_ms=node_ms)
        return update

    return run


def diagram() -> str:
    """The graph as Mermaid, for the documents."""
    names = {START: "start", END: "end"}
    lines = ["flowchart LR"]
    for source, edge in EDGES.items():
        lines += [f"  {names.get(source, source)} --> {names.get(to, to)}" for to in edge.to]
    return "\n".join(lines)
