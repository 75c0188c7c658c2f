"""What every test relies on without saying so: no network, no warning let pass, a search that repeats itself."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable

import pytest
from hypothesis import settings
from pytest_socket import SocketConnectBlockedError

from tests.architecture.tree import ROOT
from tests.conftest import ReachedOutsideError

ELSEWHERE = "192.0.2.1"
"""An address that the standards keep for documentation: nobody ever answers there (RFC 5737)."""

REFUSED = (SocketConnectBlockedError, ReachedOutsideError, UserWarning)
"""pytest-socket warns before it raises, and a warning is an error here."""


def test_a_connection_to_another_machine_is_refused_before_it_leaves() -> None:
    with socket.socket() as plug, pytest.raises(REFUSED, match=ELSEWHERE):
        plug.connect((ELSEWHERE, 80))


def test_an_asynchronous_connection_is_refused_as_well() -> None:
    with pytest.raises(REFUSED, match=ELSEWHERE):
        asyncio.run(_open_elsewhere())


async def _open_elsewhere() -> None:
    await asyncio.open_connection(ELSEWHERE, 80)


def _look_up() -> None:
    socket.getaddrinfo("example.org", 80)


def _send_a_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        plug.sendto(b"?", (ELSEWHERE, 53))


def _connect_quietly() -> None:
    with socket.socket() as plug:
        plug.connect_ex((ELSEWHERE, 80))


@pytest.mark.parametrize("reach", [_look_up, _send_a_datagram, _connect_quietly])
def test_no_other_way_out_is_open(reach: Callable[[], None]) -> None:
    with pytest.raises(ReachedOutsideError):
        reach()


def test_this_machine_may_be_spoken_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = threading.Thread(target=lambda: socket.create_connection(server.getsockname()).close())
        caller.start()
        connection, (host, _) = server.accept()
        connection.close()
        caller.join()
    assert host == "127.0.0.1"


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning, match="an old way"):
        warnings.warn("an old way", DeprecationWarning, stacklevel=1)


def test_a_test_that_leaks_a_warning_fails(pytestconfig: pytest.Config) -> None:
    assert "error" in pytestconfig.getini("filterwarnings")
    with pytest.raises(UserWarning, match="leaked"):
        warnings.warn("leaked", stacklevel=1)


PROFILES = {"ci": (True, 100), "thorough": (False, 3000)}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_searches_as_it_says(profile: str) -> None:
    chosen = settings.get_profile(profile)
    assert (chosen.derandomize, chosen.max_examples) == PROFILES[profile]
    assert chosen.deadline is None


@pytest.mark.parametrize(("asked", "examples"), [(None, "100"), ("ci", "100"), ("thorough", "3000")])
def test_the_environment_chooses_the_profile(asked: str | None, examples: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "HYPOTHESIS_PROFILE"}
    environment = kept if asked is None else {**kept, "HYPOTHESIS_PROFILE": asked}
    question = "import sys, tests.conftest, hypothesis; sys.stdout.write(str(hypothesis.settings().max_examples))"
    answer = subprocess.run(
        [sys.executable, "-c", question], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stdout == examples
