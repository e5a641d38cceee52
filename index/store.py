"""Vectors, in Chroma; the only file that knows the library.

Two persistent collections in cosine space, `sentences` and `passages`; each record holds its vector and where it
stands (the text is the catalogue's). Which records count is the catalogue's word too (`library.py`): a crash may
leave a vector here that no sentence owns. Try `VectorStore(Path(".citespan"), 1).count("sentences")`.
"""

from __future__ import annotations

import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Vectors
from index.errors import StoreError
from index.types import Span

SENTENCES, PASSAGES = "sentences", "passages"
FOLDER = "vectors"
_BATCH = 1_000

# Chroma writes its HNSW index in place, and a process that is killed meanwhile leaves a damaged one. So it is told
# never to do that here: new records go to its log alone, which is transactional, and are added to the index in
# memory when it is opened. `settled` makes the index on disk anew, in a copy that is switched to when it is whole.
_NEVER = 1_000_000_000
_INDEX = {"space": "cosine", "ef_search": 200, "sync_threshold": _NEVER}

_paths: set[str] = set()
_paths_lock = threading.Lock()


class VectorStore:
    """The two collections of one store, in one generation of them. Ids are the catalogue's row ids.

    A generation that isn't there is empty, unless `create`. Raises StoreError when it can't be read.
    """

    def __init__(self, store: Path, generation: int = 1, *, create: bool = False) -> None:
        self.store, self.generation = store, generation
        self.folder = store / FOLDER / str(generation)
        self._collections: dict[str, Any] = {}
        self._closer: Callable[[], object] = lambda: None
        if not create and not (self.folder / "chroma.sqlite3").exists():
            return
        import chromadb
        from chromadb.config import Settings

        with _mapped(store):
            self.folder.mkdir(parents=True, exist_ok=True)
            path = _take_path(self.folder)
            try:
                client = chromadb.PersistentClient(path, settings=Settings(anonymized_telemetry=False))
            except BaseException:
                _paths.discard(path)
                raise
            # Closed when nobody uses it any more: a search that has moved on may still run in another thread.
            self._closer = weakref.finalize(self, _close, client, path)
            for name in (SENTENCES, PASSAGES):
                self._collections[name] = (
                    client.get_or_create_collection(name, configuration={"hnsw": dict(_INDEX)}, embedding_function=None)
                    if create
                    else client.get_collection(name, embedding_function=None)
                )

    @property
    def exists(self) -> bool:
        """Whether there is such a generation on disk."""
        return bool(self._collections)

    def close(self) -> None:
        self._closer()

    # --- reading ------------------------------------------------------------------------------------------

    def count(self, name: str) -> int:
        with _mapped(self.store):
            return int(self._collections[name].count()) if self._collections else 0

    def records(self, name: str) -> dict[int, tuple[Span, str]]:
        """id -> (span, article id) of every record, as Chroma holds them."""
        found: dict[int, tuple[Span, str]] = {}
        for start in range(0, self.count(name), _BATCH * 10):
            with _mapped(self.store):
                part = self._collections[name].get(include=["metadatas"], limit=_BATCH * 10, offset=start)
            for i, about in zip(part["ids"], part["metadatas"], strict=True):
                found[int(i)] = (Span(about["source"], about["start"], about["end"]), about["article_id"])
        return found

    def ids(self, name: str) -> set[int]:
        if not self._collections:
            return set()
        with _mapped(self.store):
            return {int(i) for i in self._collections[name].get(include=[])["ids"]}

    def nearest(self, name: str, vector: Vectors, k: int, articles: frozenset[str] | None = None) -> dict[int, float]:
        """id -> cosine of the `k` nearest records, nearest first. `vector` has shape (1, dimensions)."""
        if not self._collections or articles == frozenset():
            return {}
        where: Any = {"article_id": {"$in": sorted(articles)}} if articles is not None else None
        with _mapped(self.store):
            found = self._collections[name].query(
                query_embeddings=vector, n_results=max(1, k), where=where, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return {int(i): 1.0 - float(d) for i, d in zip(found["ids"][0], distances[0], strict=True)}

    def cosines(self, name: str, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """id -> cosine to `vector` for some records, computed exactly; an id without a record is left out."""
        found, vectors = self.vectors(name, ids)
        return {i: float(s) for i, s in zip(found, vectors @ vector[0], strict=True)} if found else {}

    def vectors(self, name: str, ids: Sequence[int]) -> tuple[list[int], Vectors]:
        """Those of `ids` that have a record, and their vectors in the same order."""
        if not ids or not self._collections:
            return [], np.zeros((0, 0), dtype=np.float32)
        with _mapped(self.store):
            found = self._collections[name].get(ids=[str(i) for i in ids], include=["embeddings"])
        return [int(i) for i in found["ids"]], np.asarray(found["embeddings"], dtype=np.float32)

    # --- changing it --------------------------------------------------------------------------------------

    def add(
        self, name: str, ids: Sequence[int], spans: Sequence[Span], articles: Sequence[str], vectors: Vectors
    ) -> None:
        """Put in some records; one with a known id is replaced."""
        for i in range(0, len(ids), _BATCH):
            part = slice(i, i + _BATCH)
            with _mapped(self.store):
                self._collections[name].upsert(
                    ids=[str(n) for n in ids[part]],
                    embeddings=vectors[part],
                    metadatas=[
                        {"source": s.source, "start": s.start, "end": s.end, "article_id": a}
                        for s, a in zip(spans[part], articles[part], strict=True)
                    ],
                )

    def delete(self, name: str, ids: Sequence[int]) -> None:
        for i in range(0, len(ids), _BATCH):
            with _mapped(self.store):
                self._collections[name].delete(ids=[str(n) for n in ids[i : i + _BATCH]])

    def rename(self, name: str, sources: Mapping[int, str]) -> None:
        """id -> the source that the record stands in from now on."""
        ids = list(sources)
        for i in range(0, len(ids), _BATCH):
            part = ids[i : i + _BATCH]
            with _mapped(self.store):
                self._collections[name].update(
                    ids=[str(n) for n in part], metadatas=[{"source": sources[n]} for n in part]
                )

    def settled(self) -> VectorStore:
        """The same records as the next generation, with an index on disk that opens at once.

        This generation stays as it is; nothing is lost when the process is killed in between.
        """
        new = self.store / FOLDER / str(self.generation + 1)
        self.close()
        with _mapped(self.store):
            _copy(self.folder, new)
        copy = VectorStore(self.store, self.generation + 1, create=True)
        with _mapped(self.store):
            for collection in copy._collections.values():
                # Any change makes Chroma write its index once the threshold is passed: here, the same record again.
                # The threshold must be set before the index is first used, which remembers it.
                _modify(collection, 2)
                one = collection.get(limit=1, include=["embeddings"])
                for _ in range(2 * len(one["ids"])):
                    collection.upsert(ids=one["ids"], embeddings=one["embeddings"])
                _modify(collection, _NEVER)
        copy.close()
        return VectorStore(self.store, self.generation + 1, create=True)


def clear_generations(store: Path, keep: int | None) -> None:
    """Remove the generations that a switch, or a crash before one, has left behind."""
    folder = store / FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name != str(keep):
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)


def _modify(collection: Any, threshold: int, times: int = 20) -> None:
    """Set when the index is written; again when Chroma's own other connection is just writing the record before.

    SQLite refuses at once, without waiting, what has read and then wants to write beside another writer. The change is
    one transaction, so that a refused one has left nothing.
    """
    from chromadb.errors import InternalError

    for left in reversed(range(times)):
        try:
            collection.modify(configuration={"hnsw": {"sync_threshold": threshold}})
        except InternalError as exc:
            if "locked" not in str(exc) or not left:
                raise
            time.sleep(0.05)
        else:
            return


def _copy(folder: Path, new: Path, times: int = 3) -> None:
    """A copy in place of whatever is there; made once more when a file is taken away meanwhile, such as a journal that
    Chroma is still closing."""
    for left in reversed(range(times)):
        shutil.rmtree(new, ignore_errors=True)
        try:
            shutil.copytree(folder, new)
        except shutil.Error:
            if not left:
                raise
            time.sleep(0.05)
        else:
            return


def _take_path(folder: Path) -> str:
    # Chroma keeps one client for each spelling of a path in a process, and a client's index in memory doesn't see
    # what another process writes. A spelling of our own for each opening gives a client that reads anew.
    with _paths_lock:
        path = str(folder)
        while path in _paths:
            path += "/."
        _paths.add(path)
        return path


def _close(client: Any, path: str) -> None:
    client.close()
    with _paths_lock:
        _paths.discard(path)


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
            f"The vectors in {folder} can't be used ({reason}). "
            f"Make them anew from the text: python -m index verify --repair --store {folder}"
        ) from exc
