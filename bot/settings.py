"""The environment, read once, into one frozen value. A wrong setting stops the start with one sentence that names it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "PALIER_"


class SettingsError(Exception):
    """A setting that cannot be used: the message names it and says what it may be."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Claim(_Part):
    """Minutes before the moderators are paged again for a case that nobody claimed."""

    claim_minutes: float = Field(gt=0, le=1440)


class Escalation(_Part):
    """One waiting time per level that opens a case."""

    emergency: Claim = Claim(claim_minutes=3)
    urgent: Claim = Claim(claim_minutes=15)


class Retention(_Part):
    """Days for which what only served to say things once is kept. What a person said and took stays until they erase it."""

    heard_days: int = Field(default=30, ge=2, le=3650)
    sent_days: int = Field(default=30, ge=1, le=3650)
    dropped_days: int = Field(default=30, ge=1, le=3650)
    dead_days: int = Field(default=180, ge=1, le=3650)


class Settings(BaseSettings):
    """Every setting of the program; `.env.example` lists them with their defaults."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True)

    database_url: str = "sqlite:///data/palier.db"
    keys: SecretStr | None = None
    key_file: Path | None = None
    language: Literal["fr", "en"] = "fr"
    timezone: str = "Europe/Paris"
    country: str = Field(default="FR", pattern=r"^[A-Z]{2}$")
    telegram_token: SecretStr | None = None
    telegram_api: str = Field(default="https://api.telegram.org", pattern=r"^https?://")
    telegram_moderators: frozenset[int] = frozenset()
    telegram_moderators_chat: int | None = None
    telegram_webhook_url: str | None = Field(default=None, pattern=r"^https://")
    telegram_webhook_secret: SecretStr | None = None
    telegram_webhook_port: int = Field(default=8766, ge=1, le=65535)
    discord_token: SecretStr | None = None
    discord_guild: int | None = None
    discord_moderators: frozenset[int] = frozenset()
    discord_moderator_role: int | None = None
    discord_moderators_channel: int | None = None
    discord_watched_channels: frozenset[int] = frozenset()
    discord_community_channel: int | None = None
    discord_expert_role: int | None = None
    discord_abstinent_channel: int | None = None
    discord_drinking_channel: int | None = None
    discord_shards: int = Field(default=1, ge=1, le=1024)
    discord_shard_ids: frozenset[int] = frozenset()
    health_port: int = Field(default=8765, ge=0, le=65535)
    beat_seconds: float = Field(default=1.0, gt=0, le=60)
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    escalation: Escalation = Escalation()
    retention: Retention = Retention()
    snooze_minutes: int = Field(default=15, ge=1, le=120)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be an IANA time zone such as Europe/Paris")
        return value

    @field_validator("database_url")
    @classmethod
    def _served_engine(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must start with sqlite:/// or postgresql:// (the engines that are served)")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret_fits(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("must be 16 to 256 letters, digits, _ or -")
        return value

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> Settings:
        if (self.telegram_webhook_url is None) != (self.telegram_webhook_secret is None):
            raise ValueError("PALIER_TELEGRAM_WEBHOOK_URL and PALIER_TELEGRAM_WEBHOOK_SECRET are set together, or not at all")
        return self

    @model_validator(mode="after")
    def _discord_fits(self) -> Settings:
        if self.discord_moderator_role is not None and self.discord_guild is None:
            raise ValueError("PALIER_DISCORD_MODERATOR_ROLE needs PALIER_DISCORD_GUILD, the server that the role is of")
        if self.discord_expert_role is not None and self.discord_guild is None:
            raise ValueError("PALIER_DISCORD_EXPERT_ROLE needs PALIER_DISCORD_GUILD, the server that the role is of")
        if self.discord_community_channel is not None and self.discord_community_channel == self.discord_moderators_channel:
            raise ValueError("PALIER_DISCORD_COMMUNITY_CHANNEL and PALIER_DISCORD_MODERATORS_CHANNEL must be two channels")
        if (self.discord_abstinent_channel is None) != (self.discord_drinking_channel is None):
            raise ValueError("PALIER_DISCORD_ABSTINENT_CHANNEL and PALIER_DISCORD_DRINKING_CHANNEL are set together, or not at all")
        if any(not 0 <= each < self.discord_shards for each in self.discord_shard_ids):
            raise ValueError("PALIER_DISCORD_SHARD_IDS must be numbers below PALIER_DISCORD_SHARDS")
        return self

    @field_validator(
        *("telegram_token", "discord_token", "keys", "key_file"),
        *("telegram_moderators_chat", "telegram_webhook_url", "telegram_webhook_secret"),
        *("discord_guild", "discord_moderator_role", "discord_moderators_channel", "discord_community_channel", "discord_expert_role"),
        *("discord_abstinent_channel", "discord_drinking_channel"),
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return value or None


def load(**overrides: Any) -> Settings:
    """Read the environment (and `.env`). Raises SettingsError with one sentence that names the first wrong setting."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def override(settings: Settings, dotted: dict[str, Any]) -> Settings:
    """The same settings with dotted names replaced, as stories write them (`escalation.emergency.claim_minutes: 3`)."""
    values = settings.model_dump()
    for name, value in dotted.items():
        *path, last = name.split(".")
        place: Any = values
        for part in path:
            place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, dict) or last not in place:
            raise SettingsError(f"there is no setting called {name}")
        place[last] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"
