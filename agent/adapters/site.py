"""What an EHR adapter is opened with."""

from dataclasses import dataclass
from pathlib import Path

from agent.policy import Practice
from agent.ports import Clock, Incidents
from agent.settings import EhrSettings


@dataclass(frozen=True)
class Site:
    """One practice and the part of this machine that its EHR adapter may use.

    `practice.ehr_options` is the adapter's own table of practice.toml, unchecked: the adapter
    checks it and raises `InputError` that names the key.
    """

    practice: Practice
    folder: Path
    data: Path
    clock: Clock
    secrets: EhrSettings
    incidents: Incidents
