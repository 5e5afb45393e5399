"""Opens the dialect that practice.toml names, at the address in its table `[ehr.<dialect>]`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agent.adapters.directory import load_directory
from agent.adapters.ehr.rest.booking import Calendar
from agent.adapters.ehr.rest.client import RestClient
from agent.adapters.ehr.rest.dialect import load_dialect
from agent.adapters.ehr.rest.ehr import RestEhr
from agent.adapters.ehr.rest.messages import Messages
from agent.adapters.ehr.rest.records import Records
from agent.adapters.ehr.rest.rows import Rows
from agent.adapters.site import Site
from knowledge.errors import InputError


def _sealed(url: str) -> str:
    """https, except to this very machine."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must have no user, query or fragment")
    if parts.scheme == "https" and parts.hostname:
        return url.rstrip("/")
    if parts.scheme == "http" and parts.hostname and _is_this_machine(parts.hostname):
        return url.rstrip("/")
    raise ValueError("must be an https:// address")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class RestOptions(BaseModel):
    """`[ehr.<dialect>]` of practice.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: Annotated[str, AfterValidator(_sealed)]
    timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 5.0
    """For one request; a read is tried three times."""


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[RestEhr]:
    """Raises `InputError` for a faulty table, a faulty directory.json or a missing key."""
    name = site.practice.ehr_adapter
    options = _options(name, site)
    if site.secrets.api_key is None:
        raise InputError(f"PORTICO_EHR_API_KEY: must be set: ehr.adapter is {name!r}")
    directory = load_directory(site.folder)
    dialect = load_dialect(name)
    timeout = timedelta(seconds=options.timeout_seconds)
    async with RestClient(dialect, options.base_url, site.secrets.api_key, timeout) as client:
        zone = site.practice.timezone
        rows = Rows(dialect, zone)
        records = Records(dialect, client, rows, directory, site.incidents, site.clock)
        calendar = Calendar(
            dialect, client, rows, records, directory, site.clock, zone, site.practice.closed
        )
        messages = Messages(name, dialect, client, rows, records)
        yield RestEhr(dialect, directory, records, calendar, messages)


def _options(name: str, site: Site) -> RestOptions:
    try:
        return RestOptions.model_validate(dict(site.practice.ehr_options))
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        reason = _REASONS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        key = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"practice.toml: ehr.{name}.{key}: {reason}") from None


_REASONS = {"extra_forbidden": "unknown key", "missing": "is missing"}
