"""Finding evidence: a question becomes sentences, each with all of its raw scores.

Candidates come from three sides (nearest sentences, nearest passages, best BM25); every candidate then gets every
score, and they are fused by score, not by rank. Reranking is `qa/rerank.py`. Try:
`python -m index search "what is NSATU?"`.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from index.embed import Embeds, Vectors
from index.errors import StoreError
from index.lexical import bm25, document_frequency
from index.library import Library
from index.store import PASSAGES, SENTENCES, VectorStore
from index.types import Hit, Sentence, Span

# How many candidates each side brings. More change nothing that can be measured; fewer lose paraphrases.
NEAR_SENTENCES, NEAR_PASSAGES, LEXICAL = 40, 12, 40
# Weight of BM25 (divided by the query's best) against the two cosines; measured by `python -m eval ablate`.
LEXICAL_WEIGHT = 0.3

# A search that meets a change of the store in the middle is made again: so often, with so many seconds more each time.
_ATTEMPTS, _PAUSE = 5, 0.05


class Search:
    """Search over one store. Safe to call from several threads; sees what is indexed while it is open."""

    def __init__(self, library: Library, vectors: VectorStore, embedder: Embeds) -> None:
        check_embedder(library, embedder)
        self.library, self.vectors, self.embedder = library, vectors, embedder
        self._revision = -1  # of no revision yet: the first search opens the vectors that belong to the catalogue
        self._lock = threading.Lock()

    @classmethod
    def open(cls, store: Path, embedder: Embeds) -> Search:
        """Raises StoreError when there is no store or another embedder made it."""
        library = Library(store)
        with library.snapshot():
            search = cls(library, VectorStore(store, library.generation), embedder)
            search._revision = library.revision
        return search

    def search(self, question: str, k: int = 50, articles: frozenset[str] | None = None) -> tuple[Hit, ...]:
        """The best `k` sentences for a question, best first; only from `articles` (ids) when given.

        The fused score is `cosine + passage_cosine + 0.3 * bm25 / best bm25 of the question`.
        """
        vector = self.embedder.encode([question])
        for attempt in range(_ATTEMPTS):
            try:
                with self.library.snapshot():
                    return self._fused(self._current(), vector, question, k, articles)
            except StoreError:
                # Another process may be writing: what Chroma has in memory and what is on its disk can differ for a
                # moment, and a generation of vectors may have gone. Opened again, they agree.
                if attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(attempt * _PAUSE)
                self._revision = -1
        raise AssertionError("the last attempt returns or raises")

    def _fused(
        self, vectors: VectorStore, vector: Vectors, question: str, k: int, articles: frozenset[str] | None
    ) -> tuple[Hit, ...]:
        near = vectors.nearest(SENTENCES, vector, NEAR_SENTENCES, articles)
        near_passages = vectors.nearest(PASSAGES, vector, NEAR_PASSAGES, articles)
        nearby = {*near, *self.library.sentences_of(list(near_passages))}
        lexical = bm25(self.library, question, LEXICAL, articles, sorted(nearby))
        best = max(lexical.values(), default=0.0)

        found = self.library.lookup(sorted(nearby | lexical.keys()))
        cosines = near | vectors.cosines(SENTENCES, vector, [i for i in found if i not in near])
        missing = sorted({p for p, _ in found.values()} - near_passages.keys())
        passage_cosines = near_passages | vectors.cosines(PASSAGES, vector, missing)

        hits = []
        for i, (passage, sentence) in found.items():
            cosine, passage_cosine = cosines.get(i, 0.0), passage_cosines.get(passage, 0.0)
            score = lexical.get(i, 0.0)
            share = score / best if best > 0 else 0.0
            fused = cosine + passage_cosine + LEXICAL_WEIGHT * share
            hits.append(Hit(sentence, fused, cosine, passage_cosine, score, share))
        hits.sort(key=lambda h: (-h.score, h.sentence.span.source, h.sentence.span.start))
        return tuple(hits[:k])

    def frequency(self, term: str) -> int:
        """In how many sentences a word occurs, in any of its forms."""
        return document_frequency(self.library, term)

    @property
    def size(self) -> int:
        """How many sentences there are."""
        return self.library.size

    def before(self, sentence: Sentence) -> Span | None:
        """Where the sentence before this one stands, if it is in the same passage."""
        return self.library.before(sentence)

    def _current(self) -> VectorStore:
        """The vectors that belong to the snapshot: Chroma's index in memory doesn't see what another process writes."""
        with self._lock:
            revision = self.library.revision
            if revision != self._revision:
                check_embedder(self.library, self.embedder)
                vectors = VectorStore(self.library.folder, self.library.generation)
                if self.library.size and not vectors.exists:
                    raise StoreError(
                        f"The vectors in {self.library.folder} are missing. "
                        f"Make them anew from the text: python -m index verify --repair --store {self.library.folder}"
                    )
                self.vectors, self._revision = vectors, revision
            return self.vectors


def check_embedder(library: Library, embedder: Embeds) -> None:
    """Raises StoreError when the store was made with another embedder: their vectors can't be compared."""
    made = library.meta("embedder")
    if made and made != embedder.name:
        model, _, precision = made.partition("/")
        raise StoreError(
            f"The index in {library.folder} was made with the embedder {made}, and the settings name {embedder.name}. "
            f"Set CITESPAN_EMBEDDER={model} and CITESPAN_PRECISION={precision}, or index again with --rebuild."
        )
