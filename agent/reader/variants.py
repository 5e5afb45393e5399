"""Other ways the same message could have been typed: slips, no marks, more said around it."""

import random
from collections.abc import Sequence

from agent.reader.lessons import NO_DANGER, Lesson

_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun", "¿¡")
_MARKS = str.maketrans("", "", ".,!?;:'’\"")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
    for row in _ROWS
    for at, letter in enumerate(row)
}
_JOINTS = (". ", ", ", " ", "\n", " and ", " but ", "... ", " also ")
_LONGEST_JOINED = 220


def retyped(text: str, chance: random.Random) -> str:
    """With some of: lower case, no accents, no marks, one or two slips of the finger."""
    said = text
    if chance.random() < 0.5:
        said = said.lower()
    if chance.random() < 0.4:
        said = said.translate(_ACCENTS)
    if chance.random() < 0.4:
        said = said.translate(_MARKS)
    if chance.random() < 0.4:
        said = mistyped(said, chance)
    return said.strip() or text


def mistyped(text: str, chance: random.Random) -> str:
    """One or two slips: a letter swapped, lost, doubled or its neighbour."""
    letters = list(text)
    for _ in range(1 + (len(letters) > 30)):
        if len(letters) < 4:
            break
        at = chance.randrange(1, len(letters) - 1)
        if not letters[at].isalpha() or not letters[at - 1].isalpha():
            continue
        kind = chance.randrange(4)
        if kind == 0:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        elif kind == 1:
            letters[at] = ""
        elif kind == 2:
            letters[at] *= 2
        else:
            letters[at] = chance.choice(_NEIGHBOURS.get(letters[at].lower(), letters[at]))
    return "".join(letters)


def joined(lessons: Sequence[Lesson], share: float, chance: random.Random) -> list[Lesson]:
    """Messages with an ordinary request before or after them: the danger is what it was, and a
    harmless one stays harmless. `share` of all are joined; the joined ones teach no intent."""
    ordinary = {
        language: [
            lesson.text
            for lesson in lessons
            if lesson.intent and lesson.danger == NO_DANGER and lesson.language == language
            and len(lesson.text) < 90
        ]
        for language in ("en", "es")
    }  # fmt: skip
    made = []
    for lesson in lessons:
        if lesson.danger is None or chance.random() >= share:
            continue
        beside = chance.choice(ordinary["es" if lesson.language == "es" else "en"])
        if len(lesson.text) + len(beside) > _LONGEST_JOINED:
            continue
        pair = (beside, lesson.text) if chance.random() < 0.6 else (lesson.text, beside)
        text = chance.choice(_JOINTS).join(pair)
        made.append(Lesson(text, lesson.language, lesson.family, lesson.danger))
    return made
