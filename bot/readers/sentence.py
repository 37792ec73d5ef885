"""The sentence nearest in meaning, where there is no shorter answer or no other reader."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bot.questions.language import is_foreign
from bot.questions.understanding import Understood
from bot.readers.types import Reading, logistic
from index.types import Embedder, Passage, Vectors

READ_PASSAGES = 3
"""Whose sentences are embedded; each costs as much as a question."""
CONSTANT, NEARNESS, TENFOLD, FOREIGN = -5.08, 9.58, -0.419, 2.01
"""Logistic regression of "this passage answers the question", fitted on 935 questions over 6 to 7,575 Wikipedia
passages. Nearness counts for it; ten times as many passages count against it, because the best of many comes near by
chance; and a passage in another language is never as near. See benchmarks/abstention.py."""
UNRELATED = {
    "id": (
        "Hujan deras turun sejak pagi dan suhu udara menurun. Tim itu menang tipis setelah gol di menit terakhir.",
        "Bank sentral menahan suku bunga. Rumah sakit menambah dokter dan ruang rawat untuk pasien.",
        "Album baru penyanyi itu terjual di banyak negara. Jalan utama ditutup karena perbaikan jembatan.",
        "Pemilihan kepala daerah diikuti tiga pasangan calon. Gempa kecil terasa tanpa menimbulkan kerusakan.",
    ),
    "en": (
        "The weather stays dry and the temperature rises a little. The home side lost in the final minutes.",
        "Share prices fell slightly at the end of the day. The school opened a new library for its pupils.",
        "The recipe needs rice, coconut milk and a little sugar. Farmers expect a good harvest after the rain.",
        "The company showed a phone with a larger screen. Scientists describe a beetle found in the forest.",
    ),
}
"""Texts that have nothing to do with most questions, by language."""


class SentenceReader:
    """The sentences nearest in meaning to the question; a sentence is its own answer.

    Nearness is how far question and sentence are on the way from "unrelated" (0) to "the same" (1). What the cosine
    of unrelated texts is, a few sentences about everyday news tell for each question: with E5 about 0.75.
    """

    name = "sentence"
    threshold = 0.18

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._unrelated = {language: embedder.embed_passages(texts) for language, texts in UNRELATED.items()}

    def read(self, understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:
        places = _sentences(passages[:READ_PASSAGES])
        if not places:
            return []
        asked = self._embedder.embed_question(understood.question)
        cosines = self._embedder.embed_passages(list(places)) @ asked
        unrelated = [self._unrelated_cosine(asked, passage.language) for passage in passages[:READ_PASSAGES]]
        readings = []
        for (text, (place, number)), cosine in zip(places.items(), cosines, strict=True):
            passage = passages[place]
            nearness = ((float(cosine) + passage.dense) / 2 - unrelated[place]) / (1 - unrelated[place])
            foreign = is_foreign(understood.language, passage.language)
            weighed = CONSTANT + NEARNESS * nearness + TENFOLD * math.log10(among) + FOREIGN * foreign
            readings.append(Reading(place, number, 0, len(text), logistic(weighed), nearness))
        return readings

    def _unrelated_cosine(self, asked: Vectors, language: str | None) -> float:
        """How near to the question texts of this language are that have nothing to do with it."""
        known = self._unrelated.get(language or "")
        return float(((np.concatenate(list(self._unrelated.values())) if known is None else known) @ asked).mean())


def _sentences(passages: Sequence[Passage]) -> dict[str, tuple[int, int]]:
    """Each sentence with the passage it stands in and its number there; the best passage where it stands in several."""
    places: dict[str, tuple[int, int]] = {}
    for place, passage in enumerate(passages):
        for number, (start, end) in enumerate(passage.sentences):
            places.setdefault(passage.text[start:end], (place, number))
    return places
