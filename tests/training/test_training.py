"""The reader can be made again: its material is right, its gradients are, and a killed training loses nothing."""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kabar_process import REPOSITORY, environment
from patience import wait_until
from safetensors import safe_open
from safetensors.numpy import save_file

from bot.evaluation.cases import Case
from bot.readers.bundled import _changed, _read_changes
from bot.readers.types import LONGEST_ANSWER
from bot.readers.windows import ROOM, Cutter, Window, passage_at
from index.embedding import exporting
from index.embedding.hashing import HashEmbedder
from index.embedding.weights import PARTS, Shape, Weights, standard_name, standard_state
from index.text.sentences import sentences
from index.types import ConfigurationError, ModelError, Span
from training import data as data_module
from training import evaluate, export, mining, prepare, train
from training.asking import CHAT, as_typed, names, normally_spaced
from training.cases import TRAIN, VALID, read_data
from training.checkpoints import KEPT, checkpoints, learnt_in, load, newest, save, write
from training.commands import run
from training.crew import Crew, Part
from training.data import Batches, Material, batches, parts_of
from training.dropout import Dropout
from training.evaluate import all_readings, read_pairs
from training.glossary import in_english
from training.mined import read_mined, write_mined
from training.model import Scores, Tensors, Trunk, first_learnt, groups, loss_of, merged_map, read, unmapped
from training.train import Training
from training.windows import cutter_of, held, page, touches

TOWNS = "Lowen Melati Brink Karang Sumber Tirta Pasir Gading Rawa Jati Bukit Muara".split()
MAYORS = "Ada Rudi Sari Budi Wati Joko Dewi Agus Rina Hadi Tuti Eko".split()
WORDS = """
    query passage Kota Siapa Berapa Who kota pasar wali adalah punya siapa berapa sungai di the mayor of is who in town
    kios baru
""".split()
RANK = 4


# --- a tiny model and a few questions -----------------------------------------------------------------------------


