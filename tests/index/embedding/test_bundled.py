"""The embedded model as Kabar runs it, held against torch and against the tokenizer that others use."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kabar_process import REPOSITORY
from tokenizers import Tokenizer

from index.embedding.bundled import BundledEmbedder
from index.embedding.weights import read_weights, weights_path
from index.types import Embedder, Vectors


@pytest.fixture(scope="session")
def tokenizer(exported: Path) -> Tokenizer:
    return Tokenizer.from_file(str(exported / "tokenizer.json"))


def test_our_vectors_agree_with_torch(bundled: Embedder, texts: list[str], reference: Vectors) -> None:
    ours = np.concatenate([bundled.embed_passages(texts), [bundled.embed_question(text) for text in texts]])
    assert (reference * ours).sum(axis=1).min() >= 0.999


def test_a_vector_is_the_same_to_the_bit_whatever_else_is_embedded(bundled: Embedder, texts: list[str]) -> None:
    together = bundled.embed_passages(texts)
    assert all(
        np.array_equal(bundled.embed_passages([text])[0], vector) for text, vector in zip(texts, together, strict=True)
    )


def test_both_tokenizers_cut_alike_in_every_script(bundled: Embedder, tokenizer: Tokenizer, texts: list[str]) -> None:
    pieces = [piece for piece, _score in read_weights(weights_path()).vocabulary[4:-1]]
    random.Random(5).shuffle(pieces)
    cases = ["".join(pieces[at : at + 40]).replace("▁", " ") for at in range(0, len(pieces), 40)]
    cases += [path.read_text("utf-8") for path in (REPOSITORY / "articles").rglob("*.*")] + texts
    assert isinstance(bundled, BundledEmbedder)
    cut = bundled._vocabulary.cut
    different = [text for text in cases if cut(text) != tokenizer.encode(text, add_special_tokens=False).ids]
    assert (len(cases) > 6000, different) == (True, [])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_both_tokenizers_cut_any_text_alike(bundled: Embedder, tokenizer: Tokenizer, text: str) -> None:
    assert isinstance(bundled, BundledEmbedder)
    assert bundled._vocabulary.cut(text) == tokenizer.encode(text, add_special_tokens=False).ids


def test_vectors_have_length_one(bundled: Embedder, texts: list[str]) -> None:
    assert bundled.dimension == 384
    assert np.linalg.norm(bundled.embed_passages(texts), axis=1) == pytest.approx(1, abs=1e-5)
    assert bundled.embed_passages([]).shape == (0, 384)


def test_texts_mean_across_languages(bundled: Embedder) -> None:
    passages = [
        "Sebanyak 312 pedagang menempati kios baru di pasar itu.",
        "Konser orkestra remaja digelar di lima pulau.",
        "Pelabuhan membeli derek kedua seharga 4,2 juta euro.",
    ]
    scores = bundled.embed_passages(passages) @ bundled.embed_question("How much did the harbour pay for the crane?")
    assert int(scores.argmax()) == 2


def test_counting_tokens_leaves_out_the_special_ones(bundled: Embedder, tokenizer: Tokenizer, texts: list[str]) -> None:
    assert bundled.count_tokens([*texts, ""]) == [
        len(tokenizer.encode(text, add_special_tokens=False).ids) for text in [*texts, ""]
    ]
    assert bundled.count_tokens([]) == []


def test_half_a_surrogate_pair_is_read_as_a_question_mark(bundled: Embedder) -> None:
    assert isinstance(bundled, BundledEmbedder)
    for cut in (bundled._vocabulary.cut, bundled._vocabulary.cut_in_place):
        assert cut("who won \ud83d the cup") == cut("who won ? the cup")
    assert np.array_equal(bundled.embed_question("who\udc00"), bundled.embed_question("who?"))
