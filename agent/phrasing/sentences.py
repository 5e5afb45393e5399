"""Cuts a text into sentences while it grows, and puts them together again.

A sentence is whole when the next one has begun or its line has ended. One that begins a line keeps
the line break in front of it, so that a list stays a list.
"""

from knowledge.ingest.sentences import split_sentences


class Sentences:
    """Of one text, fed piece by piece."""

    def __init__(self) -> None:
        self._line = ""
        self._given = 0
        self._is_first_line = True

    def feed(self, piece: str) -> tuple[str, ...]:
        """What is surely whole by now."""
        *ended, self._line = (self._line + piece).split("\n")
        found = [sentence for line in ended for sentence in self._of(line, is_whole=True)]
        return (*found, *self._of(self._line, is_whole=False))

    def end(self) -> tuple[str, ...]:
        """The rest."""
        return self._of(self._line, is_whole=True)

    def _of(self, line: str, *, is_whole: bool) -> tuple[str, ...]:
        cut = split_sentences(line)
        new = cut[self._given :] if is_whole else cut[self._given : -1]
        begins = not self._is_first_line and self._given == 0
        self._given += len(new)
        if is_whole:
            self._is_first_line = self._is_first_line and not cut
            self._given = 0
        return (f"\n{new[0]}", *new[1:]) if begins and new else new


def joined(text: str, sentence: str) -> str:
    """`text` with the next sentence behind it."""
    return f"{text}{sentence}" if not text or sentence.startswith("\n") else f"{text} {sentence}"
