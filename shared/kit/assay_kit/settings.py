"""Where things are and how they run: environment variables that begin with ASSAY_, with defaults for one machine."""

import contextlib
import os
import secrets
from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    DEMONSTRATION = "demonstration"
    PRODUCTION = "production"


class Span(StrEnum):
    """How much of the demonstration is loaded."""

    WHOLE = "whole"
    SAMPLE = "sample"  # the last months of a few providers, every story among them
    PEOPLE = "people"  # the council's people, and nobody else
    SHORT = "short"  # people, schemes, providers and members, but no years of assessments and intelligence


# The gateway answers on `port`; everything inside follows it, so that two copies can run side by side.
_OFFSETS = {
    "gateway": 0,
    "directory": 1,
    "dps-admission": 2,
    "assessment": 3,
    "risk": 4,
    "portal": 5,
    "worker": 6,
}


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ASSAY_", extra="ignore")

    mode: Mode = Mode.PRODUCTION
    demonstration: Span = Span.WHOLE
    home: Path = Field(default_factory=lambda: Path.cwd() / ".assay")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_000)
    public_url: str = ""
    audience: str = "assay"
    administrator_email: str = "administrator@council.example"
    publisher_id: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,50}$")
    ocds_prefix: str = Field(default="", pattern=r"^(ocds-[a-z0-9]{6})?$")
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    database_prefix: str = Field(default="assay", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    pool_size: int = Field(default=10, ge=1, le=100)
    pool_wait_seconds: float = Field(default=5.0, gt=0)
    token_minutes: int = Field(default=15, ge=1, le=60)
    evidence_store: str = ""
    evidence_limit_bytes: int = Field(default=50 * 1024 * 1024, ge=1024)
    clamav: str = ""
    log_level: str = "INFO"

    @property
    def is_demonstration(self) -> bool:
        return self.mode is Mode.DEMONSTRATION

    @property
    def issuer(self) -> str:
        """The `iss` of every token: the address people use, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    def port_of(self, name: str) -> int:
        return self.port + _OFFSETS[name]

    def service_url(self, name: str) -> str:
        """Base address of a service inside the house; ASSAY_URL_DPS_ADMISSION and the like override it.

        On one machine services listen on the loopback only; `host` is where the gateway listens.
        """
        override = os.environ.get(f"ASSAY_URL_{_shouted(name)}")
        return (override or f"http://127.0.0.1:{self.port_of(name)}").rstrip("/")

    def secret(self, name: str) -> str:
        """A secret by name: ASSAY_SECRET_<NAME>, else the file in ASSAY_HOME/secrets."""
        if given := os.environ.get(f"ASSAY_SECRET_{_shouted(name)}"):
            return given
        path = self.home / "secrets" / name
        if not (kept := _kept(path)):
            raise MissingSecret(f"Set ASSAY_SECRET_{_shouted(name)}, or run `assay setup` to make {path}.")
        return kept

    def make_secret(self, name: str) -> str:
        """The secret by that name, made now (32 random bytes) if there is none yet."""
        try:
            return self.secret(name)
        except MissingSecret:
            folder = self.home / "secrets"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _put(folder / name, secrets.token_urlsafe(32))
            return self.secret(name)


class MissingSecret(RuntimeError):
    """A secret that this process needs has not been given."""


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _put(path: Path, value: str) -> None:
    """Whole or not at all, and never over a secret that somebody else has put there in the meantime."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
        if not _kept(path):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _shouted(name: str) -> str:
    return name.upper().replace("-", "_")
