"""Where sentences end; the examples are made up."""

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from index.text.sentences import sentences

LANGUAGES = ("id", "en", None, "de", "zh", "nowhere")


def split(text: str, language: str | None = "id") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


WHOLE = [
    # figures and names with a point
    "Kerugian mencapai Rp1,3 miliar dalam sehari.",
    "Harga tiketnya Rp. 5.000 untuk anak-anak.",
    "Sekitar 11.000 tentara dikirim ke utara.",
    "Prices rose 2.5 percent after v2.0 of the law.",
    "Rapat dimulai pukul 13.38 WIB di balai kota.",
    "Foto itu dimuat Kompas.com dan KOMPAS.TV kemarin.",
    "Ia membuka Surat.Com pagi ini.",
    "Daftarnya ada di warta.Kabar.id sejak kemarin.",
    # before a name
    "Menurut Dr. Lim, air akan surut.",
    "Prof. Dr. H. Ahmad membuka acara itu.",
    "Kantor di Jl. Sudirman dan Gg. Mawar ditutup.",
    "Warga Kec. Menteng dan Kab. Bogor mengungsi.",
    "Laba PT. Semen naik.",
    "Saham PT Semen Tbk. rugi sehari penuh.",
    "Animasi itu buatan Rumah Gambar Sdn. Bhd. dari Johor.",
    "Presiden H. M. Soeharto hadir bersama J. B. Sumarlin.",
    "Kapal itu milik keluarga A. I. A. Salim.",
    "Jenderal (Purn.) Budi tidak hadir.",
    "The road to St. Petersburg was closed.",
    "Gen. Smith and Mr. Kim met Sen. Jones.",
    "The case of Brown v. Jones is famous.",
    "Shares of Apple Inc. Chief Tim Budi fell.",
    "He joined the U.S. Navy after school.",
    # titles, ranks and degrees
    "Sapi itu diperiksa drh. Lintang Arum dan drg. Nuri Sawit.",
    "Operasi dipimpin dr. Bayu Cakra, Sp. OG. dari rumah sakit itu.",
    "Obat itu diracik apt. Mira Tanjung di apotek.",
    "Rilis itu disusun Ns. Dewi Laut, S.Kep. kemarin.",
    "Misa dipimpin Rm. Anton dan Pdt. Yosua.",
    "Komandan kodim, Letkol Czi. Damar Hitam, hadir.",
    "Marinir dipimpin Kolonel Mar. Tegar Ombak.",
    "Hadir pula Mayor Arm. (Purn.) Sigit Batu dan Brigjen. Pol. Ratna Awan.",
    "Irjen. Pol. Galih dan AKBP. Surya membuka jalan.",
    "Sumbangan alm. Pak Karto dibagikan di kec. Rambean.",
    "A study by Assoc. Prof. Ann Lee was read.",
    "Staff Sgt. Lee and Pfc. Ray met Lt. Cmdr. Hall.",
    # before a figure
    "Loket buka pk. 07.30 dan tutup pkl. 15.00 WIB.",
    "Pendaftaran lewat telp. (021) 555-0100 dibuka.",
    "The mill, est. 1923, was sold.",
    "Rumah No. 5 terbakar.",
    "Lihat hlm. 5 dan hal. 7 buku itu.",
    "On Sept. 5 and Nov. 21 the shops are closed.",
    "Lihat Pasal. IV undang-undang itu.",
    # before lower case
    "Surat itu a.n. Budi dan kawannya.",
    "Andi dkk. hadir lebih awal.",
    "Beras, gula, dll. yang mahal dicari warga.",
    "Some fruit, e.g. this apple, i.e. The Apple, is red.",
    "The U.S. troops left at 5 p.m. on Monday.",
    "They arrived at 5 p.m. Monday.",
    "Acara dimulai 7 p.m. WIB di stadion.",
    "Laga Indonesia vs. Brasil ditunda.",
    "Ia ragu … tetapi akhirnya pergi.",
    "Ia ragu... tetapi akhirnya pergi.",
    # before what is no word
    "Ia lahir di Solo (d. 1990 M.), lalu pindah.",
    "Ia ragu ... , lalu pergi.",
    # quotations and brackets
    "“Kami datang. Kami pulang,” kata Lim.",
    '"Kami datang. Kami pulang," kata Lim.',
    "‘We came. We left,’ said Mr. Kim.",
    "‘We came. They don’t. We left,’ said Mr. Kim.",
    "“Apa? Ya! Tidak,” jawab Lim.",
    "“Kapan kami pulang?” tanya Lim.",
    "“Kapan? Kapan kami pulang?” tanya Lim.",
    "“We came. We won!” Mr. Kim said.",
    "Lim (ia sakit. Ia lelah) tidak hadir.",
    "Lim, “Saya sakit. Saya lelah”, tidak hadir.",
    # lists
    "1. Satu",
    "a. Satu hal",
    "IV. Pendahuluan",
    # lines
    "Ia datang\ndengan kapal\r\ndari Ambon.",
]
WHOLE_ALONE = [
    "SEOUL, KOMPAS.TV — Korea Utara mengirim surat.",
    "JAKARTA, KOMPAS. Presiden tiba pagi ini.",
    "BANDA ACEH, Kompas. Gempa terasa semalam.",
    "tanpa tanda baca sama sekali",
    "😀😀 🎉",
    "...",
    "?!",
    "Ia pergi. ”",
]


