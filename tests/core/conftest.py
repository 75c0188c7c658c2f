"""The machine stands in another zone than anybody in these tests: a forgotten zone is seen at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

FAR_AWAY = "Pacific/Auckland"


@pytest.fixture(scope="package", autouse=True)
def machine_far_away() -> Iterator[None]:
    """Set the zone of the process for the tests of the core, and put it back."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = FAR_AWAY
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
