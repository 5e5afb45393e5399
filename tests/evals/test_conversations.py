"""Every scripted conversation of evals/conversations/<practice> holds on that practice."""

import asyncio
from pathlib import Path

import pytest

from evals.loading import Loaded, load_scripts
from evals.reports import describe
from evals.runner import run_script
from tests.evals.conftest import WarmUp

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "evals" / "conversations"
PRACTICES = ROOT / "knowledge" / "practices"


def _cases() -> list[tuple[str, Loaded]]:
    folders = sorted(path for path in SCRIPTS.iterdir() if path.is_dir())
    return [(folder.name, one) for folder in folders for one in load_scripts([folder])]


CASES = _cases()


def test_there_are_scripts_over_both_sample_practices() -> None:
    assert len(CASES) >= 40
    assert {practice for practice, _ in CASES} == {
        path.name for path in PRACTICES.iterdir() if (path / "practice.toml").is_file()
    }


@pytest.mark.parametrize(
    ("practice", "loaded"), CASES, ids=[loaded.script.id for _, loaded in CASES]
)
def test_conversation(practice: str, loaded: Loaded, warm_up: WarmUp) -> None:
    warm = warm_up(PRACTICES / practice)
    result = asyncio.run(run_script(loaded.script, warm))
    assert result.passed, "\n".join(describe(failure) for failure in result.failures)
