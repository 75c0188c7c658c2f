"""Generated lives: whatever people say, press, and whenever the process dies, the safety laws hold in every answer."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.decision import Allowed
from bot.core.intake import may_name
from bot.core.limits import CEILING_DAY_MG
from bot.core.plan import Dose, Plan, Step
from bot.core.policy import Policy
from bot.handlers import agenda
from bot.handlers.turn import Moment
from bot.knowledge.countries import numbers
from bot.messages import Account
from bot.ports import Outgoing, StoredPlan, Unit
from bot.replies import day as day_text
from tests.houses import Rig, minds, rig, settings_in
from tests.naming import TO_COME, key_of

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
        "plan: 20/15/15/20 at 8am 1pm 6pm 10pm, one extra 10 mg tablet if the craving is strong, once a day, never more than 40 mg at once",
        "plan: 45 mg at 8am and 25 mg at 8pm, 10 and 25 mg tablets",
        "can I take my extra tablet?",
        "took my extra tablet",
        "extend this step by 3 days",
        "haven't taken any since Monday",
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
        "plan : 20/15/15/20 à 8h 13h 18h 22h, plus un comprimé de secours de 10 mg si craving fort, 1 par jour maximum",
        "plan : 45 mg à 8h et 25 mg à 20h, comprimés de 10 et de 25",
        "je peux prendre mon comprimé de secours ?",
        "j'ai pris mon comprimé de secours",
        "prolonge ce palier de 3 jours",
        "3 jours sans baclofène",
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


WITH_A_PLAN = (
    Act("says", "plan: 20/15/15/20 at 8am 1pm 6pm 10pm, one extra 10 mg tablet if the craving is strong, once a day"),
    Act("presses", "confirm"),
)
MUCH_TAKEN = st.tuples(
    st.sampled_from(("took 40 mg", "took 30 mg", "took my extra tablet", "undo", "when is my next dose?", "what is my plan?")),
    st.integers(1, 4),
)


@given(happenings=st.lists(MUCH_TAKEN, min_size=4, max_size=7))
@settings(max_examples=25)
def test_whatever_was_taken_no_amount_gets_past_the_choke_point(happenings: list[tuple[str, int]]) -> None:
    acts = [act for text, hours in happenings for act in (Act("says", text), Act("waits", hours=hours))]
    with tempfile.TemporaryDirectory(prefix="palier-life-") as folder:
        shutil.copy(template(), folder)
        asyncio.run(live(Path(folder), "en", [*WITH_A_PLAN, *acts]))


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
    state = Today(plan, await house.house.store.run(partial(day_at, house.clock.now())), red)
    if plan is not None:
        life.plans.append(plan)
    to_patient = [message for message in said if message.account.id == "patient"]
    allowed = amounts_of(life) | sums_of(taken)
    for paragraph in paragraphs_of(to_patient):
        check_amounts(paragraph, allowed | life.said)
        check_the_choke_point(paragraph, life.language, state)
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


def paragraphs_of(messages: list[Outgoing]) -> list[str]:
    """Every paragraph of some messages."""
    return [paragraph for message in messages for paragraph in message.text.split("\n\n")]


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
    for stored in life.plans:
        written |= set(map(float, stored.plan.tablets_mg))
        if stored.plan.top_up is not None:
            extra = stored.plan.top_up
            written |= {mg + extra.mg * count for mg in {0.0, *written} for count in range(1, extra.max_per_day + 1)}
    return written


def sums_of(taken: list[float]) -> set[float]:
    """What was logged, and every sum of it that a day's total could be."""
    sums = {0.0}
    for amount in taken:
        sums |= {total + amount for total in sums}
    return sums


@dataclass(frozen=True)
class Today:
    """What the choke point sees after an act: the plan, the day's intakes as (mg, is a top-up), and whether a red case is open."""

    plan: StoredPlan | None
    day: tuple[date, list[tuple[float, bool]]]
    red: bool


def day_at(now: datetime, unit: Unit) -> tuple[date, list[tuple[float, bool]]]:
    """The patient's local day, and what was logged as taken for it."""
    person = unit.people.find(Account("story", "patient"))
    assert person is not None
    where = Moment(unit=unit, person=person, now=now, policy=Policy())
    entries = agenda.taken_for(where, where.today)
    return where.today, [(float(entry.detail.get("dose_mg") or 0), bool(entry.detail.get("top_up"))) for entry in entries]


ONE_INTAKE = ("reminder.now", "reminder.planned", "reminder.late", "reminder.again", "timing.next")


def check_the_choke_point(paragraph: str, language: str, state: Today) -> None:
    """No reply names an amount but as what was taken, as a plan being read, as a source's; or as an intake that may be named."""
    if not AMOUNT.search(paragraph) or QUOTED_SOURCE.search(paragraph) or is_read_back(paragraph):
        return
    key = key_of(paragraph, language)
    assert key, f"an amount is named where none may be: {paragraph}"
    if key not in TO_COME:
        return
    assert state.plan is not None
    assert not state.red, f"a danger sign is open: {paragraph}"
    if key in ONE_INTAKE:
        plan, (today, taken) = state.plan.plan, state.day
        extra = plan.top_up.mg * plan.top_up.max_per_day if plan.top_up else 0
        total, beside = sum(mg for mg, _ in taken), min(extra, sum(mg for mg, is_extra in taken if is_extra))
        dose = float(AMOUNT.findall(paragraph)[0].replace(",", "."))
        if key != "timing.next" or day_text(today, language=language) in paragraph:
            assert isinstance(may_name(plan, dose, on=today, taken_today_mg=total, top_up_mg=beside), Allowed), paragraph


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


PLAN = Plan(scheme="custom", start=date(2026, 1, 1), steps=(Step(40, None, (Dose(time(8), 20), Dose(time(20), 20))),))
STORED = StoredPlan(1, 1, 1, PLAN, "active", datetime(2026, 1, 1, tzinfo=UTC))
HELD_BY_THE_LAW = [
    ("a number of nobody's", "Take 40 mg now.", [], False),
    ("a dose after the day was taken", "It is 20:00. Your plan has: 20 mg.", [(40.0, False)], False),
    ("a dose while a danger sign is open", "It is 20:00. Your plan has: 20 mg.", [(20.0, False)], True),
    ("what comes next while a danger sign is open", "Next planned intake: Monday 5 January, 20:00, 20 mg.", [], True),
    ("what comes next after the day was taken", "Next planned intake: Monday 5 January, 20:00, 20 mg.", [(40.0, False)], False),
]


@pytest.mark.parametrize(("why", "paragraph", "taken", "red"), HELD_BY_THE_LAW, ids=[row[0] for row in HELD_BY_THE_LAW])
def test_the_law_of_the_choke_point_bites(why: str, paragraph: str, taken: list[tuple[float, bool]], red: bool) -> None:
    with pytest.raises(AssertionError):
        check_the_choke_point(paragraph, "en", Today(STORED, (date(2026, 1, 5), taken), red))
    check_the_choke_point("It is 20:00. Your plan has: 20 mg.", "en", Today(STORED, (date(2026, 1, 5), [(20.0, False)]), red=False))
