"""Every use case on one screen: which words, button, form or timer leads where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.core.meaning import Act
from bot.handlers import (
    after_a_sign,
    agenda,
    arrived,
    community,
    danger,
    diary,
    escalation,
    in_context,
    in_danger,
    intake,
    linking,
    looking_back,
    mentors,
    missed,
    moderation,
    offers,
    plan,
    privacy,
    questions,
    recording,
    reminded,
    reminders,
    reports,
    resting,
    side_effect,
    smalltalk,
    taking_back,
    ties,
    timing,
    watch,
    welcome,
)
from bot.handlers.turn import Handle, HandleDue, HandleForm, Moment, Turn
from bot.knowledge.facts import UNKNOWN, facts
from bot.messages import Choice, Reply
from bot.ports import Dialogue


def _correct_last(turn: Turn) -> list[Reply]:
    """The entry that was noted last, by whoever noted it."""
    return diary.corrected(turn) or side_effect.corrected(turn) or intake.correct_last(turn)


SHOWN = frozenset({"ask_history", "ask_next", "show_plan", "privacy", "help"})
"""What is shown though it was not surely asked for, with what else may have been meant beside it: it changes nothing."""


def _not_understood(turn: Turn) -> list[Reply]:
    """Rows of doses from somebody who follows no plan are read back as one: nothing starts without a yes. What only shows is shown."""
    may_be_plan = "set_plan" in turn.meaning.candidates[:1] and not turn.meaning.question and not turn.says("already_took")
    slots = turn.plan_slots() if may_be_plan and turn.unit.plans.current(turn.person.id) is None else {}
    told = {"doses", "stages"} & set(slots)
    if told:
        return plan.set_plan(turn.serving(Act("set_plan", slots)))
    (act, *more) = turn.meaning.acts
    is_explained = turn.meaning.confidence == "ask" and not (turn.meaning.likened or turn.meaning.about or turn.screening.leaning)
    if is_explained and act.intent in SHOWN and not more:
        return [*INTENTS[act.intent](turn.serving(act)), *smalltalk.or_else(turn)]
    return smalltalk.not_understood(turn)


def _ask_next(turn: Turn) -> list[Reply]:
    """The next step is the plan's to show; the next intake stands alone."""
    return plan.show_plan(turn) if turn.says("asks_of_a_step") else timing.ask_next(turn)


def _settings(turn: Turn) -> list[Reply]:
    """The strength of the tablets is the plan's; all else is the person's."""
    return plan.new_tablets(turn) or welcome.settings(turn)


def _asking_about_silence(noted: Handle) -> Handle:
    """The same, and afterwards what the days of silence before it were."""
    return lambda turn: [*noted(turn), *missed.asked_about_silence(turn)]


INTENTS: Mapping[str, Handle] = {
    "log_intake": _asking_about_silence(intake.log_intake),
    "log_missed": missed.log_missed,
    "correct_last": _correct_last,
    "undo": taking_back.undo,
    "log_side_effect": side_effect.log_side_effect,
    "log_craving": diary.log_craving,
    "log_drink": diary.log_drink,
    "set_plan": plan.set_plan,
    "show_plan": plan.show_plan,
    "ask_timing": timing.ask_timing,
    "ask_next": _ask_next,
    "ask_history": looking_back.history,
    "ask_safety": questions.ask,
    "ask_info": questions.ask,
    "stop_treatment": questions.stop_treatment,
    "set_reminder": reminders.reminders_by_plan,
    "change_reminder": reminders.reminders_by_plan,
    "snooze": reminders.snooze,
    "confirm": smalltalk.acknowledge,
    "decline": smalltalk.acknowledge,
    "report": smalltalk.report,
    "talk_to_human": danger.talk_to_human,
    "settings": _settings,
    "privacy": privacy.privacy,
    "help": smalltalk.help_,
    "greet": smalltalk.greet,
    "thanks": smalltalk.thanks,
    "cancel": smalltalk.cancel,
    "other": smalltalk.not_understood,
}

PRESSES: Mapping[str, Handle] = {
    "consent-yes": welcome.consent_yes,
    "consent-no": welcome.consent_no,
    "language-fr": welcome.press_language,
    "language-en": welcome.press_language,
    **{f"country-{code.lower()}": welcome.press_country for code in welcome.COUNTRY_CHOICES},
    "taken": _asking_about_silence(intake.press_taken),
    "taken-earlier": intake.press_taken_earlier,
    "snooze-15": reminders.press_snooze,
    "skip": missed.press_skip,
    "undo": taking_back.undo,
    **dict.fromkeys(side_effect.SCALE, side_effect.press_severity),
    **dict.fromkeys(diary.SCALE, diary.press_craving),
    "drink-none": diary.press_drinks,
    "drink-unsaid": diary.press_drinks,
    "step-up": plan.press_step_up,
    "hold": plan.press_hold,
    "pause": plan.press_pause,
    "safe": danger.press_safe,
    "not-safe": danger.press_not_safe,
    "talk-to-human": danger.talk_to_human,
    "arrive": smalltalk.greet,
    "export": privacy.export,
    "erase": privacy.ask_erase,
    "withdraw": privacy.ask_withdraw,
    "ask-community": community.ask,
    "answer-question": community.answer,
    "close-question": community.close,
    "mentor-find": mentors.find,
    "mentor-volunteer": mentors.volunteer,
    "mentor-withdraw": mentors.withdraw,
    "mentor-write": mentors.write,
    "mentor-end": mentors.end,
    "pair-yes": mentors.press_yes,
    "pair-no": mentors.press_no,
    "cancel": smalltalk.cancel,
    **{f"{offers.TOPIC}{topic}": questions.chosen for topic in facts() if topic != UNKNOWN},
}

