"""The menu of commands, for each place and in each language."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.phrases import DEFAULT, languages

logger = logging.getLogger(__name__)

EVERYBODYS = ("ask", "sources", "latest", "expect", "language", "about", "forget", "help")
"""Commands that everybody may give, as the menu and /help list them."""
IN_GROUPS = ("ask", "sources", "latest", "expect", "help")
OPERATORS = ("status", "history", "rollback", "remove", "gaps", "feedback")


async def fill_menu(bot: Bot, admins: Iterable[int]) -> None:
    """Tell Telegram which commands there are; what it refuses is told in the log."""
    scopes: list[tuple[BotCommandScope, tuple[str, ...]]] = [
        (BotCommandScopeAllPrivateChats(), EVERYBODYS),
        (BotCommandScopeAllGroupChats(), IN_GROUPS),
        *((BotCommandScopeChat(admin), (*EVERYBODYS, *OPERATORS)) for admin in sorted(admins)),
    ]
    for scope, names in scopes:
        for code, spoken in languages().items():
            commands = [BotCommand(name, spoken.commands[name]) for name in names]
            try:
                await bot.set_my_commands(commands, scope, language_code=None if code == DEFAULT else code)
            except TelegramError as exc:  # an operator who never wrote to the bot has no chat with it yet
                logger.info("A menu of commands could not be set (%s): %s", scope.type, exc.message)
                break
