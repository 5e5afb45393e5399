"""Opens the language model that the settings name."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agent.settings import ModelSettings

if TYPE_CHECKING:
    from agent.adapters.llm.openai_compatible import OpenAICompatible

WRITES_REQUESTS_DOWN = "openai"
"""A logger of the library: at debug level it logs whole prompts."""


@asynccontextmanager
async def open_model(settings: ModelSettings) -> AsyncIterator["OpenAICompatible | None"]:
    """None: no model is configured."""
    if not settings.configured:
        yield None
        return
    # The library takes seconds to import, which a practice without a model need not pay.
    from agent.adapters.llm.openai_compatible import OpenAICompatible  # noqa: PLC0415

    logging.getLogger(WRITES_REQUESTS_DOWN).setLevel(logging.WARNING)
    model = OpenAICompatible(settings)
    try:
        yield model
    finally:
        await model.close()
