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

from agent.understanding.calendar_words import MONTHS, NUMBERS, WEEKDAYS
from agent.understanding.phrases import any_of, expanded, read_phrases
from agent.understanding.scan import Scan

OPEN_DAYS = 42
"""How far an open-ended wish ("mornings", "after the 20th") reaches."""

_GRAMMAR = read_phrases("days")
_WORDS: dict[str, str] = {
    **_GRAMMAR["words"],
    "WD": any_of(WEEKDAYS),
    "MONTH": any_of(MONTHS),
    "N": rf"(?:\d{{1,3}}|{any_of(NUMBERS)})",
}
_DAY = (
    f"(?:(?:{_GRAMMAR['day']['before_date']})?(?:{'|'.join(_GRAMMAR['day']['date'])})"
    f"|{'|'.join(_GRAMMAR['day']['other'])})"
)
_WORDS |= {"DAYA": _DAY.replace("#", "_a"), "DAYB": _DAY.replace("#", "_b")}
_IS_NEXT = re.compile(expanded("%NEXT%", _WORDS))
_IS_COMING = re.compile(expanded("%COMING%", _WORDS))


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


_PRIMERO = re.compile(expanded(r"\bprimero de (%MONTH%)\b", _WORDS))
_ORDINAL_FIRST = re.compile(expanded(r"\b(%MONTH%) first\b", _WORDS))
_WEEKDAY = re.compile(expanded(r"\b%WD%(?=s?\b)", _WORDS))


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
    is_next = _IS_NEXT.fullmatch(modifier) and modifier not in ("this coming", "coming")
    if is_next or _IS_COMING.fullmatch(modifier):
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


def _is_next(found: re.Match[str]) -> bool:
    return bool(_IS_NEXT.search(found[0]) or _IS_COMING.search(found[0]))


def _range(days: Days, found: re.Match[str], today: date) -> None:
    first, last = _date(found, "a", today), _date(found, "b", today)
    if first is None or last is None:
        return
    if last < first and found["wd_b"]:
        last = _plus(last, 7 * (-(-(first - last).days // 7)))
    if first <= last:
        days.ranges.append((first, last))


def _month_days(days: Days, found: re.Match[str], today: date) -> None:
    month = found["month"]
    ends = [
        _coming_date(MONTHS[month], int(n), None, today) if month else _coming_day(int(n), today)
        for n in (found["from"], found["to"])
    ]
    if ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
        days.ranges.append((ends[0], ends[1]))


def _week_of(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "a", today)) is not None:
        days.frame = _week(day)


def _week_after(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "a", today)) is None:
        return
    before = found["side"] in ("before", "antes")
    days.frame = (_plus(day, -7), _plus(day, -1)) if before else (_plus(day, 1), _plus(day, 7))


def _after(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "a", today)) is not None:
        first = _plus(day, 1 if found["strict"] else 0)
        days.ranges.append((first, _plus(first, OPEN_DAYS)))


def _before(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "a", today)) is not None:
        days.ranges.append((min(today, day), _plus(day, -1 if found["strict"] else 0)))


def _except(days: Days, found: re.Match[str], today: date) -> None:
    days.not_weekdays |= {WEEKDAYS[name] for name in _WEEKDAY.findall(found[0])}


def _from_day(days: Days, found: re.Match[str], today: date) -> None:
    if (day := _date(found, "a", today)) is not None:
        number, unit = _number(found["n"]), found["unit"]
        days.ranges.append((_plus(day, number * (7 if unit[0] in "ws" else 1)),) * 2)


_BEGINNING = frozenset("early beginning start principios inicio comienzos first".split())
_MIDDLE = frozenset("mid middle mediados mitad".split())


def _place(found: re.Match[str]) -> int:
    """0 for the beginning, 1 for the middle, 2 for the end."""
    first = found["place"].split()[0]
    return 0 if first in _BEGINNING else 1 if first in _MIDDLE else 2


def _placed_week(days: Days, found: re.Match[str], today: date) -> None:
    monday = _plus(_week(today)[0], 7 if _is_next(found) else 0)
    first, last = ((0, 1), (1, 3), (3, 6))[_place(found)]
    if _plus(monday, last) < today:
        monday = _plus(monday, 7)
    days.ranges.append((_plus(monday, first), _plus(monday, last)))


