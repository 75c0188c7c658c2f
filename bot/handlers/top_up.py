"""The extra tablet for a strong craving: only what the plan says of it, as often as it says. Shared; it imports no use case.

No guide gives a number of its own (facts A6, conflict C20): without a plan for it there is no such tablet.
"""

from __future__ import annotations

from datetime import date

from bot.core.decision import Allowed, Withheld
from bot.core.entry import Entry
from bot.core.intake import TopUpNow, top_up
from bot.core.plan import TopUp
from bot.handlers import agenda
from bot.handlers.plan_text import dose_text, silence_words
from bot.handlers.turn import Turn, choices, mg, say
from bot.messages import Choice, Reply
from bot.ports import StoredPlan

ABOUT = "top-up:"
"""What the button "taken" under an answer is about: the day that it was given for follows."""


def planned(stored: StoredPlan | None) -> TopUp | None:
    """What the plan says of a top-up, if anything."""
    return stored.plan.top_up if stored else None


def may_take(turn: Turn, stored: StoredPlan) -> Allowed[TopUpNow] | Withheld:
    """Whether it may be taken now: within the plan's number for the day, and under every other bound (cases 48 and 49)."""
    used, taken = agenda.top_ups_on(turn, turn.today), agenda.taken_for(turn, turn.today)
    return top_up(stored.plan, on=turn.today, used_today=len(used), taken_today_mg=agenda.taken_mg(taken), open_case=agenda.alarmed(turn))


def is_worth_saying(turn: Turn, stored: StoredPlan) -> bool:
    """Whether somebody who tells of a strong craving is told of it unasked: when it may be taken, or has been today already."""
    if planned(stored) is None:
        return False
    verdict = may_take(turn, stored)
    return isinstance(verdict, Allowed) or verdict.rules == ("top-up-used",)


def asked(turn: Turn, stored: StoredPlan) -> Reply:
    """ "Can I take my extra tablet?", of a plan that has one."""
    verdict = may_take(turn, stored)
    human = choices("talk-to-human")
    if isinstance(verdict, Withheld):
        rules = tuple(dict.fromkeys((*verdict.rules, "prescriber-decides")))
        return turn.reply(silence_words(verdict), say("top-up.hold-on"), offers=human, rules=rules)
    now = verdict.value
    words = say("top-up.allowed", dose=dose_text(stored.plan, now.mg), total=mg(now.day_total_mg))
    taken = Choice("taken", f"{ABOUT}{turn.today.isoformat()}")
    return turn.reply(words, say("top-up.hold-on"), offers=(taken, *human), rules=verdict.rules)


def passed(turn: Turn, entry: Entry) -> tuple[str, ...]:
    """The rule that an extra tablet just logged has passed, when the plan has fewer of them a day."""
    extra = planned(turn.unit.plans.current(turn.person.id)) if entry.detail.get("top_up") else None
    used = len(agenda.top_ups_on(turn, turn.local(entry.at).date()))
    return ("top-up-used", "prescriber-decides") if extra is not None and used > extra.max_per_day else ()


def day_of_button(about: str) -> date | None:
    """The day that a "taken" button of a top-up was given for; None for any other button."""
    return date.fromisoformat(about.removeprefix(ABOUT)) if about.startswith(ABOUT) else None
