"""The command menus that setMyCommands fills, and which of them a chat sees."""

from __future__ import annotations

import re

from bot.local.records import Json
from bot.local.refusal import bad_request

Key = tuple[str, int | None, int | None, str]


class Menus:
    def __init__(self) -> None:
        self._commands: dict[Key, list[Json]] = {}

    def set(self, scope: Json, language: str, commands: list[Json]) -> None:
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self._commands[_key(scope, language)] = [_checked(command) for command in commands]

    def get(self, scope: Json, language: str) -> list[Json]:
        return self._commands.get(_key(scope, language), [])

    def delete(self, scope: Json, language: str) -> None:
        self._commands.pop(_key(scope, language), None)

    def seen_in(self, chat_id: int, language: str, *, private: bool, user_id: int | None = None) -> list[Json]:
        """Telegram's precedence: the narrowest scope first, and in each the language before no language."""
        scopes: list[Json] = [{"type": "chat", "chat_id": chat_id}]
        if not private:
            scopes.insert(0, {"type": "chat_member", "chat_id": chat_id, "user_id": user_id})
        scopes += [{"type": "all_private_chats" if private else "all_group_chats"}, {"type": "default"}]
        for scope in scopes:
            for spoken in (language, ""):
                commands = self._commands.get(_key(scope, spoken))
                if commands:
                    return commands
        return []


def _key(scope: Json, language: str) -> Key:
    if language and re.fullmatch(r"[a-z]{2}", language) is None:
        raise bad_request("invalid language code specified")
    return (scope["type"], scope.get("chat_id"), scope.get("user_id"), language)


def _checked(command: Json) -> Json:
    name = command["command"].strip().removeprefix("/")
    description = command["description"].strip()
    if not name:
        raise bad_request("Command must be non-empty")
    if len(name) > 32:
        raise bad_request("Command length must not exceed 32")
    if not description:
        raise bad_request("Command description must be non-empty")
    if len(description) > 256:
        raise bad_request("Command description length must not exceed 256")
    if re.fullmatch(r"[a-z0-9_]+", name) is None:
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}
