"""Readers give places inside sentences, and a confidence that orders them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from made_answers import asking

from bot.readers.huggingface import ExtractiveReader
from bot.readers.loading import load_reader
from bot.readers.sentence import SentenceReader
from bot.readers.types import Reading
from index.embedding.hashing import HashEmbedder
from index.text.sentences import sentences
from index.types import Embedder, ModelError, Passage

TEXT = "The harbour bought a crane. It lifts 80 tonnes. The mayor opened it on Friday."
QUESTION = "How many tonnes does it lift?"


def passage(text: str = TEXT, dense: float = 0.3, language: str | None = "en") -> Passage:
    return Passage(
        article="a", title="T", published=None, url=None, path="a.txt", language=language, start=0, end=len(text),
        text=text, sentences=tuple(sentences(text, "en")), dense=dense,
    )  # fmt: skip


def quoted(reading: Reading, *passages: Passage) -> str:
    chosen = passages[reading.passage]
    start, end = chosen.sentences[reading.sentence]
    return chosen.text[start:end][reading.start : reading.end]


def best(readings: list[Reading]) -> Reading:
    return max(readings, key=lambda reading: reading.confidence)


@pytest.fixture(scope="module")
def qa_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question-answering model with random weights, small enough to make on the spot."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator([TEXT, QUESTION], trainers.WordPieceTrainer(vocab_size=120, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=120, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("qa")
    BertForQuestionAnswering(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def test_the_sentence_reader_prefers_the_nearest_sentence() -> None:
    reader, place = SentenceReader(HashEmbedder()), passage()
    readings = reader.read(asking(QUESTION), [place], among=1)
    assert [quoted(reading, place) for reading in readings] == [TEXT[s:e] for s, e in place.sentences]
    assert quoted(best(readings), place) == "It lifts 80 tonnes."
    assert all(0 < reading.confidence < 1 for reading in readings)


def test_the_sentence_reader_is_surer_of_what_is_nearer_and_found_among_fewer() -> None:
    reader = SentenceReader(HashEmbedder())

    def confidence(question: str = QUESTION, dense: float = 0.3, among: int = 10, language: str | None = "en") -> float:
        return best(reader.read(asking(question), [passage(dense=dense, language=language)], among)).confidence

    assert confidence("80 tonnes") > confidence() > confidence("Who sings in the choir?")
    assert confidence(dense=0.5) > confidence(dense=0.3)
    assert confidence(among=10) > confidence(among=100_000)


def test_a_sentence_in_two_passages_is_read_once_in_the_better_one() -> None:
    reader, other = SentenceReader(HashEmbedder()), passage("It lifts 80 tonnes. Nobody asked why.")
    readings = reader.read(asking(QUESTION), [passage(), other], among=2)
    assert [(reading.passage, reading.sentence) for reading in readings] == [(0, 0), (0, 1), (0, 2), (1, 1)]


@pytest.mark.parametrize("language", ["en", "id", "fr", None])
def test_passages_of_any_language_are_read(language: str | None) -> None:
    assert len(SentenceReader(HashEmbedder()).read(asking("?"), [passage(language=language)], among=1)) == 3


def test_without_passages_there_is_nothing_to_read(qa_model: Path) -> None:
    assert SentenceReader(HashEmbedder()).read(asking(QUESTION), [], among=1) == []
    assert ExtractiveReader(str(qa_model)).read(asking(QUESTION), [], among=1) == []


def test_the_extractive_reader_finds_the_span_that_brute_force_finds(qa_model: Path) -> None:
    import torch

    reader, place = ExtractiveReader(str(qa_model)), passage()
    encoded = reader._tokenizer(QUESTION, TEXT, return_tensors="pt", return_offsets_mapping=True)
    offsets, parts = encoded.pop("offset_mapping")[0].tolist(), encoded.sequence_ids(0)
    with torch.inference_mode():
        output = reader._model(**encoded)
    starts, ends = output.start_logits[0].double().numpy(), output.end_logits[0].double().numpy()
    expected = {}
    for number, (first, last) in enumerate(place.sentences):
        spans = {
            (offsets[i][0] - first, offsets[j][1] - first): starts[i] + ends[j] - starts[0] - ends[0]
            for i in range(len(offsets))
            for j in range(i, len(offsets))
            if parts[i] == parts[j] == 1 and first <= offsets[i][0] and offsets[j][1] <= last
        }
        expected[number] = max(spans.items(), key=lambda item: item[1])
    found = {reading.sentence: reading for reading in reader.read(asking(QUESTION), [place], among=1)}
    assert {number: (reading.start, reading.end) for number, reading in found.items()} == {
        number: span for number, (span, _score) in expected.items()
    }
    confidences = [found[number].confidence for number in expected]
    assert confidences == pytest.approx([1 / (1 + np.exp(-score)) for _span, score in expected.values()], abs=1e-6)


def test_long_passages_are_read_in_windows_to_their_end(qa_model: Path) -> None:
    place = passage(" ".join(f"Crane {number} lifts {number} tonnes." for number in range(60)))
    readings = ExtractiveReader(str(qa_model)).read(asking(QUESTION), [passage(), place], among=2)
    assert {reading.sentence for reading in readings if reading.passage == 1} == set(range(60))
    assert all(quoted(reading, passage(), place).strip() for reading in readings)


@pytest.mark.parametrize("question", ["", "?", "word " * 3000, "😀" * 500])
def test_any_question_can_be_read(qa_model: Path, question: str) -> None:
    readings = ExtractiveReader(str(qa_model)).read(asking(question), [passage()], among=1)
    assert readings
    assert all(0 <= reading.confidence <= 1 for reading in readings)


def test_many_threads_may_read_at_once(qa_model: Path) -> None:
    reader = ExtractiveReader(str(qa_model))
    texts = [TEXT * (1 + number % 5) for number in range(24)]

    def read(text: str) -> list[Reading]:
        return reader.read(asking(QUESTION), [passage(text)], among=1)

    alone = [read(text) for text in texts]
    with ThreadPoolExecutor(6) as pool:
        for together, expected in zip(pool.map(read, texts), alone, strict=True):
            assert [(r.sentence, r.start, r.end) for r in together] == [(r.sentence, r.start, r.end) for r in expected]


def test_a_reader_that_is_none_is_refused_in_words(tmp_path: Path, qa_model: Path) -> None:
    from transformers import AutoModel

    with pytest.raises(ModelError, match="cannot be loaded"):
        load_reader(str(tmp_path), HashEmbedder(), tmp_path)
    AutoModel.from_pretrained(qa_model).save_pretrained(tmp_path / "trunk")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "trunk" / file).write_bytes((qa_model / file).read_bytes())
    with pytest.raises(ModelError, match="was not trained to answer questions"):
        load_reader(str(tmp_path / "trunk"), HashEmbedder(), tmp_path)


def test_the_settings_choose_the_reader(qa_model: Path, bundled: Embedder, model_cache: Path) -> None:
    for name in ("sentence", str(qa_model), "bundled"):
        assert load_reader(name, bundled, model_cache).name == name
