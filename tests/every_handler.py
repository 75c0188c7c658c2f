"""Drives every entry of the table of use cases in a running house, by people whose every word, amount and id is marked.

Nothing here names a use case that only needs words or a press: whoever adds one to the table has it driven. A form needs words that
open it, and a timer what it is about; without them its entry is reported as never answered, which fails the test that looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from itertools import count
from typing import Any, Final, TypeAlias

from bot.adapters.story import Injected
from bot.community import Question
from bot.core.person import Person
from bot.handlers import (
    Handlers,
    agenda,
    danger,
    diary,
    escalation,
    linking,
    moderation,
    offers,
    plan,
    privacy,
    recording,
    reminders,
    side_effect,
    ties,
    welcome,
)
from bot.messages import REPORT, Account, Press
from bot.ports import Dialogue, Unit
from tests.houses import Rig

Name: TypeAlias = "tuple[str, Any]"
"""A field of the table, and the entry in it; None for a field that is one use case itself."""

MARKED = "Xanthippe near Quokkafell, with zirkonium"
TOOK = "took 13.75 mg at 7am with zirkonium Xanthippe"
PLAN = "four dose plan from January 1st 2026, bedtime 10pm"
SLOT = "2026-01-01T08:00"
IN_DANGER = f"I want to kill myself tonight. {MARKED}"
FOR_TODAY = f"I took my dose twice this morning by mistake. {MARKED}"

SHADOWED: Final[Mapping[Name, str]] = {
    ("presses", "not-safe"): "a danger sign is answered before it is a press",
}
"""Entries that nothing leads to, and why: they stand in the table as the list of what can be pressed at all."""

_numbers = count(100)
_CODE = re.compile(r"\b\w{4}-\w{4}\b")


@dataclass
class Watch:
    """Sees which entries of a table were called, and which of them came to an end; has one fail with all that it was given."""

    failing: Name | None = None
    driven: set[Name] = field(default_factory=set)
    answered: set[Name] = field(default_factory=set)

    def over(self, table: Handlers) -> Handlers:
        """The same table, watched."""
        return replace(table, **{each.name: self._watched(each.name, getattr(table, each.name)) for each in fields(table)})

    def over_judges(self, judges: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        """What the postman asks: it has the table's judge under each kind of reply."""
        return {kind: self._one(("judge_again", None), judge) for kind, judge in judges.items()}

    def _watched(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._one((name, key), each) if callable(each) else each for key, each in value.items()}
        return self._one((name, None), value)

    def _one(self, name: Name, handle: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any) -> Any:
            self.driven.add(name)
            if self.failing == name:
                raise ValueError(f"cannot serve {given!r}")
            made = handle(*given)
            self.answered.add(name)
            return made

        return watched


def entries(table: Handlers) -> set[Name]:
    """Every use case of the table."""
    found: set[Name] = set()
    for each in fields(table):
        value = getattr(table, each.name)
        if isinstance(value, Mapping):
            found |= {(each.name, key) for key, handle in value.items() if callable(handle)}
        else:
            found.add((each.name, None))
    return found


def handle_of(table: Handlers, name: Name) -> Callable[..., Any]:
    """The use case of an entry."""
    value = getattr(table, name[0])
    handle: Callable[..., Any] = value[name[1]] if isinstance(value, Mapping) else value
    return handle


def watch_over(house: Rig, table: Handlers, watch: Watch) -> None:
    """Have the house use the watched table."""
    conversation = house.house.conversation
    conversation._handlers = conversation._due_work._handlers = watch.over(table)
    conversation._postman._judge_again = watch.over_judges(conversation._postman._judge_again)


