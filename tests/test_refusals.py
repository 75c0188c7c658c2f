"""A letter that one account refuses for good is tried on the reader's others before it is buried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.person import Person
from bot.messages import Account
from tests.posts import Platform, Post, post_office, texts


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """An empty post office."""
    with post_office(tmp_path) as opened:
        yield opened


def link(post: Post, person: Person, name: str, *, platform: str) -> None:
    """Another account of somebody's, from which they have not written yet."""
    post.person(name, platform=platform)
    post.store.run_now(lambda unit: unit.people.link(Account(platform, name), person.id, post.clock.now()))


@pytest.mark.parametrize("processes", [1, 2])
async def test_what_one_platform_refuses_for_good_goes_to_the_readers_other_account_before_it_is_buried(post: Post, processes: int) -> None:
    patient = post.person("patient")
    link(post, patient, "elsewhere", platform="two")
    post.person("keeper", moderator=True)
    one, two = Platform(refuses={"patient": True}), Platform("two")
    postmen = [post.postman(one, two)] if processes == 1 else [post.postman(one), post.postman(two)]
    post.letter(patient, "It is 8:00", kind="reminder")
    for _ in range(2):
        for postman in postmen:
            await postman.deliver()
    assert (texts(one), texts(two)) == ([], ["It is 8:00"])
    post.letter(patient, "It is 13:00", kind="reminder")
    await postmen[-1].deliver()
    assert texts(two)[1:] == ["It is 13:00"], "what refused is not asked first again"


@pytest.mark.parametrize("processes", [1, 2])
async def test_what_every_account_of_its_reader_refuses_is_buried_at_once_and_told(post: Post, processes: int) -> None:
    patient = post.person("patient")
    link(post, patient, "elsewhere", platform="two")
    post.person("keeper", moderator=True)
    one, two = Platform(refuses={"patient": True}), Platform("two", refuses={"elsewhere": True})
    postmen = [post.postman(one, two)] if processes == 1 else [post.postman(one), post.postman(two)]
    post.letter(patient, "It is 8:00", kind="reminder")
    for _ in range(4):
        for postman in postmen:
            await postman.deliver()
    assert post.kept(patient, "It is 8:00")["dead_at"] is not None
    assert ["could not be delivered" in text for text in texts(one)] == [True]
