"""Questions in a whole conversation: the rule that answers, no amount of our own, and whoever must hear of it hears."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.story import VirtualClock
from bot.core.levels import Level
from bot.handlers.steps import AWAITS
from bot.knowledge.facts import AMOUNT, facts
from bot.messages import Account
from bot.ports import Outgoing, Unit
from tests.houses import Rig, rig, settings_in
from tests.talks import TABLE, TABLE_EN

ONE_DAY = timedelta(days=1)
PLANS = {"fr": TABLE, "en": TABLE_EN}
NOBODY_CLAIMS = re.compile(r"caution|prudence|danger|avoid|évit|risk|risque", re.IGNORECASE)


@pytest.fixture(name="house")
async def _house(tmp_path: Path) -> AsyncIterator[Rig]:
    """A house on the fourth day of a step, with a moderator on duty."""
    async with rig(settings_in(tmp_path), clock=VirtualClock(datetime(2026, 2, 3, 15, 0, tzinfo=UTC))) as house:
        await house.settle("keeper", role="moderator", on_duty=True)
        yield house


async def hears(house: Rig, says: str, language: str, *, name: str = "") -> tuple[list[Outgoing], bool]:
    """What somebody with the plan of the table hears, and whether the moderators do."""
    name = name or says
    await house.settle(name, language=language)
    await house.says(name, PLANS[language])
    await house.presses(name, "confirm")
    said = await house.says(name, says)
    return [m for m in said if m.account.id == name], any(m.account.id == "keeper" for m in said)


async def awaited(house: Rig, name: str) -> set[str]:
    """What somebody's prescriber is to be asked before the next step, by its rule."""

    def read(unit: Unit) -> set[str]:
        person = unit.people.find(Account("story", name))
        assert person is not None
        entries = unit.entries.between(person.id, house.clock.now() - ONE_DAY, house.clock.now() + ONE_DAY, {"finding"})
        return {str(entry.detail["code"]) for entry in entries if entry.detail.get(AWAITS)}

    return await house.house.store.run(read)


def rules_of(heard: list[Outgoing]) -> set[str]:
    return {rule for message in heard for rule in message.rules}


SILENT = [
    ("largest_single", "quelle dose maximum en une seule prise ?", "what's the most I can take at once?"),
    ("shortest_interval", "quel est le temps minimum entre deux prises ?", "what is the minimum time between two doses?"),
    ("top_up_count", "combien de comprimés de secours par jour au maximum ?", "how many rescue tablets a day at most?"),
    ("kidney_threshold", "à partir de quelle clairance faut-il adapter ?", "below what creatinine clearance is it forbidden?"),
    ("overdose_amount", "à partir de quelle dose c'est un surdosage ?", "at what amount is it an overdose?"),
    ("under_18", "j'ai 16 ans", "I'm 16"),
    ("older", "j'ai 72 ans, c'est adapté ?", "patients over 70, is there a rule?"),
    ("pregnancy", "je suis enceinte", "can I breastfeed?"),
]


@pytest.mark.parametrize(("topic", "french", "english"), SILENT)
async def test_what_the_sources_do_not_say_is_said_in_both_languages_and_no_amount_is_named(
    topic: str, french: str, english: str, house: Rig
) -> None:
    for language, says in (("fr", french), ("en", english)):
        heard, paged = await hears(house, says, language)
        assert {"unknown-fact", *facts()[topic].rules} <= rules_of(heard), says
        assert not AMOUNT.search(heard[0].text)
        assert "talk-to-human" in {choice.id for choice in heard[0].choices}
        assert not paged


@pytest.mark.parametrize(("language", "says"), [("fr", "j'ai 16 ans"), ("en", "I'm 16")])
async def test_who_is_under_18_may_erase_everything_at_once(language: str, says: str, house: Rig) -> None:
    heard, _ = await hears(house, says, language)
    assert "erase" in {choice.id for choice in heard[0].choices}


@pytest.mark.parametrize(
    ("language", "says", "signs"),
    [
        ("fr", "3 jours sans baclofène, à quelle dose je reprends ?", "hallucinations"),
        ("en", "3 days without baclofen, at what dose do I resume?", "hallucinations"),
        ("fr", "j'ai loupé deux jours de baclofène", "hallucinations"),
        ("en", "I missed 3 days", "hallucinations"),
    ],
)
async def test_whole_days_without_reach_a_human_and_get_no_dose(language: str, says: str, signs: str, house: Rig) -> None:
    heard, paged = await hears(house, says, language)
    assert {"day-missed", "never-double", "unknown-fact", "moderators-alerted"} <= rules_of(heard)
    assert heard[0].level == Level.urgent.name
    assert paged
    assert signs in heard[0].text
    assert not AMOUNT.search(heard[0].text)


@pytest.mark.parametrize(
    ("language", "says"), [("en", "what happens if I miss several days?"), ("fr", "qu'arrive-t-il si je rate plusieurs jours ?")]
)
async def test_asking_what_days_without_would_do_alarms_nobody(language: str, says: str, house: Rig) -> None:
    heard, paged = await hears(house, says, language)
    assert "day-missed" in rules_of(heard)
    assert not paged


