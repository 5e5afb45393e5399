"""How appointments are described, found in the patient's words, and picked."""

from datetime import datetime

from agent.domain.booking import Appointment
from agent.domain.people import ServiceType
from agent.domain.terms import Kind
from agent.flows.flow import Ask, Said, Visit
from agent.understanding.choices import choose
from agent.understanding.dates import When, matches
from agent.understanding.people import find_practitioners, match_items


def described(visit: Visit, appointment: Appointment) -> dict[str, str]:
    """The words every appointment template uses."""
    practitioner = visit.practitioner(appointment.practitioner_id)
    return {
        "service": service_name(visit, appointment.service_type),
        "practitioner": practitioner.name if practitioner else "",
        "old": visit.when(appointment.start),
        "place": place(visit, appointment.modality, appointment.location_id),
    }


def service_name(visit: Visit, service_type: str) -> str:
    service = visit.service(service_type)
    return service.name if service else service_type


def place(visit: Visit, modality: str, location_id: str | None) -> str:
    if modality in ("telehealth", "phone"):
        return visit.words(f"appointments.{modality}")
    location = next((at for at in visit.locations if at.id == location_id), None)
    if location is None:
        return visit.words("appointments.in_person")
    name = f"{location.name}, {location.address}" if location.address else location.name
    return visit.words("appointments.in_person_at", location=name)


def booked(visit: Visit, key: str, appointment: Appointment) -> tuple[Said, ...]:
    """That an appointment stands, with its video link if it has one."""
    values = described(visit, appointment)
    new = values.pop("old")
    said = [visit.say(key, new=new, **values)]
    if appointment.telehealth_url:
        said.append(visit.say("appointments.video_link", url=appointment.telehealth_url))
    return tuple(said)


def listing(visit: Visit, said: Said) -> Said:
    """What is said of the patient's appointments, and as of when if the EHR is told from a copy."""
    if visit.tools.as_of is None:
        return said
    as_of = visit.say("appointments.as_of", as_of=visit.when(visit.tools.as_of))
    return Said(f"{said.text}\n{as_of.text}", (*said.facts, *as_of.facts))


def label(visit: Visit, appointment: Appointment) -> str:
    practitioner = visit.practitioner(appointment.practitioner_id)
    return visit.words(
        "appointments.label",
        when=visit.when(appointment.start),
        practitioner=practitioner.name if practitioner else "",
    )


def mentioned(
    visit: Visit, appointments: tuple[Appointment, ...], which: When | None
) -> tuple[Appointment, ...]:
    """The appointments that the patient's words can mean; all of them if the words name none."""
    left = appointments
    people = {p.id for p in find_practitioners(visit.text, visit.practitioners)}
    by_person = tuple(a for a in left if a.practitioner_id in people)
    left = by_person or left
    if which is not None:
        by_time = tuple(a for a in left if matches(which, local(visit, a.start)))
        left = by_time or left
    return left


def meant_instead(
    visit: Visit, appointments: tuple[Appointment, ...], current: str
) -> Appointment | None:
    """The other appointment that an answer names by its practitioner ("I meant Dr. Parker's")."""
    if visit.answer is None:
        return None
    people = {p.id for p in find_practitioners(visit.answer.text, visit.practitioners)}
    now = next((a for a in appointments if a.id == current), None)
    if not people or (now is not None and now.practitioner_id in people):
        return None
    return next((a for a in appointments if a.practitioner_id in people), None)


def local(visit: Visit, at: datetime) -> datetime:
    return at.astimezone(visit.practice.timezone)


def ask_which(visit: Visit, key: str, appointments: tuple[Appointment, ...]) -> Ask:
    shown = appointments[:8]
    return Ask(
        listing(visit, visit.say(key)),
        tuple((a.id, label(visit, a)) for a in shown),
        Kind.OPTIONS,
        starts=tuple(local(visit, a.start) for a in shown),
    )


def pick_by_words(visit: Visit, appointments: tuple[Appointment, ...]) -> Appointment | None:
    """The one appointment that a written answer describes, if it is one."""
    starts = [local(visit, a.start) for a in appointments]
    found = choose(
        visit.text, [label(visit, a) for a in appointments], starts=starts, now=visit.now
    )
    return appointments[found] if isinstance(found, int) else None


def service_in_words(visit: Visit, services: tuple[ServiceType, ...]) -> ServiceType | None:
    found = match_items(visit.text, [s.name for s in services])
    return services[found[0]] if len(found) == 1 else None
