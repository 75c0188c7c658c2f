"""Column types: instants that cannot be naive, and values kept as JSON text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CursorResult, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode

# SQLite gives rows an id only through a column typed INTEGER; elsewhere ids have 64 bits.
Id = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as whole microseconds since 1970 in UTC, so that numbers compare as instants do.

    Exact both ways for every datetime, years 1 to 9999. A naive datetime is refused with ValueError.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> int | None:
        """Aware datetime to microseconds."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a naive datetime has no place in storage: {value.isoformat()}")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, _: Dialect) -> datetime | None:
        """Microseconds to an aware datetime in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class JsonText(TypeDecorator[Any]):
    """A JSON value in a text column. What a person says, and what is known of their health, is kept in these.

    Text is escaped to ASCII: half an emoji or a NUL from a platform is kept as it came, where a plain text column refuses it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _: Dialect) -> str | None:
        """JSON value to text. Raises TypeError or ValueError on what JSON cannot hold."""
        return None if value is None else _encode(value)

    def process_result_value(self, value: str | None, _: Dialect) -> Any:
        """Text to JSON value."""
        return None if value is None else json.loads(value)


def new_id(inserted: CursorResult[Any]) -> int:
    """The id given to the one row just inserted (cheaper than RETURNING, which opens a second cursor over the row)."""
    key: Any = inserted.inserted_primary_key
    return int(key[0])