def _placed_month(days: Days, found: re.Match[str], today: date) -> None:
    if found["month"]:
        year, month = _named_month(found["month"], today)
    else:
        year, month = _months_on(today, 1 if _is_next(found) else 0)
    begins, ends = _part_of_month(year, month, _place(found))
    if ends < today:
        later = _months_on(date(year, month, 1), 12 if found["month"] else 1)
        begins, ends = _part_of_month(*later, _place(found))
    days.ranges.append((begins, ends))


def _part_of_month(year: int, month: int, place: int) -> tuple[date, date]:
    first, last = _month(year, month)
    if place == 0:
        return first, first.replace(day=10)
    if place == 1:
        return first.replace(day=11), first.replace(day=20)
    return first.replace(day=21), last


def _named_month(name: str, today: date) -> tuple[int, int]:
    month = MONTHS[name]
    return today.year + (month < today.month), month


def _in_units(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = _number(found["n"]), found["unit"]
    if unit.startswith("d"):
        days.ranges.append((_plus(today, number),) * 2)
    elif unit[0] in "ws":
        days.frame = _week(_plus(today, 7 * number))
    else:
        year, month = _months_on(today, number)
        day = date(year, month, min(today.day, monthrange(year, month)[1]))
        days.frame = (_plus(day, -3), _plus(day, 3))


def _ago(days: Days, found: re.Match[str], today: date) -> None:
    number, unit = _number(found["n"]), found["unit"]
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
    if _is_next(found) and today.weekday() >= 3:
        saturday = _plus(saturday, 7)
    days.ranges.append((saturday, _plus(saturday, 1)))


def _this_month(days: Days, found: re.Match[str], today: date) -> None:
    days.frame = _month(*_months_on(today, 1 if _is_next(found) else 0))


def _in_month(days: Days, found: re.Match[str], today: date) -> None:
    days.frame = _month(*_named_month(found["month"], today))


def _last_weekday(days: Days, found: re.Match[str], today: date) -> None:
    weekday = WEEKDAYS[found["wd"]]
    back = (today.weekday() - weekday) % 7 or 7
    days.ranges.append((_plus(today, -back),) * 2)


def _weekdays(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= set(range(5))


def _weekends(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= {5, 6}


def _every(days: Days, found: re.Match[str], today: date) -> None:
    days.weekdays |= {WEEKDAYS[name] for name in _WEEKDAY.findall(found[0])}


def _single(days: Days, found: re.Match[str], today: date) -> None:
    weekday = found["wd_a"]
    if weekday and not found["mod_a"] and not found["post_a"] and not found["d5_a"]:
        if found["s_a"] or weekday.endswith("ays") or found[0].startswith(("los ", "las ")):
            days.weekdays.add(WEEKDAYS[weekday])
            return
        if days.frame is not None:
            days.weekdays.add(WEEKDAYS[weekday])
            return
        if WEEKDAYS[weekday] == today.weekday():
            days.ranges += [(today, today), (_plus(today, 7),) * 2]
            return
    if (day := _date(found, "a", today)) is not None:
        days.ranges.append((day, day))


def _any_time(days: Days, found: re.Match[str], today: date) -> None:
    days.open = True


_READERS: dict[str, Callable[[Days, re.Match[str], date], None]] = {
    "last_weekday": _last_weekday,
    "ago": _ago,
    "last_week": _weeks_on(-1),
    "except": _except,
    "month_days": _month_days,
    "week_of": _week_of,
    "week_beside": _week_after,
    "counted_from": _from_day,
    "range": _range,
    "after": _after,
    "before": _before,
    "weekends": _weekends,
    "weekend": _weekend,
    "part_of_week": _placed_week,
    "part_of_month": _placed_month,
    "within": _within,
    "in_units": _in_units,
    "week_after_next": _weeks_on(2),
    "next_week": _weeks_on(1),
    "this_week": _weeks_on(0),
    "workdays": _weekdays,
    "every": _every,
    "month": _this_month,
    "single": _single,
    "in_month": _in_month,
    "any_time": _any_time,
}
_RULES = tuple(
    (re.compile(expanded(expression, _WORDS)), _READERS[rule["reads"]])
    for rule in _GRAMMAR["rule"]
    for expression in rule["say"]
)
