"""Days and ranges of days as people say them, English and Spanish, over corrected folded text.

Choices where speakers differ (the day is always read back with its date, so a wrong guess is seen):
- "next Tuesday", "el próximo martes": the nearest Tuesday that is two or more days away;
- a weekday without more: the nearest one, today excluded unless today is that day, when today and
  the same day next week are both meant;
- weeks run from Monday to Sunday; "in two weeks" is the whole week that holds that day;
- 3/4 is March 4 in both languages (the practices are in the United States), 14/6 is June 14;
- a day of a month without a year is the next one to come.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from agent.understanding.calendar_words import MONTHS, NUMBERS, WEEKDAYS, any_of
from agent.understanding.scan import Scan

OPEN_DAYS = 42
"""How far an open-ended wish ("mornings", "after the 20th") reaches."""

_WD, _MONTH, _N = any_of(WEEKDAYS), any_of(MONTHS), rf"(?:\d{{1,3}}|{any_of(NUMBERS)})"
_UNIT = r"(?:days?|weeks?|months?|dias?|semanas?|mes(?:es)?)"
_NEXT = r"(?:next|this coming|coming|upcoming|the following|following|proxim[oa]s?|siguientes?)"
_THIS = r"(?:this|est[ea]s?|later this)"
_COMING = r"(?:que viene|que entra|entrante|proxim[oa]|siguiente)"
_NOT_A_DAY = (
    rf"(?!\d)(?! ?(?:{_UNIT}|am|pm|a\.m|p\.m|hours?|horas?|minutes?|minutos?|times|veces|people"
    r"|o'clock|opcion|uno|y media|y cuarto|de la (?:manana|tarde|noche))\b)(?![:/.]\d)(?!\s?%)"
)
_ART = r"(?:\b(?:el|la|los|las|the|del|al|on the) )?"
_ATOM = (
    rf"(?:(?:{_ART}(?:\b(?:{_NEXT}|{_THIS}) )?\b{_WD},? (?:the )?)?"
    r"(?:(?P<iso#>20\d\d-\d{1,2}-\d{1,2})(?!\d)"
    r"|(?P<num#>(?<![\d/])\d{1,2}[/-]\d{1,2}[/-](?:20)?\d{2}|(?<![\d/])\d{1,2}/\d{1,2})(?![\d/])"
    rf"|(?P<m1#>\b{_MONTH})\.? (?:the )?(?P<d1#>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y1#>20\d\d))?{_NOT_A_DAY}"
    rf"|{_ART}(?:dia )?\b(?P<d2#>\d{{1,2}})(?:st|nd|rd|th|ro)?(?: de| of)? (?P<m2#>{_MONTH})\b(?:(?: de| del|,)? (?P<y2#>20\d\d))?)"
    r"|(?:\bthe |\bon )?\b(?P<d3#>\d{1,2})(?:st|nd|rd|th)\b(?! (?:one|option|time|slot|choice|floor|street|st|ave|visit|session))"
    rf"|\b(?:el|del|al|on the) (?:dia )?(?P<d4#>\d{{1,2}}){_NOT_A_DAY}"
    rf"|{_ART}(?:\b(?P<mod#>{_NEXT}|{_THIS}) )?\b(?P<wd#>{_WD})\b(?P<s#>s)?(?:'s)?(?: (?P<post#>{_COMING}))?(?:,? (?:the |el )?(?P<d5#>\d{{1,2}})(?:st|nd|rd|th)?(?= |$|[,.?!]){_NOT_A_DAY}(?! de {_MONTH})(?! {_MONTH}))?"
    r"|\b(?P<rel#>day after tomorrow|pasado manana|today|hoy(?: mismo)?|tomorrow|(?<!la )(?<!las )manana|yesterday|ayer)(?:'s)?\b)"
)  # fmt: skip


def _atoms(pattern: str) -> re.Pattern[str]:
    return re.compile(
        pattern.replace("A1", _ATOM.replace("#", "_1")).replace("A2", _ATOM.replace("#", "_2"))
    )


@dataclass
class Days:
    """What a text says of days. `ranges` are inclusive; `frame`: a week or month that weekdays
    said beside it pick from."""

    ranges: list[tuple[date, date]] = field(default_factory=list)
    frame: tuple[date, date] | None = None
    weekdays: set[int] = field(default_factory=set)
    not_weekdays: set[int] = field(default_factory=set)
    open: bool = False

    @property
    def said(self) -> bool:
        has_days = bool(self.ranges or self.weekdays or self.not_weekdays)
        return has_days or self.frame is not None or self.open


def read_days(scan: Scan, today: date) -> Days:
    """Takes the days out of a corrected text."""
    days = Days()
    scan.left = _ORDINAL_FIRST.sub(r"\1 1", _PRIMERO.sub(r"1 de \1", scan.left))
    for pattern, read in _RULES:
        for found in scan.take(pattern):
            read(days, found, today)
    return days


_PRIMERO = re.compile(rf"\bprimero de (?={_MONTH}\b)({_MONTH})")
_ORDINAL_FIRST = re.compile(rf"\b({_MONTH}) first\b")


# What the words mean


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _months_on(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return min(index // 12, 9998), index % 12 + 1


def _plus(day: date, days: int) -> date:
    """Never beyond the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _weekday_date(weekday: int, today: date, modifier: str) -> date:
    ahead = (weekday - today.weekday()) % 7
    is_next = bool(re.fullmatch(_NEXT, modifier)) and modifier not in ("this coming", "coming")
    if is_next or re.fullmatch(_COMING, modifier):
        return _plus(today, ahead if ahead >= 2 else ahead + 7)
    if modifier:
        return _plus(today, ahead)
    return _plus(today, ahead or 7)