@dataclass
class Drive:
    """One house, and somebody new for every entry, so that none is in the way of another."""

    house: Rig
    said: list[str] = field(default_factory=list)
    patient: str = ""
    """Somebody with a plan, for the entries that leave it as it is."""
    keeper: str = ""
    """The moderator on duty."""

    async def everything(self, table: Handlers, watch: Watch, *, failing: bool = False) -> None:
        """Every entry of every field; `failing`: each use case fails while it is driven, once if it has several entries."""
        watch_over(self.house, table, watch)
        self.patient, self.keeper = await self.with_plan(), await self.somebody(role="moderator", on_duty=True)
        names = sorted(entries(table) - set(SHADOWED), key=str)
        for name in list({handle_of(table, name): name for name in names}.values()) if failing else names:
            if name[0] in DRIVERS:
                watch.failing = name if failing else None
                await DRIVERS[name[0]](self, name[1])
        watch.failing = None

    async def somebody(self, *, known: bool = True, role: str = "patient", on_duty: bool = False) -> str:
        """A person with a marked id."""
        name = f"Xanthippe-987654321{next(_numbers)}"
        if known:
            await self.house.settle(name, role=role, on_duty=on_duty)
        return name

    async def with_plan(self) -> str:
        """Somebody whose plan runs."""
        name = await self.somebody()
        await self.says(name, PLAN)
        await self.presses(name, "confirm", await self.token(name))
        return name

    async def says(self, name: str, text: str) -> None:
        """Somebody writes."""
        self.said.append(text)
        await self.house.says(name, text)

    async def presses(self, name: str, choice: str, about: str = "") -> None:
        """Somebody presses, whatever was offered."""
        await self.house.house.conversation.hear(self.house.message(name, press=Press(choice, about)))

    async def opens(self, name: str, dialogue: Dialogue) -> None:
        """A form is on the table, whoever put it there."""
        await self.run(lambda unit: unit.dialogues.put(self.person(unit, name).id, dialogue, self.house.clock.now()))

    async def token(self, name: str) -> str:
        """What the buttons of the open form are about."""
        dialogue = await self.run(lambda unit: unit.dialogues.get(self.person(unit, name).id))
        return dialogue.token if dialogue else ""

    async def comes_due(self, name: str, kind: str, subject: str) -> None:
        """A timer of somebody's rings."""
        now = self.house.clock.now()
        await self.run(lambda unit: unit.timers.put(self.person(unit, name).id, kind, subject, now))
        with suppress(Injected):
            await self.house.house.conversation.tick()

    async def case_of(self, name: str) -> str:
        """A red case of somebody's; its number."""
        await self.says(name, IN_DANGER)
        case = await self.run(lambda unit: unit.cases.open_for(self.person(unit, name).id))
        return str(case.id) if case else "1"

    async def run(self, work: Callable[[Unit], Any]) -> Any:
        """Work in the store, whatever the house's own way to it suffers from."""
        return await self.house.house.store.run(work)

    def person(self, unit: Unit, name: str) -> Person:
        """Whoever has the name."""
        found = unit.people.find(Account("story", name))
        assert found is not None
        return found


async def first_contact(drive: Drive, _: None) -> None:
    """Nobody knows them yet."""
    await drive.says(await drive.somebody(known=False), TOOK)


async def red(drive: Drive, _: None) -> None:
    """A danger sign."""
    await drive.says(await drive.somebody(), IN_DANGER)


async def orange(drive: Drive, _: None) -> None:
    """A sign for a human today."""
    await drive.says(await drive.somebody(), FOR_TODAY)


async def too_much_told(drive: Drive, _: None) -> None:
    """More than planned, in words that only the sign makes sure."""
    await drive.says(await drive.with_plan(), f"took 2 tablets at 8 instead of 1. {MARKED}")


async def report(drive: Drive, _: None) -> None:
    """Somebody brings another's message, and says why."""
    drive.said.append(TOOK)
    press = Press(REPORT, f"https://example.org/zirkonium\n{MARKED}")
    await drive.house.house.conversation.hear(drive.house.message(await drive.somebody(), TOOK, press=press))


async def not_understood(drive: Drive, _: None) -> None:
    """Words that nobody can make anything of."""
    await drive.says(await drive.somebody(), "zirkonium xanthippe quokkafell zirkonium")


async def moderator(drive: Drive, _: None) -> None:
    """A moderator's free words, and those with which they may be at work or in danger themselves."""
    await drive.says(drive.keeper, TOOK)
    await drive.says(drive.keeper, "I want to talk to someone")
    await drive.says(drive.keeper, IN_DANGER)


async def intents(drive: Drive, intent: str) -> None:
    """The words are kept until a meaning is chosen; it may be any."""
    name = drive.patient
    await drive.opens(name, Dialogue("offer", "choose", {"text": TOOK, "offers": [intent]}, drive.house.clock.now()))
    drive.said.append(TOOK)
    await drive.presses(name, f"intent-{intent}")


async def presses(drive: Drive, choice: str) -> None:
    """A button with nothing, with an intake, and with an entry behind it."""
    for about in ("", SLOT, "1"):
        await drive.presses(drive.patient, choice, about)


async def moderator_presses(drive: Drive, choice: str) -> None:
    """A moderator's button under somebody's card."""
    await drive.presses(drive.keeper, choice, await drive.case_of(await drive.somebody()))
    await drive.says(drive.keeper, f"Xanthippe should take 13.75 mg. {MARKED}")


async def forms(drive: Drive, form: str) -> None:
    """An open form reads words."""
    name = await opened(drive, form)
    await drive.says(name, TOOK)


