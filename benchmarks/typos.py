"""What correcting typos in names is worth: python benchmarks/typos.py CASES.jsonl.gz MODEL_CACHE

Over the distinct Indonesian paragraphs of the cases, for their questions: how often a question without a typo is
changed, how often one typo in a name is corrected, or corrected wrongly, and what that does to recall@1.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bot.evaluation.cases import Case, read_cases
from bot.evaluation.trial import over_contexts
from bot.questions.typos import TypoCorrector
from index.build import build
from index.embedding.loading import load_embedder
from index.search import Searcher
from index.store.snapshots import open_current
from index.store.words import Vocabulary, _alike, fold

NAME = re.compile(r"(?<=\w )[A-Z][^\W\d_]{4,}")


def with_typo(name: str, chance: random.Random) -> str:
    """The name with a letter left out, doubled, exchanged with the next, or with one that is near to it."""
    at = chance.randrange(1, len(name) - 1)
    letter, rest = name[at], name[at + 1 :]
    near = chance.choice(_alike().get(letter, letter) or letter)
    return name[:at] + chance.choice([rest, letter * 2 + rest, rest[0] + letter + rest[1:], near + rest])


def misspelt(case: Case, known: Vocabulary, chance: random.Random) -> tuple[str, str, str] | None:
    """The question with a typo in a name that the articles have, the name, and the typo."""
    names = [found for found in NAME.finditer(case.question) if (known.written(found[0]) or "a")[0].isupper()]
    if not names:
        return None
    name = chance.choice(names)
    typo = with_typo(name[0], chance)
    question = case.question[: name.start()] + typo + case.question[name.end() :]
    return None if known.counts([typo])[typo] else (question, name[0], typo)


def main(cases_file: str, cache: str) -> None:
    cases, chance = over_contexts(read_cases(Path(cases_file))), random.Random(0)
    embedder = load_embedder("bundled", Path(cache))
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder, "articles")
        articles.mkdir()
        for name, context in {(case.article, case.context) for case in cases}:
            (articles / f"{name}.txt").write_text(f"{context[:1]}.\n\n{context}", encoding="utf-8")
        build([articles], Path(folder, "index"), embedder)
        with open_current(Path(folder, "index")) as snapshot:
            known, searcher = snapshot.store.vocabulary, Searcher(snapshot.store, embedder)
            corrector, counts = TypoCorrector(known, embedder.count_tokens), Counter[str]()
            for case in cases:
                counts["questions"] += 1
                counts["changed without a typo"] += bool(corrector.corrected(case.question)[1])
                broken = misspelt(case, known, chance)
                if not broken:
                    continue
                question, name, typo = broken
                corrected, corrections = corrector.corrected(question)
                counts["typos"] += 1
                counts["corrected"] += any(word == typo and fold(to) == fold(name) for word, to in corrections)
                counts["corrected wrongly"] += any(word == typo and fold(to) != fold(name) for word, to in corrections)
                if case.answers:
                    counts["answerable"] += 1
                    for kind, asked in (
                        ("as it was", case.question),
                        ("misspelt", question),
                        ("corrected", corrected),
                    ):
                        best = searcher.search(asked, 1)[0].article
                        counts[f"first: {kind}"] += best == case.article
    for what, count in counts.items():
        print(f"{count:6} {what}")


if __name__ == "__main__":
    main(*sys.argv[1:])
