"""The Telegram face: a python-telegram-bot application around the live Answerer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
from collections.abc import AsyncIterator, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import escape, unescape
from typing import Any

from telegram import BotCommand, LinkPreviewOptions, Message, ReplyParameters, Update
from telegram.constants import ChatAction, MessageEntityType, ParseMode
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ApplicationHandlerStop,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.answering import Answer
from bot.live import LiveAnswerer
from bot.memory import Memory
from bot.phrases import SPOKEN, Phrases, phrases, small_talk
from bot.render import telegram_html
from bot.settings import Settings
from index.types import ConfigurationError

logger = logging.getLogger(__name__)

UPDATES_AT_ONCE = 64
"""Handled side by side; most of them wait for the network or for a worker."""
SEND_ATTEMPTS = 5
TYPING_SECONDS = 4.0
"""Telegram shows "typing" for five seconds."""
LONGEST_WAIT_SECONDS = 60.0
"""Between two attempts to reach Telegram."""
FOLLOW_SECONDS = 1.0
NEW_MESSAGE = filters.UpdateType.MESSAGE
"""An edit or a channel's post is no question."""

Context = ContextTypes.DEFAULT_TYPE
TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


def run(live: LiveAnswerer, settings: Settings, token: str) -> None:
    """Answer in Telegram until SIGTERM or SIGINT, and finish then what is being answered.

    Raises ConfigurationError when Telegram does not know the token.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # else every flood wait comes with a deprecation warning
    asyncio.run(_serve(build_application(live, settings, token), live, settings))


def build_application(live: LiveAnswerer, settings: Settings, token: str) -> TelegramApplication:
    """The application with all its handlers, not connected yet."""
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{settings.telegram_api_base}/bot")
        .base_file_url(f"{settings.telegram_api_base}/file/bot")
        .concurrent_updates(UPDATES_AT_ONCE)
        .build()
    )
    conversation = Conversation(live, allowed=_allowed(settings))
    private = filters.ChatType.PRIVATE
    application.add_handler(TypeHandler(Update, conversation.gate), group=-1)
    application.add_handlers(
        [
            CommandHandler("start", conversation.start, NEW_MESSAGE),
            CommandHandler("help", conversation.help, NEW_MESSAGE),
            CommandHandler("ask", conversation.ask, NEW_MESSAGE),
            MessageHandler(NEW_MESSAGE & filters.COMMAND & private, conversation.help),
            MessageHandler(NEW_MESSAGE & filters.TEXT & ~filters.COMMAND & private, conversation.private_text),
            MessageHandler(NEW_MESSAGE & filters.TEXT & ~filters.COMMAND & ~private, conversation.group_text),
        ]
    )
    application.add_error_handler(_on_error)
    return application


def _allowed(settings: Settings) -> frozenset[int]:
    """Ids of users and groups that may ask; empty means everyone."""
    return settings.telegram_allowed | settings.telegram_admins if settings.telegram_allowed else frozenset()


class Conversation:
    """What the bot does with the messages it gets."""

    def __init__(self, live: LiveAnswerer, allowed: frozenset[int]) -> None:
        self._live = live
        self._allowed = allowed
        self._memory = Memory()
        # Answering is work for the processor: more workers than cores would only make everybody wait.
        self._workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="answer")

    async def gate(self, update: Update, _context: Context) -> None:
        """Let nothing pass from those who are not on the allow-list."""
        people = {who.id for who in (update.effective_user, update.effective_chat) if who}
        if self._allowed and not people & self._allowed:
            logger.info("Left alone: an update from %s, not in TELEGRAM_ALLOWED", sorted(people))
            raise ApplicationHandlerStop

    async def start(self, update: Update, _context: Context) -> None:
        """Say hello and what there is to ask about."""
        message, spoken = _heard(update)
        await _reply(message, escape(spoken.start.format(knowledge=self._knowledge(spoken))))

    async def help(self, update: Update, _context: Context) -> None:
        """Say how to ask."""
        message, spoken = _heard(update)
        await _reply(message, escape(spoken.help.format(knowledge=self._knowledge(spoken))))

    def _knowledge(self, spoken: Phrases) -> str:
        with self._live.lend() as answerer:
            return spoken.knowledge(answerer.snapshot.manifest.articles, answerer.snapshot.store.newest())

    async def ask(self, update: Update, _context: Context) -> None:
        """Answer what stands behind the command, or the message that it replies to."""
        message, spoken = _heard(update)
        question = (message.text or "").partition(" ")[2]
        if not question.strip() and message.reply_to_message:
            question = message.reply_to_message.text or ""
        await self._answer(message, question, spoken)

    async def private_text(self, update: Update, _context: Context) -> None:
        """Answer a message of a private chat."""
        message, spoken = _heard(update)
        await self._answer(message, message.text or "", spoken)

    async def group_text(self, update: Update, _context: Context) -> None:
        """Answer a message of a group if it speaks to the bot, and leave all others alone."""
        message, spoken = _heard(update)
        question = _spoken_to(message)
        if question is not None:
            await self._answer(message, question, spoken)

    async def _answer(self, message: Message, question: str, spoken: Phrases) -> None:
        question = question.strip()
        if not question:
            await _reply(message, escape(spoken.empty_question))
        elif talk := small_talk(question):
            await _reply(message, escape(spoken.greeting if talk == "greeting" else spoken.thanks))
        else:
            async with _typing(message):
                asker = message.chat_id, message.from_user.id if message.from_user else None
                answer = await asyncio.get_running_loop().run_in_executor(self._workers, self._ask, question, asker)
            await _reply(message, telegram_html(answer, spoken))

    def _ask(self, question: str, asker: Hashable) -> Answer:
        with self._live.lend() as answerer:
            answer = answerer.ask(question, context=self._memory.before(asker))
        self._memory.add(asker, answer.turn)
        return answer


def _heard(update: Update) -> tuple[Message, Phrases]:
    """The message and the language of its sender."""
    message = update.effective_message
    assert message is not None  # the filters let nothing else through
    return message, phrases(message.from_user.language_code if message.from_user else None)


def _spoken_to(message: Message) -> str | None:
    """What a group's message asks the bot; None if it does not speak to it."""
    me = message.get_bot()
    text = message.text or ""
    mentions = message.parse_entities([MessageEntityType.MENTION, MessageEntityType.TEXT_MENTION])
    for entity, name in mentions.items():
        if name.casefold() == f"@{me.username}".casefold() or (entity.user and entity.user.id == me.id):
            return text.replace(name, " ", 1)
    replied = message.reply_to_message
    return text if replied and replied.from_user and replied.from_user.id == me.id else None


