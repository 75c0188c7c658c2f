"""What is said in the hours after an alarm: nothing but a bare yes is ever being safe, and what is asked gets an answer of ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.handlers.following import LANGUAGES
from tests.handlers.keepers import to
from tests.houses import rig, settings_in

SUICIDE = {"en": "I want to kill myself", "fr": "j'ai envie de mourir"}
SWALLOWED = {"en": "i took about 30 of my baclofen an hour ago", "fr": "j'ai avalé toute la boîte il y a dix minutes"}
SEIZURE = {"en": "i had a seizure yesterday, i'm home now", "fr": "j'ai fait une crise d'épilepsie ce matin"}
HIS = {"en": "my friend swallowed his whole strip of baclofen", "fr": "mon ami a avalé toute sa plaquette de baclofène"}
STOP = {"en": "i stopped my baclofen two days ago, was on 80", "fr": "j'ai arrêté mon baclofène il y a deux jours, j'étais à 80"}
DRIVING = {
    "en": "i am so drowsy since i went up to 90, i almost dozed off while driving this morning",
    "fr": "je dors debout depuis que je suis passé à 90, j'ai failli m'endormir au volant ce matin",
}
HER = {
    "en": "my mum stopped her baclofen yesterday because she felt sick",
    "fr": "ma mère a arrêté son baclofène hier parce qu'elle avait la nausée",
}
EMERGENCY = {"en": "999 or 112", "fr": "999 ou 112"}
SAFE = {"en": "Thank you for telling me", "fr": "Merci de me le dire"}
WELCOME = {"en": "18 or over", "fr": "18 ans ou plus"}
ALARM = {"en": "Call right now", "fr": "Appelez tout de suite"}


async def talk(folder: Path, language: str, *words: str, agreed: bool = True) -> Sequence[Outgoing]:
    """Everything that was said, after the last words, to somebody who says these one after the other."""
    async with rig(settings_in(folder)) as house:
        await house.settle("keeper", role="moderator", on_duty=True)
        if agreed:
            await house.settle("patient", language=language)
        for each in words[:-1]:
            await house.says("patient", each)
        return await house.says("patient", words[-1])


async def read(folder: Path, language: str, *words: str, agreed: bool = True) -> str:
    """What the person reads at the end."""
    return "\n".join(to("patient", list(await talk(folder, language, *words, agreed=agreed))))


def is_told_safe(said: Sequence[Outgoing]) -> bool:
    """Whether the moderators read that the person is safe."""
    return any("says they are safe" in text or "être en sécurité" in text for text in to("keeper", list(said)))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "ok then i'll do it"),
        ("en", "well ok i guess i have a plan"),
        ("en", "yes i made up my mind"),
        ("en", "i haven't done it yet"),
        ("fr", "d'accord je vais le faire"),
        ("fr", "bon d'accord c'est vrai j'ai un plan"),
        ("fr", "oui c'est decide"),
        ("fr", "je l'ai pas encore fait"),
    ],
)
async def test_meaning_to_do_it_is_an_emergency_and_never_a_yes(language: str, words: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, SUICIDE[language], words)
    assert said[0].level == "emergency"
    assert ALARM[language] in said[0].text
    assert not is_told_safe(said)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "ok maybe yes"),
        ("en", "yes but i'm so tired of it"),
        ("en", "why do you need my age"),
        ("fr", "oui mais j'ai peur"),
        ("fr", "d'accord si vous le dites"),
    ],
)
async def test_a_longer_yes_is_no_answer_to_being_safe(language: str, words: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, SUICIDE[language], words)
    assert SAFE[language] not in said[0].text
    assert EMERGENCY[language] in said[0].text
    assert not is_told_safe(said)


@pytest.mark.parametrize(("language", "words"), [("en", "yes"), ("en", "yep thanks"), ("fr", "oui"), ("fr", "ouais oui")])
async def test_a_bare_yes_is_the_answer(language: str, words: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, SUICIDE[language], words)
    assert SAFE[language] in said[0].text
    assert is_told_safe(said)


@pytest.mark.parametrize(("language", "words"), [("en", "not really"), ("fr", "pas vraiment"), ("en", "no"), ("fr", "non")])
async def test_hardly_safe_is_not_safe(language: str, words: str, tmp_path: Path) -> None:
    assert (await talk(tmp_path, language, SUICIDE[language], words))[0].level == "emergency"


@LANGUAGES
async def test_a_no_to_an_open_question_in_a_case_tells_nobody_that_they_are_safe(language: str, tmp_path: Path) -> None:
    mania = {
        "en": "best week of my life! god is talking to me through the radio and i haven't needed sleep since monday",
        "fr": "meilleure semaine de ma vie ! dieu me parle par la radio et je ne dors plus depuis lundi",
    }
    great = {"en": "why would i call anyone, i'm GREAT", "fr": "pourquoi j'appellerais, je suis au TOP"}
    assert not is_told_safe(await talk(tmp_path, language, mania[language], great[language], {"en": "no", "fr": "non"}[language]))


@LANGUAGES
async def test_who_is_safe_after_a_knife_is_told_to_stay_away(language: str, tmp_path: Path) -> None:
    knife = {"en": "i took the knife, i'm going to kill him", "fr": "j'ai pris le couteau, je vais la tuer"}
    said = await read(tmp_path, language, knife[language], {"en": "yes", "fr": "oui"}[language])
    assert {"en": "Stay away from the person", "fr": "Restez loin de la personne"}[language] in said


@pytest.mark.parametrize(
    ("language", "words", "there"),
    [
        ("en", "yes he's here", True),
        ("en", "my roommate is here", True),
        ("en", "no one's with me", False),
        ("en", "i'm all alone", False),
        ("fr", "mon frère est à la maison", True),
        ("fr", "oui ma femme", True),
        ("fr", "non il n'y a personne", False),
        ("fr", "non je suis seule", False),
    ],
)
async def test_whether_anybody_is_there_may_be_said_in_words(language: str, words: str, there: bool, tmp_path: Path) -> None:
    said = await read(tmp_path, language, SEIZURE[language], words)
    key = {
        ("en", True): "Stay together",
        ("fr", True): "Restez ensemble",
        ("en", False): "Do not stay alone: call",
        ("fr", False): "appelez",
    }
    assert key[language, there] in said
    assert EMERGENCY[language] in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "i called, they're coming"),
        ("en", "ok calling them now"),
        ("fr", "oui ça y est j'ai appelé, ils arrivent"),
        ("fr", "ok j'appelle"),
    ],
)
async def test_help_that_was_called_is_heard(language: str, words: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, SWALLOWED[language], words)
    assert {"en": "You did right", "fr": "Vous avez bien fait"}[language] in said[0].text
    assert not is_told_safe(said)


@pytest.mark.parametrize(
    ("language", "words", "answer"),
    [
        ("en", "who did you tell?", "told nobody else"),
        ("en", "dont tell my parents", "told nobody else"),
        ("en", "do i still need to call?", "Call now: 999"),
        ("en", "should i make myself throw up?", "the emergency service can, right away"),
        ("en", "what happens now", "the emergency service can, right away"),
        ("en", "am i dying?", "The emergency service can act"),
        ("en", "do i skip tonight's dose?", "I speak of no dose"),
        ("en", "i can't call, he will hear", "Without speaking: 999, then 55"),
        ("fr", "vous avez prévenu qui ?", "prévenu personne d'autre"),
        ("fr", "le dites pas à mes parents", "prévenu personne d'autre"),
        ("fr", "je dois quand même appeler ?", "Appelez maintenant : 999"),
        ("fr", "je me fais vomir ?", "les secours le peuvent tout de suite"),
        ("fr", "est-ce que je vais mourir ?", "Les secours peuvent agir"),
        ("fr", "je saute ma dose de ce soir ?", "je ne parle plus de doses"),
        ("fr", "je peux pas appeler il va m'entendre", "Sans parler : 999, puis 55"),
    ],
)
async def test_what_is_asked_after_an_alarm_is_answered(language: str, words: str, answer: str, tmp_path: Path) -> None:
    said = await read(tmp_path, language, SWALLOWED[language], words)
    assert answer in said
    assert EMERGENCY[language] in said
    assert " mg" not in said


@LANGUAGES
async def test_to_die_is_still_a_wish_where_no_alarm_of_the_body_makes_it_a_fear(language: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, {"en": "am i dying?", "fr": "est-ce que je vais mourir ?"}[language])
    assert said[-1].level in ("check", "urgent", "emergency") or said[0].level in ("check", "urgent", "emergency")


@pytest.mark.parametrize(
    ("language", "words", "answer"),
    [
        ("en", "i'm with him, he is asleep", "Stay near the person"),
        ("en", "yes", "How is the person now"),
        ("fr", "je suis avec lui, il dort", "Restez près de la personne"),
        ("fr", "oui", "Comment va la personne"),
    ],
)
async def test_whoever_writes_about_somebody_else_is_answered_about_them(language: str, words: str, answer: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, HIS[language], words)
    assert answer in said[0].text
    assert not is_told_safe(said)


@LANGUAGES
async def test_a_stop_of_somebody_else_is_told_as_theirs(language: str, tmp_path: Path) -> None:
    said = await read(tmp_path, language, HER[language])
    assert {"en": "the person's prescriber", "fr": "pour cette personne, son prescripteur"}[language] in said
    assert {"en": "If the person becomes", "fr": "Si la personne devient"}[language] in said
    assert {"en": "your prescriber", "fr": "votre prescripteur"}[language] not in said


@LANGUAGES
async def test_the_friend_who_is_oneself_is_answered_as_oneself(language: str, tmp_path: Path) -> None:
    friend = {
        "en": "a friend of mine wants to kill herself tonight",
        "fr": "une amie veut se tuer ce soir",
    }
    mine = {"en": "ok the friend is me", "fr": "bon ok c'est moi"}
    said = await talk(tmp_path, language, friend[language], mine[language])
    assert {"en": "Are you safe", "fr": "Êtes-vous en sécurité"}[language] in said[0].text
    assert not is_told_safe(said)


@LANGUAGES
async def test_trembling_after_a_stop_that_was_told_is_urgent(language: str, tmp_path: Path) -> None:
    said = await talk(tmp_path, language, STOP[language], {"en": "shaking a bit", "fr": "je tremble un peu"}[language])
    assert said[0].level == "urgent"
    assert {"en": "after stopping can be serious", "fr": "après un arrêt peuvent être graves"}[language] in said[0].text


@LANGUAGES
async def test_orange_words_are_not_said_twice_within_the_hour(language: str, tmp_path: Path) -> None:
    again = {
        "en": "i am drowsy and i almost dozed off while driving again",
        "fr": "je dois reprendre la voiture ce soir pour chercher les enfants, je m'endors au volant",
    }
    first = await read(tmp_path / "1", language, DRIVING[language])
    second = await read(tmp_path / "2", language, DRIVING[language], again[language])
    assert first.splitlines()[0] != second.splitlines()[0]
    assert {"en": "do not drive", "fr": "ne prenez pas le volant"}[language] in second
    assert EMERGENCY[language] in second


@LANGUAGES
async def test_what_is_kept_for_the_moderators_is_said_in_full_once(language: str, tmp_path: Path) -> None:
    blue = {"en": ("the sky is blue over there", "the cat is on the sofa"), "fr": ("le ciel est bleu là-bas", "le chat est sur le canapé")}
    said = await read(tmp_path, language, SEIZURE[language], *blue[language])
    assert {"en": "none has come forward", "fr": "aucun ne s'est encore manifesté"}[language] not in said
    assert EMERGENCY[language] in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("i took all my pills", "what happens now", "yes", "i feel sleepy")),
        ("en", ("i want to kill myself", "yes", "i'm scared")),
        ("fr", ("je veux me tuer ce soir", "oui", "j'ai peur")),
        ("fr", ("j'ai avalé toute la boîte", "oui", "j'ai sommeil")),
    ],
)
async def test_no_welcome_comes_back_before_consent_while_the_alarm_is_open(language: str, words: tuple[str, ...], tmp_path: Path) -> None:
    said = await read(tmp_path, language, *words, agreed=False)
    assert WELCOME[language] not in said
    assert {"en": "kept", "fr": "gardé"}[language] in said


@LANGUAGES
async def test_dark_words_to_the_question_about_death_add_up(language: str, tmp_path: Path) -> None:
    dark = {
        "en": ("since Jean left I no longer see what I am for", "I put my papers in order so the children have no trouble"),
        "fr": (
            "depuis que Jeanne est partie je ne vois plus à quoi je sers",
            "j'ai mis mes papiers en ordre, comme ça les enfants n'auront pas d'ennuis",
        ),
    }
    assert (await talk(tmp_path, language, *dark[language]))[0].level in ("urgent", "emergency")


@LANGUAGES
async def test_not_being_able_to_speak_is_no_sign_of_its_own(language: str, tmp_path: Path) -> None:
    hit = {"en": "my husband hits me and i'm scared to go home", "fr": "mon mari me frappe et j'ai peur de rentrer"}
    said = await read(
        tmp_path, language, hit[language], {"en": "i can't call, he will hear", "fr": "je peux pas appeler il va m'entendre"}[language]
    )
    assert {"en": "Without speaking: 999, then 55", "fr": "Sans parler : 999, puis 55"}[language] in said
    assert {"en": "Do not drive", "fr": "Ne conduisez pas"}[language] not in said
