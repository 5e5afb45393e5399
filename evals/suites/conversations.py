"""Whether the sample practices' scripted conversations hold from their first word to the last."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from evals.figures import Measured, Tally
from evals.loading import load_scripts
from evals.runner import run_script
from evals.subject import Subject
from evals.warm import warmed

SUITE = "conversations"


async def measure_conversations(subject: Subject) -> Measured:
    """Each script once (pass^1), over data of its own."""
    tally, misses = Tally(SUITE), list[str]()
    for scripts in _folders(subject.sources.conversations):
        practice = subject.sources.practices / scripts.name
        async with warmed(practice, datetime.now(UTC), subject.models, subject.llm) as warm:
            for loaded in load_scripts([scripts]):
                passed = (await run_script(loaded.script, warm)).passed
                tally.add(scripts.name, None, "holds", counts=passed)
                if not passed:
                    misses.append(f"{scripts.name}/{loaded.path.name}")
    return Measured(tally.figures(), tuple(misses))


def _folders(root: Path) -> Iterable[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir())
