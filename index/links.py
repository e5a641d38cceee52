"""Which articles repeat an earlier one: the same wire story in two files is one source, not two.

What makes a text a copy is decided in `index/copies.py`; here every article is compared with the few that it may be
a copy of (locality-sensitive hashing), so that thousands of articles cost no more than a moment. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from index.copies import Signature, is_copy, signature
from index.types import Article

# Three places of a signature make a band; texts that share a band are compared. With 128 places, that finds 99.6% of
# the pairs whose resemblance is 0.5, and next to none below 0.1 (Leskovec, Rajaraman and Ullman, "Mining of Massive
# Datasets", 3.4.2: 1 - (1 - s^r)^b).
_ROWS = 3


def pack(text: str) -> bytes:
    """The signature of an article's text, as it is stored: four bytes a place."""
    places = signature(text)
    return struct.pack(f"<{len(places)}I", *places)


def unpack(stored: bytes) -> Signature:
    """
    >>> unpack(struct.pack("<2I", 7, 9))
    (7, 9)
    """
    return struct.unpack(f"<{len(stored) // 4}I", stored)


def copies(articles: Iterable[tuple[Article, bytes]]) -> dict[str, str]:
    """article id -> the id of the original that it repeats, or "".

    The earliest is the original: by the date of publication, then by source and place; an article without a date comes
    after those with one. A copy is linked to the first original that it resembles, never to another copy.
    """
    bands: dict[tuple[int, bytes], list[tuple[str, Signature]]] = {}
    found: dict[str, str] = {}
    for article, stored in sorted(articles, key=lambda pair: _order(pair[0])):
        own = unpack(stored)
        keys = [(i, stored[4 * i : 4 * (i + _ROWS)]) for i in range(0, len(own) - _ROWS + 1, _ROWS)]
        seen: set[str] = set()
        original = ""
        for key in keys:
            for other, places in bands.get(key, ()):
                if other not in seen and not original:
                    seen.add(other)
                    original = other if is_copy(own, places) else ""
        found[article.article_id] = original
        if not original:
            for key in keys:
                bands.setdefault(key, []).append((article.article_id, own))
    return found


def _order(article: Article) -> tuple[bool, str, str, int]:
    return not article.published, article.published, article.source, article.start
