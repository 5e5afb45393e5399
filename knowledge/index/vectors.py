"""Keeps the vectors of passages in Chroma: the whole, the question it answers, its single units."""

from collections.abc import Iterator, Mapping, Sequence
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
# Ten times Chroma's default: at 10 a fifth of the right passages is lost (STACK.md).
_SEARCH_WIDTH = 200


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
        records = [record for chunk in chunks for record in _records(chunk, encoder)]
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
    ) -> dict[View, dict[str, float]]:
        """For each view, the passages found and the cosine of their best vector."""
        where: Where | None = {"audience": next(iter(audience))} if len(audience) == 1 else None
        result = self._collection.query(
            query_embeddings=vector[np.newaxis],
            n_results=limit,
            where=where,
            include=["metadatas", "distances"],
        )
        found: dict[View, dict[str, float]] = {"whole": {}, "asked": {}, "unit": {}}
        metadatas = (result["metadatas"] or [[]])[0]
        distances = (result["distances"] or [[]])[0]
        for metadata, distance in zip(metadatas, distances, strict=True):
            view: dict[str, float] = found[_view(metadata)]
            view.setdefault(str(metadata["chunk"]), 1.0 - distance)
        return found


def _records(
    chunk: Chunk, encoder: Encoder
) -> Iterator[tuple[str, NDArray[np.float32], dict[str, str]]]:
    units = [unit for block in chunk.blocks for unit in block.units]
    about = f"{chunk.title}. {chunk.asked}" if chunk.asked != chunk.title else chunk.title
    stated = [f"{about}: {chunk.text}", *(f"{chunk.asked}: {unit}" for unit in units)]
    if len(units) == 1:
        stated = stated[:1]
    vectors = np.vstack([encoder.encode_passages(stated), encoder.encode([chunk.asked])])
    views: list[View] = ["whole", *_UNIT * (len(stated) - 1), "asked"]
    for number, (view, vector) in enumerate(zip(views, vectors, strict=True)):
        labels = {"chunk": chunk.id, "view": view, "audience": chunk.audience}
        yield f"{chunk.id}:{number}", vector, labels


def _view(metadata: Mapping[str, object]) -> View:
    match metadata["view"]:
        case "asked":
            return "asked"
        case "unit":
            return "unit"
        case _:
            return "whole"
