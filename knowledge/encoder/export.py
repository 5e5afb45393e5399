"""Exports a sentence-transformers model to int8 ONNX, once, at set-up.

Per-channel int8 for the matrix products (per-tensor loses a twentieth of the cosine), one scale a
row for the word table. Files are written beside the old ones and swapped in whole.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers import BertModel

from knowledge.encoder import (
    MAX_TOKENS,
    POOLED,
    SHARED,
    SHARED_LAYERS,
    EncoderManifest,
    SideManifest,
)
from knowledge.encoder.layers import Layer
from knowledge.encoder.packed import packed_model_path, read_packed, write_model_folder

MODEL = "intfloat/multilingual-e5-small"
PREFIXES = {"asked": "query: ", "stated": "passage: "}
_BY_TOKEN = ("ids", "states")
_PARALLEL = Path(__file__).parent / "parallel.tsv"


def export_encoder(target: Path) -> EncoderManifest:
    """Write `target` (two graphs, tokenizer.json, manifest.json) from the installed package."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        work, built = Path(scratch), Path(scratch) / "built"
        built.mkdir()
        reference = load_reference(work)
        sides = {name: _side(reference, prefix) for name, prefix in PREFIXES.items()}
        _write_tokenizer(reference, built / "tokenizer.json")
        _write_graphs(reference, work, built)
        manifest = EncoderManifest(id=_digest(built, sides), model=MODEL, **sides)
        (built / "manifest.json").write_text(manifest.model_dump_json(indent=1))
        shutil.rmtree(target, ignore_errors=True)
        built.replace(target)
    return manifest


def load_reference(work: Path) -> SentenceTransformer:
    """The model itself under sentence-transformers: what the exported one is measured against."""
    folder = work / "multilingual-e5-small"
    write_model_folder(read_packed(packed_model_path()), folder)
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def _side(reference: SentenceTransformer, prefix: str) -> SideManifest:
    pairs = [line.split("\t") for line in _PARALLEL.read_text(encoding="utf-8").splitlines()]
    english, spanish = (
        np.asarray(
            reference.encode([prefix + text for text in texts], normalize_embeddings=True)
        ).mean(axis=0)
        for texts in zip(*pairs, strict=True)
    )
    axis = spanish - english
    return SideManifest(
        prefix=prefix,
        centre=tuple(((english + spanish) / 2).tolist()),
        language_axis=tuple((axis / np.linalg.norm(axis)).tolist()),
    )


def _write_tokenizer(reference: SentenceTransformer, path: Path) -> None:
    tokenizer = Tokenizer.from_str(reference.tokenizer.backend_tokenizer.to_str())
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    tokenizer.save(str(path), pretty=False)


class _RowQuantised(torch.nn.Module):  # type: ignore[misc]
    """An embedding table as int8 with one scale a row."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.table = torch.nn.Buffer((weight / scale).round().to(torch.int8))
        self.scale = torch.nn.Buffer(scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.table[ids].to(torch.float32) * self.scale[ids]


class _Shared(torch.nn.Module):  # type: ignore[misc]
    """Ids (tokens) in, token vectors after the shared layers out, (tokens, width)."""

    def __init__(self, transformer: BertModel) -> None:
        super().__init__()
        self.embeddings = transformer.embeddings
        self.layers = torch.nn.ModuleList(map(Layer, transformer.encoder.layer[:SHARED_LAYERS]))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        ids = ids.unsqueeze(0)
        states = self.embeddings(input_ids=ids, token_type_ids=torch.zeros_like(ids))[0]
        for layer in self.layers:
            states = layer(states)
        return states


class _Pooled(torch.nn.Module):  # type: ignore[misc]
    """Token vectors after the shared layers in, their mean after the others at unit length out."""

    def __init__(self, transformer: BertModel) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(map(Layer, transformer.encoder.layer[SHARED_LAYERS:]))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            states = layer(states)
        return torch.nn.functional.normalize(states.mean(0), dim=-1)


def _write_graphs(reference: SentenceTransformer, work: Path, built: Path) -> None:
    transformer = reference[0].auto_model.eval()
    words = transformer.get_input_embeddings().weight.detach()
    transformer.set_input_embeddings(_RowQuantised(words))
    ids = torch.ones(8, dtype=torch.int64)
    shared, pooled = _Shared(transformer).eval(), _Pooled(transformer).eval()
    write_graph(shared, {"ids": ids}, ["states"], work / "shared.onnx", built / SHARED)
    states = torch.zeros((8, transformer.config.hidden_size))
    write_graph(pooled, {"states": states}, ["embedding"], work / "pooled.onnx", built / POOLED)


def write_graph(
    network: torch.nn.Module,
    example: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    full: Path,
    target: Path,
) -> None:
    """int8 ONNX of one text a run, by tokens; `full` is where it stands before it is int8."""
    torch.onnx.export(
        network,
        tuple(example.values()),
        str(full),
        input_names=list(example),
        output_names=list(outputs),
        dynamic_axes={name: {0: "tokens"} for name in (*example, *outputs) if name in _BY_TOKEN},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        full,
        target,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        # Seven bits: with eight, processors without VNNI overflow where others do not.
        reduce_range=True,
    )


def _digest(folder: Path, sides: dict[str, SideManifest]) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        whole.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    for name in sorted(sides):
        whole.update(sides[name].model_dump_json().encode())
    return whole.hexdigest()[:16]
