"""The table in docs/EHR.md is what the adapters of this suite declare.

`.venv/bin/python -m tests.conformance.test_capabilities` writes it anew.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agent.adapters import ehr as registry
from agent.domain.terms import Capability
from tests.conformance.test_ehr import ADAPTERS

PAGE = Path(__file__).parents[2] / "docs" / "EHR.md"
BEGIN, END = "<!-- capabilities: begin -->\n", "<!-- capabilities: end -->\n"
YES, NO = "yes", "–"

ADAPTER_OF = {"fhir_sekmet": "fhir_r4", "fhir_medplum": "fhir_r4"}
"""What a subject of the suite is registered as, where it is called otherwise."""


def table(declared: Mapping[str, frozenset[Capability]]) -> str:
    rows = [["capability", *declared], ["---"] * (len(declared) + 1)]
    for capability in Capability:
        marks = (YES if capability in has else NO for has in declared.values())
        rows.append([f"`{capability}`", *marks])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def documented() -> dict[str, frozenset[Capability]]:
    """Adapter -> the capabilities that the page says it has."""
    page = PAGE.read_text(encoding="utf-8")
    lines = page.partition(BEGIN)[2].partition(END)[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("| ").split("|")] for line in lines)
    marks = {Capability(row[0].strip("`")): row[1:] for row in rows}
    return {
        name: frozenset(one for one, cells in marks.items() if cells[place] == YES)
        for place, name in enumerate(head[1:])
    }


async def declared(name: str, folder: Path) -> frozenset[Capability]:
    async with ADAPTERS[name](folder) as subject:
        return subject.ehr.capabilities


def test_the_table_has_every_adapter_and_capability() -> None:
    assert list(documented()) == list(ADAPTERS)
    assert table(documented()) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ADAPTERS)
async def test_the_table_says_what_the_adapter_declares(name: str, tmp_path: Path) -> None:
    assert documented()[name] == await declared(name, tmp_path)


def test_no_adapter_is_registered_that_the_suite_does_not_prove() -> None:
    assert {ADAPTER_OF.get(name, name) for name in ADAPTERS} == set(registry.ADAPTERS)


async def _rewrite() -> None:
    found = {}
    for name in ADAPTERS:
        with TemporaryDirectory() as folder:
            found[name] = await declared(name, Path(folder))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + table(found) + END + after, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_rewrite())
