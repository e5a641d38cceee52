"""Vectors, in Chroma; the only file that knows the library.

Two persistent collections in cosine space, `sentences` and `passages`; each record holds its vector, its text and
where it stands. Which of them count is the catalogue's word (`library.py`): a crash may leave a vector here
that no article owns, and `keep_only` removes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Vectors
from index.errors import StoreError
from index.types import Span

SENTENCES, PASSAGES = "sentences", "passages"
_BATCH = 1_000
_opened = itertools.count(1)


class VectorStore:
    """The two collections of one store. Ids are the catalogue's row ids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open()

    def _open(self) -> None:
        import chromadb
        from chromadb.config import Settings

        # Chroma keeps one client for each spelling of a path in a process, and a client's index in memory doesn't
        # see what another process writes. A spelling of our own for each opening gives a client that reads anew.
        path = f"{self.folder}/vectors{'/.' * next(_opened)}"
        with _mapped(self.folder):
            (self.folder / "vectors").mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(path, settings=Settings(anonymized_telemetry=False))
            space: Any = {"hnsw": {"space": "cosine", "ef_search": 200}}
            self._collections = {
                name: self._client.get_or_create_collection(name, configuration=space, embedding_function=None)
                for name in (SENTENCES, PASSAGES)
            }

    def reopen(self) -> None:
        """See what another process has written."""
        self.close()
        self._open()

    def close(self) -> None:
        self._client.close()

    def count(self, name: str) -> int:
        with _mapped(self.folder):
            return int(self._collections[name].count())

    def add(
        self, name: str, ids: Sequence[int], spans: Sequence[Span], articles: Sequence[str], texts: Sequence[str],
        vectors: Vectors,
    ) -> None:  # fmt: skip
        """Put in some records; one with a known id is replaced."""
        for i in range(0, len(ids), _BATCH):
            part = slice(i, i + _BATCH)
            with _mapped(self.folder):
                self._collections[name].upsert(
                    ids=[str(n) for n in ids[part]],
                    embeddings=vectors[part],
                    # Chroma takes no lone surrogates and no NUL; offsets are the catalogue's business anyway.
                    documents=[t.encode("utf-8", "replace").decode().replace("\0", " ") for t in texts[part]],
                    metadatas=[
                        {"source": s.source, "start": s.start, "end": s.end, "article_id": a}
                        for s, a in zip(spans[part], articles[part], strict=True)
                    ],
                )

    def delete(self, name: str, ids: Sequence[int]) -> None:
        for i in range(0, len(ids), _BATCH):
            with _mapped(self.folder):
                self._collections[name].delete(ids=[str(n) for n in ids[i : i + _BATCH]])

    def rename(self, name: str, ids: Sequence[int], source: str) -> None:
        with _mapped(self.folder):
            self._collections[name].update(ids=[str(n) for n in ids], metadatas=[{"source": source} for _ in ids])

    def ids(self, name: str) -> set[int]:
        with _mapped(self.folder):
            return {int(i) for i in self._collections[name].get(include=[])["ids"]}

    def keep_only(self, name: str, ids: set[int]) -> int:
        """Remove the vectors that a crash left without an owner; how many there were."""
        orphans = sorted(self.ids(name) - ids)
        self.delete(name, orphans)
        return len(orphans)

    def nearest(
        self, name: str, vector: Vectors, k: int, articles: frozenset[str] | None = None
    ) -> dict[int, float]:
        """id -> cosine of the `k` nearest records, nearest first. `vector` has shape (1, dimensions)."""
        where: Any = {"article_id": {"$in": sorted(articles)}} if articles is not None else None
        with _mapped(self.folder):
            found = self._collections[name].query(
                query_embeddings=vector, n_results=max(1, k), where=where, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return {int(i): 1.0 - float(d) for i, d in zip(found["ids"][0], distances[0], strict=True)}

    def cosines(self, name: str, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """id -> cosine to `vector` for some records, computed exactly."""
        if not ids:
            return {}
        with _mapped(self.folder):
            found = self._collections[name].get(ids=[str(i) for i in ids], include=["embeddings"])
        if not found["ids"]:
            return {}
        similar = np.asarray(found["embeddings"], dtype=np.float32) @ vector[0]
        return {int(i): float(s) for i, s in zip(found["ids"], similar, strict=True)}


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    """Chroma's errors as one line with the next step; the cause is kept."""
    try:
        yield
    except Exception as exc:  # its Rust core raises InternalError, ValueError, OSError and others of its own
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0][:200]
        if "readonly" in reason or "read-only" in reason.lower() or isinstance(exc, PermissionError):
            raise StoreError(f"{folder} is read-only. Make it writable, or choose another with --store.") from exc
        if "disk is full" in reason or "No space left" in reason:
            raise StoreError("The disk is full. Free some space and run it again; nothing is lost.") from exc
        raise StoreError(
            f"The vectors in {folder} can't be used ({reason}). Make them anew: python -m index FOLDER --rebuild"
        ) from exc
