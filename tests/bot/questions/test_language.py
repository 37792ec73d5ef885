"""What small words tell of a question."""

from __future__ import annotations

import pytest

from bot.questions.language import asks_for_statement, asks_yes_or_no, question_language


@pytest.mark.parametrize(
    ("question", "yes_or_no", "statement"),
    [
        ("Did Kozlov meet Kim Jong Un?", True, True),
        ("apakah sudah ada korban?", True, True),
        ("Apakah Kozlov bertemu Kim Jong Un?", True, True),
        ("Apakah ibu kota Prancis?", False, False),
        ("Apakah jenis hiu terbesar di dunia?", False, False),
        ("Benarkah pasar itu terbakar?", True, True),
        ("Why did prices rise?", False, True),
        ("kenapa harga naik?", False, True),
        ("How is the ferry driven?", False, True),
        ("How many troops were sent?", False, False),
        ("how long does the crossing take?", False, False),
        ("Siapa yang datang?", False, False),
        ("", False, False),
    ],
)
def test_what_kind_of_answer_is_wanted(question: str, yes_or_no: bool, statement: bool) -> None:
    assert (asks_yes_or_no(question), asks_for_statement(question)) == (yes_or_no, statement)


@pytest.mark.parametrize(
    ("question", "language"),
    [("who came to Pyongyang?", "en"), ("siapa yang datang?", "id"), ("Kursk?", None), ("", None)],
)
def test_small_words_tell_the_language(question: str, language: str | None) -> None:
    assert question_language(question) == language
