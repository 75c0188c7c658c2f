"""A Core statement on the shortest way to the driver, for the one that every message asks for.

SQLAlchemy compiles it, once for each engine; what it would do around every execution (three quarters of a small row's time) is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert


class StraightInsert:
    """Adds one row of a table. Values are given in the order of the columns, as the driver takes them.

    It raises the driver's own errors, which `Database.blame` knows as well.
    """

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self._statement = insert(table).inline()
        self._columns = tuple(columns)
        self._compiled: dict[str, tuple[str, bool]] = {}

    def execute(self, connection: Connection, values: tuple[Any, ...]) -> None:
        """Add the row, in the connection's transaction."""
        text, positional = self._compiled.get(connection.dialect.name) or self._compile(connection)
        cursor = connection.connection.cursor()
        cursor.execute(text, values if positional else dict(zip(self._columns, values, strict=True)))
        cursor.close()

    def _compile(self, connection: Connection) -> tuple[str, bool]:
        compiled = self._statement.compile(dialect=connection.dialect, column_keys=list(self._columns))
        positional = bool(compiled.positional)
        if positional and tuple(getattr(compiled, "positiontup", None) or ()) != self._columns:
            raise TypeError(f"the engine wants the columns in another order than {self._columns}")
        made = self._compiled[connection.dialect.name] = (str(compiled), positional)
        return made
