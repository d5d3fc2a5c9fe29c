"""Settings from the environment, and the only clock of the program."""

from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from imrgroups.rules.retention import LEAST_YEARS

ROOT = Path(__file__).resolve().parent.parent
KNOWN_DEFAULTS = frozenset({"change-me", "changeme", "secret", "dev", "development", "password", "imrgroups"})


class Settings(BaseSettings):
    """Everything that can be set from outside; each field is described in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="IMRGROUPS_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = ""
    data: Path = ROOT / "data"
    key: SecretStr = SecretStr("")
    demo: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    threads: int = Field(default=8, ge=1, le=64)
    public_url: str = ""
    trusted_proxy: str = ""
    language: Literal["en", "da", "sv", "he"] = "en"
    mfa: Literal["off", "optional", "required"] = "optional"
    idle_minutes: int = Field(default=60, ge=1)
    session_hours: int = Field(default=12, ge=1)
    retention_years: int = Field(default=LEAST_YEARS, ge=LEAST_YEARS)
    sms: Literal["log", "twilio"] = "log"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""
    twilio_messaging_service_sid: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _carrier_is_whole(self) -> "Settings":
        sender = self.twilio_from or self.twilio_messaging_service_sid
        if self.sms == "twilio" and not (self.twilio_account_sid and self.twilio_auth_token.get_secret_value() and sender):
            raise ValueError(
                "IMRGROUPS_SMS=twilio also needs IMRGROUPS_TWILIO_ACCOUNT_SID, IMRGROUPS_TWILIO_AUTH_TOKEN and IMRGROUPS_TWILIO_FROM"
                " (or IMRGROUPS_TWILIO_MESSAGING_SERVICE_SID)"
            )
        return self

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy address of the database: the one given, else the SQLite file in the data folder."""
        if not self.database_url:
            return f"sqlite:///{self.data.resolve() / 'imrgroups.sqlite'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)

    @property
    def begun(self) -> bool | None:
        """Whether a SQLite database lies there already; None with another database, which has to be asked."""
        name, sqlite, file = self.database.partition("sqlite:///")
        if name or not sqlite:
            return None
        found = Path(file.partition("?")[0])
        return found.is_file() and found.stat().st_size > 0

    @property
    def https(self) -> bool:
        """Whether visitors reach the program over https, by its public address."""
        return self.public_url.startswith("https://")


def curriculum_folder() -> Path:
    """Where the curriculum lies: beside the package in a checkout, inside it in a wheel."""
    return _shipped("curriculum")


def translations_folder() -> Path:
    """Where the catalogues lie: beside the package in a checkout, inside it in a wheel."""
    return _shipped("translations")


def migrations_folder() -> Path:
    """Where the database revisions lie: beside the package in a checkout, inside it in a wheel."""
    return _shipped("migrations")


@lru_cache(maxsize=8)
def _shipped(name: str) -> Path:
    inside = Path(__file__).resolve().parent / "shipped" / name
    return inside if inside.exists() else ROOT / name


def now() -> datetime:
    """The present instant, aware, in UTC. Everything else is handed it as `now=`."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The present date where the clock shows the time of `zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