@contextlib.asynccontextmanager
async def _typing(message: Message) -> AsyncIterator[None]:
    """Show the asker that the bot is at work, for as long as it is."""

    async def keep_showing() -> None:
        thread = message.message_thread_id if message.is_topic_message else None
        while True:
            with contextlib.suppress(TelegramError):  # a sign of life that got lost is no loss
                await message.chat.send_action(ChatAction.TYPING, message_thread_id=thread)
            await asyncio.sleep(TYPING_SECONDS)

    showing = asyncio.create_task(keep_showing())
    try:
        yield
    finally:
        showing.cancel()


async def _reply(message: Message, html: str) -> None:
    """Reply to a message, as plain text where Telegram refuses the HTML. Raises TelegramError when nothing helps."""
    text = html
    mode: ParseMode | None = ParseMode.HTML
    for attempt in range(1, SEND_ATTEMPTS + 1):
        try:
            await message.reply_text(
                text,
                parse_mode=mode,
                reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except Forbidden:
            logger.info("Chat %d takes no messages from the bot any more", message.chat_id)
        except RetryAfter as exc:
            wait = exc.retry_after
            await asyncio.sleep(wait.total_seconds() if isinstance(wait, timedelta) else wait)
            continue
        except BadRequest as exc:  # asking again does not mend it
            if mode is None:
                raise
            logger.warning("Telegram refused the formatting of a reply: %s", exc.message)
            text, mode = unescape(re.sub(r"<[^>]+>", "", html)), None
            continue
        except TelegramError:  # a network that fails, or an answer that is none
            if attempt == SEND_ATTEMPTS:
                raise
            await asyncio.sleep(2**attempt / 4)
            continue
        return
    raise TelegramError("a reply could not be sent")


async def _on_error(update: object, context: Context) -> None:
    """Tell the operator what happened, and the asker that it was not their fault."""
    logger.error("An update could not be handled", exc_info=context.error)
    if isinstance(update, Update) and update.effective_message:
        message, spoken = _heard(update)
        with contextlib.suppress(TelegramError):
            await _reply(message, escape(spoken.failed))


async def _serve(application: TelegramApplication, live: LiveAnswerer, settings: Settings) -> None:
    """Start, answer until a signal comes, and stop; what was begun is finished."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    starting = asyncio.create_task(_start(application, settings))
    stopping = asyncio.create_task(stop.wait())
    following = asyncio.create_task(_follow(live))
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting  # raises what starting raised
            await stopping
            logger.info("Stopping; what is being answered is finished first")
    finally:
        for task in (starting, stopping, following):
            task.cancel()
        if application.updater and application.updater.running:
            await application.updater.stop()
        if application.running:
            await application.stop()
        await application.shutdown()


async def _follow(live: LiveAnswerer) -> None:
    """Look for a new snapshot every second."""
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        try:
            await asyncio.to_thread(live.follow)
        except Exception:  # whatever it is, the snapshot that is open still answers
            logger.exception("The live snapshot could not be followed; trying again")


async def _start(application: TelegramApplication, settings: Settings) -> None:
    wait = 1.0
    while True:
        try:
            await application.initialize()
            break
        except InvalidToken:
            raise ConfigurationError(
                f"The server {settings.telegram_api_base} does not know the token in TELEGRAM_BOT_TOKEN. "
                "Copy it again from @BotFather."
            ) from None
        except NetworkError as exc:
            logger.warning(
                "%s cannot be reached (%s); trying again in %.0f s. Is the network up, and TELEGRAM_API_BASE right?",
                settings.telegram_api_base,
                type(exc).__name__,
                wait,
            )
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
    await _describe_commands(application)
    await application.start()
    assert application.updater is not None
    await application.updater.start_polling(
        bootstrap_retries=-1, allowed_updates=[Update.MESSAGE], error_callback=_on_polling_error
    )
    logger.info("Answering as @%s", application.bot.username)


async def _describe_commands(application: TelegramApplication) -> None:
    """Fill the menu of commands, in each language; the first is the one for all others."""
    for spoken in SPOKEN:
        commands = [BotCommand("ask", spoken.ask_description), BotCommand("help", spoken.help_description)]
        code = None if spoken is SPOKEN[0] else spoken.language
        try:
            await application.bot.set_my_commands(commands, language_code=code)
        except TelegramError as exc:
            logger.warning("The menu of commands could not be set: %s", exc.message)


def _on_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("Another program fetches this bot's messages with the same token. Stop one of the two.")
    else:
        logger.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)
