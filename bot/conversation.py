"""The whole story in one file: a message is heard, or time passes; something is decided, kept, and then said.

    person -> adapter -> Incoming -> hear() -> triage -> understanding -> HANDLERS -> core decision -+
    clock  -> ticker  ------------> tick() -> due work ----------------------------> core decision -+
    moderator -> adapter -> Incoming -> hear() -> moderation -----------------------> core.case ----+
                                                                                                    v
              adapter <- postman <- after commit <- outbox rows <- replies + state, one transaction

Triage runs first, inside `hear`, so that no use case can skip it, and needs no database. When a use case, the
understanding or the database fails on a message that holds a danger sign, before the commit or after it, `bot.rescue` still
says the emergency words and still alerts the moderators: through the outbox when it works, straight through the adapter when
it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from bot.core.flags import Screening
from bot.core.levels import Level
from bot.core.meaning import QUESTIONS, Act, Meaning
from bot.core.person import Person
from bot.core.policy import Policy
from bot.delivery import JudgeAgain, Postman
from bot.due_work import DueWork
from bot.handlers import HANDLERS, Handlers, after_a_sign, danger, escalation, in_danger, linking, members, read_back, welcome
from bot.handlers.offers import FORM, TOLD, WAITS, called, kept_words, press_of
from bot.handlers.reports import is_report
from bot.handlers.turn import Moment, Turn, choices, say
from bot.knowledge.consent import has_agreed
from bot.knowledge.files import LANGUAGES
from bot.messages import Incoming, Press, Reply
from bot.passing import usual_account
from bot.ports import Clock, Dialogue, OutboxRow, Store, Unit
from bot.posting import Posted, post
from bot.rescue import Heard, Rescue
from bot.screening import screened
from bot.understanding.danger import Triage
from bot.understanding.language import detect
from bot.understanding.reader import Reader

log = structlog.get_logger()

NOTHING = Meaning(language="", acts=(Act("other"),), confidence="lost")
# In these, an act of a message is a record of what happened: it is kept even beside an orange sign.
LOGS = ("log_intake", "log_missed", "log_side_effect", "log_craving", "log_drink", "correct_last")
VOUCHED_FOR = timedelta(days=7)
"""Where one platform says that somebody moderates, the others take it for so long: whose rights were taken back there keeps none."""

FORM_LIVES = timedelta(days=1)
"""A question asked yesterday is not answered by a word of today."""


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
        self._due_work = DueWork(store=store, clock=clock, policy=policy, handlers=handlers, before_serving=before_serving)
        self._rescue = Rescue(store=store, postman=postman, make_turn=self._turn, stranger=self._stranger, keep=self._keep)

    async def wake(self) -> None:
        """Before the first message: what the crash path needs is read while the database answers."""
        await self._postman.remember_everybody()

    async def hear(self, incoming: Incoming) -> None:
        """Answer one message or press. Never raises for what a person can say; a repeated update is answered once."""
        incoming = members.by_command(incoming.in_whole_characters())
        screening = screened(self._triage, incoming, language=self._language_of(incoming))
        heard: Heard | None
        try:
            heard = await self._store.run(partial(self._answer, incoming, screening))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # whatever failed, a danger sign is still answered
            heard = await self._rescue.after(trouble, incoming, screening)
        for reply, person in heard.farewells if heard else ():
            await self._postman.straight(reply, incoming.account, key=f"{incoming.key}#farewell", person=person)
        await self._rescue.deliver(heard, incoming.account)
        await self._rescue.go_back(heard, incoming)

    async def at_rest(self) -> None:
        """Wait until nothing that was said is on its way any more, for whoever plays one step after the other."""
        await self._postman.at_rest()

    async def tick(self) -> None:
        """Serve whatever has come due, in bounded bites, then deliver. Errors leave the rows as they were."""
        await self._rescue.retry()
        await self._due_work.serve()
        await self._postman.deliver()

    def _answer(self, incoming: Incoming, screening: Screening, unit: Unit) -> Heard | None:
        """One transaction: everything a message changes and everything it makes us say; None when it was heard before."""
        if not unit.first_time(incoming.key, self._clock.now()):
            return None
        usual = usual_account(unit, incoming)
        turn = self._turn(unit, incoming, screening)
        replies = self._route(turn)
        if unit.people.behind(incoming.account) != turn.person.id:  # erased, or the account is another's now
            others = post(unit, incoming.key, [reply for reply in replies if reply.to != turn.person.id], turn.now)
            last_words = [(reply, turn.person) for reply in replies if reply.to == turn.person.id]
            return Heard(speaker=turn.person, posted=others, farewells=last_words)
        return Heard(speaker=turn.person, posted=post(unit, incoming.key, replies, turn.now, speaker=turn.person.id), usual=usual)

    def _turn(self, unit: Unit, incoming: Incoming, screening: Screening) -> Turn:
        person = self._arrive(unit, incoming)
        return Turn(
            unit=unit,
            person=person,
            now=self._clock.now(),
            policy=self._policy,
            incoming=incoming,
            meaning=replace(NOTHING, language=person.language),
            screening=screening,
            reader=self._reader,
            act=NOTHING.acts[0],
        )

    def _arrive(self, unit: Unit, incoming: Incoming) -> Person:
        """Who this is. The adapter vouches for its account's role each time: rights given or taken back there hold here at once."""
        person = unit.people.find(incoming.account)
        if person is None:
            new = self._stranger(incoming)
            where = {"language": new.language, "timezone": new.timezone, "country": new.country}
            return unit.people.add(incoming.account, role=incoming.role or "patient", now=self._clock.now(), **where)
        role = incoming.role or person.role  # an adapter that cannot say takes nothing back
        if incoming.role is not None and not incoming.role == person.role == "patient":
            role = unit.people.vouch(incoming.account, incoming.role, now=self._clock.now(), until=self._clock.now() + VOUCHED_FOR)
        if person.role != role:
            person = replace(person, role=role)
            unit.people.save(person)
            unit.dialogues.clear(person.id)  # a form of the other role: what follows is no answer to it
        return person

    def _stranger(self, incoming: Incoming) -> Person:
        """Somebody unknown. Who speaks another language than the community may be in another country: none is guessed."""
        language = self._language_of(incoming)
        country = self._newcomer.country if language == self._newcomer.language else ""
        return replace(self._newcomer, language=language, country=country)

    def _language_of(self, incoming: Incoming) -> str:
        hint = incoming.language_hint[:2].lower()
        return hint if hint in LANGUAGES else detect(linking.without_code(incoming.text), prior=self._newcomer.language)

    def _keep(self, unit: Unit, cause: str, replies: list[Reply]) -> Sequence[Posted]:
        return post(unit, cause, replies, self._clock.now())

    def _route(self, turn: Turn) -> list[Reply]:
        """Who answers: danger first, then moderators, buttons, first contact, open forms, and at last the intents."""
        self._before_serving()
        self._handlers.take_back_corrected(turn)
        if is_report(turn.incoming):  # whoever reports, and whatever it says: the words are nobody's here
            return self._handlers.report(turn)
        unread = self._handlers.no_words(turn)
        if unread is not None:
            return unread
        if turn.person.role == "moderator" and not turn.incoming.public:
            return self._moderator(turn)
        if turn.incoming.public:
            turn = replace(turn, screening=danger.understood_openly(turn.understood()))
        turn = in_danger.calmed(turn)
        if turn.screening.level >= Level.urgent:
            return self._alarmed(turn)
        if turn.incoming.public:  # whoever writes: what everybody reads is no answer to a form, and no command
            return [*self._handlers.in_public(turn), *danger.in_public(turn)]
        turn = turn.understood()
        turn = replace(turn, screening=danger.understood_and_remembered(turn))
        if turn.screening.level >= Level.urgent:
            return self._alarmed(turn)
        overheard = escalation.overheard(turn)
        replies = self._ordinary(turn)
        if turn.screening.level is Level.check:
            replies.extend(danger.gentle_check(turn))
        return replies + self._unless_erased(turn, overheard)

    def _alarmed(self, turn: Turn) -> list[Reply]:
        if turn.screening.is_red:
            ours = not turn.incoming.quoted and not turn.incoming.public
            kept = self._handlers.keep_quietly(turn.understood()) if ours else ()
            asked = in_danger.beside(turn)
            answer, *others = self._handlers.red(turn)
            return [replace(answer, words=(*asked, *answer.words), choices=(*answer.choices, *kept)), *others]
        beside = self._logs_beside(turn)
        return beside if danger.is_said_beside(turn, beside) else [*self._handlers.orange(turn), *beside]

    def _moderator(self, turn: Turn) -> list[Reply]:
        press = turn.incoming.press
        turn = turn.understood()
        dialogue = self._open_form(turn)
        if press is not None and press.choice != "not-safe" and turn.screening.level < Level.urgent:
            handle = self._handlers.moderator_presses.get(press.choice)
            return handle(turn) if handle else self._press(turn, press, dialogue)
        if turn.screening.level >= Level.urgent and (press is not None or not self._handlers.at_work(turn, dialogue)):
            # Moderators of such forums are often patients themselves: their own words are heard as anybody's.
            return self._handlers.of_their_case(turn) or self._alarmed(turn)
        if self._handlers.is_command(turn, dialogue):  # no answer to a form, and nobody's words
            return self._handlers.moderator(turn)
        overheard = [] if self._handlers.at_work(turn, dialogue) else escalation.overheard(turn)
        answered = self._by_form(turn, dialogue)
        answered = self._of_a_moderators_own(turn) if answered is None else answered
        replies = self._handlers.moderator(turn) if answered is None else answered
        return replies + self._unless_erased(turn, overheard)

    def _unless_erased(self, turn: Turn, replies: list[Reply]) -> list[Reply]:
        """Nothing of a person's words follows their erasure."""
        return replies if turn.unit.people.get(turn.person.id) is not None else []

    def _of_a_moderators_own(self, turn: Turn) -> list[Reply] | None:
        """What a moderator says of themselves: in their own case, in doubt, or asking for a human or for their rights."""
        case = turn.unit.cases.open_for(turn.person.id)
        asks = turn.meaning.confidence == "sure" and turn.meaning.intent in ("talk_to_human", "privacy")
        relays = self._handlers.looks_after_one(turn)
        if asks and not relays and (turn.meaning.intent == "privacy" or turn.says("speaks_of_oneself")):
            return self._handlers.intents[turn.meaning.intent](turn)
        if turn.screening.level is Level.check:
            return danger.gentle_check(turn)
        if case is None or case.is_of_others or (relays and case.level < Level.urgent):
            return None
        return [danger.kept_for_moderators(turn, case)]

    def _ordinary(self, turn: Turn) -> list[Reply]:
        press = turn.incoming.press
        dialogue = self._open_form(turn)
        linking = self._handlers.code_typed(turn)
        if linking is not None:
            return linking
        if not has_agreed(turn.person) and not welcome.needs_no_consent(turn, dialogue):
            answered = self._handlers.in_danger(turn, dialogue) or after_a_sign.before_consent(turn, dialogue)
            return answered or self._handlers.first_contact(turn)
        if press is not None:
            return self._press(turn.pressing(press.choice, press.about), press, dialogue)
        if turn.incoming.quoted:
            return [turn.reply(say("quoted.not-noted"), offers=choices("talk-to-human"))]
        answered = self._handlers.in_danger(turn, dialogue)
        answered = self._handlers.before_an_older_question(turn, dialogue) if answered is None else answered
        answered = self._by_form(turn, dialogue) if answered is None else answered
        answered = self._handlers.in_context(turn) if answered is None else answered
        return [*self._serve(turn), *self._still_open(turn, dialogue)] if answered is None else answered

    def _open_form(self, turn: Turn) -> Dialogue | None:
        dialogue = turn.unit.dialogues.get(turn.person.id)
        if dialogue is None or dialogue.opened_at is None or turn.now - dialogue.opened_at <= FORM_LIVES:
            return dialogue
        turn.close_form()
        return None

    def _by_form(self, turn: Turn, dialogue: Dialogue | None) -> list[Reply] | None:
        """The open form's reading of the words. A lone yes or no counts only if nothing else was said since the question."""
        if dialogue is None:
            return None
        offers = dialogue.answers.get("offers", ())
        if (
            dialogue.form == FORM
            and (len(offers) == 1 or TOLD in offers)
            and turn.meaning.intent == "confirm"
            and not turn.said_since(dialogue)
        ):
            press = press_of(str(offers[0]), dialogue.token)
            return self._press(turn.pressing(press.choice, press.about), press, dialogue)
        again = read_back.completed(turn, dialogue) if dialogue.form == FORM else None
        if again is not None:
            return self._noted(again)
        prompt = self._handlers.prompts.get((dialogue.form, dialogue.step))
        if prompt and turn.meaning.intent in ("confirm", "decline") and turn.said_since(dialogue):
            return self._still_open(turn, dialogue)
        return self._handlers.forms[dialogue.form](turn, dialogue)

    def _still_open(self, turn: Turn, dialogue: Dialogue | None) -> list[Reply]:
        """The question that waits, asked again after something else was served; its former buttons answer nothing any more."""
        now_open = turn.unit.dialogues.get(turn.person.id)
        if dialogue is None or now_open is None or now_open.token != dialogue.token:
            return []
        if dialogue.answers.get(WAITS):
            return read_back.asked_again(turn, dialogue)
        prompt = self._handlers.prompts.get((dialogue.form, dialogue.step))
        if prompt is None:
            return []
        key, offered = prompt
        token = turn.open_form(dialogue.form, dialogue.step, **dialogue.answers)
        return [turn.reply(say(key), offers=choices(*offered, about=token))]

    def _press(self, turn: Turn, press: Press, dialogue: Dialogue | None) -> list[Reply]:
        if press.choice.startswith("intent-"):
            return self._chosen(turn, press.choice.removeprefix("intent-"), dialogue)
        handle = self._handlers.form_presses.get((dialogue.form if dialogue else "", press.choice))
        if handle and dialogue and press.about and press.about != dialogue.token:
            return [turn.reply(say("form.over"))]
        handle = handle or self._handlers.presses.get(press.choice)
        return handle(turn) if handle else [turn.reply(say("form.over"))]

    def _chosen(self, turn: Turn, intent: str, dialogue: Dialogue | None) -> list[Reply]:
        """The offer that was meant: the words that were kept are served under the intent chosen."""
        handle = self._handlers.intents.get(intent)
        if (handle is None and intent != TOLD) or dialogue is None or dialogue.form != FORM:
            return [turn.reply(say("form.over"))]
        again = kept_words(turn, dialogue)
        if handle is None:
            return self._noted(again)
        slots = again.plan_slots() if intent == "set_plan" else again.meaning.slots
        act = next((act for act in again.meaning.acts if act.intent == intent), Act(intent, slots))
        return handle(again.serving(act).pressing(""))

    def _noted(self, turn: Turn) -> list[Reply]:
        """All that was read back."""
        return [reply for act in turn.meaning.acts for reply in self._handlers.intents[act.intent](turn.serving(act).pressing(""))]

    def _serve(self, turn: Turn) -> list[Reply]:
        """Every act of a message that is sure; offers for one that is not, unless a case is open: then a human reads it."""
        name = called(turn)
        if name:
            return self._handlers.intents[name](turn.serving(Act(name)))
        case = in_danger.belongs_to_the_case(turn)
        if case is not None and not _is_explained_log(turn):
            return [danger.kept_for_moderators(turn, case)]
        if turn.meaning.confidence != "sure" or (turn.meaning.likened and turn.screening.leaning):
            return self._doubtful(turn)
        replies = [reply for act in turn.meaning.acts for reply in self._handlers.intents[act.intent](turn.serving(act))]
        return replies + self._handlers.told_beside(turn)

    def _doubtful(self, turn: Turn) -> list[Reply]:
        """The gentle question is the answer to what is ambiguous; an offer of buttons beside it would bury it, an answer would not.

        Where a cue explains the words, the offers come first: half of those that lean towards danger are of any day.
        """
        is_explained = _is_explained(turn.meaning)
        if turn.screening.level is Level.check or not turn.screening.leaning or is_explained:
            return [] if turn.screening.level is Level.check else self._handlers.not_understood(turn)
        known = turn.meaning.confidence == "sure" and turn.meaning.intent in QUESTIONS and "topic" in turn.meaning.slots
        return [*(self._handlers.intents[turn.meaning.intent](turn) if known else []), *danger.ask_openly(turn, answered=known)]

    def _logs_beside(self, turn: Turn) -> list[Reply]:
        """What an orange message says happened is kept all the same; none of it is asked back."""
        turn = turn.understood()
        if turn.person.consented_at is None or turn.incoming.quoted or turn.incoming.public:
            return []
        if turn.meaning.confidence != "sure":
            return self._handlers.too_much_told(turn)
        if any(flag.subject == "other" for flag in turn.screening.flags):
            return []  # what somebody else has is not in this person's diary
        acts = [act for act in turn.meaning.acts if act.intent in LOGS or act.slots.get("topic") == "days_missed"]
        return [reply for act in acts for reply in self._handlers.intents[act.intent](turn.serving(act))]


def _is_explained(meaning: Meaning) -> bool:
    """Whether a cue names what words that are not sure do."""
    return meaning.confidence == "ask" and not meaning.likened


def _is_explained_log(turn: Turn) -> bool:
    """Whether something that is to be noted was told, if not surely: it is asked about in an open case too, or it would be lost."""
    return _is_explained(turn.meaning) and turn.meaning.intent in LOGS and not turn.screening.leaning


def judges(*, clock: Clock, policy: Policy) -> Mapping[str, JudgeAgain]:
    """What the postman asks just before it sends what the plan once made right to say: by kind of reply."""

    def judge(unit: Unit, person: Person, row: OutboxRow) -> Reply | None:
        about = row.reply.choices[0].about if row.reply.choices else ""
        return HANDLERS.judge_again(Moment(unit=unit, person=person, now=clock.now(), policy=policy), row.reply, about)

    return {"reminder": judge, "check_in": judge, "notice": judge}
