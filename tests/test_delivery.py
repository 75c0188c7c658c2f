"""The postman: said once, nobody held up by anybody, and no dead letter in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.core.levels import Level
from bot.core.person import Person
from bot.delivery import BATCH, GIVE_UP_AFTER, JudgeAgain
from bot.messages import Account, Kind, Reply, Words
from bot.ports import Store, Unit
from tests.posts import FullDisk, Platform, Post, T, post_office, texts


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """An empty post office."""
    with post_office(tmp_path) as opened:
        yield opened


# --- Sent, then marked ---


async def test_what_cannot_be_marked_is_not_said_again_and_holds_nothing_up(post: Post) -> None:
    patient, keeper = post.person("patient"), post.person("keeper", moderator=True)
    post.letter(patient, "call 999", urgent=True)
    post.letter(keeper, "case 1", kind="case", urgent=True)
    one, disk = Platform(), FullDisk(post.store)
    postman = post.postman(one, store=disk)
    for _ in range(3):
        await postman.deliver()
    assert texts(one) == ["call 999", "case 1"]
    disk.full = False
    await postman.deliver()
    assert texts(one) == ["call 999", "case 1"]
    assert post.kept(patient, "call 999")["sent_at"] is not None
    assert post.kept(keeper, "case 1")["sent_at"] is not None


async def test_a_crowd_whose_marks_fail_comes_to_an_end(post: Post) -> None:
    patient = post.person("patient")
    for number in range(BATCH + 5):
        post.letter(patient, f"{number:03}")
    one = Platform()
    await post.postman(one, store=FullDisk(post.store)).deliver()
    assert texts(one) == [f"{number:03}" for number in range(BATCH + 5)]


async def test_a_refusal_that_cannot_be_kept_waits_in_memory(post: Post) -> None:
    patient, other = post.person("patient"), post.person("other")
    post.letter(patient, "a", urgent=True)
    post.letter(other, "b")
    one, failing = Platform(refuses={"patient": False}), NoNotes(post.store)
    postman = post.postman(one, store=failing)
    await asyncio.wait_for(postman.deliver(), 5)
    assert texts(one) == ["b"]
    failing.on, one.refuses = False, {}
    await postman.deliver()
    assert texts(one) == ["b"], "it waits a little"
    post.later(seconds=6)
    await postman.deliver()
    assert texts(one) == ["b", "a"]


@dataclass
class NoNotes:
    """A store that cannot keep that something was refused."""

    inner: Store
    on: bool = True

    async def run(self, work: Callable[[Unit], T]) -> T:
        """As the store beneath, but for work that notes a failure."""
        if self.on and "_failed" in getattr(work, "__qualname__", ""):
            raise OSError("no space left on device")
        return await self.inner.run(work)


# --- Nobody holds up anybody ---


async def test_a_platform_that_hangs_is_given_up_and_tried_again(post: Post) -> None:
    patient, other = post.person("patient"), post.person("other")
    post.letter(patient, "a", urgent=True)
    post.letter(other, "b")
    one = Platform(hangs_on=["patient"])
    postman = post.postman(one)
    await asyncio.wait_for(postman.deliver(), 5)
    assert post.kept(patient, "a")["attempts"] == 1
    post.later(seconds=6)
    one.hangs_on = ()
    await postman.deliver()
    assert sorted(texts(one)) == ["a", "b"]


async def test_a_platform_that_hangs_holds_up_no_other(post: Post) -> None:
    stuck, well = post.person("stuck"), post.person("well", platform="two")
    for number in range(20):
        post.letter(stuck, f"a{number}", urgent=True)
    post.letter(well, "b")
    one, two = Platform(hangs_on=["stuck"]), Platform("two")
    postman = post.postman(one, two)
    await asyncio.wait_for(asyncio.gather(*(postman.deliver() for _ in range(10))), 5)
    assert texts(two) == ["b"]
    attempts = sum(int(str(post.kept(stuck, f"a{number}")["attempts"])) for number in range(20))
    assert attempts == 1, "it rests after it did not answer: whoever waits behind does not wait in turn"


async def test_the_crowd_of_one_platform_does_not_starve_anothers_urgent_letter(post: Post) -> None:
    many, one_person = post.person("many"), post.person("one", platform="two")
    for number in range(3 * BATCH):
        post.letter(many, f"a{number}")
    post.letter(one_person, "call 999", urgent=True)
    order: list[str] = []
    await post.postman(Platform(notes=order), Platform("two", notes=order)).deliver()
    assert order.count("one") == 3 * BATCH
    assert order.index("two") < BATCH


async def test_a_file_that_cannot_be_made_holds_up_nothing_else(post: Post) -> None:
    patient = post.person("patient")
    post.letter(patient, "with a bad file", source="bad", urgent=True)
    post.letter(patient, "with a good file", source="good")
    post.letter(patient, "without")
    one = Platform()
    await post.postman(one).deliver()
    assert texts(one) == ["with a good file", "without"]
    kept = post.kept(patient, "with a bad file")
    assert (kept["attempts"], kept["last_error"], kept["sent_at"]) == (1, "KeyError", None)


async def test_the_last_resort_does_not_wait_for_ever(post: Post) -> None:
    patient = post.person("patient")
    reply = Reply(to=patient.id, words=(Words("text", {"text": "call 999"}),))
    postman = post.postman(Platform(hangs_on=["patient"]))
    straight = postman.straight(reply, Account("one", "patient"), key="k", person=patient)
    assert await asyncio.wait_for(straight, 5) is False


# --- Judged again just before it is sent ---


def judge_that_says(verdict: Reply | None) -> Mapping[str, JudgeAgain]:
    """A judge of reminders with one answer."""
    return {"reminder": lambda unit, person, row: verdict}


async def test_a_reminder_overtaken_by_what_happened_is_not_sent_and_leaves_a_trace(post: Post) -> None:
    patient = post.person("patient")
    post.letter(patient, "It is 8:00", kind="reminder")
    post.letter(patient, "hello")
    one = Platform()
    postman = post.postman(one, judge_again=judge_that_says(None))
    await postman.deliver()
    assert texts(one) == ["hello"], "only the kinds that are judged are judged"
    kept = post.kept(patient, "It is 8:00")
    assert kept["sent_at"] is None
    assert kept["dead_at"] is not None
    assert str(kept["last_error"]).startswith("dropped: ")
    await postman.deliver()
    assert texts(one) == ["hello"]


async def test_a_reminder_judged_anew_says_what_is_right_now(post: Post) -> None:
    patient = post.person("patient")
    post.letter(patient, "It is 8:00", kind="reminder")
    instead = Reply(to=patient.id, words=(Words("text", {"text": "How are you?"}),), kind="check_in")
    one = Platform()
    await post.postman(one, judge_again=judge_that_says(instead)).deliver()
    assert [(message.text, message.kind, message.key) for message in one.taken] == [("How are you?", "check_in", "It is 8:00")]
    assert post.kept(patient, "It is 8:00")["sent_at"] is not None


async def test_a_reminder_is_judged_again_at_every_attempt(post: Post) -> None:
    patient = post.person("patient")
    post.letter(patient, "It is 8:00", kind="reminder")
    one, seen = Platform(refuses={"patient": False}), list[datetime]()

    def judge(unit: Unit, person: Person, row: object) -> Reply | None:
        seen.append(post.clock.now())
        return None if len(seen) > 1 else Reply(to=person.id, words=(Words("text", {"text": "8:00"}),), kind="reminder")

    postman = post.postman(one, judge_again={"reminder": judge})
    await postman.deliver()
    one.refuses = {}
    post.later(minutes=3)
    await postman.deliver()
    assert len(seen) == 2
    assert one.taken == []


async def test_a_judge_that_fails_sends_nothing_unjudged_and_holds_nothing_up(post: Post) -> None:
    patient = post.person("patient")
    post.letter(patient, "It is 8:00", kind="reminder", urgent=True)
    post.letter(patient, "hello")
    one = Platform()

    def judge(unit: Unit, person: Person, row: object) -> Reply | None:
        raise KeyError("slot")

    await post.postman(one, judge_again={"reminder": judge}).deliver()
    assert texts(one) == ["hello"]
    assert post.kept(patient, "It is 8:00")["attempts"] == 1


# --- Dead letters ---


def exported(person_id: int, unit: Unit) -> dict[str, Any]:
    """Everything stored about a person."""
    return unit.people.export(person_id)


async def test_a_card_that_a_moderator_can_never_be_given_goes_to_all_the_others(post: Post) -> None:
    blocked = post.person("blocked", moderator=True)
    post.person("asleep", moderator=True, on_duty=False)
    post.letter(blocked, "case 1", kind="case", level=Level.emergency)
    one = Platform(refuses={"blocked": True})
    await post.postman(one).deliver()
    (card,) = one.taken
    assert (card.account.id, card.kind) == ("asleep", "case")
    assert "can no longer be reached" in card.text
    assert "case 1" in card.text


async def test_cards_that_nobody_can_be_given_come_to_an_end(post: Post) -> None:
    names = ("first", "second", "third")
    moderators = [post.person(name, moderator=True) for name in names]
    post.letter(moderators[0], "case 1", kind="alert", level=Level.emergency)
    one = Platform(refuses=dict.fromkeys(names, True))
    await asyncio.wait_for(post.postman(one).deliver(), 5)
    everything = [post.store.run_now(partial(exported, m.id)) for m in moderators]
    rows = [row for each in everything for row in each["outbox"]]
    assert len(rows) == 3
    assert all(row["dead_at"] for row in rows)


@pytest.mark.parametrize(
    ("kind", "level", "told"), [("reminder", Level.none, True), ("notice", Level.urgent, True), ("reply", Level.none, False)]
)
async def test_what_never_reached_a_person_is_told_when_it_mattered(post: Post, kind: Kind, level: Level, told: bool) -> None:
    patient = post.person("patient")
    post.person("keeper", moderator=True)
    post.letter(patient, "something", kind=kind, level=level)
    one = Platform(refuses={"patient": True})
    await post.postman(one).deliver()
    assert ["could not be delivered" in text for text in texts(one)] == [True] * told


async def test_what_is_refused_again_and_again_ends_as_a_dead_letter(post: Post) -> None:
    patient = post.person("patient")
    post.person("keeper", moderator=True)
    post.letter(patient, "It is 8:00", kind="reminder")
    one = Platform(refuses={"patient": False})
    postman = post.postman(one)
    for _ in range(GIVE_UP_AFTER):
        assert one.taken == []
        await postman.deliver()
        post.later(minutes=11)
    await postman.deliver()
    assert len(one.taken) == 1
    assert post.kept(patient, "It is 8:00")["dead_at"] is not None
