"""Hears yes, no and "never mind" in many words, English and Spanish.

Every word of a yes must be understood: a yes beside anything else (a day, a question, a doubt, a
second thought) is `YES_BUT` or nothing, so that nobody who hesitates is taken at a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import lru_cache
from itertools import product

from agent.understanding.phrases import any_of, expanded, read_phrases
from agent.understanding.spelling import alike, distance, squeezed


class Answered(StrEnum):
    YES = "yes"
    NO = "no"
    YES_BUT = "yes_but"
    NO_BUT = "no_but"


@dataclass(frozen=True, slots=True)
class YesNo:
    """`rest`: what was said besides (only for `YES_BUT` and `NO_BUT`), folded."""

    answered: Answered
    rest: str = ""


class _Part(Enum):
    """What a stretch of an answer is. The order settles ties between equally long readings."""

    NO = auto()
    DOUBT = auto()
    OUT = auto()
    LATER = auto()
    ORDER = auto()
    YES = auto()
    ECHO = auto()
    HALT = auto()
    FILLER = auto()


_SAID = read_phrases("answers")
_END = r"(?![\w'])"


def _alternatives(name: str) -> tuple[re.Pattern[str], ...]:
    patterns = (expanded(p, _SAID["words"]) for p in _SAID["pattern"].get(name, ()))
    listed = (any_of(_SAID[name]),) if name in _SAID else ()
    return tuple(re.compile(f"(?:{p}){_END}") for p in (*listed, *patterns))


_READERS = tuple((part, _alternatives(part.name.lower())) for part in _Part)
_JOIN = re.compile(r"[\s,.;:!…\-–—\"()¡¿*~/]+")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_NEITHER = re.compile("|".join(_SAID["neither"]))
_NO_COMMA = re.compile(r"\bno ?[,.;:] ")
_FIRM = re.compile(r"(?:yes|yep|yup|si|absolutely|definitely)\b")
_LONG = 25
_WHY_NOT = re.compile(r"why not|por ?que no|como no")


def _spellings(expression: str) -> Iterator[str]:
    """The words of a phrase or expression; `list[oa]` is both listo and lista."""
    for word in re.findall(r"(?:[a-z']|\[[a-z]{2,3}\]){2,}", expression):
        letters = (found.strip("[]") for found in re.findall(r"\[[a-z]+\]|[a-z']", word))
        yield from map("".join, product(*letters))


_EVERY_PATTERN = " ".join(p for patterns in _SAID["pattern"].values() for p in patterns)
_VOCABULARY = frozenset(
    word
    for said in (*(_SAID[name] for name in ("yes", "no", "echo", "filler")), [_EVERY_PATTERN])
    for phrase in said
    for word in _spellings(phrase)
)
_KEPT = frozenset(_SAID["kept"])
_SPELT = re.compile(rf"\b(?:{'|'.join(_SAID['spelt'])})\b")
_ACCENTED_YES = re.compile(r"\bs[íÍ]\b", re.I)
_DOUBLE = re.compile(r"([a-z])\1")
_CORRECTED_TO = {
    letter: tuple(sorted(w for w in _VOCABULARY if len(w) >= 5 and w[0] == letter))
    for letter in {w[0] for w in _VOCABULARY}
}


def yes_or_no(text: str) -> YesNo | None:
    """What the answer to a yes/no question is; None when it is neither (a question, another wish).

    The last of several counts: "yeah no" is a no. What could be either ("no, that's fine", "I guess
    so") is None: the question is asked again rather than something done.
    """
    plain = squeezed(_ACCENTED_YES.sub("si ¦", _SKIN.sub("", text)))
    plain = _SPELT.sub(lambda found: _SAID["spelt"][found[0]], plain)
    plain = _NO_COMMA.sub("no ¦ ", plain).replace("?", " ")
    raw = _JOIN.sub(" ", plain).strip(" ?").split()
    left = " ".join([*map(_respelt, raw[:_LONG]), *raw[_LONG:]])
    heard = _Heard()
    while left and not _NEITHER.match(_end_of(raw, left)):
        part, end = _next(left, heard.said)
        if part is None or not heard.takes(part, left, _plain_no(text)):
            break
        left = left[end:].strip(" ?")
    rest = _end_of(raw, heard.taken_back or left)
    rest = rest.strip(" ?¦").removeprefix("and ").removeprefix("y ")
    if heard.said is None:
        return None
    if rest:
        return YesNo(Answered.YES_BUT if heard.said is Answered.YES else Answered.NO_BUT, rest)
    return None if heard.torn or heard.doubt or _asks(text) else YesNo(heard.said)


def is_neither(text: str) -> bool:
    """Whether it begins with words that are known to be no answer ("no sé", "no idea")."""
    return bool(_NEITHER.match(_JOIN.sub(" ", squeezed(text)).strip()))


def _end_of(raw: list[str], left: str) -> str:
    """The last words as they were written, as many as are left."""
    return " ".join(raw[len(raw) - len(left.split()) :])


@dataclass
class _Heard:
    """What the words so far amount to. `taken_back`: the text from a second thought on."""

    said: Answered | None = None
    torn: bool = False
    doubt: bool = False
    taken_back: str = ""

    def takes(self, part: _Part, left: str, plain_no: bool) -> bool:
        """Whether this part belongs to the answer; if so, it is counted."""
        yes = self.said is Answered.YES
        if part in (_Part.YES, _Part.ORDER):
            self._yes(part, left, plain_no)
        elif part is _Part.NO:
            self.torn = yes and bool(_FIRM.match(self._first)) and not self.torn
            self.said, self.doubt, self.taken_back = Answered.NO, False, ""
        elif part is _Part.DOUBT:
            self.doubt = True
        elif part is _Part.HALT and yes:
            self.taken_back = self.taken_back or left
        elif part in (_Part.LATER, _Part.OUT):
            return not yes
        return True

    _first: str = ""

    def _yes(self, part: _Part, left: str, plain_no: bool) -> None:
        self.doubt = self.doubt and part is not _Part.ORDER
        if self.said is Answered.NO:
            self.torn = self.torn or plain_no or part is _Part.ORDER
        else:
            self.said, self.taken_back = Answered.YES, ""
            self._first = self._first or left


def _next(left: str, said: Answered | None) -> tuple[_Part | None, int]:
    """What the next words are, by the longest reading, and where they end."""
    best: tuple[_Part | None, int] = (None, 0)
    for part, patterns in _READERS:
        if part is _Part.ECHO and said is not Answered.YES:
            continue
        for pattern in patterns:
            found = pattern.match(left)
            if found and found.end() > best[1]:
                best = part, found.end()
    return best


@lru_cache(4096)
def _respelt(word: str) -> str:
    """A word of the answers, put right by one slip: "pleese", "okk", "corect". Two slips would make
    a yes of another word ("aguánteme" is not "apúnteme")."""
    if word in _VOCABULARY or word in _KEPT or not word.isalpha():
        return word
    single = _DOUBLE.sub(r"\1", word)
    if single in _VOCABULARY:
        return single
    near = (known for known in _CORRECTED_TO.get(word[0], ()) if alike(word, known))
    return next((known for known in near if distance(word, known) == 1), word)


def _plain_no(text: str) -> bool:
    """A bare "no", which in "no, that's fine" may say that nothing is wrong."""
    return bool(re.match(r"\W*(?:oh |um+ )?no\b(?!,? (?:thanks?|thx|ty|gracias))", squeezed(text)))


def _asks(text: str) -> bool:
    """ "Right?", "ok? thanks" ask back; "why not?" does not."""
    return "?" in text and not _WHY_NOT.search(squeezed(text))


_OUT = re.compile(any_of(_SAID["out"]) + r"(?![\w'])")
_OUT_FILLER = re.compile(any_of([*_SAID["filler"], *_SAID["out_filler"]]) + r"(?![\w'])")


def wants_out(text: str) -> bool:
    """Whether the message says nothing but that the patient drops the matter."""
    left = _JOIN.sub(" ", squeezed(text)).strip()
    dropped = False
    while left:
        if out := _OUT.match(left):
            dropped, left = True, left[out.end() :].strip()
        elif filler := _OUT_FILLER.match(left):
            left = left[filler.end() :].strip()
        else:
            return False
    return dropped