def _valid(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _coming_date(month: int, day: int, year: str | None, today: date) -> date | None:
    if year is not None:
        return _valid(int(year) + (2000 if len(year) == 2 else 0), month, day)
    candidates = (_valid(today.year + ahead, month, day) for ahead in range(9))
    return next((d for d in candidates if d is not None and d >= today), None)


def _coming_day(day: int, today: date) -> date | None:
    for ahead in range(13):
        found = _valid(*_months_on(today, ahead), day)
        if found is not None and found >= today:
            return found
    return None


def _numeric(text: str, today: date) -> date | None:
    first, second, *year = re.split(r"[/-]", text)
    month, day = int(first), int(second)
    if month > 12:
        month, day = day, month
    return _coming_date(month, day, year[0] if year else None, today)


_RELATIVE = {
    "today": 0,
    "hoy": 0,
    "hoy mismo": 0,
    "tomorrow": 1,
    "manana": 1,
    "day after tomorrow": 2,
    "pasado manana": 2,
    "yesterday": -1,
    "ayer": -1,
}


def _date(found: re.Match[str], which: str, today: date) -> date | None:
    """The day an atom names; None for one that does not exist (February 30)."""

    def part(name: str) -> str | None:
        return found[f"{name}_{which}"]

    if iso := part("iso"):
        year, month, day = (int(p) for p in iso.split("-"))
        return _valid(year, month, day)
    if numeric := part("num"):
        return _numeric(numeric, today)
    for n in "12":
        if (month_name := part("m" + n)) and (day_number := part("d" + n)):
            return _coming_date(MONTHS[month_name], int(day_number), part("y" + n), today)
    if day_number := part("d3") or part("d4") or part("d5"):
        return _coming_day(int(day_number), today)
    if weekday := part("wd"):
        return _weekday_date(WEEKDAYS[weekday], today, part("mod") or part("post") or "")
    return _plus(today, _RELATIVE[part("rel") or "today"])


# One reader a rule; each is told the match and today


def _range(days: Days, found: re.Match[str], today: date) -> None:
    first, last = _date(found, "1", today), _date(found, "2", today)
    if first is None or last is None:
        return
    if last < first and found["wd_2"]:
        last = _plus(last, 7 * (-(-(first - last).days // 7)))
    if first <= last:
        days.ranges.append((first, last))


def _month_days(days: Days, found: re.Match[str], today: date) -> None:
    month = found["month"] or found["month2"]
    numbers = (int(found["from"] or found["from2"]), int(found["to"] or found["to2"]))
    if month:
        ends = [_coming_date(MONTHS[month], n, None, today) for n in numbers]
    else:
        ends = [_coming_day(n, today) for n in numbers]
    if ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
        days.ranges.append((ends[0], ends[1]))


def _week_of(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "1", today)) is not None:
        days.frame = _week(day)


def _week_after(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "1", today)) is None:
        return
    before = found["side"] in ("before", "antes")
    days.frame = (_plus(day, -7), _plus(day, -1)) if before else (_plus(day, 1), _plus(day, 7))


def _after(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "1", today)) is not None:
        first = _plus(day, 1 if found["strict"] else 0)
        days.ranges.append((first, _plus(first, OPEN_DAYS)))


def _before(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "1", today)) is not None:
        days.ranges.append((min(today, day), _plus(day, -1 if found["strict"] else 0)))


