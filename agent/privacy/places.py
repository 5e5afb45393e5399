"""The names of places: our list, the world's countries, the cities of the time zones."""

import re
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from agent.privacy.wordlists import fold, lines_of

_LANGUAGES = ("en", "es")
_NOT_CITIES = frozenset({"brazil", "canada", "chile", "etc", "mexico", "systemv", "us"})
_EVERYDAY = frozenset(
    "acre act canary easter midway north oral resolute reunion south troll wake west".split()
)


@cache
def country_names() -> frozenset[str]:
    """In English and Spanish, folded, words separated by one space."""
    names = frozenset(
        _plain(fold(name))
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2
    )
    return names - _EVERYDAY


@cache
def place_names() -> frozenset[str]:
    """Folded, words separated by one space."""
    cities = {
        fold(zone.rpartition("/")[2].replace("_", " "))
        for zone in available_timezones()
        if "/" in zone and zone.split("/")[0].lower() not in _NOT_CITIES
    }
    plain = {_plain(city) for city in cities if city.replace(" ", "").isalpha()}
    return (country_names() | plain | frozenset(lines_of("places"))) - _EVERYDAY


def _plain(name: str) -> str:
    return re.sub(r"[^\w ]+", " ", name).strip()
