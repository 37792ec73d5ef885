"""How time grows with texts that mean harm: python benchmarks/growth.py [PART_OF_A_NAME ...]

Every regular expression of bot/ and index/ is found where it stands, so that a new one is measured by itself, and so is
every function below that meets texts of others. Each reads texts made to slow it down: repeats of every kind of
character, of short words, of quotation marks, brackets, tags and links that are never closed, of digits and their
separators, of combining marks, and of what the pattern itself repeats. Their sizes grow for as long as that is quick,
and a reading that takes longer than LIMIT is stopped.

Prints what grows worst, as the exponent of the size that the time follows, and exits 1 where one is above MOST: n log n
stays below it, n² does not. All times are of the processor, so that other programs do no harm.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import json
import math
import pkgutil
import random
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from html import escape
from itertools import islice
from pathlib import Path
from re import _constants as syntax
from re import _parser as parser
from time import process_time
from types import FrameType, ModuleType
from typing import Any, NamedTuple

STEP = 4
"""Times, from one size to the next."""
SIZES = [STEP**power for power in range(4, 11)]
"""Characters. Every attack is read at the first three; the SLOWEST at larger ones, up to a million."""
SLOWEST = 12
ENOUGH, LONG, LIMIT = 0.08, 0.8, 3.0
"""Seconds: after one of ENOUGH no larger size is tried, for the very slowest attack after one of LONG; one of LIMIT is
stopped."""
FLOOR = 0.02
"""Seconds below which nothing is slow."""
MOST = 1.4
"""The exponent; that of n log n is at most 1.15 at these sizes, and the rest is noise."""
BOUNDED = {
    "index.articles.lines": 300,
    "index.days.dates": 240,
    "bot.answers.agreement._WORD_BEFORE": 40,
    "bot.questions.comparisons": 300,
    "bot.questions.pointers": 300,
    "bot.questions.spelling._MARKS": 1000,
    "bot.questions.spelling._CLOSERS": 1000,
    "bot.settings": 1000,
}
"""Characters that a pattern, or those of a module, are ever given, for those that are not to read more."""
SHOWN = 25


class Attack(NamedTuple):
    """A text of any length that shall slow something down."""

    prefix: str
    pump: str
    suffix: str = ""

    def text(self, size: int) -> str:
        return self.prefix + self.pump * max(1, size // len(self.pump)) + self.suffix


class Growth(NamedTuple):
    """What came of an attack."""

    exponent: float
    """Of the size, that the time follows at the largest sizes; 0 for what is quick."""
    size: int
    seconds: float
    target: str
    attack: Attack

    @property
    def is_bad(self) -> bool:
        return self.exponent > MOST


# --- texts ----------------------------------------------------------------------------------------------------

CHARACTERS = (
    *"aAzé0١ \t\n\r.,;:!?…-–—_'’\"“”„«»‘()[]{}<>&#@/\\|*~`=+%$€°\0",
    *"中ไعह。「」\u00a0\u00ad\u0301\u05b0\u200b\u200d\u2029\ud800\ufeff😀",
)
FIGURES = (
    "1.|1,|1 |1-|1/|1:|1.000|1,000 |1 000|12-|-1 |(1) |[1]|1) |0812 |1/1/|1.1.|12:00 |2024 |2024-01-01 |$1 |Rp1|Rp |1% "
    "|ke-1 |1st |1 km |1 juta |1 or more |1-1 |1, 1|satu |dua puluh |seratus |setengah |se|and |an hundred |a |half a "
    "|about |sekitar |antara 1 dan |lebih dari |tidak kurang dari |pukul 1 |jam |Senin |Senin lalu |Monday |hari "
    "|1 Mei |1 May 2024 |May 1, |tahun 2024 |last month |kemarin "
)
TALK = (
    "said |kata |, kata |menurut |Aa, |A, said |dan A, |mengatakan |yang |he |it |itu |-nya |anya |what about |and "
    "|who is |where |berapa |apa itu |di mana |kota itu |min, |halo |pls |hi! |yg |aaa|loool |AAA |what |iiii |mmm "
    "|n't |A’s "
)
MARKS = (
    'Aa |aB|a1|1a|A |Dr. |A. |a.b|U.S. |Inc. |A. A|... |?!|! |."|”. |“A. |(a. |. a|- a|"a" |\'a\' |« |a-|a_|a-\nb'
    "|e\u0301|\u0301a|A\u0301 |\u05b0\u0301|\r\n|\n\n|🙏 "
)
MARKUP = (
    "<a |<a>|</a>|<p>|<!--|<![CDATA[|<script>|&amp;|&#1;|&lt|http://|https://a|https://a |https://a.b/|www.a |[a](|!["
    "|](a)|**a|__a|> |>a|# |- |* |\n---\n|a: b\n|---|\n- |\n1. |```\n|Foto: |(Foto |Baca juga: |Tag: a |By A "
)
GENERAL = [Attack("", pump) for pump in (*CHARACTERS, *"|".join([FIGURES, TALK, MARKS, MARKUP]).split("|"))]


class Sampler:
    """Texts that a pattern matches, or would but for what it looks for around them."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        source = pattern.pattern
        self._tree = parser.parse(source if isinstance(source, str) else source.decode("latin-1"), pattern.flags & ~32)
        self._chance = random.Random(0)
        self._groups: dict[int, str] = {}

    def attacks(self) -> Iterator[Attack]:
        """For each part of the pattern that may repeat: what leads to it, it many times, and what fits not."""
        for repeated in self._repeats(self._tree):
            before, _, rest = self._text(self._tree, repeated).partition("\ue000")
            body = rest.partition("\ue001")[0]
            if body:
                yield from (Attack(before, body, suffix) for suffix in ("", "\0"))
        for _ in range(3):
            if text := self._text(self._tree, None):
                yield Attack("", text)
                yield Attack(text, text[-1], "\0")

    def _repeats(self, tree: Any) -> Iterator[Any]:
        for operation, argument in tree:
            if operation in _REPEATS:
                if argument[1] > 3:
                    yield argument[2]
                yield from self._repeats(argument[2])
            else:
                for inner in _trees(argument):
                    yield from self._repeats(inner)

    def _text(self, tree: Any, repeated: Any) -> str:
        return "".join(self._one(operation, argument, repeated) for operation, argument in tree)

    def _one(self, operation: Any, argument: Any, repeated: Any) -> str:
        text = ""  # of what looks around
        if operation is syntax.LITERAL:
            text = chr(argument)
        elif operation in {syntax.NOT_LITERAL, syntax.IN, syntax.ANY}:
            text = self._character(operation, argument)
        elif operation is syntax.BRANCH:
            with_it = [inner for inner in argument[1] if any(one is repeated for one in self._repeats(inner))]
            text = self._text((with_it or [self._chance.choice(argument[1])])[0], repeated)
        elif operation in _REPEATS:
            text = self._repetition(*argument, repeated)
        elif operation is syntax.SUBPATTERN:
            text = self._groups[argument[0]] = self._text(argument[3], repeated)
        elif operation is syntax.GROUPREF:
            text = self._groups.get(argument, "")
        elif operation is syntax.ATOMIC_GROUP:
            text = self._text(argument, repeated)
        return text

    def _repetition(self, least: int, most: int, inner: Any, repeated: Any) -> str:
        if inner is repeated:
            return f"\ue000{self._text(inner, None)}\ue001"
        within = any(one is repeated for one in self._repeats(inner))
        times = max(1, least) if within else self._chance.randint(least, min(int(most), least + 2))
        return "".join(self._text(inner, repeated) for _ in range(times))

    def _character(self, operation: Any, argument: Any) -> str:
        one = re.compile(_source(operation, argument), re.DOTALL)
        fitting = [letter for letter in CHARACTERS if one.match(letter)]
        return self._chance.choice(fitting or ["a"])


