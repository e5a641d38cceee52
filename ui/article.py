"""An article as safe HTML: paragraphs, dimmed page chrome, and exactly the cited characters in `<mark>`. Pure.

Reading the file and finding its chrome is the library's work; scrolling and keys are in `ui/reader.js`.
Every paragraph carries the offset of its first character, so that a selection on the page leads back to the file.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.types import Article, Span
from ui.safe import esc, flat, time_tag, wash

_LINE = re.compile(r"[^\r\n]+")


class Piece(NamedTuple):
    """Characters of one paragraph that are all alike: `marks` are the numbers of the citations they belong to."""

    start: int
    end: int
    dim: bool
    marks: tuple[int, ...]


def render_article(
    text: str,
    article: Article,
    chrome: Sequence[Span] = (),
    marks: Sequence[Span] = (),
    window: Span | None = None,
) -> str:
    """The article in full, `marks` highlighted; `window` is the part of the file to show (by default the article).

    >>> a = Article("a", "a.txt", 0, 7, "T", "P", "2025-04-09", "00")
    >>> render_article("One. Two"[:7], a, (), (Span("a.txt", 0, 4),)).split("</header>")[1]
    '<div class="text"><p data-o="0"><mark class="m0" data-n="0">One.</mark> Tw</p></div></div>'
    """
    start, end = (window.start, window.end) if window else (article.start, article.end)
    body = "".join(
        _paragraph(text, at, stop, chrome, marks, article) for at, stop in _lines(text, start, min(end, len(text)))
    )
    where = "".join(f"<span>{part}</span>" for part in (flat(article.publisher), time_tag(article.published)) if part)
    title = flat(article.title or article.source)
    twice = ' class="sr"' if 'class="headline"' in body else ""  # the text has it in its own words
    header = (
        f'<header><p class="where">{where}</p><h2 id="reader-title" tabindex="-1"{twice}>{title}</h2>'
        f'<p class="file">{flat(article.source)}</p></header>'
    )
    return wash(
        f'<div class="article" data-source="{esc(article.source)}" data-sha="{esc(article.sha256)}"'
        f' data-article="{esc(article.article_id)}">{header}<div class="text">{body}</div></div>'
    )


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The non-empty lines of `text[start:end]`, without what ends them; offsets in the whole text.

    >>> list(_lines("ab\\n\\ncd", 0, 6)), list(_lines("ab\\r\\ncd\\re", 0, 8))
    ([(0, 2), (4, 6)], [(0, 2), (4, 6), (7, 8)])
    """
    # Both signs of "\r\n" end a line, and the empty one between them is no paragraph.
    for line in _LINE.finditer(text, start, end):
        if line[0].strip():
            yield line.span()


def _paragraph(text: str, start: int, end: int, chrome: Sequence[Span], marks: Sequence[Span], article: Article) -> str:
    pieces = cut(start, end, chrome, marks)
    inner = "".join(_piece(text, piece) for piece in pieces)
    is_title = text[start:end].strip() == article.title.strip() and start <= article.start + 400
    dim = ' class="chrome"' if all(p.dim for p in pieces) else ' class="headline"' if is_title else ""
    return f'<p data-o="{start}"{dim}>{inner}</p>'


def _piece(text: str, piece: Piece) -> str:
    inner = esc(text[piece.start : piece.end])
    if piece.marks:
        names = " ".join(f"m{n}" for n in piece.marks)
        return f'<mark class="{names}" data-n="{piece.marks[0]}">{inner}</mark>'
    return f'<span class="chrome">{inner}</span>' if piece.dim else inner


def cut(start: int, end: int, chrome: Sequence[Span], marks: Sequence[Span]) -> list[Piece]:
    """`start` to `end` in pieces that are alike throughout; together they are every character once, in order.

    >>> cut(0, 9, (Span("a", 6, 9),), (Span("a", 2, 4),))  # doctest: +NORMALIZE_WHITESPACE
    [Piece(start=0, end=2, dim=False, marks=()), Piece(start=2, end=4, dim=False, marks=(0,)),
     Piece(start=4, end=6, dim=False, marks=()), Piece(start=6, end=9, dim=True, marks=())]
    """
    edges = {start, end}
    for span in (*chrome, *marks):
        edges.update(edge for edge in (span.start, span.end) if start < edge < end)
    at = sorted(edges)
    return [
        Piece(
            a,
            b,
            any(s.start <= a and b <= s.end for s in chrome),
            tuple(n for n, s in enumerate(marks) if s.start <= a and b <= s.end),
        )
        for a, b in itertools.pairwise(at)
    ]
