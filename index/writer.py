"""The one writer of a store: catalogue and vectors change together, or not at all.

The catalogue's commit is the moment at which a change counts. Vectors are written before it and removed after it, so
a crash at any time leaves at most vectors that no sentence owns, and the next writer removes them. What is to be
written is decided in `ingest.py`; what is stored of a file is in `cut.py`. Try
`with Writer(Settings.load()) as writer: writer.remove(["a.txt"])`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import filelock

from index.cut import Cut, embed, embed_texts, fill, titled
from index.embed import Embedder, Embeds
from index.errors import StoreError
from index.files import Found
from index.links import copies
from index.search import check_embedder
from index.settings import Settings
from index.store import PASSAGES, SENTENCES, VectorStore, clear_generations
from index.writable import WritableLibrary

# Changes of vectors that may wait in Chroma's log: a thousand cost an opening some 0.3 s. While files are still being
# written they may be half of the store, so that a long run copies the index a few times and not again and again.
_WAITING, _WAITING_MEANWHILE = 1_000, 5_000


class Writer:
    """Use it with `with`: it holds the store's lock. Raises StoreError when another holds it."""

    def __init__(self, settings: Settings, embedder: Embeds | None = None, *, mending: bool = False) -> None:
        """With `mending`, vectors that can't be opened are no error: `repair` makes them anew."""
        self.store, self._mending = settings.store, mending
        self._vectors: VectorStore | None = None
        self._lock = hold(self.store)
        try:
            self.library = WritableLibrary(self.store, create=True)
            self.embedder = embedder or Embedder.for_store(settings, self.library.meta("embedder"))
            check_embedder(self.library, self.embedder)
            clear_generations(self.store, self.library.generation)
            if self.library.meta("writing"):
                self.repair()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._settle(_WAITING)
                self._link()
        finally:
            if self._vectors is not None:
                self._vectors.close()
            self.library.close()
            self._lock.release()

    @property
    def vectors(self) -> VectorStore:
        """Opened at the first use, which a run that changes nothing never comes to."""
        if self._vectors is None:
            try:
                self._vectors = VectorStore(self.store, self.library.generation, create=True)
            except StoreError:
                if not self._mending:
                    raise
                self._vectors = VectorStore(self.store, self.library.generation + 1, create=True)
        return self._vectors

    @vectors.setter
    def vectors(self, opened: VectorStore) -> None:
        self._vectors = opened

    # --- changes ------------------------------------------------------------------------------------------

    def write(self, group: Sequence[Cut]) -> None:
        """Embed and store some files; each replaces what the store held under its name."""
        if not group:
            return
        embedded = embed(self.embedder, group)
        with self._change() as superfluous:
            self.library.set_meta("embedder", self.embedder.name)
            superfluous.extend(self.library.drop(cut.document.source) for cut in group)
            self._waiting(fill(self.library, self.vectors, embedded))
        self._settle(max(_WAITING_MEANWHILE, self.library.size // 2))

    def remove(self, sources: Sequence[str]) -> None:
        """Take files out of the store; the files themselves stay."""
        if sources:
            with self._change() as superfluous:
                superfluous.extend(self.library.drop(source) for source in sources)

    def rename(self, moved: Sequence[tuple[str, Found]]) -> None:
        """The same bytes under other names: articles, ids and vectors stay what they are."""
        if not moved:
            return
        with self._change():
            rows: dict[str, dict[int, str]] = {SENTENCES: {}, PASSAGES: {}}
            for old, file in moved:
                self.library.rename(old, file.source, file.root, file.path)
                rows[SENTENCES] |= dict.fromkeys(self.library.sentence_rows(file.source), file.source)
                rows[PASSAGES] |= dict.fromkeys(self.library.passage_rows(file.source), file.source)
            for name, sources in rows.items():
                self.vectors.rename(name, sources)
                self._waiting(len(sources))

    @contextlib.contextmanager
    def _change(self) -> Iterator[list[tuple[list[int], list[int]]]]:
        """A change of catalogue and vectors: collect in the list the ids that it makes superfluous."""
        vectors = self.vectors  # opened before anything is changed: it may be damaged
        # Not in the change's own transaction: a crash in the middle must leave this mark behind.
        self.library.set_meta("writing", "1")
        superfluous: list[tuple[list[int], list[int]]] = []
        with self.library.transaction():
            yield superfluous
            self.library.forget_lost_originals()
            self._waiting(sum(len(s) + len(p) for s, p in superfluous))
        if not any(sentence_ids for sentence_ids, _ in superfluous):
            self.library.set_meta("writing", "")
            return
        vectors.delete(SENTENCES, [i for sentence_ids, _ in superfluous for i in sentence_ids])
        vectors.delete(PASSAGES, [i for _, passage_ids in superfluous for i in passage_ids])
        with self.library.transaction():  # an open search no longer has to look past them
            self.library.set_meta("writing", "")

    # --- looking after it ---------------------------------------------------------------------------------

    def repair(self) -> int:
        """Make vectors and words agree with the catalogue; how many records had to be removed or made anew."""
        self.library.set_meta("writing", "1")
        try:
            mended = self._mend()
        except StoreError:
            # The vectors can't be read: they are made anew beside the old ones, from the text that is kept.
            if self._vectors is not None:
                self._vectors.close()
            clear_generations(self.store, self.library.generation)
            self.vectors = VectorStore(self.store, self.library.generation + 1, create=True)
            mended = self._mend()
        if self.vectors.generation != self.library.generation:
            self._switch(mended)
        mended += self.library.mend_words()
        self.library.set_meta("writing", "")
        return mended

    def _mend(self) -> int:
        mended = 0
        titles = {a.article_id: a.title for a in self.library.articles()}
        for name, rows in ((SENTENCES, self.library.sentence_rows()), (PASSAGES, self.library.passage_rows())):
            held = self.vectors.records(name)
            gone = sorted(held.keys() - rows.keys())
            self.vectors.delete(name, gone)
            wrong = [i for i, where in rows.items() if held.get(i) != where]
            for start in range(0, len(wrong), _WAITING):
                ids = wrong[start : start + _WAITING]
                spans = [rows[i][0] for i in ids]
                texts = [self.library.text(span.source)[span.start : span.end] for span in spans]
                if name == PASSAGES:
                    texts = [titled(titles[rows[i][1]], text) for i, text in zip(ids, texts, strict=True)]
                self.vectors.add(name, ids, spans, [rows[i][1] for i in ids], embed_texts(self.embedder, texts))
            mended += len(gone) + len(wrong)
        self._waiting(mended)
        return mended

    def _link(self) -> None:
        """Tell which articles repeat another, if any article has changed since that was last told."""
        if self.library.meta("linked") == str(self.library.revision):
            return
        with self.library.transaction():
            held = self.library.signatures()
            linked = copies(held)
            self.library.set_copies(
                {a.article_id: linked[a.article_id] for a, _ in held if linked[a.article_id] != a.copy_of}
            )
            self.library.set_meta("linked", str(self.library.revision + 1))

    def _waiting(self, more: int) -> None:
        self.library.set_meta("waiting", str(int(self.library.meta("waiting") or 0) + more))

    def _settle(self, most: int) -> None:
        """Put what waits in Chroma's log into its index, when it is more than that."""
        if int(self.library.meta("waiting") or 0) <= most:
            return
        try:
            self.vectors = self.vectors.settled()
        except StoreError as exc:
            # A full disk, say. Nothing is lost, the next opening takes longer; the next run tries again.
            logging.getLogger(__name__).info("vectors not settled: %s", exc)
            clear_generations(self.store, self.library.generation)
            self.vectors = VectorStore(self.store, self.library.generation, create=True)
        else:
            self._switch(0)

    def _switch(self, waiting: int) -> None:
        """From now on the catalogue's vectors are those of the generation that is open here."""
        with self.library.transaction():
            self.library.set_meta("generation", str(self.vectors.generation))
            self.library.set_meta("waiting", str(waiting))
        clear_generations(self.store, self.vectors.generation)


def hold(store: Path) -> filelock.BaseFileLock:
    """The lock of a store, taken; the system gives it back when the process ends, however it ends.

    Raises StoreError when somebody else holds it, and when the folder can't be written to.
    """
    lock = filelock.FileLock(store / "writer.lock", timeout=0)
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as exc:
        raise StoreError(
            f"The index in {store} is being written to already. Wait until that has ended, then try again."
        ) from exc
    except OSError as exc:
        raise StoreError(f"{store} can't be written to ({exc.strerror}). Choose another folder with --store.") from exc
    return lock
