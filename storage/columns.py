"""Column types: ids, and instants that cannot be naive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

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
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, _: Dialect) -> datetime | None:
        """Microseconds to an aware datetime in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


def microseconds(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970 in UTC. Raises ValueError on a naive one."""
    if instant.utcoffset() is None:
        raise ValueError(f"a naive datetime has no place in storage: {instant.isoformat()}")
    return (instant - _EPOCH) // _MICROSECOND
