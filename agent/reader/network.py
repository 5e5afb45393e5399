"""The network: its shape for training and export, the encoder's last layers taught anew."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from agent.reader.reader import HEADS
from knowledge.encoder import SHARED_LAYERS
from knowledge.encoder.export import load_reference, write_graph
from knowledge.encoder.layers import Layer


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
            states = layer(states, blocked)
        shares = mask / mask.sum(1, keepdim=True)
        mean = (states * shares.unsqueeze(-1)).sum(1)
        most = states.masked_fill(mask.unsqueeze(-1) == 0, -1e4).max(1).values
        return self.judged(self.drop(torch.cat([mean, most], 1)))

    def judged(self, read: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """`read` (..., 2 * width): the mean and the greatest of a text's states."""
        return tuple(head(read) for head in self.heads)


def new_network(sizes: Sequence[int]) -> Network:
    """With the encoder's own last layers, untaught heads."""
    with tempfile.TemporaryDirectory() as work:
        transformer = load_reference(Path(work))[0].auto_model
    layers = torch.nn.ModuleList(map(Layer, transformer.encoder.layer[SHARED_LAYERS:]))
    return Network(layers, transformer.config.hidden_size, sizes)


def padded(
    states: Sequence[NDArray[np.float16]],
) -> tuple[torch.Tensor, torch.Tensor]:
    """One batch: states (n, longest, width) and their mask."""
    longest = max(len(each) for each in states)
    whole = torch.zeros(len(states), longest, states[0].shape[1])
    mask = torch.zeros(len(states), longest)
    for row, each in enumerate(states):
        whole[row, : len(each)] = torch.from_numpy(each).float()
        mask[row, : len(each)] = 1.0
    return whole, mask


class _Alone(torch.nn.Module):  # type: ignore[misc]
    """One message at a time: nothing is masked, nothing dropped."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, states: torch.Tensor) -> tuple[torch.Tensor, ...]:
        for layer in self.network.layers:
            states = layer(states)
        return self.network.judged(torch.cat([states.mean(0), states.amax(0)]))


def write_network(network: Network, path: Path) -> None:
    """int8 ONNX: input `states` (tokens, width), one output a head."""
    example = {"states": torch.zeros(8, network.heads[0].in_features // 2)}
    with tempfile.TemporaryDirectory() as work:
        write_graph(_Alone(network).eval(), example, HEADS, Path(work) / "full.onnx", path)