def weights() -> Weights:
    """A model of random numbers in everything like the wheel's, but small."""
    pieces = [f"▁{word}" for word in (*TOWNS, *MAYORS, *WORDS)]
    letters = [*ascii_letters, *digits, *'().,?":/-▁']
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocabulary += [(piece, -2.0) for piece in pieces] + [(letter, -8.0) for letter in letters] + [("<mask>", 0.0)]
    shape = Shape(32, 2, 2, 48, len(vocabulary), 200, 2, 1e-12)
    numbers = np.random.default_rng(7)

    def drawn(count: int, scale: float = 0.2) -> np.ndarray:
        return numbers.normal(scale=scale, size=count).astype(np.float32)

    tensors = {"emb.word": drawn(len(vocabulary) * 32, 1), "emb.pos": drawn(200 * 32, 0.3), "emb.type": drawn(64)}
    inputs, outputs = {"fo": 48}, {"fi": 48}
    for layer in range(2):
        for part in PARTS:
            if part in {"aln", "oln"}:
                tensors |= {f"l{layer}.{part}.w": 1 + drawn(32), f"l{layer}.{part}.b": drawn(32)}
            else:
                tensors[f"l{layer}.{part}.w"] = drawn(inputs.get(part, 32) * outputs.get(part, 32))
                tensors[f"l{layer}.{part}.b"] = drawn(outputs.get(part, 32))
    tensors |= {"emb.ln.w": 1 + drawn(32), "emb.ln.b": drawn(32)}
    return Weights(shape, vocabulary, {"\x01": "", "\n": " "}, tensors, 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That model as training.prepare would leave it."""
    made, model = tmp_path_factory.mktemp("trunk"), weights()
    save_file(standard_state(model), made / "model.safetensors", {"format": "pt"})
    exporting.tokenizer(model).save(str(made / "tokenizer.json"))
    exporting.write_configuration(model.shape, made)
    return made


def case(name: str, question: str, context: str, answer: str = "", languages: str = "id id") -> dict[str, Any]:
    answers = [{"text": answer, "start": context.find(answer)}] if answer else []
    asked, written = languages.split()
    return {
        "id": name, "question": question, "context": context, "answers": answers, "question_lang": asked,
        "context_lang": written,
    }  # fmt: skip


def questions() -> dict[str, list[dict[str, Any]]]:
    """The rows of each file: who is mayor of which town, and what nobody says."""
    told = [
        (town, mayor, f"Kota {town} punya pasar. Wali kota {town} adalah {mayor}.")
        for town, mayor in zip(TOWNS, MAYORS, strict=True)
    ]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (*TRAIN, *VALID)}
    for number, (town, mayor, text) in enumerate(told):
        asked = f"Siapa wali kota {town}?"
        rows["idkmrc-train"].append(case(f"a-{number}", asked, text, mayor))
        rows["idkmrc-valid"].append(case(f"v-{number}", asked, text, mayor))
        if number % 3 == 0:
            spaced = text.replace(mayor, f'" {mayor} "').replace(".", " .")
            english = f"The mayor of {town} is {mayor}."
            rows["idkmrc-train"].append(case(f"u-{number}", f"Berapa sungai di {town}?", text))
            rows["idkmrc-valid"].append(case(f"w-{number}", f"Berapa sungai di {town}?", text))
            rows["facqa-train"].append(case(f"f-{number}", asked, spaced, mayor))
            rows["facqa-valid"].append(case(f"g-{number}", asked, text, mayor))
            rows["squad-id-train"].append(case(f"sqid-{number}", asked, text, mayor))
            rows["xquad-train"].append(case(f"xquad-en-{number}", f"Who is mayor of {town}?", english, mayor, "en en"))
            rows["en-id-valid"].append(case(f"sqid-en-{number}", f"Who is mayor of {town}?", text, mayor, "en id"))
    return rows


def write_data(to: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    to.mkdir(exist_ok=True)
    for name, content in rows.items():
        with gzip.open(to / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in content)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    write_data(made, questions())
    return made


def learnable(data: Path) -> list[Case]:
    return [one for name in TRAIN for one in read_data(data, name)]


@pytest.fixture(scope="module")
def mined(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("mined") / "mined.json.gz"
    write_mined(mining.mine(learnable(data), HashEmbedder()), file)
    return file


@pytest.fixture(scope="module", autouse=True)
def _threads() -> Iterator[None]:
    """Torch's own threads, which a crew takes away, come back for other tests."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def trunk(folder: Path) -> Trunk:
    return Trunk(folder, RANK)


@pytest.fixture(scope="module")
def cutter(folder: Path) -> Cutter:
    return cutter_of(folder)


def cut(cutter: Cutter, text: str, most: int) -> list[Window]:
    return cutter.windows(text, sentences(text, "id"), most)


def decoded(cutter: Cutter, tokens: Iterable[int]) -> str:
    return str(cutter._tokenizer._tokenizer.decode(list(map(int, tokens)), skip_special_tokens=False))


@pytest.fixture(scope="module")
def learnt(trunk: Trunk) -> Tensors:
    """What a reader might have learnt: nowhere nothing."""
    generator = torch.Generator().manual_seed(3)
    return {
        name: tensor + 0.1 * torch.randn(tensor.shape, generator=generator)
        for name, tensor in first_learnt(trunk, generator).items()
    }


Options = argparse.Namespace


@pytest.fixture
def options(folder: Path, data: Path, mined: Path, tmp_path: Path) -> Any:
    """Makes options of a tiny training into a folder of the test."""

    def made(out: str, *more: str) -> Options:
        return train.arguments().parse_args(arguments(folder, data, mined, tmp_path / out, *more))

    return made


def arguments(folder: Path, data: Path, mined: Path, out: Path, *more: str) -> list[str]:
    sizes = ["--rank", str(RANK), "--parts", "2", "--part-size", "4", "--warm-up", "10", "--evaluate-every", "1000"]
    return [*map(str, (folder, data, mined, out)), *sizes, *more]


# --- questions and paragraphs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no file"),
        (b"no gzip", "line 1: it is not valid JSON"),
        (gzip.compress(b'{"id": "a"}\n'), 'line 1: it has no "question"'),
        (gzip.compress(json.dumps(case("a", "?", "x")).encode() + b"\nrubbish\n"), "line 2: it is not valid JSON"),
        (gzip.compress(b'{"question": "?", "answers": [], "context": "x"}'), "line 1: a question needs an id"),
        (gzip.compress(b"{}" * 9999)[:-9], "damaged"),
    ],
)
def test_files_of_questions_that_are_none_are_refused_in_words(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "x.jsonl.gz").write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        read_data(tmp_path, "x")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


QUESTIONS = st.lists(st.sampled_from([*CHAT, *TOWNS, "mayor", "bridges"]), min_size=1, max_size=9).map(
    lambda some: " ".join(some) + "?"
)


@given(QUESTIONS, st.integers())
def test_questions_of_other_languages_get_one_slip_at_most(question: str, seed: int) -> None:
    typed = words(as_typed(question, "en", random.Random(seed)))
    assert len(typed) == len(words(question))
    assert sum(before != after for before, after in zip(words(question), typed, strict=True)) <= 1


@given(QUESTIONS, st.integers())
def test_indonesian_questions_keep_their_names_but_for_one_slip(question: str, seed: int) -> None:
    asked, typed = Counter(words(question)), Counter(words(as_typed(question, "id", random.Random(seed))))
    names = Counter({word: count for word, count in asked.items() if word not in CHAT})
    spellings = {part for word in asked for spelling in CHAT.get(word, ()) for part in words(spelling)}
    assert (names - typed).total() <= 1
    assert sum(count for word, count in (typed - asked).items() if word not in spellings) <= 1


