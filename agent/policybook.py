"""The policy in force: practice.toml with what a manager changed at the desk laid over it."""

from collections.abc import Mapping
from dataclasses import replace

from agent.domain.terms import Mode, Route
from agent.policy import ALWAYS_FIXED, Practice
from knowledge.errors import InputError

THRESHOLDS = ("route", "answer")


class PolicyBook:
    """`practice` is replaced as a whole; whoever reads it sees one consistent policy."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice

    def lay_over(self, changes: Mapping[str, str]) -> None:
        """Takes `automation.<route>` (or `automation.default`) and `thresholds.<name>`.

        Raises `InputError` that names the key; then nothing is changed.
        """
        practice = self.practice
        for key, value in changes.items():
            practice = _changed(practice, key, value)
        self.practice = practice


def _changed(practice: Practice, key: str, value: str) -> Practice:
    section, _, name = key.partition(".")
    if section == "automation" and name == "default":
        return replace(practice, default_mode=_mode(key, value))
    if section == "automation" and name in set(Route) - ALWAYS_FIXED:
        automation = {**practice.automation, Route(name): _mode(key, value)}
        return replace(practice, automation=automation)
    if section == "thresholds" and name in THRESHOLDS:
        thresholds = replace(practice.thresholds, **{name: _probability(key, value)})
        return replace(practice, thresholds=thresholds)
    raise InputError(f"policy: {key}: no such setting")


def _mode(key: str, value: str) -> Mode:
    if value not in set(Mode):
        raise InputError(f"policy: {key}: {value!r} is not one of {', '.join(Mode)}")
    return Mode(value)


def _probability(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise InputError(f"policy: {key}: {value!r} is not a number from 0 to 1")
    return number
