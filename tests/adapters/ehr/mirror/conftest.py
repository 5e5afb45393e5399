"""A practice folder with an export beside it, and its parts to change."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.ehr.mirror.export import Source
from agent.adapters.ehr.mirror.options import options_of

NOW = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # Monday, 09:00 in Los Angeles
ZONE = ZoneInfo("America/Los_Angeles")

PATIENTS = """\
id,first_name,last_name,preferred_name,birth_date,phone,language,ai_chat_consent,practitioner_ids
PT-1,Maria,Gonzalez,Mari,1988-03-14,+14155550134,en,yes,DR-PARK
PT-2,Samuel,Adeyemi,,1996-04-11,,es,no,
"""
APPOINTMENTS = """\
id,patient_id,practitioner_id,service_type,start,status,modality,telehealth_url
AP-1,PT-1,DR-PARK,therapy,2026-06-03T15:00,booked,telehealth,https://video.example.test/ap-1
AP-OLD,PT-1,DR-PARK,therapy,2026-05-25T15:00,completed,,
AP-2,PT-2,DR-LIN,therapy,2026-06-02T10:00,confirmed,,
"""
PRACTITIONERS = """\
id,name,role,service_types,location_id
DR-PARK,Dr. Alan Park,Psychologist,therapy,LOC-1
DR-LIN,Dr. Grace Lin,Psychologist,therapy;intake,
"""
SERVICES = """\
id,name,duration_minutes,modalities
therapy,Individual therapy,50,in_person;telehealth
intake,First visit,90,in_person
"""
LOCATIONS = 'id,name,address\nLOC-1,Main office,"12 Harbor St"\n'

FILES = {
    "patients.csv": PATIENTS,
    "appointments.csv": APPOINTMENTS,
    "practitioners.csv": PRACTITIONERS,
    "service_types.csv": SERVICES,
    "locations.csv": LOCATIONS,
}


def write(path: Path, text: str, at: datetime = NOW) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in FILES.items():
        write(folder / name, text)
    return folder


Sourced = Callable[..., Source]


@pytest.fixture
def source(export: Path) -> Sourced:
    """The source over the export with these settings."""

    def sourced(**options: object) -> Source:
        return Source(options_of({"folder": "export", **options}), export.parent, ZONE)

    return sourced
