"""Reads a message with the network: what it speaks of, as probabilities."""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnxruntime
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.domain.safety import DangerChances
from agent.domain.terms import Category, Level
from agent.reader.lessons import NO_DANGER
from knowledge.encoder import REMEMBERED, Encoder, Floats, open_graph
from knowledge.errors import InputError

HEADS = ("danger", "intent", "language", "reply")
NETWORK = "network.onnx"
MANIFEST = "network.json"
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
"""Read as "link": what an address is spelt like says nothing about who sends it."""


class Manifest(BaseModel):
    """Beside the network: the encoder it goes on from, the data it was taught and its hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    data: str
    network: str
    labels: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Impression:
    """What one text speaks of. `intents`: one probability a label of `Reader.intents`, summing to
    one; `languages`: of `en` and `es`; `replies`: of `yes`, `no` and `neither`, were it the reply
    to a yes/no question."""

    dangers: DangerChances
    intents: Floats
    languages: dict[str, float]
    replies: dict[str, float]


class Reader:
    """Thread-safe, CPU only, one text at a time; the last ones are remembered for a moment."""

    def __init__(
        self, encoder: Encoder, session: onnxruntime.InferenceSession, manifest: Manifest
    ) -> None:
        self._encoder = encoder
        self._session = session
        self._dangers = tuple(_parsed(label) for label in manifest.labels["danger"])
        self.intents = manifest.labels["intent"]
        self._languages = manifest.labels["language"]
        self._replies = manifest.labels["reply"]
        self.read = lru_cache(REMEMBERED)(self._read)

    def _read(self, text: str) -> Impression:
        states = self._encoder.states(_LINK.sub("link", text))
        scores = self._session.run(list(HEADS), {"states": states})
        danger, intent, language, reply = map(_shares, scores)
        return Impression(
            DangerChances(
                tuple(
                    (category, level, float(chance))
                    for (category, level), chance in zip(self._dangers, danger, strict=True)
                    if category is not None
                )
            ),
            intent,
            dict(zip(self._languages, map(float, language), strict=True)),
            dict(zip(self._replies, map(float, reply), strict=True)),
        )


def _shares(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)


def _parsed(label: str) -> tuple[Category | None, Level]:
    if label == NO_DANGER:
        return None, Level.NONE
    category, level = label.rsplit(".", 1)
    return Category(category), Level(int(level))


def load_reader(encoder: Encoder, folder: Path = Path(__file__).parent) -> Reader:
    """The network of this version; InputError when it is missing, altered or of another encoder."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        network = (folder / NETWORK).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: missing: this checkout is not whole") from None
    except ValidationError:
        raise InputError(f"{folder / MANIFEST}: not readable: this checkout is not whole") from None
    if sha256(network).hexdigest() != manifest.network:
        raise InputError(f"{folder / NETWORK}: altered since it was trained")
    if manifest.encoder != encoder.model:
        raise InputError(f"{folder / NETWORK}: trained with {manifest.encoder}: run `make setup`")
    return Reader(encoder, open_graph(network), manifest)
