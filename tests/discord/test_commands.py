"""Every command, form and suggestion: what Discord is told of them, who may give them, and what is heard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import discord
import pytest

from bot.adapters.discord.commands import payloads
from bot.adapters.discord.roles import Server
from bot.knowledge.commands import member_command
from bot.knowledge.discord import COMMANDS, FORM_OF, FORMS, MODERATOR_COMMANDS, discord_words, option_ids, sentence, words_of_all
from bot.knowledge.files import LANGUAGES
from bot.messages import Account, Press
from tests.discord.lines import adapter, outgoing, stage, the_response
from tests.ears import Ear
from tests.houses import START, minds

GIVEN: dict[str, Any] = {
    "text": "it is about my plan",
    "mg": 10,
    "days": 14,
    "time": "12:30",
    "effect": "vertiges",
    "severity": 4,
    "strength": 7,
    "count": 3,
    "what": "beer",
    "substance": "tramadol",
    "code": "ABCD-2345",
    "do": "write",
    "pair": 3,
}
CHOSEN = {"drink": ("what", "beer"), "mentor": ("do", "write")}
"""Of commands that offer choices: the option, and what is chosen."""
NAME = re.compile(r"[-_\w]{1,32}")


def options_of(name: str) -> dict[str, Any]:
    """Everything that a command takes, by the names that Discord calls it."""
    return {shown: GIVEN[each] for shown, each in option_ids(name).items()}


def base(name: str) -> str:
    """The name that a command is called under."""
    return words_of_all("en")[name].name


def ways_to_give(name: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that a command needs, with every choice of what it may be given besides; without its first words it opens a form."""
    takes = COMMANDS[name]
    needed = {option for option, held in takes.items() if held.required or (name in FORM_OF and option in FORMS[FORM_OF[name]])}
    besides = [option for option in takes if option not in needed]
    for size in range(len(besides) + 1):
        for some in combinations(besides, size):
            yield {option: given[option] for option in takes if option in needed or option in some}


def test_what_discord_is_told_keeps_its_limits() -> None:
    told = payloads()
    assert len(told) == len(COMMANDS) + len(MODERATOR_COMMANDS) + 2
    for command in told:
        names = [command["name"], *command["name_localizations"].values()]
        shown = [command["description"], *command["description_localizations"].values()] if command["type"] == 1 else []
        for option in command.get("options", ()):
            names += [option["name"], *option["name_localizations"].values()]
            shown += [option["description"], *option["description_localizations"].values()]
        assert all(0 < len(text) <= 100 for text in shown)
        if command["type"] == 1:
            assert all(NAME.fullmatch(name) and name == name.lower() for name in names)
        assert set(command["name_localizations"]) == {"fr", "en-US", "en-GB"}


def test_what_must_be_given_comes_before_what_may_be() -> None:
    for command in payloads():
        required = [option["required"] for option in command.get("options", ())]
        assert required == sorted(required, reverse=True), command["name"]


def test_moderators_commands_are_off_and_only_in_servers_and_patients_are_everywhere() -> None:
    told = {command["name"]: command for command in payloads()}
    for name in (*MODERATOR_COMMANDS, "watch"):
        assert (told[base(name)]["default_member_permissions"], told[base(name)]["contexts"]) == ("0", [0])
    for name in COMMANDS:
        assert "default_member_permissions" not in told[base(name)]
        assert (told[base(name)]["contexts"], told[base(name)]["integration_types"]) == ([0, 1, 2], [0, 1])


