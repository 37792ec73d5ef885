"""The commands of the bot, each registered once: menus, /help, handlers and limits read it here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    Message,
    Update,
)
from telegram.constants import MessageEntityType
from telegram.error import TelegramError
from telegram.ext import MessageHandler, filters

from bot.phrases import DEFAULT, languages
from bot.telegram.parts import NEW, PRIVATE, Handlers

logger = logging.getLogger(__name__)

Action = Callable[[Update, Any], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Command:
    """What people tell the bot by a name. The language files say under that name what it does."""

    name: str
    listed: bool = True
    """In menus and in /help."""
    in_groups: bool = True
    """In the menu of groups too; it works there in any case."""
    operators: bool = False
    """For operators in their private chats; to all others it does not exist."""


COMMANDS = (
    Command("start", listed=False),
    Command("ask"),
    Command("sources"),
    Command("latest"),
    Command("expect"),
    Command("language", in_groups=False),
    Command("about", in_groups=False),
    Command("forget", in_groups=False),
    Command("help"),
    Command("status", operators=True),
    Command("history", operators=True),
    Command("rollback", operators=True),
    Command("remove", operators=True),
    Command("gaps", operators=True),
    Command("feedback", operators=True),
)
"""In the order in which they are listed."""
NAMED = {command.name: command for command in COMMANDS}
LISTED = [command for command in COMMANDS if command.listed and not command.operators]
"""For everybody."""


def command_in(message: Message) -> tuple[Command, str] | None:
    """The command that a message gives to this bot, written in whatever case, and what stands behind it."""
    text, marks = message.text or "", message.entities
    length = next((one.length for one in marks if one.type == MessageEntityType.BOT_COMMAND and not one.offset), 0)
    name, _, addressee = text[1:length].lower().partition("@")
    if name not in NAMED or addressee not in {"", message.get_bot().username.lower()}:
        return None
    return NAMED[name], text[length:].strip()


def behind_command(message: Message) -> str:
    """What stands behind the command of a message."""
    call = command_in(message)
    return call[1] if call else ""


def command_handlers(actions: Mapping[str, Action], admins: frozenset[int]) -> Handlers:
    """The handlers of these commands. Raises KeyError for one that is not registered."""
    operators = NEW & PRIVATE & filters.User(admins)
    return [
        MessageHandler((operators if NAMED[name].operators else NEW) & _Gives(NAMED[name]), action)
        for name, action in actions.items()
    ]


class _Gives(filters.MessageFilter):
    """Lets messages pass that give this command."""

    def __init__(self, command: Command) -> None:
        super().__init__(f"gives /{command.name}")
        self._command = command

    def filter(self, message: Message) -> bool:
        call = command_in(message)
        return call is not None and call[0] == self._command


async def fill_menu(bot: Bot, admins: Iterable[int]) -> None:
    """Tell Telegram which commands there are; what it refuses is told in the log."""
    in_groups = [command for command in LISTED if command.in_groups]
    scopes: list[tuple[BotCommandScope, list[Command]]] = [
        (BotCommandScopeAllPrivateChats(), LISTED),
        (BotCommandScopeAllGroupChats(), in_groups),
        *((BotCommandScopeChat(admin), [one for one in COMMANDS if one.listed]) for admin in sorted(admins)),
    ]
    for scope, listed in scopes:
        for code, spoken in languages().items():
            menu = [BotCommand(command.name, spoken.commands[command.name]) for command in listed]
            try:
                await bot.set_my_commands(menu, scope, language_code=None if code == DEFAULT else code)
            except TelegramError as exc:  # an operator who never wrote to the bot has no chat with it yet
                logger.info("A menu of commands could not be set (%s): %s", scope.type, exc.message)
                break
