"""Reads a message with the network: what it speaks of, as probabilities."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.domain.safety import DangerChances
from agent.domain.terms import Category, Level
from agent.reader.lessons import NO_DANGER
from knowledge.encoder import Encoder
from knowledge.errors import InputError

Floats = NDArray[np.float32]
NETWORK = "network.onnx"
MANIFEST = "network.json"
_REMEMBERED = 32


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
    one; `languages`: of `en` and `es`."""

    dangers: DangerChances
    intents: Floats
    languages: dict[str, float]


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
        self._recent: OrderedDict[str, Impression] = OrderedDict()
        self._lock = Lock()

    def read(self, text: str) -> Impression:
        with self._lock:
            known = self._recent.get(text)
        if known is not None:
            return known
        states = self._encoder.read(text).states[np.newaxis]
        danger, intent, language = (
            _shares(scores[0])
            for scores in self._session.run(["danger", "intent", "language"], {"states": states})
        )
        impression = Impression(
            DangerChances(
                tuple(
                    (category, level, float(chance))
                    for (category, level), chance in zip(self._dangers, danger, strict=True)
                    if category is not None
                )
            ),
            intent,
            dict(zip(self._languages, map(float, language), strict=True)),
        )
        with self._lock:
            self._recent[text] = impression
            if len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
        return impression


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
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    return Reader(encoder, session, manifest)