@pytest.mark.parametrize("locale", ["fr", "en-US", "en-GB", "de"])
async def test_every_command_is_heard_as_its_sentence_in_the_persons_language(locale: str) -> None:
    language = locale[:2] if locale[:2] in LANGUAGES else "en"
    async with stage() as talk:
        ana = talk.join("ana", locale=locale)
        for name in COMMANDS:
            options = options_of(name)
            if name == "new-plan":
                continue
            answer = await ana.slash(base(name), **options)
            said = talk.ear.heard[-1]
            words = discord_words(language).commands[name]
            option, choice = CHOSEN.get(name, ("", ""))
            spoken = {**GIVEN, option: words.options[option].choices[choice]} if option else GIVEN
            expected = "ABCD-2345" if name == "link" else sentence(words.says, {each: spoken[each] for each in option_ids(name).values()})
            assert (said.text, said.language_hint, said.public) == (expected, locale, False)
            assert said.key.startswith("discord:interaction:")
            assert answer.acknowledged
        assert len({said.key for said in talk.ear.heard}) == len(talk.ear.heard) == len(COMMANDS) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_stands_for_a_sentence_that_is_understood(language: str) -> None:
    wanted = {
        "start": "greet",
        "help": "help",
        "human": "talk_to_human",
        "next": "ask_next",
        "today": "ask_history",
        "curve": "ask_history",
        "my-history": "ask_history",
        "plan": "show_plan",
        "taken": "log_intake",
        "missed": "log_missed",
        "effect": "log_side_effect",
        "craving": "log_craving",
        "drink": "log_drink",
        "mix": "ask_safety",
        "report": "report",
        "undo": "undo",
        "privacy": "privacy",
        "link": "privacy",
        "settings": "settings",
        "cancel": "cancel",
    }
    commands = discord_words(language).commands
    effect = {"fr": "vertiges", "en": "dizziness"}[language]
    full = {**GIVEN, "effect": effect, "what": commands["drink"].options["what"].choices["beer"]}

    def intent(text: str, now: datetime) -> str:
        return minds().reader.read(text, now=now, timezone="Europe/Paris", language=language).intent

    understood = {
        (name, said): meaning.intent if meaning.confidence == "sure" else f"not sure of {meaning.intent}"
        for name in wanted
        for given in ways_to_give(name, full)
        for said in (sentence(commands[name].says, given),)
        for meaning in (minds().reader.read(said, now=START + timedelta(hours=7), timezone="Europe/Paris", language=language),)
    }
    assert understood == {(name, said): wanted[name] for name, said in understood}
    forms = discord_words(language).forms
    assert forms["answer"].says == ("{text}",), "an answer is brought word for word"
    assert forms["report"].says == (), "somebody else's words are no sentence of whoever reports them"
    said = {"doses": "5 mg à 8:00, 5 mg à 13:00" if language == "fr" else "5 mg at 8:00, 5 mg at 13:00", "message": "hello"}
    start = {"fr": "aujourd'hui", "en": "today"}[language]
    read = {
        name: intent(sentence(form.says, {**full, **said, "start": start}), START)
        for name, form in forms.items()
        if form.says and name != "answer"
    }
    assert read == {"plan": "set_plan", "effect": "log_side_effect"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_members_do_for_each_other_is_a_command_in_words(language: str) -> None:
    commands = discord_words(language).commands
    asked = member_command(sentence(commands["ask"].says, {"text": "who knows?"}))
    assert (asked and asked.name, asked and asked.rest) == ("ask-community", "who knows?")
    for choice, shown in commands["mentor"].options["do"].choices.items():
        plain = member_command(sentence(commands["mentor"].says, {"do": shown}))
        full = member_command(sentence(commands["mentor"].says, {"do": shown, "pair": 3, "text": "hello"}))
        assert plain is not None
        assert full is not None
        assert (plain.name, plain.case, plain.rest) == (f"mentor-{choice}", "", "")
        assert (full.name, full.case, full.rest) == (f"mentor-{choice}", "3", "hello")


async def test_a_form_that_was_open_during_a_restart_is_still_heard() -> None:
    async with stage() as talk:
        ana = talk.join("ana", locale="fr")
        shown = await ana.slash("effect")
        await talk.again(adapter())
        await ana.submit_modal(shown, {"effect": "vertiges", "severity": ""})
        assert talk.ear.texts == ["effet : vertiges"]


async def test_the_plan_form_is_heard_as_a_plan_in_words() -> None:
    async with stage() as talk:
        ana = talk.join("ana", locale="fr")
        shown = await ana.slash("new-plan")
        assert shown.modal["title"] == "Mon plan, comme il est prescrit"
        await ana.submit_modal(shown, {"doses": "5 mg à 8:00", "start": "demain", "more": "maximum 80 mg par jour"})
        assert talk.ear.texts == ["plan : 5 mg à 8:00, début : demain, maximum 80 mg par jour"]


async def test_what_is_suggested_fits_what_was_typed_in_the_persons_language() -> None:
    async def slots(account: Account) -> Sequence[str]:
        return ("08:00", "13:00") if account.id else ()

    async with stage() as talk:
        await talk.again(adapter(), slots=slots)
        ana, ben = talk.join("ana", locale="fr"), talk.join("ben")
        assert [each["value"] for each in await ana.autocomplete("effect", "effect", "VERT")] == ["vertiges"]
        assert [each["value"] for each in await ben.autocomplete("effect", "effect", "dizz")] == ["dizziness"]
        assert "tramadol" in [each["value"] for each in await ben.autocomplete("mix", "substance", "tram")]
        assert [each["value"] for each in await ben.autocomplete("missed", "time", "1")] == ["13:00", "08:00"][:1]
        assert len(await ana.autocomplete("effect", "effect", "")) == 25
        assert talk.ear.heard == []


async def test_nothing_is_suggested_while_the_store_is_away_and_nobody_is_left_with_an_error() -> None:
    async def slots(account: Account) -> Sequence[str]:
        raise OSError(account.id)

    async with stage() as talk:
        await talk.again(adapter(), slots=slots)
        ana = talk.join("ana")
        assert await ana.autocomplete("missed", "time", "1") == []
        assert [each["value"] for each in await ana.autocomplete("effect", "effect", "dizz")] == ["dizziness"]


@pytest.mark.parametrize("given", [{}, {"severity": 4}])
async def test_an_effect_that_is_not_named_is_asked_for_with_what_was_said_of_it_kept(given: dict[str, int]) -> None:
    async with stage() as talk:
        shown: Any = await talk.join("ana").slash("effect", **given)
        first, second, _ = [each["component"] for each in shown.modal["components"]]
        assert (first["custom_id"], first.get("value")) == ("effect", None)
        assert (second["custom_id"], second.get("value")) == ("severity", "4" if given else None)
        assert talk.ear.heard == []


@pytest.mark.parametrize(("locale", "told"), [("fr", "Cette commande n'existe plus"), ("en-US", "That command is no longer there")])
async def test_a_command_of_another_version_is_answered_with_where_to_go_on(locale: str, told: str) -> None:
    async with stage() as talk:
        of_before = [{**command, "name": "before"} for command in payloads() if command["name"] == "next"]
        client = talk.discord.client
        await client.http.bulk_upsert_global_commands(client.application_id or 0, payload=of_before)
        answered = the_response(await talk.join("ana", locale=locale).slash("before"))
        assert (answered.content[: len(told)], answered.ephemeral) == (told, True)
        assert talk.ear.heard == []


async def test_a_message_is_reported_with_the_reason_and_where_it_stands() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        ana, ben = guild.add_member(talk.join("ana")), guild.add_member(talk.join("ben"))
        message = await ben.send(channel, "words that worry")
        shown: Any = await ana.context_menu(channel, "Report to the moderators", message)
        field = shown.modal["components"][0]["component"]
        assert field["value"] == "words that worry"
        answer = await ana.submit_modal(shown, {"message": field["value"], "reason": "I fear for them"})
        (said,) = talk.ear.heard
    link = f"https://discord.com/channels/{guild.id}/{channel.id}/{message.id}"
    assert (said.text, said.press) == ("words that worry", Press("report-message", f"{link}\nI fear for them"))
    assert len(shown.modal["custom_id"]) <= 100
    assert said.account.id == str(ana.id)
    assert answer.ephemeral


async def test_whoever_sees_a_moderators_command_without_being_one_is_told_so_and_not_heard() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        leader = guild.create_role("leader", permissions=discord.Permissions(administrator=True))
        ana = guild.add_member(talk.join("ana", locale="fr"), roles=[leader])
        answer = await ana.slash(channel, "cases")
        assert (the_response(answer).content, the_response(answer).ephemeral) == ("Seuls les modérateurs peuvent le faire.", True)
        assert talk.ear.heard == []


async def test_the_role_makes_a_moderator_in_the_server_and_in_private() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        role = guild.create_role("keepers")
        user, other = talk.join("keeper"), talk.join("other")
        keeper = guild.add_member(user, roles=[role, guild.create_role("a", permissions=discord.Permissions(administrator=True))])
        guild.add_member(other)
        await talk.again(adapter(server=Server(guild=guild.id, moderator_role=role.id)))
        await user.send_dm("before the server was seen")
        await keeper.slash(channel, "claim", case=3)
        await other.send_dm("hello")
        await talk.join("stranger").send_dm("hello")
        assert [(said.text, said.role) for said in talk.ear.heard] == [
            ("before the server was seen", "moderator"),
            ("claim 3", "moderator"),
            ("hello", "patient"),
            ("hello", "patient"),
        ]


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060), (500, 0)])
async def test_what_can_no_longer_be_acknowledged_is_heard_and_answered_by_message(status: int, code: int) -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        talk.env.inject_error("POST", "/interactions/*/callback", status=status, code=code, times=None)
        await ana.slash("help")
        await ana.slash("effect")
        assert talk.ear.texts == ["help", "effect"]


async def test_an_answer_that_takes_its_time_replaces_the_waiting_sign() -> None:
    async def answer(_: Any) -> None:
        await talk.discord.send(outgoing_to(ana, "first"))
        await talk.discord.send(outgoing_to(ana, "second"))

    async with stage(Ear(then=answer)) as talk:
        ana = talk.join("ana")
        done = await ana.slash("help")
        assert [the_response(done).content, *(each.content for each in done.followups if each.id != the_response(done).id)] == [
            "first",
            "second",
        ]


async def test_an_answer_after_the_quarter_of_an_hour_comes_by_message() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        await ana.slash("help")
        await talk.env.advance_time(16 * 60)
        await talk.discord.send(outgoing_to(ana, "late"))
        assert [text[:16] for text in talk.texts(ana)] == ["I have no answer", "late"]


def outgoing_to(person: Any, text: str) -> Any:
    """A message with a key of its own."""
    return outgoing(person, text, key=text)
