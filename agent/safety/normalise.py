"""Writes a message the way the lexicon reads it: small plain words, one space after each.

Case, accents, look-alike letters, HTML entities, curly quotes, contractions, emoji, stretched
letters, leetspeak, masked and spaced letters, texting short forms and algospeak are undone with the
tables of `lexicon/forms.toml`.
Sentence ends become the tokens `.` and `?`, other pauses `,`; nothing else but words is left.
"""

import html
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FORMS_FILE = Path(__file__).parent / "lexicon" / "forms.toml"
MAX_CHARACTERS = 8000
_LONGEST_HIDDEN = 16

_LEET = str.maketrans("013457@$!|+", "oieastasiit")
_QUOTES = str.maketrans("’‘`´ʼ＇“”«»", "''''''\"\"\"\"")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_LOOKALIKES = str.maketrans(
    "асеорхуіјѕһԁԛԝкмтвнгзӏαεικνορτυχβγ", "aceopxyijshdqwkmtbhr3laeikvoptuxby"
)
"""Cyrillic and Greek letters drawn like Latin ones, in small letters."""
_SPELLED = re.compile(r"(?<![a-z0-9'])[a-z](?:[ .\-_*]{1,2}[a-z]){2,}(?![a-z0-9'])")
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)+|[a-z0-9](?:[a-z0-9*]|[@$!|+](?=[a-z]))*|[*@$](?=[a-z])[a-z0-9*]+|[.!?;\n]+|[,:()\"]"
)
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_IS_AFTER = frozenset(
    "he she it that what there who where how here everyone everything nothing everybody".split()
)


@dataclass(frozen=True)
class Forms:
    """The tables: one-word and several-word replacements, emoji, and the words that a disguise
    may hide (`hidden`) or a slip of the fingers may miss by one letter (`slips`)."""

    words: Mapping[str, str]
    phrases: tuple[tuple[re.Pattern[str], str], ...]
    emoji: Mapping[str, str]
    hidden: frozenset[str]
    slips: Mapping[str, str]


@lru_cache(maxsize=1)
def load_forms() -> Forms:
    raw = tomllib.loads(FORMS_FILE.read_text(encoding="utf-8"))
    phrases = tuple(
        (re.compile(rf"(?<!\S){re.escape(old)} "), f"{new} ") for old, new in raw["phrases"].items()
    )
    slips = {slip: word for word in raw["slips"] for slip in _one_letter_off(word)}
    for word in (*raw["not_slips"], *raw["slips"]):
        slips.pop(word, None)
    return Forms(raw["words"], phrases, raw["emoji"], frozenset(raw["hidden"]), slips)


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """`"I'm sooo TIRED. K1ll me"` -> `"i am so tired . kill me "`; empty for an empty text.
    Kept in memory, for the window reads the same messages again at every turn."""
    forms = load_forms()
    plain = _plain_letters(html.unescape(text[:MAX_CHARACTERS]), forms)
    plain = _SPELLED.sub(lambda m: _joined(m.group(), forms), plain)
    line = "".join(f"{word} " for word in _words(plain, forms))
    for pattern, new in forms.phrases:
        line = pattern.sub(new, line)
    return line


def _plain_letters(text: str, forms: Forms) -> str:
    for sign, word in forms.emoji.items():
        if sign in text:
            text = text.replace(sign, f" {word} ")
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().translate(_QUOTES)
    decomposed = unicodedata.normalize("NFD", text)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.translate(_LOOKALIKES)


def _words(plain: str, forms: Forms) -> Iterator[str]:
    for piece in _TOKEN.findall(_without_contractions(plain)):
        if piece[0] in ".!;\n?":
            yield "?" if "?" in piece else "."
        elif piece[0] in ',:()"':
            yield ","
        else:
            yield _word(piece, forms)


def _without_contractions(plain: str) -> str:
    if "'" not in plain:
        return plain
    plain = re.sub(r"\bcan't", "cannot", plain)
    plain = re.sub(r"\bwon't", "will not", plain)
    plain = re.sub(r"\bain't", "am not", plain)
    plain = re.sub(r"\by'all", "you all", plain)
    plain = re.sub(r"\bi'ma\b", "i am going to", plain)
    plain = re.sub(r"n't\b", " not", plain)
    for mark, full in (("m", "am"), ("re", "are"), ("ve", "have"), ("ll", "will"), ("d", "would")):
        plain = re.sub(rf"'{mark}\b", f" {full}", plain)
    plain = re.sub(r"\b([a-z]+)'s\b", _expand_s, plain)
    return plain.replace("'", " ")


def _expand_s(match: re.Match[str]) -> str:
    owner = match.group(1)
    return f"{owner} is" if owner in _IS_AFTER else owner


def _word(token: str, forms: Forms) -> str:
    if token in forms.words:
        return forms.words[token]
    if token.isalpha():
        if token in forms.slips:
            return forms.slips[token]
        return _unstretched(token, forms) if _STRETCHED.search(token) else token
    if "*" in token:
        return _unmasked(token, forms)
    if token.isdigit() or (token[0].isdigit() and not any(c.isalpha() for c in token)):
        return token
    guess = _unstretched(token.translate(_LEET), forms)
    guess = forms.words.get(guess, guess)
    return guess if guess in forms.hidden or " " in guess else token


def _unstretched(token: str, forms: Forms) -> str:
    double = _STRETCHED.sub(r"\1\1", token)
    single = _STRETCHED.sub(r"\1", token)
    for guess in (double, single):
        if guess in forms.hidden:
            return guess
        if guess in forms.words:
            return forms.words[guess]
    return single


def _unmasked(token: str, forms: Forms) -> str:
    if len(token) > _LONGEST_HIDDEN:
        return token.replace("*", "")
    letters = token.translate(_LEET).strip("*") if token.strip("*") in forms.hidden else token
    shape = re.compile(re.escape(letters).replace(r"\*", "[a-z]{1,2}") + r"\Z")
    return next(
        (word for word in sorted(forms.hidden) if shape.match(word)), token.replace("*", "")
    )


def _joined(spelled: str, forms: Forms) -> str:
    """`s u i c i d e` -> `suicide`; left alone unless the letters make hidden words."""
    letters = re.sub(r"[^a-z]", "", spelled)
    words = _segmented(letters, forms.hidden)
    return " ".join(words) if words else spelled


def _segmented(letters: str, known: frozenset[str]) -> list[str] | None:
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 12), end):
            before = best[start]
            if before is not None and letters[start:end] in known:
                found = [*before, letters[start:end]]
                current = best[end]
                if current is None or len(found) < len(current):
                    best[end] = found
    words = best[-1]
    return words if words and max(len(w) for w in words) > 2 else None


def _one_letter_off(word: str) -> Iterator[str]:
    for i in range(1, len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i] + word[i:]
        if i + 1 < len(word):
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        for letter in "aeiouyszc":
            yield word[:i] + letter + word[i + 1 :]
