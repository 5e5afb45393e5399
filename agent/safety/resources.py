"""The one table of help lines that the safety cards may show, each with source and review date."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from agent.domain.conversation import CardAction
from agent.domain.terms import Language
from knowledge.errors import InputError

RESOURCES_FILE = Path(__file__).parent / "cards" / "resources.toml"
_PRACTICE_NUMBERS = ("practice_phone", "after_hours_phone")


@dataclass(frozen=True, slots=True)
class Resource:
    """A tap target; `href` and `label` by language. A href that names a practice number is filled
    with it when the card is made; the practice answers for it, so it has no source."""

    id: str
    href: Mapping[Language, str]
    label: Mapping[Language, str]
    source: str = ""
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Resources:
    review_every: timedelta
    table: Mapping[str, Resource]

    @property
    def review_by(self) -> date:
        """The day by which the first of them has to be looked at again."""
        reviews = (each.reviewed_on for each in self.table.values() if each.reviewed_on)
        return min(reviews) + self.review_every

    def overdue(self, on: date) -> tuple[str, ...]:
        """The ids that should have been looked at again before `on` (any blocks a release)."""
        return tuple(
            each.id
            for each in self.table.values()
            if each.reviewed_on is not None and on > each.reviewed_on + self.review_every
        )

    def action(
        self, resource_id: str, language: Language, numbers: Mapping[str, str | None]
    ) -> CardAction | None:
        """The button, or None for a practice number that the practice does not have."""
        resource = self.table[resource_id]
        href = resource.href[language]
        if href in _PRACTICE_NUMBERS:
            number = numbers.get(href)
            if not number:
                return None
            href = f"tel:{number}"
        return CardAction(resource.label[language], href)


def load_resources(path: Path = RESOURCES_FILE) -> Resources:
    """InputError with file and key for a table that cannot be used."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    table = {name: _resource(path, name, entry) for name, entry in raw["action"].items()}
    return Resources(timedelta(days=raw["review_every_days"]), table)


def _resource(path: Path, name: str, entry: Mapping[str, Any]) -> Resource:
    where = f"{path}: action.{name}"
    try:
        href = entry["href"]
        by_language = href if isinstance(href, dict) else {"en": href, "es": href}
        label = {"en": entry["en"], "es": entry["es"]}
        if href in _PRACTICE_NUMBERS:
            return Resource(name, by_language, label)
        source, reviewed_on = entry["source"], entry["reviewed_on"]
    except KeyError as error:
        raise InputError(f"{where}: {error} is missing") from None
    if not isinstance(reviewed_on, date):
        raise InputError(f"{where}: reviewed_on must be a date")
    return Resource(name, by_language, label, source, reviewed_on)
