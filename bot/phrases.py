"""The bot's own words, in each language that it speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel.dates import format_date

SmallTalk = Literal["greeting", "thanks"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that the bot says of its own accord in one language."""

    language: str
    one_article: str
    many_articles: str
    newest: str
    start: str
    help: str
    greeting: str
    thanks: str
    empty_question: str
    not_in_articles: str
    closest: str
    others: str
    read_as: str
    failed: str
    ask_description: str
    help_description: str

    def knowledge(self, articles: int, newest: date | None) -> str:
        """What the bot knows, in half a sentence."""
        count = self.one_article if articles == 1 else self.many_articles.format(count=articles)
        return count + (self.newest.format(date=self.date(newest)) if newest else "")

    def date(self, day: date) -> str:
        """A date as people write it in this language."""
        return format_date(day, "long", locale=self.language)


ENGLISH = Phrases(
    language="en",
    one_article="1 news article",
    many_articles="{count} news articles",
    newest=", the newest of {date}",
    start="Hello! I answer questions from {knowledge}. Just write what you want to know.",
    help=(
        "I answer questions from {knowledge}.\n\n"
        "Write your question in your own words, in English or Indonesian, whatever the language of the articles: "
        "how many, who, when, where. I reply with the sentence that answers it and say where it stands. "
        "What the articles do not say, I do not make up.\n\n"
        "In a group, write /ask and your question, mention me, or reply to one of my messages."
    ),
    greeting="Hello! Ask me something about the news that I have read; /help tells more.",
    thanks="You are welcome! Ask on whenever you like.",
    empty_question="What would you like to know? Write it after the command: /ask who met whom?",
    not_in_articles="The articles do not say.",
    closest="What comes closest:",
    others="Other articles say otherwise:",
    read_as="I read “{asked}” as “{read}”.",
    failed="Sorry, something went wrong on my side. Please ask again in a moment.",
    ask_description="Ask the news articles a question",
    help_description="What I know and how to ask",
)

INDONESIAN = Phrases(
    language="id",
    one_article="1 artikel berita",
    many_articles="{count} artikel berita",
    newest=", yang terbaru bertanggal {date}",
    start="Halo! Saya menjawab pertanyaan dari {knowledge}. Tulis saja apa yang ingin Anda ketahui.",
    help=(
        "Saya menjawab pertanyaan dari {knowledge}.\n\n"
        "Tulis pertanyaan dengan kata-kata Anda sendiri, dalam bahasa Indonesia atau Inggris, apa pun bahasa "
        "artikelnya: berapa, siapa, kapan, di mana. Saya membalas dengan kalimat yang menjawabnya beserta sumbernya. "
        "Yang tidak ada di artikel tidak akan saya karang.\n\n"
        "Di grup, tulis /ask lalu pertanyaannya, sebut nama saya, atau balas salah satu pesan saya."
    ),
    greeting="Halo! Silakan tanyakan sesuatu tentang berita yang sudah saya baca; /help menjelaskan caranya.",
    thanks="Sama-sama! Silakan bertanya lagi kapan saja.",
    empty_question="Apa yang ingin Anda ketahui? Tulis setelah perintahnya: /ask siapa bertemu siapa?",
    not_in_articles="Artikel-artikel ini tidak menyebutkannya.",
    closest="Yang paling mendekati:",
    others="Artikel lain menyebut lain:",
    read_as="“{asked}” saya baca “{read}”.",
    failed="Maaf, ada yang tidak beres di pihak saya. Silakan tanyakan lagi sebentar lagi.",
    ask_description="Ajukan pertanyaan tentang artikel berita",
    help_description="Apa yang saya ketahui dan cara bertanya",
)

SPOKEN = (ENGLISH, INDONESIAN)

GREETINGS = re.compile(
    r"(hi|hello|hey|halo|hallo|hai|good (morning|afternoon|evening)|selamat (pagi|siang|sore|malam)|"
    r"assalamu.?alaikum|pagi|siang|sore|malam)( (all|there|bot|kabar|semua|min|kak))?"
)
THANKS = re.compile(
    r"(ok |oke |okay )?(thanks|thank you|thx|ty|terima kasih|terimakasih|makasih|makasi|trims|thanks a lot|many thanks)"
    r"( (so|very) much| a lot| banyak| ya| yah| bot| kak| min| all)*"
)


def phrases(language_code: str | None) -> Phrases:
    """The language of somebody's Telegram, English when the bot does not speak it."""
    code = (language_code or "").lower().partition("-")[0]
    return next((spoken for spoken in SPOKEN if spoken.language == code), ENGLISH)


def small_talk(text: str) -> SmallTalk | None:
    """Whether a message is nothing but a greeting or a thank-you."""
    words = " ".join(re.findall(r"[\w']+", text.casefold()))
    if GREETINGS.fullmatch(words):
        return "greeting"
    return "thanks" if THANKS.fullmatch(words) else None
