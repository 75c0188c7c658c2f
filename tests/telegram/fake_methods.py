"""The methods of the Bot API that an assistant uses, as strict as the platform."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.telegram.fake_checks import (
    ACTIONS,
    MAX_CALLBACK_ANSWER,
    MAX_CAPTION,
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_SHORT_DESCRIPTION,
    MAX_TEXT,
    SECRET,
    ApiError,
    Params,
    bad,
    check_commands,
    check_photo,
    check_url,
    entities,
    markup,
    said_text,
)
from tests.telegram.fake_store import BY_DEFAULT, Chat, Json, World

LONG_TEXT = "message is too long"
LONG_CAPTION = "message caption is too long"
WEBHOOK_PORTS = (None, 443, 80, 88, 8443)
Method = Callable[[Params], Awaitable[Any]]


class Methods:
    """Each public method here answers the method of the same name: `send_message` is sendMessage, in any case."""

    def __init__(self, world: World, *, callback_lives: float = 15.0) -> None:
        """`callback_lives`: seconds for which a press can be answered."""
        self._world = world
        self.callback_lives = callback_lives
        self.webhook: Json = {"url": ""}
        self._poll: asyncio.Event | None = None

    def table(self) -> Mapping[str, Method]:
        """Method name in small letters to what answers it."""
        names = [name for name in dir(self) if name.startswith(("get_", "set_", "send_", "edit_", "delete_", "answer_"))]
        return {name.replace("_", ""): getattr(self, name) for name in names}

    async def get_me(self, params: Params) -> Json:
        return {**self._world.bot, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    async def get_updates(self, params: Params) -> list[Json]:
        if self.webhook["url"]:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        limit, offset = params.integer("limit", 100), params.integer("offset", 0)
        if not 1 <= limit <= 100:
            raise bad("limit must be between 1 and 100")
        self._allow(params)
        await self._world.confirm(offset if offset >= 0 else max(0, self._last() + 1 + offset))
        poll, former = asyncio.Event(), self._poll
        self._poll = poll
        if former is not None:
            former.set()
        try:
            return await self._wait(poll, limit, params.integer("timeout", 0))
        finally:
            if self._poll is poll:
                self._poll = None

    async def _wait(self, poll: asyncio.Event, limit: int, timeout: int) -> list[Json]:
        async def something() -> None:
            async with self._world.changed:
                await self._world.changed.wait_for(lambda: bool(self._world.updates))

        if timeout and not self._world.updates:
            tasks = [asyncio.ensure_future(something()), asyncio.ensure_future(poll.wait())]
            try:
                await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
        if poll.is_set():
            raise ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
        return self._world.updates[:limit]

    def _last(self) -> int:
        return int(self._world.updates[-1]["update_id"]) if self._world.updates else 0

    def _allow(self, params: Params) -> None:
        """An omitted list keeps the former one; an empty list means everything usual."""
        kinds = params.json("allowed_updates")
        if kinds is not None:
            self._world.allowed = frozenset(kinds) or BY_DEFAULT

    async def send_message(self, params: Params) -> Json:
        chat = self._chat(params)
        text = said_text(params, "text", MAX_TEXT, empty="message text is empty", long=LONG_TEXT)
        return self._world.put(chat, self._world.bot["id"], {**self._extras(params, chat), **_marked(text)})

    async def send_photo(self, params: Params) -> Json:
        chat, caption = self._chat(params), said_text(params, "caption", MAX_CAPTION, empty=None, long=LONG_CAPTION)
        name, content = self._file(params, "photo")
        width, height = check_photo(content)
        photo = [{**self._world.keep_file(name, content), "width": width, "height": height}]
        return self._world.put(chat, self._world.bot["id"], {"photo": photo, **_captioned(caption), **self._extras(params, chat)})

    async def send_document(self, params: Params) -> Json:
        chat, caption = self._chat(params), said_text(params, "caption", MAX_CAPTION, empty=None, long=LONG_CAPTION)
        name, content = self._file(params, "document")
        if not content:
            raise bad("file must be non-empty")
        document = {**self._world.keep_file(name, content), "file_name": name}
        return self._world.put(chat, self._world.bot["id"], {"document": document, **_captioned(caption), **self._extras(params, chat)})

    def _chat(self, params: Params) -> Chat:
        return self._world.chat(params.text("chat_id"))

    def _file(self, params: Params, name: str) -> tuple[str, bytes]:
        if name in params.files:
            return params.files[name]
        given = params.text(name)
        if given.startswith("attach://") and given.removeprefix("attach://") in params.files:
            return params.files[given.removeprefix("attach://")]
        if given not in self._world.files:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._world.files[given]

    def _extras(self, params: Params, chat: Chat) -> Json:
        """What any sent message may carry."""
        extras: Json = {}
        keyboard = markup(params)
        if keyboard is not None:
            extras["reply_markup"] = keyboard
        if params.flag("protect_content"):
            extras["has_protected_content"] = True
        answered = params.json("reply_parameters")
        if answered:
            number = int(answered["message_id"])
            if number in chat.messages:
                extras["reply_to_message"] = chat.messages[number]
            elif not answered.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        return extras

    async def edit_message_text(self, params: Params) -> Json:
        message = self._own_message(params)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        text = said_text(params, "text", MAX_TEXT, empty="message text is empty", long=LONG_TEXT)
        return self._changed(message, {**_marked(text), "reply_markup": markup(params)})

    async def edit_message_caption(self, params: Params) -> Json:
        message = self._own_message(params)
        if "photo" not in message and "document" not in message:
            raise bad("there is no caption in the message to edit")
        caption = said_text(params, "caption", MAX_CAPTION, empty=None, long=LONG_CAPTION)
        return self._changed(message, {**_captioned(caption), "reply_markup": markup(params)})

    async def edit_message_reply_markup(self, params: Params) -> Json:
        return self._changed(self._own_message(params), {"reply_markup": markup(params)})

    def _own_message(self, params: Params) -> Json:
        message = self._world.message(self._chat(params), params.integer("message_id"), missing="message to edit not found")
        if message["from"]["id"] != self._world.bot["id"]:
            raise bad("message can't be edited")
        return message

    def _changed(self, message: Json, changes: Json) -> Json:
        if all(message.get(name) == value for name, value in changes.items()):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content "
                "and reply markup of the message"
            )
        message.update(changes, edit_date=int(self._world.now().timestamp()))
        for name in [name for name, value in message.items() if value is None]:
            del message[name]
        return message

    async def delete_message(self, params: Params) -> bool:
        chat, number = self._chat(params), params.integer("message_id")
        self._world.message(chat, number, missing="message to delete not found")
        chat.deleted.add(number)
        return True

    async def answer_callback_query(self, params: Params) -> bool:
        callback = self._world.callbacks.get(params.text("callback_query_id"))
        if callback is None or self._world.stopwatch() - callback.at > self.callback_lives:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        said_text(params, "text", MAX_CALLBACK_ANSWER, empty=None, long="MESSAGE_TOO_LONG")
        if "url" in params.values:
            check_url(params.text("url"))
        callback.answers.append(dict(params.values))
        return True

    async def send_chat_action(self, params: Params) -> bool:
        chat, action = self._chat(params), params.text("action")
        if action not in ACTIONS:
            raise bad("wrong parameter action in request")
        self._world.actions.append((chat.id, action))
        return True

    async def set_my_commands(self, params: Params) -> bool:
        self._world.commands[self._menu(params)] = check_commands(params)
        return True

    async def get_my_commands(self, params: Params) -> list[dict[str, str]]:
        return self._world.commands.get(self._menu(params), [])

    async def delete_my_commands(self, params: Params) -> bool:
        self._world.commands.pop(self._menu(params), None)
        return True

    def _menu(self, params: Params) -> tuple[str, str]:
        scope = params.json("scope") or {"type": "default"}
        needs = {"chat": ("chat_id",), "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id")}
        known = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators", *needs)
        if not isinstance(scope, dict) or scope.get("type") not in known:
            raise bad("can't parse BotCommandScope: unsupported type specified")
        if any(name not in scope for name in needs.get(scope["type"], ())):
            raise bad("can't parse BotCommandScope: chat_id is required")
        if "chat_id" in scope:
            self._world.chat(scope["chat_id"])
        return json.dumps(scope, sort_keys=True), _language(params)

    async def set_my_name(self, params: Params) -> bool:
        return self._set_text(params, "name", MAX_NAME)

    async def set_my_description(self, params: Params) -> bool:
        return self._set_text(params, "description", MAX_DESCRIPTION)

    async def set_my_short_description(self, params: Params) -> bool:
        return self._set_text(params, "short_description", MAX_SHORT_DESCRIPTION)

    async def get_my_name(self, params: Params) -> Json:
        return {"name": self._world.texts.get(("name", _language(params)), self._world.bot["first_name"])}

    async def get_my_description(self, params: Params) -> Json:
        return {"description": self._world.texts.get(("description", _language(params)), "")}

    async def get_my_short_description(self, params: Params) -> Json:
        return {"short_description": self._world.texts.get(("short_description", _language(params)), "")}

    def _set_text(self, params: Params, name: str, limit: int) -> bool:
        text = params.text(name, "")
        if len(text) > limit:
            raise bad(f"bot {name.replace('_', ' ')} is too long")
        self._world.texts[name, _language(params)] = text
        return True

    async def set_webhook(self, params: Params) -> bool:
        url = params.text("url")
        if not url:
            return await self.delete_webhook(params)
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if parts.port not in WEBHOOK_PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        secret = params.text("secret_token", "")
        if secret and not SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        if not 1 <= params.integer("max_connections", 40) <= 100:
            raise bad("max_connections must be between 1 and 100")
        self._allow(params)
        await self._drop_pending(params)
        self.webhook = {"url": url, "secret": secret}
        if self._poll is not None:
            self._poll.set()
        return True

    async def delete_webhook(self, params: Params) -> bool:
        self.webhook = {"url": ""}
        await self._drop_pending(params)
        return True

    async def _drop_pending(self, params: Params) -> None:
        if params.flag("drop_pending_updates"):
            await self._world.confirm(self._last() + 1)

    async def get_webhook_info(self, params: Params) -> Json:
        pending = len(self._world.updates)
        return {"url": self.webhook["url"], "has_custom_certificate": False, "pending_update_count": pending}

    async def get_chat_member(self, params: Params) -> Json:
        chat, person = self._chat(params), params.integer("user_id")
        if person not in self._world.users:
            raise bad("PARTICIPANT_ID_INVALID")
        return _member(self._world.users[person], chat.members.get(person, "left"))

    async def get_chat_administrators(self, params: Params) -> list[Json]:
        chat = self._chat(params)
        if chat.type == "private":
            raise bad("there are no administrators in the private chat")
        leading = {who: status for who, status in chat.members.items() if status in ("creator", "administrator")}
        return [_member(self._world.users[who], status) for who, status in leading.items()]

    async def get_file(self, params: Params) -> Json:
        file_id = params.text("file_id")
        if file_id not in self._world.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        size = len(self._world.files[file_id][1])
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": f"documents/{file_id}"}


def _language(params: Params) -> str:
    language = params.text("language_code", "")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad("invalid language code specified")
    return language


def _marked(text: str) -> Json:
    marks = list(entities(text))
    return {"text": text, **({"entities": marks} if marks else {})}


def _captioned(caption: str) -> Json:
    return {"caption": caption} if caption else {}


_NO_RIGHTS = dict.fromkeys(
    (
        *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
        *("can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
    ),
    False,
)


def _member(user: Json, status: str) -> Json:
    rights = _NO_RIGHTS if status == "administrator" else {"is_anonymous": False} if status == "creator" else {}
    return {"user": user, "status": status, **rights}
