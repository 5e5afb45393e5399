"""Opens the EHR adapter that practice.toml names."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module

from agent.adapters.ehr import registered
from agent.adapters.site import Site
from agent.ports import Ehr
from knowledge.errors import InputError

WRITE_REQUESTS_DOWN = ("httpx", "httpcore")
"""Loggers of the library: they log whole addresses and headers, with patients' ids and tokens."""


def open_ehr(site: Site) -> AbstractAsyncContextManager[Ehr]:
    """Raises `InputError` for settings that the adapter cannot work with, or no adapter there."""
    for logger in WRITE_REQUESTS_DOWN:
        logging.getLogger(logger).setLevel(logging.WARNING)
    name = site.practice.ehr_adapter
    module, _, function = registered()[name].partition(":")
    try:
        opened: Callable[[Site], AbstractAsyncContextManager[Ehr]] = getattr(
            import_module(module), function
        )
    except (ImportError, AttributeError) as error:
        raise InputError(f"practice.toml: ehr.adapter: {name}: cannot be loaded: {error}") from None
    return opened(site)
