"""The one table of help lines that the safety cards may show, with its review date."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent.domain.conversation import CardAction
from agent.domain.terms import Language
from knowledge.errors import InputError

RESOURCES_FILE = Path(__file__).parent / "cards" / "resources.toml"
_PRACTICE_NUMBERS = ("practice_phone", "after_hours_phone")


@dataclass(frozen=True, slots=True)
class Resource:
    """A tap target; `href` and `label` by language. A href that names a practice number is filled
    with it when the card is made."""

    id: str
    href: Mapping[Language, str]
    label: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Resources:
    reviewed_on: date
    review_by: date
    table: Mapping[str, Resource]

    def overdue(self, on: date) -> bool:
        """Whether the numbers should have been checked again before `on` (blocks a release)."""
        return on > self.review_by

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
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    table = {}
    for resource_id, entry in raw["action"].items():
        try:
            href = entry["href"]
            by_language = href if isinstance(href, dict) else {"en": href, "es": href}
            label = {"en": entry["en"], "es": entry["es"]}
        except KeyError as error:
            raise InputError(f"{path}: action.{resource_id}: {error} is missing") from None
        table[resource_id] = Resource(resource_id, by_language, label)
    return Resources(raw["reviewed_on"], raw["review_by"], table)