def _except(days: Days, found: re.Match[str], today: date) -> None:
    days.not_weekdays |= {WEEKDAYS[name] for name in re.findall(rf"\b{_WD}\b", found[0])}


def _from_day(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "1", today)) is not None:
        number, unit = _number(found["n"]), found["unit"]
        days.ranges.append((_plus(day, number * (7 if unit[0] in "ws" else 1)),) * 2)


_PLACES = {"early": 0, "beginning": 0, "start": 0, "principios": 0, "inicio": 0, "comienzos": 0,
           "first": 0, "primera": 0, "mid": 1, "middle": 1, "mediados": 1, "mitad": 1, "late": 2,
           "end": 2, "finales": 2, "final": 2, "fin": 2, "last": 2, "ultima": 2}  # fmt: skip


def _placed_week(days: Days, found: re.Match[str], today: date) -> None:
    monday = _week(today)[0]
    if re.search(rf"{_NEXT}|{_COMING}", found[0]):
        monday = _plus(monday, 7)
    first, last = ((0, 1), (1, 3), (3, 6))[_PLACES[found["place"]]]
    days.ranges.append((_plus(monday, first), _plus(monday, last)))


def _placed_month(days: Days, found: re.Match[str], today: date) -> None:
    if found["month"]:
        year, month = _named_month(found["month"], today)
    else:
        coming = re.search(rf"{_NEXT}|{_COMING}", found[0])
        year, month = _months_on(today, 1 if coming else 0)
    first, last = _month(year, month)
    place = _PLACES[found["place"]]
    begins = (first, first.replace(day=11), first.replace(day=21))[place]
    ends = (first.replace(day=10), first.replace(day=20), last)[place]
    days.ranges.append((begins, ends))


def _named_month(name: str, today: date) -> tuple[int, int]:
    month = MONTHS[name]
    return today.year + (month < today.month), month


