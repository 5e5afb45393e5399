"""Writes an evaluation as JSON, as JUnit XML and as a page of HTML."""

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evals.checks import Failure
from evals.results import EvalResult, ScriptResult
from evals.runner import RunResult, StepResult
from knowledge.errors import InputError

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem }
.pass { color: #17653a } .fail { color: #a3201d }
summary { cursor: pointer; padding: .25rem 0 } summary code { font-weight: 600 }
details { border-bottom: 1px solid #d9dce1 } .turns { margin: .25rem 0 1rem 1rem }
.said { margin: .5rem 0 0 } .reply { margin: .1rem 0 .1rem 1rem; white-space: pre-wrap }
.meta { color: #5b6470; font-size: 13px } table { border-collapse: collapse; margin: .5rem 0 1rem }
td, th { border: 1px solid #d9dce1; padding: .25rem .5rem; text-align: left; vertical-align: top }
"""


def write_report(result: EvalResult, path: Path, render: Callable[[EvalResult], str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(result), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def as_json(result: EvalResult) -> str:
    content = {
        "practice": result.practice,
        "repeat": result.repeat,
        "scripts_total": len(result.scripts),
        "scripts_passed": len(result.scripts) - len(result.failed),
        "pass^1": round(result.pass_1, 4),
        f"pass^{result.repeat}": round(result.pass_k, 4),
        "seconds": round(result.seconds, 2),
        "scripts": [_script(one) for one in result.scripts],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _script(result: ScriptResult) -> dict[str, Any]:
    script = result.loaded.script
    return {
        "id": script.id,
        "title": script.title,
        "tags": script.tags,
        "file": str(result.loaded.path),
        "passed": result.passed,
        "runs": [
            {
                "passed": run.passed,
                "seconds": round(run.seconds, 3),
                "failures": [_failure(failure) for failure in run.failures],
                "steps": [_step(step) for step in run.steps],
            }
            for run in result.runs
        ],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "step": failure.step or "final",
        "check": failure.check,
        "expected": failure.expected,
        "actual": failure.actual,
    }


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "step": step.number,
        "did": step.description,
        "route": step.route,
        "level": step.level,
        "ms": round(step.ms, 1),
        "replies": [
            {
                "author": reply.author,
                "kind": reply.kind,
                "text": reply.text,
                "options": [option.label for option in reply.options],
                "cites": [citation.source for citation in reply.citations],
            }
            for reply in step.replies
        ],
    }


def describe(failure: Failure) -> str:
    """One failure in one line."""
    where = f"step {failure.step}" if failure.step else "final"
    return f"{where}: {failure.check}: expected {failure.expected}; got {failure.actual}"


def as_junit(result: EvalResult) -> str:
    runs = [run for script in result.scripts for run in script.runs]
    suite = ElementTree.Element(
        "testsuite",
        name=f"portico eval {result.practice}",
        tests=str(len(runs)),
        failures=str(sum(not run.passed for run in runs)),
        time=f"{result.seconds:.3f}",
    )
    for script in result.scripts:
        for number, run in enumerate(script.runs, start=1):
            _case(suite, script, run, number)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, script: ScriptResult, run: RunResult, number: int) -> None:
    loaded = script.loaded
    name = loaded.script.id if len(script.runs) == 1 else f"{loaded.script.id}[{number}]"
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=str(loaded.path.parent),
        name=name,
        file=str(loaded.path),
        time=f"{run.seconds:.3f}",
    )
    if not run.passed:
        failure = ElementTree.SubElement(case, "failure", message=_xml(describe(run.failures[0])))
        failure.text = _xml("\n".join(describe(one) for one in run.failures))


def _xml(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or c >= " ")


def as_html(result: EvalResult) -> str:
    name = f"portico eval: {html.escape(result.practice)}"
    passed = len(result.scripts) - len(result.failed)
    rates = f"pass^1 {result.pass_1:.1%}, pass^{result.repeat} {result.pass_k:.1%}"
    ordered = sorted(result.scripts, key=lambda script: script.passed)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{name}</title>'
        f"<style>{_STYLE}</style><h1>{name}</h1>"
        f"<p>{passed} of {len(result.scripts)} scripts passed; {rates}; "
        f"{result.seconds:.1f} s</p>{''.join(_section(script) for script in ordered)}</html>\n"
    )


def _section(result: ScriptResult) -> str:
    script = result.loaded.script
    verdict = "pass" if result.passed else "fail"
    runs = "".join(_run(run) for run in result.runs)
    return (
        f"<details{'' if result.passed else ' open'}><summary>"
        f'<span class="{verdict}">{verdict}</span> <code>{html.escape(script.id)}</code> '
        f"{html.escape(script.title)}</summary>{runs}</details>"
    )


def _run(run: RunResult) -> str:
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(str(value))}</td>" for value in _failure(failure).values())
        + "</tr>"
        for failure in run.failures
    )
    head = "<tr><th>step<th>check<th>expected<th>actual</tr>"
    table = f"<table>{head}{rows}</table>" if rows else ""
    return f'<div class="turns">{"".join(_turn(step) for step in run.steps)}{table}</div>'


def _turn(step: StepResult) -> str:
    meta = f"{step.route}, level {step.level}, " if step.route else ""
    replies = "".join(
        f'<div class="reply">{html.escape(reply.author)}: {html.escape(reply.text)}'
        + "".join(f" [{html.escape(option.label)}]" for option in reply.options)
        + "</div>"
        for reply in step.replies
    )
    return (
        f'<p class="said">{step.number}. {html.escape(step.description)} '
        f'<span class="meta">({meta}{step.ms:.0f} ms)</span></p>{replies}'
    )
