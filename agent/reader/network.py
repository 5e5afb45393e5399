"""The network: its shape for training and export, the encoder's last layers taught anew."""

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic

from knowledge.encoder import SHARED_LAYERS
from knowledge.encoder.export import load_reference

HEADS = ("danger", "intent", "language")


class Network(torch.nn.Module):  # type: ignore[misc]
    """Token states after the shared layers in, one score a label and head out."""

    def __init__(self, layers: torch.nn.ModuleList, width: int, sizes: Sequence[int]) -> None:
        super().__init__()
        self.layers = layers
        self.drop = torch.nn.Dropout(0.1)
        self.heads = torch.nn.ModuleList(torch.nn.Linear(2 * width, size) for size in sizes)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """`states` (n, tokens, width), `mask` (n, tokens) of ones and zeros."""
        blocked = (1.0 - mask[:, None, None, :]) * -1e9
        for layer in self.layers:
            out = layer(states, blocked)
            states = out[0] if isinstance(out, tuple) else out
        shares = mask / mask.sum(1, keepdim=True)
        mean = (states * shares.unsqueeze(-1)).sum(1)
        most = states.masked_fill(mask.unsqueeze(-1) == 0, -1e4).max(1).values
        read = self.drop(torch.cat([mean, most], 1))
        return tuple(head(read) for head in self.heads)


def new_network(sizes: Sequence[int]) -> Network:
    """With the encoder's own last layers, untaught heads."""
    with tempfile.TemporaryDirectory() as work:
        transformer = load_reference(Path(work))[0].auto_model
    transformer.set_attn_implementation("eager")
    layers = copy.deepcopy(transformer.encoder.layer[SHARED_LAYERS:])
    return Network(layers, transformer.config.hidden_size, sizes)


def padded(
    states: Sequence[NDArray[np.float16]],
) -> tuple[torch.Tensor, torch.Tensor]:
    """One batch: states (n, longest, width) and their mask."""
    longest = max(len(each) for each in states)
    whole = torch.zeros(len(states), longest, states[0].shape[1])
    mask = torch.zeros(len(states), longest)
    for row, each in enumerate(states):
        whole[row, : len(each)] = torch.from_numpy(each.astype(np.float32))
        mask[row, : len(each)] = 1.0
    return whole, mask


class _Alone(torch.nn.Module):  # type: ignore[misc]
    """One message at a time: nothing is masked, nothing dropped."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, states: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.network(states, torch.ones_like(states[:, :, 0]))  # type: ignore[no-any-return]


def write_network(network: Network, path: Path) -> None:
    """int8 ONNX: input `states` (1, tokens, width), one output a head."""
    width = network.heads[0].in_features // 2
    with tempfile.TemporaryDirectory() as work:
        full = Path(work) / "full.onnx"
        torch.onnx.export(
            _Alone(network).eval(),
            (torch.zeros(1, 8, width),),
            str(full),
            input_names=["states"],
            output_names=list(HEADS),
            dynamic_axes={"states": {1: "tokens"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            full,
            path,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            reduce_range=True,
        )
