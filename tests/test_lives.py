"""Generated lives: whatever people say, press, and whenever the process dies, the safety laws hold in every answer."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.limits import CEILING_DAY_MG
from bot.knowledge.countries import numbers
from bot.messages import Account
from bot.ports import Outgoing, StoredPlan, Unit
from tests.houses import Rig, minds, rig, settings_in

AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?) ?mg")
QUOTED_SOURCE = re.compile(r"S00\d|ANSM|NHS")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

ORDINARY = {
    "en": (
        "took 5 mg at 8am",
        "taken",
        "took 2 tablets",
        "just took 30 mg",
        "forgot my last dose",
        "undo",
        "drowsy 6/10",
        "restless at night 7/10",
        "7",
        "yes",
        "no",
        "craving 8/10",
        "had 3 glasses of wine",
        "how should I split 70 mg if cravings hit at 6pm?",
        "when is my next dose?",
        "what is my plan?",
        "how much have I taken so far today?",
        "can I double the next dose?",
        "my doctor won't go up, how much should I take?",
        "I want to stop baclofen",
        "30mg/day, plus 10 every 3 days, at 8am noon 4pm and 8pm",
        "four dose plan from today, bedtime 10pm",
        "310 mg a day in 4 doses at 8am noon 4pm and 8pm",
        "can I take tramadol with it?",
        "never mind",
        "remind me in 30 minutes",
    ),
    "fr": (
        "j'ai pris 5 mg à 8h",
        "pris",
        "pris 2 comprimés",
        "oublié ma dernière prise",
        "annule",
        "somnolence 6/10",
        "agitation la nuit 7/10",
        "oui",
        "non",
        "envie de boire 8/10",
        "bu 3 verres de vin",
        "je passe à 70 mg/j demain, craving à 18 h. Comment je répartis ?",
        "c'est quand ma prochaine prise ?",
        "c'est quoi mon plan ?",
        "je peux doubler la prochaine ?",
        "mon médecin refuse d'augmenter, combien je prends ?",
        "je veux arrêter le baclofène",
        "plan quatre prises à partir d'aujourd'hui, coucher 22h",
        "30 mg/j, +10 tous les 3 jours, 8h 12h 16h 20h",
    ),
}
DANGEROUS = {
    "en": ("I want to kill myself", "I don't know what day it is", "I took 25 tablets of 10 at once", "I can't breathe"),
    "fr": ("j'ai envie d'en finir", "je ne sais plus quel jour on est", "j'ai avalé 25 comprimés de 10", "je veux mourir"),
}
PRESSES = (
    "confirm",
    "cancel",
    "taken",
    "taken-earlier",
    "snooze-15",
    "skip",
    "undo",
    "yes",
    "no",
    "step-up",
    "hold",
    "severity-7",
    "safe",
    "not-safe",
)


@dataclass(frozen=True)
class Act:
    """One thing that happens in a life."""

    kind: str
    what: str = ""
    hours: int = 0


@dataclass
class Life:
    """A life while it is lived: what the person has said in numbers, and what was read back to them."""

    language: str
    said: set[float] = field(default_factory=set)
    plans: list[StoredPlan] = field(default_factory=list)


def acts(language: str) -> st.SearchStrategy[list[Act]]:
    """A life of a few days in one language."""
    words = st.sampled_from(ORDINARY[language]).map(lambda text: Act("says", text))
    danger = st.sampled_from(DANGEROUS[language]).map(lambda text: Act("says", text))
    press = st.sampled_from(PRESSES).map(lambda choice: Act("presses", choice))
    wait = st.integers(1, 30).map(lambda hours: Act("waits", hours=hours))
    keeper = st.sampled_from(("claim", "resolve-safe")).map(lambda choice: Act("keeper", choice))
    crash = st.sampled_from(("handler", "database", "before_send", "after_commit")).map(lambda fault: Act("crash", fault))
    return st.lists(st.one_of(words, words, words, press, press, wait, danger, keeper, crash), min_size=3, max_size=14)


LIVES = st.sampled_from(("fr", "en")).flatmap(lambda language: st.tuples(st.just(language), acts(language)))


@cache
def template() -> Path:
    """A migrated database, copied for each life."""
    folder = Path(tempfile.mkdtemp(prefix="palier-lives-"))
    settings_in(folder)
    return folder / "story.db"


@given(life=LIVES)
@settings(max_examples=40)
def test_no_life_breaks_a_safety_law(life: tuple[str, list[Act]]) -> None:
    language, happenings = life
    with tempfile.TemporaryDirectory(prefix="palier-life-") as folder:
        shutil.copy(template(), folder)
        asyncio.run(live(Path(folder), language, happenings))


async def live(folder: Path, language: str, happenings: list[Act]) -> None:
    """Live it, and hold every law after every act."""
    life = Life(language)
    async with rig(settings_in(folder)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", language=language, on_duty=True)
        for act in happenings:
            said = await happens(house, act)
            life.said |= {float(number.replace(",", ".")) for number in NUMBER.findall(act.what)}
            await hold_the_laws(house, life, act, said)


async def happens(house: Rig, act: Act) -> list[Outgoing]:
    """One act; a press that was never offered is no act at all."""
    who = "keeper" if act.kind == "keeper" else "patient"
    if act.kind == "says":
        return await house.says(who, act.what)
    if act.kind == "waits":
        return await house.after(timedelta(hours=act.hours))
    if act.kind == "crash":
        return await danger_during(house, act.what)
    offered = {c.id for d in house.sender.delivered if d.message.account.id == who for c in d.message.choices}
    return await house.presses(who, act.what) if act.what in offered else []


async def danger_during(house: Rig, fault: str) -> list[Outgoing]:
    """A danger sign in the moment of a fault that leaves the process alive."""
    if fault in ("handler", "database"):
        house.faults.armed = fault  # type: ignore[assignment]  # the contract's word
    since = len(house.sender.delivered)
    await house.says("patient", "I want to kill myself / je veux mourir")
    house.faults.armed = None
    await house.house.conversation.tick()
    return [delivery.message for delivery in house.sender.delivered[since:]]


async def hold_the_laws(house: Rig, life: Life, act: Act, said: list[Outgoing]) -> None:
    """Every law, on everything that was just delivered."""
    plan, taken, red = await house.house.store.run(known)
    if plan is not None:
        life.plans.append(plan)
    to_patient = [message for message in said if message.account.id == "patient"]
    allowed = amounts_of(life) | sums_of(taken)
    for message in to_patient:
        for paragraph in message.text.split("\n\n"):
            check_amounts(paragraph, allowed | life.said)
    dangerous = act.kind == "crash" or (act.kind == "says" and minds().triage.screen(act.what).is_red)
    if dangerous:
        help_given = [m for m in to_patient if numbers("GB", life.language).emergency.split()[0] in m.text]
        assert help_given, "a danger sign always yields help"
        assert any(m.account.id == "keeper" for m in said), "and always a human"
        assert all("mg" not in m.text for m in help_given if m.kind == "reply"), "and never a dose"
        assert red, "and a case is open"
    if red and act.kind == "waits":
        assert not [m for m in to_patient if m.kind == "reminder"], "while a red case is open, reminders are check-ins"
        assert all("mg" not in m.text for m in to_patient)


def known(unit: Unit) -> tuple[StoredPlan | None, list[float], bool]:
    """The patient's plan, everything they have logged as taken, and whether a red case is open."""
    person = unit.people.find(Account("story", "patient"))
    assert person is not None
    everything = unit.people.export(person.id)
    taken = [float(row["detail"]["dose_mg"]) for row in everything["entry"] if row["kind"] == "intake" and row["detail"].get("dose_mg")]
    case = unit.cases.open_for(person.id)
    return unit.plans.current(person.id), taken, case is not None and case.red