# What `confirm`, `cancel`, `yes` and `no` mean depends on the form that is open.
FORM_PRESSES: Mapping[tuple[str, str], Handle] = {
    (plan.FORM, "confirm"): plan.confirm,
    (plan.FORM, "cancel"): plan.cancel,
    (recording.FORM, "yes"): intake.press_yes,
    (recording.FORM, "no"): intake.press_no,
    (recording.FORM, "cancel"): intake.press_no,
    (missed.SILENCE, "yes"): missed.press_were_taken,
    (missed.SILENCE, "no"): missed.press_were_not,
    (privacy.FORM, "confirm"): privacy.erase,
    (privacy.FORM, "cancel"): privacy.keep,
    (privacy.WITHDRAWAL, "confirm"): privacy.withdraw,
    (privacy.WITHDRAWAL, "cancel"): privacy.keep,
    (linking.FORM, "confirm"): linking.confirm,
    (linking.FORM, "cancel"): linking.leave,
    (community.FORM, "confirm"): community.confirm,
    (community.FORM, "sign-myself"): community.sign_myself,
    (community.FORM, "cancel"): community.leave,
    (mentors.FORM, "confirm"): mentors.confirm,
    (mentors.FORM, "cancel"): mentors.leave,
}

# Questions that are asked again, with new buttons, when something else was said in between: wording key and choices.
PROMPTS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    (plan.FORM, "confirm"): ("form.waiting.plan", ("confirm", "cancel")),
    (plan.FORM, "bedtime"): ("plan.ask-bedtime", ("cancel",)),
    (recording.FORM, "duplicate"): ("form.waiting.duplicate", ("yes", "no")),
    (community.FORM, "words"): ("community.tell", ("cancel",)),
    (community.FORM, "confirm"): ("form.waiting.question", ("confirm", "sign-myself", "cancel")),
}

FORMS: Mapping[str, HandleForm] = {
    danger.FORM: after_a_sign.form,
    welcome.FORM: welcome.form,
    plan.FORM: plan.form,
    plan.GOING_ON: plan.going_on,
    recording.FORM: intake.form,
    missed.SILENCE: missed.silence,
    taking_back.FORM: taking_back.form,
    reminded.NOT_TAKEN: reminded.not_taken,
    side_effect.FORM: side_effect.form,
    diary.FORM: diary.form,
    diary.DRINKS: diary.what_was_drunk,
    privacy.FORM: privacy.erasing,
    privacy.WITHDRAWAL: privacy.withdrawing,
    linking.FORM: linking.form,
    offers.FORM: smalltalk.form,
    moderation.FORM: moderation.form,
    community.FORM: community.form,
    mentors.FORM: mentors.form,
}

DUE: Mapping[str, HandleDue] = {
    agenda.INTAKE: reminders.due_intake,
    reminders.SNOOZE: reminders.due_snooze,
    agenda.HELD: reminders.due_held,
    agenda.RESTING: resting.due_rest,
    agenda.FORGET: privacy.due_forget,
    escalation.UNCLAIMED: reminders.due_unclaimed,
    escalation.UNANSWERED: watch.due_unanswered,
    ties.CLOSES: community.due_close,
    ties.UNANSWERED: mentors.due_unanswered,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """The whole table as one value, so that a story can hand the conversation a table that fails."""

    take_back_corrected: Callable[[Turn], None] = arrived.take_back_corrected
    first_contact: Handle = welcome.first_contact
    red: Handle = danger.answer_red
    keep_quietly: Callable[[Turn], tuple[Choice, ...]] = intake.keep_quietly
    too_much_told: Handle = intake.too_much_told
    orange: Handle = danger.answer_orange
    not_understood: Handle = _not_understood
    before_an_older_question: Callable[[Turn, Dialogue | None], list[Reply] | None] = in_context.before_an_older_question
    in_context: Callable[[Turn], list[Reply] | None] = in_context.heard
    in_danger: Callable[[Turn, Dialogue | None], list[Reply] | None] = in_danger.heard
    told_beside: Handle = smalltalk.told_beside
    report: Handle = reports.report
    no_words: Callable[[Turn], list[Reply] | None] = arrived.no_words
    in_public: Handle = community.in_public
    code_typed: Callable[[Turn], list[Reply] | None] = linking.code_typed
    moderator: Handle = moderation.hear
    intents: Mapping[str, Handle] = field(default_factory=lambda: INTENTS)
    presses: Mapping[str, Handle] = field(default_factory=lambda: PRESSES)
    moderator_presses: Mapping[str, Handle] = field(default_factory=lambda: moderation.PRESSES)
    form_presses: Mapping[tuple[str, str], Handle] = field(default_factory=lambda: FORM_PRESSES)
    forms: Mapping[str, HandleForm] = field(default_factory=lambda: FORMS)
    prompts: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = field(default_factory=lambda: PROMPTS)
    at_work: Callable[[Turn, Dialogue | None], bool] = moderation.at_work
    is_command: Callable[[Turn, Dialogue | None], bool] = moderation.is_command
    looks_after_one: Callable[[Turn], bool] = moderation.looks_after_one
    of_their_case: Callable[[Turn], list[Reply] | None] = moderation.of_their_case
    due: Mapping[str, HandleDue] = field(default_factory=lambda: DUE)
    judge_again: Callable[[Moment, Reply, str], Reply | None] = reminders.judge_again


HANDLERS = Handlers()