_REPEATS = {syntax.MAX_REPEAT, syntax.MIN_REPEAT, syntax.POSSESSIVE_REPEAT}
_CATEGORIES = {
    syntax.CATEGORY_DIGIT: r"\d", syntax.CATEGORY_NOT_DIGIT: r"\D", syntax.CATEGORY_SPACE: r"\s",
    syntax.CATEGORY_NOT_SPACE: r"\S", syntax.CATEGORY_WORD: r"\w", syntax.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _trees(argument: Any) -> Iterator[Any]:
    """The patterns within a part of a pattern."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for inner in argument:
            yield from _trees(inner)


def _source(operation: Any, argument: Any) -> str:
    """A character class, as it is written."""
    if operation is syntax.ANY:
        return "."
    if operation is syntax.NOT_LITERAL:
        return f"[^{re.escape(chr(argument))}]"
    parts = []
    for kind, value in argument:
        if kind is syntax.NEGATE:
            parts.append("^")
        elif kind is syntax.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is syntax.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            parts.append(_CATEGORIES[value])
    return f"[{''.join(parts)}]"


# --- patterns -------------------------------------------------------------------------------------------------

Reading = Callable[[str], object]


class Target(NamedTuple):
    """Something that reads."""

    name: str
    read: Reading
    attacks: list[Attack]
    longest: int = SIZES[-1]
    """Characters that it is ever given."""


USES = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")


@cache
def modules() -> list[ModuleType]:
    names = [
        found.name
        for package in ("bot", "index")
        for found in pkgutil.walk_packages([str(Path(__file__).parents[1] / package)], f"{package}.")
    ]
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


def patterns() -> Iterator[Target]:
    """Every pattern, in each way in which it is used."""
    seen: set[tuple[object, int, str]] = set()
    trees = {module.__name__: ast.parse(inspect.getsource(module)) for module in modules()}
    calls = [(use, node.func.value) for tree in trees.values() for node, use in _calls(tree)]
    used = [(name.id, use) for use, value in calls for name in ast.walk(value) if isinstance(name, ast.Name)]
    for module in modules():
        named = ((name, one) for name, value in vars(module).items() for one in _patterns_in(value))
        for name, pattern in named:
            uses = [use for other, use in used if other == name]
            yield from _targets(f"{module.__name__}.{name}", pattern, uses or ["search"], seen)
        for name, pattern, use in _constants(module.__name__, trees[module.__name__]):
            yield from _targets(name, pattern, [use], seen)


def _calls(tree: ast.Module) -> Iterator[tuple[Any, str]]:
    """Calls of methods that patterns have, and the method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in USES:
            yield node, node.func.attr


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from _patterns_in(one)
    elif isinstance(value, dict):
        yield from _patterns_in([*value.values()])


def _constants(module: str, tree: ast.Module) -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """Patterns that stand as plain texts in calls of `re`, with the line and the function that is called."""
    for node, use in _calls(tree):
        if ast.unparse(node.func.value) == "re" and isinstance(node.args[0], ast.Constant):
            ignoring = re.IGNORECASE if "IGNORECASE" in ast.unparse(node) else 0
            yield f"{module}:{node.lineno}", re.compile(node.args[0].value, ignoring), use


def _targets(
    name: str, pattern: re.Pattern[Any], uses: Iterable[str], seen: set[tuple[object, int, str]]
) -> Iterator[Target]:
    for use in {use if use in {"match", "fullmatch", "search"} else "finditer" for use in uses}:
        key = pattern.pattern, pattern.flags, use
        if key not in seen:
            seen.add(key)
            attacks = [*GENERAL, *Sampler(pattern).attacks()]
            bounds = [most for part, most in BOUNDED.items() if name.startswith(part)]
            yield Target(f"{name}.{use}", partial(_use, pattern, use), attacks, min(bounds, default=SIZES[-1]))


def _use(pattern: re.Pattern[Any], use: str, text: str) -> None:
    given: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
    found = getattr(pattern, use)(given)
    if use == "finditer":
        for _ in found:
            pass


# --- functions ------------------------------------------------------------------------------------------------


def functions(folder: Path) -> Iterator[Target]:
    """Every function that meets texts of others, by the name of its module and its own."""
    for name, read in [*_of_figures(), *_of_questions(folder), *_of_answers(), *_of_texts(), *_of_files(folder)]:
        parts = name.split()[0].split(".")
        module = importlib.import_module(".".join(parts[:-1]))
        own = [one for value in vars(module).values() for one in _patterns_in(value)]
        attacks = [attack for pattern in own for attack in islice(Sampler(pattern).attacks(), 6)]
        yield Target(name, read, [*GENERAL, *attacks])


def _of_figures() -> Iterator[tuple[str, Reading]]:
    from bot.figures.finding import find_figures
    from bot.figures.gloss import gloss

    for language in ("id", "en", "de", "ar", None):
        yield f"bot.figures.finding.find_figures {language}", partial(find_figures, language=language)

    def in_english(text: str) -> None:
        figures = find_figures(text, "id")
        gloss(text, figures, article_language="id", asker_language="en", published=date(2024, 5, 1), sentence=text)

    yield "bot.figures.gloss.gloss", in_english


def _of_questions(folder: Path) -> Iterator[tuple[str, Reading]]:
    from bot.answers.answerer import Answerer
    from bot.phrases import small_talk
    from bot.questions import followups, language, names, spelling
    from bot.questions.conversation import Turn
    from bot.questions.sources import asks_for_source
    from bot.questions.understanding import Interpreter
    from bot.readers.sentence import SentenceReader
    from index.build import build
    from index.embedding.hashing import HashEmbedder
    from index.store.snapshots import open_current
    from index.store.words import fold

    (folder / "a.txt").write_text("Harbour\n\n3 March 2024\n\nAda Brink opened the harbour of Lowen. It is new.\n")
    build([folder / "a.txt"], folder / "index", HashEmbedder())
    snapshot = open_current(folder / "index")
    vocabulary = snapshot.store.vocabulary
    turn = Turn("Who opened the harbour of Lowen?", "Ada Brink", "Ada Brink opened it.", "a", "Harbour")
    yield "bot.questions.spelling.plain_question", spelling.plain_question
    yield "bot.questions.language.question_language", language.question_language
    yield "bot.questions.language.asks_for_statement", language.asks_for_statement
    yield "bot.questions.sources.asks_for_source", asks_for_source
    yield "bot.questions.followups.resolve", lambda text: followups.resolve(text, [turn])
    yield "bot.questions.followups.resolve after", lambda text: followups.resolve("and when?", [turn._replace(text)])
    yield "bot.questions.names.Names", lambda text: (names.Names([text]).person, names.Names([text]).spans(text))
    yield "bot.questions.names.name_of", names.name_of
    yield (
        "bot.questions.understanding.Interpreter",
        lambda text: Interpreter(vocabulary, HashEmbedder().count_tokens).understand(text, [turn]),
    )
    yield "bot.phrases.small_talk", small_talk
    yield "index.store.words.fold", fold
    yield "index.store.words.Vocabulary", lambda text: (vocabulary.near(text), vocabulary.written(text))
    yield "index.store.disk.DiskStore", lambda text: snapshot.store.matching(text, 5)
    yield "index.embedding.hashing.HashEmbedder", HashEmbedder().embed_question
    yield "bot.answers.answerer.Answerer", Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder())).ask


