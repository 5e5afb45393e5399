"""One export as a whole: read, held against itself, and never half taken over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.adapters.ehr.mirror.calendars import Window, read_calendar
from agent.adapters.ehr.mirror.options import Options
from agent.adapters.ehr.mirror.people import People, read_people
from agent.adapters.ehr.mirror.rows import AppointmentRow, PatientRow
from agent.adapters.ehr.mirror.tables import MOST_ROWS, read_table
from agent.domain.booking import Appointment
from agent.domain.ids import PatientId
from agent.domain.people import Patient
from knowledge.errors import InputError

READ = frozenset({".csv", ".ics"})
FOLLOWED = timedelta(days=400)
"""How far back and ahead of the reading a repeated event is followed."""

Signature = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Export:
    """What the folder says; `appointments` by start. It was true at `as_of` (aware)."""

    patients: dict[PatientId, Patient]
    appointments: dict[PatientId, tuple[Appointment, ...]]
    people: People
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Where an export lands and how it is to be read; everything here blocks."""

    options: Options
    practice_folder: Path
    timezone: ZoneInfo

    @property
    def folder(self) -> Path:
        return self.practice_folder / self.options.folder

    def signature(self) -> Signature:
        """Changes when a file of the export does. Raises `InputError` for a folder that is gone."""
        try:
            return frozenset(
                (path.name, about.st_mtime_ns, about.st_size)
                for path in self.folder.iterdir()
                if path.suffix.lower() in READ or path.name == self.options.stamp
                for about in (path.stat(),)
            )
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be read: {error.strerror}") from None

    def read(self, now: datetime) -> Export:
        """The whole export. Raises `InputError` with file, line and column."""
        before = self.signature()
        people = read_people(self.practice_folder, self.folder, self.options, self.timezone)
        patients = self._patients(people)
        files = self._files()
        appointments = self._appointments(files, people, frozenset(patients), now)
        as_of = self._as_of(files, now)
        if self.signature() != before:
            raise InputError(f"{self.folder}: was written to while it was read")
        return Export(patients, appointments, people, as_of)

    def _patients(self, people: People) -> dict[PatientId, Patient]:
        known = {person.id for person in people.practitioners}
        path = self.folder / "patients.csv"
        patients = {}
        for where, row in read_table(path, PatientRow, self.options, self.timezone):
            if not known.issuperset(row.practitioner_ids):
                raise InputError(f"{where}, column practitioner_ids: no such practitioner")
            patients[PatientId(row.id)] = row.value()
        return patients

    def _files(self) -> list[Path]:
        """`appointments.csv`, or calendars in its place."""
        table = self.folder / "appointments.csv"
        calendars = sorted(p for p in self.folder.iterdir() if p.suffix.lower() == ".ics")
        if table.is_file() and calendars:
            raise InputError(f"{self.folder}: has appointments.csv and calendars; one must go")
        if not table.is_file() and not calendars:
            raise InputError(f"{self.folder}: has neither appointments.csv nor an .ics calendar")
        return calendars or [table]

    def _rows(self, files: list[Path], now: datetime) -> Iterator[tuple[str, AppointmentRow]]:
        window = Window(now - FOLLOWED, now + FOLLOWED)
        return chain.from_iterable(
            read_calendar(path, self.options, self.timezone, window)
            if path.suffix.lower() == ".ics"
            else read_table(path, AppointmentRow, self.options, self.timezone)
            for path in files
        )

    def _appointments(
        self, files: list[Path], people: People, patients: frozenset[PatientId], now: datetime
    ) -> dict[PatientId, tuple[Appointment, ...]]:
        persons = {person.id for person in people.practitioners}
        places = {None, *(place.id for place in people.locations)}
        found: dict[str, Appointment] = {}
        for where, row in self._rows(files, now):
            row = row.model_copy(update={"service_type": people.codes.get(row.service_type, "")})
            one = row.value()
            for column, known in (
                ("id", one.id not in found),
                ("patient_id", one.patient_id in patients),
                ("practitioner_id", one.practitioner_id in persons),
                ("service_type", bool(one.service_type)),
                ("location_id", one.location_id in places),
            ):
                if not known:
                    why = "stands there twice" if column == "id" else "nothing has that id"
                    raise InputError(f"{where}, column {column}: {why}")
            found[one.id] = one
            if len(found) > MOST_ROWS:
                raise InputError(f"{self.folder}: more than {MOST_ROWS:,} appointments")
        mine: dict[PatientId, list[Appointment]] = {}
        for one in sorted(found.values(), key=lambda each: (each.start, each.id)):
            mine.setdefault(one.patient_id, []).append(one)
        return {patient: tuple(all_of) for patient, all_of in mine.items()}

    def _as_of(self, files: list[Path], now: datetime) -> datetime:
        """When the export was made: its stamp's time, else that of its oldest file; never ahead of
        the clock."""
        stamp = self.options.stamp
        counted = [self.folder / stamp] if stamp else [self.folder / "patients.csv", *files]
        try:
            oldest = min(path.stat().st_mtime for path in counted)
        except OSError as error:
            raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None
        return min(datetime.fromtimestamp(oldest, UTC), now)
