"""Whoever opens a file, a class or a function of the house is told what it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOMS, Source, source, sources

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def silent(file: Source) -> Iterator[str]:
    """What should say what it is for and does not: the file itself, its public classes and functions, their public methods.

    A migration's `upgrade` and `downgrade` are told by its file; a stub of a Protocol by the Protocol, if its name is enough.
    """
    if file.tree.body and not ast.get_docstring(file.tree):
        yield file.path
    migration = "/migrations/" in file.path
    for name, node in _public(file.tree, ""):
        if not ast.get_docstring(node) and not (migration and name in ("upgrade", "downgrade")):
            yield f"{file.path}::{name}"


def _public(node: ast.Module | ast.ClassDef, inside: str) -> Iterator[tuple[str, Documented]]:
    for child in node.body:
        if not isinstance(child, Documented) or child.name.startswith("_") or _is_stub_of(node, child):
            continue
        yield f"{inside}{child.name}", child
        if isinstance(child, ast.ClassDef):
            yield from _public(child, f"{inside}{child.name}.")


def _is_stub_of(owner: ast.Module | ast.ClassDef, child: Documented) -> bool:
    if not isinstance(owner, ast.ClassDef) or isinstance(child, ast.ClassDef):
        return False
    protocol = any(isinstance(base, ast.Name) and base.id == "Protocol" for base in owner.bases)
    return protocol and all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in child.body)


def test_everything_public_says_what_it_is_for() -> None:
    assert [place for file in sources(*ROOMS) for place in silent(file)] == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = 1", "planted.py"),
        ('"""File."""\ndef f(): return 1', "planted.py::f"),
        ('"""File."""\nasync def f(): return 1', "planted.py::f"),
        ('"""File."""\nclass A:\n    x: int', "planted.py::A"),
        ('"""File."""\nclass A:\n    """A."""\n    def f(self): return 1', "planted.py::A.f"),
        ('"""File."""\nclass A(Protocol):\n    """A."""\n    def f(self):\n        return 1', "planted.py::A.f"),
    ],
)
def test_silence_is_heard(text: str, place: str) -> None:
    assert list(silent(source("planted.py", text))) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"""File."""\ndef _f(): return 1',
        '"""File."""\ndef f():\n    """F."""\n    def inner(): return 1\n    return inner',
        '"""File."""\nclass A(Protocol):\n    """A."""\n    x: int\n    def f(self): ...',
        '"""File."""\nclass _A:\n    def f(self): return 1',
    ],
)
def test_what_may_be_silent_is_left_in_peace(text: str) -> None:
    assert list(silent(source("planted.py", text))) == []
