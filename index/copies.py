"""Is this text a copy of that one? For wire stories that several papers print, whole, re-wrapped or with small edits.

Pure: it knows no files and no store. MinHash (A. Broder, "On the resemblance and containment of documents", 1997) over
shingles of words, with numpy. Two articles about the same event share names and a quotation, not their wording.
Try `is_copy(signature(text), signature(other))`.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORDS = 3  # words in a shingle: a changed word changes three of them, so that one edit in 40 words leaves 0.85
PLACES = 128  # numbers in a signature: the estimate of the resemblance has a standard error of at most 0.045
COPY = 0.5  # resemblance from which on a text is a copy; small edits leave 0.6 and more, other reports give below 0.1
SHORTEST = 12  # words; a shorter text says too little to be called a copy
_PRIME = (1 << 31) - 1
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
_HYPHEN = re.compile(r"(?<=\w)-\s*\n\s*(?=\w)")  # a word that was broken at a line's end

Signature = tuple[int, ...]


def signature(text: str) -> Signature:
    """128 numbers that say what words stand side by side in `text`; () for a text too short to compare.

    White space, punctuation, quotation marks and case don't count, so a re-wrapped copy has the same signature.

    >>> wire = "The port of Ost reopened on Monday after a strike of nine days, its director said in a statement."
    >>> signature(wire) == signature(wire.replace(" ", "\\n").upper()), len(signature(wire)), signature("It rained.")
    (True, 128, ())
    """
    import numpy as np

    words = _TOKEN.findall(_HYPHEN.sub("-", text).casefold())
    if len(words) < SHORTEST:
        return ()
    grams = {" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1)}
    hashes = np.fromiter((zlib.crc32(gram.encode("utf-8", "surrogatepass")) for gram in grams), np.uint64, len(grams))
    factors, offsets = _permutations()
    least = np.full(PLACES, _PRIME, np.uint64)
    for start in range(0, len(hashes), 4096):  # in parts, so that a long text needs no more memory than a short one
        part = hashes[start : start + 4096] % _PRIME
        least = np.minimum(least, ((factors[:, None] * part + offsets[:, None]) % _PRIME).min(axis=1))
    return tuple(int(value) for value in least)


def resemblance(a: Signature, b: Signature) -> float:
    """The share (0 to 1) of their shingles that two texts have in common, estimated: equal places / all places.

    >>> resemblance((1, 2, 3, 4), (1, 2, 3, 9)), resemblance((), ())
    (0.75, 0.0)
    """
    if not a or len(a) != len(b):
        return 0.0
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def is_copy(a: Signature, b: Signature) -> bool:
    """Whether the texts of two signatures are one article, but for small edits.

    >>> is_copy((1, 2, 3, 4), (1, 2, 3, 9)), is_copy((1, 2, 3, 4), (1, 7, 8, 9))
    (True, False)
    """
    return resemblance(a, b) >= COPY


def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The same hash functions in every run: h(x) = (a x + b) mod (2^31 - 1)."""
    import numpy as np

    draw = np.random.Generator(np.random.PCG64(20250409))
    return draw.integers(1, _PRIME, PLACES, dtype=np.uint64), draw.integers(0, _PRIME, PLACES, dtype=np.uint64)
