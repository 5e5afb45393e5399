"""The form of a placeholder, `<TYPE_n>`, and what a model makes of it when it bends one.

Angle brackets because patients do not write them and because `[PERSON_1]` reads like a blank that
a letter's author should fill in, which models do; upper case with an underscore because models copy
that as one name and translate neither half into Spanish.
"""

import regex

_LONG = (
    "PERSON",
    "LOCATION",
    "DATE_TIME",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "IP_ADDRESS",
    "US_SSN",
    "US_DRIVER_LICENSE",
    "CREDIT_CARD",
    "IBAN_CODE",
    "ORGANIZATION",
    "LITERAL",
)
# "ID 4", "Title 1" and "age-5" are ordinary English: of these only the underscore gives a
# placeholder away.
_SHORT = ("AGE", "ID", "NRP", "TITLE", "URL")

TYPES = (*_LONG, *_SHORT)
"""Presidio's entity types, and LITERAL for a text's own words that look like a placeholder."""


def _spelled(types: tuple[str, ...]) -> str:
    return "|".join(kind.replace("_", r"[\s_\\-]{0,2}") for kind in types)


_ANY, _MOST = _spelled(TYPES), _spelled(_LONG)

EXACT = regex.compile(rf"<(?:{'|'.join(TYPES)})_[1-9]\d{{0,4}}>")

BENT = regex.compile(
    rf"[<\[{{«‹]\s?/?(?:(?i:{_MOST})[\s_\\#-]{{0,3}}\d{{0,5}}|(?:{_ANY})[\s_\\#-]{{0,3}}\d{{0,5}})"
    r"\s?[>\]}»›]"
    rf"|\b(?:{_MOST})[\s\\#-]{{0,3}}\d{{1,4}}\b|\b(?i:{_ANY})\\?_\d{{1,5}}|\b(?i:{_MOST})-\d{{1,5}}"
    # translated: <PERSONA_1>, FECHA_2
    r"|\b[A-ZÁÉÍÓÚÑ]{2,20}(?:\\?_[A-ZÁÉÍÓÚÑ]{2,20}){0,2}\\?_\d{1,5}"
)


def placeholder(kind: str, number: int) -> str:
    return f"<{kind}_{number}>"
