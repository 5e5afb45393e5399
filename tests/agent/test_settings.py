"""Settings come checked from the environment; keys are made once, and never in production."""

import base64
import os
import re
from pathlib import Path

import pytest

from agent.settings import (
    KEYS_FILE,
    EncryptionKey,
    Settings,
    load_database_settings,
    load_settings,
    parse_keys,
)
from knowledge.errors import InputError

SECRET = bytes(range(32))
ENCODED = base64.b64encode(SECRET).decode()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PORTICO_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTICO_TOKEN_KEY", "t" * 32)
    monkeypatch.setenv("PORTICO_SESSION_KEY", "s" * 32)
    monkeypatch.setenv("PORTICO_ENCRYPTION_KEYS", f"new:{ENCODED},old:{ENCODED}")


def test_keys_are_made_once_for_the_owner_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    first = load_settings(data)
    assert "keys.json" in capsys.readouterr().err
    assert (data / KEYS_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in data.iterdir()] == [KEYS_FILE]
    assert load_settings(data) == first
    assert capsys.readouterr().err == ""
    assert load_settings(tmp_path / "other").token_key != first.token_key


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = load_settings(tmp_path)
    monkeypatch.setenv("PORTICO_TOKEN_KEY", "t" * 32)
    settings = load_settings(tmp_path)
    assert settings.token_key == "t" * 32
    assert settings.session_key == stored.session_key


@pytest.mark.usefixtures("keys")
def test_with_all_keys_in_the_environment_nothing_is_written(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "data")
    assert settings.keyring == (EncryptionKey("new", SECRET), EncryptionKey("old", SECRET))
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("gone", ["TOKEN_KEY", "SESSION_KEY", "ENCRYPTION_KEYS"])
def test_production_refuses_to_start_without_a_key(
    gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTICO_ENV", "production")
    assert load_settings(tmp_path).env == "production"
    monkeypatch.delenv(f"PORTICO_{gone}")
    with pytest.raises(InputError, match=f"^PORTICO_{gone}: must be set"):
        load_settings(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ENV", "staging", "'development' or 'production'"),
        ("DEMO", "perhaps", "boolean"),
        ("DEMO_STAFF_PASSWORD", "short", "at least 8 characters"),
        ("TOKEN_KEY", "short", "at least 32 bytes"),
        ("SESSION_KEY", "short", "at least 32 bytes"),
        ("ENCRYPTION_KEYS", "k1", "needs an id|is not base64|has 0 bytes"),
        ("ENCRYPTION_KEYS", "k1:%%%", "not base64"),
        ("ENCRYPTION_KEYS", "k1:c2hvcnQ=", "has 5 bytes, not 32"),
        ("ENCRYPTION_KEYS", f"k1:{ENCODED},k1:{ENCODED}", "same id"),
        ("ENCRYPTION_KEYS", f":{ENCODED}", "needs an id"),
        ("DATABASE_URL", "mysql://somewhere", "postgresql\\+psycopg://"),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_variable(
    name: str, value: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PORTICO_{name}", value)
    with pytest.raises(InputError, match=f"^PORTICO_{name}: .*({said})") as raised:
        load_settings(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_broken_file_of_keys_is_named(tmp_path: Path) -> None:
    (tmp_path / KEYS_FILE).write_text('{"token_key": "x"}')
    with pytest.raises(InputError, match=re.escape(KEYS_FILE)):
        load_settings(tmp_path)


def test_lost_keys_are_not_replaced_beside_data_they_encrypted(tmp_path: Path) -> None:
    (tmp_path / "portico.db").write_bytes(b"")
    with pytest.raises(InputError, match=r"keys\.json: is gone"):
        load_settings(tmp_path)
    assert not (tmp_path / KEYS_FILE).exists()


def test_no_secret_shows_in_a_repr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTICO_DEMO_STAFF_PASSWORD", "open-sesame")
    monkeypatch.setenv("PORTICO_DATABASE_URL", "postgresql+psycopg://root:pw@localhost/x")
    settings = load_settings(tmp_path)
    shown = repr(settings) + repr(settings.keyring)
    for secret in (
        settings.token_key,
        settings.session_key,
        settings.encryption_keys,
        "open-sesame",
        "root:pw",
    ):
        assert secret not in shown


def test_the_store_is_sqlite_under_the_data_directory_unless_a_url_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_database_settings()
    assert settings.store_url(tmp_path) == f"sqlite+aiosqlite:///{tmp_path}/portico.db"
    monkeypatch.setenv("PORTICO_DATABASE_URL", "postgresql+psycopg://127.0.0.1/portico")
    url = load_database_settings().store_url(tmp_path)
    assert url == "postgresql+psycopg://127.0.0.1/portico"


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings: Settings = load_settings(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.demo = True


def test_keys_are_read_in_their_order() -> None:
    assert [key.id for key in parse_keys(f"b:{ENCODED}, a:{ENCODED}")] == ["b", "a"]
