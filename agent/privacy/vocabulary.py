"""The everyday words of English and Spanish: what a capital letter alone does not make a name."""

import re
from functools import lru_cache

from spacy.lookups import Lookups

from agent.privacy.places import place_names
from agent.privacy.wordlists import words_of

_PARTS = ("noun", "verb", "adj", "adv")
_VERBS = {
    "ar": "ar o a as an amos e es en aba abas aban abamos aste aron ando ado ada "
    "are aras ara aran aremos aria arias arian",
    "er": "er o e es en emos i io a as an ia ias ian iamos iste ieron imos iendo ido ida "
    "ere eras era eran eremos eria erian",
    "ir": "ir o e es en imos i io a as an ia ias ian iamos iste ieron iendo ido ida "
    "ire iras ira iran iremos iria irian",
}
"""Regular endings without accents, by the infinitive's."""
_ATTACHED = re.compile(r"(?:(?<=ndo)|(?<=[aei]r))(?:me|te|se|nos)?(?:l[aeo]s?|me|te|se|nos)$")
_LEAST_STEM = 3


class Vocabulary:
    """English is spaCy's dictionary with its own rules of inflection; Spanish is a word list."""

    def __init__(self, lookups: Lookups) -> None:
        index = lookups.get_table("lemma_index")
        names = (
            words_of("given_names")
            | words_of("surnames")
            | words_of("proper_nouns")
            | words_of("peoples")
            | (place_names() - words_of("place_words"))
        )
        self._english = {part: frozenset(index[part]) - names for part in _PARTS}
        self._rules = {part: lookups.get_table("lemma_rules").get(part, ()) for part in _PARTS}
        exceptions = lookups.get_table("lemma_exc")
        self._irregular = (
            frozenset(form for part in _PARTS for form in exceptions.get(part, ())) - names
        )
        self.closed = words_of("public_words")
        self._listed = (
            self.closed
            | words_of("spanish_words")
            | words_of("given_words")
            | words_of("surname_words")
        )
        self.knows = lru_cache(maxsize=8192)(self._knows)

    def is_only_noun(self, word: str) -> bool:
        """Nothing but the base form of an English noun."""
        return (
            word in self._english["noun"]
            and not any(word in self._english[part] for part in _PARTS if part != "noun")
            and word not in self._listed
        )

    def _knows(self, word: str) -> bool:
        """Whether a folded word is an everyday one, in any inflection."""
        if word in self._listed or word in self._irregular:
            return True
        if any(word in self._english[part] for part in _PARTS) or _is_spanish_form(word):
            return True
        return any(
            word.endswith(ending) and word.removesuffix(ending) + base in self._english[part]
            for part in _PARTS
            for ending, base in self._rules[part]
            if ending and len(word) > len(ending) + 1
        )


def _is_spanish_form(word: str) -> bool:
    """A regular form of a Spanish verb whose infinitive is listed, also with pronouns attached."""
    attached = _ATTACHED.search(word)
    forms = [word, word[: attached.start()]] if attached else [word]
    return any(
        form.endswith(ending)
        and len(form) - len(ending) >= _LEAST_STEM
        and form.removesuffix(ending) + infinitive in words_of("spanish_words")
        for form in forms
        for infinitive, endings in _VERBS.items()
        for ending in endings.split()
    )
