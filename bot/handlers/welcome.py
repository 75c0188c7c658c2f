"""First contact: what this is and is not, who reads what, consent, country, time zone. One form, three short questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.handlers import agenda
from bot.handlers.answer import A_SENTENCE, close_own, in_words
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.knowledge.consent import consent, has_agreed
from bot.knowledge.countries import countries, find_country
from bot.knowledge.facts import fact
from bot.knowledge.places import country_of, find_timezone, named_among, zone_among
from bot.messages import Choice, Reply, Words
from bot.ports import Dialogue, Trace
from bot.understanding.intents import LOGS

FORM = "welcome"
MINOR = "under_18"
"""The topic of whoever says that they are under 18."""
COUNTRY_CHOICES = ("FR", "BE", "CH", "CA", "GB", "US")
LATER = ("cancel", "snooze", "decline")
"""What leaves the question of the country or the zone for another day: what is known of them stands meanwhile."""

BEFORE_CONSENT = frozenset(
    {
        "arrive",
        "consent-yes",
        "consent-no",
        "language-fr",
        "language-en",
        "talk-to-human",
        "safe",
        "not-safe",
        "export",
        "erase",
        "withdraw",
        "answer-question",
    }
)
"""Choices that are served to whoever has not agreed, or not to the words in force."""
FORMS_BEFORE_CONSENT = (FORM, "link", "erase", "withdraw")


def needs_no_consent(turn: Turn, dialogue: Dialogue | None) -> bool:
    """Help, the rights over one's data, and the answers to what is asked about them."""
    press = turn.incoming.press
    if press is not None and press.choice not in ("confirm", "cancel"):
        return press.choice in BEFORE_CONSENT
    answers = dialogue is not None and dialogue.form in FORMS_BEFORE_CONSENT
    thanks = turn.meaning.intent == "thanks" and turn.unit.cases.open_for(turn.person.id) is not None
    return answers or thanks or (press is None and turn.meaning.intent in ("talk_to_human", "help", "privacy"))


def first_contact(turn: Turn) -> list[Reply]:
    """Whoever has not agreed yet reads this; only an answer to it is taken."""
    if turn.slots.get("topic") == MINOR:
        return _not_for_minors(turn)
    turn.open_form(FORM, "consent")
    if turn.person.consented_at is None:
        return [_consent_question(turn)]
    question = _consent_question(turn)
    return [replace(question, words=(say("welcome.changed"), *question.words))]


def _not_for_minors(turn: Turn) -> list[Reply]:
    """Somebody under 18 is not registered (rule `adults-only`); whom to talk to is said, and a danger sign is still answered."""
    turn.open_form(FORM, "consent", minor=True)
    words = say("text", text=fact(MINOR, turn.person.language).text)
    return [
        turn.reply(words, say("human.numbers", **numbers_of(turn.person.country)), offers=choices("talk-to-human"), rules=("adults-only",))
    ]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The answer to the form's present step, in words."""
    if dialogue.step == "consent":
        return None if turn.meaning.intent in ("talk_to_human", "help") else _consent_in_words(turn)
    if turn.meaning.intent in LATER and turn.meaning.confidence == "sure":
        return _welcome_done(turn)
    if turn.meaning.intent == "confirm" and not turn.said_since(dialogue):
        return [_asked_anew(turn, dialogue)]
    if dialogue.step == "country":
        return _country_in_words(turn, dialogue)
    return _timezone_in_words(turn, dialogue)


def _asked_anew(turn: Turn, dialogue: Dialogue) -> Reply:
    """A yes, when it was asked where the person is ("yes, over 18"): the question once more."""
    if dialogue.step == "country":
        return _country_question(turn, say("welcome.country"))
    zones = [str(each) for each in dialogue.answers.get("zones", ())]
    return _timezone_question(turn, say("welcome.timezone", example=_city(turn.person.timezone)), zones)


def _consent_question(turn: Turn) -> Reply:
    return turn.reply(
        say("welcome.what-it-is"),
        say("welcome.what-it-is-not", emergency=emergency_of(turn.person.country)),
        say("welcome.who-reads"),
        say("welcome.consent"),
        offers=choices("consent-yes", "consent-no", "language-en" if turn.person.language == "fr" else "language-fr", "talk-to-human"),
        rules=("adults-only",),
    )


def _consent_in_words(turn: Turn) -> list[Reply]:
    if turn.slots.get("topic") == MINOR:
        return _not_for_minors(turn)
    return in_words(turn, consent_yes, consent_no) or [_consent_question(turn)]


