"""A small bot for the tests of the page: real library, real spans, word overlap in place of models.

It answers when enough of the question's words stand in one sentence. `gate` makes it wait, so that a test can look
at a question under way without sleeping; `asked` is what it was asked.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.ingest import ingest
from index.library import Library
from index.settings import Settings
from index.types import Article, Sentence
from qa.types import Answer, Citation, Engine, Event, Partial, Rewritten, Stage, Statement, Turn

COMMON = set(
    "the a an of in on to and is are was were what who when how did does do about say with for by at it".split()
)


class FakeEmbedder:
    """A hashed bag of words."""

    name = "words"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or ["-"]:
                row[zlib.crc32(word.encode()) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_store(folder: Path, paths: Sequence[Path]) -> Settings:
    """A real index of some files, with vectors that cost nothing."""
    settings = Settings(store=folder)
    ingest(paths, settings, embedder=FakeEmbedder())
    return settings


class FakeBot:
    def __init__(self, settings: Settings) -> None:
        self.library = Library(settings.store)
        self.settings = settings
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[tuple[str, tuple[Turn, ...], frozenset[str] | None, Settings | None]] = []

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        articles: frozenset[str] | None = None,
        settings: Settings | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Event]:
        self.asked.append((question, tuple(history), articles, settings))
        asked = question
        if history and re.search(r"\b(it|he|she|they)\b", question):
            asked = f"{question.rstrip('?')} ({history[-1].question})"
            yield Rewritten(asked)
        yield Stage("searching")
        words = set(re.findall(r"\w+", asked.lower())) - COMMON
        found = sorted(
            ((len(words & set(re.findall(r"\w+", s.text.lower()))), s) for s in self.library.sentences()
             if articles is None or s.article_id in articles),
            key=lambda pair: -pair[0],
        )  # fmt: skip
        yield Stage("reading")
        held = {a.article_id: a for a in self.library.articles()}
        best = found[0][0] / max(1, len(words)) if found else 0.0
        most = (settings or self.settings).statements
        chosen = [s for n, s in found[:most] if n and n >= found[0][0] - 1]
        citations = tuple(self.cite(n, s, held[s.article_id]) for n, s in enumerate(chosen, 1))
        statements: list[Statement] = []
        verdict = "answered" if best >= 0.6 else "closest" if best >= 0.3 else "not_found"
        yield Stage("checking")
        if verdict == "answered":
            for c in citations:
                other = [o.n for o in citations if o.article_id != c.article_id] if c.n == 1 else []
                also = (c.n, *other[:1])
                statements.append(Statement(" ".join(c.quote.split()), also, "quote"))
                yield Partial(tuple(statements), citations[: max(also)])
                while not self.gate.wait(0.02):
                    if cancel is not None and cancel.is_set():
                        return
        yield Answer(
            question, asked, verdict, tuple(statements), citations if verdict == "answered" else (),
            citations[:3] if verdict == "closest" else (), (), best, Engine("quotes", "words", "none"), {"total": 0.1},
        )  # fmt: skip

    @staticmethod
    def cite(n: int, s: Sentence, a: Article) -> Citation:
        return Citation(
            n,
            s.span.source,
            s.article_id,
            a.title,
            a.publisher,
            a.published,
            s.span.start,
            s.span.end,
            s.text,
            a.sha256,
        )
