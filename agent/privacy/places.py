"""The names of places: our list, the world's countries, the cities of the time zones."""

import re
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from agent.privacy.wordlists import fold, lines_of

_LANGUAGES = ("en", "es")
_NOT_CITIES = frozenset({"etc", "systemv", "us"})


@cache
def place_names() -> frozenset[str]:
    """Folded, words separated by one space."""
    countries = {
        fold(name)
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2
    }
    cities = {
        fold(zone.rpartition("/")[2].replace("_", " "))
        for zone in available_timezones()
        if "/" in zone and zone.split("/")[0].lower() not in _NOT_CITIES
    }
    names = countries | {city for city in cities if city.replace(" ", "").isalpha()}
    return frozenset(re.sub(r"[^\w ]+", " ", name).strip() for name in names) | frozenset(
        lines_of("places")
    )
