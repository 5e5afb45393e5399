"""Turns text into vectors with the model exported at set-up, on onnxruntime alone.

multilingual-e5-small puts all text in a narrow cone, and English beside Spanish in it. So each side
(what is asked, what is stated) has its prefix, its centre, which is subtracted, and its language
axis, which is projected out: what remains compares a Spanish question with an English passage as
with a Spanish one (docs/adr/0002-sentence-encoder.md). Nothing here imports torch or opens a
connection.
"""

import knowledge.quiet  # noqa: F401

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from tokenizers import Tokenizer

from knowledge.errors import InputError

Floats = NDArray[np.float32]
MODELS_DIR_VARIABLE = "PORTICO_MODELS_DIR"
MAX_TOKENS = 256
SHARED_LAYERS = 8
"""After how many layers `states` are taken: what other networks of the same root read on from."""

SHARED, POOLED = "shared.onnx", "pooled.onnx"
"""The graphs of the shared layers, and of the others up to the vector."""

REMEMBERED = 32
"""Texts whose states and vectors are kept: route, safety and retrieval ask for the same one."""


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
    centre: Floats
    language_axis: Floats

    def correct(self, vector: Floats) -> Floats:
        """Centred, without the language axis, at unit length."""
        centred = vector - self.centre
        level = centred - (centred @ self.language_axis) * self.language_axis
        return np.asarray(level / max(float(np.linalg.norm(level)), 1e-12), dtype=np.float32)


class Encoder:
    """Thread-safe; rows are L2-normalised float32 of `dimension` values.

    `encode` and `states` are for what a person writes, `encode_passages` for documents; the two
    sides meet in one space. `model` names the weights and where `states` are taken, for networks
    that go on from them; `id` is the export's own.
    """

    def __init__(
        self,
        identity: str,
        model: str,
        tokenizer: Tokenizer,
        graphs: tuple[onnxruntime.InferenceSession, onnxruntime.InferenceSession],
        asked: Side,
        stated: Side,
    ) -> None:
        self.id = identity
        self.model = model
        self.dimension = len(asked.centre)
        self._tokenizer = tokenizer
        self._shared, self._pooled = graphs
        self._asked = asked
        self._stated = stated
        self.states = lru_cache(REMEMBERED)(self._states_asked)
        self._vector = lru_cache(REMEMBERED)(self._vector_asked)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of questions or messages, shape (n, dimension)."""
        return self._rows(texts, self._vector)

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """Vectors of document text, shape (n, dimension)."""
        side = self._stated
        return self._rows(texts, lambda text: self._pool(side, self._read(side, text)))

    def _rows(self, texts: Sequence[str], vector: Callable[[str], Floats]) -> Floats:
        # One text a run: int8 activations share a scale over a batch, so a neighbour would change
        # the vector, and on one thread a batch gains a third at most (measured, see the ADR).
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = vector(text)
        return rows

    def _states_asked(self, text: str) -> Floats:
        """The token vectors of a question or message after the shared layers, shape (tokens,
        dimension), read-only."""
        states = self._read(self._asked, text)
        states.flags.writeable = False
        return states

    def _vector_asked(self, text: str) -> Floats:
        return self._pool(self._asked, self.states(text))

    def _read(self, side: Side, text: str) -> Floats:
        ids = np.array(self._tokenizer.encode(side.prefix + text).ids, dtype=np.int64)
        (states,) = self._shared.run(["states"], {"ids": ids})
        return np.asarray(states, dtype=np.float32)

    def _pool(self, side: Side, states: Floats) -> Floats:
        (embedding,) = self._pooled.run(["embedding"], {"states": states})
        return side.correct(np.asarray(embedding, dtype=np.float32))


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
    return Encoder(
        manifest.id,
        f"{manifest.model}@{SHARED_LAYERS}",
        Tokenizer.from_file(str(folder / "tokenizer.json")),
        (open_graph(str(folder / SHARED)), open_graph(str(folder / POOLED))),
        _side(manifest.asked),
        _side(manifest.stated),
    )


def open_graph(graph: str | bytes) -> onnxruntime.InferenceSession:
    """A graph (its path, or what the file holds) to run on one thread of the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _side(manifest: SideManifest) -> Side:
    return Side(
        manifest.prefix,
        np.array(manifest.centre, dtype=np.float32),
        np.array(manifest.language_axis, dtype=np.float32),
    )
