"""What differs in a figure, a name or a "not" is wrong, whatever else it shares."""

from __future__ import annotations

import pytest

from bot.evaluation.rightness import is_right


@pytest.mark.parametrize(("answer", "right"), [
    ("sekitar 11.000 tentara Korea Utara", "11.000 tentara"),
    ("Ada Brink", "Mayor Ada Brink"),
    ("Rp 92.000 per sak", "Rp92.000 per sak"),
    ("pukul 07.00 WIB", "pukul 07.00"),
    ("tidak berpotensi tsunami", "tidak berpotensi tsunami"),
    ("karena hujan deras", "hujan deras"),
])  # fmt: skip
def test_more_or_fewer_words_are_right(answer: str, right: str) -> None:
    assert is_right(answer, ["Lowen", right], "id")
    assert is_right(right, [answer], "id")


@pytest.mark.parametrize(("answer", "right"), [
    ("Rp 90.000 per sak", "Rp 92.000 per sak"),
    ("Ada Mori", "Ada Brink"),
    ("tidak berpotensi tsunami", "berpotensi tsunami"),
    ("Rp2 miliar", "Rp2 miliar dan 3 tiket"),
    ("delapan kios besar", "delapan rumah besar di tepi sungai"),
    (None, "Ada Brink"),
])  # fmt: skip
def test_what_differs_is_wrong(answer: str | None, right: str) -> None:
    assert not is_right(answer, [right], "id")
    assert not is_right(right, [answer or ""], "id")


def test_nothing_is_right_where_nothing_is_said() -> None:
    assert not is_right("Ada Brink", [])
