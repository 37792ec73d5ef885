"""A reader small enough to be trained in a test, and the few questions that it learns from."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import numpy as np
import torch

from bot.evaluation.cases import Case
from bot.readers.windows import Cutter, Window
from index.embedding.weights import PARTS, Shape, Weights
from index.text.sentences import sentences
from training.cases import TRAIN, VALID, read_data
from training.crew import Part
from training.data import Material, batches, parts_of
from training.dropout import Dropout
from training.model import Tensors, Trunk, groups, merged_map, unmapped

TOWNS = "Lowen Melati Brink Karang Sumber Tirta Pasir Gading Rawa Jati Bukit Muara".split()
MAYORS = "Ada Rudi Sari Budi Wati Joko Dewi Agus Rina Hadi Tuti Eko".split()
WORDS = """
    query passage Kota Siapa Berapa Who kota pasar wali adalah punya siapa berapa sungai di the mayor of is who in town
    kios baru
""".split()
RANK = 4


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


def learnable(data: Path) -> list[Case]:
    return [one for name in TRAIN for one in read_data(data, name)]


def cut(cutter: Cutter, text: str, most: int) -> list[Window]:
    return cutter.windows(text, sentences(text, "id"), most)


def decoded(cutter: Cutter, tokens: Iterable[int]) -> str:
    return str(cutter._tokenizer._tokenizer.decode(list(map(int, tokens)), skip_special_tokens=False))


def arguments(folder: Path, data: Path, mined: Path, out: Path, *more: str) -> list[str]:
    sizes = ["--rank", str(RANK), "--parts", "2", "--part-size", "4", "--warm-up", "10", "--evaluate-every", "1000"]
    return [*map(str, (folder, data, mined, out)), *sizes, *more]


def differentiable(trunk: Trunk, learnt: Tensors, dtype: torch.dtype = torch.float32) -> Tensors:
    merged = {name: learnt[name] for name in unmapped(learnt)}
    for group in groups(trunk):
        merged |= merged_map(trunk, learnt, group, dtype)
    return merged


def first_batch(material: Material) -> list[Part]:
    batch = batches(material, 7, 0, 4, 2).batches[0]
    return parts_of(batch, Dropout(0, torch.Generator(), torch.float32, size=8), seed=1)
