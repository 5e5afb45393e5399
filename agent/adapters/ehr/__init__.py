"""How systems of record answer the `Ehr` port, an adapter a package."""

ADAPTERS = {
    "demo": "agent.adapters.ehr.demo.opening:opened",
    "fhir_r4": "agent.adapters.ehr.fhir_r4.opening:opened",
}
"""Name in practice.toml -> the async context manager that opens it. Only the named one is
imported."""
