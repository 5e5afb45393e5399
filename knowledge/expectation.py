"""Tells what kind of thing a question wants (money, how long, when), and whether a text has one.

Vectors of a price list and of a waiting time lie close together when both are about the first
visit; what is asked for tells them apart. General wording of English and Spanish only.
"""

import re

_NUMBER = (
    r"(?:\d[\d,.]*|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|sixty"
    r"|ninety|un|una|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|veinte|treinta"
    r"|sesenta|noventa|each|every|same|whole|cada|mismo|todo el)"
)
_SPAN = (
    rf"\b{_NUMBER}[\s-]+(?:full |business |working )?"
    r"(?:min(?:ute)?s?|hours?|days?|weeks?|months?|years?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?"
    r"|años?)\b"
)
_MOMENT = (
    r"\b\d{1,2}(?::\d\d)?\s*(?:[ap]\.?\s?m\b)|\b\d{1,2}:\d\d\b|\b\d{1,2}\s*(?:-|–|to|a)\s*\d{1,2}\b"
    r"|\bnoon\b|\bmidnight\b|mediod[ií]a|\bclosed?\b|\bopen\b|cerramos|cerrad[oa]|abierto"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|weekdays?|weekends?|evenings?|mornings?"
    r"|\b(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?|domingos?)\b"
    r"|(?:january|february|march|april|june|july|august|september|october|november|december)"
    r"|(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
)
_MONEY = (
    r"[$€]\s?\d|\d[\d,.]*\s*(?:dollars|usd|d[oó]lares|cents|centavos|percent|por ciento|%)"
    r"|\bfree\b|\bno (?:charge|cost|fee|copay)|gratis|gratuit[oa]|sin costo|without charge|\bwaive"
)
_KINDS = (
    (
        r"\bhow (?:long|soon|fast|quick(?:ly)?|many (?:days|weeks|minutes|hours|months))\b"
        r"|cu[aá]nto (?:duran?|tardan?|tiempo|demoran?|hay que esperar)"
        r"|cu[aá]nt[oa]s (?:d[ií]as|semanas|minutos|horas|meses)",
        _SPAN,
    ),
    (
        r"\bhow much (?:is|are|does|do|for|will|would|to|if)\b|\b(?:costs?|prices?|fees?)\b"
        r"|what do (?:you|u|i) (?:charge|pay)|cu[aá]nto (?:me |te |se |nos )?"
        r"(?:cuestan?|cobran?|valen?|sale|sería|pago|pagar[ií]a|hay que pagar)"
        r"|\b(?:precios?|costos?|tarifas?)\b",
        _MONEY,
    ),
    (
        r"\bwhat (?:time|day|days|hours)\b|\bwhen\b|\b(?:opening|office|business) hours\b"
        r"|\ba qu[eé] hora|cu[aá]ndo\b|qu[eé] d[ií]as?\b|\bhorarios?\b",
        f"{_SPAN}|{_MOMENT}",
    ),
)
_COMPILED = tuple((re.compile(q, re.IGNORECASE), re.compile(a, re.IGNORECASE)) for q, a in _KINDS)


def expectation(question: str) -> re.Pattern[str] | None:
    """The pattern of what the question wants; None when its wording does not say."""
    return next((wanted for asks, wanted in _COMPILED if asks.search(question)), None)


def fit(wanted: re.Pattern[str] | None, text: str) -> float:
    """1 = the text has it, -1 = it has not, 0 = nothing in particular is wanted."""
    if wanted is None:
        return 0.0
    return 1.0 if wanted.search(text) else -1.0
