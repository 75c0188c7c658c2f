"""A scanned message becomes a meaning: its acts in order, how sure that reading is, and what else it may mean.

A question never logs. What the cues are sure of and the second opinion does not contradict is served at once; what only the second opinion
is sure of is served when it changes nothing or is easily undone; everything else is offered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import inf

from bot.core.meaning import QUESTIONS, Act, Confidence, Meaning
from bot.knowledge.facts import UNKNOWN as NO_ANSWER
from bot.knowledge.facts import facts
from bot.understanding.clauses import Clauses, Said, is_a_dose_with_its_hour, spans
from bot.understanding.intent_linear import Likeness
from bot.understanding.intents import LOGS, SOCIAL, Hit
from bot.understanding.scan import Scan
from bot.understanding.told import are_named, is_doubtful, is_plainly_of_the_diary, leaves_out, told_once

_SENTENCE = re.compile(r"[.!?;\n]+")
_OFFERS = 3
AGREED, AGREED_ON_A_NAME = 0.7, 0.5
"""What the second opinion must give for what the cues are sure of: with less, they are right half of the time (docs/understanding.md).
A cue that has what it tells of by name (an effect, a drink, an amount, a topic), or takes most of the message, needs less of it."""
MOST = 0.6
NO_WORD_LEFT = 0.4
"""What it must give where one cue takes the whole of the message, though it puts something else first ("I took my dose")."""
WHOLE_AND_NAMED = 0.25
"""The same where a cue takes the whole of the message but for a time, and what it tells of is named: drinks, effects, a craving."""
ON_NOTHING_ELSE = 0.3
"""The same of an intake that is sure: not a word is left beside it that could mean anything else."""
A_HUMAN = 0.3
"""The same for who asks for a human, where nothing else comes first: a question back would keep them from one."""
ALONE, WITH_A_HINT = 0.75, 0.60
"""What it must give for its own first choice to be served where no cue was sure; less when a weaker cue says the same. Of messages by an
author it had not learnt from, 99 in 100 of what it gave three quarters were right (docs/understanding.md)."""
CERTAIN = 0.85
"""What it must give for an intake, for what changes something that is kept, and for anything that the cues contradict."""
NOTHING = 0.30
"""Below this, whatever comes first, the message is not understood."""
FIGURES_ALONE = 0.7
"""What it must give to the likeliest two for a message without a word ("10 now") to be asked about; never is it served on that alone."""
HARMLESS = frozenset(
    [
        *("show_plan", "ask_timing", "ask_next", "ask_history", "ask_safety", "ask_info", "report", "help", "greet", "thanks", "privacy"),
        *("talk_to_human", "log_side_effect", "log_craving"),
    ]
)
"""What may be served on the second opinion alone: it shows, it answers, or one tap undoes it."""
CHANGES = frozenset(
    [
        *("log_drink", "log_missed", "undo", "set_reminder", "change_reminder", "settings", "snooze", "confirm", "decline", "cancel"),
    ]
)
"""What may be when it is certain: it is read back with its way back, or asked about before it holds."""
READ_ONLY = frozenset({"ask_history", "ask_next", "show_plan", "report"})
"""What shows what is kept."""
SHOWN = frozenset({"ask_next", "show_plan", "ask_history", "set_reminder", "change_reminder"})
"""What is believed where the whole of the message asks for it plainly: it shows what the plan or the log holds, and can do no harm."""
WITH_A_CUE = frozenset(["correct_last", "set_plan", "stop_treatment"])
"""What may be when it is certain and a weaker cue says the same; never on its word alone."""
STOP, COMING_OFF = "stop_treatment", ("stopping", "decrease")
"""Questions about coming off are the wish to stop where the second opinion hears one."""
REMINDERS = frozenset({"set_reminder", "change_reminder"})
ALIKE = (QUESTIONS, REMINDERS, frozenset({"thanks", "greet"}))
"""What is answered in the same way, or in kind."""
DIARY = frozenset({"log_drink", "log_side_effect", "log_craving"})
ABOUT, MAYBE_ABOUT = 0.6, 0.12
"""What the network must give a topic for its answer to be given, and for it to be offered. Of 600 questions by an author it had not
learnt from, 96 in 100 of what it gave three fifths were right (docs/understanding.md)."""
WIDE = frozenset(
    [
        *("alcohol", "ameisen_test", "ceiling", "decrease", "driving", "duration", "how_much", "interaction", "missed_dose", "no_effect"),
        *("onset", "side_effects", "stopping", "weight", "what_is_baclofen"),
    ]
)
"""What wide words name ("the doctor", "a drink", "how long"): where the network says otherwise, such a cue is wrong five times in six. Any
other cue is believed, and so is a question about an effect that is named: its answer says what is known of that very one."""
OF_EFFECTS, OF_MEDICINES = "side_effects", frozenset({"others", "hospital"})
"""The latter: what a question that names medicines may ask for besides whether they go together."""
COUNTED = frozenset({"largest_single", "top_up_count", "shortest_interval"})
"""Questions of number whose cues are narrow: by likeness alone they have to be certain."""
DAYS_MISSED, MISSED = "days_missed", "missed_dose"
_SAID_IN_WORDS = ("STRENGTH", "EVERY", "STEP")
CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """One message being understood. `cut` says that it was longer than what was read of it."""

    language: str
    clauses: Clauses
    opinion: Sequence[Likeness]
    scan: Scan
    question: bool
    topics: Sequence[tuple[str, float]] = ()
    cut: bool = False

    def meaning(self) -> Meaning:
        """The whole reading."""
        meaning = self._read()
        meaning = replace(meaning, acts=tuple(map(self._about, meaning.acts)))
        if not meaning.question or self.cut or meaning.confidence == "sure" or not self.topics:
            return meaning
        if meaning.confidence == "lost":
            return self._recognised(meaning)
        if not any(act.intent in QUESTIONS for act in meaning.acts):
            return self._or_an_answer(meaning)
        return replace(meaning, confidence="sure", candidates=(), likened=True) if self._is_answerable(meaning.acts) else meaning

    def _is_answerable(self, acts: Sequence[Act]) -> bool:
        """Whether a question is doubtful only in its kind: which answer it asks for is known."""
        asks = len(acts) == 1 and acts[0].intent in QUESTIONS and acts[0].slots.get("topic") == self.topics[0][0] != NO_ANSWER
        return asks and self.topics[0][1] >= ABOUT and self._share(acts[0].intent) >= AGREED_ON_A_NAME

    def _or_an_answer(self, meaning: Meaning) -> Meaning:
        """A question that seems to want something else done is also offered the answer that the network knows it by."""
        (first, share), *_ = self.topics
        if share < ABOUT or first == NO_ANSWER or not meaning.candidates:
            return meaning
        nearest, *others = meaning.candidates
        offers = dict.fromkeys([nearest, "ask_info", *(name for name in others if name not in QUESTIONS)])
        return replace(meaning, candidates=tuple(offers)[:_OFFERS], about=(first,))

    def _recognised(self, meaning: Meaning) -> Meaning:
        """A question that nothing else was made of is offered the answer that it may ask for."""
        act = self._about(Act("ask_info"))
        if act.slots.get("topic", NO_ANSWER) == NO_ANSWER:
            return meaning
        return replace(meaning, acts=(act,), confidence="ask", candidates=("ask_info", *meaning.candidates)[:_OFFERS], likened=True)

    def _read(self) -> Meaning:
        said = [self._as_reminder(one) for one in (self._asked() if self.question else self._told())]
        if not said:
            return self._guess()
        acts = self._as_asked(_ordered([one.act for one in told_once(said)]))
        agreed = self._is_agreed(acts, sure=all(one.sure for one in said))
        if not agreed and not (self.question and self.opinion[0].intent in LOGS):
            return self._instead(acts) or self._either(acts)
        confidence: Confidence = "sure" if all(one.sure for one in said) and agreed and not self.cut else "ask"
        candidates = () if confidence == "sure" else self._candidates(acts)
        return Meaning(language=self.language, acts=tuple(acts), confidence=confidence, candidates=candidates, question=self.question)

    def _asked(self) -> list[Said]:
        """A message that asks gets one answer, from all of its words. It never logs."""
        cues, masked = self.clauses.cues, self.scan.masked
        hit = cues.first(masked, question=True, skip=(*LOGS, *SOCIAL)) or cues.first(masked, question=True, skip=LOGS)
        if hit is None:
            return []
        said = self.clauses.act(hit.intent, self.scan, hit.topic)
        polite_only = hit.intent in SOCIAL and bool(cues.every(masked, LOGS))
        return [Said(said.act, said.sure and not polite_only)]

    def _told(self) -> list[Said]:
        """A message that tells: a plan as a whole, else sentence by sentence."""
        if self._is_plan():
            return [self.clauses.act("set_plan", self.scan, None)]
        out: list[Said] = []
        unheard: list[Scan] = []
        for start, end in spans(_SENTENCE, self.scan.masked):
            sentence = self.scan.cut(start, end)
            said = [one for one in self.clauses.said(sentence) if one.act.intent != CANCEL or self._leaves(sentence)]
            out += said
            if not said:
                unheard.append(sentence)
        if is_doubtful(out, unheard, self.clauses.cues) or leaves_out(self.scan, out):
            out = [Said(one.act, False) for one in out]
        return out

    def _leaves(self, sentence: Scan) -> bool:
        """Whether a whole sentence says to leave it: "then nothing, on the steps" only holds the word."""
        hit = self.clauses.cues.first(sentence.masked, question=False, skip=LOGS)
        return hit is not None and hit.intent == CANCEL

    def _is_plan(self) -> bool:
        """Whether the first rule that is sure of the whole message is the plan's."""
        hit: Hit | None = self.clauses.cues.first(self.scan.masked, question=False, skip=(*LOGS, *SOCIAL))
        return hit is not None and hit.intent == "set_plan"

    def _instead(self, acts: Sequence[Act]) -> Meaning | None:
        """What the second opinion is certain of, and the cues did not say at all; None when it is not for it to decide."""
        first = self.opinion[0]
        if first.share < CERTAIN or any(act.intent == first.intent for act in acts) or any(map(self._tells, acts)):
            return None
        said = self.clauses.act(first.intent, self.scan, None)
        if not said.sure or self.cut or not self._is_enough(said.act, hinted=False) or self._is_taken_back(first.intent):
            return None
        return Meaning(language=self.language, acts=(said.act,), confidence="sure", question=self.question, likened=True)

    def _tells(self, act: Act) -> bool:
        """Whether something may have happened: "my craving this month" names none, and asks to see them."""
        is_unnamed = act.intent == "log_craving" and not act.slots.get("craving") and self.opinion[0].intent in READ_ONLY
        return act.intent in LOGS and not is_unnamed

    def _either(self, acts: Sequence[Act]) -> Meaning:
        """Both readings on offer, that of the second opinion first; not where a cue takes the whole message, or takes that back."""
        instead = self.opinion[0].intent
        known = [act for act in acts if act.intent == instead]
        act = known[0] if known else Act("other") if instead == "other" else self.clauses.act(instead, self.scan, None).act
        is_first = self._takes({one.intent for one in acts}) < 1 and not self._is_taken_back(instead)
        both = [act, *acts] if is_first else [*acts, act]
        return Meaning(language=self.language, acts=(both[0],), confidence="ask", candidates=self._candidates(both), question=self.question)

    def _is_agreed(self, acts: Sequence[Act], *, sure: bool) -> bool:
        """Whether the second opinion says the same first and makes enough of it. It knows nothing of a message without a word ("7/10")."""
        if not self.opinion or not self._has_words():
            return True
        told = _alike(acts)
        given = sum(one.share for one in self.opinion if one.intent in told)
        if told == {"ask_next"} and self._takes(told) >= 1:
            return True  # it shows the plan's own next dose, and can do no harm
        if told <= SHOWN and self.clauses.cues.cues["asks_plainly"].search(self.scan.masked):
            return True
        taken = sure and {act.intent for act in acts} == {"log_intake"} and all(map(self._is_told, acts))
        return given >= (ON_NOTHING_ELSE if taken else self._needed(acts, told))

    def _needed(self, acts: Sequence[Act], told: set[str]) -> float:
        """What the second opinion must give all that is told; more than there is where it puts something else first."""
        of_the_diary = told <= DIARY and are_named(acts)
        if self._is_a_drink_taken(told) or (of_the_diary and is_plainly_of_the_diary(self.scan, self.clauses.cues)):
            return 0
        if of_the_diary and not self._has_words_beside(told):
            return WHOLE_AND_NAMED
        is_first = self.opinion[0].intent in told
        if self._takes(told) >= 1 and not (is_first and told <= {*LOGS}):
            return 0 if told == {"decline"} else NO_WORD_LEFT
        if not is_first:
            return inf
        if told == {"talk_to_human"}:
            return A_HUMAN
        return AGREED_ON_A_NAME if self._tells_by_name(acts, told) else AGREED

    def _tells_by_name(self, acts: Sequence[Act], told: Collection[str]) -> bool:
        """Whether what is told of is named, or takes most of the message."""
        return are_named(acts) or self._takes(told) >= MOST or any("topic" in act.slots for act in acts)

    def _is_a_drink_taken(self, told: Collection[str]) -> bool:
        """ "I did take a small port": the second opinion hears of an intake, where nothing is named but the drink that was taken."""
        cues, masked = self.clauses.cues.cues, self.scan.masked
        doses = self.scan.has("MG", "TABS", "NXM", "NXT", "LIST", "DAILY", "BACLO", "MED") or bool(cues["names_a_dose"].search(masked))
        return told == {"log_drink"} and self.opinion[0].intent == "log_intake" and not doses and bool(cues["took_a_drink"].search(masked))

    def _has_words_beside(self, told: Collection[str]) -> bool:
        """Whether a word stands beside the longest of their cues; the name of a time is none."""
        masked = self.scan.masked
        longest = max(self.clauses.cues.every(masked, told), key=lambda hit: hit.end - hit.start, default=None)
        return longest is None or any(letter.islower() for letter in masked[: longest.start] + masked[longest.end :])

    def _about(self, act: Act) -> Act:
        """A question with the topic of the answer that it asks for, or those to choose from."""
        if act.intent not in QUESTIONS or not self.topics or self._is_named(act):
            return act
        (first, share), *_ = self.topics
        if share >= (CERTAIN if _is_heavy(first) or first in COUNTED else ABOUT):
            return self.clauses.act(act.intent, self.scan, first).act if first != NO_ANSWER else act
        named = [str(act.slots["topic"])] if "topic" in act.slots else []
        likely = [topic for topic, share in self.topics[:_OFFERS] if share >= MAYBE_ABOUT and topic != NO_ANSWER]
        offers = list(dict.fromkeys([*likely, *named]))[-_OFFERS:]
        kept = {name: value for name, value in act.slots.items() if name != "topic"}
        return replace(act, slots={**kept, "topics": offers}) if offers and offers != named else act

    def _is_named(self, act: Act) -> bool:
        """Whether what the question is about was said in words that the network does not read otherwise."""
        (first, share), *_ = self.topics
        named = act.slots.get("topic")
        if named is not None and first in COUNTED and share < CERTAIN:
            return True
        if "substances" in act.slots and first not in OF_MEDICINES:
            return True
        is_of_an_effect = named == OF_EFFECTS and "effects" in act.slots
        is_of_hours = named == MISSED and self.scan.has("DUR")  # days without, where only hours were said
        return named is not None and (first in (named, NO_ANSWER) or named not in WIDE or is_of_an_effect or is_of_hours)

    def _as_reminder(self, said: Said) -> Said:
        """A reminder that is wanted, or moved: the second opinion knows better which, unless it is said plainly."""
        first = self.opinion[0].intent if self.opinion else ""
        if said.act.intent not in REMINDERS or first not in REMINDERS or self.clauses.cues.cues["asks_plainly"].search(self.scan.masked):
            return said
        return self.clauses.act(first, self.scan, None)

    def _as_asked(self, acts: Sequence[Act]) -> list[Act]:
        """What a question is about decides its answer; whether it asks in general or for oneself, the second opinion knows better."""
        first = self.opinion[0].intent if self.opinion else ""
        if first == STOP and any(act.slots.get("topic") in COMING_OFF for act in acts):
            return [self.clauses.act(STOP, self.scan, None).act]
        if first not in QUESTIONS:
            return list(acts)
        return [replace(act, intent=first) if act.intent in QUESTIONS and "topic" in act.slots else act for act in acts]

    def _has_words(self) -> bool:
        return any(letter.islower() for letter in self.scan.masked) or self.scan.has(*_SAID_IN_WORDS)

    def _takes(self, told: Collection[str]) -> float:
        """How much of the message the longest cue takes: with most of it, there is hardly another word that could mean something else."""
        hits = self.clauses.cues.every(self.scan.masked, told)
        return max((hit.end - hit.start for hit in hits), default=0) / max(1, len(self.scan.masked.strip()))

    def _is_enough(self, act: Act, *, hinted: bool) -> bool:
        """Whether the second opinion may decide alone: of an intake only when it is certain and the amount was said."""
        share = self._share(act.intent)
        if act.intent == "log_intake":
            return share >= CERTAIN and self._is_told(act)
        if act.intent in CHANGES or (hinted and act.intent in WITH_A_CUE):
            return share >= CERTAIN
        return act.intent in HARMLESS and share >= (WITH_A_HINT if hinted else ALONE)

    def _is_told(self, act: Act) -> bool:
        """Whether an intake was said with its amount, or as one whole dose that was taken ("took it at 9")."""
        cues, masked = self.clauses.cues.cues, self.scan.masked
        if not {"dose_mg", "tablets", "doses"} & set(act.slots):
            return bool(cues["surely_taken"].search(masked))
        # A number without its unit, and no verb, may be of anything ("20 at 2 pm with the doctor").
        return not act.slots.get("assumed") or bool(cues["took"].search(masked))

    def _share(self, intent: str) -> float:
        """What the second opinion gives it; a question of safety and one for information are answered in the same way."""
        alike = QUESTIONS if intent in QUESTIONS else (intent,)
        return sum(one.share for one in self.opinion if one.intent in alike)

    def _candidates(self, acts: Sequence[Act]) -> tuple[str, ...]:
        """What to offer: what was read, and what else it may be."""
        names = [*(act.intent for act in acts), *self._names(self._proposals())]
        return tuple(dict.fromkeys(name for name in names if name != "other"))[:_OFFERS]

    def _proposals(self) -> list[Hit]:
        return self.clauses.cues.proposals(self.scan.masked, question=self.question)

    def _names(self, proposals: Sequence[Hit]) -> list[str]:
        """What the weaker cues and the second opinion say, the likeliest first; a hint counts as much as a fifth of all there is."""
        hinted = {hit.intent for hit in proposals}
        given = {one.intent: one.share for one in self.opinion}
        weight = {name: given.get(name, 0.0) + (1 / 5 if name in hinted else 0.0) for name in [*hinted, *given]}
        names = sorted(weight, key=lambda name: (-weight[name], name))
        never = {*(LOGS if self.question else ()), *(("log_intake",) if self.scan.has("MED") and "log_intake" not in hinted else ())}
        return [name for name in names if name not in never]

    def _guess(self) -> Meaning:
        """No cue was sure: the weaker ones and the second opinion propose, and unless it changes nothing the person chooses."""
        proposals = self._proposals()
        names = self._names(proposals)
        offered = tuple([name for name in names if name != "other"][:_OFFERS])
        first = names[0] if names else "other"
        hinted = any(hit.intent == first for hit in proposals)
        topic = next((hit.topic for hit in proposals if hit.intent == first), None)
        said = self.clauses.act(first, self.scan, topic)
        if first == "other" or not (hinted or self._is_likely(first) or self._is_by_figures(said.act)):
            return Meaning(language=self.language, acts=(Act("other"),), confidence="lost", candidates=offered, question=self.question)
        if self._may_be_done(said, hinted=hinted):
            return Meaning(language=self.language, acts=(said.act,), confidence="sure", question=self.question, likened=True)
        return Meaning(
            language=self.language, acts=(said.act,), confidence="ask", candidates=offered, question=self.question, likened=not hinted
        )

    def _may_be_done(self, said: Said, *, hinted: bool) -> bool:
        """Whether an act that no cue was sure of may be served at once."""
        is_enough = (self._has_words() and self._is_enough(said.act, hinted=hinted)) or self._is_by_figures(said.act)
        holds = said.sure and not self.cut and not self._is_taken_back(said.act.intent)
        return holds and is_enough and not leaves_out(self.scan, [said])

    def _is_likely(self, intent: str) -> bool:
        """Whether the message looks enough like others of the intent; what is figures alone looks like too much, one ("7/10") like all."""
        if self._has_words():
            return self._share(intent) >= NOTHING
        return len(self.scan.masked.split()) > 1 and sum(one.share for one in self.opinion[:2]) >= FIGURES_ALONE

    def _is_by_figures(self, act: Act) -> bool:
        """Whether a number with an hour beside it can be nothing but an intake ("45 noon")."""
        return not self.question and self.clauses.are_figures(self.scan.masked.strip()) and is_a_dose_with_its_hour(act)

    def _is_taken_back(self, intent: str) -> bool:
        """Whether what would be logged is denied, only intended, a habit, or somebody else's."""
        cues, masked = self.clauses.cues, self.scan.masked
        return intent in LOGS and (cues.guarded(intent, masked) or cues.withdrawn(intent, masked))


def _alike(acts: Sequence[Act]) -> set[str]:
    """What the acts do, and what would be answered in the same way."""
    told = {act.intent for act in acts}
    return told.union(*(alike for alike in ALIKE if told & alike))


def _is_heavy(topic: str) -> bool:
    """Whether its answer does something beside answering: a human hears of it, or the next step waits for the prescriber."""
    return topic == DAYS_MISSED or bool(facts()[topic].condition)


def _ordered(acts: list[Act]) -> list[Act]:
    """Politeness goes last, once; a yes or a no beside something else is part of it."""
    business = [act for act in acts if act.intent not in SOCIAL]
    polite = list({act.intent: act for act in acts if act.intent in SOCIAL}.values())
    if business:
        polite = [act for act in polite if act.intent not in {"confirm", "decline", "help"}]
    return [*business, *polite]
