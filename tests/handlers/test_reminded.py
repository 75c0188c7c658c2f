"""What is said just after a reminder answers that reminder: taken, taken at another hour, or not yet; and no older question."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import HOUR, LANGUAGES, at, follow, last, say
from tests.houses import Rig, rig, settings_in

TAKEN_NOW = [
    ("en", "Taken, thank you. Good night."),
    ("en", "done, thanks for the reminder"),
    ("en", "just did"),
    ("en", "aye took it"),
    ("en", "✓"),
    ("en", "ok took it now"),
    ("en", "slept in, just takin it now"),
    ("en", "forgot agen, takin it now"),
    ("en", "Sorry I was in a meeting, taken now"),
    ("en", "yep all done"),
    ("fr", "C'est fait, je vous remercie."),
    ("fr", "Merci, c'est pris"),
    ("fr", "pris nickel"),
    ("fr", "prise bonne nuit"),
    ("fr", "pris merci à demain"),
    ("fr", "jé pri"),
    ("fr", "tkt c fé"),
    ("fr", "✓"),
    ("fr", "oui, c'est fait"),
    ("fr", "ça y est"),
    ("fr", "Désolée j'étais en réunion, pris à l'instant"),
    ("fr", "je le prends maintenant alors"),
    ("fr", "celui de 13h je l'ai pris"),
]
TAKEN_THEN = [
    ("en", "took it at 12.45 actually", (12, 45)),
    ("en", "had mine at 1", (13, 0)),
    ("en", "i took my lunch one at quarter to one", (12, 45)),
    ("en", "took the 1pm dose at one o'clock precisely", (13, 0)),
    ("en", "1300 dose given at 1255", (12, 55)),
    ("fr", "finalement pris à 12h45", (12, 45)),
    ("fr", "pris à 13h pile", (13, 0)),
    ("fr", "ça va mieux, pris à 13h", (13, 0)),
]
NOT_YET = [
    ("en", "Not yet I'm stuck on the 401"),
    ("en", "no, I'll take it after lunch"),
    ("fr", "non, je le prends après le film"),
    ("fr", "pas encore, je suis au travail"),
    ("fr", "je suis sur la job je vas la prendre à une heure"),
]
NO_ANSWER = [
    ("en", "taken, I think"),
    ("en", "taken by my wife"),
    ("en", "took it? not sure"),
    ("en", "done with this treatment"),
    ("en", "had it with all this"),
    ("en", "took it yesterday"),
    ("en", "I'll take it tomorrow"),
    ("en", "not yet drunk today"),
    ("fr", "pris, enfin je crois"),
    ("fr", "pris par ma femme"),
    ("fr", "c'est fait exprès"),
    ("fr", "pris hier"),
    ("fr", "pris ce matin"),
    ("fr", "je le prends demain"),
    ("fr", "pas encore de nausées"),
]
MENU = {"en": "the thing about tablets, you know", "fr": "le truc des comprimés, vous savez"}


async def _reminded_at_one(house: Rig, language: str) -> None:
    await follow(house, language)
    await at(house, 8, 1)
    await house.presses("patient", "taken")
    await at(house, 13, 2)


@pytest.mark.parametrize(("language", "words"), TAKEN_NOW)
async def test_taken_is_noted_whatever_thanks_or_excuse_stands_beside_it(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _reminded_at_one(house, language)
        await say(house, words)
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"], noted.at.hour) == ("intake", "2026-01-01T13:00", 13)


@pytest.mark.parametrize(("language", "words", "hour"), TAKEN_THEN)
async def test_the_hour_that_is_told_is_the_one_noted(language: str, words: str, hour: tuple[int, int], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _reminded_at_one(house, language)
        await say(house, words)
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"], (noted.at.hour, noted.at.minute)) == ("intake", "2026-01-01T13:00", hour)


@pytest.mark.parametrize(("language", "words"), NOT_YET)
async def test_not_yet_brings_the_reminder_back(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _reminded_at_one(house, language)
        assert {"en": "I will remind you:", "fr": "je vous le rappelle"}[language] in await say(house, words)


@pytest.mark.parametrize(("language", "words"), NO_ANSWER)
async def test_nothing_is_noted_or_put_off_where_the_words_may_say_something_else(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _reminded_at_one(house, language)
        before = await last(house)
        answer = await say(house, words)
        assert await last(house) == before
        assert {"en": "I will remind you:", "fr": "je vous le rappelle"}[language] not in answer


@LANGUAGES
async def test_what_is_felt_beside_it_is_noted_as_well(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _reminded_at_one(house, language)
        answer = await say(house, {"en": "took my 1pm, bit sleepy", "fr": "c'est fait, un peu somnolente"}[language])
        start = house.clock.now()
        told = await house.house.store.run(lambda unit: unit.entries.between(1, start - HOUR, start + HOUR, ["intake", "side_effect"]))
        assert sorted(entry.kind for entry in told) == ["intake", "side_effect"]
        assert {"en": "from 0", "fr": "de 0"}[language] in answer


@LANGUAGES
@pytest.mark.parametrize(
    "said", [{"en": "done", "fr": "ça y est"}, {"en": "taken", "fr": "pris"}, {"en": "took it", "fr": "oui, c'est fait"}]
)
@pytest.mark.parametrize("asked", [{"en": "nausea", "fr": "nausées"}, MENU], ids=["how strong", "did you mean"])
async def test_a_question_older_than_the_reminder_does_not_swallow_the_answer(
    language: str, asked: dict[str, str], said: dict[str, str], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 12, 40)
        await say(house, asked[language])
        await at(house, 13, 2)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail.get("slot")) == ("intake", "2026-01-01T13:00")


@LANGUAGES
async def test_a_yes_after_a_reminder_is_about_the_reminder(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 12, 40)
        await say(house, MENU[language])
        await at(house, 13, 2)
        await say(house, *[{"en": "yep", "fr": "oui"}[language]] * 2)
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] == "2026-01-01T13:00"


TOTALS = {
    "en": "plan: 30 mg a day at 8am, 1pm and 8pm, starting today",
    "fr": "plan : 30 mg par jour à 8h, 13h et 20h, à partir d'aujourd'hui",
}


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "took 1", "fr": "pris 1"},
        {"en": "just took 1 tablet", "fr": "j'ai pris 1 comprimé"},
        {"en": "I took 1 tab", "fr": "pri 1"},
        {"en": "10 mg", "fr": "10 mg"},
        {"en": "10mg", "fr": "10mg"},
        {"en": "1 tablet", "fr": "1 comprimé"},
        {"en": "just one", "fr": "1"},
    ],
)
async def test_an_amount_is_of_the_intake_that_was_reminded_last(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TOTALS)
        await at(house, 8, 1)
        assert "8" in await say(house, {"en": "taken", "fr": "pris"}[language])
        await at(house, 13, 2)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.detail["slot"], noted.detail["dose_mg"], noted.at.hour) == ("2026-01-01T13:00", 10, 13)


@LANGUAGES
async def test_an_amount_without_a_newer_reminder_answers_what_was_asked(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TOTALS)
        await at(house, 8, 1)
        await say(house, {"en": "taken", "fr": "pris"}[language], "10 mg")
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] == "2026-01-01T08:00"


@LANGUAGES
async def test_words_of_something_else_after_a_newer_reminder_are_no_amount_of_it(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TOTALS)
        await at(house, 8, 1)
        await say(house, {"en": "taken", "fr": "pris"}[language])
        await at(house, 13, 2)
        await say(house, {"en": "never mind", "fr": "laisse tomber"}[language])
        assert await last(house) is None


@LANGUAGES
async def test_missed_and_being_taken_after_all_is_noted_beside_an_open_question(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 10)
        await say(house, {"en": "headache", "fr": "mal de tête"}[language])
        await at(house, 8, 30)
        await house.presses("patient", "skip")
        await at(house, 8, 40)
        await say(house, {"en": "i'm taking it now then", "fr": "je le prends maintenant alors"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"], noted.detail["dose_mg"]) == ("intake", "2026-01-01T08:00", 10)


@LANGUAGES
@pytest.mark.parametrize(
    "words",
    [
        {"en": "my doctor wants me to stop for three days", "fr": "mon médecin veut que j'arrête pendant trois jours"},
        {"en": "feeling better, took it at 8", "fr": "ça va mieux, pris à 8h"},
    ],
)
async def test_a_question_of_strength_takes_only_a_strength(language: str, words: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"en": "nausea", "fr": "nausées"}[language])
        await at(house, 8, 30)
        said = await house.says("patient", words[language])
        assert not any(choice.id.startswith("severity-") for message in said for choice in message.choices)
