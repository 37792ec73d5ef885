"""The real model over the sample articles."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from kabar_process import REPOSITORY, Kabar

from bot.answers.answerer import Answerer
from bot.readers.loading import load_reader
from index.build import build
from index.store.snapshots import open_current
from index.types import Embedder

ELSEWHERE = ["who won the World Cup in 2022?", "Siapa presiden Prancis?", "What is the boiling point of water?"]
KURSK = ["how many troops were sent to Kursk?", "berapa tentara Korea Utara yang dikirim ke Kursk?"]


def answerer_over(folder: Path, index_dir: Path, embedder: Embedder, model_cache: Path, reader: str) -> Answerer:
    build([folder], index_dir, embedder)
    return Answerer(open_current(index_dir), embedder, load_reader(reader, embedder, model_cache))


@pytest.fixture(scope="module", params=["sentence"])
def samples(
    bundled: Embedder, model_cache: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Answerer:
    folder = tmp_path_factory.mktemp("samples")
    return answerer_over(REPOSITORY / "articles", folder, bundled, model_cache, request.param)


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


@pytest.mark.parametrize("question", [*ELSEWHERE, "bagaimana cara membuat rendang?"])
def test_the_sample_articles_do_not_answer_everything(samples: Answerer, question: str) -> None:
    assert samples.ask(question).answer is None


REFUSED_WRONGLY = pytest.mark.xfail(strict=True, reason="the reader is not sure enough of it yet")


@pytest.mark.parametrize(
    ("question", "fact", "told"),
    [
        ("how many troops were sent to Kursk?", "sekitar 11.000 tentara Korea Utara", "about 11,000"),
        ("brp tentara yg dikirim ke kursk", "sekitar 11.000 tentara Korea Utara", None),
        ("siapa pelatih Putri Bahari?", "Ratih Kusumaningtyas", None),
        ("Berapa jumlah penumpang feri surya pada hari pertama?", "184 passengers", None),
        ("How much money does the winner get?", "Rp 1,5 miliar", "1.5 billion rupiah"),
        pytest.param(
            "How many animals did Putin give to the zoo?",
            "lebih dari 70 ekor satwa",
            "more than 70",
            marks=REFUSED_WRONGLY,
        ),
    ],
)
@pytest.mark.parametrize("samples", ["bundled"], indirect=True)
def test_the_fact_itself_is_the_answer(samples: Answerer, question: str, fact: str, told: str | None) -> None:
    answer = samples.ask(question)
    assert (answer.answer, answer.gloss) == (fact, told)


@pytest.mark.parametrize("question", [*ELSEWHERE, "bagaimana cara membuat rendang?"])
@pytest.mark.parametrize("samples", ["bundled"], indirect=True)
def test_what_stands_in_no_article_is_refused(samples: Answerer, question: str) -> None:
    assert samples.ask(question).answer is None


@pytest.mark.parametrize("question", re.findall(r'kabar ask "([^"]+)"', (REPOSITORY / "README.md").read_text("utf-8")))
@pytest.mark.parametrize("samples", ["bundled"], indirect=True)
def test_what_the_readme_asks_is_answered(samples: Answerer, question: str) -> None:
    assert samples.ask(question).answer is not None


@pytest.mark.parametrize("samples", ["bundled"], indirect=True)
def test_a_follow_up_is_asked_of_what_was_meant(samples: Answerer) -> None:
    first = samples.ask("siapa pelatih Putri Bahari?")
    asked = samples.ask("dan siapa kaptennya?", context=(first.turn,))
    assert "Putri Bahari" in asked.understood.question
    assert asked.answer == "Meylani Sondakh"


@pytest.mark.parametrize("samples", ["bundled"], indirect=True)
@pytest.mark.parametrize("asked", ["who says so?", "menurut siapa?", "siapa yang memperkirakannya?"])
def test_who_says_so_is_told(samples: Answerer, asked: str) -> None:
    first = samples.ask(KURSK[0])
    assert samples.ask(asked, context=(first.turn,)).answer == "Dinas intelijen Korea Selatan"


def test_the_command_answers_with_the_default_settings(kabar: Kabar, model_cache: Path, bundled: Embedder) -> None:
    settings = {
        "EMBEDDING_MODEL": "",
        "READER_MODEL": "",
        "MODEL_CACHE": str(model_cache),
        "ARTICLES_DIR": str(REPOSITORY / "articles"),
    }
    built = kabar("index", "build", settings=settings)
    assert (built.returncode, "8 articles" in built.stdout) == (0, True), built.stderr
    answered = kabar("ask", "--json", KURSK[0], settings=settings)
    assert answered.returncode == 0, answered.stderr
    assert "11.000" in json.loads(answered.stdout)["answer"]
