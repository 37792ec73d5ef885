"""The real model over real stories: the sample articles, and the first article where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import REPOSITORY, Kabar

from bot.answering import Answerer
from bot.sentence_reader import SentenceReader
from index.build import build
from index.snapshots import open_current
from index.types import Embedder

FIRST_ARTICLE = REPOSITORY.parent / "shared" / "articles" / "kompas-2024-11-21.txt"
KURSK = ["how many troops were sent to Kursk?", "berapa tentara Korea Utara yang dikirim ke Kursk?"]


def answerer_over(folder: Path, index_dir: Path, embedder: Embedder) -> Answerer:
    build([folder], index_dir, embedder)
    return Answerer(open_current(index_dir), embedder, SentenceReader(embedder))


@pytest.fixture(scope="module")
def samples(bundled: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    return answerer_over(REPOSITORY / "articles", tmp_path_factory.mktemp("samples"), bundled)


@pytest.mark.parametrize(
    ("question", "article", "fact"),
    [
        *((question, "kozlov-pyongyang", "11.000 tentara") for question in KURSK),
        ("How many animals did Putin give to the zoo?", "kozlov-pyongyang", "70 ekor"),
        ("Berapa jumlah penumpang feri surya pada hari pertama?", "solar-ferry", "184 passengers"),
        ("siapa pelatih Putri Bahari?", "voli-putri-bahari", "Putri Bahari"),
        ("How many houses were flooded by the Lematar river?", "2023-banjir-sungai-lematar", "1.240"),
    ],
)
def test_the_sample_articles_answer_in_both_languages(
    samples: Answerer, question: str, article: str, fact: str
) -> None:
    answer = samples.ask(question)
    assert answer.quote is not None
    assert (answer.quote.article, fact in answer.quote.text) == (article, True)


@pytest.mark.parametrize(
    "question",
    [
        "who won the World Cup in 2022?",
        "Siapa presiden Prancis?",
        "What is the boiling point of water?",
        "bagaimana cara membuat rendang?",
    ],
)
def test_the_sample_articles_do_not_answer_everything(samples: Answerer, question: str) -> None:
    assert samples.ask(question).answer is None


@pytest.mark.skipif(not FIRST_ARTICLE.exists(), reason="the first article is not part of the project")
def test_the_first_article_answers(bundled: Embedder, tmp_path: Path) -> None:
    answerer = answerer_over(FIRST_ARTICLE, tmp_path, bundled)
    for question in KURSK:
        answer = answerer.ask(question).answer
        assert answer is not None
        assert "11.000" in answer
    assert answerer.ask("who won the World Cup in 2022?").answer is None


def test_the_command_answers_with_the_default_settings(kabar: Kabar, model_cache: Path, bundled: Embedder) -> None:
    settings = {"EMBEDDING_MODEL": "", "MODEL_CACHE": str(model_cache), "ARTICLES_DIR": str(REPOSITORY / "articles")}
    built = kabar("index", "build", settings=settings)
    assert (built.returncode, "8 articles" in built.stdout) == (0, True), built.stderr
    answered = kabar("ask", "--json", KURSK[0], settings=settings)
    assert answered.returncode == 0, answered.stderr
    assert "11.000" in json.loads(answered.stdout)["answer"]
