"""Whole conversations: a line of bytes is one act, and the laws are held after each of them."""

from __future__ import annotations

import asyncio
import atexit
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from structlog.testing import capture_logs

from bot.app import read_settings
from bot.core.limits import CEILING_DAY_MG
from bot.messages import Account, Incoming, Press
from bot.ports import Outgoing, StoredPlan, Unit
from bot.settings import Settings, override
from tests.fuzzing.draw import Draw
from tests.fuzzing.reading import in_time
from tests.fuzzing.words import LANGUAGES, plans, words
from tests.houses import Rig, rig, settings_in
from tests.naming import TO_COME, key_of

ACTS_AT_MOST = 12
SECONDS_AT_MOST = 4.0
"""Of processor time for one act: the answer to it, whatever has come due by then, and the pictures."""

_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?) ?mg")
_QUOTED_SOURCE = re.compile(r"S00\d|ANSM|NHS")
_READ_BACK = ("Étape 1 (", "Step 1 (", "Comprimés :", "Tablets:", "par exemple", "Par exemple", "for instance", "For instance")
_UNREADABLE = ("voice", "picture", "document", "place", "other")
_HOURS = (1, 2, 4, 6, 9, 13, 24, 30, 50)
_SAYS, _COMPOSES, _PRESSES, _WAITS, _ODDLY, _KEEPER, _PLANS = range(7)
_KINDS = (_SAYS, _SAYS, _SAYS, _COMPOSES, _COMPOSES, _PRESSES, _PRESSES, _PRESSES, _WAITS, _ODDLY, _KEEPER, _PLANS)


@dataclass
class Talk:
    """A conversation while it is held: its house, and the plans that stood in it so far."""

    house: Rig
    language: str
    plans: list[StoredPlan] = field(default_factory=list)
    heard: str = ""
    """The key of the patient's last message."""

    def offered(self, who: str) -> list[Press]:
        """What somebody may press, newest first."""
        mine = [each.message for each in self.house.sender.delivered if each.message.account.id == who]
        return [Press(choice.id, choice.about) for message in reversed(mine) for choice in message.choices]

    async def hear(self, incoming: Incoming) -> list[Outgoing]:
        """What everybody gets when somebody writes or presses."""
        since = len(self.house.sender.delivered)
        await self.house.house.conversation.hear(incoming)
        return [delivery.message for delivery in self.house.sender.delivered[since:]]


def converse(language: str, data: bytes) -> None:
    """A conversation of at most twelve acts in a house of its own."""
    with tempfile.TemporaryDirectory(prefix="palier-fuzzing-") as folder:
        shutil.copytree(_template(language), folder, dirs_exist_ok=True)
        asyncio.run(_hold(Path(folder), language, data))


