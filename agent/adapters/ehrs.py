"""Opens the EHR adapter that practice.toml names."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module

from agent.adapters.ehr import ADAPTERS
from agent.adapters.site import Site
from agent.ports import Ehr


def open_ehr(site: Site) -> AbstractAsyncContextManager[Ehr]:
    """Raises `InputError` for settings that the adapter cannot work with."""
    module, _, function = ADAPTERS[site.practice.ehr_adapter].partition(":")
    opened: Callable[[Site], AbstractAsyncContextManager[Ehr]] = getattr(
        import_module(module), function
    )
    return opened(site)
