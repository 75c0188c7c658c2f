"""What the program names of the knowledge, read from its source: rule ids and wording keys.

A rule id that the knowledge does not hold would explain nothing; a text that nothing says would never be read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ADDED_BY = frozenset({"append", "extend", "add"})
# How many leading arguments of a decision are not rules: Allowed(value, rules), Alarm(level, rules), Withheld(rules).
_VALUES_BEFORE_RULES = {"Allowed": 1, "Alarm": 1, "Withheld": 0, "Bound": 1}
# A function of the core that returns plain strings returns rule ids: what else it decides is a value of its own type.
_PLAIN = frozenset({"str", "tuple[str, ...]", "list[str]"})
_CORE = "core"
_SPEAKERS = frozenset({"say", "nested", "Words"})


@dataclass(frozen=True, slots=True)
class Named:
    """What a program names. `rules`: the kebab-case strings that stand where rules are named, each with the file that names it.

    `strings`: every string at all, so that an id kept in a table counts as used. `spoken`: wording keys, whole, or as a pattern
    where a part is worked out (`danger.*.do.*`). A rule named in a shape that is not looked for escapes the first.
    """

    rules: Mapping[str, str]
    strings: frozenset[str]
    spoken: frozenset[str]


def rules_in_code(code: Path) -> Named:
    """Read every Python file under `code`."""
    named: dict[str, str] = {}
    every: set[str] = set()
    keys: set[str] = set()
    for file in sorted(code.rglob("*.py")):
        place = f"{code.name}/{file.relative_to(code).as_posix()}"
        tree = ast.parse(file.read_text(encoding="utf-8"), filename=place)
        every |= set(_strings([tree]))
        keys |= set(spoken(tree))
        stand = [*_where_rules_stand(tree), *(_decided(tree) if file.parent.name == _CORE else ())]
        named |= {text: place for text in _strings(stand) if _KEBAB.fullmatch(text)}
    return Named(named, frozenset(every), frozenset(keys))


def spoken(tree: ast.AST) -> Iterator[str]:
    """The wording keys that a program says."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SPEAKERS and node.args:
            yield from _keys_in(node.args[0])


def _keys_in(node: ast.expr) -> Iterator[str]:
    """Keys of an expression: a literal, an f-string, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _keys_in(node.body)
        yield from _keys_in(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def _where_rules_stand(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("rule", "rules"):
            yield node.value
        elif isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and _names_rules(node):
            yield node.value


def _decided(tree: ast.AST) -> Iterator[ast.AST]:
    """In the core: what functions of plain strings return, and the members of string enumerations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) in _PLAIN:
            yield from (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return) and inner.value is not None)
        elif isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
            yield from (inner.value for inner in node.body if isinstance(inner, ast.Assign))


def _of_call(node: ast.Call) -> Iterable[ast.AST]:
    called = node.func
    if isinstance(called, ast.Name) and called.id in _VALUES_BEFORE_RULES:
        return node.args[_VALUES_BEFORE_RULES[called.id] :]
    if isinstance(called, ast.Attribute) and called.attr in _ADDED_BY and _is_rules(called.value):
        return node.args
    return ()


def _names_rules(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(_is_rules(target) for target in targets)


def _is_rules(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id.lower().rpartition("_")[2] in ("rule", "rules")


def _strings(trees: Iterable[ast.AST]) -> Iterator[str]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
