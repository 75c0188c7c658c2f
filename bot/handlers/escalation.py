"""Opening a case and telling humans. Shared by use cases and by the crash path; it imports no use case.

An escalation is not a special channel: a case in storage and urgent replies addressed to the moderators on duty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.buildup import RULE
from bot.core.case import Case, join
from bot.core.flags import Screening
from bot.core.levels import Level
from bot.core.person import Person
from bot.handlers import agenda, case_words
from bot.handlers.turn import Moment, Turn, choices, nested, on_day, say, their_instant
from bot.messages import Address, Group, Json, Reply, Urgency, Words
from bot.ports import CaseEvent

UNCLAIMED = "case-unclaimed"
"""The timer kind that pages the moderators again; its subject is the case id."""

UNANSWERED = "case-unanswered"
"""The timer kind that looks whether a case's owner is still there (bot/handlers/watch.py); its subject is the case id."""

EVERYBODY_FROM = 2
"""From its third page on, a case goes to every moderator, on duty or not: whoever is on duty may no longer be reached."""

EARLIER_SHOWN = 3
"""Closed cases of a person that a card tells with their signs; of the others it says how many there are."""

CARD_CHOICES = ("claim", "reply", "note", "raise-level", "lower-level", "resolve-safe", "resolve-referred", "resolve-false-alarm")
"""What a card offers: to claim the case first, unless somebody has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What is escalated: how serious, whether red, the codes, and the person's own words.

    `at` is where the sign starts in the quote, so that a card of a long message shows it; without it, triage's word counts.
    `what`: under which line the case's history keeps it. What is reported of others is no finding about the person, and freezes nothing.
    """

    level: Level
    red: bool
    codes: tuple[str, ...]
    quote: str
    rules: tuple[str, ...] = ()
    at: int = 0
    what: str = case_words.SIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What became of a sign: the case, the replies for the moderators, and whether anybody is there to read them.

    `same_message` is True when this very message had raised the case already: its answer was given, nobody is told twice.
    """

    case: Case
    replies: list[Reply]
    someone_told: bool
    same_message: bool = False


def raise_case(moment: Moment, sign: Sign) -> Raised:
    """Open the person's case, or join the open one, and page the moderators when it is new or worse."""
    known = moment.unit.cases.open_for(moment.person.id)
    same = isinstance(moment, Turn) and not moment.unit.first_time(f"{moment.incoming.key}@case", moment.now)
    case, page = _open(moment, sign) if known is None else _join(moment, known, sign)
    if sign.what == case_words.SIGN:
        _keep(moment, case, sign, but=known.codes if same and known else ())
    quote = _quote(moment, sign)
    if page:
        headline = "case.card" if known is None else "case.worse"
        page_all = card(moment, case, quote=quote, headline=headline, claim_by=moment.now + moment.policy.next_page(case, 0))
        replies = [*to_the_others(moment, page_all), *_lost_to(moment, page_all, known)]
    else:
        # What the moderators have been brought of this very message is not brought twice.
        replies = [] if same or _overheard(moment, case, sign) else [_bring(case, quote)]
    link = _link(moment, sign)
    if link:
        replies = [replace(reply, words=(*reply.words, say("case.where", link=link))) for reply in replies]
    if not same:
        _record(moment, case, sign)
    told_to = [m for m in moment.unit.people.moderators() if m.id != moment.person.id]
    return Raised(case=case, replies=replies, someone_told=bool(told_to), same_message=same)


def _lost_to(moment: Moment, page: Reply, known: Case | None) -> list[Reply]:
    """The same page for whoever looked after the case until now, on duty or not: it is no longer theirs before they claim it again."""
    owner = moment.unit.people.get(known.owner_id) if known is not None and known.owner_id is not None else None
    if owner is None or known is None or owner.id == moment.person.id or owner.role != "moderator":
        return []
    words = say("case.no-longer-yours", case=known.id)
    return [replace(page, to=owner.id, words=(words, *page.words) if not owner.on_duty else (words,), key="lost")]


def _keep(moment: Moment, case: Case, sign: Sign, *, but: tuple[str, ...]) -> None:
    """What a sign of the person's own leaves with them: findings, and a plan that stands still."""
    for code in sign.codes:
        if code not in but:
            moment.unit.entries.add(moment.person.id, "finding", moment.now, {"code": code, "level": sign.level.name}, moment.now)
    if case.level >= Level.urgent and not case.is_of_others:
        # No step goes up while a case of a danger sign is open (rule `red-flag-freeze`).
        agenda.freeze(moment)
        _end_rest(moment)