@cache
def _template(language: str) -> Path:
    """A house with a patient and a moderator in it, copied for each conversation."""
    folder = Path(tempfile.mkdtemp(prefix="palier-fuzzing-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    async def settle() -> None:
        async with rig(settings_in(folder)) as house:
            await house.settle("patient", language=language)
            await house.settle("keeper", role="moderator", language=language, on_duty=True)

    asyncio.run(settle())
    return folder


def _settings(folder: Path) -> Settings:
    """Those of a house that is there already: looking for its newest tables would take longer than the conversation."""
    own = {"database_url": f"sqlite:///{folder}/story.db", "keys": None, "key_file": f"{folder}/story.key"}
    return override(read_settings(), own)


async def _hold(folder: Path, language: str, data: bytes) -> None:
    async with rig(_settings(folder)) as house:
        house.moderators.add("keeper")
        talk = Talk(house, language)
        for line in data.split(b"\n")[:ACTS_AT_MOST]:
            with in_time(SECONDS_AT_MOST), capture_logs() as logs:
                await _act(talk, Draw(line))
            failed = [line for line in logs if line["log_level"] in ("error", "critical")]
            assert not failed, f"something failed: {failed}"


async def _act(talk: Talk, draw: Draw) -> None:
    kind = draw.pick(_KINDS)
    if kind == _WAITS:
        await _hold_the_laws(talk, await talk.house.after(timedelta(hours=draw.pick(_HOURS))))
        return
    if kind == _KEEPER:
        await _hold_the_laws(talk, await talk.hear(_of_the_keeper(talk, draw)))
        return
    if kind == _PLANS:
        await talk.house.says("patient", draw.pick(plans(talk.language)))
        if any(press.choice == "confirm" for press in talk.offered("patient")):
            await _hold_the_laws(talk, await talk.house.presses("patient", "confirm"))
        return
    incoming = _of_the_patient(talk, draw, kind)
    said = await talk.hear(incoming)
    talk.heard = incoming.key
    if not incoming.public:
        assert any(message.account.id == "patient" for message in said), f"no answer to {incoming.text!r} {incoming.press}"
    await _hold_the_laws(talk, said)


def _of_the_patient(talk: Talk, draw: Draw, kind: int) -> Incoming:
    if kind == _PRESSES:
        return talk.house.message("patient", press=_pressed(talk, draw, "patient"))
    if kind == _SAYS:
        return talk.house.message("patient", draw.rest())
    if kind == _COMPOSES:
        return talk.house.message("patient", draw.message(words(talk.language)))
    how = draw.byte() % 4
    said = talk.house.message("patient", "" if how == 3 else draw.rest())
    if how == 0:
        return replace(said, quoted=True)
    if how == 1:
        return replace(said, public=True)
    if how == 2:
        return replace(said, edits=talk.heard)
    return replace(said, unreadable=draw.pick(_UNREADABLE))


def _of_the_keeper(talk: Talk, draw: Draw) -> Incoming:
    if draw.byte() % 2 and talk.offered("keeper"):
        return talk.house.message("keeper", press=_pressed(talk, draw, "keeper"))
    return talk.house.message("keeper", draw.rest())


def _pressed(talk: Talk, draw: Draw, who: str) -> Press:
    """A button as it was shown; or, where none was, and now and then, one that is of no use any more."""
    number, offered = draw.byte(), talk.offered(who)
    if offered and number < 250:
        return offered[number % len(offered)]
    return Press(draw.pick(("confirm", "undo", "taken", "severity-7", "intent-set_plan", "no-such-choice")), draw.rest())


async def _hold_the_laws(talk: Talk, said: list[Outgoing]) -> None:
    plan = await talk.house.house.store.run(_plan_of)
    if plan is not None:
        talk.plans.append(plan)
        assert all(step.total_mg <= CEILING_DAY_MG for step in plan.plan.steps), f"above the ceiling: {plan.plan.steps}"
    planned = _largest_planned(talk.plans)
    for message in said:
        if message.account.id == "patient":
            check_reply(message, talk.language, planned)


def check_reply(message: Outgoing, language: str, planned: float) -> None:
    """It has words; in an emergency no amount; and otherwise none where none may be, or above what was planned."""
    assert message.text.strip(), f"a reply without words: {message}"
    if message.kind == "reply" and message.level == "emergency":
        assert not _AMOUNT.search(message.text), f"an amount in an emergency: {message.text}"
    for paragraph in message.text.split("\n\n"):
        _check_amounts(paragraph, language, planned)


def _plan_of(unit: Unit) -> StoredPlan | None:
    person = unit.people.find(Account("story", "patient"))
    return unit.plans.current(person.id) if person is not None else None


def _largest_planned(plans: list[StoredPlan]) -> float:
    """The most that a plan of this conversation named: a day's total, with what may be taken on top of it."""
    totals = [step.total_mg for stored in plans for step in stored.plan.steps]
    on_top = [stored.plan.top_up.mg * stored.plan.top_up.max_per_day for stored in plans if stored.plan.top_up]
    return max(totals, default=0) + max(on_top, default=0)


def _check_amounts(paragraph: str, language: str, planned: float) -> None:
    """An amount stands only where one may be named; of what is to come, none is above what was planned."""
    if not _AMOUNT.search(paragraph) or _QUOTED_SOURCE.search(paragraph) or any(mark in paragraph for mark in _READ_BACK):
        return
    key = key_of(paragraph, language)
    assert key, f"an amount is named where none may be: {paragraph}"
    if key in TO_COME and key != "timing.illustration":
        amounts = [float(amount.replace(",", ".")) for amount in _AMOUNT.findall(paragraph)]
        assert max(amounts) <= planned, f"more than {planned:g} mg, which was planned: {paragraph}"


CONVERSING: Mapping[str, Callable[[bytes], None]] = {f"conversation-{language}": partial(converse, language) for language in LANGUAGES}
