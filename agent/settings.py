"""What the environment says (`PORTICO_...`): keys, the database, the model, demo and production."""

import base64
import json
import os
import secrets
import sys
from binascii import Error as BinasciiError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.errors import InputError

KEYS_FILE = "keys.json"
DATABASE_FILE = "portico.db"
KEY_BYTES = 32
WEBHOOK_SECRET_LENGTH = 16


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """An AES-256 key; `id` stands in front of everything that was encrypted with it."""

    id: str
    secret: bytes = field(repr=False)


def parse_keys(text: str) -> tuple[EncryptionKey, ...]:
    """`kid:base64,kid2:base64`, the current one first; raises ValueError."""
    keys = []
    for number, part in enumerate(text.split(","), start=1):
        kid, _, encoded = part.strip().partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except (BinasciiError, ValueError):
            raise ValueError(f"key {number} is not base64") from None
        if not kid.isalnum() or not kid.isascii() or len(kid) > 16:
            raise ValueError(f"key {number} needs an id of 1-16 letters and digits before a colon")
        if len(secret) != KEY_BYTES:
            raise ValueError(f"key {kid} has {len(secret)} bytes, not {KEY_BYTES}")
        keys.append(EncryptionKey(kid, secret))
    if len({key.id for key in keys}) < len(keys):
        raise ValueError("two keys have the same id")
    return tuple(keys)


def _long_enough(key: str) -> str:
    if len(key.encode()) < KEY_BYTES:
        raise ValueError(f"must have at least {KEY_BYTES} bytes")
    return key


def _well_formed(keys: str) -> str:
    parse_keys(keys)
    return keys


def _supported(url: str) -> str:
    if not url.startswith("postgresql+psycopg://"):
        raise ValueError("must start with postgresql+psycopg:// (unset: SQLite under --data)")
    return url


class DatabaseSettings(BaseSettings):
    """Where the store is; all that reading the ledger needs."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, populate_by_name=True)

    database_url: Annotated[str, AfterValidator(_supported)] | None = Field(
        default=None, validation_alias="PORTICO_DATABASE_URL", repr=False
    )

    def store_url(self, data_dir: Path) -> str:
        """SQLAlchemy's URL of the store: PostgreSQL when set, else SQLite under `data_dir`."""
        return self.database_url or f"sqlite+aiosqlite:///{(data_dir / DATABASE_FILE).resolve()}"


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must have no user, query or fragment: the key has its own variable")
    return url.rstrip("/")


class ModelSettings(BaseSettings):
    """The language model's endpoint, and what one call may cost. Without `base_url` there is no
    model."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, populate_by_name=True)

    base_url: Annotated[str, AfterValidator(_http)] | None = Field(
        default=None, validation_alias="PORTICO_LLM_BASE_URL"
    )
    model: str | None = Field(default=None, validation_alias="PORTICO_LLM_MODEL")
    """For Azure: the deployment."""
    api_key: str | None = Field(default=None, validation_alias="PORTICO_LLM_API_KEY", repr=False)
    azure_api_version: str | None = Field(
        default=None, validation_alias="PORTICO_LLM_AZURE_API_VERSION"
    )
    read_seconds: float = Field(
        default=4.0, gt=0, le=60, validation_alias="PORTICO_LLM_READ_SECONDS"
    )
    """For a structured answer, waiting and retries included."""
    write_seconds: float = Field(
        default=12.0, gt=0, le=120, validation_alias="PORTICO_LLM_WRITE_SECONDS"
    )
    """For a text, from asking to its last word."""
    first_seconds: float = Field(
        default=4.0, gt=0, le=20, validation_alias="PORTICO_LLM_FIRST_SECONDS"
    )
    """For the first sentence of a text, checks included."""
    input_tokens: int = Field(default=6000, ge=500, validation_alias="PORTICO_LLM_INPUT_TOKENS")
    output_tokens: int = Field(default=600, ge=100, validation_alias="PORTICO_LLM_OUTPUT_TOKENS")
    concurrency: int = Field(default=8, ge=1, validation_alias="PORTICO_LLM_CONCURRENCY")

    @property
    def configured(self) -> bool:
        return self.base_url is not None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """All that is needed, or nothing."""
        if not self.model_fields_set:
            return self
        needed = ["base_url", "model", *(["api_key"] if self.azure_api_version else [])]
        for name in needed:
            if getattr(self, name) is None:
                variable = str(type(self).model_fields[name].validation_alias)
                raise ValueError(
                    f"{variable}: must be set: other variables of the language model are"
                )
        return self


NO_MODEL = ModelSettings.model_construct()


def _one_or_two_secrets(secrets: str) -> str:
    parts = secrets.split(",")
    if len(parts) > 2 or any(len(part.strip()) < WEBHOOK_SECRET_LENGTH for part in parts):
        raise ValueError(
            f"must be one secret or two with a comma between them, each of at least "
            f"{WEBHOOK_SECRET_LENGTH} characters"
        )
    return secrets


class EhrSettings(BaseSettings):
    """What opens the EHR's door; where the door is stands in practice.toml."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, populate_by_name=True)

    private_key_file: Path | None = Field(
        default=None, validation_alias="PORTICO_EHR_PRIVATE_KEY_FILE"
    )
    """PEM of the key registered for SMART Backend Services (RSA: RS384, P-384: ES384)."""
    api_key: str | None = Field(default=None, validation_alias="PORTICO_EHR_API_KEY", repr=False)
    """A bearer token or API key, where the EHR takes no signed assertion."""
    webhook_secret: Annotated[str, AfterValidator(_one_or_two_secrets)] | None = Field(
        default=None, validation_alias="PORTICO_EHR_WEBHOOK_SECRET", repr=False
    )
    """Signs what the EHR sends; two, with a comma between them, while it is changed."""


