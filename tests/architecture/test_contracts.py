"""Who may import whom: the contracts hold, and every one of them bites."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.architecture.plants import FLOORS, PLANTS
from tests.architecture.tree import ROOMS, ROOT, sources

CONTRACTS = ROOT / ".importlinter"
PURE = frozenset({"__future__", "collections", "dataclasses", "datetime", "enum", "functools", "itertools", "math", "typing"})
"""All that the core may import from outside itself."""


def lint(house: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What the linter says of a house, in a process of its own and on lines wide enough to be read."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo", "--no-cache"]
    environment = {**os.environ, "COLUMNS": "500", "NO_COLOR": "1", "PYTHONPATH": ""}
    return subprocess.run([*command, *options], cwd=house, env=environment, text=True, capture_output=True, timeout=120, check=False)


def contract_ids() -> dict[str, str]:
    """Each contract's id and name, as the file gives them."""
    parser = ConfigParser()
    parser.read_string(CONTRACTS.read_text("utf-8"))
    prefix = "importlinter:contract:"
    return {section.removeprefix(prefix): parser[section]["name"] for section in parser.sections() if section.startswith(prefix)}


@pytest.fixture
def copied_house(tmp_path: Path) -> Path:
    """The contracts and the Python files alone, where faults can be planted."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=_all_but_python)
    shutil.copy(CONTRACTS, tmp_path)
    return tmp_path


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "__pycache__" or not (name.endswith(".py") or Path(folder, name).is_dir())}


def test_the_house_keeps_its_contracts() -> None:
    said = lint(ROOT)
    assert said.returncode == 0, said.stdout
    assert f"Contracts: {len(contract_ids())} kept, 0 broken." in said.stdout


@pytest.mark.parametrize("contract", PLANTS)
def test_a_contract_breaks_on_every_import_it_forbids(contract: str, copied_house: Path) -> None:
    for plant in PLANTS[contract]:
        plant.sow(copied_house)
    said = lint(copied_house, "--contract", contract)
    assert said.returncode == 1, said.stdout
    assert f"{contract_ids()[contract]} BROKEN" in said.stdout
    assert [plant.seen for plant in PLANTS[contract] if plant.seen not in said.stdout] == [], said.stdout


def test_no_contract_lacks_a_plant() -> None:
    assert contract_ids().keys() == PLANTS.keys()
    assert all(PLANTS.values())


def test_every_outside_name_that_a_contract_forbids_is_planted() -> None:
    parser = ConfigParser()
    parser.read_string(CONTRACTS.read_text("utf-8"))
    for contract, plants in PLANTS.items():
        section = parser[f"importlinter:contract:{contract}"]
        forbidden = {name for name in section.get("forbidden_modules", "").split() if not name.startswith("bot")}
        planted = {plant.line.removeprefix("import ") for plant in plants}
        assert forbidden <= planted, contract


def test_a_floor_that_stands_is_not_optional() -> None:
    rooms = [room for floor in FLOORS for room in floor]
    standing = {room for room in rooms if (ROOT / room.replace(".", "/")).exists() or (ROOT / f"{room.replace('.', '/')}.py").exists()}
    optional = {room for room in rooms if f"({room.removeprefix('bot.')})" in CONTRACTS.read_text("utf-8")}
    assert standing
    assert standing & optional == set()


def outside_imports(tree: ast.Module) -> set[str]:
    """The top-level names that a file imports, at whatever depth of the file."""
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | named if not name.startswith("bot.core")}


def test_the_core_imports_only_what_has_no_effect() -> None:
    core = [each for each in sources("bot") if each.path.startswith("bot/core/")]
    assert core
    assert {each.path: beyond for each in core if (beyond := outside_imports(each.tree) - PURE)} == {}


@pytest.mark.parametrize(
    "line", ["import zoneinfo", "from os.path import join", "def f():\n    import http.client", "from bot.ports import Unit"]
)
def test_an_import_beyond_the_pure_ones_is_seen(line: str) -> None:
    assert outside_imports(ast.parse(line)) - PURE
