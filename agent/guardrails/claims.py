"""What in a text needs a source: its links, phones, prices, numbers, dates and times, each in one
form however it is written ("$140", "140 dollars", "140 dólares")."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from agent.guardrails.calendar import (
    NUMBERS,
    TIME_WORDS,
    Claim,
    dates,
    likely,
    months,
    times,
    weekdays,
)
from agent.guardrails.folding import plain
from knowledge.language import detect_language

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[\w.+-]+@[\w-]+\.[\w.]+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|gov|edu|test|example|health|care|info|io|us|mx|clinic)\b"
    r"(?:/\S*)?"
)
_PHONE = re.compile(
    r"(?<![\w$])(?:\+?1[\s.-]?)?\(?[2-9]\d{2}\)?[\s.-]?\d{3}[\s.-]?\d{4}(?!\w)"
    r"|(?<![\w$-])\d{3}-\d{4}(?![\w-])|\+\d{8,15}\b"
)
_MONEY = re.compile(
    r"(?:us)?\$\s?(\d[\d,]*(?:\.\d+)?)|\b(?:usd)\s?(\d[\d,]*(?:\.\d+)?)"
    r"|\b(\d[\d,]*(?:\.\d+)?)\s?(?:dollars?|dolares|dolar|bucks|usd)\b"
)
_PERCENT = re.compile(r"\b(\d+(?:\.\d+)?)\s?(?:%|percent\b|por ciento\b)")
_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])[a-z0-9][\w]*(?:-\w+)*\b|\b\d+/\d+\b")
_UNIT = re.compile(
    r"(\d+(?:\.\d+)?)-?(?:mg|mcg|ml|g|min|mins|minutes?|h|hrs?|hours?|days?|day|weeks?|months?|years?|x"
    r"|st|nd|rd|th|s|k|mm|cm|miles?|business|step|item|digit|character|o|a)"
)
_NUMBER = re.compile(r"(?<![\w])\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[a-z]+")
_MONEY_WORD = re.compile(r"\b([a-z]+) (?:dollars?|dolares)\b")
_ONE = re.compile(
    r"\b(one|1)[ -](?=(?:business |full |whole )?(?:minute|hour|day|week|month|year)s?\b)"
)
_ANY_ONE = re.compile(
    r"\b(?:one|an?|una?)[ -](?=(?:business |dia |full )?(?:minut|hour|day|week|month|year|hora"
    r"|dia|semana|mes|ano))"
)
_ANY_WORD = re.compile(
    rf"\b(?:{'|'.join([*TIME_WORDS, *NUMBERS['en'], *NUMBERS['es']])}|one|an?|una?)\b"
)
_LIST_MARK = re.compile(r"(?m)^\s*\d{1,2}[.)]\s")

_Reader = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that some texts say, by kind."""

    values: dict[str, frozenset[str]]

    def support(self, claim: Claim) -> bool:
        return bool(claim.values & self.values.get(claim.kind, frozenset()))


@lru_cache(maxsize=256)
def sources_of_standing(texts: tuple[str, ...]) -> Sources:
    """`sources` of texts that stay: the practice's own and the approved ones."""
    return sources(texts)


