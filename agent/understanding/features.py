"""Turns a message into hashed word and character n-grams, the same at training and at run time."""

import re
from collections import Counter
from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agent.understanding.spelling import squeezed

BUCKETS = 1 << 15
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[?!]")
_DIGIT = re.compile(r"\d")


def ngrams(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Bucket numbers and their weights, at unit length; both empty for a text without letters."""
    counts = Counter(crc32(gram.encode()) % BUCKETS for gram in _grams(text))
    buckets = np.fromiter(counts, dtype=np.int64, count=len(counts))
    weights = np.sqrt(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    length = max(float(np.linalg.norm(weights)), 1e-12)
    return buckets, np.asarray(weights / length, dtype=np.float32)


def _grams(text: str) -> Iterator[str]:
    found = _WORD.findall(_DIGIT.sub("0", squeezed(text)))
    for i, word in enumerate(found):
        yield "w " + word
        if i:
            yield f"b {found[i - 1]} {word}"
        padded = f"<{word}>"
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                yield "c" + padded[start : start + size]
    if found:
        yield "first " + found[0]
        yield "length " + str(min(len(found) // 3, 5))
