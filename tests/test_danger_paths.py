"""Every way in which danger can be said is answered, whatever fails and whoever says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.story import VirtualClock
from bot.app import open_house
from bot.core.flags import Screening
from bot.messages import Press, Reply, Words
from bot.ports import Outgoing
from bot.understanding.danger import Triage
from tests.houses import START, Rig, minds, rig, settings_in

DANGER = "I want to kill myself"
NOTICE = Reply(to=1, words=(Words("greet"),), kind="notice")


async def with_keeper(house: Rig) -> None:
    """A patient and a moderator on duty."""
    await house.settle("patient")
    await house.settle("keeper", role="moderator", on_duty=True)


def to(name: str, said: list[Outgoing]) -> list[Outgoing]:
    """What one person got."""
    return [message for message in said if message.account.id == name]


@pytest.mark.parametrize(("language", "asked", "yes"), [("en", "I can't go on like this", "yes"), ("fr", "j'en peux plus", "oui")])
async def test_yes_to_the_gentle_question_is_an_emergency(language: str, asked: str, yes: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", on_duty=True)
        (question,) = await house.says("patient", asked)
        assert "gentle-check" in question.rules
        said = await house.says("patient", yes)
        assert to("patient", said)[0].level == "emergency"
        assert to("keeper", said)[0].kind == "case"


@pytest.mark.parametrize(
    ("language", "asked", "then", "yes"),
    [
        ("en", "been a bit muddled lately", "what do i take next", "yes"),
        ("fr", "j'ai confondu deux jours cette semaine", "je prends quoi après", "oui"),
    ],
)
async def test_a_yes_after_other_things_is_asked_what_it_answers_and_said_twice_is_a_yes(
    language: str, asked: str, then: str, yes: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", on_duty=True)
        *_, question = await house.says("patient", asked)
        assert "gentle-check" in question.rules
        house.clock.move(house.clock.now() + timedelta(minutes=5))
        await house.says("patient", then)
        house.clock.move(house.clock.now() + timedelta(minutes=5))
        (again,) = await house.says("patient", yes)
        assert "gentle-check" in again.rules
        assert question.text in again.text
        said = await house.says("patient", yes)
        assert to("patient", said)[0].level in {"urgent", "emergency"}
        assert to("keeper", said)[0].kind == "case"


async def test_a_yes_about_death_is_a_yes_whatever_was_said_since(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", "I can't go on like this")
        house.clock.move(house.clock.now() + timedelta(minutes=5))
        await house.says("patient", "what do i take next")
        said = await house.says("patient", "yes")
        assert to("patient", said)[0].level == "emergency"


async def test_no_to_are_you_safe_is_an_emergency_and_reaches_a_human(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", DANGER)
        said = await house.says("patient", "no")
        assert to("patient", said)[0].level == "emergency"
        assert to("keeper", said)


async def test_no_to_is_anyone_with_you_is_not_left_alone(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", "I don't know what day it is")
        (answer,) = to("patient", await house.says("patient", "no"))
        assert "999" in answer.text
        assert "someone who can come" in answer.text


async def test_what_is_said_between_the_alarm_and_the_claim_is_kept_for_whoever_claims(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", DANGER)
        (answer,) = to("patient", await house.says("patient", "the box is in front of me zxcv"))
        assert "not-understood" not in answer.rules
        said = await house.presses("keeper", "claim")
        assert any("the box is in front of me" in message.text for message in to("keeper", said))


async def test_a_moderator_in_danger_is_answered_and_another_one_is_paged(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.settle("second", role="moderator", on_duty=True)
        said = await house.says("keeper", "I want to kill myself tonight")
        assert to("keeper", said)[0].level == "emergency"
        assert [message.kind for message in to("keeper", said)] == ["reply"]
        assert to("second", said)[0].kind == "case"


@pytest.mark.parametrize("fault", ["handler", "database"])
@pytest.mark.parametrize("choice", ["not-safe", "talk-to-human"])
async def test_a_press_for_help_survives_a_fault(fault: str, choice: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        house.faults.armed = fault  # type: ignore[assignment]  # the contract's word
        await house.house.conversation.hear(house.message("patient", press=Press(choice)))
        house.faults.armed = None
        await house.house.conversation.tick()
        delivered = [delivery.message for delivery in house.sender.delivered]
        assert "999" in to("patient", delivered)[0].text
        assert {"case", "alert"} & {message.kind for message in to("keeper", delivered)}
        assert await house.house.store.run(lambda unit: unit.cases.waiting())


async def test_not_safe_pressed_by_a_moderator_in_the_middle_of_a_reply_is_no_reply(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.settle("second", role="moderator", on_duty=True)
        await house.says("patient", DANGER)
        await house.presses("keeper", "reply")
        await house.house.conversation.hear(house.message("keeper", press=Press("not-safe")))
        said = [delivery.message for delivery in house.sender.delivered]
        assert to("keeper", said)[-1].level == "emergency"
        assert to("second", said)[-1].kind == "case"
        assert len(to("patient", said)) == 1, "nothing was relayed"


class FailingTriage(Triage):
    """A triage with a defect that some message sets off."""

    def __init__(self) -> None:
        """It holds no knowledge: it fails before it would need any."""

    def screen(self, text: str, *, language: str | None = None, quoted: bool = False) -> Screening:
        """Fail."""
        raise IndexError(text)


async def test_a_triage_that_fails_asks_gently_and_tells_a_human(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with rig(settings) as house:
        await with_keeper(house)
        sender, clock = house.sender, house.clock
        broken = replace(minds(), triage=FailingTriage())
        async with open_house(settings, clock=clock, senders=[sender], minds=broken) as other:
            await other.conversation.hear(house.message("patient", "anything at all"))
        delivered = [delivery.message for delivery in sender.delivered]
        assert any("gentle-check" in message.rules for message in to("patient", delivered))
        assert any(message.kind == "case" for message in to("keeper", delivered))


@pytest.mark.parametrize("hint", ["pt", "en-US", "FR", "", "zz-Zz-zz"])
async def test_a_language_that_we_do_not_speak_silences_nobody(hint: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        incoming = replace(house.message("stranger", DANGER), language_hint=hint)
        await house.house.conversation.hear(incoming)
        assert to("stranger", [delivery.message for delivery in house.sender.delivered])


async def test_words_that_could_not_be_said_during_a_fault_are_said_when_it_ends(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        silent = SilentFor(house)
        house.house.conversation._postman._senders["story"] = silent
        house.faults.armed = "database"
        await house.house.conversation.hear(house.message("patient", DANGER))
        assert house.sender.delivered == []
        house.faults.armed, silent.away = None, False
        await house.house.conversation.tick()
        delivered = [delivery.message for delivery in house.sender.delivered]
        assert "999" in to("patient", delivered)[0].text
        assert to("keeper", delivered)


class SilentFor:
    """A platform that is away until told to come back."""

    platform = "story"

    def __init__(self, house: Rig) -> None:
        self._inner = house.sender
        self.away = True

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Fail while away."""
        if self.away:
            raise ConnectionError
        await self._inner.send(message)


