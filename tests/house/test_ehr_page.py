"""docs/EHR.md names every setting of every adapter and every FHIR extension of ours."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from agent.adapters.ehr.fhir_r4 import extensions
from agent.adapters.ehr.fhir_r4.options import Options as FhirOptions
from agent.adapters.ehr.mirror.options import Options as MirrorOptions
from agent.adapters.ehr.mirror.rows import SHAPES
from agent.adapters.ehr.rest.opening import RestOptions

PAGE = Path(__file__).parents[2] / "docs" / "EHR.md"


def section(name: str) -> str:
    """The text of the page under that heading."""
    return PAGE.read_text(encoding="utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("name", "options"),
    [("fhir_r4", FhirOptions), ("Dialects", RestOptions), ("mirror", MirrorOptions)],
)
def test_every_setting_of_an_adapter_is_named(name: str, options: type[BaseModel]) -> None:
    text = section(name)
    assert {key for key in options.model_fields if key not in text} == set()


def test_every_column_of_an_export_is_named() -> None:
    text = section("mirror")
    columns = {f"`{column}`" for shape in SHAPES.values() for column in shape.model_fields}
    assert {column for column in columns if column not in text} == set()


def test_every_extension_is_named() -> None:
    text = section("fhir_r4")
    root = f"{extensions.PORTICO}/StructureDefinition/"
    ours = {
        value.removeprefix(root)
        for value in vars(extensions).values()
        if isinstance(value, str) and value.startswith(root)
    }
    assert ours
    assert {name for name in ours if f"`{name}`" not in text} == set()
