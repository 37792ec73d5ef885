"""Which passages repeat others, and above all which do not; the examples are made up."""

import pytest
from fact_changes import DIFFERENT
from hypothesis import given
from hypothesis import strategies as st

from index.text.repeats import SentenceSet, mostly_repeats, repeats

NUMBERS = st.from_regex(r"[+$€<]?[0-9]{1,3}([.,:/-][0-9]{1,3}){0,2}[%‰]?", fullmatch=True)

RAIN = "Hujan turun di Ambon pada Senin pagi."
FLOOD = "Banjir merendam 1.500 rumah, kata Lim."
SCHOOL = "Dua sekolah ditutup."
AID = "Bantuan senilai Rp5 miliar tiba."


def told_again(passage: str, before: str) -> bool:
    return repeats(SentenceSet(passage), SentenceSet(before))


@pytest.mark.parametrize(
    "passage",
    [
        f"{RAIN} {FLOOD} {SCHOOL}",
        f"{RAIN}\n\n{FLOOD.upper()}  {SCHOOL.upper()}",
        "Hujan turun di Ambon Senin pagi. Banjir itu merendam 1.500 rumah, kata Lim. Dua sekolah telah ditutup.",
        "Hujan turun di Ambon pada Senin pagi! Banjir merendam 1.500 rumah (kata Lim). Dua sekolah ditutup…",
        f"{RAIN} {FLOOD}",
        f"{FLOOD} {SCHOOL}",
        f"{RAIN} {SCHOOL}",
        SCHOOL,
    ],
)
def test_what_adds_nothing_repeats(passage: str) -> None:
    assert told_again(passage, f"{RAIN} {FLOOD} {SCHOOL}")


@pytest.mark.parametrize(
    "passage",
    [
        f"{RAIN} {FLOOD} {SCHOOL} {AID}",
        f"{AID} {RAIN} {FLOOD} {SCHOOL}",
        f"{RAIN} {FLOOD} {SCHOOL} Warga mengungsi.",
        f"{FLOOD} {RAIN}",
        f"{RAIN} {RAIN}",
        f"{RAIN} {FLOOD} Tiga sekolah ditutup.",
        f"{RAIN} {FLOOD} Dua sekolah dibuka.",
        f"{RAIN} {FLOOD} Dua sekolah tidak ditutup.",
        f"{RAIN} {FLOOD} Dua sekolah belum ditutup.",
        f"{RAIN} {FLOOD} Dua sekolah ditutup?",
        f"{RAIN} Banjir merendam 1.500 rumah, kata Kim. {SCHOOL}",
        f"{RAIN} Banjir merendam 1,500 rumah, kata Lim. {SCHOOL}",
        f"{RAIN} Banjir merendam 15.000 rumah, kata Lim. {SCHOOL}",
        f"{RAIN} Banjir merendam rumah, kata Lim. {SCHOOL}",
        "Hujan turun dari Ambon pada Senin pagi.",
        "Hujan turun di Ambon pada Selasa pagi.",
        "Hujan turun di Ambon pagi.",
        "",
        "...",
    ],
)
def test_what_adds_or_changes_something_does_not_repeat(passage: str) -> None:
    assert not told_again(passage, f"{RAIN} {FLOOD} {SCHOOL}")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_whatever_may_change_a_fact_is_no_repetition(one: str, other: str) -> None:
    one, other = f"{RAIN} Kata Budi {one} pada Senin. {FLOOD}", f"{RAIN} Kata Budi {other} pada Senin. {FLOOD}"
    assert not told_again(one, other)
    assert not told_again(other, one)


@pytest.mark.parametrize(
    ("passage", "before"),
    [
        ("Rusia menyerang Ukraina.", "Tidak benar bahwa Rusia menyerang Ukraina."),
        ("Rusia menyerang Ukraina.", "Rusia menyerang Ukraina? Tidak benar."),
        ("Budi mencuri beras.", "Andi menuduh Budi mencuri beras."),
        ("Menteri Yang mundur.", "Menteri mundur."),
        ("Ia sakit hepatitis A.", "Ia sakit hepatitis."),
        ("Few people came.", "A few people came."),
        ("Ia tiba Senin lalu.", "Ia tiba Senin."),
        ("Ia tiba minggu ini.", "Ia tiba minggu itu."),
        ("Mantan presiden itu ditangkap.", "Presiden itu ditangkap."),
        ("Budi diduga mencuri.", "Budi mencuri."),
        ("Prices rose by 5 million.", "Prices rose by 5 billion."),
        ("Ia menyerang polisi.", "Ia diserang polisi."),
        ("他没有辞职。", "他辞职。"),
        ("俄罗斯进攻乌克兰。", "乌克兰进攻俄罗斯。"),
        ("روسيا تهاجم أوكرانيا.", "أوكرانيا تهاجم روسيا."),
    ],
)
def test_one_word_is_enough_to_differ(passage: str, before: str) -> None:
    assert not told_again(passage, before)
    assert not told_again(before, passage)
    assert told_again(passage, passage)


@given(NUMBERS, NUMBERS)
def test_passages_with_other_figures_never_repeat(one: str, other: str) -> None:
    repeated = told_again(f"Harga {one} di pasar. {RAIN}", f"Harga {other} di pasar. {RAIN}")
    assert repeated == (one == other)


@given(st.text(max_size=80), st.text(max_size=80))
def test_texts_that_repeat_each_other_share_their_words(one: str, other: str) -> None:
    said, before = SentenceSet(one), SentenceSet(other)
    if repeats(said, before):
        assert set(said.sentences) <= set(before.sentences)
    if repeats(said, before) and repeats(before, said):
        assert said.sentences == before.sentences


ORIGINAL = (
    "Kapal itu tiba di pelabuhan Lowen pada Senin pagi. Sebanyak 40 penumpang turun dengan selamat. "
    "Kapten Brink memimpin pelayaran itu sejak awal."
)


@pytest.mark.parametrize(
    ("edited", "mostly"),
    [
        (ORIGINAL + " Cuaca sedang cerah.", True),
        (ORIGINAL.replace("sejak awal", "sampai akhir"), True),
        (ORIGINAL.replace("40", "41"), False),
        (ORIGINAL.replace("dengan selamat", "dengan selamat 2 kali"), False),
        (ORIGINAL.replace("Brink", "Hartawan"), False),
        (ORIGINAL.replace("turun", "tidak turun"), False),
        (ORIGINAL + " Biayanya $5.", False),
        ("Kapal lain tenggelam di laut lepas. Semua orang hilang. " + ORIGINAL[:51], False),
        ("", False),
    ],
)
def test_a_passage_that_adds_no_figure_name_or_negation_mostly_repeats(edited: str, mostly: bool) -> None:
    assert mostly_repeats(SentenceSet(edited), SentenceSet(ORIGINAL)) is mostly