def consent_yes(turn: Turn) -> list[Reply]:
    """Agreed: from now on things are kept. The country comes next, because help depends on it."""
    if has_agreed(turn.person):
        return [turn.reply(say("welcome.already"))]
    said = turn.unit.dialogues.get(turn.person.id)
    if said is not None and said.form == FORM and said.answers.get("minor"):
        return _not_for_minors(turn)
    version, anew = consent().version, turn.person.consented_at is not None
    turn.unit.people.save(replace(turn.person, consented_at=turn.now, consent_version=version))
    turn.unit.trail.add(Trace(person_id=turn.person.id, at=turn.now, what="agreed", actor_id=turn.actor, note=f"version {version}"))
    left = turn.unit.plans.current(turn.person.id) or turn.unit.entries.last(turn.person.id)
    if anew or left is not None:
        return _back(turn)
    return [_country_question(turn, say("welcome.thanks"), say("welcome.country"))]


def _back(turn: Turn) -> list[Reply]:
    """Whoever had agreed before finds their plan and their log again; reminders that were silenced ring from now on."""
    close_own(turn, FORM)
    turn.unit.timers.cancel(turn.person.id, agenda.FORGET)
    agenda.wake(turn)
    return [turn.reply(say("welcome.thanks"), say("welcome.back"))]


def _country_question(turn: Turn, *words: Words, asked_again: bool = False) -> Reply:
    token = turn.open_form(FORM, "country", asked_again=asked_again)
    offers = tuple(Choice(f"country-{code.lower()}", code) for code in COUNTRY_CHOICES)
    return turn.reply(*words, offers=(*offers, Choice("cancel", token)))


def _timezone_question(turn: Turn, words: Words, zones: Sequence[str], *, asked_again: bool = False) -> Reply:
    token = turn.open_form(FORM, "timezone", zones=list(zones), asked_again=asked_again)
    return turn.reply(words, offers=choices("cancel", about=token))


def consent_no(turn: Turn) -> list[Reply]:
    """Declined: nothing is kept but the way to answer, and danger signs are still answered.

    Whoever had agreed takes it back by erasing: until then what was kept is still there, and is not said to be gone.
    """
    turn.close_form()
    if turn.person.consented_at is not None:
        return [turn.reply(say("welcome.take-back"), offers=choices("withdraw", "erase", "export"))]
    return [turn.reply(say("welcome.declined", emergency=emergency_of(turn.person.country)), offers=choices("consent-yes"))]


def press_country(turn: Turn) -> list[Reply]:
    """A country by its button."""
    return _country(turn, turn.press.choice.removeprefix("country-").upper())


