"""Chat spelling is written out, and a plain question comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.spelling import language_of, plain_question

WRITTEN = {"lowen": "Lowen", "pbb": "PBB", "ktt": "KTT", "hannah": "Hannah", "maskapai2": "maskapai2", "cool": "cool"}

PLAIN = [
    "Berapa tentara yang dikirim ke Lowen?",
    "berapa pedagang yang pindah ke pasar baru?",
    "Kapan Perang Dunia III dimulai?",
    "kapan perang dunia iii dimulai?",
    "Siapa dr Andi?",
    "siapa dr. andi?",
    "siapa dr andi?",
    "Kapan dr Andi pindah ke Lowen?",
    "Dimana kantor Brink & Co.?",
    "Siapa pendiri Yahoo!?",
    "Siapa pencipta lagu Oh, Tolong!?",
    "who is r kelly?",
    "Who wrote the letter R in the logo?",
    "What did U Thant say about the war?",
    "who was u thant?",
    "When was Angkor Wat built?",
    "when was angkor wat built?",
    "What is the U.S. population?",
    "Where is the www.example.org server?",
    "Kak Seto lahir kapan?",
    "Bang Jago itu siapa?",
    "min suhu di Lowen berapa?",
    "Please Please Me was recorded by whom?",
    "Which ORG did the PD of GA call?",
    "Berapa lama SP dan PD bertahan di GA?",
    "Apa itu covid-19?",
    "How big is a 4x4 car?",
    "Berapa panjang mobil 4x4?",
    "kabar apa dari Lowen?",
    "KTT G20 ASEAN",
    "gempa di Lowen",
    "harga cabai hari ini",
    "Sebutkan nama ibu kota Lowen.",
    "What did “Brink” mean?",
    "Siapa yang berkata “kita menang”?",
    "¿Quién ganó?",
    "Ai là tổng thống?",
    "誰が勝った？",
    "halo",
    "???",
    "😀",
]


@pytest.mark.parametrize("question", PLAIN)
def test_a_plain_question_comes_back_as_it_was(question: str) -> None:
    assert plain_question(question, WRITTEN.get) == question


CHAT = [
    ("brp tentara yg dikirim ke lowen", "berapa tentara yang dikirim ke lowen?"),
    ("Brp tentara yg dikirim ke Lowen?", "Berapa tentara yang dikirim ke Lowen?"),
    ("knp hrg cabai naik bgt skrg", "kenapa harga cabai naik banget sekarang?"),
    ("dmn pasar itu?", "di mana pasar itu?"),
    ("gmn nasib org yg blm dpt kios?", "bagaimana nasib orang yang belum dapat kios?"),
    ("sapa presiden lowen", "siapa presiden lowen?"),
    ("sp yg menang pd thn 2019", "siapa yang menang pada tahun 2019?"),
    ("kpn kapal berangkat dr pelabuhan", "kapan kapal berangkat dari pelabuhan?"),
    ("Kapal itu berasal dr Lowen atau dr mana?", "Kapal itu berasal dari Lowen atau dari mana?"),
    ("knp tdk jadi", "kenapa tidak jadi?"),
    ("knp ga ada yg datang stlh tgl 5", "kenapa tidak ada yang datang setelah tanggal 5?"),
    ("negara2 mana yg ikut", "negara-negara mana yang ikut?"),
    ("brp harga rumah2nya", "berapa harga rumah-rumahnya?"),
    ("maskapai2 apa yang dibeli?", "maskapai2 apa yang dibeli?"),
    ("kenapa harganya naik 2x?", "kenapa harganya naik 2 kali?"),
    ("brapaaaa korbannya", "berapa korbannya?"),
    ("kapannnn dibuka???", "kapan dibuka?"),
    ("siapa pemenangnya?!?!", "siapa pemenangnya?"),
    ("kapan hannnnah datang?", "kapan hannah datang?"),
    ("Kapan Fredddy lahir?", "Kapan Freddy lahir?"),
    ("hw mny ppl live in lowen", "how many people live in lowen?"),
    ("whos the mayor of lowen", "who is the mayor of lowen?"),
    ("wat is the harbour abt", "what is the harbour about?"),
    ("where r the cranes?", "where are the cranes?"),
    ("what r u", "what are you?"),
    ("how mny ppl r there", "how many people are there?"),
    ("When did it open", "When did it open?"),
    ("Siapa wali kota Lowen.", "Siapa wali kota Lowen?"),
    ("Wali kota Lowen siapa...", "Wali kota Lowen siapa?"),
]


@pytest.mark.parametrize(("question", "plain"), CHAT)
def test_chat_spelling_is_written_out(question: str, plain: str) -> None:
    assert plain_question(question, WRITTEN.get) == plain


AROUND = [
    ("halo bot, siapa wali kota Lowen?", "siapa wali kota Lowen?"),
    ("Halo kak, mau tanya dong, siapa wali kota Lowen?", "siapa wali kota Lowen?"),
    ("min, sapa wali kota lowen", "siapa wali kota lowen?"),
    ("min mau tanya berapa harga tiketnya ya", "berapa harga tiketnya?"),
    ("permisi, izin bertanya kapan pasar dibuka?", "kapan pasar dibuka?"),
    ("Assalamualaikum min, apakah pasar sudah dibuka?", "apakah pasar sudah dibuka?"),
    ("selamat pagi kak, berapa pedagang di pasar?", "berapa pedagang di pasar?"),
    ("🙏 tolong dong min brp harga cabai 😭", "berapa harga cabai?"),
    ("berapa harga cabai, min?", "berapa harga cabai?"),
    ("berapa harga cabai, makasih kak", "berapa harga cabai?"),
    ("hi, how many cranes are there?", "how many cranes are there?"),
    ("bot,siapa wali kota Lowen?", "siapa wali kota Lowen?"),
    ("Hello bot! Who is the mayor?", "Who is the mayor?"),
    ("good morning, could you please tell me how many cranes there are?", "how many cranes there are?"),
    ("pls tell me when the harbour opened", "when the harbour opened?"),
    ("can u tell me who won?", "who won?"),
    ("who won pls?", "who won?"),
    ("“Siapa wali kota Lowen?”", "Siapa wali kota Lowen?"),
    ('"who is the mayor"', "who is the mayor?"),
    ("  Siapa\u200b wali\tkota\x07 Lowen?\n", "Siapa wali kota Lowen?"),
]


@pytest.mark.parametrize(("question", "plain"), AROUND)
def test_what_stands_around_a_question_is_taken_off(question: str, plain: str) -> None:
    assert plain_question(question, WRITTEN.get) == plain


SHOUTED = [
    ("BERAPA TENTARA YANG DIKIRIM PBB KE LOWEN?", "berapa tentara yang dikirim PBB ke Lowen?"),
    ("SIAPA YG DATANG KE KTT", "siapa yang datang ke KTT?"),
    ("WHO IS THE MAYOR OF LOWEN", "who is the mayor of Lowen?"),
]


@pytest.mark.parametrize(("question", "plain"), SHOUTED)
def test_a_shouted_question_keeps_the_capitals_that_articles_have(question: str, plain: str) -> None:
    assert plain_question(question, WRITTEN.get) == plain


def test_without_articles_all_capitals_go() -> None:
    assert plain_question("WHO IS THE MAYOR OF LOWEN?") == "who is the mayor of lowen?"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("brp harganya", "id"),
        ("Siapa yang datang?", "id"),
        ("whos there", "en"),
        ("Who was it?", "en"),
        ("Lowen", None),
    ],
)
def test_the_language_is_told_by_small_words(question: str, language: str | None) -> None:
    assert language_of(question) == language


@given(st.text(max_size=80))
def test_any_text_gives_one_tidy_line_and_never_nothing(text: str) -> None:
    plain = plain_question(text)
    assert plain == " ".join(plain.split())
    assert plain or not text.strip() or not any(letter.isalnum() for letter in text)


@pytest.mark.parametrize("plain", [plain for _, plain in (*CHAT, *AROUND, *SHOUTED)])
def test_a_question_made_plain_is_plain(plain: str) -> None:
    assert plain_question(plain, WRITTEN.get) == plain


OPENERS = ["halo, ", "Halo min, ", "permisi kak, ", "🙏 ", "mau tanya, ", "hi! ", "min mau tanya dong, "]


@given(
    st.lists(st.sampled_from(OPENERS), max_size=4), st.sampled_from(CHAT[:-3]), st.sampled_from(["", "?", "???", " 🙏"])
)
def test_politeness_changes_nothing(openers: list[str], chat: tuple[str, str], end: str) -> None:
    question = chat[0].rstrip("?!") + end
    opened = plain_question("".join(openers) + question, WRITTEN.get)
    assert opened.casefold() == plain_question(question, WRITTEN.get).casefold()
