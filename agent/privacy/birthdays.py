"""The ways in which people write a day they know: their birth date."""

import re
from datetime import date
from functools import lru_cache

from babel import Locale

_LANGUAGES = ("en", "es")
_BETWEEN = r"[\s.,/_–-]{0,3}(?:(?:of|de|del)\s)?"


@lru_cache(maxsize=256)
def spelled(day: date) -> re.Pattern[str]:
    """English and Spanish, whichever of day, month and year comes first, the month as a number or
    a name, the year in four digits or two, with any separators or none."""
    names = {
        Locale(language).months["format"][width][day.month].rstrip(".")
        for language in _LANGUAGES
        for width in ("wide", "abbreviated")
    }
    d = rf"0?{day.day}(?:st|nd|rd|th|º)?"
    m = "(?:" + "|".join([rf"0?{day.month}", *sorted(names, key=len, reverse=True)]) + ")"
    y = rf"(?:(?:{day.year // 100})|['’])?{day.year % 100:02}"
    orders = ((m, d, y), (d, m, y), (y, m, d))
    forms = "|".join(_BETWEEN.join(parts) for parts in orders)
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", re.IGNORECASE)
