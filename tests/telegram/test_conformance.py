"""The table of Bot API methods in docs/telegram.md names every one that is called, where, its limits and what happens at them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from telegram import Bot

from tests.architecture.tree import ROOT, Source, source, sources
from tests.telegram.fake_methods import Methods

PAGE = ROOT / "docs" / "telegram.md"
ROOM = "bot/adapters/telegram/"
COLUMNS = ("method", "used for", "in", "limit", "at the limit")
UNDER_ANOTHER_NAME = {"initialize": "getMe"}
"""Methods of the vendor's bot that call one of the API's of another name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its methods, the modules that call them, and what is said of their limits."""

    methods: tuple[str, ...]
    modules: frozenset[str]
    limit: str
    at_the_limit: str


def rows(markdown: str) -> list[Row]:
    """The table whose first column is `method`. Raises LookupError when there is none with these columns."""
    head = f"| {' | '.join(COLUMNS)} |"
    if head not in markdown:
        raise LookupError(f"no table that begins with {head}")
    lines = markdown.partition(head)[2].strip().splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in _until_the_end(lines)]
    return [Row(tuple(re.findall(r"`(\w+)`", each[0])), frozenset(re.findall(r"`(\w+)`", each[2])), *each[3:5]) for each in cells]


def _until_the_end(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield line


def calls(file: Source) -> Iterator[tuple[str, str]]:
    """Each method of the Bot API that a module calls: the module's name, and the method as Telegram writes it."""
    module = file.path.removeprefix(ROOM).removesuffix(".py")
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, ast.unparse(node.func.value)
        if name == "_post" and isinstance(node.args[0], ast.Constant):
            yield module, str(node.args[0].value)
        elif owner.endswith("client") or owner == "self":
            camel = UNDER_ANOTHER_NAME.get(name, re.sub(r"_(\w)", lambda found: found[1].upper(), name))
            if hasattr(Bot, name) and (name in UNDER_ANOTHER_NAME or hasattr(Bot, camel)):
                yield module, camel


def called() -> set[tuple[str, str]]:
    """Everything that the adapter calls."""
    return {call for file in sources("bot") if file.path.startswith(ROOM) for call in calls(file)}


def test_every_method_that_is_called_is_in_the_table_with_its_place() -> None:
    told = {(module, method) for row in rows(PAGE.read_text("utf-8")) for method in row.methods for module in row.modules}
    asked = called()
    assert len({method for _, method in asked}) >= 20
    assert sorted(asked - told) == []


def test_no_method_is_in_the_table_that_nobody_calls() -> None:
    told = [method for row in rows(PAGE.read_text("utf-8")) for method in row.methods]
    assert len(told) == len(set(told))
    assert sorted(set(told) - {method for _, method in called()}) == []


def test_every_line_says_the_limit_and_what_happens_at_it() -> None:
    table = rows(PAGE.read_text("utf-8"))
    assert [row.methods for row in table if not (row.methods and row.modules and row.limit and row.at_the_limit)] == []


def test_the_stand_in_serves_every_method_that_is_called() -> None:
    served = {name.replace("_", "") for name in dir(Methods) if not name.startswith("_")}
    assert sorted({method for _, method in called() if method.lower() not in served}) == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("await self._client.send_message(1, 'x')", {("planted", "sendMessage")}),
        ("client.get_my_commands(scope, code)", {("planted", "getMyCommands")}),
        ("await self._post('getUpdates', asked)", {("planted", "getUpdates")}),
        ("await self.initialize()", {("planted", "getMe")}),
        ("self._sending.send(message)", set()),
        ("self._client.close_connections()", set()),
    ],
)
def test_a_call_is_seen(text: str, seen: set[tuple[str, str]]) -> None:
    assert set(calls(source(f"{ROOM}planted.py", text))) == seen


def test_a_page_without_its_table_is_seen() -> None:
    with pytest.raises(LookupError, match="no table"):
        rows("| method | used for |\n")