def test_chat_spelling_is_an_indonesian_thing_and_rare() -> None:
    asked, chance = "Berapa orang yang tidak punya kios?", random.Random(7)
    indonesian = [as_typed(asked, "id", chance) for _ in range(2000)]
    other = [as_typed(asked, "de", chance) for _ in range(2000)]
    in_chat = re.compile(r"\b(brp|org|yg|tdk|gak|ga|nggak)\b", re.IGNORECASE)
    assert 0.08 < np.mean([bool(in_chat.search(one)) for one in indonesian]) < 0.16
    assert not any(in_chat.search(one) for one in other)
    assert np.mean([one == asked for one in other]) > 0.5


@pytest.mark.parametrize(
    ("joined", "printed"),
    [
        ("Rabu ( 24 / 8 ) .", "Rabu (24/8)."),
        ('Ia bilang , " pasar tutup . "', 'Ia bilang, "pasar tutup. "'),
        ("Lowen (24/8), punya 3.5 kios", "Lowen (24/8), punya 3.5 kios"),
    ],
)
def test_tokens_are_spaced_as_newspapers_print_them(joined: str, printed: str) -> None:
    assert normally_spaced(joined, ())[0] == printed


PRINTED_TOKENS = st.lists(st.sampled_from([*TOWNS, "24", "8", "(", ")", '"', ",", ".", "/", "?"]), min_size=1)


@given(PRINTED_TOKENS, st.data())
def test_answers_move_along_with_the_spaces(tokens: list[str], draw: st.DataObject) -> None:
    joined = " ".join(tokens)
    places = [0, *accumulate(len(token) + 1 for token in tokens)]
    told = [number for number, token in enumerate(tokens) if token.isalnum()]
    spans = draw.draw(st.lists(st.tuples(st.sampled_from(told), st.sampled_from(told)).map(sorted))) if told else []
    answers = [
        (places[a] - before, places[b] + len(tokens[b]))
        for a, b in spans
        for before in {0, int(a > 0 and tokens[a - 1] != "/")}  # with the space before it, if there is one
    ]
    text, moved = normally_spaced(joined, answers)
    assert text.replace(" ", "") == joined.replace(" ", "")
    for (start, end), (first, last) in zip(answers, moved, strict=True):
        assert text[first:last] == text[first:last].strip()
        assert text[first:last].replace(" ", "") == joined[start:end].replace(" ", "")


# --- windows ------------------------------------------------------------------------------------------------------

SENTENCES = st.lists(st.sampled_from([*TOWNS, *WORDS, "24", "x-ray", "(baru)"]), min_size=1, max_size=30).map(
    lambda some: f"{' '.join(['Kota', *some])}."
)


@settings(max_examples=60)
@given(text=st.lists(SENTENCES, min_size=1, max_size=8).map(" ".join), most=st.sampled_from([24, 40, 150]))
def test_windows_hold_every_word_and_every_token_knows_its_place(cutter: Cutter, text: str, most: int) -> None:
    windows = cut(cutter, text, most)
    for window in windows:
        assert len(window.tokens) <= most
        told = window.places[window.stands]
        assert text[told[0][0] : told[-1][1]].replace(" ", "") == "".join(text[a:b] for a, b in told)
        for token, (start, end) in zip(window.tokens[window.stands].tolist(), told.tolist(), strict=True):
            assert decoded(cutter, [token]) == text[start:end]
    words = [word.span() for word in re.finditer(r"\S+", text)]
    assert all(any(held(window, word) for window in windows) for word in words)


@settings(max_examples=60)
@given(several=st.lists(SENTENCES, min_size=2, max_size=6), draw=st.data())
def test_some_window_holds_every_answer_within_a_sentence(
    cutter: Cutter, several: list[str], draw: st.DataObject
) -> None:
    text, most = " ".join(several), 40
    short = [one for one in several if len(cutter._tokenizer.cut(one)) <= most - ROOM]
    sentence = draw.draw(st.sampled_from(short or [""]))
    parts = [found.span() for found in re.finditer(r"\w+", sentence)] or [(0, 0)]
    (start, _), (_, end) = sorted(draw.draw(st.tuples(st.sampled_from(parts), st.sampled_from(parts))))
    at = text.find(sentence)
    answer = at + start, at + end
    holding = [(window, span) for window in cut(cutter, text, most) if (span := held(window, answer)) is not None]
    assert holding or start == end
    for window, (first, last) in holding:
        assert (window.places[first, 0], window.places[last, 1]) == answer
        assert touches(window, answer)


