"""Patients with their consent, and what the practice offers: people, places, services."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.adapters.ehr.fhir_r4.client import FhirClient, Resource, is_id, of_type, reference
from agent.adapters.ehr.fhir_r4.extensions import (
    AI_CHAT,
    DURATION,
    MODALITY,
    NEW_PATIENTS,
    PREFERRED_CHANNEL,
)
from agent.adapters.ehr.fhir_r4.options import Options
from agent.adapters.ehr.fhir_r4.strangers import Strangers
from agent.adapters.ehr.fhir_r4.values import (
    Unmapped,
    codes,
    day,
    extension,
    extensions,
    first,
    has_begun,
    is_over,
    mapped,
    moment,
    needed,
    objects,
    referenced,
    text,
    texts,
    unmapped,
    whole_number,
    words,
)
from agent.domain.ids import LocationId, PatientId, PractitionerId, ServiceTypeId
from agent.domain.people import Location, Patient, Practitioner, ServiceType
from agent.ports import Clock

ACTIVE = [("active", "true")]
_DECIDED = frozenset({"active", "inactive", "rejected"})
"""Consent.status of a decision that was made; the newest counts."""


class People:
    def __init__(
        self,
        client: FhirClient,
        options: Options,
        clock: Clock,
        timezone: ZoneInfo,
        strangers: Strangers,
    ) -> None:
        self._client = client
        self._own_services = tuple(one.service_type() for one in options.service_types)
        self._clock = clock
        self._timezone = timezone
        self._strangers = strangers

    async def patient(self, patient_id: PatientId) -> Patient | None:
        """None also for a record that is no longer in use."""
        if not is_id(patient_id):
            return None
        resource, found = await asyncio.gather(
            self._client.read("Patient", patient_id), self._consents(patient_id)
        )
        if resource is None or not await self._strangers.own([resource], patient_id):
            return None
        consents = await self._strangers.matches(found, "Consent", patient_id)
        try:
            return _patient(resource, self._agreed(consents))
        except Unmapped as error:
            unmapped(resource, error)
            return None

    async def practitioners(self) -> tuple[Practitioner, ...]:
        people, roles, services = await asyncio.gather(
            self._client.search("Practitioner", ACTIVE),
            self._client.search("PractitionerRole", ACTIVE),
            self._services(),
        )
        of_whom: dict[str, list[Resource]] = {}
        for role in of_type(roles, "PractitionerRole"):
            for person in referenced(role.get("practitioner"), "Practitioner"):
                if role.get("active") is not False:
                    of_whom.setdefault(person, []).append(role)
        return mapped(
            of_type(people, "Practitioner"),
            lambda one: _practitioner(one, of_whom.get(one["id"], []), services),
        )

    async def locations(self) -> tuple[Location, ...]:
        found = await self._client.search("Location", [("status", "active")])
        return mapped(of_type(found, "Location"), _location)

    async def service_types(self) -> tuple[ServiceType, ...]:
        return self._own_services or tuple((await self._services()).values())

    async def _services(self) -> dict[str, ServiceType]:
        """By the id of their HealthcareService; empty where practice.toml lists the services."""
        if self._own_services:
            return {}
        found = await self._client.search("HealthcareService", ACTIVE)
        return dict(mapped(of_type(found, "HealthcareService"), _service))

    async def _consents(self, patient_id: PatientId) -> tuple[Resource, ...]:
        return await self._client.search("Consent", [("patient", reference("Patient", patient_id))])

    def _agreed(self, consents: tuple[Resource, ...]) -> bool:
        """Whether the newest decision about the assistant is a permission in force now."""
        now = self._clock.now()
        decisions = sorted(
            (self._decided(one), self._permits(one, now))
            for one in consents
            if AI_CHAT in codes(one.get("category")) and text(one.get("status")) in _DECIDED
        )
        newest = [permits for at, permits in decisions if at == decisions[-1][0]]
        return bool(newest) and all(newest)

    def _decided(self, consent: Resource) -> float:
        """A refusal without a date counts as the newest, a permission as the oldest."""
        at = moment(consent.get("dateTime"), self._timezone)
        if at is not None:
            return at.timestamp()
        return 0.0 if consent.get("status") == "active" else float("inf")

    def _permits(self, consent: Resource, now: datetime) -> bool:
        provision = first(consent.get("provision"))
        return (
            consent["status"] == "active"
            and provision.get("type", "permit") == "permit"
            and has_begun(provision.get("period"), now, self._timezone)
            and not is_over(provision.get("period"), now, self._timezone)
        )


def _patient(resource: Resource, agreed: bool) -> Patient | None:
    if resource.get("active") is False:
        return None
    names = objects(resource.get("name"))
    name = next((one for one in names if one.get("use") == "official"), first(names))
    phones = [one for one in objects(resource.get("telecom")) if one.get("system") == "phone"]
    phones.sort(key=lambda one: whole_number(one.get("rank")) or len(phones) + 1)
    return Patient(
        id=PatientId(resource["id"]),
        first_name=needed(_given(name), "name.given"),
        last_name=text(name.get("family")) or "",
        birth_date=needed(day(resource.get("birthDate")), "birthDate"),
        preferred_name=next(
            (_given(one) for one in names if one.get("use") in ("usual", "nickname")), None
        ),
        phone=text(first(phones).get("value")),
        language=_language(objects(resource.get("communication"))),
        preferred_channel=text(extension(resource, PREFERRED_CHANNEL, "valueCode")) or "portal",
        ai_chat_consent=agreed,
        practitioner_ids=tuple(
            PractitionerId(one)
            for one in referenced(resource.get("generalPractitioner"), "Practitioner")
        ),
    )


def _given(name: Resource) -> str | None:
    return next(iter(texts(name.get("given"))), None) or text(name.get("text"))


def _language(spoken: list[Resource]) -> str:
    """The preferred one, else the first: its primary tag."""
    ranked = sorted(spoken, key=lambda one: one.get("preferred") is not True)
    tags = [tag for one in ranked for tag in codes(one.get("language"))]
    return tags[0].partition("-")[0].lower() if tags else "en"


def _practitioner(
    resource: Resource, roles: list[Resource], services: dict[str, ServiceType]
) -> Practitioner | None:
    if resource.get("active") is False:
        return None
    name = first(resource.get("name"))
    parts = [*texts(name.get("prefix")), *texts(name.get("given")), text(name.get("family"))]
    offered = [
        services[one].id
        for role in roles
        for one in referenced(role.get("healthcareService"), "HealthcareService")
        if one in services
    ]
    places = [one for role in roles for one in referenced(role.get("location"), "Location")]
    return Practitioner(
        id=PractitionerId(resource["id"]),
        name=needed(text(name.get("text")) or " ".join(filter(None, parts)) or None, "name"),
        role=next((said for role in roles if (said := words(role.get("code")))), ""),
        service_types=tuple(dict.fromkeys(offered)),
        location_id=LocationId(places[0]) if places else None,
    )


def _location(resource: Resource) -> Location | None:
    if resource.get("status", "active") != "active":
        return None
    address = first(resource.get("address"))
    parts = [*texts(address.get("line")), text(address.get("city")), text(address.get("state"))]
    return Location(
        LocationId(resource["id"]),
        needed(text(resource.get("name")), "name"),
        text(address.get("text")) or ", ".join(filter(None, parts)),
    )


def _service(resource: Resource) -> tuple[str, ServiceType] | None:
    """With the id of the HealthcareService; the service type's own is the code of its type."""
    if resource.get("active") is False:
        return None
    typed = codes(resource.get("type"))
    offered_as = [text(one.get("valueCode")) for one in extensions(resource, MODALITY)]
    minutes = needed(
        whole_number(extension(resource, DURATION, "valuePositiveInt")), "duration-minutes"
    )
    return resource["id"], ServiceType(
        id=ServiceTypeId(typed[0] if typed else resource["id"]),
        name=needed(text(resource.get("name")) or words(resource.get("type")), "name"),
        duration_minutes=minutes,
        modalities=tuple(filter(None, offered_as)) or ("in_person",),
        new_patients=extension(resource, NEW_PATIENTS, "valueBoolean") is not False,
    )
