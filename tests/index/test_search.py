"""Meaning and words, fused: rankings that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_articles import HARBOUR

from index.build import build
from index.embedding.hashing import HashEmbedder
from index.search import KEYWORD_WEIGHT, Searcher
from index.store.snapshots import Snapshot, open_current
from index.types import Filter


def test_the_best_passage_comes_first_with_its_scores(snapshot: Snapshot) -> None:
    found = Searcher(snapshot.store, HashEmbedder()).search("second crane of the harbour", 3)
    assert found[0].article == "harbour"
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    for passage in found:
        assert passage.score == pytest.approx((1 - KEYWORD_WEIGHT) * passage.dense + KEYWORD_WEIGHT * passage.keyword)
        assert 0 <= passage.keyword <= 1


def test_the_dense_score_is_the_cosine_with_the_passage_and_its_title(snapshot: Snapshot) -> None:
    embedder, question = HashEmbedder(), "Biaya pembangunan kios"
    found = Searcher(snapshot.store, embedder).search(question, 3)
    assert len(found) == 3
    for passage in found:
        vector = embedder.embed_passages([f"{passage.title}\n{passage.text}"])[0]
        assert passage.dense == pytest.approx(float(vector @ embedder.embed_question(question)), abs=1e-3)


def test_the_weight_decides_between_meaning_and_words(snapshot: Snapshot) -> None:
    question = "second crane violinist"
    for weight, key in ((0.0, "dense"), (1.0, "keyword")):
        found = Searcher(snapshot.store, HashEmbedder(), weight).search(question, 3)
        scores = [getattr(passage, key) for passage in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > scores[-1]


def test_no_more_passages_are_given_than_asked_for_or_than_there_are(snapshot: Snapshot) -> None:
    searcher = Searcher(snapshot.store, HashEmbedder())
    assert len(searcher.search("crane", 1)) == 1
    assert len(searcher.search("crane", 500)) == snapshot.manifest.chunks


@pytest.mark.parametrize("question", ["", "   ", "?", "\0", "😀", "zzz" * 1000])
def test_any_text_can_be_searched_for(snapshot: Snapshot, question: str) -> None:
    assert len(Searcher(snapshot.store, HashEmbedder()).search(question, 2)) == 2


def test_copies_of_one_story_leave_room_for_others(articles_dir: Path, tmp_path: Path) -> None:
    for edition in ("morning", "noon", "evening", "night", "late", "last"):
        headline = HARBOUR.replace("Harbour of Lowen gets", f"The {edition} edition: harbour of Lowen gets")
        (articles_dir / f"{edition}.txt").write_text(f"{headline}\nOnly the {edition} edition ends like this.\n")
    (articles_dir / "another.txt").write_text(HARBOUR.replace("80 tonnes", "95 tonnes"))
    build([articles_dir], tmp_path / "copies", HashEmbedder())
    with open_current(tmp_path / "copies") as copies:
        searcher = Searcher(copies.store, HashEmbedder())
        five = [passage.article for passage in searcher.search("second crane of the harbour", 5)]
        every = [passage.article for passage in searcher.search("second crane of the harbour", 100)]
    assert {"another", "market", "orchestra"} <= set(five)  # other figures are another story
    assert len(every) == copies.manifest.chunks


def test_a_filter_leaves_k_passages_whenever_k_exist(snapshot: Snapshot) -> None:
    searcher = Searcher(snapshot.store, HashEmbedder())
    only = Filter(languages=frozenset({"en"}))
    found = searcher.search("Biaya pembangunan kios", snapshot.manifest.chunks, only)
    assert {passage.article for passage in found} == {"harbour", "orchestra"}