def _end_rest(moment: Moment) -> None:
    """Whoever is in danger is asked how they are at the hours of their plan: a rest of the reminders is over."""
    stored = moment.unit.plans.current(moment.person.id)
    if stored is not None and moment.has_timer(agenda.RESTING):
        agenda.schedule(moment, stored.plan)


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
    page_later(moment, case, attempt=0)
    return case, True


def _join(moment: Moment, known: Case, sign: Sign) -> tuple[Case, bool]:
    joined = join(known, level=sign.level, red=sign.red, codes=sign.codes)
    case = joined.case
    if joined.page_again:
        # Whoever claimed it claimed something milder: it goes back to everybody on duty, and to them as well.
        case = replace(case, state="open", owner_id=None)
        moment.unit.timers.cancel(case.person_id, UNANSWERED, str(case.id))
        page_later(moment, case, attempt=0)
    moment.unit.cases.save(case)
    return case, joined.page_again


def _pressed(moment: Moment, sign: Sign) -> str:
    """The button that was pressed instead of words; "" when there were words."""
    press = moment.incoming.press if isinstance(moment, Turn) and not sign.quote else None
    return press.choice if press is not None and press.choice in case_words.PRESSES else ""


def _quote(moment: Moment, sign: Sign) -> Json:
    choice = _pressed(moment, sign)
    if sign.what == case_words.REPORTED:
        return case_words.reported(sign.quote)
    return case_words.pressed(choice) if choice else case_words.quoted(sign.quote, at=_start(moment, sign))


def _link(moment: Moment, sign: Sign) -> str:
    """Where others read the words of the sign; "" when nobody else does."""
    return moment.incoming.where if isinstance(moment, Turn) and sign.what == case_words.SIGN and sign.quote == moment.text else ""


def _start(moment: Moment, sign: Sign) -> int:
    """Where the sign starts in its quote: as it says, else where triage found it in the message."""
    if sign.at or not isinstance(moment, Turn) or sign.quote != moment.text:
        return sign.at
    return start_of(moment.screening)


def _overheard(moment: Moment, case: Case, sign: Sign) -> bool:
    """True when the case's owner is brought these words anyway, as all that the person writes."""
    if case.owner_id is None or not sign.quote:
        return False
    said = CaseEvent(case_id=case.id, at=moment.now, what=case_words.SAID, note=sign.quote)
    return said in moment.unit.cases.history(case.id)


def _record(moment: Moment, case: Case, sign: Sign) -> None:
    choice = _pressed(moment, sign)
    what = case_words.PRESSED + choice if choice else sign.what
    moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what=what, note=sign.quote))
    passage = case_words.excerpt(sign.quote, at=_start(moment, sign))
    link = _link(moment, sign)
    if link:
        moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what=case_words.IN_PUBLIC, note=link))
    if passage != sign.quote:
        moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what=case_words.PASSAGE, note=passage))


def page_later(moment: Moment, case: Case, *, attempt: int) -> None:
    """Set the page after page number `attempt` + 1; it is not sent if somebody claims the case first."""
    wait = moment.policy.next_page(case, attempt)
    moment.unit.timers.put(case.person_id, UNCLAIMED, str(case.id), moment.now + wait, attempt=attempt + 1)


def page_again(moment: Moment, case: Case, *, attempt: int, everybody: bool = False) -> list[Reply]:
    """Nobody claimed it in time: page once more, and set the next page. `moment` is about the person of the case."""
    page_later(moment, case, attempt=attempt)
    moment.unit.cases.record(CaseEvent(case_id=case.id, at=moment.now, what="paged-again"))
    quote, again_at = case_words.last_words(moment, case), moment.now + moment.policy.next_page(case, attempt)
    page = card(moment, case, quote=quote, headline="case.unclaimed", kind_alert=case.red, claim_by=again_at)
    return to_everybody(moment, page) if everybody or attempt >= EVERYBODY_FROM else to_the_others(moment, page)


def silent(moment: Moment, case: Case, *, times: int) -> Reply:
    """Several check-ins were met with silence: whoever looks after the case hears of it, everybody on duty when nobody does."""
    quote = case_words.last_words(moment, case)
    page = card(moment, case, quote=quote, headline="case.silent", kind_alert=True, times=times)
    return replace(page, rules=(*page.rules, RULE), to=case.owner_id if case.owner_id is not None else page.to)