def _of_answers() -> Iterator[tuple[str, Reading]]:
    from bot.answers import agreement, attribution, showing, spans
    from bot.answers.types import Finding, Quote
    from bot.telegram import splitting
    from index.types import Passage

    def finding(text: str) -> Finding:
        passage = Passage("a", "A", None, None, "a.txt", "id", 0, len(text), text, ((0, len(text)),))
        return Finding(Quote("a", text, 0, len(text)), passage, 0.9, 0.0)

    def widened(text: str) -> None:
        spans.widen(text, len(text) // 2, len(text) // 2 + 1, question="how many?", language="id")

    yield "bot.answers.spans.cut", lambda text: spans.cut(text, len(text) // 3, len(text))
    yield "bot.answers.spans.widen", widened
    yield "bot.answers.attribution.named_source", attribution.named_source
    yield "bot.answers.agreement.same_fact", lambda text: agreement.same_fact(finding(text), finding(text + " 1"))
    yield "bot.answers.agreement.same_fact short", lambda text: agreement.same_fact(finding(text), finding("A"))
    yield "bot.answers.agreement.figures_stand_in", lambda text: agreement.figures_stand_in(text, "1 " + text)
    yield "bot.answers.agreement.figures_stand_in not", lambda text: agreement.figures_stand_in(f"2{text}", text)
    yield "bot.answers.showing.marked", lambda text: showing.marked(Quote("a", text, len(text) // 2, len(text)))
    yield "bot.telegram.splitting.split", lambda text: splitting.split(f"<b>{escape(_whole(text))}</b>")
    yield "bot.telegram.splitting.length", lambda text: splitting.length(escape(_whole(text)))


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, as updates and articles are read."""
    return text.encode("utf-8", "replace").decode()


def _of_texts() -> Iterator[tuple[str, Reading]]:
    from index.embedding.hashing import HashEmbedder
    from index.text import characters, chunking, duplicates, repeats, sentences

    for language in ("id", "en", "de", "zh", "th", "ar", "hi", "xx"):
        yield f"index.text.sentences.sentences {language}", partial(sentences.sentences, language=language)
    yield "index.text.chunking.chunk", lambda text: chunking.chunk(text, HashEmbedder().count_tokens, "id")
    yield "index.text.characters.tidy", characters.tidy
    yield "index.text.characters.one_line", characters.one_line
    yield "index.text.characters.decode", lambda text: _refused(characters.decode, text.encode("utf-8", "replace"))
    yield (
        "index.text.characters.decode bytes",
        lambda text: _refused(characters.decode, text.encode("cp1252", "replace") + b"\xff", declared="cp1252"),
    )
    yield "index.text.duplicates.wording", duplicates.wording
    yield "index.text.duplicates.signature", duplicates.signature

    def repeated(text: str) -> None:
        first, *_ = [getattr(repeats, name) for name in ("SentenceSet", "Said") if hasattr(repeats, name)]
        one, other = first(text), first(f"{text}. A")
        repeats.repeats(one, other)
        repeats.mostly_repeats(one, other)

    yield "index.text.repeats.repeats", repeated


def _refused(read: Callable[..., object], *arguments: object, **options: object) -> None:
    """Reading, which may end in a refusal."""
    from index.types import KabarError, RefusedError

    with contextlib.suppress(KabarError, RefusedError, UnicodeError):
        read(*arguments, **options)


def _of_files(folder: Path) -> Iterator[tuple[str, Reading]]:
    from index.articles import finding, ids, loading
    from index.web import addresses

    def load(suffix: str, written: Callable[[str], str], text: str) -> None:
        path = folder / f"text{suffix}"
        path.write_bytes(written(text).encode("utf-8", "replace"))
        for file in finding.find_files([path]):
            for _ in loading.load(file, "text"):
                pass

    def items(text: str) -> str:
        """As many items as there are lines in it, all of one title."""
        lines = [json.dumps({"title": text[:20], "text": f"{text[:20]}{number}"}) for number in range(len(text) // 40)]
        return "\n".join(lines)

    written: dict[str, tuple[str, Callable[[str], str]]] = {
        "text": (".txt", str),
        "text with a head": (".txt", lambda text: f"Headline\n\n3 March 2024\n\n{text}"),
        "Markdown": (".md", str),
        "Markdown with front matter": (".md", lambda text: f"---\ntitle: {text}\n---\n\nA."),
        "HTML": (".html", str),
        "HTML within": (".html", lambda text: f"<html><body><article><p>{text}</p></article></body></html>"),
        "an item": (".jsonl", lambda text: json.dumps({"title": "A", "text": text})),
        "an item's title": (".jsonl", lambda text: json.dumps({"title": text, "text": "A."})),
        "an item's id": (".jsonl", lambda text: json.dumps({"id": text, "text": "A."})),
        "an item's date": (".jsonl", lambda text: json.dumps({"published": text, "author": text, "text": "A."})),
        "items of one title": (".jsonl", items),
    }
    for what, (suffix, as_written) in written.items():
        yield f"index.articles.loading.load {what}", partial(load, suffix, as_written)
    yield "index.articles.ids.slug", ids.slug
    yield "index.web.addresses.checked_url", partial(_refused, addresses.checked_url)
    yield "index.web.addresses.checked_url host", lambda text: _refused(addresses.checked_url, f"https://{text}/")
    yield "index.web.addresses.checked_url path", lambda text: _refused(addresses.checked_url, f"https://a.b/{text}")


# --- measuring ------------------------------------------------------------------------------------------------


class TooLongError(Exception):
    """A reading took longer than LIMIT."""


def seconds(target: Target, attack: Attack, size: int) -> float:
    """Of the processor, for reading the text once; LIMIT if it was stopped."""
    text = attack.text(size)
    started = process_time()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if process_time() - started >= LIMIT:
            raise TooLongError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT, LIMIT / 10)  # the timers of the processor's time make its clock coarse
    try:
        target.read(text)
    except TooLongError:
        return LIMIT
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return process_time() - started


def growth(target: Target, attack: Attack, sizes: list[int], enough: float, times: int = 1) -> Growth:
    """How the time grows from size to size, or as far as it is quick; the least of several times at each."""
    took: list[float] = []
    for size in sizes:
        took.append(min(seconds(target, attack, size) for _ in range(times)))
        if took[-1] >= enough:
            break
    return Growth(_exponent(took), sizes[len(took) - 1], took[-1], target.name, attack)


def _exponent(took: list[float]) -> float:
    """Of the last two steps, or of the only one."""
    steps = min(2, len(took) - 1)
    if took[-1] < FLOOR or not steps:
        return math.inf if took[-1] >= LIMIT else 0.0
    return math.log(took[-1] / max(took[-1 - steps], 1e-6), STEP**steps)


def worst(target: Target) -> Growth:
    """The attack that slows the target down most; the first that does so badly, where one does."""
    if target.longest < SIZES[-1]:
        return max(_bounded(target, attack) for attack in target.attacks)
    found: list[Growth] = []
    for one in _grown(target):
        if one.is_bad and _again(target, one).is_bad:
            return one
        found.append(one)
    return max(one for one in found if not one.is_bad)


def _grown(target: Target) -> Iterator[Growth]:
    """Every attack at small sizes, and the slowest at larger ones."""
    found: list[Growth] = []
    for attack in target.attacks:
        found.append(growth(target, attack, SIZES[:3], LIMIT))
        yield found[-1]
    slowest = [one.attack for one in sorted(found, key=_pace, reverse=True)[:SLOWEST]]
    for enough, attacks in ((ENOUGH, slowest), (LONG, slowest[:1])):
        for attack in attacks:
            yield growth(target, attack, SIZES[1:], enough)


def _pace(one: Growth) -> float:
    return one.seconds / one.size


def _bounded(target: Target, attack: Attack) -> Growth:
    """What is never given a long text only has to be quick."""
    took = seconds(target, attack, target.longest)
    return Growth(math.inf if took >= ENOUGH else 0.0, target.longest, took, target.name, attack)


def _again(target: Target, one: Growth) -> Growth:
    at = SIZES.index(one.size)
    return growth(target, one.attack, SIZES[max(0, at - 2) : at + 1], LIMIT, times=1 if one.seconds >= LIMIT else 3)


def main(*parts: str) -> None:
    sys.setrecursionlimit(10_000)
    with tempfile.TemporaryDirectory() as folder:
        targets = [
            target
            for target in (*patterns(), *functions(Path(folder)))
            if not parts or any(part in target.name for part in parts)
        ]
        results = []
        for number, target in enumerate(targets, 1):
            print(f"\r\033[K{number}/{len(targets)} {target.name}", end="", file=sys.stderr, flush=True)
            results.append(worst(target))
    results.sort(reverse=True)
    bad = [one for one in results if one.is_bad]
    print(f"\r\033[K{'exponent':>8} {'size':>8} {'seconds':>8}  what, and what it reads", file=sys.stderr)
    for one in results[: max(SHOWN, len(bad))]:
        print(f"{one.exponent:8.2f} {one.size:8} {one.seconds:8.3f}  {one.target}  {tuple(one.attack)!a}")
    print(f"{len(bad)} of {len(results)} grow faster than n log n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main(*sys.argv[1:])
