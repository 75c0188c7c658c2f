"""The two commands of the README, and what continuous integration does with them on a machine that has nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

CI = ROOT / ".ci" / "run"
VENV = ROOT / "deploy" / "install-venv.sh"


def commands_of(markdown: str) -> set[str]:
    """Every line of every fenced block, without a prompt and without what a comment adds."""
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    return {line.split("#")[0].removeprefix("$ ").strip() for block in blocks for line in block.splitlines()}


def last_command(script: str) -> str:
    """What a shell script hands over to in the end."""
    return [line.strip() for line in script.splitlines() if line.strip() and not line.startswith("#")][-1].removeprefix("exec ")


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    assert last_command(CI.read_text("utf-8")) == "make check"
    assert {"make run", "make test", "make check"} <= commands_of((ROOT / "README.md").read_text("utf-8"))


def test_a_readme_without_the_command_would_be_seen() -> None:
    assert commands_of("Call `make check`.\n```sh\n$ make test  # slow\n```\n") == {"make test"}


def test_the_scripts_may_be_executed() -> None:
    assert [script for script in (CI, VENV) if not script.stat().st_mode & 0o111] == []


def test_no_command_names_where_packages_come_from() -> None:
    read = [CI, VENV, ROOT / "Makefile", *sorted((ROOT / "requirements").glob("*.txt"))]
    assert len(read) >= 5
    assert [each.name for each in read if _names_a_registry(each.read_text("utf-8"))] == []


def _names_a_registry(text: str) -> bool:
    return bool(re.search(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host", text))


@pytest.mark.parametrize("line", ["pip install --index-url x", "# from https://registry.example", "--extra-index-url=x"])
def test_a_named_registry_is_seen(line: str) -> None:
    assert _names_a_registry(line)


def machine(tmp_path: Path, *, user: int, without: tuple[str, ...] = ()) -> Path:
    """A machine with almost nothing on it: its programs note how they were called, in `calls`."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "sh", "dirname"):
        (programs / name).symlink_to(shutil.which(name) or name)
    noted = {"make": "$PYTHON", "apt-get": "$DEBIAN_FRONTEND"}
    for name, shown in noted.items():
        if name not in without:
            _program(programs / name, f'echo "{name} $* {shown} in $PWD" >> "{tmp_path}/calls"')
    _program(programs / "id", f"echo {user}")
    if "python3" not in without:
        (programs / "python3").symlink_to(sys.executable)
    return programs


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    path.chmod(0o755)


def run(script: Path, programs: Path, **environment: str) -> tuple[int, str, list[str]]:
    """The exit code, what was said to the person, and what was called."""
    done = subprocess.run(
        [script], env={"PATH": str(programs), **environment}, cwd="/", text=True, capture_output=True, timeout=60, check=False
    )
    calls = programs.parent / "calls"
    return done.returncode, done.stderr, calls.read_text("utf-8").splitlines() if calls.exists() else []


def test_on_a_machine_that_has_everything_only_the_test_command_runs(tmp_path: Path) -> None:
    assert run(CI, machine(tmp_path, user=1000)) == (0, "", [f"make check python3 in {ROOT}"])


def test_the_interpreter_asked_for_is_the_one_that_make_gets(tmp_path: Path) -> None:
    *_, calls = run(CI, machine(tmp_path, user=1000), PYTHON=sys.executable)
    assert calls == [f"make check {sys.executable} in {ROOT}"]


def test_root_gets_what_is_missing_installed(tmp_path: Path) -> None:
    _, _, calls = run(CI, machine(tmp_path, user=0, without=("make", "python3")))
    assert [call.split(" noninteractive")[0] for call in calls] == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends make python3",
    ]


@pytest.mark.parametrize(("user", "without"), [(1000, ("make",)), (0, ("make", "apt-get"))])
def test_whoever_cannot_install_is_told_in_one_sentence_what_to_install(tmp_path: Path, user: int, without: tuple[str, ...]) -> None:
    code, said, calls = run(CI, machine(tmp_path, user=user, without=without))
    assert (code, calls) == (1, [])
    assert said.startswith("Palier's checks need make: install")
    assert said.count("\n") == 1


def test_root_gets_the_missing_part_of_python_installed(tmp_path: Path) -> None:
    code, _, calls = run(VENV, machine(tmp_path, user=0))
    assert code == 0
    assert f"install -y -qq --no-install-recommends python3.{sys.version_info.minor}-venv" in calls[1]


def test_whoever_cannot_install_it_is_told_its_name(tmp_path: Path) -> None:
    code, said, calls = run(VENV, machine(tmp_path, user=1000))
    assert (code, calls) == (1, [])
    assert f"install python3.{sys.version_info.minor}-venv with" in said
