"""What people say in passing on ordinary days: heard as what it is, and never as an alarm, a drink or an intake that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import HOUR, LANGUAGES, at, follow, last, say
from tests.houses import rig, settings_in

TWENTY_AT_ONE = {
    "en": "plan: 10 mg at 8am, 20 mg at 1pm, 10 mg at 8pm, starting today",
    "fr": "plan : 10 mg à 8h, 20 mg à 13h, 10 mg à 20h, à partir d'aujourd'hui",
}


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "havent had a drink since last night", "fr": "j'ai pas bu depuis hier soir"},
        {"en": "haven't had a drop since yesterday", "fr": "pas une goutte depuis hier"},
        {"en": "not had a drink since yesterday", "fr": "pas bu un verre depuis hier"},
    ],
)
async def test_a_day_without_a_drink_is_no_day_without_the_medicine(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 10, 0, days=1)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["drinks"]) == ("drink", [{"count": 0}])
        assert await house.house.store.run(lambda unit: unit.cases.open_for(1)) is None


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "not had the 1pm one yet, in a meeting", "fr": "pas encore pris celui de 13h, en réunion"},
        {"en": "not had it yet", "fr": "pas encore pris"},
        {"en": "haven't had dinner yet", "fr": "j'ai pas encore dîné"},
    ],
)
async def test_not_yet_is_never_read_as_nothing_drunk(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        assert {"en": "alcohol", "fr": "alcool"}[language] not in await say(house, said[language])
        assert await last(house) is None


@LANGUAGES
async def test_an_amount_told_hours_after_it_was_asked_for_is_of_its_own_hour(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await at(house, 14, 2)
        await say(house, {"en": "taken", "fr": "pris"}[language])
        await at(house, 21, 3)
        await say(house, {"en": "taken the twenty", "fr": "j'ai pris 20 mg"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.detail["dose_mg"], noted.at.hour) == (20, 21)


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "shit left my pills at home", "fr": "mince j'ai laissé mes comprimés à la maison"},
        {"en": "haven't got them with me", "fr": "je n'ai pas mes comprimés sur moi"},
        {"en": "forgot my tablets in the car", "fr": "oublié mes comprimés dans la voiture"},
    ],
)
async def test_tablets_left_elsewhere_are_asked_about_like_a_no_to_the_reminder(
    language: str, said: dict[str, str], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 13, 2)
        (asked,) = await house.says("patient", said[language])
        assert [choice.id for choice in asked.choices] == ["snooze-15", "skip"]
        assert await last(house) is None


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "ok skipping", "fr": "tant pis je saute"},
        {"en": "skipping this one", "fr": "je saute celle-ci"},
    ],
)
async def test_an_intake_that_is_left_out_after_its_reminder_is_noted_as_missed(
    language: str, said: dict[str, str], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 13, 2)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"]) == ("missed", "2026-01-01T13:00")


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "joking lol, just the one", "fr": "je rigole, juste un"},
        {"en": "no sorry, only one", "fr": "non pardon, juste un seul"},
    ],
)
async def test_just_the_one_puts_two_right(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TWENTY_AT_ONE)
        await at(house, 13, 2)
        await say(house, {"en": "took both", "fr": "pris les deux"}[language])
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["dose_mg"] == 10


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "is that bad with baclofen?", "fr": "c'est grave avec le baclofène ?"},
        {"en": "is that dangrous", "fr": "c'est dangereux ?"},
        {"en": "does it matter?", "fr": "ça craint ?"},
    ],
)
async def test_whether_a_drink_matters_is_answered_with_what_is_known_of_alcohol(
    language: str, said: dict[str, str], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 18)
        await say(house, {"en": "had 2 mojitos", "fr": "j'ai bu 2 mojitos"}[language])
        (answer,) = await house.says("patient", said[language])
        assert "interaction-alcohol" in answer.rules


@LANGUAGES
async def test_after_nothing_was_drunk_such_a_question_is_not_of_alcohol(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, {"en": "taken", "fr": "pris"}[language])
        said = await house.says("patient", {"en": "is that dangerous", "fr": "c'est dangereux ?"}[language])
        assert "interaction-alcohol" not in {rule for message in said for rule in message.rules}


@LANGUAGES
async def test_whose_clock_is_followed_can_be_asked(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        assert "Europe/London" in await say(house, {"en": "is there a time difference?", "fr": "il y a un décalage horaire ?"}[language])


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "I nearly bought a bottle but I didn't", "fr": "j'ai failli acheter une bouteille"},
        {"en": "almost had a beer", "fr": "j'ai presque bu une bière"},
        {"en": "I had a cup of tea instead", "fr": "j'ai bu un thé à la place"},
    ],
)
async def test_a_drink_that_was_not_had_is_never_noted_nor_said_back(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        asked = await house.says("patient", said[language])
        assert await last(house) is None
        assert "intent-told" not in {choice.id for message in asked for choice in message.choices}


@pytest.mark.parametrize(
    ("said", "drinks"),
    [
        ("had 3 schooners and a bourbon n coke", [{"count": 3, "unit": "schooner"}, {"count": 1, "kind": "spirits"}]),
        ("vodka and coke", [{"kind": "spirits"}]),
        (
            "umm I had three glasses of wine last night and erm about two whiskies",
            [{"count": 3, "unit": "glass", "kind": "wine"}, {"count": 2, "kind": "spirits"}],
        ),
    ],
)
async def test_a_mixer_is_no_drug_and_about_two_whiskies_are_no_hour(said: str, drinks: list[dict[str, object]], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        (answer,) = await house.says("patient", said)
        noted = await last(house)
        assert noted is not None
        assert noted.detail["drinks"] == drinks
        assert "interaction-alcohol" not in answer.rules


@LANGUAGES
async def test_an_intake_and_a_drink_told_together_are_both_kept(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 20, 2)
        await say(house, {"en": "take 10. had 4 beers too", "fr": "pris 10. et bu 4 bières"}[language])
        now = house.clock.now()
        told = await house.house.store.run(lambda unit: unit.entries.between(1, now - HOUR, now + HOUR))
        assert {"drink", "intake"} <= {entry.kind for entry in told}


@LANGUAGES
async def test_an_effect_that_is_nearly_gone_is_heard_and_not_noted(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        told = await say(house, {"en": "headaches nearly gone", "fr": "maux de tête presque partis"}[language])
        assert {"en": "Good to hear", "fr": "Tant mieux"}[language] in told
        assert await last(house) is None


@LANGUAGES
async def test_making_up_for_a_missed_intake_with_two_is_answered_at_once(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        said = {"en": "can i take 2 tonight to make up", "fr": "je peux en prendre 2 ce soir pour rattraper"}
        (answer,) = await house.says("patient", said[language])
        assert {"en": "never doubled", "fr": "on ne double jamais"}[language] in answer.text
        assert "gentle-check" not in answer.rules


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "have now", "fr": "voilà c'est fait"},
        {"en": "now I have.", "fr": "c'est bon je l'ai pris"},
        {"en": "grand, had it", "fr": "parfait, pris"},
        {"en": "had it there now", "fr": "je viens de le prendre"},
        {"en": "taken mate", "fr": "pris chef"},
        {"en": "Did it", "fr": "c'est fait"},
        {"en": "oops only seeing this now. had it at 1ish", "fr": "désolé j'étais en réunion. pris vers 13h"},
    ],
)
async def test_short_news_after_a_reminder_answers_it(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 13, 2)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"]) == ("intake", "2026-01-01T13:00")