def test_neighbouring_windows_share_a_short_sentence(cutter: Cutter) -> None:
    text = " ".join(f"Kota {town} punya {number} pasar." for number, town in enumerate(TOWNS))
    windows = cut(cutter, text, 30)
    extents: list[Span] = [(window.places[window.stands][0, 0], window.places[-1, 1]) for window in windows]
    assert len(windows) > 2
    assert all(after[0] < before[1] < after[1] for before, after in pairwise(extents))
    assert held(windows[0], extents[1]) is None
    assert touches(windows[0], extents[1])
    assert not touches(windows[0], extents[2])


def test_questions_stand_beside_windows_as_the_model_was_trained(cutter: Cutter) -> None:
    question, (window,) = cutter.question("Siapa?"), cut(cutter, "Ada.", 150)
    long = cutter.window("Wali kota Lowen adalah Ada.")
    tokens, attended, allowed = page([(question, window), (question, long)])
    text = decoded(cutter, tokens[0])
    assert text == "<s> query: Siapa?</s></s> passage: Ada.</s>" + "<pad>" * (len(long.tokens) - len(window.tokens))
    assert attended.sum(1).tolist() == [len(question) + len(one.tokens) + 4 for one in (window, long)]
    assert allowed[0].nonzero().flatten().tolist() == [0, *range(passage_at(question), attended[0].sum() - 1)][:1] + [
        passage_at(question) + number for number in range(len(window.tokens)) if window.stands[number]
    ]


# --- what is learnt from ------------------------------------------------------------------------------------------


def test_misleading_passages_are_of_other_paragraphs_and_do_not_answer(data: Path, mined: Path) -> None:
    found, cases = read_mined(mined), learnable(data)
    assert set(found.near) == {one.id for one in cases if one.answers}
    assert all(found.near.values())
    for one in cases:
        passages = [found.passages[number] for number in found.near.get(one.id, [])]
        assert not any(answer.lower() in passage.lower() for answer in one.answers for passage in passages)
        assert one.context not in passages


def test_the_rest_of_its_own_paragraph_does_not_mislead() -> None:
    rest = " ".join(f"Kios nomor {number} di pasar itu dibuka pagi hari." for number in range(40))
    cases = [
        Case("Kapan kios dibuka?", ("1990",), context=f"Pasar Lowen dibuka 1990. {rest}", spans=((19, 23),), id="a"),
        Case("Siapa?", (), context="Kios di pasar Karang ramai.", id="b"),
    ]
    found = mining.mine(cases, HashEmbedder())
    assert len(found.passages) > 2
    assert [found.passages[number] for number in found.near["a"]] == [cases[1].context]


def test_a_pass_is_the_same_whenever_it_is_asked_for(data: Path, mined: Path, cutter: Cutter) -> None:
    def told(passed: Batches) -> list[Any]:
        return [
            [[(*one.question, *one.window.tokens, one.answer) for one in part] for part in b] for b in passed.batches
        ]

    material = Material(data, mined, cutter)
    first, second = told(batches(material, 7, 0, 4, 2)), told(batches(material, 7, 1, 4, 2))
    assert told(batches(Material(data, mined, cutter), 7, 1, 4, 2)) == second != first
    assert told(batches(material, 8, 1, 4, 2)) != second
    assert {len(part) for batch in first for part in batch} <= {1, 2, 3, 4}
    assert {len(batch) for batch in first} == {2}


def test_names_are_the_words_with_a_capital_that_do_not_begin_the_question() -> None:
    found = [name[0] for name in names("Kapan Ada Brink dari Lowen bertemu wali kota Rudi?")]
    assert found == ["Ada Brink", "Lowen", "Rudi"]
    assert names("Kapan itu?") == []


