"""A text whose understood parts are blanked out, so that no word is read twice."""

import re
from collections.abc import Callable, Iterator


class Scan:
    """`left` is what nobody has understood yet."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(
        self,
        pattern: re.Pattern[str],
        accept: Callable[[re.Match[str]], object] = lambda found: True,
    ) -> Iterator[re.Match[str]]:
        """Every accepted match in turn, blanked as it is handed out."""
        position = 0
        while found := pattern.search(self.left, position):
            start, position = found.span()
            if start == position:
                position += 1
            elif accept(found):
                gap = "¦".center(position - start)
                self.left = self.left[:start] + gap + self.left[position:]
                yield found