def _in_units(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = _number(found["n"] or found["n2"]), found["unit"] or found["unit2"]
    if unit.startswith("d"):
        days.ranges.append((_plus(today, number),) * 2)
    elif unit[0] in "ws":
        days.frame = _week(_plus(today, 7 * number))
    else:
        year, month = _months_on(today, number)
        day = date(year, month, min(today.day, monthrange(year, month)[1]))
        days.frame = (_plus(day, -3), _plus(day, 3))


def _ago(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = _number(found["n"] or found["n2"]), found["unit"] or found["unit2"]
    back = {"d": 1, "w": 7, "s": 7}.get(unit[0], 30) * number
    days.ranges.append((_plus(today, -back),) * 2)


def _within(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = _number(found["n"] or "few"), found["unit"]
    span = {"d": 1, "w": 7, "s": 7}.get(unit[0], 30) * number
    days.ranges.append((today, _plus(today, span)))


def _weeks_on(count: int) -> Callable[[Days, re.Match[str], date], None]:
    def read(days: Days, found: re.Match[str], today: date) -> None:
        days.frame = _week(_plus(today, 7 * count))

    return read


def _weekend(days: Days, found: re.Match[str], today: date) -> None:
    saturday = _plus(_week(today)[0], 5)
    if re.search(rf"{_NEXT}|{_COMING}", found[0]) and today.weekday() >= 3:
        saturday = _plus(saturday, 7)
    days.ranges.append((saturday, _plus(saturday, 1)))


def _this_month(days: Days, found: re.Match[str], today: date) -> None:
    coming = re.search(rf"{_NEXT}|{_COMING}", found[0])
    days.frame = _month(*_months_on(today, 1 if coming else 0))


def _in_month(days: Days, found: re.Match[str], today: date) -> None:
    days.frame = _month(*_named_month(found["month"], today))


def _last_weekday(days: Days, found: re.Match[str], today: date) -> None:
    weekday = WEEKDAYS[found["wd"] or found["wd2"]]
    back = (today.weekday() - weekday) % 7 or 7
    days.ranges.append((_plus(today, -back),) * 2)


def _weekdays(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= set(range(5))


def _weekends(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= {5, 6}


def _every(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= {WEEKDAYS[name] for name in re.findall(rf"\b{_WD}\b", found[0])}


def _single(days: Days, found: re.Match[str], today: date) -> None:
    weekday = found["wd_1"]
    if weekday and not found["mod_1"] and not found["post_1"] and not found["d5_1"]:
        if found["s_1"] or weekday.endswith("ays") or found[0].startswith(("los ", "las ")):
            days.weekdays.add(WEEKDAYS[weekday])
            return
        if days.frame is not None:
            days.weekdays.add(WEEKDAYS[weekday])
            return
        if WEEKDAYS[weekday] == today.weekday():
            days.ranges += [(today, today), (_plus(today, 7),) * 2]
            return
    if (day := _date(found, "1", today)) is not None:
        days.ranges.append((day, day))


def _any_time(days: Days, found: re.Match[str], today: date) -> None:
    days.open = True


_BEFORE_DAY = r"(?:\bon |\bthe |\bel |\blos |\bde |\bdel )?"
_JOIN = r"(?:,|/| or| and| nor| o| y| ni)? ?(?:on |in |los |el |the )?"
_RULES: tuple[tuple[re.Pattern[str], Callable[[Days, re.Match[str], date], None]], ...] = (
    (re.compile(rf"\b(?:last|past|previous) (?P<wd>{_WD})\b|\b(?P<wd2>{_WD}) pasado\b"), _last_weekday),
    (re.compile(rf"\b(?P<n>{_N}) (?P<unit>{_UNIT}) ago\b|\bhace (?P<n2>{_N}) (?P<unit2>{_UNIT})\b"), _ago),
    (re.compile(r"\b(?:last|past) week\b|\bla semana pasada\b"), _weeks_on(-1)),
    (re.compile(rf"\b(?:but|except(?: for)?|not|no|excluding|besides|other than|avoid|never|apart from|aside from|menos|excepto|salvo|que no sea|no sea|evitar|can't|cant|cannot|no puedo|pero no)(?: do| make| come| come in| ir| venir)?(?: it)? ?{_JOIN}(?:{_THIS} |{_NEXT} )?\b{_WD}s?\b(?:{_JOIN}\b{_WD}s?\b)*"), _except),
    (re.compile(rf"\b(?<!if )(?:los )?{_WD}s?\b(?:{_JOIN}\b{_WD}s?\b)* (?:doesn't|doesnt|don't|dont|won't|wont|does not|do not|isn't|is not|aren't|are) (?:really )?(?:work|good|an option|possible|no good|bad|out|do it)(?: for me)?\b|\b{_WD}s? no (?:me )?(?:sirven?|funcionan?|puedo|van?|quedan?)\b"), _except),
    (re.compile(rf"\b(?P<month>{_MONTH})\.? (?P<from>\d{{1,2}})(?:st|nd|rd|th)? ?(?:-|–|to|thru|through|until|and|or) ?(?:the )?(?P<to>\d{{1,2}})(?:st|nd|rd|th)?{_NOT_A_DAY}|\b(?:del|entre el|from the|between the|the|de|el) (?P<from2>\d{{1,2}})(?:st|nd|rd|th)? ?(?:al?|y(?: el)?|to|and|through|until|-|–)(?: the)? ?(?P<to2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:(?: de| of)? (?P<month2>{_MONTH})\b)?(?<![a-z0-9] \d)"), _month_days),
    (_atoms(r"\b(?:weeks? of|semana del?) (?:the |el )?A1"), _week_of),
    (_atoms(r"\b(?:the )?week (?P<side>after|following|before) (?:[a-z']+ ){0,4}?A1"), _week_after),
    (_atoms(r"\bsemana (?P<side>despues|siguiente|antes|posterior|anterior) (?:al?|del?)? ?(?:[a-z]+ ){0,4}?A1"), _week_after),
    (_atoms(rf"\b(?P<n>{_N}) (?P<unit>days?|weeks?) (?:from|after) A1"), _from_day),
    (_atoms(r"\b(?:not |no )?(?:between|entre|from|de|desde) (?:el )?A1 ?(?:to|through|thru|until|till|-|–|and|y|a|al|hasta)(?: el)? ?A2"), _range),
    (_atoms(r"A1 ?(?:through|thru|until|till|-|–|to|hasta|al?)(?: el)? ?A2"), _range),
    (_atoms(r"\b(?:any ?time |some ?time )?(?:(?P<strict>after|past|later than|despues(?: de)?)|since|starting(?: on| from)?|from|beginning|as of|(?:not|no|nothing) (?:before|earlier than|antes(?: de)?)|(?:no )?(?:earlier|sooner) than|a partir(?: de)?|desde) (?:my [a-z]+ (?:on |ends on |ends )?|de mi [a-z]+ (?:de )?)?A1(?: on\b| onwards?| or later| en adelante)?"), _after),
    (_atoms(r"A1 (?P<strict>)(?:or later|or after|onwards?|and (?:later|after|beyond)|en adelante|o despues)"), _after),
    (_atoms(r"\b(?:any ?time |some ?time )?(?:(?P<strict>before|prior to|(?<!no )antes(?: de)?)|by|until|till|hasta|(?:not|no) later than|no mas tarde(?: de)?|a mas tardar) A1"), _before),
    (re.compile(r"\b(?:on )?(?:the )?weekends\b|\blos fines de semana\b"), _weekends),
    (re.compile(rf"\b(?:(?:{_THIS}|{_NEXT}|on the|over the|the) )?weekend\b|\b(?:(?:este|el|proximo) )*fin de semana(?: {_COMING})?"), _weekend),
    (re.compile(rf"\b(?:(?:the |a )?(?P<place>early|beginning|start|mid|middle|late|end|first (?=half)|principios|inicio|comienzos|mediados|mitad|finales|final|fin|last(?= half))(?: half| part)?)(?: of| in| de| del)?(?: the| la)?(?: {_THIS}| {_NEXT})? ?-?\b(?:week|semana)\b(?!end)(?: {_COMING})?"), _placed_week),
    (re.compile(rf"\b(?:(?:the |a )?(?P<place>early|beginning|start|mid|middle|late|end|principios|inicio|comienzos|mediados|mitad|finales|final|fin|last(?= week of)|first(?= week of))(?: half| part| week)?)(?: of| in| de| del)?(?: the| el)?(?: {_THIS}| {_NEXT})? ?-?(?:(?P<month>{_MONTH})|month|mes)\b(?: {_COMING})?"), _placed_month),
    (re.compile(rf"\b(?:within|(?:over |in |during )?the next|(?:for )?the (?:coming|following)|next|en (?:los|las) proxim[oa]s|los proximos|las proximas|dentro de (?:los|las) proxim[oa]s)(?: a)? ?(?P<n>{_N})?(?: of)? (?P<unit>days|weeks|months|dias|semanas|meses|couple)\b"), _within),
    (re.compile(rf"\bin(?: about| like| around)? (?P<n>{_N})(?: of| de)?(?: (?:more|or so|or (?:2|3|two|three)|or \d))? (?P<unit>{_UNIT})(?:' time)?\b|\b(?:dentro de|en)(?: unas?| unos| como)? ?(?P<n2>{_N})(?: de)? (?P<unit2>{_UNIT})\b"), _in_units),
    (re.compile(rf"\b(?P<n>{_N})(?: of)? (?P<unit>{_UNIT}) (?:from (?:now|today)|out|a partir de (?:hoy|ahora))(?P<n2>)(?P<unit2>)\b"), _in_units),
    (re.compile(r"\b(?:the )?week after next\b|\bweek after that\b|\b(?:la )?semana subsiguiente\b|\ben 2 semanas\b"), _weeks_on(2)),
    (re.compile(r"\b(?:some ?time |any ?time |later )?(?:next|the following|the coming) week\b|\bthe week after\b(?! next)|\b(?:la )?(?:proxima|siguiente|otra) semana\b|\b(?:la )?semana (?:que viene|proxima|que entra|entrante|siguiente)\b"), _weeks_on(1)),
    (re.compile(r"\b(?:later |any ?time |some ?time )?this week\b(?!end)|\blater in the week\b|\besta (?:misma )?semana\b"), _weeks_on(0)),
    (re.compile(r"\b(?:on )?(?:a )?(?:weekdays?|week days?|work days?)\b|\bentre semana\b|\bdias? (?:de semana|laborables|habiles)\b"), _weekdays),
    (re.compile(rf"\b(?:every|any|cada|todos los|cualquier) {_WD}s?\b(?:{_JOIN}\b{_WD}s?\b)*"), _every),
    (re.compile(rf"\b(?:some ?time |later )?(?:this|next|the following) month\b|\b(?:este|el proximo|proximo) mes\b|\bel mes {_COMING}"), _this_month),
    (_atoms(rf"{_BEFORE_DAY}A1"), _single),
    (re.compile(rf"\b(?:in|next|this|en|para|during|of|some ?time in|de) (?P<month>{_MONTH})\b"), _in_month),
    (re.compile(r"\b(?:asap|a\.s\.a\.p\.?|as soon as (?:possible|you can|i can|we can|u can|there)|as early as possible|soonest|earliest|first (?:available|opening|slot|open)|next (?:available|opening|open|slot)|soon|sooner|earlier|right away|any ?time|any day|whenever|any date|flexible|lo antes posible|lo mas pronto(?: posible)?|cuanto antes|mas pronto|pronto|antes posible|primera cita disponible|primer(?:o|a)? (?:hora )?disponible|cualquier (?:dia|hora|momento|fecha)|cuando sea|cuando (?:puedan|pueda|haya))\b"), _any_time),
)  # fmt: skip
