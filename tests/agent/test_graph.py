"""The table of edges is the graph, and the documents draw the same."""

from pathlib import Path

from agent.flows.registry import FLOWS
from agent.graph import EDGES, NODES, diagram

DOCUMENT = Path(__file__).parents[2] / "docs" / "ARCHITECTURE.md"


def test_every_node_has_its_edges() -> None:
    assert set(NODES) == set(EDGES) - {"__start__"}
    reached = {to for edge in EDGES.values() for to in edge.to} - {"__end__"}
    assert reached == set(NODES)


def test_the_document_draws_this_graph() -> None:
    assert diagram() in DOCUMENT.read_text("utf-8")


def test_the_steps_a_flow_names_exist() -> None:
    for flow in FLOWS.values():
        assert flow.first in flow.steps
        for step in flow.steps.values():
            assert set(step.to) <= set(flow.steps)
