"""A guard with the real encoder, and one that needs none."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.guardrails.guard import Guard
from agent.wording.wording import load_wording
from knowledge.encoder import load_encoder

APPROVED = load_wording(ZoneInfo("America/Los_Angeles")).texts()


def no_encoder(texts: Sequence[str]) -> NDArray[np.float32]:
    raise AssertionError("only a generated draft is encoded")


@pytest.fixture(scope="session")
def guard() -> Guard:
    return Guard(APPROVED, load_encoder().encode_passages)


@pytest.fixture(scope="session")
def plain_guard() -> Guard:
    return Guard(APPROVED, no_encoder)