CONDITIONS = [
    ("condition-allergy", "je suis allergique au baclofène", "I'm allergic to baclofen"),
    ("condition-intolerance", "je suis intolérant au lactose", "I have a wheat allergy"),
    ("condition-ulcer", "j'ai un ulcère", "I had a stomach ulcer"),
    ("condition-psychiatric", "je suis bipolaire", "I am bipolar"),
    ("condition-to-declare", "j'ai une cirrhose", "I have cirrhosis"),
    ("condition-to-declare", "j'ai eu un AVC", "I had a stroke last year"),
    ("condition-to-declare", "j'ai Parkinson", "I have Parkinson's"),
    ("condition-kidney", "j'ai une insuffisance rénale", "I have kidney failure"),
]


@pytest.mark.parametrize(("rule", "french", "english"), CONDITIONS)
async def test_a_condition_goes_to_the_prescriber_and_keeps_the_next_step(rule: str, french: str, english: str, house: Rig) -> None:
    for language, says in (("fr", french), ("en", english)):
        heard, _ = await hears(house, says, language)
        assert rule in rules_of(heard), says
        assert heard[0].level == Level.consult.name
        assert not AMOUNT.search(heard[0].text)
        assert rule in await awaited(house, says)


async def test_the_next_step_is_not_announced_before_the_prescriber_has_spoken_of_a_condition(house: Rig) -> None:
    await hears(house, "thanks", "en", name="healthy")
    await hears(house, "I have cirrhosis", "en", name="ill")
    later = await house.until(datetime(2026, 2, 6, 12, 0, tzinfo=UTC))
    told = {name: {rule for m in later if m.account.id == name and m.kind == "notice" for rule in m.rules} for name in ("healthy", "ill")}
    assert "step-due" in told["healthy"]
    assert "step-due" not in told["ill"]
    assert "prescriber-decides" in told["ill"]


FAMILIES = [
    ("interaction-sedative", "je prends du Librium", "I take temazepam"),
    ("interaction-opioid", "je prends de la Lamaline", "I take Vicodin"),
    ("interaction-antihypertensive", "je prends du périndopril", "I take perindopril"),
    ("interaction-maoi", "je prends un IMAO", "I take an MAOI"),
    ("interaction-antidiabetic", "je prends de la metformine", "I take metformin"),
    ("interaction-kidney-harming", "je prends un médicament toxique pour les reins", "I take a drug that damages the kidneys"),
    ("interaction-standing-pressure", "je prends de la tamsulosine", "I take tamsulosin"),
    ("interaction-lithium", "je prends du lithium", "I'm on lithium"),
    ("interaction-antidepressant", "je prends un antidépresseur", "is it ok with my antidepressant?"),
]


@pytest.mark.parametrize(("rule", "french", "english"), FAMILIES)
async def test_a_medicine_leads_to_the_rule_of_its_family(rule: str, french: str, english: str, house: Rig) -> None:
    for language, says in (("fr", french), ("en", english)):
        heard, paged = await hears(house, says, language)
        assert {rule, "prescriber-decides"} <= rules_of(heard), says
        assert heard[0].level == Level.consult.name
        assert not AMOUNT.search(heard[0].text)
        assert not paged


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("fr", "je peux prendre de l'ibuprofène ?"),
        ("en", "can I take ibuprofen?"),
        ("fr", "je prends de la sertraline"),
        ("en", "I take sertraline"),
    ],
)
async def test_of_a_medicine_that_no_source_names_nothing_is_claimed(language: str, says: str, house: Rig) -> None:
    heard, _ = await hears(house, says, language)
    assert "interaction-other" in rules_of(heard)
    assert {"fr": "Nos guides ne disent rien de ce produit", "en": "Our guides say nothing of this product"}[language] in heard[0].text
    assert not NOBODY_CLAIMS.search(heard[0].text)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("fr", "j'ai bu et pris du Librium ce soir"),
        ("en", "I drank and took temazepam tonight"),
        ("en", "had three beers and a Vicodin"),
    ],
)
async def test_alcohol_beside_any_sedative_or_opioid_that_is_known_reaches_a_human(language: str, says: str, house: Rig) -> None:
    heard, paged = await hears(house, says, language)
    assert Level[heard[0].level] >= Level.urgent
    assert paged


@pytest.mark.parametrize(
    ("language", "says", "of_the_effect"),
    [
        ("fr", "les acouphènes vont partir ?", "Le silence les rend souvent plus présents"),
        ("en", "does the tinnitus go away?", "Silence often makes it louder"),
        ("fr", "l'hypomanie c'est fréquent ?", "environ 5 %"),
        ("en", "is hypomania common?", "about 5 %"),
    ],
)
async def test_a_question_about_an_effect_is_answered_with_what_is_known_of_it(
    language: str, says: str, of_the_effect: str, house: Rig
) -> None:
    heard, _ = await hears(house, says, language)
    assert of_the_effect in heard[0].text


@pytest.mark.parametrize(("language", "says"), [("fr", "quelle est la dose moyenne ?"), ("en", "what is the average dose?")])
async def test_averages_are_quoted_with_their_source_and_with_whose_dose_they_are_not(language: str, says: str, house: Rig) -> None:
    heard, _ = await hears(house, says, language)
    quoted = {int(amount) for amount in AMOUNT.findall(heard[0].text)}
    assert quoted == set(facts()["figures"].quotes_mg)
    assert "S002" in heard[0].text
    assert "prescriber-decides" in rules_of(heard)
