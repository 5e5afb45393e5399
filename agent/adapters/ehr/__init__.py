"""How systems of record answer the `Ehr` port, an adapter a package."""

from importlib.metadata import entry_points

GROUP = "portico.ehr_adapters"

ADAPTERS = {
    "demo": "agent.adapters.ehr.demo.opening:opened",
    "mirror": "agent.adapters.ehr.mirror.opening:opened",
    "fhir_r4": "agent.adapters.ehr.fhir_r4.opening:opened",
    "crystal_pm": "agent.adapters.ehr.rest.opening:opened",
    "therapynotes": "agent.adapters.ehr.rest.opening:opened",
    "simplepractice": "agent.adapters.ehr.rest.opening:opened",
    "theranest": "agent.adapters.ehr.rest.opening:opened",
    "valant": "agent.adapters.ehr.rest.opening:opened",
}
"""Name in practice.toml -> the async context manager that opens it. Only the named one is
imported."""


def registered() -> dict[str, str]:
    """`ADAPTERS`, and what other installed packages register under the entry-point group `GROUP`;
    a name of ours stays ours."""
    theirs = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    return {**theirs, **ADAPTERS}
