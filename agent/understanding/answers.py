"""Hears yes, no and "never mind" in many words, English and Spanish."""

import re
from dataclasses import dataclass
from enum import StrEnum

from agent.understanding.phrases import any_of, read_phrases
from agent.understanding.spelling import squeezed


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


_SAID = read_phrases("answers")
_YES, _NO, _ECHO = (any_of(_SAID[name]) for name in ("yes", "no", "echo"))
_FILLER = any_of(_SAID["filler"])
_YES_NEXT = re.compile(rf"(?:{_YES}|{_ECHO})(?![\w'])")
_NO_NEXT = re.compile(rf"{_NO}(?![\w'])")
_FILLER_NEXT = re.compile(rf"{_FILLER}(?![\w'])")
_JOIN = re.compile(r"[\s,.;:!…\-–—\"()¡]+")
_NEITHER = re.compile("|".join(_SAID["neither"]))
_BUT = re.compile(
    r"(?:but|except|however|though|although|only|pero|solo que|excepto|nomas que|aunque)\b"
)
_TRAILING_YES = re.compile(
    r"(?:works(?: for me)?|is (?:fine|good|great|perfect|ok|okay)"
    r"|(?:sounds|looks) (?:good|great|fine|perfect|right)|esta (?:bien|perfecto))$"
)


def yes_or_no(text: str) -> YesNo | None:
    """What the answer to a yes/no question is; None when it is neither (a question, another wish).

    The last of several counts: "yeah no" is a no.
    """
    left = _JOIN.sub(" ", squeezed(text)).strip()
    said: Answered | None = None
    while left:
        if _NEITHER.match(left):
            break
        if negative := _NO_NEXT.match(left):
            positive = _YES_NEXT.match(left)
            if positive is None or positive.end() < negative.end():
                said, left = Answered.NO, left[negative.end() :].strip()
                continue
        if (positive := _YES_NEXT.match(left)) and _may_say_yes(said, left):
            said, left = Answered.YES, left[positive.end() :].strip()
            continue
        if filler := _FILLER_NEXT.match(left):
            left = left[filler.end() :].strip()
            continue
        break
    left = left.strip(" ?").removeprefix("and ").removeprefix("y ")
    if said is None:
        return YesNo(Answered.YES) if _approves(left) else None
    if not left:
        return YesNo(said)
    if "?" in text and not _BUT.match(left) and len(left.split()) > 6 and said is Answered.YES:
        return YesNo(Answered.YES_BUT, left)
    return YesNo(Answered.YES_BUT if said is Answered.YES else Answered.NO_BUT, left)


def _may_say_yes(said: Answered | None, left: str) -> bool:
    """An order ("cancel it") only echoes a yes; by itself or after a no it is a wish of its own."""
    echo = re.match(rf"{_ECHO}(?![\w'])", left)
    plain = re.match(rf"{_YES}(?![\w'])", left)
    if echo and (plain is None or plain.end() < echo.end()):
        return said is Answered.YES
    return said is not Answered.NO or plain is not None


def _approves(left: str) -> bool:
    """ "tuesday works", "3 pm is fine" about what was read back."""
    return len(left.split()) <= 6 and bool(_TRAILING_YES.search(left)) and not _negated(left)


def _negated(left: str) -> bool:
    return bool(re.search(r"\b(?:not|no|doesn't|doesnt|never|nothing|none|neither)\b", left))


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
