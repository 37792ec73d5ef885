"""Which articles say the same: true copies, and those that are nearly the same.

All of it errs on one side. A copy that is not recognised costs a place; two stories taken for one cost the reader one
of them, and news differ in a figure, a sign, a "not" or in who did it to whom.

- True copies have the same `wording`: every word, figure and sign in its order, whatever the white space, the case, the
  kind of quotation mark or dash, the invisible characters and the Unicode form.
- Near-duplicates share most of their runs of three words; `NearDuplicates` finds them by MinHash and locality-sensitive
  hashing, without comparing all with all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datasketch import MinHash

VERSION: int = 1
"""The first byte of every wording and signature. Raise it whenever the same text could give another one."""


def is_current(stored: bytes) -> bool:
    """Whether a wording or signature was made by this version, so that it can be compared with new ones."""
    return stored[:1] == bytes([VERSION])


# --- one way of writing -----------------------------------------------------------------------------------

# Unicode's Default_Ignorable_Code_Point, controls that are no white space, and halves of surrogate pairs.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Before NFKC, which makes other characters of some. An em dash is two, for it is never the sign of a number.
_PLAIN_MARKS = (
    dict.fromkeys("“”„‟«»″〝〞〟「」『』＂", '"')
    | dict.fromkeys("‘’‚‛‹›′´`ʼ＇", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2043\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u2014\u2015\u2e3a\u2e3b\ufe58", "--")
)
_MARK = re.compile(f"[{''.join(_PLAIN_MARKS)}]")
# NFKC would turn 10² into 102, 1½ into 11⁄2 and ①② into 12. Composing a run of combining marks takes the square of its
# length, so a hostile run is taken in pieces.
_FIGURES_OF_THEIR_OWN = "²³¹¼-¾\u2070-\u209f\u2150-\u215f\u2189\u2460-\u24ff\u3200-\u33ff\U0001f100-\U0001f1ff"
_TO_COMPOSE = re.compile(f"[\x00-\x7f]?[^\x00-\x7f{_FIGURES_OF_THEIR_OWN}]{{1,1000}}")
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Thai, Lao, Burmese, Khmer, Kana and Han: a line break or a space between their letters means nothing."""

# Each begins with what it looks for, and looks back from there: four times as fast as looking back everywhere.
# An apostrophe stays within a word, and either mark after a figure: feet and inches, minutes and seconds.
_QUOTATION_MARK = re.compile(r"""\"(?<!\d")|'(?:(?<!\w')|(?<!\d')(?!\w))""")
# "−3" and "-Rp5", but not the dash of "F-16", "2-1" or "– 3".
_SIGN = re.compile(r"""-(?<![\w)\]%'"-]-)(?=(?:[^\W\d_]{1,3}\.? ?)?[^\w\s-]{0,2}\d)""")
_DASH = re.compile("-[- ]*")
_IDLE_SPACE = re.compile(rf" (?:(?=[.,;:!?)\]](?!\d)|[{_SPACELESS}])|(?<=[{_SPACELESS}] ))")


def plain(text: str) -> str:
    """The text in one way of writing, its case kept; all that could change a figure is kept too."""
    text = _MARK.sub(lambda mark: _PLAIN_MARKS[mark[0]], _INVISIBLE.sub("", text))
    text = _TO_COMPOSE.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    text = _QUOTATION_MARK.sub("", text.replace("''", '"'))
    text = " ".join(text.split())
    text = _DASH.sub("-", _SIGN.sub("\u2212", text)).replace(" -", "-")
    return _IDLE_SPACE.sub("", text)


# --- true copies ------------------------------------------------------------------------------------------


def wording(text: str) -> bytes:
    """A digest of 17 bytes that only true copies share: the same words, figures and signs in the same order."""
    # `lower`, because `casefold` takes "Maße" for "Masse".
    return bytes([VERSION]) + hashlib.blake2b(plain(text).lower().encode(), digest_size=16).digest()


# --- words ------------------------------------------------------------------------------------------------

# Told by what they are not: Python's \w leaves out the vowel signs of Hindi and Thai.
_NO_LETTER = r"\s\d!-/:-@\[-`{-¿×÷،؛؟۔٪٫٬।॥\u2000-\u2bff\u3000-\u303f"
_LETTERS = rf"[^{_NO_LETTER}{_SPACELESS}]+"
_NUMBER = r"(?:(?<![^\s(])[.,])?\d+(?:[.,:/'٫٬-]\d+)*"
_IDLE_MARK = r"\s.,;:!()\[\]{}、。،؛۔।॥"
WORD = re.compile(rf"{_NUMBER}|[{_SPACELESS}]|{_LETTERS}(?:'{_LETTERS})*|-(?=[^\w\s]?\d)|[^{_IDLE_MARK}-]")
"""A word, a letter of a script without spaces, a number with its separators, or a sign that may carry meaning."""


