"""The articles' text by name, a base name allowed, and the stretches of it that the report shows.

It reads what a library holds; files are read by `index`. Try: python -m doctest eval/texts.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from eval.records import Extract
from eval.spans import Place, same_source
from index.types import Article

AROUND = 220  # characters on either side: the sentence before and the one after
MOST = 6  # extracts of one question; a wrong answer may cite half the store


class Library(Protocol):
    """What is asked of `index.library.Library`, or of a fake."""

    def articles(self) -> tuple[Article, ...]: ...
    def text(self, source: str) -> str: ...


class Texts:
    """Texts by source, found by their name in the store or by a base name.

    >>> texts = Texts(["news/a.txt", "b.txt"], {"news/a.txt": "A.", "b.txt": "B."}.__getitem__)
    >>> texts.named("a.txt"), texts.named("old/a.txt"), texts.at("news/a.txt", 0, 1)
    (('news/a.txt',), (), 'A')
    """

    def __init__(self, sources: Iterable[str], read: Callable[[str], str]) -> None:
        self._read = read
        self._by_base: dict[str, list[str]] = {}
        for source in dict.fromkeys(sources):
            self._by_base.setdefault(source.rpartition("/")[2], []).append(source)

    @classmethod
    def of(cls, library: Library) -> Texts:
        return cls((article.source for article in library.articles()), library.text)

    def named(self, source: str) -> tuple[str, ...]:
        """The sources that a name means: one, none, or several files of one base name."""
        near = self._by_base.get(source.rpartition("/")[2], [])
        return (source,) if source in near else tuple(name for name in near if same_source(name, source))

    def at(self, source: str, start: int, end: int) -> str:
        """The characters of one source; `source` is its name in the store."""
        return self._read(source)[start:end]

    def around(self, places: Iterable[Place]) -> tuple[Extract, ...]:
        """The text around some places, each stretch once; places in no article are passed over."""
        wanted: dict[str, list[tuple[int, int]]] = {}
        for place in places:
            for source in self.named(place.source)[:1]:
                wanted.setdefault(source, []).append((place.start, place.end))
        found = [
            Extract(source, start, self.at(source, start, end))
            for source, spans in wanted.items()
            for start, end in windows(spans)
        ]
        return tuple(found[:MOST])


def windows(spans: Sequence[tuple[int, int]], around: int = AROUND) -> list[tuple[int, int]]:
    """Spans widened on both sides, and joined where they meet.

    >>> windows([(10, 20), (18, 30), (90, 95)], around=5)
    [(5, 35), (85, 100)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start - around), end + around) for start, end in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
