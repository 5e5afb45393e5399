"""What a whole evaluation found: every run of every script, and the rates over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from evals.loading import Loaded
from evals.runner import RunResult


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """All runs of one script, each over fresh data."""

    loaded: Loaded
    runs: tuple[RunResult, ...]

    @property
    def passed(self) -> bool:
        return all(run.passed for run in self.runs)

    @property
    def rate(self) -> float:
        return fmean(run.passed for run in self.runs)


@dataclass(frozen=True, slots=True)
class EvalResult:
    practice: str
    repeat: int
    scripts: tuple[ScriptResult, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return all(script.passed for script in self.scripts)

    @property
    def pass_1(self) -> float:
        """The chance that one run of a script passes, averaged over scripts."""
        return fmean(script.rate for script in self.scripts)

    @property
    def pass_k(self) -> float:
        """The share of scripts of which every run passed."""
        return fmean(script.passed for script in self.scripts)

    @property
    def failed(self) -> Sequence[ScriptResult]:
        return [script for script in self.scripts if not script.passed]