# --- articles that are nearly the same --------------------------------------------------------------------

PERMUTATIONS = 128
"""The estimate of a similarity of 0.7 is then off by 0.04 (one standard deviation)."""
SHINGLE, LONG_SHINGLE = 3, 5
"""Words; the longer one begins with a single letter, as nearly all do in scripts without spaces."""
AT_ONCE = 4096
"""Shingles given to the library at once; it needs half a kilobyte for each."""


def signature(text: str) -> bytes:
    """The MinHash of the text's shingles in 513 bytes, for `NearDuplicates`; one byte for a text without words."""
    words = WORD.findall(plain(text).lower())
    if not words:
        return bytes([VERSION])
    sketch = _blank().copy()
    for start in range(0, len(words), AT_ONCE):
        sketch.update_batch(_shingles(words, start, start + AT_ONCE))
    values: NDArray[np.uint32] = sketch.hashvalues
    return bytes([VERSION]) + values.astype("<u4").tobytes()


@cache
def _blank() -> MinHash:
    """An empty sketch; its copies share the permutations, which take longer to draw than most texts to hash."""
    from datasketch import MinHash
    from xxhash import xxh32_intdigest

    return MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=xxh32_intdigest, scheme="affine32")


def _shingles(words: Sequence[str], first: int, last: int) -> Iterator[bytes]:
    """The shingles that begin with words[first:last]; none is shorter than SHINGLE unless the text is."""
    for start in range(first, min(last, max(1, len(words) - SHINGLE + 1))):
        length = LONG_SHINGLE if len(words[start]) == 1 else SHINGLE
        yield " ".join(words[start : start + length]).encode()


SIMILAR = 0.7
"""Estimated share of common shingles. Of 150 words, Indonesian, an added sentence leaves 0.85 to 0.92, one word in
fifty changed 0.76 to 0.96, and one in twenty 0.61 to 0.85; a story that takes over half of another has 0.18 to 0.44,
one that goes on for as long again 0.39 to 0.64 (5th to 95th percentile)."""
BANDS, ROWS = 5, 4
"""Proposes 75 % of the pairs at 0.7, 93 % at 0.8 and 99.5 % at 0.9, but one in 2,000 at 0.1, which a footer under all
stories of a site comes to. With the signatures, 200,000 articles take 515 MB, and each band 77 of them."""
CROWD = 1000
"""With so many proposed, an article is not remembered itself: forty thousand reports of one form would else be compared
each with each, instead of in a quarter of a millisecond each."""


NEAREST = 50
"""Of those that are nearly the same, so many are named: an agency's report stands in as many papers."""


def similarity(one: bytes, other: bytes) -> float:
    """The estimated share of common shingles of two texts, by their signatures; 0 where one has no words."""
    if len(one) != len(other) or not is_current(one) or not is_current(other) or len(one) == 1:
        return 0.0
    values = [np.frombuffer(each, "<u4", offset=1) for each in (one, other)]
    return float((values[0] == values[1]).mean())


class Near(NamedTuple):
    """An article that is nearly the same as the one asked about."""

    key: str
    similarity: float
    """Estimated share of common shingles, SIMILAR..1."""


class NearDuplicates:
    """Articles added one after the other, each of which learns those before it that are nearly the same."""

    def __init__(self) -> None:
        from datasketch import MinHashLSH

        self._buckets = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
        self._keys: list[str] = []
        self._values: list[bytes] = []

    def add(self, key: str, signature: bytes) -> list[Near]:
        """The most similar articles added before, at most NEAREST, best first; of those equally similar the earlier.

        Texts without words and signatures of another version resemble nothing. Of a crowd, only its first are named.
        """
        if not is_current(signature) or len(signature) == 1:
            return []
        from datasketch import LeanMinHash

        values = np.frombuffer(signature, "<u4", offset=1)
        sketch = LeanMinHash(seed=1, hashvalues=values, scheme="affine32")
        candidates = sorted(self._buckets.query(sketch))
        if len(candidates) < CROWD:
            self._buckets.insert(len(self._keys), sketch, check_duplication=False)
            self._keys.append(key)
            self._values.append(signature[1:])
        return self._nearest(values, candidates)

    def _nearest(self, values: NDArray[np.uint32], candidates: list[int]) -> list[Near]:
        if not candidates:
            return []
        others = np.frombuffer(b"".join(self._values[number] for number in candidates), "<u4")
        similarities = (others.reshape(-1, PERMUTATIONS) == values).mean(axis=1)
        best = np.argsort(-similarities, kind="stable")[:NEAREST]
        return [Near(self._keys[candidates[at]], float(similarities[at])) for at in best if similarities[at] >= SIMILAR]