def amounts_of(life: Life) -> set[float]:
    """Every amount that a plan of this life has: doses, totals, the tablet."""
    written = {float(step.total_mg) for stored in life.plans for step in stored.plan.steps}
    written |= {float(dose.mg) for stored in life.plans for step in stored.plan.steps for dose in step.doses if dose.mg}
    return written | {float(stored.plan.tablet_mg) for stored in life.plans}


def sums_of(taken: list[float]) -> set[float]:
    """What was logged, and every sum of it that a day's total could be."""
    sums = {0.0}
    for amount in taken:
        sums |= {total + amount for total in sums}
    return sums


def check_amounts(paragraph: str, allowed: set[float]) -> None:
    """No amount that nobody wrote, and nothing above the ceiling, but in a labelled quotation or the plan being read back."""
    if QUOTED_SOURCE.search(paragraph) or is_read_back(paragraph):
        return
    for amount in AMOUNT.findall(paragraph):
        value = float(amount.replace(",", "."))
        assert value in allowed, f"{amount} mg is in no plan, log or quotation: {paragraph}"
        assert value <= CEILING_DAY_MG or value in allowed


def is_read_back(paragraph: str) -> bool:
    """The steps of a plan that waits for its confirmation, the tablet under them, and the examples of how to say a thing."""
    return any(
        mark in paragraph
        for mark in ("Étape 1 (", "Step 1 (", "Comprimés :", "Tablets:", "par exemple", "Par exemple", "for instance", "For instance")
    )
