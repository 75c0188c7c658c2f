"""The wall clock is read in one file; everywhere else `now` is an argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import EVERYWHERE, Source, source, sources

CLOCK = "bot/adapters/clock.py"

READS = frozenset(
    {
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
        *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.strftime"),
        *("sqlalchemy.func.now", "sqlalchemy.func.current_timestamp", "sqlalchemy.func.current_date", "sqlalchemy.sql.func.now"),
    }
)
"""What tells the hour of the day. A stopwatch (time.monotonic, time.perf_counter) does not."""

IN_SQL = ("current_timestamp", "current_date", "datetime('now", "strftime('%s', 'now", "now()")
"""The same, asked of a database."""


def reads_of_the_wall_clock(file: Source) -> Iterator[str]:
    """Each place of the file where the hour is read, under whatever name it was imported."""
    known = dict(_imported(file.tree))
    prose = {id(node.value) for node in ast.walk(file.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(file.tree):
        if isinstance(node, (ast.Attribute, ast.Name)) and _full_name(node, known) in READS:
            yield f"{file.path}:{node.lineno}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose and _asks_sql(node.value):
            yield f"{file.path}:{node.lineno}"


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or _top(alias.name), alias.name if alias.asname else _top(alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _top(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def _full_name(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        return f"{_full_name(node.value, known)}.{node.attr}"
    return ""


def _asks_sql(text: str) -> bool:
    return any(word in text.lower() for word in IN_SQL)


def test_the_wall_clock_is_read_in_one_file() -> None:
    files = sources(*EVERYWHERE)
    here = "tests/architecture/test_wall_clock.py"  # its planted lines are strings that read like the real thing
    assert files
    assert [place for file in files if file.path not in (CLOCK, here) for place in reads_of_the_wall_clock(file)] == []


def test_the_one_file_does_read_it() -> None:
    (clock,) = (file for file in sources("bot") if file.path == CLOCK)
    assert list(reads_of_the_wall_clock(clock))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now(UTC)",
        "from datetime import datetime as dt\nx = dt.utcnow()",
        "import datetime\nx = datetime.datetime.today()",
        "import datetime as d\nx = d.date.today()",
        "from datetime import date\nclock = date.today",
        "import time\nx = time.time()",
        "from time import time\nx = time()",
        "from dataclasses import field\nfrom time import time_ns as stamp\nx = field(default_factory=stamp)",
        "from sqlalchemy import func\nx = func.now()",
        "import sqlalchemy as sa\nx = sa.func.current_timestamp()",
        "x = text('UPDATE timer SET due_at = CURRENT_TIMESTAMP')",
        "x = \"SELECT datetime('now')\"",
    ],
)
def test_a_reading_under_any_name_is_seen(text: str) -> None:
    assert list(reads_of_the_wall_clock(source("planted.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "import time\nx = time.perf_counter() - time.monotonic()",
        "from datetime import datetime, time\nx = datetime.combine(day, time(8))",
        "def f(now):\n    return now.date()",
        "from bot.core import clock\nx = clock.now()",
        'def f():\n    """Never now()."""',
    ],
)
def test_what_only_looks_like_a_reading_is_let_through(text: str) -> None:
    assert list(reads_of_the_wall_clock(source("planted.py", text))) == []
