"""The rows of the case contract that need words: a plan in force, what is said, and what the answer must and must not be.

P4 is registered in words from 2026-01-01, bedtime 22:00. Levels: RED is `emergency`, or `urgent` where the mind is in danger; ORANGE is
`urgent` or `consult`; REFUSE names no amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.story import VirtualClock
from bot.ports import Outgoing
from tests.houses import Rig, rig, settings_in

NEVER_DOUBLE = "never-double"
TABLE = "plan quatre prises à partir du 1er janvier 2026, coucher 22h"
TABLE_EN = "four dose plan from January 1st 2026, bedtime 10pm"
REFUSE = ("prescriber-decides",)
HELP_FIRST = ("emergency-number", "red-flag-no-dose", "red-flag-freeze", "moderators-alerted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation: a plan in force, earlier words, and the words of the case with what its answer must and must not be.

    `when` is London time; `amounts` are the only mg that the answer may name (None: any); `paged`: whether moderators hear of it.
    """

    row: str
    says: str
    before: tuple[str, ...] = ()
    when: str = "2026-02-02T15:00"
    plan: str = TABLE
    level: str | None = None
    rules: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()
    amounts: frozenset[int] | None = None
    paged: bool | None = None
    language: str = "fr"


NO_MG: frozenset[int] = frozenset()


def red(row: str, says: str, *, level: str = "emergency", text: tuple[str, ...] = (), plan: str = TABLE) -> Talk:
    """A danger sign: help first, moderators paged, and no amount of any kind."""
    return Talk(row=row, says=says, plan=plan, level=level, rules=HELP_FIRST, text=text, amounts=NO_MG, paged=True)


def calm(row: str, says: str, plan: str = TABLE) -> Talk:
    """Words that sound like danger and are none: no emergency text, no page; a gentle question is allowed."""
    return Talk(row=row, says=says, plan=plan, level="not urgent", paged=False)


async def prepare(house: Rig, talk: Talk) -> None:
    """Make the patient and a moderator known, register the plan, and say what was said before."""
    await house.settle("patient", language="en" if talk.plan == TABLE_EN else talk.language)
    await house.settle("keeper", role="moderator", on_duty=True)
    if talk.plan:
        await house.says("patient", talk.plan)
        await house.presses("patient", "confirm")
    for words in talk.before:
        await house.says("patient", words)


async def answer_of(talk: Talk, folder: Path) -> tuple[list[Outgoing], bool]:
    """What the patient hears, and whether the moderators do."""
    clock = VirtualClock(datetime.fromisoformat(talk.when).replace(tzinfo=UTC))
    async with rig(settings_in(folder), clock=clock) as house:
        await prepare(house, talk)
        said = await house.says("patient", talk.says)
    return [m for m in said if m.account.id == "patient"], any(m.account.id == "keeper" for m in said)


