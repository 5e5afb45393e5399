"""Words of outpatient care that mean the same, in English and Spanish: one concept for each.

General vocabulary only: nothing that one practice says and another does not.
"""

from pathlib import Path

import Stemmer

STEMMERS = {"en": "english", "es": "spanish"}
_TABLE = Path(__file__).parent / "concepts.tsv"


def load_concepts() -> dict[str, dict[str, str]]:
    """By language, the concept of a stem; a stem in two rows belongs to the first."""
    stemmers = {code: Stemmer.Stemmer(name) for code, name in STEMMERS.items()}
    concepts: dict[str, dict[str, str]] = {code: {} for code in STEMMERS}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        name, *columns = line.split("\t")
        for code, words in zip(STEMMERS, columns, strict=True):
            for word in words.split():
                concepts[code].setdefault(stemmers[code].stemWord(word), f"#{name}")
    return concepts
