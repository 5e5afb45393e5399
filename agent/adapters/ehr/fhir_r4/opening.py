"""Opens the FHIR server that practice.toml names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.adapters.ehr.fhir_r4.auth import auth_of
from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.options import options_of
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.site import Site


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[FhirEhr]:
    """Starts also when the server is down. Raises `InputError` for a faulty option or key."""
    options = options_of(site.practice.ehr_options)
    auth = auth_of(options, site.secrets)
    async with FhirClient(options.base_url, auth=auth, deadline=options.deadline_seconds) as client:
        strangers = Strangers(client.base_url, site.incidents, site.clock)
        ehr = FhirEhr(client, options, site.clock, site.practice.timezone, strangers)
        await ehr.discover()
        async with ehr.sweeper.running():
            yield ehr
