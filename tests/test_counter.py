"""Letters of different chats leave side by side, each chat's own in order, and none is sent twice or held up by another chat."""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Count
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.person import Person
from bot.counter import AT_ONCE, CROWD, FIRST_RETRY, KEPT_FREE
from bot.delivery import BATCH, LINGER_S, Postman
from bot.messages import Account, Reply, Urgency, Words
from bot.ports import Outgoing, SendFailed
from bot.posting import Posted
from tests.posts import Post, post_office


@dataclass
class Doors:
    """A platform whose chats open when they are told to. It notes who is being served at the same time."""

    shut: set[str] = field(default_factory=set)
    refuses: dict[str, bool] = field(default_factory=dict)
    refuses_once: bool = False
    platform: str = "one"
    taken: list[tuple[str, str]] = field(default_factory=list)
    inside: Count[str] = field(default_factory=Count)
    most: int = 0
    most_of_one: int = 0
    before_taking: Callable[[], float] = lambda: 0.0

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Wait for the chat to open, then take it, or refuse it (for good when the value is True)."""
        chat = message.account.id
        self.inside[chat] += 1
        self.most, self.most_of_one = max(self.most, self.inside.total()), max(self.most_of_one, self.inside[chat])
        try:
            while chat in self.shut:
                await asyncio.sleep(0.002)
            await asyncio.sleep(self.before_taking())
            if chat in self.refuses:
                raise SendFailed("refused", permanent=self.refuses.pop(chat) if self.refuses_once else self.refuses[chat])
            self.taken.append((chat, message.text))
        finally:
            self.inside[chat] -= 1

    def of(self, chat: str) -> list[str]:
        """What one chat was given, in order."""
        return [text for who, text in self.taken if who == chat]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Post]:
    """An empty post office."""
    with post_office(tmp_path) as opened:
        yield opened


def postman(office: Post, doors: Doors, *, patience: float = 20) -> Postman:
    """One who waits as long as the real one."""
    return Postman(store=office.store, clock=office.clock, senders=[doors], make_file={}, patience=timedelta(seconds=patience))


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to come true. Raises TimeoutError when it never does."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.002)


async def test_a_chat_that_waits_does_not_delay_another_chats_alarm(office: Post) -> None:
    slow, other = office.person("slow"), office.person("other")
    for number in range(3):
        office.letter(slow, f"a{number}")
    doors = Doors(shut={"slow"})
    sender = postman(office, doors)
    first = asyncio.create_task(sender.deliver())
    await until(lambda: doors.inside["slow"] == 1)
    office.letter(other, "call 999", urgent=True)
    second = asyncio.create_task(sender.deliver())
    await until(lambda: doors.of("other") == ["call 999"])
    assert doors.taken == [("other", "call 999")]
    doors.shut.clear()
    await asyncio.gather(first, second)
    assert doors.of("slow") == ["a0", "a1", "a2"]


async def test_what_is_urgent_finds_a_window_although_many_chats_wait(office: Post) -> None:
    names = [f"slow{number}" for number in range(2 * AT_ONCE)]
    for name in names:
        office.letter(office.person(name), name)
    doors = Doors(shut=set(names))
    sender = postman(office, doors)
    first = asyncio.create_task(sender.deliver())
    await until(lambda: doors.inside.total() == AT_ONCE - KEPT_FREE)
    office.letter(office.person("late"), "hello")
    office.letter(office.person("alarmed"), "call 999", urgent=True)
    second = asyncio.create_task(sender.deliver())
    await until(lambda: doors.of("alarmed") == ["call 999"])
    assert doors.of("late") == []
    doors.shut.clear()
    await asyncio.gather(first, second)
    assert len(doors.taken) == len(names) + 2


async def test_what_is_urgent_overtakes_what_waits_in_its_own_chat(office: Post) -> None:
    someone = office.person("someone")
    office.letter(someone, "first")
    office.letter(someone, "second")
    doors = Doors(shut={"someone"})
    sender = postman(office, doors)
    calls = [asyncio.create_task(sender.deliver())]
    await until(lambda: doors.inside["someone"] == 1)
    office.letter(someone, "call 999", urgent=True)
    calls.append(asyncio.create_task(sender.deliver()))
    await until(lambda: len(sender._counters["one"].holding) == 3)
    doors.shut.clear()
    await asyncio.gather(*calls)
    assert doors.of("someone") == ["first", "call 999", "second"]


async def test_a_clock_that_is_put_back_sends_nothing_twice(office: Post) -> None:
    someone = office.person("someone")
    office.letter(someone, "a")
    office.letter(someone, "b")
    doors = Doors(shut={"someone"})
    sender = postman(office, doors)
    first = asyncio.create_task(sender.deliver())
    await until(lambda: doors.inside["someone"] == 1)
    office.clock.at -= timedelta(hours=1)
    second = asyncio.create_task(sender.deliver())
    await asyncio.sleep(0.05)
    doors.shut.clear()
    await asyncio.gather(first, second)
    assert doors.of("someone") == ["a", "b"]


async def test_at_most_so_many_letters_are_on_their_way_and_one_of_each_chat(office: Post) -> None:
    for number in range(30):
        someone = office.person(f"{number}")
        for letter in range(3):
            office.letter(someone, f"{number}:{letter}", urgent=number % 2 == 0)
    doors = Doors(before_taking=lambda: 0.003)
    await postman(office, doors).deliver()
    assert len(doors.taken) == 90
    assert doors.most == AT_ONCE
    assert doors.most_of_one == 1


@pytest.mark.parametrize("seed", range(6))
async def test_each_letter_is_sent_once_and_each_chats_in_order_whatever_the_pace(office: Post, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same pace in every run
    people = [office.person(f"{number}") for number in range(12)]
    written: dict[str, list[str]] = defaultdict(list)
    doors = Doors()

    def pace() -> float:
        office.later(seconds=chance.choice((0, 0, 1, 4)))  # claims run out while letters wait
        return chance.choice((0, 0.001, 0.004))

    def write(count: int) -> None:
        for number in range(count):
            someone = chance.choice(people)
            key = f"{someone.id}:{number}:{chance.random()}"
            office.letter(someone, key)
            written[str(people.index(someone))].append(key)

    doors.before_taking = pace
    sender = postman(office, doors)
    write(60)
    calls = [asyncio.create_task(sender.deliver()) for _ in range(3)]
    await asyncio.sleep(0.01)
    write(20)
    await asyncio.gather(*calls, sender.deliver())
    while len(doors.taken) < 80:
        await sender.deliver()
    assert {chat: doors.of(chat) for chat in written} == written


async def test_a_chat_that_refuses_stops_no_other(office: Post) -> None:
    gone, away, well = (office.person(name) for name in ("gone", "away", "well"))
    for number in range(4):
        for someone in (gone, away, well):
            office.letter(someone, f"{someone.id}:{number}")
    doors = Doors(refuses={"gone": True, "away": False})
    await postman(office, doors).deliver()
    assert doors.of("well") == [f"{well.id}:{number}" for number in range(4)]
    assert [office.kept(gone, f"{gone.id}:{number}")["dead_at"] is not None for number in range(4)] == [True] * 4
    assert [office.kept(away, f"{away.id}:{number}")["attempts"] for number in range(4)] == [1] * 4


async def test_a_chat_that_never_answers_costs_the_others_nothing_but_a_short_rest(office: Post) -> None:
    stuck, well = office.person("stuck"), office.person("well")
    office.letter(stuck, "a", urgent=True)
    office.letter(well, "b")
    doors = Doors(shut={"stuck"})
    sender = postman(office, doors, patience=0.05)
    await sender.deliver()
    assert doors.of("well") == ["b"]
    assert office.kept(stuck, "a")["attempts"] == 1
    office.letter(well, "c")
    await sender.deliver()
    assert doors.of("well") == ["b"], "the platform rests"
    office.later(seconds=FIRST_RETRY.total_seconds() + 1)
    doors.shut.clear()
    await sender.deliver()
    assert (doors.of("well"), doors.of("stuck")) == (["b", "c"], ["a"])


async def test_nobody_is_kept_by_a_chat_that_is_slow(office: Post) -> None:
    slow = office.person("slow")
    office.letter(slow, "a")
    doors = Doors(shut={"slow"})
    sender = postman(office, doors)
    await asyncio.wait_for(sender.deliver(), LINGER_S + 2)
    started = asyncio.get_running_loop().time()
    await sender.deliver()
    assert asyncio.get_running_loop().time() - started < LINGER_S / 2, "it was waited for once"
    doors.shut.clear()
    await until(lambda: office.kept(slow, "a")["sent_at"] is not None)
    await sender.deliver()
    assert doors.of("slow") == ["a"]


async def test_what_was_not_begun_is_others_to_send_when_the_process_is_told_to_stop(office: Post) -> None:
    slow, other = office.person("slow"), office.person("other")
    for number in range(3):
        office.letter(slow, f"a{number}")
    doors = Doors(shut={"slow"})
    stopped = asyncio.create_task(postman(office, doors).deliver())
    await until(lambda: doors.inside["slow"] == 1)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    doors.shut.clear()
    office.letter(other, "b")
    await postman(office, doors).deliver()
    assert (doors.of("slow"), doors.of("other")) == (["a1", "a2"], ["b"]), "the first was on its way when it stopped"
    office.later(minutes=1)
    await postman(office, doors).deliver()
    assert doors.of("slow") == ["a1", "a2", "a0"]


async def test_a_crowd_is_fetched_in_bites(office: Post) -> None:
    names = [f"{number}" for number in range(CROWD + 110)]
    for name in names:
        office.letter(office.person(name), name)
    doors = Doors(shut=set(names))
    sender = postman(office, doors)
    calls = [asyncio.create_task(sender.deliver()) for _ in range(8)]
    await until(lambda: sender._counters["one"].is_crowded)
    await asyncio.sleep(0.1)
    assert CROWD <= len(sender._counters["one"].holding) < CROWD + BATCH
    doors.shut.clear()
    await asyncio.gather(*calls)
    assert sorted(doors.taken) == sorted((name, name) for name in names)


# --- Straight, beside what is in hand ---


def danger(someone: Person) -> Posted:
    """Words that cannot wait."""
    return Posted("call 999", someone.id, Reply(to=someone.id, words=(Words("text", {"text": "call 999"}),), urgency=Urgency.urgent))


@pytest.mark.parametrize("taken", [True, False])
async def test_what_another_call_has_in_hand_is_said_straight_only_if_it_fails(office: Post, *, taken: bool) -> None:
    someone = office.person("someone")
    office.letter(someone, "call 999", urgent=True)
    doors = Doors(shut={"someone"}, refuses={} if taken else {"someone": False}, refuses_once=True)
    sender = postman(office, doors)
    first = asyncio.create_task(sender.deliver())
    await until(lambda: doors.inside["someone"] == 1)
    straight = asyncio.create_task(sender.say_posted([danger(someone)], someone, Account("one", "someone")))
    await asyncio.sleep(0.02)
    doors.shut.clear()
    await asyncio.gather(first, straight)
    assert doors.of("someone") == ["call 999"]