def _country_in_words(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Asked a second time once; whatever is not a country is served as any words, and the question waits. A town tells its country, and
    its hour."""
    code = find_country(turn.text, turn.person.language)
    zone = None if _tells(turn) else find_timezone(turn.text) or zone_among(turn.text)
    there = country_of(zone) if zone else ""
    if zone and there and code in (None, there):
        return _welcome_done(_moved(turn, country=there, timezone=zone))
    if code is not None:
        return _country(turn, code)
    if _says_something_else(turn) or dialogue.answers.get("asked_again"):
        return None
    return [_country_question(turn, say("welcome.country-unknown"), asked_again=True)]


def _says_something_else(turn: Turn) -> bool:
    """Whether the words are no place that was mistyped: a plan, say, that somebody gives at once."""
    is_long = len(turn.text.split()) >= A_SENTENCE and turn.meaning.confidence != "lost" and turn.meaning.intent != "settings"
    return turn.meaning.confidence == "sure" or is_long


def _country(turn: Turn, code: str) -> list[Reply]:
    known = countries().get(code)
    zones = known.timezones if known else ()
    # Of several zones the most peopled stands until the person says theirs: never the zone of another country.
    zone = turn.person.timezone if not zones or turn.person.timezone in zones else zones[0]
    changed = _moved(turn, country=code, timezone=zone)
    if len(zones) == 1:
        return _moved_there(turn, changed) if turn.person.country else _welcome_done(changed)
    return [_timezone_question(changed, say("welcome.timezone", example=_city(zone)), zones)]


def _timezone_in_words(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The zone by its city, asked a second time once; anything else is served as any words."""
    zone = None if _tells(turn) else find_timezone(turn.text) or zone_among(turn.text)
    if zone is not None:
        return _welcome_done(_moved(turn, country=turn.person.country, timezone=zone))
    code = find_country(turn.text, turn.person.language)
    if code not in (None, turn.person.country):
        return _country(turn, str(code))
    if _says_something_else(turn) or dialogue.answers.get("asked_again"):
        return None
    zones = [str(each) for each in dialogue.answers.get("zones", ())]
    return [_timezone_question(turn, say("welcome.timezone-unknown"), zones, asked_again=True)]


def _tells(turn: Turn) -> bool:
    """Whether the words tell of something else than a place: "a glass of Bordeaux" is no town."""
    return turn.meaning.confidence == "sure" and turn.meaning.intent in {*LOGS, "set_plan"}


def _moved(turn: Turn, *, country: str, timezone: str) -> Turn:
    """The turn of the person as they are now; the reminders that were on ring at the same hours of the new zone."""
    person = replace(turn.person, country=country, timezone=timezone)
    turn.unit.people.save(person)
    changed = turn.speaking(person)
    if timezone != turn.person.timezone:
        agenda.reschedule(changed)
    return changed


def settings(turn: Turn) -> list[Reply]:
    """What can be changed, and the change itself when the words say it: language, country, time zone."""
    if turn.slots.get("language"):
        return press_language(turn.pressing(f"language-{turn.slots['language']}"))
    topic = turn.slots.get("topic")
    moved = _by_place(turn) if topic in (None, "country", "timezone") else []
    if moved:
        return moved
    if topic == "country":
        return [_country_question(turn, say("welcome.country"))]
    if topic == "timezone":
        return [_timezone_question(turn, say("welcome.timezone", example=_city(turn.person.timezone)), ())]
    other = "language-en" if turn.person.language == "fr" else "language-fr"
    words = say("settings.shown", timezone=turn.person.timezone, country=turn.person.country or "?")
    return [turn.reply(words, offers=choices(other))]


def somewhere_else(turn: Turn) -> list[Reply] | None:
    """ "Back in Paris", "landed in Melbourne": whoever says where they are, in words that were not sure by themselves."""
    is_told = turn.meaning.confidence != "sure" and (turn.says("arrives") or turn.says("will_travel"))
    named = named_among(turn.text) if is_told else None
    # "Back from Malaga", "back at work, Florence is here": a place that nobody says they are at.
    is_there = named is None or not named.before or turn.reader.says("before_a_place", named.before, turn.meaning.language)
    return _by_place(turn) or None if is_told and is_there else None


def whose_clock(turn: Turn) -> list[Reply] | None:
    """ "Is there a time difference?": by whose hours the person is reminded, and how to change it."""
    return [turn.reply(say("welcome.whose-clock", timezone=turn.person.timezone))] if turn.says("asks_whose_clock") else None


def _by_place(turn: Turn) -> list[Reply]:
    """The zone of a city that is named, and the country that it is in: the emergency numbers are those of where the person is.

    Of a zone that is asked for by name, the country stays. A journey to come changes nothing yet.
    """
    zone = zone_among(turn.text)
    code = str(turn.slots.get("country") or find_country(turn.text, turn.person.language) or "")
    if not zone and not code:
        return []
    if turn.says("will_travel") and not turn.says("arrives"):
        return [turn.reply(say("welcome.once-there"))]
    there = country_of(zone) if zone else ""
    if zone is None or (code and there and code != there):  # "London, Ontario"
        return _country(turn, code)
    country = turn.person.country if turn.slots.get("topic") == "timezone" else there or turn.person.country
    return _moved_there(turn, _moved(turn, country=country, timezone=zone))


def _moved_there(before: Turn, turn: Turn) -> list[Reply]:
    """What has changed: the hour, the numbers to call where the country is another one, and what becomes of the reminders."""
    close_own(turn, FORM)
    there, words = turn.person, [_their_hour(turn)]
    if there.country in countries():
        words.append(say("welcome.country-now", country={"country": there.country}))
    if there.country != before.person.country:
        words.append(say("human.numbers", **numbers_of(there.country)))
    if there.timezone != before.person.timezone and turn.unit.plans.current(there.id) is not None:
        words.append(say("welcome.same-hours"))
    return [turn.reply(*words)]


def _city(timezone: str) -> str:
    return timezone.rpartition("/")[2].replace("_", " ")


def _welcome_done(turn: Turn) -> list[Reply]:
    close_own(turn, FORM)
    if not turn.person.country:
        return [turn.reply(say("welcome.done-anywhere", timezone=turn.person.timezone), say("help.short"))]
    return [turn.reply(_their_hour(turn), say("help.short"))]


def _their_hour(turn: Turn) -> Words:
    return say("welcome.done", timezone=turn.person.timezone)


def press_language(turn: Turn) -> list[Reply]:
    """Another language, from now on; an open first question is asked again in it."""
    person = replace(turn.person, language=turn.press.choice.removeprefix("language-"))
    turn.unit.people.save(person)
    changed = turn.speaking(person)
    if person.role == "patient" and person.consented_at is None:
        return [_consent_question(changed)]
    return [changed.reply(say("settings.language-changed"))]
