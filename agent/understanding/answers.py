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
_PLAIN_YES_NEXT = re.compile(rf"{_YES}(?![\w'])")
_ECHO_NEXT = re.compile(rf"{_ECHO}(?![\w'])")
_NO_NEXT = re.compile(rf"{_NO}(?![\w'])")
_FILLER_NEXT = re.compile(rf"{_FILLER}(?![\w'])")
_JOIN = re.compile(r"[\s,.;:!…\-–—\"()¡¿]+")
_NEITHER = re.compile("|".join(_SAID["neither"]))
_FIRM_YES = re.compile(
    r"(?:ye|ya|yup|si\b|go ahead|please|do it|dale|adelante|claro|absolutely|sure)"
)
_WHY_NOT = re.compile(r"why not|por ?que no|como no")
_APPROVAL = re.compile(
    r"(?:that|this|it|everything|all of (?:it|that)|all that|todo|eso|esa hora|ese dia)"
    r"(?: (?:time|day|date|one|all))?"
    r" (?:works|(?:is|are) (?:all )?(?:fine|good|great|perfect|ok|okay|right|correct)"
    r"|(?:sounds|looks) (?:good|great|fine|perfect|right|correct)|esta (?:bien|perfecto|correcto))"
    r"(?: for (?:me|us))?"
)
"""About what was read back, whatever it was. Not "Tuesday works": it may be a correction."""


def yes_or_no(text: str) -> YesNo | None:
    """What the answer to a yes/no question is; None when it is neither (a question, another wish).

    The last of several counts: "yeah no" is a no. What could be either ("no, that's fine") is None:
    the question is asked again rather than something done.
    """
    left = _JOIN.sub(" ", squeezed(text)).strip()
    said: Answered | None = None
    while left and not _NEITHER.match(left):
        heard, end = _next(left, said)
        if heard is None and end == 0:
            break
        if said is Answered.NO and heard is Answered.YES and not _FIRM_YES.match(left):
            if _plain_no(text):
                return None
            heard = Answered.NO
        said, left = heard or said, left[end:].strip()
    left = left.strip(" ?").removeprefix("and ").removeprefix("y ")
    if said is None:
        return YesNo(Answered.YES) if _APPROVAL.fullmatch(left) else None
    if left:
        return YesNo(Answered.YES_BUT if said is Answered.YES else Answered.NO_BUT, left)
    return None if _asks(text) else YesNo(said)


def _next(left: str, said: Answered | None) -> tuple[Answered | None, int]:
    """What the next words say, and where they end; end 0 when they are something else."""
    negative, positive = _NO_NEXT.match(left), _YES_NEXT.match(left)
    if negative and (positive is None or positive.end() < negative.end()):
        return Answered.NO, negative.end()
    if positive:
        echo, plain = _ECHO_NEXT.match(left), _PLAIN_YES_NEXT.match(left)
        only_echo = echo and (plain is None or plain.end() < echo.end())
        if not only_echo or said is Answered.YES:
            return Answered.YES, positive.end()
    filler = _FILLER_NEXT.match(left)
    return None, filler.end() if filler else 0


def _plain_no(text: str) -> bool:
    """A bare "no", which in "no, that's fine" may say that nothing is wrong."""
    return bool(re.match(r"\W*(?:oh |um+ )?no\b(?! (?:thanks?|thx|gracias))", squeezed(text)))


def _asks(text: str) -> bool:
    """ "Right?", "ok?" ask back; "why not?" does not."""
    return text.rstrip().endswith("?") and not _WHY_NOT.search(squeezed(text))


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
