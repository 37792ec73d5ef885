"""Every embedder keeps the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xxhash

from index.embedding.hashing import HashEmbedder
from index.embedding.huggingface import SentenceTransformerEmbedder
from index.embedding.loading import load_embedder
from index.types import Embedder, ModelError

TEXTS = ["The harbour bought a crane.", "Pasar dibuka kembali.", "crane", "", "😀 123", "word " * 400]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=90, special_tokens=["[PAD]", "[UNK]"]))
    torch.manual_seed(3)
    trunk, folder = tmp_path_factory.mktemp("trunk"), tmp_path_factory.mktemp("tiny")
    config = BertConfig(vocab_size=90, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(config).save_pretrained(trunk)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(trunk)
    module = Transformer(str(trunk))
    prompts = {"query": "crane ", "document": ""}
    SentenceTransformer(modules=[module, Pooling(16)], prompts=prompts, device="cpu").save(str(folder))
    return folder


@pytest.fixture(params=["hash", "folder", "bundled"])
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    if request.param == "hash":
        yield HashEmbedder()
    elif request.param == "folder":
        yield load_embedder(str(request.getfixturevalue("tiny_model")), Path("unused"))
    else:
        yield request.getfixturevalue("bundled")


def test_vectors_are_unit_vectors_of_the_dimension(embedder: Embedder) -> None:
    vectors = embedder.embed_passages([text for text in TEXTS if text])
    assert vectors.shape == (len(TEXTS) - 1, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(embedder.embed_question("crane")) == pytest.approx(1, abs=1e-4)
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


def test_a_vector_does_not_depend_on_its_neighbours(embedder: Embedder) -> None:
    texts = [text for text in TEXTS if text]
    together, alone = embedder.embed_passages(texts), [embedder.embed_passages([text])[0] for text in texts]
    assert np.abs(together - np.stack(alone)).max() < 1e-4


def test_tokens_are_counted_text_by_text(embedder: Embedder) -> None:
    counts = embedder.count_tokens(TEXTS)
    assert counts == [embedder.count_tokens([text])[0] for text in TEXTS]
    assert counts[3] == 0
    assert counts[5] > counts[0] > 0


def test_many_threads_may_embed_at_once(embedder: Embedder) -> None:
    questions = [f"crane {'word ' * (number % 7)}" for number in range(40)]
    alone = [embedder.embed_question(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert np.abs(np.stack(list(pool.map(embedder.embed_question, questions))) - np.stack(alone)).max() < 1e-5


def test_a_hashed_vector_can_be_worked_out_by_hand() -> None:
    expected = np.zeros(512)
    for word, count in {"crane": 2, "harbour": 1}.items():
        expected[xxhash.xxh32_intdigest(word.encode()) % 512] += count
    assert HashEmbedder().embed_question("Crane, CRANE harbour!") == pytest.approx(expected / np.sqrt(5))


def test_prompts_of_the_model_are_used(tiny_model: Path) -> None:
    embedder = load_embedder(str(tiny_model), Path("unused"))
    assert embedder.embed_question("harbour") == pytest.approx(embedder.embed_passages(["crane harbour"])[0], abs=1e-5)


def test_a_fingerprint_tells_models_apart(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    first = load_embedder(str(tiny_model), Path("unused"))
    model = SentenceTransformer(str(tiny_model), device="cpu")
    model.save(str(tmp_path / "same"))
    next(iter(model.parameters())).data[0, 0] += 1
    model.save(str(tmp_path / "changed"))
    assert load_embedder(str(tmp_path / "same"), Path("unused")).fingerprint == first.fingerprint
    assert load_embedder(str(tmp_path / "changed"), Path("unused")).fingerprint != first.fingerprint


def test_older_e5_models_get_the_prompts_they_were_trained_with(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_model), device="cpu")
    model.prompts = {}
    model.save(str(tmp_path / "multilingual-e5-tiny"))
    embedder = SentenceTransformerEmbedder("e5", str(tmp_path / "multilingual-e5-tiny"))
    assert embedder._model.prompts == {"query": "query: ", "document": "passage: "}


@pytest.mark.parametrize("what", ["an empty folder", "a folder with rubbish", "nothing"])
def test_a_model_that_is_none_is_refused_in_words(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "model"
    if what != "nothing":
        folder.mkdir()
    if what == "a folder with rubbish":
        (folder / "modules.json").write_text("{")
        (folder / "config.json").write_text("[]")
    with pytest.raises(ModelError, match=r"cannot be loaded \(\w+\)\. Set EMBEDDING_MODEL"):
        load_embedder(str(folder), tmp_path)
