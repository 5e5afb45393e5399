"""What happened in the EHR since the last time it was asked: patients' messages, and appointments
that somebody made or ended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from agent.adapters.ehr.fhir_r4.client import FhirClient, Resource, of_type
from agent.adapters.ehr.fhir_r4.letters import thread_of
from agent.adapters.ehr.fhir_r4.marks import fingerprint, is_ours
from agent.adapters.ehr.fhir_r4.parts import utc
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import (
    first,
    mapped,
    moment,
    needed,
    objects,
    referenced,
    text,
)
from agent.domain.correspondence import (
    AppointmentChange,
    AppointmentEvent,
    EhrEvent,
    InboundMessage,
)
from agent.domain.ids import AppointmentId, PatientId

ADAPTER = "fhir_r4"
OVERLAP = timedelta(seconds=5)
"""A write may show up a little later than its own meta.lastUpdated says."""
LONGEST_WORDS = 20_000
"""Characters of one message; a person reads what is longer in the EHR."""
SENT = frozenset({"completed", "in-progress"})
"""Some portals leave a message in progress until staff has read it."""
_CHANGE = {
    "booked": AppointmentChange.CREATED,
    "pending": AppointmentChange.CREATED,
    "cancelled": AppointmentChange.CANCELLED,
    "fulfilled": AppointmentChange.COMPLETED,
}

Read = Callable[[Resource, datetime], EhrEvent | None]
"""What a resource says that was new since the given time."""


class _Place(BaseModel):
    """How far a resource type was read, and which versions of the last moments were among it."""

    model_config = ConfigDict(frozen=True)
    since: AwareDatetime
    seen: frozenset[str] = frozenset()


class _Cursor(BaseModel):
    """`begun`: what was sent before is the practice's own, however often it changes since."""

    model_config = ConfigDict(frozen=True)
    begun: AwareDatetime
    places: dict[str, _Place] = {}


class Inbox:
    """Times are the server's own: it is asked for its clock once, at the first poll."""

    def __init__(self, client: FhirClient, timezone: ZoneInfo, strangers: Strangers) -> None:
        self._client = client
        self._timezone = timezone
        self._strangers = strangers

    async def changes(
        self, cursor: str | None, *, appointments: bool
    ) -> tuple[tuple[EhrEvent, ...], str]:
        """`appointments`: the server can be asked what changed of them too."""
        if cursor is None:
            standing = _Cursor(begun=await self._client.now())
        else:
            standing = _Cursor.model_validate_json(cursor)
        readers: dict[str, Read] = {"Communication": self._message}
        if appointments:
            readers["Appointment"] = self._appointment
        happened: list[tuple[datetime, EhrEvent]] = []
        places = dict(standing.places)
        for kind, read in readers.items():
            place = places.get(kind, _Place(since=standing.begun))
            changed, places[kind] = await self._since(kind, place)
            happened += mapped(changed, partial(self._event, read, standing.begun))
        happened.sort(key=lambda one: one[0])
        events = () if cursor is None else tuple(event for _, event in happened)
        return events, _Cursor(begun=standing.begun, places=places).model_dump_json()

    def _event(
        self, read: Read, begun: datetime, resource: Resource
    ) -> tuple[datetime, EhrEvent] | None:
        event = read(resource, begun)
        return None if event is None else (self._changed(resource), event)

    async def _since(self, kind: str, place: _Place) -> tuple[list[Resource], _Place]:
        """What is new, and the place to go on from."""
        start = place.since - OVERLAP
        found = await self._client.search(kind, [("_lastUpdated", f"ge{utc(start)}")])
        changed = mapped(of_type(found, kind), lambda one: (self._changed(one), one))
        recent = [(at, one) for at, one in changed if at >= start]
        latest = max([place.since, *(at for at, _ in recent)])
        seen = frozenset(_version(one) for at, one in recent if at >= latest - OVERLAP)
        fresh = [one for _, one in recent if _version(one) not in place.seen]
        return fresh, _Place(since=latest, seen=seen)

    def _changed(self, resource: Resource) -> datetime:
        at = moment(first(resource.get("meta")).get("lastUpdated"), self._timezone)
        return needed(at, "meta.lastUpdated")

    def _message(self, resource: Resource, begun: datetime) -> InboundMessage | None:
        """None: not a patient's words to the practice, or older than Portico's work here.

        Its id is made of its words and not of its version: a mark that staff has read it makes a
        new version and no new message.
        """
        if resource.get("status") not in SENT or is_ours(resource):
            return None
        subject, sender = resource.get("subject"), resource.get("sender")
        patient_id = self._one(subject)
        if patient_id is None or not self._strangers.refers_to(sender, patient_id):
            return None
        at = moment(resource.get("sent"), self._timezone) or self._changed(resource)
        if at < begun:
            return None
        words = needed(_words(resource), "payload.contentString")
        event_id = f"Communication/{resource['id']}/{fingerprint(words)}"
        return InboundMessage(ADAPTER, event_id, patient_id, words, thread_of(resource), at)

    def _appointment(self, resource: Resource, begun: datetime) -> AppointmentEvent | None:
        """Each appointment is made and ended once, however many versions it has."""
        change = _CHANGE.get(text(resource.get("status")) or "")
        if change is None:
            return None
        if change is AppointmentChange.CREATED and (
            is_ours(resource) or not self._is_new(resource, begun)
        ):
            return None
        patients = (self._one(one.get("actor")) for one in objects(resource.get("participant")))
        patient_id = next((one for one in patients if one is not None), None)
        return AppointmentEvent(
            ADAPTER,
            f"Appointment/{resource['id']}/{change}",
            needed(patient_id, "participant.actor"),
            AppointmentId(resource["id"]),
            change,
            self._changed(resource),
        )

    def _is_new(self, resource: Resource, begun: datetime) -> bool:
        """A server that numbers versions shows a first one; others have to say when it was made."""
        if first(resource.get("meta")).get("versionId") == "1":
            return True
        created = moment(resource.get("created"), self._timezone)
        return created is not None and created >= begun

    def _one(self, reference: object) -> PatientId | None:
        """The patient of this server that a Reference names."""
        named = referenced(reference, "Patient")
        if not named or not self._strangers.refers_to(reference, PatientId(named[0])):
            return None
        return PatientId(named[0])


def _version(resource: Resource) -> str:
    return f"{resource['id']}/{first(resource.get('meta')).get('versionId')}"


def _words(resource: Resource) -> str | None:
    """With its lines as they were written."""
    contents = (one.get("contentString") for one in objects(resource.get("payload")))
    said = "\n".join(one for one in contents if isinstance(one, str)).strip()
    return said[:LONGEST_WORDS] or None