def test_questions_are_also_asked_about_names_that_the_paragraph_lacks(
    data: Path, mined: Path, cutter: Cutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    material = Material(data, mined, cutter)
    chance = random.Random(7)
    swapped = [(one.case, question) for one in material._cases if (question := material._swapped(one.case, chance))]
    assert len(swapped) > 10
    for case, question in swapped:
        assert question != case.question
        assert not any(name[0] in case.context for name in names(question))
    for share, least, most in ((0.0, 0, 0), (1.0, 10, 36)):
        monkeypatch.setattr(data_module, "SWAPPED", share)
        more = sum(one.answer is None for one in material.examples(random.Random(7)))
        monkeypatch.setattr(data_module, "SWAPPED", 0.0)
        assert least <= more - sum(one.answer is None for one in material.examples(random.Random(7))) <= most


def test_words_are_put_into_english_and_names_stay() -> None:
    question = "Berapa banyak tentara yang dikirim dari Lowen ke Kursk?"
    assert in_english(question, 1.0, random.Random(7)) == "How many soldiers that sent from Lowen to Kursk?"
    assert in_english(question, 0.0, random.Random(7)) == question
    some = {in_english(question, 0.5, random.Random(seed)) for seed in range(9)}
    assert len(some) > 3


def test_every_answer_that_is_learnt_is_one_of_the_data(data: Path, mined: Path, cutter: Cutter) -> None:
    kinds = {"answered": 0, "other languages": 0, "unanswered": 0}
    for example in Material(data, mined, cutter).examples(random.Random(7)):
        text = decoded(cutter, example.window.tokens)
        if example.answer is None:
            kinds["unanswered"] += 1
            continue
        first, last = example.answer
        answer = decoded(cutter, example.window.tokens[first : last + 1])
        assert answer == next(mayor for town, mayor in zip(TOWNS, MAYORS, strict=True) if town in text)
        asked = decoded(cutter, example.question).lower()
        kinds["other languages"] += "mayor" in asked and "wali" in text.lower()
        kinds["answered"] += 1
    assert kinds["answered"] == 12 + 2 * 4 + 4 + 4  # each once, and those of FacQA in both spacings
    assert kinds["unanswered"] >= 10
    assert kinds["other languages"] >= 1


def test_a_file_that_was_mined_of_other_questions_is_refused(
    data: Path, mined: Path, cutter: Cutter, tmp_path: Path
) -> None:
    write_mined(read_mined(mined)._replace(near={"somebody-elses": [0]}), tmp_path / "other.json.gz")
    with pytest.raises(ConfigurationError, match="made of other questions"):
        Material(data, tmp_path / "other.json.gz", cutter)
    with pytest.raises(ConfigurationError, match=r"is not what training\.mining writes"):
        Material(data, data / "idkmrc-train.jsonl.gz", cutter)


# --- the model ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts(data: Path, mined: Path, cutter: Cutter) -> list[Part]:
    """A batch without dropout; its parts differ in length."""
    return first_batch(Material(data, mined, cutter))


def first_batch(material: Material) -> list[Part]:
    batch = batches(material, 7, 0, 4, 2).batches[0]
    return parts_of(batch, Dropout(0, torch.Generator(), torch.float32, size=8), seed=1)


def differentiable(trunk: Trunk, learnt: Tensors, dtype: torch.dtype = torch.float32) -> Tensors:
    merged = {name: learnt[name] for name in unmapped(learnt)}
    for group in groups(trunk):
        merged |= merged_map(trunk, learnt, group, dtype)
    return merged


def test_gradients_are_those_of_autograd(trunk: Trunk, learnt: Tensors, parts: list[Part]) -> None:
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in learnt.items()}
    merged, total = differentiable(trunk, leaves), sum(len(part.starts) for part in parts)
    losses = [loss_of(read(trunk, merged, part.page), part.starts, part.ends, 0.2) for part in parts]
    expected = torch.autograd.grad(torch.stack(losses).sum() / total, list(leaves.values()))
    loss, found = Crew(trunk, torch.float32, 0.2, threads=2).gradients(learnt, parts)
    assert loss == pytest.approx(sum(one.item() for one in losses) / total, rel=1e-5)
    assert found.keys() == leaves.keys()
    for name, gradient in zip(leaves, expected, strict=True):
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-6, msg=name)
        # A softmax takes no notice of what is added to all: the bias of keys, and that of a span's scores.
        assert gradient.abs().max() > 1e-5 or name.endswith((".k.b", "span.b")), name


def test_gradients_do_not_depend_on_who_worked_them_out(trunk: Trunk, learnt: Tensors, parts: list[Part]) -> None:
    alone, together = (Crew(trunk, torch.bfloat16, threads=threads).gradients(learnt, parts) for threads in (1, 4))
    assert alone[0] == together[0]
    assert all(torch.equal(alone[1][name], together[1][name]) for name in learnt)


def test_the_trunk_is_bert(trunk: Trunk, folder: Path, learnt: Tensors, parts: list[Part]) -> None:
    from transformers import BertConfig, BertModel

    model = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False).eval()
    state = {name: tensor for name, tensor in standard_state(weights()).items() if "pooler" not in name}
    for name, tensor in export.merged(trunk, learnt).items():
        if not name.startswith(("span", "answers")):
            state[standard_name(name)] = tensor.numpy()
    model.load_state_dict({name: torch.tensor(tensor) for name, tensor in state.items()})
    for part in parts:
        with torch.inference_mode():
            scores = read(trunk, differentiable(trunk, learnt), part.page)
            states = model(part.page.tokens, part.page.attended.long()).last_hidden_state
        starts, ends = (states @ learnt["span.w"].T + learnt["span.b"]).unbind(-1)
        allowed = part.page.allowed
        torch.testing.assert_close(scores.start[allowed], starts[allowed], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(scores.end[allowed], ends[allowed], rtol=1e-4, atol=1e-4)
        answers = (states[:, 0] @ learnt["answers.w"].T + learnt["answers.b"])[:, 0]
        torch.testing.assert_close(scores.answers, answers, rtol=1e-4, atol=1e-4)


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    dropout = Dropout(0.1, torch.Generator().manual_seed(7), torch.float32, size=1 << 17)
    ones = torch.ones(100, 1000)
    dropped = dropout.drawn(torch.Generator().manual_seed(1))(ones)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.1, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1, abs=0.01)
    assert torch.equal(dropped, dropout.drawn(torch.Generator().manual_seed(1))(ones))
    assert not torch.equal(dropped, dropout.drawn(torch.Generator().manual_seed(2))(ones))


