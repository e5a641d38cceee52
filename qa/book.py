"""What grows while a question is answered: the citations in their order, and the seconds by step.

One of each for every question; the answer itself is built once, from what they hold. Try
`Book({}).citations`.
"""

from __future__ import annotations

import time

from index.errors import StoreError
from index.types import Article, Hit, Span
from qa.types import Citation


class Book:
    """The citations of one answer, numbered in the order in which they are first used."""

    def __init__(self, articles: dict[str, Article]) -> None:
        self._articles = articles
        self._numbers: dict[Span, int] = {}
        self._made: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._made)

    def article(self, hit: Hit) -> Article:
        return self._owner(hit.sentence.article_id, hit.sentence.span)

    def cite(self, article_id: str, span: Span, quote: str) -> int:
        if span not in self._numbers:
            self._numbers[span] = len(self._made) + 1
            self._made.append(self.citation(len(self._made) + 1, article_id, span, quote))
        return self._numbers[span]

    def citation(self, n: int, article_id: str, span: Span, quote: str) -> Citation:
        a = self._owner(article_id, span)
        return Citation(
            n, span.source, article_id, a.title, a.publisher, a.published, span.start, span.end, quote, a.sha256
        )

    def _owner(self, article_id: str, span: Span) -> Article:
        """Raises StoreError for an article that was taken out of the store after its sentence was found."""
        if article_id not in self._articles:
            raise StoreError(f"{span.source} is not in the index any more. Ask again, or index it: python -m index")
        return self._articles[article_id]


class Clock:
    """Seconds by step, and until the first statement."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._laps[step], self._last = now - self._last, now

    def first(self) -> None:
        self._laps.setdefault("first", time.perf_counter() - self._start)

    def done(self) -> dict[str, float]:
        return {**self._laps, "total": time.perf_counter() - self._start}