@pytest.mark.parametrize("text", WHOLE + WHOLE_ALONE)
def test_stays_whole(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize("text", WHOLE)
def test_stays_whole_between_others(text: str) -> None:
    assert split(f"Hujan turun. {text}\n\nBanjir datang.") == ["Hujan turun.", text, "Banjir datang."]


CUT = [
    "Hujan turun. | Banjir datang.",
    "Apa? | Ya! | Tidak.",
    "Hujan turun pada 2024. | Ia pergi. | 5 orang tewas.",
    "Pabrik itu milik PT Semen Tbk. | Perusahaan itu rugi.",
    "It ended at 5 p.m. | The minister left.",
    "Ada beras, gula, dan lain-lain dll. | Mereka pulang.",
    "Hadir pula Andi dkk. | Mereka pulang.",
    "He lives in the U.S. | The house is new.",
    "She works at Apple Inc. | The firm grew.",
    "Perang Dunia I. | Pada saat itu ia lahir.",
    "Terjadi pada 3 Mar. | Banjir surut.",
    "Ia membeli saham Arm. | Perusahaan lain turun.",
    "The plan was apt. | The mayor agreed.",
    "It opens at 9 a.m. EST. | Officials said so.",
    "Ia pensiun dari TNI Laut. | Budi menggantikannya.",
    "Harganya 50 sen. | Mata uang itu baru.",
    "Banyak hal. | Ia lupa.",
    "Ia ragu … | Tetapi ia pergi.",
    "Ia diam... | Lalu ia pergi.",
    "“Kami datang.” | Lim pergi.",
    "“Kami datang. | Kami pulang.” | Lim lalu pergi.",
    "“Kami datang,” kata Lim. | “Kami pulang.”",
    "Ia pulang. | (Foto: Antara.) | Hujan turun.",
    "Hujan turun.[1] | Banjir datang. [2] | Ia pergi.[3][4]",
    "Hujan turun. | iPhone itu basah. | e-KTP hilang.",
    "Hujan turun. | 😀 Ia senang.",
    "Hujan turun. | $5 juta hilang.",
    "Air naik di Yerusalem. | ia lalu pergi.",  # somebody forgot the capital
    "Air naik.|Kemudian surut.",  # or the space
    "Air naik.[1]|Kemudian surut.",
    "Album itu terbit pada 1996. | lagunya dua belas.",
    "hujan turun. | ia pergi.",
    "itu es. | ini teh.",  # no capital anywhere
    "Hujan turun. | NATO, PBB. | Mereka diam.",
    "BANJIR DATANG. | WARGA PERGI.",
    "NATO, PBB BERTEMU. | MEREKA SEPAKAT.",
    "北京下雨。|上海没有。",
    "क्या हुआ। | वह गया।",
    "هل جاء؟ | نعم جاء.",
]


@pytest.mark.parametrize("text", CUT)
def test_ends_here(text: str) -> None:
    parts = [part.strip() for part in text.split("|")]
    whole = text.replace(" | ", " ").replace("|", "")
    assert split(whole) == parts
    assert split(whole, None) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Judul berita\n\nIsi berita", ["Judul berita", "Isi berita"]),
        ("Judul\r\n\r\nIsi\r\nberita\n \n\tAkhir", ["Judul", "Isi\r\nberita", "Akhir"]),
        ("Satu.\u2029dua", ["Satu.", "dua"]),
        ("Dr.\n\nLim", ["Dr.", "Lim"]),
        ("Ada tiga:\n1. Satu\n2. Dua hal\n- Tiga", ["Ada tiga:", "1. Satu", "2. Dua hal", "- Tiga"]),
        ("  Satu.  Dua.\n", ["Satu.", "Dua."]),
        ("", []),
        (" \n\n\t ", []),
    ],
)
def test_lines_and_paragraphs(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_a_speech_is_not_one_sentence() -> None:
    speech = [f"Kalimat nomor {number} sudah selesai." for number in range(6)]
    assert split(f"“{' '.join(speech)} Sudah,” kata Lim.") == ["“" + speech[0], *speech[1:], "Sudah,” kata Lim."]


def test_a_speech_of_two_long_sentences_is_not_one() -> None:
    long = "Kami " + "sangat " * 40 + "lelah"
    assert split(f"“{long}. {long},” kata Lim.") == [f"“{long}.", f"{long},” kata Lim."]


def test_inches_open_no_quotation() -> None:
    assert split('Layar 5" itu baru. "Satu. Dua," kata Lim.') == ['Layar 5" itu baru.', '"Satu. Dua," kata Lim.']


@pytest.mark.parametrize("mark", ["“", '"', "(", "‘", "«", "["])
def test_a_quotation_that_is_never_closed_holds_nothing_together(mark: str) -> None:
    assert split(f"{mark}Satu pergi. Dua datang. Tiga pulang, kata Lim.") == [
        f"{mark}Satu pergi.",
        "Dua datang.",
        "Tiga pulang, kata Lim.",
    ]


def test_a_quotation_ends_with_its_paragraph() -> None:
    assert split("“Satu pergi. Dua datang.\n\nTiga,” kata Lim.") == ["“Satu pergi.", "Dua datang.", "Tiga,” kata Lim."]


def test_other_languages_have_their_own_rules() -> None:
    text = "Am 5. Oktober kam er z.B. nach Bonn. Es regnete."
    assert split(text, "de") == ["Am 5. Oktober kam er z.B. nach Bonn.", "Es regnete."]
    assert split("Es regnete\n\nEr kam", "de") == ["Es regnete", "Er kam"]


def test_a_quotation_of_another_language_ends_with_its_paragraph() -> None:
    text = "Er rief: „Eins ist da.\u2029Es regnete. Er sagte: “Ja."
    assert split(text, "de") == ["Er rief: „Eins ist da.", "Es regnete.", "Er sagte: “Ja."]


def test_a_quotation_of_another_language_holds_no_book_together() -> None:
    found = split("Er rief: „" + "Es regnete in Bonn. " * 3000 + "“ Er kam.", "de")
    assert len(found) > 2000
    assert all(len(sentence) < 15_000 for sentence in found)


@given(st.lists(st.integers(1, 400), min_size=200, max_size=300))
@settings(max_examples=20, phases=[Phase.generate])
def test_a_long_paragraph_of_another_language_has_the_sentences_that_it_is_made_of(lengths: list[int]) -> None:
    made = [f"Es {'w' * length} am 5. Mai in Bonn." for length in lengths]
    assert split(" ".join(made), "de") == made


# Arbitrary characters seldom make a border, so these words are among them.
WORDS = ["Ia", "pergi", "Dr", "No", "5", "U.S", "p.m", "[1]", "é", "👍🏽", "𝔎", "\u0301", "\u200d", "\ud800"]
MARKS = ["“", "”", '"', "(", ")", ".", "...", "?", "!", "…", "。", ",", "- "]
SPACES = [" ", "\n", "\n\n", "\r\n", "\u2029", "\t", "\u00a0"]
PARTS = st.sampled_from([*WORDS, *MARKS, *SPACES])
TEXTS = st.one_of(st.text(), st.lists(PARTS, max_size=60).map("".join))


@given(TEXTS, st.sampled_from(LANGUAGES))
@example("\u0301." * 50, "id")
@example("\ud83d. \ude00", "de")
def test_nothing_but_white_space_lies_outside(text: str, language: str | None) -> None:
    previous = 0
    for start, end in sentences(text, language):
        assert previous <= start < end
        assert not text[previous:start].strip()
        assert text[start:end] == text[start:end].strip()
        previous = end
    assert not text[previous:].strip()


@pytest.mark.parametrize("language", ["id", "de", "zh"])
@pytest.mark.parametrize(
    "part", [".", ". ", '."', "x", "\n", "A.", '"Ya. ', "(", "“", "„a ", "['", ". [a", "1. ", "\u0301", "." + " " * 99]
)
def test_a_long_text_of_one_kind_is_read(part: str, language: str) -> None:
    text = part * (200_000 // len(part))
    assert "".join("".join(split(text, language)).split()) == "".join(text.split())