def to_everybody(moment: Moment, page: Reply) -> list[Reply]:
    """A page for every moderator, on duty or not, but the person it is about."""
    return [replace(page, to=m.id) for m in _others(moment)]


def to_the_others(moment: Moment, page: Reply) -> list[Reply]:
    """A page for whoever is on duty. About a moderator, it goes to the others: on duty, else to all of them, else to nobody."""
    if moment.person.role != "moderator":
        return [page]
    others = _others(moment)
    return [replace(page, to=m.id) for m in [m for m in others if m.on_duty] or others]


def _others(moment: Moment) -> list[Person]:
    return [m for m in moment.unit.people.moderators() if m.id != moment.person.id]


def card(
    moment: Moment, case: Case, *, quote: Json, headline: str, kind_alert: bool = False, claim_by: datetime | None = None, **said: Json
) -> Reply:
    """The moderators' view of a case, with everything they can do about it. `claim_by`: when it is paged again unless it is claimed."""
    zone = moment.person.timezone
    return Reply(
        to=Group.moderators_on_duty,
        words=(
            say(headline, case=case.id, level=nested(f"level.{case.level.name}"), **said),
            say(
                "case.details",
                person=case.person_id,
                language=moment.person.language,
                timezone=zone,
                country=moment.person.country or "?",
                signs=code_names(case.codes),
                quote=quote,
                opened=their_instant(case.opened_at, zone),
            ),
            *earlier(moment, case.person_id),
            *([say("case.claim-by", by=their_instant(claim_by, zone))] if claim_by is not None else []),
            say("case.not-emergency-service"),
        ),
        kind="alert" if kind_alert else "case",
        level=case.level,
        choices=choices(*CARD_CHOICES[case.owner_id is not None :], "history", about=str(case.id)),
        rules=("moderators-alerted",),
        urgency=Urgency.urgent,
    )


def earlier(moment: Moment, person_id: int) -> list[Words]:
    """What was before, for whoever does not know the person: how many closed cases, and the signs and the end of the last ones."""
    closed = moment.unit.cases.closed_of(person_id)
    if not closed:
        return []
    patient = moment.unit.people.get(person_id) or moment.person
    told: list[Json] = [
        nested(
            "case.earlier-one",
            signs=code_names(case.codes),
            how=nested(f"event.resolved-{case.resolution or 'safe'}"),
            date=on_day(replace(moment, person=patient).local(case.closed_at or case.opened_at).date()),
        )
        for case in reversed(closed[-EARLIER_SHOWN:])
    ]
    return [say("case.earlier", count=len(closed), cases={"all": told})]


def overheard(turn: Turn) -> list[Reply]:
    """While a case is open, what the person writes belongs to it; whoever owns the case reads it at once, and so does everybody on duty
    when its owner has lost it: somebody was reading, and words must not fall between two."""
    case = turn.unit.cases.open_for(turn.person.id) if turn.text.strip() else None
    if case is None:
        return []
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what="said", note=turn.text))
    if case.owner_id is not None:
        return [forwarded(case, turn.text)]
    return to_the_others(turn, forwarded(case, turn.text)) if case_words.was_claimed(turn, case) else []


def forwarded(case: Case, text: str) -> Reply:
    """What the person goes on saying, brought to whoever looks after the case."""
    return _bring(case, case_words.quoted(text))


def _bring(case: Case, quote: Json) -> Reply:
    to: Address = case.owner_id if case.owner_id is not None else Group.moderators_on_duty
    return Reply(
        to=to,
        words=(say("case.person-says", case=case.id, person=case.person_id, quote=quote),),
        kind="case",
        level=case.level,
        choices=choices("reply", "history", "resolve-safe", "resolve-referred", about=str(case.id)),
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


def start_of(screening: Screening) -> int:
    """Where the worst sign of a message starts: what a card of a long one must show."""
    worst = max(screening.flags, key=lambda flag: (flag.is_red, flag.level), default=None)
    return worst.start if worst is not None else 0


def straight_alert(screening: Screening, quote: str) -> Reply:
    """The alert that needs no database: no case number yet, the words and the signs all the same."""
    return Reply(
        to=Group.moderators_on_duty,
        words=(
            say("case.straight", level=nested(f"level.{screening.level.name}")),
            say("case.straight-details", signs=code_names(screening.codes), quote=case_words.quoted(quote, at=start_of(screening))),
            say("case.not-emergency-service"),
        ),
        kind="alert",
        level=screening.level,
        rules=("moderators-alerted",),
        urgency=Urgency.urgent,
    )
