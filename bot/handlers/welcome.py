"""First contact: what this is and is not, who reads what, consent, country, time zone. One form, three short questions."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import available_timezones

from bot.handlers.turn import Turn, choices, emergency_of, say
from bot.knowledge.countries import countries, find_country
from bot.messages import Choice, Reply
from bot.ports import Dialogue

FORM = "welcome"
COUNTRY_CHOICES = ("FR", "BE", "CH", "CA", "GB", "US")


def first_contact(turn: Turn) -> list[Reply]:
    """Whoever has not agreed yet reads this; only an answer to it is taken."""
    turn.open_form(FORM, "consent")
    return [_consent_question(turn)]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The answer to the form's present step, in words."""
    if dialogue.step == "consent":
        return _consent_in_words(turn)
    if turn.meaning.intent == "cancel":
        return _welcome_done(turn)
    if dialogue.step == "country":
        return _country_in_words(turn)
    return _timezone_in_words(turn)


def _consent_question(turn: Turn) -> Reply:
    return turn.reply(
        say("welcome.what-it-is"),
        say("welcome.what-it-is-not", emergency=emergency_of(turn.person.country)),
        say("welcome.who-reads"),
        say("welcome.consent"),
        offers=choices("consent-yes", "consent-no", "language-en" if turn.person.language == "fr" else "language-fr"),
        rules=("adults-only",),
    )


def _consent_in_words(turn: Turn) -> list[Reply]:
    if turn.meaning.intent == "confirm":
        return consent_yes(turn)
    if turn.meaning.intent in ("decline", "cancel"):
        return consent_no(turn)
    return [_consent_question(turn)]


def consent_yes(turn: Turn) -> list[Reply]:
    """Agreed: from now on things are kept. The country comes next, because help depends on it."""
    if turn.person.consented_at is not None:
        return [turn.reply(say("welcome.already"))]
    person = replace(turn.person, consented_at=turn.now)
    turn.unit.people.save(person)
    turn.open_form(FORM, "country")
    country_choices = tuple(Choice(f"country-{code.lower()}", code) for code in COUNTRY_CHOICES)
    return [turn.reply(say("welcome.thanks"), say("welcome.country"), offers=country_choices)]


def consent_no(turn: Turn) -> list[Reply]:
    """Declined: nothing is kept but the way to answer, and danger signs are still answered."""
    turn.close_form()
    return [turn.reply(say("welcome.declined", emergency=emergency_of(turn.person.country)), offers=choices("consent-yes"))]


def press_country(turn: Turn) -> list[Reply]:
    """A country by its button."""
    return _country(turn, turn.press.choice.removeprefix("country-").upper())


def _country_in_words(turn: Turn) -> list[Reply] | None:
    code = find_country(turn.text, turn.person.language)
    if code is None:
        return None if turn.meaning.confidence == "sure" else [turn.reply(say("welcome.country-unknown"))]
    return _country(turn, code)


def _country(turn: Turn, code: str) -> list[Reply]:
    known = countries().get(code)
    zones = known.timezones if known else ()
    if len(zones) == 1:
        person = replace(turn.person, country=code, timezone=zones[0])
        turn.unit.people.save(person)
        return _welcome_done(turn.speaking(person))
    person = replace(turn.person, country=code)
    turn.unit.people.save(person)
    turn.open_form(FORM, "timezone", zones=list(zones))
    return [turn.reply(say("welcome.timezone", example=zones[0].split("/")[-1].replace("_", " ") if zones else "Paris"))]


def _timezone_in_words(turn: Turn) -> list[Reply] | None:
    zone = find_timezone(turn.text)
    if zone is None:
        return None if turn.meaning.confidence == "sure" else [turn.reply(say("welcome.timezone-unknown"))]
    person = replace(turn.person, timezone=zone)
    turn.unit.people.save(person)
    return _welcome_done(turn.speaking(person))


def find_timezone(text: str) -> str | None:
    """The IANA zone that a text names by its whole name or by its city ("Montreal", "america/toronto")."""
    wanted = "_".join(text.lower().replace("é", "e").split()).strip(".!")
    if not wanted:
        return None
    exact = {name.lower(): name for name in available_timezones()}
    if wanted in exact and "/" in wanted:
        return exact[wanted]
    cities = sorted(name for name in exact.values() if name.lower().rpartition("/")[2] == wanted and "/" in name)
    return cities[0] if cities else None


def _welcome_done(turn: Turn) -> list[Reply]:
    turn.close_form()
    return [turn.reply(say("welcome.done", timezone=turn.person.timezone), say("help.short"))]


def press_language(turn: Turn) -> list[Reply]:
    """Another language, from now on; an open first question is asked again in it."""
    person = replace(turn.person, language=turn.press.choice.removeprefix("language-"))
    turn.unit.people.save(person)
    changed = turn.speaking(person)
    if person.role == "patient" and person.consented_at is None:
        return [_consent_question(changed)]
    return [changed.reply(say("settings.language-changed"))]