def test_a_folder_that_is_no_trunk_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"training\.prepare"):
        Trunk(tmp_path, RANK)
    shutil.copy(folder / "config.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelError, match=r"training\.prepare"):
        Trunk(tmp_path, RANK)
    with pytest.raises(ModelError, match=r"training\.prepare"):
        cutter_of(tmp_path)


# --- training -----------------------------------------------------------------------------------------------------


def test_what_can_be_memorised_is_learnt(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for share in ("SWAPPED", "ENGLISH_WORDS"):  # to compare names and languages is more than so small a trunk can learn
        monkeypatch.setattr(data_module, share, 0.0)
    training = Training(options("out", "--rate", "1e-2", "--dropout", "0", "--steps", "300", "--precision", "fp32"))
    parts = first_batch(training.material)
    before, _gradients = training.crew.gradients(training.state.learnt, parts)
    training.run()
    after, _gradients = training.crew.gradients(training.state.learnt, parts)
    assert after < before / 3
    rows = [json.loads(line) for line in (training.options.out / "figures.jsonl").read_text().splitlines()]
    assert [(row["step"], row["weights"]) for row in rows] == [(300, "average"), (300, "raw")]
    assert rows[1]["idkmrc-valid"]["em"] > 0.8
    assert rows[1]["idkmrc-valid"]["auc"] > 0.9
    assert load(training.options.out / "best.pt")["best"] > 0


def killed(arguments: Sequence[str], out: Path) -> None:
    """Train in a process that saves after each step, and kill it once it has saved a few times."""
    process = subprocess.Popen(
        [sys.executable, "-m", "training.train", *arguments, "--save-minutes", "0"],
        cwd=REPOSITORY, env=environment({}), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or len(checkpoints(out)) >= KEPT)
        assert process.poll() is None, process.communicate()[1].decode()
    finally:
        process.kill()
        process.communicate()


def test_a_training_that_was_killed_goes_on_as_if_it_never_was(
    options: Any, folder: Path, data: Path, mined: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    killed(arguments(folder, data, mined, out), out)
    step = load(checkpoints(out)[0])["step"]
    (out / "checkpoint-99999999.pt").write_bytes(b"half of it")
    steps = str(step + 20)  # some passes over the data later
    resumed = Training(options("killed", "--steps", steps, "--resume"))
    assert resumed.state.step == step
    whole = Training(options("whole", "--steps", steps))
    for training in (resumed, whole):
        training.run()
        assert training.state.step == step + 20
    assert resumed.state.epoch == whole.state.epoch > 0
    for name in whole.state.learnt:
        assert torch.equal(resumed.state.learnt[name], whole.state.learnt[name]), name
        assert torch.equal(resumed.state.average[name], whole.state.average[name]), name


def test_the_average_follows_the_weights(options: Any) -> None:
    training = Training(options("out", "--average", "0.3", "--rate", "1e-2"))
    expected = {name: tensor.clone() for name, tensor in training.state.average.items()}
    batch = training._pass().batches[0]
    for kept in (2 / 11, 3 / 12, 0.3):  # the first ones forget faster
        training._step(batch)
        for name, tensor in training.state.learnt.items():
            expected[name] = kept * expected[name] + (1 - kept) * tensor.detach()
            torch.testing.assert_close(training.state.average[name], expected[name], rtol=1e-4, atol=1e-6)


class Interrupted(Training):
    """Stops at step 15 whatever it was told."""

    def _is_done(self) -> bool:
        return self.state.step >= 15 or super()._is_done()


def test_the_rate_warms_up_stays_and_falls_to_zero(options: Any) -> None:
    training = Training(options("constant", "--steps", "12", "--rate", "1e-3"))
    assert training._rate() == pytest.approx(1e-4)
    training.run()
    assert training._rate() == 1e-3
    start = str(checkpoints(training.options.out)[0])
    falling = ["--rate", "1e-3", "--resume", "--start", start, "--decay-steps", "8"]
    first = Interrupted(options("falling", *falling))
    first.run()
    assert first._rate() == pytest.approx(1e-3 * 5 / 8)
    second = Training(options("falling", *falling))
    assert second.state.step == 15
    second.run()
    assert (second.state.step, second.state.decay_from, second._rate()) == (20, 12, 0)


def test_options_that_do_not_fit_what_is_there_are_refused_in_words(options: Any, tmp_path: Path) -> None:
    Training(options("out", "--steps", "1")).run()
    checkpoint = str(checkpoints(tmp_path / "out")[0])
    Training(options("falling", "--start", checkpoint, "--decay-steps", "1")).run()
    for said, refused in {
        "has checkpoints": options("out"),
        "goes on with --rank 4": options("other", "--start", checkpoint, "--rank", "8"),
        "--decay-steps needs --start": options("new", "--decay-steps", "3"),
        "needs --start": options("out", "--resume", "--decay-steps", "3"),
        "give the --decay-steps": options("falling", "--resume"),
        "no checkpoint that can be read": options("new", "--start", __file__),
    }.items():
        with pytest.raises(ConfigurationError, match=said):
            Training(refused)
    with pytest.raises(ConfigurationError, match="too few questions"):
        Training(options("new", "--parts", "99")).run()


def test_files_that_are_missing_are_named_before_anything_is_loaded(options: Any, tmp_path: Path) -> None:
    rows = questions()
    del rows["facqa-train"], rows["en-id-valid"]
    write_data(tmp_path / "data", rows)
    incomplete = options("out")
    incomplete.data = tmp_path / "data"
    with pytest.raises(ConfigurationError, match=r"lacks facqa-train\.jsonl\.gz, en-id-valid\.jsonl\.gz"):
        Training(incomplete)


def test_the_newest_checkpoints_are_kept_and_damaged_ones_passed_by(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    for step in range(1, 6):
        save({"step": step}, tmp_path, tmp_path / "copy")
    assert [file.name for file in checkpoints(tmp_path)] == [f"checkpoint-{step:08d}.pt" for step in (5, 4, 3)]
    checkpoints(tmp_path)[0].write_bytes(b"rubbish")
    assert newest(tmp_path) == {"step": 4}
    for file in checkpoints(tmp_path):
        file.write_bytes(b"rubbish")
    assert newest(tmp_path, tmp_path / "copy") == {"step": 5}
    with pytest.raises(ConfigurationError, match="None of the checkpoints"):
        newest(tmp_path)


# --- figures ------------------------------------------------------------------------------------------------------


def best_by_trying(starts: list[float], ends: list[float], at: list[int]) -> tuple[tuple[int, int], float]:
    """First and last token of the best span, and its score, found by trying all."""
    spans = {(i, j): starts[i] + ends[j] for i in at for j in at if i <= j < i + LONGEST_ANSWER}
    return max(spans.items(), key=lambda item: item[1])


@pytest.mark.parametrize("seed", range(12))
def test_no_span_is_longer_than_an_answer(cutter: Cutter, seed: int) -> None:
    pair = cutter.question("Siapa?"), cutter.window(" ".join(2 * [*TOWNS, *MAYORS, *WORDS]))
    read, generator = page([pair]), torch.Generator().manual_seed(seed)
    starts, ends = torch.randn(2, *read.tokens.shape, generator=generator).masked_fill(~read.allowed, -1e4)
    (found,) = evaluate._best(Scores(starts, ends, torch.zeros(1)), [pair])
    at = [passage_at(pair[0]) + number for number in np.flatnonzero(pair[1].stands)]
    (first, last), _score = best_by_trying(starts[0].tolist(), ends[0].tolist(), at)
    places = pair[1].places[np.array([first, last]) - passage_at(pair[0])]
    assert (found.start, found.end) == (places[0, 0], places[1, 1])


def test_the_best_span_is_the_one_that_brute_force_finds(trunk: Trunk, learnt: Tensors, cutter: Cutter) -> None:
    crew = Crew(trunk, torch.float32, threads=2)
    asked = [cutter.question(question) for question in ("Siapa?", "Siapa wali kota Lowen?")]
    long = " ".join([*TOWNS, *MAYORS, *WORDS])
    pairs = [(question, cutter.window(text)) for question in asked for text in ("Ada.", long, "Wali kota adalah Ada.")]
    for (question, window), found in zip(pairs, read_pairs(crew, learnt, pairs), strict=True):
        (scores,) = crew.scores(crew.merged(learnt), [page([(question, window)])])
        starts, ends = scores.start[0].tolist(), scores.end[0].tolist()
        at = [passage_at(question) + number for number in np.flatnonzero(window.stands)]
        (first, last), score = best_by_trying(starts, ends, at)
        places = window.places[np.array([first, last]) - passage_at(question)]
        assert (found.start, found.end) == (places[0, 0], places[1, 1])
        assert found.margin == pytest.approx(score - starts[0] - ends[0], abs=1e-4)
        assert found.answers == pytest.approx(scores.answers.item(), abs=1e-4)


# --- the file that ships ------------------------------------------------------------------------------------------


def exported(learnt: Tensors, folder: Path, to: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> Path:
    """What the command makes of it."""
    write({"average": learnt, "learnt": {name: 0 * tensor for name, tensor in learnt.items()}}, to / "checkpoint-1.pt")
    out = to / "reader.safetensors"
    monkeypatch.setattr(sys, "argv", ["export", str(folder), str(to / "checkpoint-1.pt"), str(out), *more])
    export.main()
    return out


def product(tensors: Tensors, name: str) -> torch.Tensor:
    return tensors[f"{name}.up"].double() @ tensors[f"{name}.down"].double()


def test_the_small_file_holds_the_same_changes_in_half_the_bits(
    learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uneven = {
        name: tensor * {".up": 1e-6, ".down": 1e5}.get(name[-3:] if name.endswith(".up") else name[-5:], 1)
        for name, tensor in learnt.items()
    }
    file = exported(uneven, folder, tmp_path, monkeypatch)
    with safe_open(file, "pt") as content:
        assert content.metadata()["format"] == "kabar-reader-1"
        assert content.metadata()["rank"] == str(RANK)
        small = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
    assert small.keys() == learnt.keys()
    assert {tensor.dtype for tensor in small.values()} == {torch.float16}
    for name in learnt:
        if name.endswith(".up"):
            meant = product(uneven, name[:-3])
            assert (product(small, name[:-3]) - meant).norm() < 1e-3 * meant.norm()
        elif not name.endswith(".down"):
            torch.testing.assert_close(small[name].float(), uneven[name], rtol=1e-3, atol=1e-6)


def test_the_bot_reads_with_the_weights_that_were_learnt(
    trunk: Trunk, learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(learnt, folder, tmp_path, monkeypatch)
    shipped = _changed(weights(), _read_changes(file)).tensors
    whole = export.merged(trunk, learnt)
    assert {name for name in whole if not name.startswith(("span", "answers"))} == {
        name for name in shipped if name not in {"emb.word", "emb.pos", "emb.type"}
    }
    for name in shipped:
        if name in whole:
            np.testing.assert_allclose(shipped[name], whole[name].flatten().numpy(), rtol=2e-3, atol=1e-3)


def test_the_merged_file_holds_the_whole_maps(
    trunk: Trunk, learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(learnt, folder, tmp_path, monkeypatch, "--merged")
    with safe_open(file, "pt") as content:
        assert content.metadata()["kind"] == "merged"
        meant = trunk.maps["l1.fo.w"].double() + product(learnt, "l1.fo")
        torch.testing.assert_close(content.get_tensor("l1.fo.w").double(), meant, rtol=1e-5, atol=1e-6)
        assert not any(name.endswith((".up", ".down")) for name in content.keys())  # noqa: SIM118
    with pytest.raises(ConfigurationError, match="no low-rank changes"):
        learnt_in(file)


def test_an_exported_reader_can_be_measured_and_exported_again(
    trunk: Trunk,
    learnt: Tensors,
    folder: Path,
    data: Path,
    cutter: Cutter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = dict(learnt)
    dead["l0.q.up"] = learnt["l0.q.up"] * torch.tensor([1.0, 0.0, 1.0, 1.0])
    again = learnt_in(exported(dead, folder, tmp_path, monkeypatch))
    twice = export.small(again)
    assert all(bool(tensor.isfinite().all()) for tensor in twice.values())
    torch.testing.assert_close(product(twice, "l0.q"), product(dead, "l0.q"), rtol=0, atol=2e-3)
    crew = Crew(trunk, torch.float32, threads=2)
    figures = [all_readings(crew, one, cutter, data) for one in (dead, again)]
    assert figures[0].keys() == set(VALID)
    for name, one in figures[0].items():
        assert figures[1][name] == pytest.approx(one, abs=0.2)


def test_the_average_is_exported_unless_the_raw_weights_are_asked_for(
    learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(learnt, folder, tmp_path, monkeypatch, "--raw")
    assert not any(tensor.any() for tensor in learnt_in(file).values())


# --- the commands -------------------------------------------------------------------------------------------------


def test_what_its_user_can_put_right_ends_a_command_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["evaluate", str(tmp_path), str(tmp_path), str(tmp_path / "none.pt")])
    with pytest.raises(SystemExit) as ended:
        run(evaluate.main)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none.pt'} is no checkpoint that can be read (FileNotFoundError).\n"


@pytest.mark.parametrize("command", [prepare, mining, train, evaluate, export])
def test_every_command_tells_how_it_is_used(
    command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--help"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 0
    assert f"usage: python -m {command.__name__}" in capsys.readouterr().out
    assert f"python -m {command.__name__}" in (REPOSITORY / "training" / "README.md").read_text("utf-8")


def test_the_bot_does_without_the_training() -> None:
    files = [file for package in ("bot", "index") for file in (REPOSITORY / package).rglob("*.py")]
    assert len(files) > 100
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert not any(name and name.partition(".")[0] == "training" for name in names), file