async def test_the_words_for_a_relative_do_not_stand_for_the_words_for_oneself(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", "my husband wants to kill himself")
        (answer,) = to("patient", await house.says("patient", DANGER))
        assert "Do not stay alone" in answer.text


async def test_both_numbers_are_in_every_answer_to_suicidal_words(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        for words in (DANGER, DANGER, "I am going to kill myself tonight", "I want to die"):
            (answer,) = to("patient", await house.says("patient", words))
            assert "999" in answer.text
            assert "116 123" in answer.text


@pytest.mark.parametrize("text", ["took 30 mg at 7am", "erase everything", "four dose plan from today, bedtime 10pm"])
async def test_forwarded_words_are_read_for_danger_and_acted_upon_never(text: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.house.conversation.hear(replace(house.message("patient", text), quoted=True))
        person = await house.house.store.run(lambda unit: unit.people.get(1))
        assert person is not None
        assert await house.house.store.run(lambda unit: unit.entries.last(1)) is None
        assert await house.house.store.run(lambda unit: unit.dialogues.get(1)) is None


async def test_rights_taken_back_elsewhere_are_gone_here(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", DANGER)
        house.moderators.clear()
        said = await house.says("keeper", "cases")
        assert all("kill myself" not in message.text for message in said)


async def test_a_yes_after_something_else_was_said_is_asked_again(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", "four dose plan from today, bedtime 10pm")
        await house.after(timedelta(minutes=1))
        await house.house.store.run(lambda unit: unit.outbox.post("elsewhere", 1, NOTICE, house.clock.now()))
        await house.after(timedelta(minutes=1))
        said = await house.says("patient", "yes")
        assert [choice.id for choice in to("patient", said)[-1].choices] == ["confirm", "cancel"]
        assert await house.house.store.run(lambda unit: unit.plans.current(1)) is None
        await house.presses("patient", "confirm")
        assert await house.house.store.run(lambda unit: unit.plans.current(1)) is not None


async def test_a_question_of_yesterday_is_not_answered_by_a_word_of_today(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        await house.says("patient", "four dose plan from today, bedtime 10pm")
        await house.after(timedelta(days=2))
        await house.says("patient", "yes")
        assert await house.house.store.run(lambda unit: unit.plans.current(1)) is None


async def test_a_timer_that_fails_holds_up_no_other_and_comes_back(tmp_path: Path) -> None:
    failing = FailsFor(times=2)
    settings = settings_in(tmp_path)
    clock = VirtualClock(START)
    async with rig(settings, clock=clock) as house:
        await with_keeper(house)
        await house.says("patient", "four dose plan from today, bedtime 10pm")
        await house.presses("patient", "confirm")
        sender = house.sender
        async with open_house(settings, clock=clock, senders=[sender], minds=minds(), before_serving=failing.strike) as other:
            clock.move(START + timedelta(minutes=30))
            since = len(sender.delivered)
            for _ in range(4):
                await other.conversation.tick()
            reminders = [d.message for d in sender.delivered[since:] if d.message.kind == "reminder"]
            assert len(reminders) == 1
            assert reminders[0].choices[0].about == "2026-01-01T08:00"


class FailsFor:
    """A use case with a defect that passes."""

    def __init__(self, *, times: int) -> None:
        self._left = times

    def strike(self) -> None:
        """Fail, then no more."""
        if self._left:
            self._left -= 1
            raise RuntimeError
