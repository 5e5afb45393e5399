"""Takes the answering words out of a passage, whole and in order, with what limits them."""

import re

import numpy as np

from knowledge.encoder import Encoder
from knowledge.ingest.chunks import Chunk
from knowledge.ingest.document import Block
from knowledge.passage import Answer, Citation

LIMIT = 700
# A unit that opens like this limits or completes the one before it.
_DEPENDENT = re.compile(
    r"^(?:[-•*]\s*)?(?:but|except|unless|however|if|only|otherwise|this|that|these|those|it|they"
    r"|in that case|exceptions?|note|please|also|for (?:a|an|surgery)|pero|excepto|salvo"
    r"|a menos que|sin embargo|si|s[oó]lo|de lo contrario|est[aeo]s?|eso|en ese caso"
    r"|excepci[oó]n(?:es)?|nota|tambi[eé]n|adem[aá]s)\b",
    re.IGNORECASE,
)


def compose_answer(question: str, chunk: Chunk, encoder: Encoder) -> Answer:
    """Verbatim text of at most about 700 characters (more only when one unit is longer)."""
    citation = Citation(chunk.title, chunk.source, chunk.version)
    if len(chunk.text) <= LIMIT:
        return Answer(chunk.text, (citation,))
    return Answer(_excerpt(question, chunk, encoder), (citation,))


def _excerpt(question: str, chunk: Chunk, encoder: Encoder) -> str:
    """The closest unit, what leads into it, what depends on it; then its neighbours while they fit.

    Prose grows to both sides without gaps; of a list or a table the closest lines are taken.
    """
    units = [(b, u) for b, block in enumerate(chunk.blocks) for u in range(len(block.units))]
    texts = [chunk.blocks[b].units[u] for b, u in units]
    vectors = encoder.encode_passages([f"{chunk.asked}: {text}" for text in texts])
    closeness = vectors @ encoder.encode([question])[0]
    chosen = _bound(int(np.argmax(closeness)), units, chunk.blocks, texts)
    for candidate in np.argsort(-closeness):
        wanted = chosen | _bound(int(candidate), units, chunk.blocks, texts)
        if sum(len(texts[i]) + 1 for i in wanted) <= LIMIT:
            chosen = wanted
    return _rendered(chosen, units, chunk.blocks)


def _bound(
    index: int, units: list[tuple[int, int]], blocks: tuple[Block, ...], texts: list[str]
) -> frozenset[int]:
    """A unit with what it cannot be said without: the lead-in above, the conditions below."""
    bound = {index}
    block = units[index][0]
    start = index
    while start > 0 and (_DEPENDENT.match(texts[start]) and units[start - 1][0] == block):
        start -= 1
        bound.add(start)
    first = next(i for i, (b, _) in enumerate(units) if b == block)
    if blocks[block].kind != "paragraph" and first > 0 and texts[first - 1].endswith(":"):
        bound.add(first - 1)
    after = index + 1
    while after < len(units) and _DEPENDENT.match(texts[after]):
        bound.add(after)
        after += 1
    return frozenset(bound)


def _rendered(
    chosen: frozenset[int], units: list[tuple[int, int]], blocks: tuple[Block, ...]
) -> str:
    lines: list[str] = []
    for number, block in enumerate(blocks):
        picked = tuple(
            block.units[u] for i, (b, u) in enumerate(units) if b == number and i in chosen
        )
        if picked:
            lines.append(Block(block.kind, picked).text)
    return "\n".join(lines)
