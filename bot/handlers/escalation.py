"""Opening a case and telling humans. Shared by use cases and by the crash path; it imports no use case.

An escalation is not a special channel: a case in storage and urgent replies addressed to the moderators on duty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core.case import Case, join
from bot.core.flags import Screening
from bot.core.levels import Level
from bot.handlers import agenda
from bot.handlers.turn import Moment, choices, nested, say
from bot.messages import Group, Json, Reply, Urgency, Words
from bot.ports import CaseEvent

UNCLAIMED = "case-unclaimed"
"""The timer kind that pages the moderators again; its subject is the case id."""

CARD_CHOICES = ("claim", "reply", "note", "raise-level", "lower-level", "resolve-safe", "resolve-referred", "resolve-false-alarm")

QUOTE_AT_MOST = 1500
"""Characters of a message shown on a card: the rest stays in the case's history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What is escalated: how serious, whether red, the codes, and the person's own words."""

    level: Level
    red: bool
    codes: tuple[str, ...]
    quote: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What became of a sign: the case, the replies for the moderators, and whether anybody is there to read them."""

    case: Case
    replies: list[Reply]
    someone_told: bool


def raise_case(moment: Moment, sign: Sign) -> Raised:
    """Open the person's case, or join the open one, and page the moderators when it is new or worse."""
    known = moment.unit.cases.open_for(moment.person.id)
    case, page = _open(moment, sign) if known is None else _join(moment, known, sign)
    moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what="sign", note=sign.quote))
    for code in sign.codes:
        moment.unit.entries.add(moment.person.id, "finding", moment.now, {"code": code, "level": sign.level.name}, moment.now)
    # A step never goes up while a case is open; what follows shifts when it closes (rule `red-flag-freeze`).
    if sign.level >= Level.urgent:
        agenda.hold(moment, since=moment.today + timedelta(days=1), why=agenda.BECAUSE_CASE)
    replies = [card(moment, case, quote=sign.quote, headline="case.card" if known is None else "case.worse")] if page else []
    if not page:
        replies = [forwarded(case, sign.quote)]
    return Raised(case=case, replies=replies, someone_told=bool(moment.unit.people.moderators()))


def _open(moment: Moment, sign: Sign) -> tuple[Case, bool]:
    case = moment.unit.cases.add(
        Case(
            id=0,
            person_id=moment.person.id,
            level=sign.level,
            red=sign.red,
            codes=sign.codes,
            state="open",
            opened_at=moment.now,
        )
    )
    moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what="opened"))
    _page_again_later(moment, case, attempt=0)
    return case, True


def _join(moment: Moment, known: Case, sign: Sign) -> tuple[Case, bool]:
    joined = join(known, level=sign.level, red=sign.red, codes=sign.codes)
    case = joined.case
    if joined.page_again:
        # Whoever claimed it claimed something milder: it goes back to everybody on duty.
        case = replace(case, state="open", owner_id=None)
        _page_again_later(moment, case, attempt=0)
    moment.unit.cases.save(case)
    return case, joined.page_again


def _page_again_later(moment: Moment, case: Case, *, attempt: int) -> None:
    wait = moment.policy.next_page(case, attempt)
    moment.unit.timers.put(case.person_id, UNCLAIMED, str(case.id), moment.now + wait, attempt=attempt + 1)


def page_again(moment: Moment, case: Case, *, attempt: int) -> list[Reply]:
    """Nobody claimed it in time: page once more, and set the next page."""
    _page_again_later(moment, case, attempt=attempt)
    moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what="paged-again"))
    return [card(moment, case, quote=last_words(moment, case), headline="case.unclaimed", kind_alert=case.red)]


def last_words(moment: Moment, case: Case) -> str:
    """What the person said last in this case."""
    notes = [event.note for event in moment.unit.cases.history(case.id) if event.what in ("sign", "said")]
    return notes[-1] if notes else ""


def card(moment: Moment, case: Case, *, quote: str, headline: str, kind_alert: bool = False) -> Reply:
    """The moderators' view of a case, with everything they can do about it."""
    return Reply(
        to=Group.moderators_on_duty,
        words=(
            say(headline, case=case.id, level=nested(f"level.{case.level.name}")),
            say(
                "case.details",
                person=case.person_id,
                language=moment.person.language,
                timezone=moment.person.timezone,
                country=moment.person.country or "?",
                signs=code_names(case.codes),
                quote=quote[:QUOTE_AT_MOST] or "…",
                opened={"moment": moment.local(case.opened_at).replace(tzinfo=None).isoformat(timespec="minutes")},
            ),
            say("case.not-emergency-service"),
        ),
        kind="alert" if kind_alert else "case",
        level=case.level,
        choices=choices(*CARD_CHOICES, about=str(case.id)),
        rules=("moderators-alerted",),
        urgency=Urgency.urgent,
    )


def forwarded(case: Case, text: str) -> Reply:
    """What the person goes on saying, brought to whoever looks after the case."""
    return Reply(
        to=case.owner_id if case.owner_id is not None else Group.moderators_on_duty,
        words=(say("case.person-says", case=case.id, person=case.person_id, quote=text[:QUOTE_AT_MOST] or "…"),),
        kind="case",
        level=case.level,
        choices=choices("reply", "resolve-safe", "resolve-referred", about=str(case.id)),
        rules=("one-alert-per-case",),
        urgency=Urgency.urgent,
    )


def code_names(codes: Iterable[str]) -> Json:
    """The codes in the reader's words, in one list."""
    names: list[Json] = [nested(f"code.{code}") for code in codes]
    return {"all": names or [nested("code.asked_for_a_human")]}


def who_knows(raised: Raised) -> Words:
    """The honest sentence on who has been told."""
    return say("danger.moderators-told" if raised.someone_told else "danger.nobody-told")


def told_rules(raised: Raised) -> tuple[str, ...]:
    """`moderators-alerted` only where it is true."""
    return ("moderators-alerted",) if raised.someone_told else ()


def straight_alert(screening: Screening, quote: str) -> Reply:
    """The alert that needs no database: no case number yet, the words and the signs all the same."""
    return Reply(
        to=Group.moderators_on_duty,
        words=(
            say("case.straight", level=nested(f"level.{screening.level.name}")),
            say("case.straight-details", signs=code_names(screening.codes), quote=quote[:QUOTE_AT_MOST]),
            say("case.not-emergency-service"),
        ),
        kind="alert",
        level=screening.level,
        rules=("moderators-alerted",),
        urgency=Urgency.urgent,
    )
