"""What a draft may stand on: the value that every check is handed beside the text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grounds:
    """`facts`: the passages and tool results this reply was made from. `known`: what the practice
    may always say (its name, its phones). `patient`: the session's patient's own names and
    identifiers. `strangers`: names and identifiers of other patients, which never leave.
    `generated`: a model wrote it, so every sentence needs support; an approved text or a filled
    template does not. `has_task`: a task stands behind a promise. `asked`: what the patient wrote
    (for "are you real")."""

    facts: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    patient: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    generated: bool = False
    has_task: bool = False
    asked: str = ""