def sources(texts: Iterable[str]) -> Sources:
    """What `texts` say, with what follows from it: a dated day has its weekday, a price is also
    a number, a phone is also its last seven digits."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        for claim in claims(text, source=True):
            found[claim.kind].update(likely(claim) if claim.kind == "time" else claim.values)
    found["weekday"] |= found["within"]
    for pair in found["reckoned"]:
        found["weekday"].add(pair.split()[0])
    found["weekday-date"] |= found["reckoned"]
    for day in found["date"]:
        found["ordinal"].add(day.split("-")[1])
        found["month"].add(day.split("-")[0])
    found["ordinal"] |= found["number"]
    found["number"] |= found["money"] | found["percent"] | found["year"]
    found["year"] |= found["number"]
    found["number"] |= {str(int(t) // 60 % 12 or 12) for t in found["time"] if int(t) % 60 == 0}
    found["phone"] |= {phone[-7:] for phone in found["phone"]}
    return Sources({kind: frozenset(values) for kind, values in found.items()})


def joined(*several: Sources) -> Sources:
    kinds = {kind for one in several for kind in one.values}
    return Sources(
        {k: frozenset().union(*(s.values.get(k, frozenset()) for s in several)) for k in kinds}
    )


def claims(text: str, *, source: bool = False) -> tuple[Claim, ...]:
    """In order of kind. With `source`, also what a text says without claiming it ("an hour" is
    one hour, "Monday to Friday" has a Wednesday)."""
    scanned = _Scan(text)
    scanned.take(_LINK, "link", _bare_link)
    found = list(scanned.found)
    if not _may_claim(scanned.text):
        return tuple(found)
    scanned.take(_PHONE, "phone", lambda m: _digits(m[0])[-10:])
    for claim, end in dates(scanned.text, text):
        scanned.found.append(claim)
        scanned.blank(claim.start, end)
    scanned.settle()
    scanned.found.extend(weekdays(scanned.text, text))
    scanned.found.extend(months(scanned.text))
    for claim, end in times(scanned.text):
        scanned.found.append(claim)
        scanned.blank(claim.start, end)
    scanned.settle()
    scanned.take(_MONEY, "money", lambda m: _amount(m[1] or m[2] or m[3]))
    scanned.take(_PERCENT, "percent", lambda m: _amount(m[1]))
    _numbers(scanned, text, source=source)
    kinds = None if source else {"within", "reckoned"}
    return tuple(c for c in scanned.found if not kinds or c.kind not in kinds)


class _Scan:
    """A plain text in which what is understood is blanked out."""

    def __init__(self, text: str) -> None:
        self.text = plain(text)
        self.found: list[Claim] = []
        self._blanks: list[tuple[int, int]] = []

    def blank(self, start: int, end: int) -> None:
        self._blanks.append((start, end))

    def settle(self) -> None:
        """Takes the blanked parts out."""
        for start, end in self._blanks:
            self.text = f"{self.text[:start]}{' ' * (end - start)}{self.text[end:]}"
        self._blanks.clear()

    def take(self, pattern: re.Pattern[str], kind: str, read: _Reader) -> None:
        for found in pattern.finditer(self.text):
            self.found.append(Claim(kind, frozenset({read(found)}), found.start()))
            self.blank(found.start(), found.end())
        self.settle()


def _numbers(scanned: _Scan, original: str, *, source: bool) -> None:
    if not source:
        for found in _LIST_MARK.finditer(scanned.text):
            scanned.blank(found.start(), found.end())
        scanned.settle()
    for found in _MONEY_WORD.finditer(scanned.text):
        amount = NUMBERS["en"].get(found[1]) or NUMBERS["es"].get(found[1])
        if amount:
            scanned.found.append(Claim("money", frozenset({str(amount)}), found.start()))
            scanned.blank(found.start(), found.end())
    scanned.settle()
    for found in _CODE.finditer(scanned.text):
        unit = _UNIT.fullmatch(found[0])
        kind = "number" if unit else "code"
        if unit and found[0].endswith(("st", "nd", "rd", "th")):
            kind = "ordinal"
        value = _amount(unit[1]) if unit else found[0]
        scanned.found.append(Claim(kind, frozenset({value}), found.start()))
        scanned.blank(found.start(), found.end())
    scanned.settle()
    scanned.take(_NUMBER, "number", lambda m: _amount(m[0]))
    for found in (_ANY_ONE if source else _ONE).finditer(scanned.text):
        scanned.found.append(Claim("number", frozenset({"1"}), found.start()))
    words = NUMBERS["es"] if detect_language(original) == "es" else NUMBERS["en"]
    for found in _WORD.finditer(scanned.text):
        if found[0] in words:
            value = str(words[found[0]])
            scanned.found.append(Claim("number", frozenset({value}), found.start()))


def _may_claim(text: str) -> bool:
    """Most sentences say no number at all; they need no further look."""
    return any(c.isdigit() for c in text) or _ANY_WORD.search(text) is not None


def _bare_link(found: re.Match[str]) -> str:
    link = found[0].rstrip(".,;:)!?\"'>]/")
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _amount(text: str) -> str:
    whole, _, cents = text.replace(",", "").partition(".")
    cents = cents.rstrip("0")
    return f"{int(whole)}.{cents}" if cents else str(int(whole))
