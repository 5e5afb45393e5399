"""`portico token`: apart from `portico serve`, because it needs none of the server."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from agent.domain.ids import PatientId
from agent.settings import load_settings
from knowledge.errors import InputError
from server.tokens import make_patient_token


def token(
    practice: Annotated[Path, typer.Option("--practice", help="The practice folder.")],
    patient: Annotated[str, typer.Option(help="The patient's id.")],
    data: Annotated[Path, typer.Option("--data", help="Where everything is stored.")] = Path(
        "data"
    ),
    ttl: Annotated[int, typer.Option(help="Seconds until it expires.")] = 3600,
) -> None:
    """Print a signed patient token, for trying things out."""
    check_is_practice(practice)
    settings = load_settings(data)
    typer.echo(make_patient_token(PatientId(patient), settings.token_key, timedelta(seconds=ttl)))


def check_is_practice(practice: Path) -> None:
    """Before any key is made for it."""
    if not (practice / "practice.toml").is_file():
        raise InputError(f"{practice / 'practice.toml'}: no such file")
