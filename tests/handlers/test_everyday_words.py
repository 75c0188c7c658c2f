"""What any human would understand is done, and not asked about; what is denied, to come, of others or unclear is asked about still."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.entry import Entry
from tests.handlers.following import at, follow
from tests.houses import Rig, rig, settings_in

INTAKES = [
    ("en", "took it at 2p", "14:00"),
    ("en", "taken 1412", "14:12"),
    ("en", "took mine at 235", "14:35"),
    ("en", "i did take it at 12.40", "12:40"),
    ("en", "Okay so I took that one at like one on the dot", "13:00"),
    ("en", "took the lunch one a bit late, quarter to two", "13:45"),
    ("en", "got it down me at ten past two", "14:10"),
    ("en", "took it at two fifteen", "14:15"),
    ("en", "took mine, then went straight to bed", "21:20"),
    ("en", "Okay home now and I took it", "21:20"),
    ("en", "sorry for the late reply, took it an hour ago", "20:20"),
    ("en", "that's me just had it", "21:20"),
    ("en", "forgot about the pill til now, just took it", "21:20"),
    ("en", "i wanted to tell you i took it at 8pm", "20:00"),
    ("en", "lol took it on the bus", "21:20"),
    ("fr", "finalement pris à 15h45", "15:45"),
    ("fr", "jé pri selui de 13 eure a 13 eure 30", "13:30"),
    ("fr", "j'ai pris mon comprimé à 20 heures avant de me coucher", "20:00"),
    ("fr", "je voulais vous dire que je l'ai pris à 20h", "20:00"),
    ("fr", "Me voilà rentrée, je viens de le prendre.", "21:20"),
    ("fr", "cé bon jé pri", "21:20"),
    ("fr", "je l'ai pris chez ma mère à 13h", "13:00"),
    ("fr", "pris dans le métro mdr", "21:20"),
    ("fr", "prise une complète", "21:20"),
    ("fr", "pris 1 entier", "21:20"),
    ("fr", "prise 13h RAS", "13:00"),
]
DRINKS = [
    ("en", "I had about three quarters of a bottle of red wine tonight period I'm not proud of it", 0.75),
    ("en", "Tonight I only had one glass of wine which is way better than yesterday", 1),
    ("en", "two old fashioneds at the hotel bar", 2),
    ("en", "two pints with my brother at the pub", 2),
    ("en", "and another pint lol", 1),
    ("en", "5 pints in me", 5),
    ("en", "Zero drinks today first time in like I don't know three years", 0),
    ("en", "ETOH x0 today", 0),
    ("fr", "les trois quarts d'une bouteille de rouge ce soir", 0.75),
    ("fr", "ce soir juste un verre de vin, ce qui est bien mieux qu'hier", 1),
    ("fr", "un pastis chez le voisin", 1),
    ("fr", "et encore un verre là, hihi", 1),
    ("fr", "j'ai pris une petite bière au 5 à 7", 1),
]
EFFECTS = [
    ("en", "wee bit nauseous, mibbe 3", "nausea", 3),
    ("en", "my mouth is really dry, a 4", "dry_mouth", 4),
    ("en", "slept like crap, maybe 3 hours", "insomnia", None),
    ("en", "head's bangin", "headache", None),
    ("fr", "un peu nauséeux, 3", "nausea", 3),
    ("fr", "EI: céphalées EVA 3", "headache", 3),
    ("fr", "j'ai la bouche sèche, peut-être 4", "dry_mouth", 4),
]
BOTH = [
    ("en", "took my 8pm, bit sleepy", {"intake", "side_effect"}),
    ("en", "taken im a bit dizzy", {"intake", "side_effect"}),
    ("en", "took 10. had 4 beers too", {"intake", "drink"}),
    ("en", "took it. 5 pints in me", {"intake", "drink"}),
    ("en", "skipping this one, still groggy", {"missed", "side_effect"}),
    ("fr", "prise j'ai la bouche sèche", {"intake", "side_effect"}),
    ("fr", "pris mon 20h, un peu vaseux", {"intake", "side_effect"}),
    ("fr", "pas pris, trop barbouillé", {"missed"}),
]
DOSE, DRANK, FELT = "intake", "drink", "side_effect"
NEVER = [
    *(
        ("en", words, DOSE)
        for words in (
            *("he took it at 2p", "home now, not taken yet", "back home, will take it in a bit", "took it i think", "both taken"),
            *("took my 8pm off the shelf", "taken 1500", "took 2000", "took hers by mistake at 12.40", "took mine to the vet"),
            *("i want to say i took it but i didnt", "took it, gave it to my dad", "took them to school on the bus"),
            *(
                "took ibuprofen at 630",
                "back at work, took it twice",
                "lol i didnt take it",
                "took my coffee at 8",
                "forgot about the pill til now",
            ),
        )
    ),
    *(
        ("fr", words, DOSE)
        for words in (
            *("il l'a pris à 13h", "rentrée, pas encore pris", "je suis rentrée, je vais le prendre", "j'ai pris un demi", "je pris pas"),
            *(
                "j'ai pris les deux",
                "pris mon café",
                "pris 1 entier de trop",
                "prise une complète par ma femme",
                "j'ai failli le prendre chez ma mère",
            ),
            *("je crois que je l'ai pris au bureau", "ma prise est à 13h", "la prise du matin est à 8h", "pris à la pharmacie"),
            *("je voulais vous dire que j'ai rien pris", "ai-je pris ma dose de 18h", "pris mon 20h et celui de 13h"),
        )
    ),
    *(
        ("en", words, DRANK)
        for words in (
            *("no pints at the pub", "2 pints at the pub tomorrow", "might have two pints at the pub", "3 beers in the fridge"),
            *("my mate had 4 beers at the pub", "wedding saturday, two pints at the pub maybe", "gaspin for a pint, 8 oot of 10"),
        )
    ),
    *(
        ("fr", words, DRANK)
        for words in (
            *("pas de bière chez le voisin", "4 pintes chez mon frère demain", "mon frère a pris 2 bières au bar"),
            *("j'ai pris 2 bières au 5 à 7 demain", "j'ai anvi de boir"),
        )
    ),
    *(("en", words, FELT) for words in ("headache 3 times today", "not sleepy at all, a 0 or 2")),
    *(("fr", words, FELT) for words in ("mal de tête 3 fois", "pas somnolent du tout, 0 ou 2")),
]


async def _told(house: Rig, language: str, words: str) -> list[Entry]:
    """What is noted of a message, at twenty past nine in the evening of a day whose first dose was taken."""
    await follow(house, language)
    await at(house, 8, 2)
    await house.presses("patient", "taken")
    await at(house, 21, 20)
    since = house.clock.now()
    await house.says("patient", words)
    kept = await house.house.store.run(lambda unit: unit.entries.between(1, since.replace(year=2025), since.replace(year=2027)))
    return [entry for entry in kept if entry.recorded_at >= since and entry.kind in ("intake", "missed", "drink", "side_effect", "craving")]


@pytest.mark.parametrize(("language", "words", "hour"), INTAKES)
async def test_an_intake_in_everyday_words_is_noted_at_its_hour(language: str, words: str, hour: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        (noted,) = await _told(house, language, words)
        assert (noted.kind, noted.detail["dose_mg"], noted.at.strftime("%H:%M")) == ("intake", 10, hour)


@pytest.mark.parametrize(("language", "words", "count"), DRINKS)
async def test_drinks_in_everyday_words_are_noted_as_many_as_were_told(language: str, words: str, count: float, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        (noted,) = await _told(house, language, words)
        assert noted.kind == "drink"
        assert [drink["count"] for drink in noted.detail["drinks"]] == [count]


@pytest.mark.parametrize(("language", "words", "finding", "severity"), EFFECTS)
async def test_an_effect_is_noted_with_the_strength_said_after_it(
    language: str, words: str, finding: str, severity: int | None, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        (noted,) = await _told(house, language, words)
        assert (noted.kind, noted.detail["finding"], noted.detail["severity"]) == ("side_effect", finding, severity)


@pytest.mark.parametrize(("language", "words", "kinds"), BOTH)
async def test_two_things_told_in_one_breath_are_both_noted(language: str, words: str, kinds: set[str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        assert {entry.kind for entry in await _told(house, language, words)} >= kinds


@pytest.mark.parametrize(("language", "words", "kind"), NEVER)
async def test_what_is_denied_to_come_of_others_or_unclear_is_not_noted(language: str, words: str, kind: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        assert kind not in {
            entry.kind for entry in await _told(house, language, words) if kind != FELT or entry.detail["severity"] is not None
        }
