"""Teaches the network: `python -m agent.reader.train`, when `data/` has changed (40 minutes).

What it writes, `network.onnx` and `network.json`, is committed: the network that was measured is
the network that runs. While this runs, nothing under `evals/` or `tests/` can be opened: what
measures the network never teaches it.
"""

import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from agent.reader.lessons import REPLIES, Lesson, data_digest, read_lessons
from agent.reader.network import Network, new_network, padded, write_network
from agent.reader.reader import HEADS, MANIFEST, NETWORK, Manifest
from agent.reader.variants import joined, retyped
from knowledge.encoder import Encoder, load_encoder
from knowledge.errors import InputError

EPOCHS = 8
"""After three, every fourteenth harmless lesson was still read as danger (docs/adr/0012)."""

BATCH = 48
LEARNING_RATE = 2e-4
HEAD_LEARNING_RATE = 1e-3
JOINED = 0.35
"""Share of the messages taught again with an ordinary request beside them."""

RETYPED = 0.5
"""Share of the messages that an epoch shows in another way of typing."""

SMOOTHING = 0.03
_SEED = 20261121
_CLOSED = tuple(Path(__file__).resolve().parents[2] / room for room in ("evals", "tests"))


@dataclass(frozen=True)
class Lessons:
    """What is shown: token states and, a head, the number of the label (-1: nothing taught)."""

    states: list[NDArray[np.float16]]
    labels: NDArray[np.int64]


def closed(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: opening what measures the network is an error."""
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        path = Path(os.fsdecode(arguments[0])).resolve()
        if any(path.is_relative_to(room) for room in _CLOSED):
            raise PermissionError(f"{path}: training does not read what measures it")


def label_sets(lessons: Sequence[Lesson]) -> tuple[tuple[str, ...], ...]:
    """The labels of each head, sorted."""
    danger = {lesson.danger for lesson in lessons if lesson.danger}
    intent = {lesson.intent for lesson in lessons if lesson.intent}
    return tuple(sorted(danger)), tuple(sorted(intent)), ("en", "es"), REPLIES


def shown(
    lessons: Sequence[Lesson], sets: Sequence[tuple[str, ...]], encoder: Encoder, seed: int
) -> Lessons:
    """The lessons, some retyped, and some with an ordinary request beside them."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    everything = [*lessons, *joined(lessons, JOINED, chance)]
    texts = [
        retyped(each.text, chance) if chance.random() < RETYPED else each.text
        for each in everything
    ]
    told = [(each.danger, each.intent, each.language, each.reply) for each in everything]
    numbers = [
        [
            labels.index(name) if name in labels else -1
            for labels, name in zip(sets, row, strict=True)
        ]
        for row in told
    ]
    return Lessons(encoded(texts, encoder), np.array(numbers, dtype=np.int64))


def encoded(texts: Sequence[str], encoder: Encoder) -> list[NDArray[np.float16]]:
    """Token states of each text, shape (tokens, width)."""
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(lambda t: encoder.states(t).astype(np.float16), texts))


def batches(lessons: Lessons, chance: random.Random) -> Iterator[list[int]]:
    """Indices, messages of like length together, in a random order."""
    order = list(range(len(lessons.states)))
    chance.shuffle(order)
    made = []
    for start in range(0, len(order), BATCH * 40):
        near = sorted(order[start : start + BATCH * 40], key=lambda i: len(lessons.states[i]))
        made += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    chance.shuffle(made)
    yield from made


def weights(numbers: NDArray[np.int64], size: int) -> torch.Tensor:
    """Rare labels weigh more, by the cube root."""
    counts = np.bincount(numbers[numbers >= 0], minlength=size)
    raised = np.maximum(counts, 1) ** (-1 / 3)
    return torch.tensor(raised / raised.mean(), dtype=torch.float32)


def teach(lessons: Sequence[Lesson], sets: Sequence[tuple[str, ...]], encoder: Encoder) -> Network:
    """Deterministic on one machine; prints the loss of each epoch."""
    torch.manual_seed(_SEED)
    torch.set_num_threads(os.cpu_count() or 1)
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    network = new_network([len(labels) for labels in sets])
    network.train()
    optimiser = torch.optim.AdamW(
        [
            {"params": network.layers.parameters(), "lr": LEARNING_RATE},
            {"params": network.heads.parameters(), "lr": HEAD_LEARNING_RATE},
        ],
        weight_decay=0.01,
    )
    schedule: torch.optim.lr_scheduler.OneCycleLR | None = None
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        material = shown(lessons, sets, encoder, _SEED + epoch)
        by_head = [weights(material.labels[:, h], len(labels)) for h, labels in enumerate(sets)]
        planned = list(batches(material, chance))
        if schedule is None:
            steps = EPOCHS * len(planned) + EPOCHS * 20
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, [LEARNING_RATE, HEAD_LEARNING_RATE], total_steps=steps, pct_start=0.1
            )
        total = 0.0
        for batch in planned:
            states, mask = padded([material.states[i] for i in batch])
            told = torch.from_numpy(material.labels[batch])
            loss = torch.zeros(())
            with torch.autocast("cpu", dtype=torch.bfloat16):
                read = network(states, mask)
            for head, scores in enumerate(read):
                taught = told[:, head] >= 0
                if taught.any():
                    loss = loss + torch.nn.functional.cross_entropy(
                        scores[taught].float(),
                        told[taught, head],
                        weight=by_head[head],
                        label_smoothing=SMOOTHING,
                    )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        spent = time.perf_counter() - started
        print(f"epoch {epoch + 1}: loss {total / len(planned):.3f}, {spent:.0f} s", flush=True)
    network.eval()
    return network


def train(folder: Path) -> Manifest:
    """Writes the network, then its manifest."""
    encoder = load_encoder()
    lessons = read_lessons()
    sets = label_sets(lessons)
    network = teach(lessons, sets, encoder)
    write_network(network, folder / NETWORK)
    manifest = Manifest(
        encoder=encoder.model,
        data=data_digest(),
        network=sha256((folder / NETWORK).read_bytes()).hexdigest(),
        labels=dict(zip(HEADS, sets, strict=True)),
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def main(arguments: Sequence[str]) -> int:
    if len(arguments) > 1:
        print("usage: python -m agent.reader.train [FOLDER]", file=sys.stderr)
        return 2
    sys.addaudithook(closed)
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    try:
        manifest = train(folder)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"network {manifest.network[:16]} written to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
