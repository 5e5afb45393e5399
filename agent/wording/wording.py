"""Approved reply templates, filled from facts, and the way times and money are said."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_currency

from agent.domain.terms import Language
from knowledge.errors import InputError

BUILT_IN = Path(__file__).parent / "templates"
LANGUAGES: tuple[Language, ...] = ("en", "es")

_WHEN = {"en": "EEEE, MMMM d 'at' h:mm a", "es": "EEEE d 'de' MMMM 'a las' h:mm a"}
_DAY = {"en": "MMMM d, yyyy", "es": "d 'de' MMMM 'de' yyyy"}


class Wording:
    """Templates by language and dotted key; a language without the key falls back to English."""

    def __init__(self, templates: Mapping[Language, Mapping[str, str]], timezone: ZoneInfo) -> None:
        self._templates = templates
        self._timezone = timezone

    def say(self, language: Language, key: str, **values: object) -> str:
        """The template `key` with its placeholders filled; an unknown key is a KeyError."""
        texts = self._templates.get(language, self._templates["en"])
        template = texts.get(key) or self._templates["en"][key]
        return template.format_map({name: str(value) for name, value in values.items()})

    def texts(self) -> tuple[str, ...]:
        """Every template as it stands."""
        return tuple(text for texts in self._templates.values() for text in texts.values())

    def when(self, language: Language, at: datetime) -> str:
        """Weekday, date and time in practice time."""
        local = at.astimezone(self._timezone)
        text = format_datetime(local, _WHEN[_known(language)], locale=_known(language))
        text = text.replace("\u202f", " ").replace("\xa0", " ")
        return text.replace("a. m.", "am").replace("p. m.", "pm")

    def day(self, language: Language, at: datetime) -> str:
        """The date in practice time."""
        local = at.astimezone(self._timezone)
        return str(format_datetime(local, _DAY[_known(language)], locale=_known(language)))

    def today(self, at: datetime) -> date:
        return at.astimezone(self._timezone).date()

    def phone(self, number: str) -> str:
        """A practice's E.164 number as people of its country write it."""
        parsed = phonenumbers.parse(number, None)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)

    def listed(self, language: Language, items: Sequence[str]) -> str:
        """ "a, b and c"."""
        return format_list(items, locale=_known(language))

    def money(self, cents: int) -> str:
        """US dollars, as both languages write them here."""
        return str(format_currency(cents / 100, "USD", locale="en_US"))


def _known(language: Language) -> Language:
    return language if language in LANGUAGES else "en"


def load_wording(timezone: ZoneInfo, practice_dir: Path | None = None) -> Wording:
    """The built-in templates with the practice's `templates/<language>.toml` laid over them.

    Raises `InputError` for an override that names no template or a placeholder it does not have.
    """
    templates = {language: _read(BUILT_IN / f"{language}.toml") for language in LANGUAGES}
    for language in LANGUAGES:
        path = practice_dir / "templates" / f"{language}.toml" if practice_dir else None
        if path is None or not path.is_file():
            continue
        for key, text in _read(path).items():
            _check_override(path, key, text, templates["en"])
            templates[language][key] = text
    return Wording(templates, timezone)


def _check_override(path: Path, key: str, text: str, known: Mapping[str, str]) -> None:
    if key not in known:
        raise InputError(f"{path}: {key}: no such template")
    extra = placeholders(text) - placeholders(known[key])
    if extra:
        raise InputError(f"{path}: {key}: unknown placeholder {{{min(extra)}}}")


def placeholders(template: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _read(path: Path) -> dict[str, str]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    flat: dict[str, str] = {}
    _flatten(path, "", tables, flat)
    return flat


def _flatten(path: Path, prefix: str, table: Mapping[str, object], flat: dict[str, str]) -> None:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            _flatten(path, f"{key}.", value, flat)
        elif isinstance(value, str):
            flat[key] = value
            try:
                placeholders(value)
            except ValueError as error:
                raise InputError(f"{path}: {key}: {error}") from error
        else:
            raise InputError(f"{path}: {key}: must be text")
