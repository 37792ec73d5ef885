"""Follow-ups are asked with what was meant before, and whatever stands on its own is left as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.conversation import Turn
from bot.questions.followups import LONGEST, needs_context, resolve

TROOPS = Turn("how many troops were sent to Kursk?", "11.000", "Korea Utara mengirim 11.000 tentara ke Kursk.")
TENTARA = Turn("Berapa tentara yang dikirim ke Kursk?", "11.000", "Menurut Kim Yong, 11.000 tentara tiba di Kursk.")
SMALL = Turn("berapa tentara yang dikirim ke kursk?", "11.000", "Korea Utara mengirim 11.000 tentara ke Kursk.")
LED = Turn("Who led the delegation to Lowen?", "Ada Brink", "Ada Brink memimpin delegasi ke Lowen.")
MEMIMPIN = Turn("Siapa yang memimpin delegasi ke Lowen?", "Ada Brink")
PRESIDEN = Turn("Siapa presiden Ukraina?", "Volodymyr Zelensky")
CAPITAL = Turn("What is the capital of Japan?", "Tokyo")
IBU_KOTA = Turn("Apa ibu kota Jepang?", "Tokyo")
GEMPA = Turn("Kapan gempa mengguncang Cianjur?", "21 November 2022")
BORN = Turn("Where was Ada Brink born?", "Lowen")
SENT = Turn("How many soldiers did North Korea send to Russia?", "10,000")
BALI = Turn("How many people visited Bali in 2022?", "2 million")
INFLASI = Turn("Berapa inflasi Indonesia pada tahun 2022?", "5,51 persen")
CABAI = Turn("berapa harga cabai di pasar?", "Rp45.000")
FERRIES = Turn("How many ferries sail to Lowen?", "nine", "Nine ferries sail, said Mayor Ada Brink.")

SOMETHING_ELSE = [
    (TROOPS, "and when?", "when were troops sent to Kursk?"),
    (TROOPS, "And when exactly?", "when were troops sent to Kursk?"),
    (TROOPS, "dan kapan?", "when were troops sent to Kursk?"),
    (TROOPS, "why?", "why were troops sent to Kursk?"),
    (TROOPS, "how long?", "how long were troops sent to Kursk?"),
    (TROOPS, "by whom?", "by whom were troops sent to Kursk?"),
    (TROOPS, "where was that?", "where were troops sent to Kursk?"),
    (TROOPS, "when did that happen?", "when were troops sent to Kursk?"),
    (TENTARA, "dan kapan?", "kapan tentara dikirim ke Kursk?"),
    (TENTARA, "and when?", "kapan tentara dikirim ke Kursk?"),
    (TENTARA, "kapan itu terjadi?", "kapan tentara dikirim ke Kursk?"),
    (TENTARA, "kenapa begitu?", "kenapa tentara dikirim ke Kursk?"),
    (TENTARA, "oleh siapa?", "oleh siapa tentara dikirim ke Kursk?"),
    (TENTARA, "tahun berapa?", "tahun berapa tentara dikirim ke Kursk?"),
    (TENTARA, "terus berapa lama?", "berapa lama tentara dikirim ke Kursk?"),
    (SMALL, "kapan?", "kapan tentara dikirim ke kursk?"),
    (LED, "and when?", "when Ada Brink led the delegation to Lowen?"),
    (MEMIMPIN, "dan kapan?", "kapan Ada Brink memimpin delegasi ke Lowen?"),
    (PRESIDEN, "sejak kapan?", "sejak kapan Volodymyr Zelensky presiden Ukraina?"),
    (GEMPA, "di kota mana?", "di kota mana gempa mengguncang Cianjur?"),
    (GEMPA, "jam berapa?", "jam berapa gempa mengguncang Cianjur?"),
    (Turn("Who is the mayor of Lowen?", "Ada Brink"), "since when?", "since when is Ada Brink the mayor of Lowen?"),
    (Turn("What did Ada Brink open?", "a crane"), "when?", "when did Ada Brink open a crane?"),
]
OF_ANOTHER = [
    (Turn("How many medals did China win?", "40"), "what about Japan?", "How many medals did Japan win?"),
    (Turn("Berapa penduduk di Korea?", "51 juta"), "kalau di Jepang?", "Berapa penduduk di Jepang?"),
    (Turn("Siapa gubernur Jawa Barat?"), "kalau di Bali?", "Siapa gubernur Bali?"),
    (PRESIDEN, "bagaimana dengan Rusia?", "Siapa presiden Rusia?"),
    (PRESIDEN, "gimana kalau Jepang?", "Siapa presiden Jepang?"),
    (IBU_KOTA, "dan Korea Selatan?", "Apa ibu kota Korea Selatan?"),
    (CAPITAL, "what about South Korea?", "What is the capital of South Korea?"),
    (Turn("what is the capital of france?"), "what about japan?", "what is the capital of japan?"),
    (SENT, "and Iran?", "How many soldiers did Iran send to Russia?"),
    (SENT, "and to Iran?", "How many soldiers did North Korea send to Iran?"),
    (SENT, "in 2023?", "How many soldiers did North Korea send to Russia in 2023?"),
    (BALI, "in 2023?", "How many people visited Bali in 2023?"),
    (BALI, "what about 2023?", "How many people visited Bali in 2023?"),
    (INFLASI, "kalau tahun 2023?", "Berapa inflasi Indonesia pada tahun 2023?"),
    (INFLASI, "pada 2023?", "Berapa inflasi Indonesia pada tahun 2023?"),
    (CABAI, "di Lowen?", "berapa harga cabai di Lowen?"),
]
POINTING = [
    (LED, "who is he?", "who is Ada Brink?"),
    (LED, "who is that?", "who is Ada Brink?"),
    (LED, "Siapa dia?", "Siapa Ada Brink?"),
    (LED, "what is her job?", "what is Ada Brink's job?"),
    (MEMIMPIN, "siapa itu?", "siapa itu Ada Brink?"),
    (PRESIDEN, "how old is he?", "how old is Volodymyr Zelensky?"),
    (PRESIDEN, "berapa umurnya?", "berapa umur Volodymyr Zelensky?"),
    (PRESIDEN, "siapa istrinya?", "siapa istri Volodymyr Zelensky?"),
    (PRESIDEN, "di mana dia lahir?", "di mana Volodymyr Zelensky lahir?"),
    (PRESIDEN, "kapan beliau dilantik?", "kapan Volodymyr Zelensky dilantik?"),
    (PRESIDEN, "apa ibu kotanya?", "apa ibu kota Ukraina?"),
    (BORN, "and when did she die?", "when did Ada Brink die?"),
    (CAPITAL, "where is it?", "where is Tokyo?"),
    (CAPITAL, "what is its population?", "what is Tokyo's population?"),
    (CAPITAL, "how many people live there?", "how many people live in Tokyo?"),
    (IBU_KOTA, "berapa penduduk kota itu?", "berapa penduduk kota Tokyo?"),
    (IBU_KOTA, "berapa penduduk di sana?", "berapa penduduk di Tokyo?"),
    (IBU_KOTA, "siapa presidennya?", "siapa presiden Jepang?"),
    (GEMPA, "berapa korbannya?", "berapa korban gempa Cianjur?"),
    (Turn("Di mana gempa besar terjadi?"), "kapan gempa tersebut terjadi?", "kapan gempa besar terjadi?"),
    (Turn("Apa yang diluncurkan armada?", "Singa Laut"), "apa itu?", "apa itu Singa Laut?"),
    (Turn("What is the tallest tower here?", "Brink Tower"), "when was it built?", "when was Brink Tower built?"),
    (Turn("Kapan Arunika didirikan?", "2009"), "siapa pendirinya?", "siapa pendiri Arunika?"),
    (TROOPS, "who sent them?", "who sent troops to Kursk?"),
    (TENTARA, "siapa yang mengirim mereka?", "siapa yang mengirim tentara ke Kursk?"),
    (FERRIES, "what did he say?", "what did Mayor Ada Brink say?"),
    (CABAI, "mengapa harganya naik?", "mengapa harga cabai naik?"),
    (TROOPS, "who is he?", "who is he (troops were sent to Kursk)?"),
]


@pytest.mark.parametrize(("before", "asked", "meant"), [*SOMETHING_ELSE, *OF_ANOTHER, *POINTING])
def test_a_follow_up_is_asked_with_what_was_meant(before: Turn, asked: str, meant: str) -> None:
    assert needs_context(asked)
    assert resolve(asked, (before,)).question == meant


ALONE = [
    "Who is Ada Brink?",
    "siapa ada brink?",
    "how many troops were sent to lowen?",
    "When did the troops arrive?",
    "How many people died?",
    "How many provinces are there?",
    "What did Brink say about her husband?",
    "When did the mayor say that she would resign?",
    "Is it true that Lowen left the treaty?",
    "How long does it take to sail to Lowen?",
    "Who said that the war is over?",
    "Other than his music, what is Brink known for?",
    "Which city hosted the games in 2018?",
    "What happened in 1998?",
    "Berapa tinggi Gunung Salak?",
    "berapa tingginya gunung salak?",
    "Kapan terjadinya gempa Lowen?",
    "apa itu inflasi?",
    "Siapa itu Brink?",
    "Apa artinya inflasi?",
    "Siapakah presiden Ukraina dan siapa istrinya?",
    "Siapa penyanyi yang albumnya paling laku?",
    "Kapan Perang Dunia II itu dimulai?",
    "Di situs apa Brink menulis?",
    "berapa banyak provinsi yang ada di Indonesia?",
    "Siapa yang punya pasar terbesar?",
    "gempa di Lowen",
    "harga cabai",
    "Lowen",
    "",
    "?",
]


@pytest.mark.parametrize("question", ALONE)
def test_what_stands_on_its_own_is_left_as_it_is(question: str) -> None:
    assert not needs_context(question)
    for before in (TROOPS, PRESIDEN, CAPITAL, GEMPA):
        assert resolve(question, (before,)).question == question


def test_without_a_conversation_everything_is_left_as_it_is() -> None:
    assert resolve("and when?", ()).question == "and when?"


def test_a_chain_of_follow_ups_keeps_the_topic() -> None:
    context: tuple[Turn, ...] = (TROOPS,)
    understood = []
    for asked in ("and when?", "and where?", "why?", "what about Belgorod?", "in 2023?", "in 2024?", "dan kapan?"):
        understood.append(resolve(asked, context).question)
        context = (*context, Turn(understood[-1]))
    assert understood == [
        "when were troops sent to Kursk?",
        "where were troops sent to Kursk?",
        "why were troops sent to Kursk?",
        "why were troops sent to Belgorod?",
        "why were troops sent to Belgorod in 2023?",
        "why were troops sent to Belgorod in 2024?",
        "when were troops sent to Belgorod in 2024?",
    ]


def test_a_pronoun_reaches_back_over_a_turn_that_names_nobody() -> None:
    context = (LED, Turn("how many came along?", "nine"))
    assert resolve("how old is she?", context).question == "how old is Ada Brink?"


def test_a_name_is_known_from_the_quote_when_the_question_is_written_small() -> None:
    assert resolve("what about Belgorod?", (SMALL,)).question == "berapa tentara yang dikirim ke Belgorod?"


FOLLOW_UPS = [asked for _, asked, _ in (*SOMETHING_ELSE, *OF_ANOTHER, *POINTING)]


@given(st.lists(st.sampled_from(FOLLOW_UPS), max_size=40))
def test_no_chain_grows_without_bound(chain: list[str]) -> None:
    context: tuple[Turn, ...] = (TENTARA,)
    for asked in chain:
        question, topic = resolve(asked, context)
        assert question
        assert len(question) <= LONGEST
        context = (*context, Turn(question, "Ada Brink", topic=topic))


@given(st.text(max_size=60), st.text(max_size=60), st.none() | st.text(max_size=60))
def test_any_text_may_be_asked_after_any_other(asked: str, before: str, answer: str | None) -> None:
    question = resolve(asked, (Turn(before, answer, answer),)).question
    assert question == asked or needs_context(asked)


def test_a_book_is_no_follow_up() -> None:
    assert not needs_context("and when? " * 1000)
    assert resolve("and when?", (Turn("di mana " * 1000),)).question == "and when?"