async def form_presses(drive: Drive, key: tuple[str, str]) -> None:
    """A button of an open form."""
    form, choice = key
    name = await opened(drive, form)
    await drive.presses(name, choice, await drive.token(name))


async def opened(drive: Drive, form: str) -> str:
    """Somebody before whom a form lies open. One that nobody here can open is laid there without what it would know."""
    if form == moderation.FORM:
        name = await drive.somebody(role="moderator")
        case = await drive.case_of(await drive.somebody())
        for words in (f"claim {case}", f"Tell Xanthippe of zirkonium and 13.75 mg, about {case}"):
            await drive.says(name, words)
        return name
    if form == welcome.FORM:
        name = await drive.somebody(known=False)
        await drive.says(name, TOOK)
        return name
    if form == linking.FORM:
        return await with_a_code(drive)
    name = await drive.somebody()
    for words in OPENED_BY.get(form, ()):
        await drive.says(name, words)
    if not await drive.token(name):
        await drive.opens(name, Dialogue(form, "", {"text": TOOK, "since": "2026-01-01", "slot": SLOT}, drive.house.clock.now()))
    return name


async def with_a_code(drive: Drive) -> str:
    """Somebody who typed the code that links their account to another's."""
    owner, name = await drive.somebody(), await drive.somebody()
    await drive.says(owner, "link my accounts")
    code = _CODE.search(drive.house.sender.delivered[-1].message.text)
    assert code is not None
    await drive.says(name, code.group())
    return name


async def in_public(drive: Drive, _: None) -> None:
    """Words where others read: under a question, and to nobody."""
    drive.said.append(TOOK)
    for press in (Press("answer-question", await asked(drive, await drive.somebody())), None):
        message = drive.house.message(await drive.somebody(), TOOK, press=press)
        await drive.house.house.conversation.hear(replace(message, public=True))


async def asked(drive: Drive, name: str) -> str:
    """A question of somebody's that takes answers; its number."""

    def add(unit: Unit) -> int:
        person = drive.person(unit, name)
        question = Question(id=0, person_id=person.id, name="otter-snow", chosen=False, text=TOOK, asked_at=drive.house.clock.now())
        return unit.questions.add(question).id

    return str(await drive.run(add))


async def paired(drive: Drive, newcomer: str, mentor: str) -> str:
    """A mentor who was asked for somebody; the number of the pair."""

    def add(unit: Unit) -> int:
        return unit.mentors.add(drive.person(unit, newcomer).id, drive.person(unit, mentor).id, drive.house.clock.now()).id

    return str(await drive.run(add))


async def due(drive: Drive, kind: str) -> None:
    """A timer rings."""
    name = drive.patient if kind in SUBJECTS or kind not in ABOUT_A_NUMBER else await drive.somebody()
    number = await ABOUT_A_NUMBER[kind](drive, name) if kind in ABOUT_A_NUMBER else ""
    await drive.comes_due(name, kind, SUBJECTS.get(kind, number))


async def judge_again(drive: Drive, _: None) -> None:
    """A reminder is looked at once more before it is sent."""
    await drive.comes_due(await drive.with_plan(), reminders.SNOOZE, SLOT)


OPENED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    danger.FORM: (IN_DANGER,),
    plan.FORM: (PLAN,),
    recording.FORM: (TOOK, TOOK),
    side_effect.FORM: ("I feel very drowsy",),
    diary.FORM: ("I have a craving",),
    privacy.FORM: ("erase everything",),
    offers.FORM: ("zirkonium tablets 13.75 craving plan",),
}
"""Words that lay a form open."""

ABOUT_A_NUMBER: Final[Mapping[str, Callable[[Drive, str], Any]]] = {
    escalation.UNCLAIMED: Drive.case_of,
    escalation.UNANSWERED: Drive.case_of,
    ties.CLOSES: asked,
    ties.UNANSWERED: lambda drive, name: paired(drive, name, drive.patient),
}
"""Timers whose subject is a number, and what makes one."""

SUBJECTS: Final[Mapping[str, str]] = {agenda.INTAKE: "08:00", reminders.SNOOZE: SLOT}

DRIVERS: Final[Mapping[str, Callable[[Drive, Any], Any]]] = {
    "in_public": in_public,
    "first_contact": first_contact,
    "red": red,
    "orange": orange,
    "too_much_told": too_much_told,
    "report": report,
    "not_understood": not_understood,
    "moderator": moderator,
    "at_work": moderator,
    "looks_after_one": moderator,
    "intents": intents,
    "presses": presses,
    "moderator_presses": moderator_presses,
    "form_presses": form_presses,
    "forms": forms,
    "due": due,
    "judge_again": judge_again,
}
"""How the entries of each field of the table are reached. A field that is not here is never driven, and that is seen."""
