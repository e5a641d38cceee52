"""The values that the whole product passes around: spans, articles, sentences, hits.

They are frozen, built once and never filled in along the way. Offsets count characters of the file decoded as
text, newlines untouched; spans are half-open. Nothing here reads a file or knows a library.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (half-open) of the file `source`, a path relative to the indexed folder.

    >>> Span("a.txt", 0, 5).overlaps(Span("a.txt", 4, 9)), Span("a.txt", 0, 5).overlaps(Span("a.txt", 5, 9))
    (True, False)
    """

    source: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: {self.source}[{self.start}:{self.end}]")

    def overlaps(self, other: Span) -> bool:
        return self.source == other.source and self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.source == other.source and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Article:
    """One article; a file may hold several. `sha256` is the hash of the file's bytes: it tells a stale citation.

    `published` is an ISO date or "". `copy_of` is the `article_id` of the article that this one repeats, or "".
    """

    article_id: str
    source: str
    start: int
    end: int
    title: str
    publisher: str
    published: str
    sha256: str
    copy_of: str = ""

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of an article, or a piece of a long one; never page chrome."""

    span: Span
    article_id: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of evidence and of citation. `text` is exactly the characters of `span`."""

    span: Span
    passage: Span
    article_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that may be evidence, with every raw score that made its `score`.

    `cosine` and `passage_cosine` lie in [-1, 1]; `bm25` is at least 0, larger is better, and `bm25_share` is it
    divided by the best BM25 of the query (0 to 1). `rerank` is what the reranker gave (its own unit), or None.
    """

    sentence: Sentence
    score: float
    cosine: float
    passage_cosine: float
    bm25: float
    bm25_share: float
    rerank: float | None = None
