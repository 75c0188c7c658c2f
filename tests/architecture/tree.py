"""The house as its walls see it: its Python files, parsed, and its texts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROOMS = ("bot", "storage")
"""What is installed and run."""

EVERYWHERE = ("bot", "storage", "tests", "benchmarks")
"""Every place that may hold Python."""


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it stands (from the root, with forward slashes), its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


def source(path: str, text: str) -> Source:
    """A parsed file. Tests plant faults with it, without a file on disk."""
    return Source(path, text, ast.parse(text))


def sources(*rooms: str) -> tuple[Source, ...]:
    """Every Python file of the rooms, in a stable order. Raises when a room that must exist holds none."""
    found = tuple(source(_name(path), path.read_text("utf-8")) for room in rooms for path in sorted((ROOT / room).rglob("*.py")))
    missing = [room for room in rooms if room in ROOMS and not any(each.path.startswith(f"{room}/") for each in found)]
    if missing:
        raise LookupError(f"no Python file under {missing}: the walls would be looking at nothing")
    return found


_TEXTS = frozenset(
    {".py", ".md", ".yaml", ".yml", ".toml", ".sh", ".txt", ".ini", ".mako", ".jsonl", ".json", ".cfg", ".example", ".service"}
)
_NAMED_TEXTS = frozenset({"Makefile", "Dockerfile", ".gitignore", ".importlinter", ".dockerignore"})
_SCRIPTS = (".ci/", "deploy/")
_NOT_OURS = frozenset({".git", ".venv", ".fuzz", ".knowledge", "data", "build", "dist", "__pycache__", "node_modules"})


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the project by its place: code, knowledge, papers, scripts; not what tools leave behind."""
    for path in _walk(ROOT):
        if path.suffix in _TEXTS or path.name in _NAMED_TEXTS or _name(path).startswith(_SCRIPTS):
            yield _name(path), path.read_text("utf-8")


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in _NOT_OURS and not path.name.endswith(("_cache", ".egg-info", ".hypothesis")):
                yield from _walk(path)
        elif path.name != ".env":
            yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
