"""A file that fails under the whole house: full, read-only, locked. What was acknowledged is kept, and danger is answered."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from pathlib import Path
from socket import create_server

import aiohttp
import pytest

from bot.adapters.story import VirtualClock
from bot.app import open_house, read_settings, serve_health
from bot.settings import override
from storage.store import StorageUnavailable
from tests.houses import START, minds
from tests.storage import trouble
from tests.storage.law_of_faults import DANGER, intakes, is_noted, live_through, settle, to
from tests.storage.trouble import Home, house_at, ordinary_user

ENGINES = ("sqlite",)


@pytest.mark.parametrize(
    "fault", [trouble.no_page_left, trouble.no_byte_left, trouble.only_read, trouble.held_by_another], ids=lambda fault: fault.__name__
)
async def test_a_file_that_fails_loses_nothing_and_silences_nobody(
    url: str, fault: Callable[[Home, None], AbstractContextManager[None]]
) -> None:
    async with house_at(url) as home:
        await live_through(home, fault(home, None), total=fault is not trouble.no_page_left)


async def test_a_lock_that_is_short_is_waited_for_and_noticed_by_nobody(url: str) -> None:
    async with house_at(url, patience_s=5) as home:
        await settle(home)
        for name, text in (("later", "took 20 mg at 7am"), ("endangered", DANGER)):
            with ExitStack() as held:
                held.enter_context(trouble.held_by_another(home, None))
                letting_go = asyncio.get_running_loop().call_later(0.3, held.pop_all().close)
                said = await home.rig.says(name, text)
                letting_go.cancel()
            assert to(name, said)
        assert is_noted(home, "later")
        assert len(await intakes(home, "later")) == 1
        assert [message.kind for message in to("keeper", said)] == ["case"]


async def health_of(home: Home) -> int:
    """What the endpoint answers."""
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with AsyncExitStack() as stack:
        await serve_health(home.rig.house, override(read_settings(), {"health_port": port}), stack)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/health") as answer:
            return answer.status


@pytest.mark.parametrize("fault", [trouble.no_byte_left, trouble.only_read, trouble.held_by_another], ids=lambda fault: fault.__name__)
async def test_a_process_that_cannot_write_is_not_called_healthy(
    url: str, fault: Callable[[Home, None], AbstractContextManager[None]]
) -> None:
    async with house_at(url) as home:
        assert await health_of(home) == 200
        with fault(home, None):
            assert await health_of(home) == 503
        assert await health_of(home) == 200


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that everybody may enter, and only its owner may write in."""
    with tempfile.TemporaryDirectory(prefix="palier-read-only-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


async def test_a_file_that_is_read_only_from_the_start_stops_the_start_with_one_sentence(url: str, shared_folder: Path) -> None:
    for name in ("palier.db", "palier.key"):
        if (there := Path(url.removeprefix("sqlite:///")).with_name(name)).exists():
            shutil.copy(there, shared_folder)
    settings = override(read_settings(), {"database_url": f"sqlite:///{shared_folder}/palier.db"})

    async def start() -> None:
        async with open_house(settings, clock=VirtualClock(START), senders=[], minds=minds()):
            pass

    await start()
    for file in shared_folder.iterdir():
        file.chmod(0o444)
    shared_folder.chmod(0o555)
    with ordinary_user(), pytest.raises(StorageUnavailable, match=r"^[^\n]* cannot be (opened|used): [^\n]+$"):
        await start()
    shared_folder.chmod(0o755)
    for file in shared_folder.iterdir():
        file.chmod(0o644)
    await start()
