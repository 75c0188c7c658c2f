"""The logs hold nothing of anybody: no words, no name, no dose, no id of a platform, whatever is said and whatever fails.

Everything logged is read: the house's own lines, and those of every library in the process, at their loudest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import pytest
import structlog

from bot.adapters.story import Delivery, Player
from bot.app import open_house, read_settings, story_settings
from bot.handlers import HANDLERS, Handlers
from bot.handlers.turn import Handle, Turn
from bot.knowledge.story_file import Expectation, Step, Story, read_story
from bot.messages import Reply
from tests.every_handler import SHADOWED, TOOK, Drive, Watch, entries, handle_of
from tests.houses import minds, rig, settings_in
from tests.log_reading import everything_logged, personal
from tests.rooms import room

STORIES = sorted((Path(__file__).parent / "stories").glob("*/*.yaml"))
MODERATORS_CARDS = ("case", "alert")
"""These show a moderator what stands in clear of a person (zone, country): three such words in a row are no leak."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with an empty database."""
    with room() as made:
        yield made


# --- What is told in stories ---


def marked(story: Story) -> Story:
    """The same story, of people whose ids are marked."""
    names = {name: f"Xanthippe-987654321-{name}" for name in story.people}

    def expected(one: Expectation) -> Expectation:
        return one.model_copy(update={"to": names.get(one.to or "", one.to)})

    def step(one: Step) -> Step:
        return one.model_copy(update={"who": names.get(one.who, ""), "expect": tuple(map(expected, one.expect))})

    people = {names[name]: person for name, person in story.people.items()}
    return story.model_copy(update={"people": people, "steps": tuple(map(step, story.steps))})


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_story_leaves_nothing_of_anybody_in_the_logs(path: Path, folder: Path) -> None:
    story = marked(read_story(path.read_text(encoding="utf-8"), name=path.name))
    settings = story_settings(read_settings(), story.settings, folder=str(folder))
    shown: list[Delivery] = []
    with everything_logged(statements=False) as book:
        opener = partial(open_house, settings, minds=minds())
        await Player(story, open_house=opener, show=shown.append, say=lambda step: None).play()
    said = [step.text for step in story.steps] + [each.message.text for each in shown if each.message.kind not in MODERATORS_CARDS]
    assert shown
    assert personal(book, said) == []


# --- Every use case ---


async def test_every_use_case_leaves_nothing_of_anybody_in_the_logs(folder: Path) -> None:
    watch = Watch()
    settings = settings_in(folder)
    with everything_logged() as book:
        async with rig(settings) as house:
            drive = Drive(house)
            await drive.everything(HANDLERS, watch)
    assert entries(HANDLERS) - watch.answered == set(SHADOWED), "an entry that was never driven to its end may log anything"
    assert "INSERT INTO" in book.others.getvalue(), "every statement was logged"
    assert personal(book, drive.said) == []


async def test_every_use_case_that_fails_with_the_persons_words_leaves_none_of_them(folder: Path) -> None:
    watch = Watch()
    settings = settings_in(folder)
    with everything_logged(statements=False) as book:
        async with rig(settings) as house:
            drive = Drive(house)
            await drive.everything(HANDLERS, watch, failing=True)
    use_cases = {handle_of(HANDLERS, name) for name in entries(HANDLERS) - set(SHADOWED)}
    assert {handle_of(HANDLERS, name) for name in watch.driven} == use_cases
    assert len(book.lines) > len(use_cases)
    assert book.events() == {"hear.failed", "tick.batch-failed", "tick.put-off", "delivery.failed"}
    assert personal(book, drive.said) == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider(Handlers):
    """A table with a field that nobody has thought of driving."""

    unheard: Handle


def unheard(turn: Turn) -> list[Reply]:
    """Nobody calls it."""
    raise AssertionError(turn)


async def test_a_field_of_the_table_that_nothing_drives_is_seen(folder: Path) -> None:
    fields_ = {each.name: getattr(HANDLERS, each.name) for each in fields(HANDLERS)}
    emptied = {name: {} if isinstance(value, Mapping) else value for name, value in fields_.items()}
    table, watch = Wider(**emptied, unheard=unheard), Watch()
    async with rig(settings_in(folder)) as house:
        await Drive(house).everything(table, watch)
    assert ("unheard", None) in entries(table) - watch.driven


# --- The reading bites ---


def log_a_dose(turn: Turn) -> list[Reply]:
    """What a hurried change might add."""
    structlog.get_logger().info("intake.logged", dose=turn.slots["dose_mg"])
    return []


def log_the_words(turn: Turn) -> list[Reply]:
    """The same, of an exception."""
    try:
        raise ValueError(f"cannot read {turn.text!r}")
    except ValueError as trouble:
        structlog.get_logger().error("intake.failed", trouble=str(trouble))
    return []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (log_a_dose, {"mark '13.75'", "unknown field 'dose'"}),
        (log_the_words, {"mark 'zirkonium'", "dose '13.75 mg'", "words 'took 13 75'"}),
    ],
)
async def test_a_line_planted_in_a_use_case_is_found(planted: Handle, found: set[str], folder: Path) -> None:
    settings = settings_in(folder)
    with everything_logged(statements=False) as book:
        async with rig(settings) as house:
            drive = Drive(house)
            house.house.conversation._handlers = replace(HANDLERS, intents={**HANDLERS.intents, "log_intake": planted})
            await drive.says(await drive.somebody(), TOOK)
    assert found <= set(personal(book, drive.said))


LOG = structlog.get_logger()
VENDOR = logging.getLogger("aiohttp.client")


def with_traceback(words: str) -> None:
    """A library that logs an exception whole."""
    try:
        raise ValueError(words)
    except ValueError:
        VENDOR.exception("the request failed")


@pytest.mark.parametrize(
    "plant",
    [
        lambda: LOG.debug("intake.logged", row=1, amount=13.75),
        lambda: LOG.info("heard", text="my evening tablets"),
        lambda: LOG.info("Noted: my evening tablets"),
        lambda: LOG.warning("delivery.failed", row=987654321, attempt=1),
        lambda: LOG.warning("delivery.failed", reason="no such chat"),
        lambda: LOG.error("hear.failed", trouble="ValueError: I lost my evening tablets"),
        lambda: LOG.error("hear.failed", person="1"),
        lambda: LOG.exception("hear.failed", exc_info=ValueError("zirkonium")),
        lambda: VENDOR.debug("POST /sendMessage %s", {"chat_id": 987654321}),
        lambda: VENDOR.debug("body: %s", "i LOST my Évening tablets"),
        lambda: VENDOR.info("10 mg at 8"),
        lambda: with_traceback("bad request: zirkonium"),
    ],
)
def test_a_planted_line_is_found(plant: Callable[[], object]) -> None:
    with everything_logged() as book:
        plant()
    assert personal(book, ["I lost my evening tablets"])


@pytest.mark.parametrize(
    "plant",
    [
        lambda: LOG.warning("delivery.failed", row=12, attempt=3, permanent=False),
        lambda: LOG.error("hear.failed", trouble="Injected at run:129"),
        lambda: VENDOR.debug("INSERT INTO outbox VALUES (%s) [cached since 13.75s ago]", b"\x0010mg"),
        lambda: VENDOR.info("my evening was long"),
    ],
)
def test_a_line_of_nobodys_is_let_through(plant: Callable[[], object]) -> None:
    with everything_logged() as book:
        plant()
    assert book.everything.strip()
    assert personal(book, ["I lost my evening tablets"]) == []
