"""How large a function is, in the five ways that make it hard to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.tree import Source

_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.comprehension, ast.match_case)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.Match)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Size:
    """One measure of one thing: a file's `lines`, or a function's `body`, `arguments`, `positional`, `nesting` or `paths`."""

    where: str
    measure: str
    value: int


LIMITS = {"lines": 400, "body": 60, "arguments": 9, "positional": 5, "nesting": 4, "paths": 15}
"""Lines of a file; lines of a body without docstring, comments and blanks; all arguments, and those that may be passed
without their name; blocks inside blocks; independent paths (branches plus one)."""


def measure(file: Source) -> Iterator[Size]:
    """Every size of one file and of each function in it, named as `path` or `path::Class.function`."""
    yield Size(file.path, "lines", len(file.text.splitlines()))
    for name, function in _functions(file.tree, ""):
        where = f"{file.path}::{name}"
        yield Size(where, "body", _body_lines(function, file.text.splitlines()))
        yield Size(where, "arguments", len(_named(function.args.posonlyargs + function.args.args + function.args.kwonlyargs)))
        if not function.name.startswith("test_"):  # pytest passes everything by name
            yield Size(where, "positional", len(_named(function.args.posonlyargs + function.args.args)))
        yield Size(where, "nesting", _nesting(function))
        yield Size(where, "paths", _paths(function))


def too_large(files: tuple[Source, ...]) -> tuple[Size, ...]:
    """The sizes above their limit."""
    return tuple(size for file in files for size in measure(file) if size.value > LIMITS[size.measure])


def _functions(node: ast.AST, inside: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield f"{inside}{child.name}", child
        name = f"{inside}{child.name}." if isinstance(child, (Function, ast.ClassDef)) else inside
        yield from _functions(child, name)


def _named(arguments: list[ast.arg]) -> list[ast.arg]:
    return [argument for argument in arguments if argument.arg not in ("self", "cls")]


def _body_lines(function: Function, lines: list[str]) -> int:
    first = function.body[1] if ast.get_docstring(function) is not None and len(function.body) > 1 else function.body[0]
    texts = (line.strip() for line in lines[first.lineno - 1 : function.end_lineno])
    return sum(1 for text in texts if text and not text.startswith("#"))


def _paths(function: Function) -> int:
    nodes = list(ast.walk(function))
    joined = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + joined + sum(isinstance(node, _BRANCHES) for node in nodes)


def _nesting(node: ast.AST, depth: int = 0) -> int:
    """Blocks inside blocks; an `elif` stands beside its `if`, not inside it."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        beside = isinstance(node, ast.If) and [child] == node.orelse and isinstance(child, ast.If)
        deepest = max(deepest, _nesting(child, depth + (isinstance(child, _BLOCKS) and not beside)))
    return deepest
