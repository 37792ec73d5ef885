"""What everybody may tell the bot beside questions: hello, help, lists, language, what was right, forget me."""

from __future__ import annotations

from importlib.metadata import version
from math import ceil

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.answers.answerer import Answerer
from bot.phrases import Phrases, languages, phrases
from bot.telegram.commands import LISTED, behind_command, command_handlers
from bot.telegram.messages import PAGE, SOURCES, Button, Reply, headlines_reply, plain
from bot.telegram.parts import NEW, PRIVATE, Handlers, Parts, keyboard, sender_id
from bot.telegram.state import State

LANGUAGE = "language"
LATEST = 5
"""Articles that /latest tells."""
NOTHING = "-"
"""What stands behind /expect when the articles do not say."""

Context = ContextTypes.DEFAULT_TYPE


class People:
    """Answers the commands that everybody may give."""

    def __init__(self, parts: Parts, kept_days: int) -> None:
        self._parts = parts
        self._kept_days = kept_days

    def handlers(self) -> Handlers:
        """For commands, and the buttons of lists."""
        actions = {
            "start": self.start,
            "help": self.help,
            "about": self.about,
            "sources": self.sources,
            "latest": self.latest,
            "language": self.language,
            "forget": self.forget,
            "expect": self.expect,
        }
        return [
            *command_handlers(actions, self._parts.settings.telegram_admins),
            CallbackQueryHandler(self.turn, rf"^{SOURCES}:\d+$"),
            CallbackQueryHandler(self.choose, rf"^{LANGUAGE}:[\w-]+$"),
        ]

    def fallback(self) -> Handlers:
        """For private commands that there are not: they get the help."""
        return [MessageHandler(NEW & filters.COMMAND & PRIVATE, self.help)]

    async def start(self, update: Update, _context: Context) -> None:
        """Say hello and what there is to ask about."""
        message, spoken = await self._heard(update)
        await self._reply(message, plain(spoken.start.format(knowledge=await self._parts.knowledge(spoken))))

    async def help(self, update: Update, _context: Context) -> None:
        """Say how to ask, and which commands there are."""
        message, spoken = await self._heard(update)
        mention = f"@{message.get_bot().username}"
        text = spoken.help.format(knowledge=await self._parts.knowledge(spoken), mention=mention)
        listed = "\n".join(f"/{command.name} – {spoken.commands[command.name]}" for command in LISTED)
        await self._reply(message, plain(f"{text}\n\n{spoken.help_commands}\n{listed}"))

    async def about(self, update: Update, _context: Context) -> None:
        """Say what the bot is and what it keeps."""
        message, spoken = await self._heard(update)
        days = spoken.days(self._kept_days)
        knowledge = await self._parts.knowledge(spoken)
        await self._reply(message, plain(spoken.about.format(version=version("kabar"), knowledge=knowledge, days=days)))

    async def sources(self, update: Update, _context: Context) -> None:
        """List the articles, newest first."""
        message, spoken = await self._heard(update)
        await self._reply(message, await self._page(0, spoken))

    async def latest(self, update: Update, _context: Context) -> None:
        """Tell the newest articles."""
        message, spoken = await self._heard(update)
        newest = await self._parts.look(lambda answerer: answerer.snapshot.store.headlines(LATEST))
        await self._reply(message, headlines_reply(spoken.latest, newest, 0, 1, spoken))

    async def turn(self, update: Update, _context: Context) -> None:
        """Turn to another page of the articles."""
        query = update.callback_query
        assert query
        assert query.data
        if isinstance(query.message, Message):
            reply = await self._page(int(query.data.partition(":")[2]), await self._parts.spoken(query.from_user))
            message, buttons = query.message, keyboard(reply.buttons)
            await self._parts.sender.edit(message.chat_id, message.message_id, reply.html, buttons)
        await self._parts.sender.acknowledge(query.id)

    async def _page(self, page: int, spoken: Phrases) -> Reply:
        def listed(answerer: Answerer) -> Reply:
            snapshot = answerer.snapshot
            pages = max(ceil(snapshot.manifest.articles / PAGE), 1)
            number = min(page, pages - 1)
            headlines = snapshot.store.headlines(PAGE, number * PAGE)
            return headlines_reply(spoken.sources, headlines, number, pages, spoken)

        return await self._parts.look(listed)

    async def language(self, update: Update, _context: Context) -> None:
        """Let somebody choose the bot's language."""
        message, spoken = await self._heard(update)
        choices = [Button(one.name, f"{LANGUAGE}:{code}") for code, one in languages().items()]
        rows = [choices[start : start + 2] for start in range(0, len(choices), 2)]
        await self._reply(message, plain(spoken.choose_language, rows))

    async def choose(self, update: Update, _context: Context) -> None:
        """Speak the chosen language from now on."""
        query = update.callback_query
        assert query
        assert query.data
        code = query.data.partition(":")[2]
        if code in languages():
            await self._parts.state.write(State.set_language, query.from_user.id, code)
            if isinstance(query.message, Message):
                reply = plain(phrases(code).language_set)
                await self._parts.sender.edit(query.message.chat_id, query.message.message_id, reply.html)
        await self._parts.sender.acknowledge(query.id)

    async def forget(self, update: Update, _context: Context) -> None:
        """Remove what is kept about the one who says so."""
        message, spoken = await self._heard(update)
        if sender := sender_id(message):
            await self._parts.state.write(State.forget, sender)
            self._parts.memory.forget(sender)
        await self._reply(message, plain(spoken.forgotten))

    async def expect(self, update: Update, _context: Context) -> None:
        """Note what the right answer would have been to the one that the message replies to."""
        message, spoken = await self._heard(update)
        expected = behind_command(message)
        answer, sender = message.reply_to_message, sender_id(message)
        noted = False
        if expected and answer and sender:
            text = "" if expected == NOTHING else expected
            noted = await self._parts.state.write(State.expect, message.chat_id, answer.message_id, sender, text)
        text = spoken.expected.format(expected=expected) if expected != NOTHING else spoken.expected_nothing
        await self._reply(message, plain(text if noted else spoken.expect_usage))

    async def _heard(self, update: Update) -> tuple[Message, Phrases]:
        message = update.effective_message
        assert message is not None  # the filters let nothing else through
        return message, await self._parts.spoken(message.from_user)

    async def _reply(self, message: Message, reply: Reply) -> None:
        await self._parts.sender.send(
            message.chat_id,
            reply.html,
            thread=message.message_thread_id if message.is_topic_message else None,
            reply_to=message.message_id,
            buttons=keyboard(reply.buttons),
        )
