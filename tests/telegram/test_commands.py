"""Every command of the menu, typed alone: what it stands for is done or asked about, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.telegram import telegram_words
from tests.houses import settings_in
from tests.telegram.fake_bot_api import FakeBotApi
from tests.telegram.fake_people import buttons
from tests.telegram.test_house import ANA, BEN, KEEPER, arrive, line

ANSWERS = {
    "start": ("Bonjour", "Hello"),
    "help": ("ce que vous pouvez m'écrire", "what you can write to me"),
    "taken": ("Noté : 5 mg", "Noted: 5 mg"),
    "symptom": ("Noter un effet", "Note an effect"),
    "next": ("Prochaine prise prévue", "Next planned intake"),
    "timing": ("Ces heures sont celles de votre plan", "These hours are your plan's"),
    "today": ("Total pris : 5 mg", "Total taken: 5 mg"),
    "curve": ("Ce n'est pas une mesure", "This is no measure"),
    "history": ("Jours avec des prises notées", "Days with intakes noted"),
    "report": ("Tout exporter", "Export everything"),
    "plan": ("jour 1 du plan", "day 1 of the plan"),
    "pause": ("Mettre les rappels en pause", "Pause the reminders"),
    "undo": ("C'est annulé", "Undone"),
    "privacy": ("Je garde", "I keep"),
    "export": ("tout ce que j'ai noté", "everything I noted"),
    "erase": ("Vous confirmez", "Do you confirm"),
    "settings": ("Votre fuseau horaire", "Your time zone"),
    "cancel": ("on laisse cela", "we leave that"),
    "human": ("modérateur", "moderator"),
}
"""In the order in which they are typed: what is undone was noted before, and whoever asks for a human asks last."""

PLANS = {ANA: "plan quatre prises à partir d'aujourd'hui, coucher 22h", BEN: "four dose plan from today, bedtime 10pm"}


@pytest.fixture
def people(fake: FakeBotApi) -> FakeBotApi:
    """Ana, who speaks French, and Ben, who speaks English."""
    fake.people.join(ANA, "Ana", language="fr")
    fake.people.join(BEN, "Ben", language="en")
    fake.people.join(KEEPER, "Keeper", language="fr")
    return fake


def shown(fake: FakeBotApi, person: int, after: int) -> str:
    """Everything that somebody sees since: words, and what stands on buttons."""
    messages = fake.people.seen(person)[after:]
    return "\n".join(text for message in messages for text in (message.get("text") or message.get("caption") or "", *labels(message)))


def labels(message: dict[str, object]) -> list[str]:
    """What stands on its buttons."""
    return [button["text"] for button in buttons(message)]


@pytest.mark.parametrize(("person", "language", "column"), [(ANA, "fr", 0), (BEN, "en", 1)])
async def test_every_command_works_when_it_is_typed_alone(
    people: FakeBotApi, tmp_path: Path, person: int, language: str, column: int
) -> None:
    commands = telegram_words(language).commands
    assert ANSWERS.keys() == commands.keys()
    async with line(people, settings_in(tmp_path)) as talk:
        await arrive(talk, person)
        await talk.says(person, PLANS[person])
        await talk.presses(person, labels(people.people.seen(person)[-1])[0])
        for name, expected in ANSWERS.items():
            before = len(people.people.seen(person))
            await talk.says(person, f"/{commands[name].name}")
            assert expected[column] in shown(people, person, before), name
            await talk.says(person, commands["cancel"].says)


@pytest.mark.parametrize(
    ("person", "typed", "noted"),
    [
        (ANA, "/pris 10 mg à 8h", "10 mg"),
        (ANA, "/effet nausées 3/10", "nausées, 3/10"),
        (BEN, "/taken 10 mg at 7am", "10 mg"),
        (BEN, "/symptom nausea 3/10", "nausea, 3/10"),
        (ANA, "/taken", "Noté"),
        (BEN, "/human", "moderator"),
        (ANA, "/human", "modérateur"),
    ],
)
async def test_what_follows_a_command_is_part_of_it_and_the_other_languages_name_is_understood(
    people: FakeBotApi, tmp_path: Path, person: int, typed: str, noted: str
) -> None:
    async with line(people, settings_in(tmp_path)) as talk:
        await arrive(talk, person)
        await talk.says(person, PLANS[person])
        await talk.presses(person, labels(people.people.seen(person)[-1])[0])
        said = await talk.says(person, typed)
    assert noted in "\n".join(said)
