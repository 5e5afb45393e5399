"""Recognises people's names by cue words, lists of names and capitals nothing else explains."""

from dataclasses import dataclass

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from agent.privacy.cues import follows, load_cues
from agent.privacy.tokens import Token, shouted, tokens_of
from agent.privacy.vocabulary import Vocabulary
from agent.privacy.wordlists import words_of

_ACRONYM = 5
_LONGEST_NAME = 5


class NameRecogniser(EntityRecognizer):  # type: ignore[misc]
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        super().__init__(supported_entities=["PERSON"], supported_language="en", name="names")

    def load(self) -> None:
        """Presidio asks for it; the lists are loaded already."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        tokens = tokens_of(text)
        reading = _Reading(tokens, self._vocabulary, shouted(text))
        return [
            RecognizerResult(
                "PERSON", tokens[first].start, tokens[last].end, reading.sureness(first, last)
            )
            for first, last in reading.names()
        ]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One text. `loud`: it is written in capitals, which then say nothing."""

    tokens: tuple[Token, ...]
    vocabulary: Vocabulary
    loud: bool

    def names(self) -> list[tuple[int, int]]:
        """First and last token of each name."""
        found = []
        at = 0
        while at < len(self.tokens):
            if self._starts(at):
                first, last = self._whole(at)
                found.append((first, last))
                at = last
            at += 1
        return found

    def sureness(self, first: int, last: int) -> float:
        listed = any(self._listed(token) for token in self.tokens[first : last + 1])
        return 0.8 if listed or last > first else 0.55

    def _starts(self, at: int) -> bool:
        token, cues = self.tokens[at], load_cues()
        if len(token.text) < 2:
            return False
        if follows(self.tokens, at, cues.names) and token.word not in load_cues().no_names:
            return (
                not self.vocabulary.knows(token.word) or self._capital(token) or self._listed(token)
            )
        if self._labelled(at) or self._is_double(token) or self._has_initial(at):
            return True
        if follows(self.tokens, at, cues.titles, " .") and self._suits_title(at):
            return True
        if token.word in words_of("given_names"):
            return (
                self._capital(token)
                or (len(token.word) > 3 and not self._is_accented_word(token))
                or self._introduced(at)
                or self._opens_name(at)
            )
        if not self._capital(token):
            signed = self._listed(token) or not self.vocabulary.knows(token.word)
            return (signed and self._signs(at)) or self._is_kin(at)
        if token.word in words_of("surnames"):
            return True
        if self._signs(at):
            return token.word not in self.vocabulary.closed
        if self._unexplained(at):
            return True
        return self._ambiguous(at)

    def _is_kin(self, at: int) -> bool:
        token = self.tokens[at]
        if not follows(self.tokens, at, load_cues().kin, " "):
            return False
        if token.word in self.vocabulary.closed or token.word in load_cues().no_names:
            return False
        return token.word in words_of("given_words") or not self.vocabulary.knows(token.word)

    def _introduced(self, at: int) -> bool:
        following = self._next(at)
        return follows(self.tokens, at, load_cues().introductions, " ") or (
            following is not None and self._clear(following)
        )

    def _is_accented_word(self, token: Token) -> bool:
        """A Spanish word that is a name only without its accents: "mi niña"."""
        return not token.text.isascii() and token.word in words_of("spanish_words")

    def _opens_name(self, at: int) -> bool:
        """A short given name in lower case at the start of a sentence, and a word unheard of."""
        following = self._next(at)
        return (
            self.tokens[at].opens
            and following is not None
            and len(following.word) > 3
            and not self._known(following)
        )

    def _is_double(self, token: Token) -> bool:
        """Two surnames with a hyphen between them, whatever their case."""
        parts = token.word.split("-")
        return len(parts) > 1 and all(part in words_of("surnames") for part in parts)

    def _has_initial(self, at: int) -> bool:
        """In lower case: a name or a word unheard of, an initial, and a surname or such a word."""
        first = self.tokens[at]
        if at + 2 >= len(self.tokens) or first.glue != " " or len(first.word) < 3:
            return False
        initial, last = self.tokens[at + 1 : at + 3]
        return (
            len(initial.text) == 1
            and (self._listed(first) or not self._known(first))
            and first.word not in self.vocabulary.closed
            and len(last.word) > 2
            and self._is_initial(at + 1, before=False)
        )

    def _capital(self, token: Token) -> bool:
        return token.capital and not self.loud

    def _listed(self, token: Token) -> bool:
        return any(
            token.word in words_of(name)
            for name in ("given_names", "given_words", "surnames", "surname_words")
        )

    def _labelled(self, at: int) -> bool:
        if at == 0 or self.tokens[at - 1].glue.strip(" \t") not in (":", "?"):
            return False
        token = self.tokens[at]
        known = self.vocabulary.knows(token.word) and not self._listed(token)
        return not known and follows(self.tokens, at, load_cues().labels, " :?\t")

    def _suits_title(self, at: int) -> bool:
        token = self.tokens[at]
        title = self.tokens[at - 1]
        if token.word in load_cues().titles:
            return False
        if self._listed(token):
            sure = self._clear(token) or not self._is_loose(at - 1)
            return self._capital(token) or (sure and token.word not in self.vocabulary.closed)
        if self.vocabulary.knows(token.word):
            return (
                self._capital(token)
                and (title.capital or not token.opens)
                and token.word not in self.vocabulary.closed
                and token.word not in load_cues().no_names
            )
        return title.word not in load_cues().loose_titles or self._capital(token)

    def _is_loose(self, at: int) -> bool:
        """A title that a verb may follow: "the nurse calls", "don't see"."""
        title = self.tokens[at]
        if title.word not in load_cues().loose_titles:
            return False
        return not title.text.isalpha() or (
            at > 0 and self.tokens[at - 1].word in load_cues().determiners
        )

    def _signs(self, at: int) -> bool:
        """The last words of the text, after a farewell or a line of their own."""
        left = len(self.tokens) - at
        if left > 3 or any(t.glue.strip(" .") for t in self.tokens[at:-1]):
            return False
        if self.tokens[-1].glue.strip(" .!\n)"):
            return False
        return follows(self.tokens, at, load_cues().farewells, " ,.!-–—\n\r") or (
            at > 0
            and self.tokens[at - 1].glue.strip(" ")
            in ("\n-", "\n~", "\n—", "-", "—", "~", ". -", ".\n-")
            and self.tokens[at].capital
        )

    def _unexplained(self, at: int) -> bool:
        """A capital that neither the dictionary nor the start of a sentence explains."""
        token = self.tokens[at]
        if not self._capital(token) or self._known(token):
            return False
        if token.shouts:
            return len(token.text) > _ACRONYM
        return len(token.text) > 2

    def _known(self, token: Token) -> bool:
        knows = self.vocabulary.knows
        return knows(token.word) or all(
            len(part) < 2 or knows(part) for part in token.word.replace("'", "-").split("-")
        )

    def _ambiguous(self, at: int) -> bool:
        """A name that is also a word: by its capital inside a sentence, or by its neighbour."""
        token = self.tokens[at]
        if not self._listed(token) or token.shouts:
            return False
        following = self._next(at)
        given = token.word in words_of("given_words")
        if given and following and self._capital(following) and self._is_surname(following):
            return True
        if given and token.opens and token.glue.startswith(":"):
            return token.capital and token.word not in self.vocabulary.closed
        if token.opens or token.word in self.vocabulary.closed:
            return False
        near = [t for t in (self._previous(at), following) if t is not None]
        return not any(self._capital(t) and not t.opens and self._known(t) for t in near)

    def _is_surname(self, token: Token) -> bool:
        return not self._known(token) or (
            token.word in words_of("surname_words") and token.word not in self.vocabulary.closed
        )

    def _whole(self, at: int) -> tuple[int, int]:
        first = last = at
        while first > 0 and self._joins(first - 1, first, before=True):
            first -= 1
        title = self.tokens[first - 1] if first else None
        if title and title.word in load_cues().honorifics and title.glue in (" ", ". ", "."):
            first -= 1
        while last + 1 < len(self.tokens) and last - first < _LONGEST_NAME:
            ahead = self._ahead(last)
            if ahead is None:
                break
            last = ahead
        return first, last

    def _ahead(self, last: int) -> int | None:
        """The next token of the same name, over particles."""
        step = last + 1
        while (
            step < len(self.tokens)
            and self.tokens[step].word in load_cues().particles
            and self.tokens[step - 1].glue == " "
        ):
            step += 1
        if step < len(self.tokens) and self._joins(step, step - 1, before=False):
            over = step > last + 1
            if not over or self._capital(self.tokens[step]) or self._clear(self.tokens[step]):
                return step
        return None

    def _clear(self, token: Token) -> bool:
        return token.word in words_of("surnames") or token.word in words_of("given_names")

    def _joins(self, at: int, beside: int, *, before: bool) -> bool:
        token = self.tokens[at]
        glue = self.tokens[min(at, beside)].glue
        if glue not in (" ", "  ", ". ", ".") or (
            glue[0] == "." and len(self.tokens[min(at, beside)].text) > 1
        ):
            return False
        if len(token.text) == 1:
            return self._is_initial(at, before=before)
        if self._clear(token):
            return True
        if self._capital(token):
            return token.word not in self.vocabulary.closed and (
                not before or not self._known(token) or self._goes_before(at, beside)
            )
        if before or self._capital(self.tokens[beside]):
            return False
        if token.word in words_of("surname_words"):
            return token.word not in self.vocabulary.closed
        return not self._known(token) and len(token.word) > 3

    def _goes_before(self, at: int, beside: int) -> bool:
        """An everyday word with a capital before a name: its first part, or the sentence's?"""
        token, name = self.tokens[at], self.tokens[beside]
        cues = load_cues()
        if len(name.text) == 1 and not token.opens:
            return True
        if not token.opens:
            return self._listed(token)
        if token.word in words_of("given_words"):
            return True
        return (
            name.word not in words_of("given_names")
            and self.vocabulary.is_only_noun(token.word)
            and token.word not in cues.introductions | cues.labels | cues.titles
        )

    def _is_initial(self, at: int, *, before: bool) -> bool:
        token = self.tokens[at]
        if token.capital:
            dotted = token.glue == ". "
            article = before and token.opens and token.text == "A"
            return dotted or (token.text != "I" and not article)
        if before or at + 1 == len(self.tokens) or token.glue not in (" ", ". ", "."):
            return False
        following = self.tokens[at + 1]
        if token.text in "aeioyu" and token.glue == " ":
            return following.word in words_of("surnames")
        return self._clear(following) or not self._known(following)

    def _previous(self, at: int) -> Token | None:
        return self.tokens[at - 1] if at and self.tokens[at - 1].glue == " " else None

    def _next(self, at: int) -> Token | None:
        if at + 1 < len(self.tokens) and self.tokens[at].glue == " ":
            return self.tokens[at + 1]
        return None