class Settings(DatabaseSettings):
    """Everything the environment decides, checked. Keys never show in a repr."""

    env: Literal["development", "production"] = Field(
        default="development", validation_alias="PORTICO_ENV"
    )
    demo: bool = Field(default=False, validation_alias="PORTICO_DEMO")
    demo_staff_password: str | None = Field(
        default=None, validation_alias="PORTICO_DEMO_STAFF_PASSWORD", min_length=8, repr=False
    )
    token_key: Annotated[str, AfterValidator(_long_enough)] = Field(
        validation_alias="PORTICO_TOKEN_KEY", repr=False
    )
    """HS256 key of the patient tokens."""
    token_jwks: str | None = Field(default=None, validation_alias="PORTICO_TOKEN_JWKS")
    """A file or https URL with the portal's published keys (RS256, ES256)."""
    session_key: Annotated[str, AfterValidator(_long_enough)] = Field(
        validation_alias="PORTICO_SESSION_KEY", repr=False
    )
    """Signs staff cookies and CSRF tokens."""
    encryption_keys: Annotated[str, AfterValidator(_well_formed)] = Field(
        validation_alias="PORTICO_ENCRYPTION_KEYS", repr=False
    )
    models_dir: Path | None = Field(default=None, validation_alias="PORTICO_MODELS_DIR")
    # It reads its own variables; the alias is a name that no variable of the environment can have.
    llm: ModelSettings = Field(default=NO_MODEL, validation_alias="(llm)")
    ehr: EhrSettings = Field(default=EhrSettings.model_construct(), validation_alias="(ehr)")

    @property
    def keyring(self) -> tuple[EncryptionKey, ...]:
        """The encryption keys, the current one first; the others only read."""
        return parse_keys(self.encryption_keys)


GENERATED = {
    "PORTICO_TOKEN_KEY": "token_key",
    "PORTICO_SESSION_KEY": "session_key",
    "PORTICO_ENCRYPTION_KEYS": "encryption_keys",
}
"""The variables that `keys.json` can stand in for, with their names there."""


def load_settings(data_dir: Path) -> Settings:
    """The environment's settings; keys it does not have come from `data_dir/keys.json`, which is
    made on first use. In production they must be in the environment.

    Raises `InputError` that names the variable.
    """
    missing = [variable for variable in GENERATED if not os.environ.get(variable)]
    if missing and os.environ.get("PORTICO_ENV") == "production":
        raise InputError(f"{missing[0]}: must be set when PORTICO_ENV=production")
    stored = _stored_keys(data_dir, missing) if missing else {}
    try:
        return Settings(**stored, llm=ModelSettings(), ehr=EhrSettings())  # type: ignore[arg-type]
    except ValidationError as error:
        raise _fault(error, stored, data_dir / KEYS_FILE) from None


def load_database_settings() -> DatabaseSettings:
    """Only where the store is; makes no keys. Raises `InputError` that names the variable."""
    try:
        return DatabaseSettings()
    except ValidationError as error:
        raise _fault(error, {}, Path(KEYS_FILE)) from None


def load_ehr_settings() -> EhrSettings:
    """Only the EHR's. Raises `InputError` that names the variable."""
    try:
        return EhrSettings()
    except ValidationError as error:
        raise _fault(error, {}, Path(KEYS_FILE)) from None


def load_model_settings() -> ModelSettings:
    """Only the language model's. Raises `InputError` that names the variable."""
    try:
        return ModelSettings()
    except ValidationError as error:
        raise _fault(error, {}, Path(KEYS_FILE)) from None


def _fault(error: ValidationError, stored: dict[str, str], keys_file: Path) -> InputError:
    fault = error.errors(include_input=False)[0]
    words = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return InputError(words)
    variable = str(fault["loc"][0])
    where = f"{keys_file}: {GENERATED[variable]}" if variable in stored else variable
    return InputError(f"{where}: {words}")


def _stored_keys(data_dir: Path, variables: list[str]) -> dict[str, str]:
    path = data_dir / KEYS_FILE
    if not path.exists():
        if (data_dir / DATABASE_FILE).exists():
            raise InputError(f"{path}: is gone, and {DATABASE_FILE} cannot be read without it")
        _generate(path)
    try:
        keys = json.loads(path.read_text(encoding="utf-8"))
        return {variable: str(keys[GENERATED[variable]]) for variable in variables}
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{path}: not a readable file of keys") from None


def _generate(path: Path) -> None:
    """Writes fresh keys, for the owner's eyes only; if another process was first, its keys stay."""
    keys = {
        "token_key": secrets.token_urlsafe(KEY_BYTES),
        "session_key": secrets.token_urlsafe(KEY_BYTES),
        "encryption_keys": "k1:" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(keys, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
        sys.stderr.write(f"portico: made new keys in {path}; keep them with the data\n")
    except FileExistsError:
        return
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
