"""The model's settings: all that is needed, or none; the fault names the variable."""

from pathlib import Path

import pytest

from agent.settings import load_model_settings, load_settings
from knowledge.errors import InputError

WHOLE = {"BASE_URL": "http://127.0.0.1:8091/v1/", "MODEL": "m", "API_KEY": "sesame-key"}


def name(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for variable, value in values.items():
        monkeypatch.setenv(f"PORTICO_LLM_{variable}", value)


def test_nothing_set_is_no_model() -> None:
    assert not load_model_settings().configured


def test_the_key_never_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name(monkeypatch, WHOLE)
    settings = load_settings(tmp_path)
    assert settings.llm.base_url == "http://127.0.0.1:8091/v1"
    assert settings.llm.api_key == "sesame-key"
    assert "sesame-key" not in repr(settings)


@pytest.mark.parametrize(
    ("values", "variable"),
    [
        ({"MODEL": "m"}, "BASE_URL"),
        ({"API_KEY": "k"}, "BASE_URL"),
        ({"READ_SECONDS": "3"}, "BASE_URL"),
        ({"BASE_URL": "http://127.0.0.1/v1"}, "MODEL"),
        (
            {"BASE_URL": "https://x.test", "MODEL": "m", "AZURE_API_VERSION": "2024-10-21"},
            "API_KEY",
        ),
        ({**WHOLE, "BASE_URL": "127.0.0.1:8091"}, "BASE_URL"),
        ({**WHOLE, "BASE_URL": "https://key@x.test/v1"}, "BASE_URL"),
        ({**WHOLE, "READ_SECONDS": "0"}, "READ_SECONDS"),
        ({**WHOLE, "CONCURRENCY": "many"}, "CONCURRENCY"),
    ],
)
def test_half_a_model_is_an_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, values: dict[str, str], variable: str
) -> None:
    name(monkeypatch, values)
    for load in (load_model_settings, lambda: load_settings(tmp_path)):
        with pytest.raises(InputError, match=f"^PORTICO_LLM_{variable}: ") as raised:
            load()
        assert "sesame-key" not in str(raised.value)
