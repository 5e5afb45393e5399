"""Keeps the vectors of passages in Chroma: the whole, the question it answers, its single units."""

import knowledge.quiet  # noqa: F401

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.api.types import Where
from chromadb.config import Settings
from numpy.typing import NDArray

from knowledge.encoder import Encoder
from knowledge.ingest.chunks import Chunk
from knowledge.passage import Audience

View = Literal["whole", "asked", "unit"]
_UNIT: list[View] = ["unit"]
_COLLECTION = "passages"
_BATCH = 500
_WORKERS = min(4, os.cpu_count() or 1)
# Ten times Chroma's default: at 10 a fifth of the right passages is lost (STACK.md).
_SEARCH_WIDTH = 200


@dataclass(frozen=True)
class Nearest:
    """Cosines of the nearest vectors by passage; of units, by their number in the passage."""

    whole: dict[str, float]
    asked: dict[str, float]
    units: dict[str, dict[int, float]]


class VectorStore:
    """One generation of the index; reading is thread-safe."""

    def __init__(self, path: Path) -> None:
        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        self._client = chromadb.PersistentClient(str(path), settings=settings)
        self._collection: Collection = self._client.get_or_create_collection(
            _COLLECTION,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_WIDTH}},
        )

    def close(self) -> None:
        if isinstance(self._client, Client):
            self._client.close()

    def add(self, chunks: Sequence[Chunk], encoder: Encoder) -> None:
        """Embed and store; about 4 ms a vector, four to six vectors a passage."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            embedded = pool.map(lambda chunk: list(_records(chunk, encoder)), chunks)
            records = [record for each in embedded for record in each]
        for start in range(0, len(records), _BATCH):
            ids, vectors, metadatas = zip(*records[start : start + _BATCH], strict=True)
            self._collection.upsert(
                ids=list(ids), embeddings=np.vstack(vectors), metadatas=list(metadatas)
            )

    def remove(self, chunk_ids: Sequence[str]) -> None:
        for start in range(0, len(chunk_ids), _BATCH):
            batch = chunk_ids[start : start + _BATCH]
            chosen = cast(Where, {"chunk": {"$in": list(batch)}})
            self._collection.delete(where=chosen)

    def nearest(
        self, vector: NDArray[np.float32], audience: frozenset[Audience], limit: int
    ) -> Nearest:
        where: Where | None = {"audience": next(iter(audience))} if len(audience) == 1 else None
        result = self._collection.query(
            query_embeddings=vector[np.newaxis],
            n_results=limit,
            where=where,
            include=["metadatas", "distances"],
        )
        nearest = Nearest({}, {}, {})
        metadatas = (result["metadatas"] or [[]])[0]
        distances = (result["distances"] or [[]])[0]
        for metadata, distance in zip(metadatas, distances, strict=True):
            chunk, cosine = str(metadata["chunk"]), 1.0 - distance
            match metadata["view"]:
                case "whole":
                    nearest.whole[chunk] = cosine
                case "asked":
                    nearest.asked[chunk] = cosine
                case _:
                    number = int(str(metadata["unit"]))
                    nearest.units.setdefault(chunk, {})[number] = cosine
        return nearest


def _records(
    chunk: Chunk, encoder: Encoder
) -> Iterator[tuple[str, NDArray[np.float32], dict[str, str]]]:
    units = chunk.units
    about = f"{chunk.title}. {chunk.asked}" if chunk.asked != chunk.title else chunk.title
    stated = [f"{about}: {chunk.text}", *(f"{chunk.asked}: {unit}" for unit in units)]
    if len(units) == 1:
        stated = stated[:1]
    vectors = np.vstack([encoder.encode_passages(stated), encoder.encode([chunk.asked])])
    views: list[View] = ["whole", *_UNIT * (len(stated) - 1), "asked"]
    for number, (view, vector) in enumerate(zip(views, vectors, strict=True)):
        labels = {"chunk": chunk.id, "view": view, "audience": chunk.audience}
        if view == "unit":
            labels["unit"] = str(number - 1)
        yield f"{chunk.id}:{number}", vector, labels
