"""Turns text into vectors with the model exported at set-up, on onnxruntime alone.

multilingual-e5-small puts all text in a narrow cone, and English beside Spanish in it. So each side
(what is asked, what is stated) has its prefix, its centre, which is subtracted, and its language
axis, which is projected out: what remains compares a Spanish question with an English passage as
with a Spanish one (docs/adr/0002-sentence-encoder.md). Nothing here imports torch or opens a
connection.
"""

import knowledge.quiet  # noqa: F401

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from tokenizers import Tokenizer

from knowledge.errors import InputError

MODELS_DIR_VARIABLE = "PORTICO_MODELS_DIR"
MAX_TOKENS = 256
SHARED_LAYERS = 8
"""After how many layers `states` are taken: what other networks of the same root read on from."""

_REMEMBERED = 32


class SideManifest(BaseModel):
    """How one side is prepared and corrected; the axis is a unit vector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str
    centre: tuple[float, ...]
    language_axis: tuple[float, ...]


class EncoderManifest(BaseModel):
    """What `python -m knowledge.encoder export` wrote; `id` is the hash of all of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    model: str
    asked: SideManifest
    stated: SideManifest


def models_dir() -> Path:
    """Where set-up leaves models: $PORTICO_MODELS_DIR, else `.models` in the checkout."""
    chosen = os.environ.get(MODELS_DIR_VARIABLE)
    return Path(chosen) if chosen else Path(__file__).resolve().parents[2] / ".models"


@dataclass(frozen=True)
class Side:
    """One side's correction, ready to apply."""

    prefix: str
    centre: NDArray[np.float32]
    language_axis: NDArray[np.float32]

    def correct(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centred, without the language axis, at unit length."""
        centred = vector - self.centre
        level = centred - (centred @ self.language_axis) * self.language_axis
        return np.asarray(level / max(float(np.linalg.norm(level)), 1e-12), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Encoded:
    """`vector`, shape (dimension,), at unit length; `states`, shape (tokens, dimension): the token
    vectors after the shared layers. Both read-only."""

    vector: NDArray[np.float32]
    states: NDArray[np.float32]


class Encoder:
    """Thread-safe; rows are L2-normalised float32 of `dimension` values.

    `encode` and `read` are for what a person writes, `encode_passages` for documents; the two sides
    meet in one space. `model` names the weights and where `states` are taken, for networks that go
    on from them; `id` is the export's own.
    """

    def __init__(
        self,
        identity: str,
        model: str,
        tokenizer: Tokenizer,
        session: onnxruntime.InferenceSession,
        asked: Side,
        stated: Side,
    ) -> None:
        self.id = identity
        self.model = model
        self.dimension = len(asked.centre)
        self._tokenizer = tokenizer
        self._session = session
        self._asked = asked
        self._stated = stated
        self._recent: OrderedDict[str, Encoded] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions or messages, shape (n, dimension)."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self.read(text).vector
        return rows

    def read(self, text: str) -> Encoded:
        """A question or message. The last ones are remembered for a moment: route, safety and
        retrieval ask for the same text."""
        with self._lock:
            known = self._recent.get(text)
        if known is None:
            known = self._encoded(self._asked, text)
            with self._lock:
                self._recent[text] = known
                if len(self._recent) > _REMEMBERED:
                    self._recent.popitem(last=False)
        return known

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of document text, shape (n, dimension)."""
        # One text a run: int8 activations share a scale over a batch, so a neighbour would change
        # the vector, and on one thread a batch gains a third at most (measured, see the ADR).
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self._encoded(self._stated, text).vector
        return rows

    def _encoded(self, side: Side, text: str) -> Encoded:
        ids = np.array([self._tokenizer.encode(side.prefix + text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        embeddings, states = self._session.run(["embedding", "states"], inputs)
        encoded = Encoded(side.correct(np.asarray(embeddings[0], dtype=np.float32)), states[0])
        encoded.vector.flags.writeable = encoded.states.flags.writeable = False
        return encoded


def load_encoder() -> Encoder:
    """The encoder that set-up exported; InputError when it is not there or does not fit."""
    folder = models_dir() / "encoder"
    try:
        manifest = EncoderManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise InputError(f"{folder}: the sentence encoder is missing: run `make setup`") from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputError(f"{folder}/manifest.json: {where}: run `make setup` again") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return Encoder(
        manifest.id,
        f"{manifest.model}@{SHARED_LAYERS}",
        Tokenizer.from_file(str(folder / "tokenizer.json")),
        onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        ),
        _side(manifest.asked),
        _side(manifest.stated),
    )


def _side(manifest: SideManifest) -> Side:
    return Side(
        manifest.prefix,
        np.array(manifest.centre, dtype=np.float32),
        np.array(manifest.language_axis, dtype=np.float32),
    )
