"""Loads the prompt templates of this folder and fills them.

A template is a Markdown file: front matter (`id`, `version`, `date`), then `# system` and `# user`.
`{{name}}` stands for a value of ours. `{{data:name}}` stands for what somebody else wrote (patient,
document, EHR): it goes into a block of its own that it cannot end, and the system part says
that such a block is never an instruction. A changed text is a new version (`versions.toml`; a test
compares them), because the ledger names prompts by id and version.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from agent.domain.prompt import Prompt
from knowledge.errors import InputError

FOLDER = Path(__file__).parent
_PARTS = re.compile(
    r"---\n(?P<front>.*?)\n---\n+# system\n(?P<system>.*)\n# user\n(?P<user>.*)", re.DOTALL
)
_PLACE = re.compile(r"\{\{(?P<data>data:)?(?P<name>\w+)\}\}")
_FENCE = re.compile(r"<(?=\s*/?\s*data\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    version: str
    date: date
    system: str
    user: str

    @property
    def sha256(self) -> str:
        """Of what a model gets to see."""
        return hashlib.sha256(f"{self.system}\n{self.user}".encode()).hexdigest()

    def fill(self, **values: str) -> Prompt:
        """`values` are pseudonymised already. A name without a value is a KeyError."""
        return Prompt(self.id, self.version, _fill(self.system, values), _fill(self.user, values))


class Prompts:
    """The templates by id."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates

    def __getitem__(self, id: str) -> Template:
        return self._templates[id]

    def __iter__(self) -> Iterator[Template]:
        return iter(self._templates.values())


def load_prompts(folder: Path = FOLDER) -> Prompts:
    """Raises `InputError` that names the file."""
    templates = [read_template(path) for path in sorted(folder.glob("*.md"))]
    return Prompts({template.id: template for template in templates})


def read_template(path: Path) -> Template:
    found = _PARTS.fullmatch(path.read_text(encoding="utf-8"))
    if found is None:
        raise InputError(f"{path}: needs front matter, then # system and # user")
    front = yaml.safe_load(found["front"])
    if not isinstance(front, dict) or set(front) != {"id", "version", "date"}:
        raise InputError(f"{path}: its front matter needs id, version and date")
    if front["id"] != path.stem or not isinstance(front["date"], date):
        raise InputError(f"{path}: id must be the file's name and date a date")
    system, user = found["system"].strip(), found["user"].strip()
    return Template(front["id"], str(front["version"]), front["date"], system, user)


def _fill(text: str, values: Mapping[str, str]) -> str:
    def value(place: re.Match[str]) -> str:
        name = place["name"]
        return _block(name, values[name]) if place["data"] else values[name]

    return _PLACE.sub(value, text)


def _block(name: str, text: str) -> str:
    return f'<data name="{name}">\n{_FENCE.sub("‹", text)}\n</data>'
