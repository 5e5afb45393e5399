"""The calendar vocabulary of both languages, over folded text, and its commonest misspellings."""

import re

from agent.understanding.spelling import distance

WEEKDAYS: dict[str, int] = {
    **dict.fromkeys(("monday", "mondays", "mon", "lunes"), 0),
    **dict.fromkeys(("tuesday", "tuesdays", "tues", "tue", "martes"), 1),
    **dict.fromkeys(("wednesday", "wednesdays", "weds", "wed", "miercoles"), 2),
    **dict.fromkeys(("thursday", "thursdays", "thurs", "thur", "thu", "jueves"), 3),
    **dict.fromkeys(("friday", "fridays", "fri", "viernes"), 4),
    **dict.fromkeys(("saturday", "saturdays", "sat", "sabado", "sabados"), 5),
    **dict.fromkeys(("sunday", "sundays", "sun", "domingo", "domingos"), 6),
}
_MONTHS_EN = (
    "january february march april may june july august september october november december"
).split()
_MONTHS_ES = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()
MONTHS: dict[str, int] = {
    **{name: i for i, name in enumerate(_MONTHS_EN, start=1)},
    **{name[:3]: i for i, name in enumerate(_MONTHS_EN, start=1)},
    **{name: i for i, name in enumerate(_MONTHS_ES, start=1)},
    "sept": 9,
    "setiembre": 9,
    "ene": 1,
    "abr": 4,
    "ago": 8,
    "dic": 12,
}
NUMBERS: dict[str, int] = {
    name: value
    for value, names in enumerate(
        (
            "a an one un una uno",
            "two couple dos par",
            "three few tres",
            "four cuatro",
            "five cinco",
            "six seis",
            "seven siete",
            "eight ocho",
            "nine nueve",
            "ten diez",
            "eleven once",
            "twelve doce",
            "fifteen quince",
        ),
        start=1,
    )
    for name in names.split()
}
NUMBERS["fifteen"] = NUMBERS["quince"] = 15

_CHECKED = (
    "monday tuesday wednesday thursday friday saturday sunday tomorrow afternoon morning evening"
    " weekend january february september october november december"
    " miercoles jueves viernes sabado domingo proximo proxima semana tarde manana mediodia"
    " septiembre noviembre diciembre febrero"
).split()
_SHORT = {
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomo": "tomorrow",
    "2morrow": "tomorrow", "2moro": "tomorrow", "2mrw": "tomorrow", "tomm": "tomorrow",
    "2day": "today", "tdy": "today", "tonite": "tonight", "2nite": "tonight",
    "wk": "week", "wks": "weeks", "nxt": "next", "nex": "next", "aft": "afternoon",
    "morn": "morning", "am's": "morning", "eve": "evening", "wknd": "weekend",
    "mornin": "morning", "arvo": "afternoon", "aftr": "after", "b4": "before", "evng": "evening",
    "mondee": "monday", "wed's": "wednesday", "finde": "fin de semana", "mierc": "miercoles",
    "mier": "miercoles", "mie": "miercoles", "jue": "jueves", "vie": "viernes", "lun": "lunes",
    "sab": "sabado", "prox": "proximo", "sem": "semana", "mñn": "manana", "mnn": "manana",
    "wensday": "wednesday", "wendsday": "wednesday", "wednsday": "wednesday",
}  # fmt: skip
_KNOWN = frozenset(
    {*WEEKDAYS, *MONTHS, *_CHECKED, *_SHORT}
    | set("mornings evenings afternoons weekends weekdays weekday semanas tardes mananas".split())
    | set("tomorrow's today's someday noon something evening even money more moving".split())
    | set("manera maneras tardes tardar warning meaning martes mornin ventana hermana".split())
)
_WORD = re.compile(r"[a-z0-9]+")

HOLIDAYS: dict[str, tuple[int, int]] = {
    "halloween": (10, 31),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "christmas eve": (12, 24),
    "nochebuena": (12, 24),
    "christmas": (12, 25),
    "xmas": (12, 25),
    "navidad": (12, 25),
    "new year's day": (1, 1),
    "new years day": (1, 1),
    "new year's": (1, 1),
    "new years": (1, 1),
    "ano nuevo": (1, 1),
    "valentine's day": (2, 14),
    "independence day": (7, 4),
    "thanksgiving": (11, 0),
    "accion de gracias": (11, 0),
}
"""Month and day; Thanksgiving, the fourth Thursday of November, is day 0."""


def corrected(text: str) -> str:
    """Folded text with abbreviations written out and misspelt calendar words put right."""
    return _WORD.sub(lambda found: _correct(found.group()), text)


def _correct(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < 5 or word in _KNOWN or not word.isalpha():
        return word
    for known in _CHECKED:
        slips = 2 if len(known) >= 8 else 1
        if word[0] == known[0] and distance(word, known) <= slips:
            return known
    return word
