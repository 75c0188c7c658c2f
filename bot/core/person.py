"""Who is spoken with: the little that must be known to answer in the right words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["patient", "moderator", "community"]
"""`community`: the channel where members answer each other, reached like a person and never heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One human. `consented_at` is None until they agreed to what the first message says, `consent_version` is the version
    of those words that they read.

    `timezone` is an IANA name; `country` an ISO 3166 code in capitals, "" while unknown.
    """

    id: int
    role: Role
    language: str
    timezone: str
    country: str
    consented_at: datetime | None
    on_duty: bool = False
    consent_version: int = 1
