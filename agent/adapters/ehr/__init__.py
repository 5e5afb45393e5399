"""How systems of record answer the `Ehr` port, an adapter a package."""

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
