"""What a message comes down to when its writer corrects themselves: "first one, no wait, 2"."""

import re

from agent.understanding.phrases import expanded, read_phrases

_SAID = read_phrases("corrections")
_MARKED = re.compile(expanded(_SAID["marked"], _SAID["words"]))
_UNSETTLED = re.compile(_SAID["unsettled"])
_NOT_THIS = tuple(re.compile(expanded(p, _SAID["words"])) for p in _SAID["not_this"])
_LEADING_NO = re.compile(expanded(_SAID["leading_no"], _SAID["words"]))


def settled(plain: str) -> str:
    """The words that count, of a folded text: what stands after the last correction, without what
    was turned down beside it ("not tuesday, thursday"). The text itself when it corrects nothing;
    nothing when what was said is only taken back ("the first, wait no").
    """
    if _UNSETTLED.search(plain):
        return ""
    *_, left = [part for part in _MARKED.split(plain) if part.strip(" ,.;:!-")] or [plain]
    for pattern in _NOT_THIS:
        left = pattern.sub("", left.strip(" ,;:!-"), count=1)
    return _LEADING_NO.sub("", left).strip(" ,;:")
