"""Nothing stands in the tree that was only meant for the day it was written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOMS, Source, source, sources, texts

HERE = "tests/architecture/test_leftovers.py"

LEFTOVERS = {
    "a path of one machine": re.compile(r"(?<![\w.:~])/(?:work|farm|root|home|Users|mnt)/\w|/tmp/\w+\.\d|[A-Z]:\\Users"),
    "a promise instead of the thing": re.compile(r"\b(?:TODO|FIXME|XXX|HACK|TBD)\b"),
    "a body that is not there": re.compile(r"\bNotImplementedError\b"),
    "a test that is not run": re.compile(r"pytest\.mark\.(?:skip|xfail)|pytest\.(?:skip|xfail|importorskip)\(|unittest\.skip"),
    "an end of a merge": re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE),
    "a stop in a debugger": re.compile(r"\bbreakpoint\(\)|\bpdb\.set_trace\b"),
    "a fault put in place of the real thing": re.compile(r"\bmonkeypatch\b|\bunittest\.mock\b|\bMagicMock\b"),
    "a space at the end of a line": re.compile(r"[ \t]+$", re.MULTILINE),
}


def leftovers(path: str, text: str) -> Iterator[str]:
    """Each leftover of a text, with its place and its kind."""
    for kind, pattern in LEFTOVERS.items():
        for found in pattern.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {kind}"


def prints(file: Source) -> Iterator[str]:
    """Each `print` of a file: words reach people through the outbox, and the command line through its own writer."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"):
            yield f"{file.path}:{node.lineno}"


def test_no_text_of_the_project_holds_a_leftover() -> None:
    read = dict(texts())
    assert {"README.md", "bot/messages.py", "Makefile", ".ci/run", "docs/glossary.md"} <= read.keys()
    assert [place for path, text in read.items() if path != HERE for place in leftovers(path, text)] == []


def test_no_code_prints() -> None:
    assert [place for file in sources(*ROOMS) for place in prints(file)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a path of one machine", "see /work/main"),
        ("a path of one machine", 'ROOT = "/home/someone/palier"'),
        ("a promise instead of the thing", "x = 1  # TODO later"),
        ("a body that is not there", "raise NotImplementedError"),
        ("a test that is not run", "@pytest.mark.skip(reason='flaky')"),
        ("a test that is not run", "pytest.importorskip('x')"),
        ("an end of a merge", "a\n<<<<<<< ours\n"),
        ("a stop in a debugger", "breakpoint()"),
        ("a fault put in place of the real thing", "def test(monkeypatch): ..."),
        ("a space at the end of a line", "x = 1 \n"),
    ],
)
def test_a_leftover_is_seen(kind: str, text: str) -> None:
    assert [place.split(": ")[1] for place in leftovers("planted", text)] == [kind]


@pytest.mark.parametrize("text", ["https://example.org/home/page", "framework/main", "a todo list", "~/work/x", "extra /workshop"])
def test_what_only_looks_like_a_leftover_is_let_through(text: str) -> None:
    assert list(leftovers("planted", text)) == []


def test_a_print_is_seen() -> None:
    assert list(prints(source("planted.py", "def f():\n    print('here')"))) == ["planted.py:2"]
