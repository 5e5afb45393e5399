"""A practice folder that a test fills, and one encoder for the whole run."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.encoder import Encoder, load_encoder
from knowledge.index.sync import SyncReport, sync_index
from knowledge.practice import read_settings
from knowledge.retrieve import Retriever

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder()


class Clinic:
    """A practice folder with its data directory."""

    def __init__(self, home: Path, encoder: Encoder) -> None:
        self.home = home
        self.data = home / "data"
        self.faq = home / "practice" / "faq"
        self.faq.mkdir(parents=True)
        self.toml = home / "practice" / "practice.toml"
        self.toml.write_text('[practice]\nid = "t"\nlanguages = ["en", "es"]\n')
        self._encoder = encoder

    def write(self, source: str, content: str | bytes) -> Path:
        path = self.faq / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def sync(self, *only: Path, dry_run: bool = False) -> SyncReport:
        settings = read_settings(self.toml.parent)
        return sync_index(
            settings, self.data, self._encoder, today=TODAY, only=only, dry_run=dry_run
        )

    def retriever(self, threshold: float = 0.5) -> Retriever:
        return Retriever(self.data, self._encoder, threshold=threshold)


@pytest.fixture
def clinic(tmp_path, encoder) -> Clinic:
    return Clinic(tmp_path, encoder)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory, encoder) -> Clinic:
    """A clinic with enough documents to retrieve from; read-only for tests."""
    clinic = Clinic(tmp_path_factory.mktemp("stocked"), encoder)
    for source, content in DOCUMENTS.items():
        clinic.write(source, content)
    clinic.sync()
    return clinic


Write = Callable[[str, str | bytes], Path]
DOCUMENTS = {
    "office.md": """---
title: Office guide
review_by: 2026-05-01
---
# Office guide

## Opening hours
Weekdays from 8 am to 5 pm. On the last Friday of a month we close at noon.

## Parking
Free in the garage on Elm Street for two hours; bring the ticket.

## Pets
Service animals are welcome. Other pets have to stay at home.
""",
    "policies/cancel.md": """# Cancellation policy

## Late cancellation
Cancelling with less than 24 hours of notice costs $55. The fee does not apply to emergencies.

## Missed visits
A missed visit is charged in full.
""",
    "policies/records.md": """---
title: Your records
audience: patients
---
## Copies of records
Ask in the portal. Copies are ready in ten days and the first one is free.

## Release to others
We send your file to another doctor only with your signature.
""",
    "fees.csv": (
        "question,answer\n"
        'How much is a first visit?,"A first visit is $140 without insurance."\n'
        'Do you take Medicare?,"Yes, Medicare Part B. We do not take Medicare Advantage."\n'
        'Can I pay in instalments?,"Yes, over six months for bills above $300."\n'
    ),
    "es/visitas.md": """---
title: Sus visitas
language: es
---
## ¿Qué debo traer?
Traiga una identificación, su tarjeta del seguro y la lista de sus medicinas.

## ¿Tienen intérpretes?
Sí, sin costo. Avísenos dos días antes.
""",
    "telehealth.txt": (
        "Video visits\n\nWhat do I need for a video visit?\n"
        "A phone or computer with a camera. The link comes by e-mail one hour before.\n\n"
        "What if the picture freezes?\nReload the page once, then call the front desk.\n"
    ),
    "groups.html": (
        "<html><head><title>Groups</title></head><body><h1>Groups</h1><h2>Times and costs</h2>"
        "<table><tr><th>Group</th><th>Day</th><th>Cost</th></tr>"
        "<tr><td>Grief</td><td>Monday 6 pm</td><td>$25</td></tr>"
        "<tr><td>Sleep</td><td>Thursday noon</td><td>free</td></tr></table></body></html>"
    ),
    "refills.md": """# Refills

## How to ask for a refill
Ask your pharmacy three business days before you run out. Controlled medicines need a visit.
""",
}
