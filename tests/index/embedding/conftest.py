"""The embedded model, as Kabar runs it and as torch does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.embedding.unpacking import FOLDER
from index.types import Embedder, Vectors

TEXTS = [
    "Berapa tentara yang dikirim ke sana?",
    "Sekitar 11.000 orang pindah, kata laporan itu… “ﬁnal” １２３ ½ ™",
    "The crane lifts 80 tonnes (or so).",
    "Кто победил на выборах в 2022 году?",
    "北京的天气怎么样～今天",
    "สวัสดีครับ ขอบคุณมาก",
    "كم عدد الجنود الذين أرسلوا؟",
    "한국의 수도는 서울이다.",
    "Straße, naïve café, İstanbul, Đà Nẵng",
    "emoji 😀👍🏽 and a\u200bzero width\ttab\u00a0nbsp",
    "x",
    "kata " * 59 + "kata",
]


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Short and long, in many scripts."""
    return TEXTS


@pytest.fixture(scope="session")
def folder(bundled: Embedder, model_cache: Path) -> Path:
    """What Kabar runs."""
    return model_cache / FOLDER


@pytest.fixture(scope="session")
def reference(exported: Path, texts: list[str]) -> Vectors:
    """The texts as passages, then as questions, embedded by sentence-transformers in torch."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)  # several wait for each other by spinning, which on a busy machine takes minutes
    model = SentenceTransformer(str(exported), device="cpu")
    return np.concatenate([model.encode_document(texts), model.encode_query(texts)])
