"""Indonesian questions get English words, and keep their names."""

from __future__ import annotations

import random

from training.glossary import in_english


def test_words_are_put_into_english_and_names_stay() -> None:
    question = "Berapa banyak tentara yang dikirim dari Lowen ke Kursk?"
    assert in_english(question, 1.0, random.Random(7)) == "How many soldiers that sent from Lowen to Kursk?"
    assert in_english(question, 0.0, random.Random(7)) == question
    some = {in_english(question, 0.5, random.Random(seed)) for seed in range(9)}
    assert len(some) > 3
