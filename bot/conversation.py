"""The whole story in one file: a message is heard, or time passes; something is decided, kept, and then said.

    person -> adapter -> Incoming -> hear() -> triage -> understanding -> HANDLERS -> core decision -+
    clock  -> ticker  ------------> tick() -> due work ----------------------------> core decision -+
    moderator -> adapter -> Incoming -> hear() -> moderation -----------------------> core.case ----+
                                                                                                    v
              adapter <- postman <- after commit <- outbox rows <- replies + state, one transaction

Triage runs first, inside `hear`, so that no use case can skip it, and needs no database. When a use case, the
understanding or the database fails on a message that holds a danger sign, `rescue` still says the emergency words
and still alerts the moderators: through the outbox when it works, straight through the adapter when it does not.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.core.flags import Screening
from bot.core.levels import Level
from bot.core.meaning import Act, Meaning
from bot.core.person import Person
from bot.core.policy import Policy
from bot.delivery import Postman, copies
from bot.handlers import HANDLERS, Handlers, danger, escalation
from bot.handlers.turn import Due, Turn, say
from bot.messages import Incoming, Press, Reply
from bot.ports import Clock, Dialogue, Store, Unit
from bot.understanding.danger import Triage
from bot.understanding.language import detect
from bot.understanding.reader import Reader

log = structlog.get_logger()

NOTHING = Meaning(language="", acts=(Act("other"),), confidence="lost")
# In these, an act of a message is a record of what happened: it is kept even beside an orange sign.
LOGS = ("log_intake", "log_missed", "log_side_effect", "log_craving", "log_drink", "correct_last")
CLAIM_AT_ONCE = 100
"""Timers taken in one transaction: few enough that a message never waits long behind them."""

PUT_OFF = timedelta(minutes=5)
"""When a timer that failed is tried again."""


class Conversation:
    """Hears every message and every tick. Nothing here knows a platform, a table or a wall clock."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        triage: Triage,
        reader: Reader,
        postman: Postman,
        policy: Policy,
        newcomer: Person,
        handlers: Handlers = HANDLERS,
        before_serving: Callable[[], None] = lambda: None,
    ) -> None:
        """`newcomer` carries the language, zone and country that a person has until they say otherwise.

        `before_serving` is called when a message is about to reach its use case: a metric counts there, a story fails there.
        """
        self._store = store
        self._clock = clock
        self._triage = triage
        self._reader = reader
        self._postman = postman
        self._policy = policy
        self._newcomer = newcomer
        self._handlers = handlers
        self._before_serving = before_serving
        self._unsaved: list[tuple[Incoming, Screening]] = []

    async def wake(self) -> None:
        """Before the first message: what the crash path needs is read while the database answers."""
        await self._postman.remember_everybody()

    async def hear(self, incoming: Incoming) -> None:
        """Answer one message or press. Never raises for what a person can say; a repeated update is answered once."""
        screening = self._triage.screen(incoming.text, quoted=incoming.quoted)
        try:
            farewells = await self._store.run(partial(self._answer, incoming, screening))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # whatever failed, a danger sign is still answered
            log.error("hear.failed", trouble=place(trouble), level=screening.level.name)
            await self._rescue(incoming, screening)
        else:
            for reply, person in farewells:
                await self._postman.straight(reply, incoming.account, key=f"{incoming.key}#farewell", person=person)
        await self._deliver()

    async def tick(self) -> None:
        """Serve whatever has come due, in bounded bites, then deliver. Errors leave the rows as they were."""
        await self._keep_unsaved()
        served = CLAIM_AT_ONCE
        while served == CLAIM_AT_ONCE:
            served = await self._serve_due()
        await self._postman.deliver()

    async def _deliver(self) -> None:
        """Deliver now if it can be; the next beat delivers otherwise. What was said straight needs no delivery."""
        try:
            await self._postman.deliver()
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # the letters are rows: they wait
            log.error("deliver.failed", trouble=place(trouble))

    async def _serve_due(self) -> int:
        """A batch of timers in one transaction; when one of them fails, each on its own, so that it holds up no other."""
        try:
            return await self._store.run(partial(self._due_work, CLAIM_AT_ONCE))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # one use case, or the database: the second try tells them apart
            log.error("tick.batch-failed", trouble=place(trouble))
        try:
            return await self._store.run(partial(self._due_work, 1)) and CLAIM_AT_ONCE
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # this very timer, or the database, in which case putting it off fails as well
            log.critical("tick.put-off", trouble=place(trouble))
            await self._store.run(self._put_off)
            return CLAIM_AT_ONCE

    def _put_off(self, unit: Unit) -> None:
        """The timer that cannot be served now is tried again a little later; it is never lost."""
        now = self._clock.now()
        for timer in unit.timers.claim(now, 1):
            unit.timers.put(timer.person_id, timer.kind, timer.subject, now + PUT_OFF, attempt=timer.attempt)

    def _answer(self, incoming: Incoming, screening: Screening, unit: Unit) -> list[tuple[Reply, Person]]:
        """One transaction: everything a message changes and everything it makes us say.

        Returns what can no longer be kept: the farewell to whoever has just been erased.
        """
        now = self._clock.now()
        if not unit.first_time(incoming.key, now):
            return []
        person = self._arrive(unit, incoming)
        replies = self._route(self._turn(unit, person, incoming, screening, now))
        if unit.people.get(person.id) is None:
            return [(reply, person) for reply in replies if reply.to == person.id]
        post(unit, incoming.key, replies, now)
        return []

    def _arrive(self, unit: Unit, incoming: Incoming) -> Person:
        person = unit.people.find(incoming.account)
        if person is None:
            new = self._speaking(incoming.language_hint or detect(incoming.text, prior=self._newcomer.language))
            return unit.people.add(
                incoming.account,
                role=incoming.role,
                language=new.language,
                timezone=new.timezone,
                country=new.country,
                now=self._clock.now(),
            )
        return person

    def _speaking(self, language: str) -> Person:
        """A newcomer who speaks another language than the community may well be in another country: no number is guessed."""
        country = self._newcomer.country if language == self._newcomer.language else ""
        return replace(self._newcomer, language=language, country=country)

    def _turn(self, unit: Unit, person: Person, incoming: Incoming, screening: Screening, now: datetime) -> Turn:
        return Turn(
            unit=unit,
            person=person,
            now=now,
            policy=self._policy,
            incoming=incoming,
            meaning=NOTHING,
            screening=screening,
            reader=self._reader,
            act=NOTHING.acts[0],
        )

    def _route(self, turn: Turn) -> list[Reply]:
        """Who answers: danger first, then moderators, buttons, first contact, open forms, and at last the intents."""
        self._before_serving()
        if turn.person.role == "moderator":
            return self._moderator(turn)
        if turn.screening.level >= Level.urgent:
            return self._alarmed(turn)
        replies = self._ordinary(turn)
        if turn.screening.level is Level.check:
            replies.append(danger.gentle_check(turn))
        return replies + self._overheard(turn)

    def _alarmed(self, turn: Turn) -> list[Reply]:
        if turn.screening.is_red:
            return self._handlers.red(turn)
        return [*self._handlers.orange(turn), *self._logs_beside(turn)]

    def _moderator(self, turn: Turn) -> list[Reply]:
        press = turn.incoming.press
        turn = self._understood(turn)
        dialogue = turn.unit.dialogues.get(turn.person.id)
        if press is not None:
            handle = self._handlers.moderator_presses.get(press.choice) or self._handlers.presses.get(press.choice)
            return handle(turn) if handle else [turn.reply(say("form.over"))]
        if dialogue is not None:
            answered = self._handlers.forms[dialogue.form](turn, dialogue)
            if answered is not None:
                return answered
        return self._handlers.moderator(turn)

    def _ordinary(self, turn: Turn) -> list[Reply]:
        dialogue = turn.unit.dialogues.get(turn.person.id)
        turn = self._understood(turn)
        press = turn.incoming.press
        if turn.person.consented_at is None and not self._may_before_consent(press, dialogue):
            return self._handlers.first_contact(turn)
        if press is not None:
            return self._press(turn.pressing(press.choice, press.about), press, dialogue)
        if dialogue is not None:
            answered = self._handlers.forms[dialogue.form](turn, dialogue)
            if answered is not None:
                return answered
        return self._serve(turn)

    def _may_before_consent(self, press: Press | None, dialogue: Dialogue | None) -> bool:
        if press is not None:
            return press.choice in ("consent-yes", "consent-no", "language-fr", "language-en", "talk-to-human", "safe", "not-safe")
        return dialogue is not None and dialogue.form == "welcome"

    def _press(self, turn: Turn, press: Press, dialogue: Dialogue | None) -> list[Reply]:
        if press.choice.startswith("intent-"):
            return self._chosen(turn, press.choice.removeprefix("intent-"), dialogue)
        handle = self._handlers.form_presses.get((dialogue.form if dialogue else "", press.choice))
        handle = handle or self._handlers.presses.get(press.choice)
        return handle(turn) if handle else [turn.reply(say("form.over"))]

    def _chosen(self, turn: Turn, intent: str, dialogue: Dialogue | None) -> list[Reply]:
        """The offer that was meant: the words that were kept are served under the intent chosen."""
        handle = self._handlers.intents.get(intent)
        if handle is None or dialogue is None or dialogue.form != "offer":
            return [turn.reply(say("form.over"))]
        turn.close_form()
        heard = replace(turn.incoming, text=str(dialogue.answers["text"]))
        again = self._understood(replace(turn, incoming=heard))
        act = next((act for act in again.meaning.acts if act.intent == intent), Act(intent, again.meaning.slots))
        return handle(again.serving(act).pressing(""))

    def _understood(self, turn: Turn) -> Turn:
        if not turn.text.strip():
            return replace(turn, meaning=replace(NOTHING, language=turn.person.language))
        meaning = self._reader.read(turn.text, now=turn.now, timezone=turn.person.timezone, language=turn.person.language)
        return replace(turn, meaning=meaning, act=meaning.acts[0])

    def _serve(self, turn: Turn) -> list[Reply]:
        """Every act of a message that is sure; offers for one that is not, unless a moderator is already reading."""
        signs = danger.flags_of(turn.meaning, turn.text)
        if signs:
            return self._alarmed(replace(turn, screening=turn.screening.plus(signs)))
        if turn.meaning.confidence != "sure":
            case = turn.unit.cases.open_for(turn.person.id)
            if case is not None and case.owner_id is not None:
                return [turn.reply(say("human.forwarded"))]
            return self._handlers.not_understood(turn)
        return [reply for act in turn.meaning.acts for reply in self._handlers.intents[act.intent](turn.serving(act))]

    def _logs_beside(self, turn: Turn) -> list[Reply]:
        """What an orange message says happened is kept all the same; none of it is asked back."""
        turn = self._understood(turn)
        if turn.person.consented_at is None or turn.meaning.confidence != "sure":
            return []
        acts = [act for act in turn.meaning.acts if act.intent in LOGS]
        return [reply for act in acts for reply in self._handlers.intents[act.intent](turn.serving(act))]

    def _overheard(self, turn: Turn) -> list[Reply]:
        """While a claimed case is open, whoever owns it reads what the person writes."""
        case = turn.unit.cases.open_for(turn.person.id) if turn.text.strip() else None
        if case is None or case.owner_id is None:
            return []
        return [escalation.forwarded(case, turn.text)]

    async def _rescue(self, incoming: Incoming, screening: Screening) -> None:
        """The crash path. A danger sign: the emergency words and the alert, through the database when it still works,
        else straight through the adapters. Anything else: one honest sentence that it was not kept."""
        try:
            await self._store.run(partial(self._answer_plainly, incoming, screening))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # the last resort must not depend on what failed
            log.critical("rescue.straight", trouble=place(trouble), level=screening.level.name)
            await self._straight(incoming, screening)

    def _answer_plainly(self, incoming: Incoming, screening: Screening, unit: Unit) -> None:
        """What can be said without understanding and without the table of use cases."""
        now = self._clock.now()
        if not unit.first_time(incoming.key, now):
            return
        turn = self._turn(unit, self._arrive(unit, incoming), incoming, screening, now)
        if turn.person.role == "moderator" or screening.level < Level.urgent:
            replies = [turn.reply(say("error.not-kept"))]
        else:
            replies = danger.answer_red(turn) if screening.is_red else danger.answer_orange(turn)
        post(unit, incoming.key, replies, now)

    async def _straight(self, incoming: Incoming, screening: Screening) -> None:
        person = self._postman.known(incoming.account) or self._speaking(detect(incoming.text, prior=self._newcomer.language))
        if incoming.role == "moderator" or screening.level < Level.urgent:
            reply = Reply(to=person.id, words=(say("error.not-kept"),))
            await self._postman.straight(reply, incoming.account, key=f"{incoming.key}#straight", person=person)
            return
        # The database will learn of it as soon as it can; the person and the moderators must not wait for that.
        self._unsaved.append((incoming, screening))
        words = danger.emergency_words(person, screening.flags, told=say("danger.alerting-straight"))
        alert = escalation.straight_alert(screening, incoming.text)
        await asyncio.gather(
            self._postman.straight(words, incoming.account, key=f"{incoming.key}#straight", person=person),
            self._postman.alert(alert, key=f"{incoming.key}#alert"),
        )

    async def _keep_unsaved(self) -> None:
        """Open the cases that a failing database could not keep; the emergency words were already said."""
        while self._unsaved:
            await self._store.run(partial(self._keep, *self._unsaved[0]))
            self._unsaved.pop(0)

    def _keep(self, incoming: Incoming, screening: Screening, unit: Unit) -> None:
        now = self._clock.now()
        if not unit.first_time(incoming.key, now):
            return
        turn = self._turn(unit, self._arrive(unit, incoming), incoming, screening, now)
        raised = escalation.raise_case(turn, danger.sign_of(turn))
        post(unit, incoming.key, raised.replies, now)

    def _due_work(self, at_most: int, unit: Unit) -> int:
        now = self._clock.now()
        timers = unit.timers.claim(now, at_most)
        for timer in timers:
            self._before_serving()
            person = unit.people.get(timer.person_id)
            handle = self._handlers.due.get(timer.kind)
            if person is None or handle is None:
                continue
            replies = handle(Due(unit=unit, person=person, now=now, policy=self._policy, timer=timer))
            post(unit, f"timer:{timer.kind}:{timer.person_id}:{timer.subject}:{timer.due_at.isoformat()}", replies, now)
        return len(timers)


def place(trouble: BaseException) -> str:
    """What failed and where, for the log: never the exception's own words, which may hold a person's."""
    frames = traceback.extract_tb(trouble.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(trouble).__name__}{where}"


def post(unit: Unit, cause: str, replies: Sequence[Reply], now: datetime) -> None:
    """Write the replies of one cause to the outbox, one row per reader, each under a key of its own."""
    for number, reply in enumerate(replies):
        for reader, copy in copies(unit, reply):
            unit.outbox.post(f"{cause}#{number}{reply.key}@{reader}", reader, copy, now)