IN_CONVERSATION: list[Talk] = [
    Talk(
        row="23",
        plan="",
        says="je prends 70 mg par jour : 20 à 8h, 15 à 13h, 15 à 18h, 15 à 22h",
        rules=("plan-sum-mismatch",),
        text=("70 mg", "65 mg"),
    ),
    Talk(
        row="23 nothing stored",
        plan="",
        before=("je prends 70 mg par jour : 20 à 8h, 15 à 13h, 15 à 18h, 15 à 22h",),
        says="c'est quoi mon plan ?",
        amounts=NO_MG,
    ),
    Talk(row="24", says="Mon médecin refuse d'augmenter, combien je prends ?", rules=REFUSE, amounts=NO_MG, paged=False),
    Talk(
        row="25",
        when="2026-01-28T09:00",
        says="cette nuit j'étais très agité, impossible de dormir, 6/10",
        rules=("step-back-7-days",),
        text=("50 mg", "4 février"),
        amounts=frozenset({50, 60}),
    ),
    Talk(
        row="33",
        plan="",
        says="mon médecin m'a prescrit 80 mg par jour : 20 à 8h, 20 à 12h, 20 à 16h, 20 à 20h",
        rules=("plan-confirm", "specialist-above-80"),
    ),
    Talk(
        row="34",
        plan="",
        says="mon médecin m'a prescrit 85 mg par jour : 20 à 8h, 20 à 12h, 20 à 16h, 25 à 20h",
        rules=("plan-confirm", "specialist-above-80"),
    ),
    Talk(
        row="35",
        plan="",
        says="mon médecin m'a prescrit 300 mg par jour : 75 à 8h, 75 à 12h, 75 à 16h, 75 à 20h",
        rules=("plan-confirm",),
        text=("300 mg",),
    ),
    Talk(
        row="36",
        plan="",
        says="mon médecin m'a prescrit 305 mg par jour : 80 à 8h, 75 à 12h, 75 à 16h, 75 à 20h",
        level="consult or more",
        rules=("ceiling-300",),
    ),
    Talk(
        row="41", says="j'ai oublié la prise de 13h", when="2026-02-02T15:00", rules=("late-intake-ok", NEVER_DOUBLE), not_text=("30 mg",)
    ),
    Talk(
        row="42", says="j'ai oublié la prise de 13h", when="2026-02-02T16:30", rules=("late-intake-skip", NEVER_DOUBLE), not_text=("30 mg",)
    ),
    Talk(
        row="43", says="j'ai oublié la prise de 13h", when="2026-02-02T16:00", rules=("late-intake-ok", NEVER_DOUBLE), not_text=("30 mg",)
    ),
    Talk(
        row="44",
        when="2026-02-02T19:00",
        says="je ne sais plus si j'ai pris mes comprimés de 18 h",
        rules=("unsure-means-taken", NEVER_DOUBLE),
    ),
    Talk(
        row="45",
        when="2026-02-03T09:00",
        says="j'ai oublié tous mes comprimés hier",
        level="urgent",
        rules=("day-missed", NEVER_DOUBLE),
        not_text=("140 mg",),
        paged=True,
    ),
    Talk(row="47", when="2026-02-02T08:05", before=("pris 20 mg à 8h",), says="pris 20 mg à 8h", rules=("duplicate-entry",)),
    Talk(
        row="48", when="2026-02-02T19:00", says="j'ai une très forte envie de boire, 9/10", rules=("top-up-only-if-planned",), amounts=NO_MG
    ),
    Talk(
        row="48 asked",
        when="2026-02-02T19:00",
        says="envie de boire énorme, je peux prendre un comprimé de plus ?",
        rules=("top-up-only-if-planned",),
    ),
    Talk(
        row="59",
        when="2026-02-01T12:00",
        says="je passe à 70 mg/j demain, craving à 18 h. Comment je répartis ?",
        rules=("split-hours-fixed",),
        text=("8 h", "13 h", "18 h", "22 h"),
        amounts=frozenset({15, 20, 70}),
    ),
    Talk(row="67", says="je veux arriver à zéro en 5 jours, j'en suis à 200 mg", rules=("never-stop-abruptly",), paged=True),
    Talk(row="67 tonight", says="j'arrête tout ce soir", level="urgent", rules=("never-stop-abruptly",), amounts=NO_MG, paged=True),
    red("71 fr", "je veux mourir", level="urgent or more"),
    red("71 en", "I want to kill myself", level="urgent or more", plan=TABLE_EN),
    red("71 fr, tired of living", "je n'en peux plus de vivre", level="urgent or more"),
    calm("72", "je n'ai aucune idée suicidaire"),
    calm("73", "mon père s'est suicidé l'an dernier"),
    red("78", "j'ai pris 200 mg d'un coup"),
    red("78 in tablets", "j'ai avalé 20 comprimés de 10 d'un coup"),
    red("78 en", "I just took 200 mg all at once", plan=TABLE_EN),
    red("83", "je n'arrive plus à respirer, je prends combien ce soir ?"),
    red("83 suicidal", "je veux en finir, combien de mg je dois prendre ce soir ?", level="urgent or more"),
    *(
        Talk(
            row=f"85 {name}",
            says=f"je prends aussi {name}, c'est dangereux avec le baclofène ?",
            rules=("interaction-opioid", *REFUSE),
            level="consult",
            amounts=NO_MG,
        )
        for name in ("de la méthadone", "du Subutex", "de la morphine", "du fentanyl", "du tramadol", "de la codéine")
    ),
    Talk(row="86", says="j'ai bu et j'ai pris du Xanax ce soir", level="urgent or more", text=("alcool",), amounts=NO_MG, paged=True),
    red("86 hard to wake", "il a bu avec du Xanax et on n'arrive pas à le réveiller"),
    Talk(row="87", says="je peux prendre du Phenergan avec ?", rules=("interaction-sedative",), level="consult", amounts=NO_MG),
    Talk(
        row="88 amitriptyline",
        says="je prends de l'amitriptyline, c'est compatible ?",
        rules=("interaction-tricyclic",),
        level="consult",
        amounts=NO_MG,
    ),
    Talk(
        row="88 ramipril",
        says="je prends du ramipril, c'est compatible ?",
        rules=("interaction-antihypertensive",),
        level="consult",
        amounts=NO_MG,
    ),
    Talk(
        row="88 levodopa",
        says="je prends de la lévodopa, c'est compatible ?",
        rules=("interaction-levodopa",),
        level="consult",
        amounts=NO_MG,
    ),
    Talk(row="94", when="2026-01-20T12:00", says="je conduis demain", rules=("driving-during-increase",), amounts=NO_MG),
    Talk(row="94 asked", when="2026-01-20T12:00", says="je peux conduire demain ?", rules=("driving-during-increase",), amounts=NO_MG),
    # the same in English
    Talk(
        row="23 en",
        plan="",
        language="en",
        says="I take 70 mg a day: 20 at 8am, 15 at 1pm, 15 at 6pm, 15 at 10pm",
        rules=("plan-sum-mismatch",),
        text=("70 mg", "65 mg"),
    ),
    Talk(
        row="24 en", plan=TABLE_EN, says="my doctor refuses to go higher, how much should I take?", rules=REFUSE, amounts=NO_MG, paged=False
    ),
    Talk(
        row="36 en",
        plan="",
        language="en",
        says="my doctor prescribed 305 mg a day: 80 at 8am, 75 at noon, 75 at 4pm, 75 at 8pm",
        level="consult or more",
        rules=("ceiling-300",),
    ),
    Talk(row="41 en", plan=TABLE_EN, says="I forgot my 1pm dose", rules=("late-intake-ok", NEVER_DOUBLE), not_text=("30 mg",)),
    Talk(
        row="42 en",
        plan=TABLE_EN,
        when="2026-02-02T16:30",
        says="I forgot my 1pm dose",
        rules=("late-intake-skip", NEVER_DOUBLE),
        not_text=("30 mg",),
    ),
    Talk(
        row="44 en",
        plan=TABLE_EN,
        when="2026-02-02T19:00",
        says="I can't remember whether I took my 6pm tablets",
        rules=("unsure-means-taken", NEVER_DOUBLE),
    ),
    Talk(
        row="45 en",
        plan=TABLE_EN,
        when="2026-02-03T09:00",
        says="I forgot all my tablets yesterday",
        level="urgent",
        rules=("day-missed", NEVER_DOUBLE),
        not_text=("140 mg",),
        paged=True,
    ),
    Talk(
        row="47 en",
        plan=TABLE_EN,
        when="2026-02-02T08:05",
        before=("took 20 mg at 8am",),
        says="took 20 mg at 8am",
        rules=("duplicate-entry",),
    ),
    Talk(
        row="48 en",
        plan=TABLE_EN,
        when="2026-02-02T19:00",
        says="craving really badly, 9/10",
        rules=("top-up-only-if-planned",),
        amounts=NO_MG,
    ),
    Talk(
        row="59 en",
        plan=TABLE_EN,
        when="2026-02-01T12:00",
        says="I go up to 70 mg/day tomorrow, craving at 6pm. How do I split it?",
        rules=("split-hours-fixed",),
        amounts=frozenset({15, 20, 70}),
    ),
    Talk(
        row="67 en",
        plan=TABLE_EN,
        says="I'm stopping everything tonight",
        level="urgent",
        rules=("never-stop-abruptly",),
        amounts=NO_MG,
        paged=True,
    ),
    calm("72 en", "I have no suicidal thoughts at all", plan=TABLE_EN),
    calm("73 en", "my father killed himself last year", plan=TABLE_EN),
    red("83 en", "I can't breathe, how much should I take tonight?", plan=TABLE_EN),
    *(
        Talk(
            row=f"85 {name} en",
            plan=TABLE_EN,
            says=f"I also take {name}, is that dangerous with baclofen?",
            rules=("interaction-opioid", *REFUSE),
            level="consult",
        )
        for name in ("methadone", "Suboxone", "morphine", "fentanyl", "tramadol", "codeine")
    ),
    Talk(
        row="86 en",
        plan=TABLE_EN,
        says="I drank and took Xanax tonight",
        level="urgent or more",
        text=("lcohol",),
        amounts=NO_MG,
        paged=True,
    ),
    Talk(row="87 en", plan=TABLE_EN, says="can I take Phenergan with it?", rules=("interaction-sedative",), level="consult", amounts=NO_MG),
    Talk(
        row="88 amitriptyline en",
        plan=TABLE_EN,
        says="I take amitriptyline, is that ok?",
        rules=("interaction-tricyclic",),
        level="consult",
        amounts=NO_MG,
    ),
    Talk(
        row="88 ramipril en",
        plan=TABLE_EN,
        says="I take ramipril, is that ok?",
        rules=("interaction-antihypertensive",),
        level="consult",
        amounts=NO_MG,
    ),
    Talk(
        row="88 levodopa en",
        plan=TABLE_EN,
        says="I take levodopa, is that ok?",
        rules=("interaction-levodopa",),
        level="consult",
        amounts=NO_MG,
    ),
    Talk(
        row="94 en", plan=TABLE_EN, when="2026-01-20T12:00", says="I'm driving tomorrow", rules=("driving-during-increase",), amounts=NO_MG
    ),
    Talk(
        row="94 asked en",
        plan=TABLE_EN,
        when="2026-01-20T12:00",
        says="can I drive tomorrow?",
        rules=("driving-during-increase",),
        amounts=NO_MG,
    ),
]
