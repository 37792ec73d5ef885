"""The store finds what plain arithmetic finds."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import thread_time

import numpy as np
import pytest

from index.store.disk import COMMON_SHARE, MANY_CHUNKS, DiskStore
from index.store.schema import FREQUENT, LATER_COLUMNS, Entry
from index.store.writer import StoreWriter
from index.types import Article, Chunk, Filter, Vectors

DIMENSION = 8


def article(number: int, *texts: str, **facts: object) -> tuple[Article, list[Chunk]]:
    chunks, start = [], 0
    for text in texts:
        chunks.append(Chunk(start, start + len(text), text, ((0, len(text)),)))
        start += len(text) + 2
    return Article(f"a{number}", f"Title {number}", "\n\n".join(texts), f"a{number}.txt", **facts), chunks  # type: ignore[arg-type]


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def write(folder: Path, *articles: tuple[Article, list[Chunk]]) -> tuple[DiskStore, Vectors]:
    vectors = unit_vectors(sum(len(chunks) for _, chunks in articles))
    writer, row = StoreWriter(folder, DIMENSION), 0
    for one, _ in articles:
        writer.add_article(Entry(one, one.text.encode(), b""))
    for (number, one), (_, chunks) in zip(list(writer.articles()), articles, strict=True):
        digests = [chunk.text.encode() for chunk in chunks]
        writer.add_chunks(number, one.title, chunks, digests, vectors[row : row + len(chunks)])
        row += len(chunks)
    writer.close()
    return DiskStore(folder), vectors


def test_nearest_is_what_brute_force_finds(tmp_path: Path) -> None:
    store, vectors = write(tmp_path, *(article(n, "one", "two", "three") for n in range(40)))
    for question in unit_vectors(20, seed=1):
        exact = vectors.astype(np.float16).astype(np.float32) @ question
        found = store.nearest(question, 10)
        assert [row for row, _ in found] == list(np.argsort(-exact)[:10])
        assert [score for _, score in found] == pytest.approx(sorted(exact, reverse=True)[:10], abs=1e-3)


def test_cosines_are_those_of_the_rows(tmp_path: Path) -> None:
    store, vectors = write(tmp_path, *(article(n, "text") for n in range(5)))
    question = unit_vectors(1, seed=2)[0]
    assert store.cosines(question, [4, 0]) == pytest.approx([vectors[4] @ question, vectors[0] @ question], abs=1e-3)
    assert store.cosines(question, []) == []


def test_more_rows_than_there_are_cannot_be_found(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(0, "only one"))
    assert len(store.nearest(unit_vectors(1)[0], 50)) == 1


def test_matching_scores_are_the_share_of_the_best_possible_bm25(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(0, "apple banana"), article(1, "apple cherry"), article(2, "durian elder"))
    [(row, score)] = store.matching("banana", 5)
    # BM25 (Robertson and Zaragoza 2009, equation 3.15): k1 = 1.2, b = 0.75; every chunk has four words with its title.
    assert row == 0
    assert score == pytest.approx(1 / 2.2, abs=1e-6)
    assert dict(store.matching("banana zebra", 5))[0] < score  # what no chunk says cannot be matched
    assert store.matching("zebra", 5) == []


def test_matching_folds_case_and_diacritics(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(0, "Café Zürich"), article(1, "other words"))
    assert [row for row, _ in store.matching("CAFE", 5)] == [0]
    assert store.matching("café", 5) == store.matching("cafe", 5)


@pytest.mark.parametrize("question", ['" OR *', "NEAR(a b)", "a AND NOT", "text:one", "-one ^two", "'", "", "()", "\0"])
def test_a_question_is_no_command_to_the_keyword_search(tmp_path: Path, question: str) -> None:
    store, _ = write(tmp_path, article(0, "one two"), article(1, "three"))
    assert all(0 <= score <= 1 for _, score in store.matching(question, 5))


def test_a_book_for_a_question_is_cut_short(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(0, "needle here"), article(1, "nothing"))
    assert [row for row, _ in store.matching("needle " + " ".join(f"word{n}" for n in range(5000)), 5)] == [0]


def test_common_words_are_dropped_in_a_large_corpus_only(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "large").mkdir()
    small, _ = write(tmp_path / "small", *(article(n, "common") for n in range(10)), article(99, "rare"))
    large, _ = write(
        tmp_path / "large",
        *(article(n, "common" if n % (COMMON_SHARE - 2) == 0 else "other") for n in range(MANY_CHUNKS)),
        article(MANY_CHUNKS, "rare"),
    )
    assert small.matching("common", 5)
    assert large.matching("common", 5) == []
    assert [row for row, _ in large.matching("rare common", 5)] == [MANY_CHUNKS]


def test_passages_come_in_the_order_asked_with_all_that_is_known(tmp_path: Path) -> None:
    facts = {"published": date(2024, 11, 21), "url": "https://example.org/a", "language": "id"}
    store, _ = write(tmp_path, article(0, "pertama 😀", "kedua"), article(1, "third", **facts))
    third, second = store.passages([2, 1])
    assert (third.article, third.title, third.published, third.url, third.path, third.language) == (
        "a1", "Title 1", date(2024, 11, 21), "https://example.org/a", "a1.txt", "id",
    )  # fmt: skip
    assert (second.text, second.start, second.end, second.sentences) == ("kedua", 11, 16, ((0, 5),))


def test_an_article_comes_back_as_it_was_put_in(tmp_path: Path) -> None:
    first, chunks = article(0, "eins", "zwei", author="Ada", published=date(2024, 1, 2))
    store, vectors = write(tmp_path, article(7, "before"), (first, chunks))
    stored = vectors[1:].astype(np.float16).astype(np.float32)
    assert store.article("a0") == first
    assert store.article("unknown") is None
    kept, digests, rows = store.cut(first)
    assert (kept, digests) == (chunks, [b"eins", b"zwei"])
    assert np.array_equal(rows, stored)
    assert np.array_equal(store.vectors([2, 1]), stored[::-1])


def test_rows_are_found_by_the_text_that_the_model_was_given(tmp_path: Path) -> None:
    store, _ = write(tmp_path, *(article(n, f"text {n}") for n in range(1200)))
    asked = [f"text {n}".encode() for n in range(0, 2400, 2)]
    assert store.rows_of(asked) == {f"text {n}".encode(): n for n in range(0, 1200, 2)}


FILTERED = [
    ({"published": date(2024, 1, 1), "language": "id"}, 0),
    ({"published": date(2024, 1, 2), "language": "en"}, 1),
    ({"published": date(2024, 1, 3), "language": "id"}, 2),
    ({"language": "en"}, 3),
]
FILTERS = [
    (Filter(since=date(2024, 1, 2)), {1, 2}),
    (Filter(until=date(2024, 1, 2)), {0, 1}),
    (Filter(since=date(2024, 1, 2), until=date(2024, 1, 2)), {1}),
    (Filter(languages=frozenset({"id"})), {0, 2}),
    (Filter(languages=frozenset({"en", "id"})), {0, 1, 2, 3}),
    (Filter(articles=frozenset({"a1", "a3", "unknown"})), {1, 3}),
    (Filter(articles=frozenset({"a1", "a3"}), since=date(2020, 1, 1)), {1}),
    (Filter(since=date(2025, 1, 1)), set()),
    (Filter(articles=frozenset({"unknown"})), set()),
]


@pytest.mark.parametrize(("only", "passing"), FILTERS)
def test_a_filter_lets_pass_what_it_says_and_all_of_it(tmp_path: Path, only: Filter, passing: set[int]) -> None:
    store, vectors = write(tmp_path, *(article(n, "apple", "apple pie", **facts) for facts, n in FILTERED))
    rows = {row for number in passing for row in (2 * number, 2 * number + 1)}
    question = unit_vectors(1, seed=4)[0]
    exact = vectors.astype(np.float16).astype(np.float32) @ question
    assert [row for row, _ in store.nearest(question, 8, only)] == sorted(rows, key=lambda row: -exact[row])
    assert {row for row, _ in store.matching("apple", 8, only)} == rows


def test_a_rare_article_is_found_by_its_words_behind_a_thousand_better_ones(tmp_path: Path) -> None:
    many = (article(n, f"apple w{n}", published=date(2024, 1, 1)) for n in range(900))
    store, _ = write(tmp_path, *many, article(900, "apple " + "other " * 50, published=date(2020, 1, 1)))
    old = Filter(until=date(2023, 1, 1))
    assert [row for row, _ in store.matching("apple", 5, old)] == [900]
    assert [row for row, _ in store.nearest(unit_vectors(1)[0], 5, old)] == [900]


def test_articles_are_listed_newest_first_and_undated_last(tmp_path: Path) -> None:
    store, _ = write(
        tmp_path,
        article(0, "x"),
        article(1, "x", published=date(2023, 1, 1)),
        article(2, "x", "y", published=date(2024, 1, 1)),
    )
    assert [(listed.article.id, listed.chunks) for listed in store.articles()] == [("a2", 2), ("a1", 1), ("a0", 1)]
    assert store.newest() == date(2024, 1, 1)


def test_many_threads_may_ask_at_once(tmp_path: Path) -> None:
    store, _ = write(tmp_path, *(article(n, f"word{n} common") for n in range(50)))
    questions = unit_vectors(50, seed=3)

    def ask(number: int) -> tuple[object, object, object]:
        return store.nearest(questions[number], 3), store.matching(f"word{number}", 3), store.passages([number])

    alone = [ask(number) for number in range(50)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(50))) == alone


def test_words_are_counted_by_chunks_however_they_are_written(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(0, "Café, café!", "tea"), article(1, "CAFÉ"))
    assert store.vocabulary.counts(["cafe", "Café", "tea", "coffee", "title"]) == {
        "cafe": 2, "Café": 2, "tea": 1, "coffee": 0, "title": 3,
    }  # fmt: skip
    assert store.vocabulary.counts(f"word{n}" for n in range(1200)) == {f"word{n}": 0 for n in range(1200)}


def test_frequent_words_are_counted_like_all_others(tmp_path: Path) -> None:
    store, _ = write(tmp_path, *(article(n, "harbour" if n % 3 else "market") for n in range(3 * FREQUENT // 2)))
    assert store.vocabulary.counts(["harbour", "market"]) == {"harbour": FREQUENT, "market": FREQUENT // 2}
    assert store.vocabulary.near("harbuor") == {"harbour": FREQUENT}


SLIPS = [
    ("lowenburg", "a letter too few", "loenburg"),
    ("lowenburg", "a letter too much", "lowwenburg"),
    ("lowenburg", "two that changed places", "lowenbrug"),
    ("lowenburg", "the first two", "olwenburg"),
    ("lowenburg", "one beside it", "lowenvurg"),
    ("lowenburg", "in a long word any", "lowenxurg"),
    ("brink", "one that sounds alike", "brinc"),
]
NO_SLIPS = [
    ("lowenburg", "two places", "lwenbrug"),
    ("brink", "in a short word any", "bripk"),
    ("brink", "the first letter", "vrink"),
    ("brink", "itself", "brink"),
]


@pytest.mark.parametrize(("word", "what", "slip"), SLIPS)
def test_a_word_is_found_by_a_slip_of_it(tmp_path: Path, word: str, what: str, slip: str) -> None:
    store, _ = write(tmp_path, article(0, "Brink saw Lowenburg"))
    assert store.vocabulary.near(slip) == {word: 1}


@pytest.mark.parametrize(("word", "what", "slip"), NO_SLIPS)
def test_other_words_are_no_slips(tmp_path: Path, word: str, what: str, slip: str) -> None:
    store, _ = write(tmp_path, article(0, "Brink saw Lowenburg"))
    assert store.vocabulary.near(slip) == {}


def test_the_most_frequent_of_near_words_comes_first(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(0, "Lowen Lowan", "Lowan"), article(1, "lowan lowenburg"))
    assert list(store.vocabulary.near("lowsn").items()) == [("lowan", 3), ("lowen", 1)]


@pytest.mark.parametrize("word", ["", "a", '"', "x" * 500, "日本語", "é"])
def test_any_word_may_be_looked_up(tmp_path: Path, word: str) -> None:
    store, _ = write(tmp_path, article(0, "text"))
    assert store.vocabulary.near(word) == {}
    assert store.vocabulary.written(word) is None
    assert store.vocabulary.counts([word]) == {word: 0}


@pytest.mark.parametrize(
    ("text", "word", "written"),
    [
        (
            "Kapal itu tiba. Presiden Brink datang bersama PRESIDEN itu, presiden baru, presiden lama.",
            "presiden",
            "presiden",
        ),
        ("Di sana KTT dibuka. Ktt itu ramai.", "ktt", "KTT"),
        ("Brink came. “Brink spoke.", "brink", "Brink"),
        ("Kopi mahal.", "kopi", "Kopi"),
        ("In Zürich it rains", "zurich", "Zürich"),
        ("nothing of it", "title", "Title"),
    ],
)
def test_a_word_is_written_as_it_mostly_stands_within_sentences(
    tmp_path: Path, text: str, word: str, written: str
) -> None:
    store, _ = write(tmp_path, article(0, text))
    assert store.vocabulary.written(word) == written


def test_an_unfinished_store_leaves_no_open_file(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path, DIMENSION)
    one, chunks = article(0, "text")
    writer.add_article(Entry(one, b"", b""))
    writer.add_chunks(1, one.title, chunks, [b""], unit_vectors(1))
    writer.abandon()
    assert not (tmp_path / "vectors.faiss").exists()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        writer.add_article(Entry(one, b"", b""))


def test_many_passages_of_a_long_article_take_as_long_as_one(tmp_path: Path) -> None:
    store, _ = write(tmp_path, article(1, *(f"{number} towers" * 150 for number in range(5_000))))

    def seconds(rows: range) -> float:
        """Of processor time, at best."""
        took = []
        for _ in range(5):
            start = thread_time()
            assert [passage.text.split()[0] for passage in store.passages(rows)] == list(map(str, rows))
            took.append(thread_time() - start)
        return min(took)

    assert seconds(range(4_950, 5_000)) < 10 * seconds(range(4_999, 5_000))


def test_a_catalogue_from_before_versions_were_told_is_read(tmp_path: Path) -> None:
    write(tmp_path, article(0, "one", published=date(2024, 5, 3)), article(1, "two"))[0].close()
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as catalogue:
        for column in LATER_COLUMNS:
            catalogue.execute(f"ALTER TABLE articles DROP COLUMN {column}")
    catalogue.close()
    store = DiskStore(tmp_path)
    assert [link.stand_in for link in store.links()] == [None, None]
    assert [listed.article.id for listed in store.articles()] == ["a0", "a1"]
    assert store.article("a0") == article(0, "one", published=date(2024, 5, 3))[0]
    assert [passage.text for passage in store.passages([1, 0])] == ["two", "one"]
    assert [headline.article for headline in store.headlines(9)] == ["a0", "a1"]
    assert len(store.indexed()) == 2
