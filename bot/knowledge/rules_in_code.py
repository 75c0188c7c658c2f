"""Which rule ids the program names, read from its source: an id that the knowledge does not hold would explain nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ADDED_BY = frozenset({"append", "extend", "add"})
# How many leading arguments of a decision are not rules: Allowed(value, rules), Alarm(level, rules), Withheld(rules).
_VALUES_BEFORE_RULES = {"Allowed": 1, "Alarm": 1, "Withheld": 0}


def rules_in_code(code: Path) -> tuple[dict[str, str], frozenset[str]]:
    """Read every Python file under `code`.

    Returns the kebab-case strings that stand where rules are named, each with the file that names it, and every string at all
    (so that an id kept in a table still counts as used). A name in a shape that is not looked for escapes the first.
    """
    named: dict[str, str] = {}
    every: set[str] = set()
    for file in sorted(code.rglob("*.py")):
        place = f"{code.name}/{file.relative_to(code).as_posix()}"
        tree = ast.parse(file.read_text(encoding="utf-8"), filename=place)
        every |= set(_strings([tree]))
        named |= {text: place for text in _strings(_where_rules_stand(tree)) if _KEBAB.fullmatch(text)}
    return named, frozenset(every)


def _where_rules_stand(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("rule", "rules"):
            yield node.value
        elif isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and _names_rules(node):
            yield node.value


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
