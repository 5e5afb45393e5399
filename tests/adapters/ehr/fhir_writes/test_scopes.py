"""The scopes that are asked for suffice for every write, on a server that enforces them."""

from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from agent.adapters.ehr.fhir_r4.auth import auth_of
from agent.adapters.ehr.fhir_r4.client import FhirClient
from agent.adapters.ehr.fhir_r4.ehr import FhirEhr
from agent.adapters.ehr.fhir_r4.options import SCOPES, Options
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.clock import RunningClock
from agent.domain.booking import Booking, WaitlistEntry
from agent.domain.ids import IdempotencyKey, ServiceTypeId
from agent.settings import EhrSettings
from tests.adapters.ehr.fhir_chart.work import letter, records, task
from tests.adapters.ehr.fhir_writes.practice import (
    MARI,
    NOW,
    PATIENCE,
    ZONE,
    NoIncidents,
    Practice,
    offer,
)
from tests.fhir.servers import own, start_sekmet

STAFF = "staff-token"


def keys(folder: Path) -> tuple[Path, Path]:
    """PEM files of a private key and its public half."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption_algorithm=NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


async def test_every_write_is_within_the_scopes(tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    client = {"client_id": "portico", "public_key_path": str(public), "scopes": SCOPES}
    doors = {"types": ["smart", "bearer"], "tokens": [STAFF], "smart_clients": [client]}
    staff = httpx.Client(
        headers={"Authorization": f"Bearer {STAFF}"}, timeout=PATIENCE, trust_env=False
    )
    clock = RunningClock(NOW)
    with own(start_sekmet({"server_auth": doors})) as server, staff:
        options = Options(base_url=server.base_url, client_id="portico")
        auth = auth_of(options, EhrSettings(private_key_file=private))
        practice = Practice(server.base_url, staff)
        practice.furnish()
        first = practice.slot("S1", "2026-06-02 10:00")
        second = practice.slot("S2", "2026-06-03 10:00")
        async with FhirClient(server.base_url, auth=auth, deadline=PATIENCE) as http:
            strangers = Strangers(http.base_url, NoIncidents(), clock)
            ehr = FhirEhr(http, options, clock, ZONE, strangers)
            book, move = (IdempotencyKey(f"m1:{verb}") for verb in ("book", "move"))
            old = await ehr.book(Booking(MARI, offer(first), "in_person", book))
            await ehr.confirm(MARI, old.id, IdempotencyKey("m1:confirm"))
            new = await ehr.book(Booking(MARI, offer(second), "in_person", move, old.id))
            await ehr.cancel(MARI, new.id, IdempotencyKey("m1:cancel"))
            wish = WaitlistEntry("", MARI, ServiceTypeId("therapy"))
            entry = await ehr.join_waitlist(wish, IdempotencyKey("m1:waitlist"))
            await ehr.leave_waitlist(MARI, entry.id)
            assert await ehr.sweeper.sweep() == 0
            await ehr.discover()
            _, cursor = await ehr.changes(None)
            await ehr.post_message(letter("m2", await ehr.post_message(letter("m1"))))
            await ehr.record_task(task())
            await ehr.record_events(MARI, tuple(records(("message.sent", "assistant", {}))))
            await ehr.changes(cursor)
            assert await ehr.orders(MARI) == ()
        assert len(practice.all("Provenance")) == 2
        assert len(practice.all("AppointmentResponse")) == 1
        assert practice.open_appointments() == []
        assert practice.faults() == []
