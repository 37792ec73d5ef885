"""Cases asked of a real index, or of their own contexts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from evaluation_cases import CONTEXTS, CRANE

from bot.answers.answerer import Answerer
from bot.evaluation.cases import Asked, Case
from bot.evaluation.trial import ReadingTrial, Trial, contexts_of, index_of, over_contexts
from bot.questions.understanding import Understood
from bot.readers.sentence import SentenceReader
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import Snapshot, open_current
from index.text.chunking import chunk
from index.types import Passage


def test_a_rank_counts_articles_and_not_passages(snapshot: Snapshot) -> None:
    answerer = Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), 0.18)
    sources = [passage.article for passage in answerer.ask(CRANE).sources]
    trial = Trial(answerer)
    for place, article in enumerate(dict.fromkeys(sources), 1):
        assert trial.outcome(Case(CRANE, ("x",), article)).rank == place
    assert trial.outcome(Case(CRANE, ("x",), "elsewhere")).rank == math.inf
    assert trial.outcome(Case(CRANE, ("x",))).rank is None
    assert trial.outcome(Case(CRANE, (), "harbour")).rank is None  # nothing to be found
    assert trial.strangers([Case("q", (), "harbour"), Case("q", (), "elsewhere")]) == ["elsewhere"]


def test_where_only_a_context_is_known_the_article_with_its_sentences_is_right(snapshot: Snapshot) -> None:
    trial = Trial(Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), 0.18))
    context = "The harbour of Lowen bought a second crane\nfor 4.2 million euros.  It lifts 80 tonnes."
    assert trial.outcome(Case(CRANE, ("x",), context=context)).rank == 1
    assert trial.outcome(Case(CRANE, ("x",), context=context.replace("80", "90"))).rank == math.inf


def test_a_copy_that_is_not_indexed_stands_for_the_article_that_is(articles_dir: Path, tmp_path: Path) -> None:
    (articles_dir / "z-copy.txt").write_text((articles_dir / "harbour.txt").read_text())
    build([articles_dir], tmp_path / "index", HashEmbedder())
    with open_current(tmp_path / "index") as snapshot:
        assert [link[:2] for link in snapshot.store.links() if link[1]] == [("z-copy", "harbour")]
        trial = Trial(Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), 0.18))
        assert trial.outcome(Case(CRANE, ("x",), "z-copy")).rank == 1
        assert trial.strangers([Case("q", (), "z-copy")]) == []


def test_a_follow_up_is_asked_behind_what_was_asked_before(snapshot: Snapshot) -> None:
    reader = Remembering(HashEmbedder())
    trial = Trial(Answerer(snapshot, HashEmbedder(), reader, 0.18))
    trial.outcome(Case("when was it built?", (), before=(Asked("What is the tallest tower here?", "Brink Tower"),)))
    assert reader.question == "when was Brink Tower built?"


class Remembering(SentenceReader):
    """A reader that keeps what it was given."""

    def read(self, understood: Understood, passages: Sequence[Passage], among: int) -> list[Any]:
        self.question, self.passages, self.among = understood.question, list(passages), among
        return list(super().read(understood, passages, among))


def test_reading_gives_the_passages_that_a_build_makes_of_the_context_and_no_others() -> None:
    long = " ".join(f"Keeper number {number} lit the lamp of Torrin in {1800 + number}." for number in range(40))
    cases = over_contexts([Case("Who lit the lamp?", ("Keeper",), context=text) for text in (long, CONTEXTS[0])])
    embedder = HashEmbedder()
    with index_of(contexts_of(cases), embedder, lambda *_: None) as snapshot:
        reader = Remembering(embedder)
        trial = ReadingTrial(Answerer(snapshot, embedder, reader, 0.18), embedder)
        for case in cases:
            assert trial.outcome(case).rank is None
            made = chunk(case.context or "", embedder.count_tokens, "en")
            assert sorted(passage.text for passage in reader.passages) == sorted(one.text for one in made)
            assert reader.among == len(made)
            assert [one.score for one in reader.passages] == sorted(
                (one.score for one in reader.passages), reverse=True
            )
            vectors = embedder.embed_passages([passage.text for passage in reader.passages])
            nearness = vectors @ embedder.embed_question(case.question)
            assert [passage.dense for passage in reader.passages] == pytest.approx(nearness.tolist(), abs=2e-3)
    assert not snapshot.folder.exists()


def test_contexts_keep_their_language_or_have_it_told() -> None:
    told = "Pemerintah kota membuka kembali pasar lama setelah perbaikan yang berlangsung selama dua tahun penuh."
    with index_of({CONTEXTS[0]: "fr", told: ""}, HashEmbedder(), lambda *_: None) as snapshot:
        assert {listed.article.text: listed.article.language for listed in snapshot.store.articles()} == {
            CONTEXTS[0]: "fr",
            told: "id",
        }
