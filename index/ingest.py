"""The story of one article: from a file to sentences that can be found. Read this file first.

Only what has changed since the last time is read, cut, embedded and written. The catalogue's commit is the moment
at which a change counts: a crash at any time leaves either the old articles or the new ones, and the next run
finishes the job. Try `python -m index seeds/`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import filelock

from index.embed import Embedder, Embeds
from index.errors import StoreError, UserError
from index.files import Found, find_files
from index.library import Library
from index.read import Document, article_id, read_file, sha256_of
from index.search import check_embedder
from index.settings import Settings
from index.split import split
from index.store import PASSAGES, SENTENCES, VectorStore
from index.types import Passage, Sentence

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the file at hand."""

# Files are embedded and committed in groups of about this many sentences: large batches embed faster.
_GROUP = 512


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did, by source. `failed` has (source, reason)."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[tuple[str, str], ...]
    articles: int
    sentences: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Cut:
    """One file, read and cut, ready to be embedded."""

    found: Found
    document: Document
    parts: tuple[tuple[Passage, tuple[Sentence, ...]], ...]

    @property
    def sentences(self) -> list[Sentence]:
        return [s for _, sentences in self.parts for s in sentences]


class Writer:
    """The one writer of a store. Use it with `with`: it holds the store's lock."""

    def __init__(self, settings: Settings, embedder: Embeds | None = None) -> None:
        self.store = settings.store
        self._lock = filelock.FileLock(self.store / "writer.lock", timeout=0)
        self.library = self._locked(lambda: Library(self.store, create=True))
        try:
            self.embedder = embedder or Embedder.for_store(settings, self.library.meta("embedder"))
            check_embedder(self.library, self.embedder)
            self.vectors = VectorStore(self.store)
            self._recover()
        except BaseException:
            self._lock.release()
            raise

    def _locked(self, then: Callable[[], Library]) -> Library:
        try:
            self.store.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            return then()
        except filelock.Timeout as exc:
            raise StoreError(
                f"Another process is writing to the index in {self.store}. Wait until it has ended, then try again."
            ) from exc
        except OSError as exc:
            raise StoreError(
                f"{self.store} can't be written to ({exc.strerror}). Choose another folder with --store."
            ) from exc
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.vectors.close()
        self._lock.release()

    def _recover(self) -> None:
        """After a crash: vectors without an owner go, sentences without a vector get one."""
        if not self.library.meta("writing"):
            return
        self.repair()
        self._writing(False)

    def repair(self) -> int:
        """Make the vectors agree with the catalogue; how many records had to be removed or made anew."""
        mended = 0
        for name, rows in ((SENTENCES, self.library.sentence_rows()), (PASSAGES, self.library.passage_rows())):
            mended += self.vectors.keep_only(name, set(rows))
            known = self.vectors.ids(name)
            missing = [(i, span, article) for i, (span, article) in rows.items() if i not in known]
            if missing:
                texts = [self.library.text(span.source)[span.start : span.end] for _, span, _ in missing]
                ids, spans, articles = zip(*missing, strict=True)
                self.vectors.add(name, ids, spans, articles, texts, self.embedder.encode(texts))
                mended += len(missing)
        return mended

    def _writing(self, now: bool) -> None:
        # Not in the change's own transaction: a crash in the middle must leave this mark behind.
        with self.library.mapped():
            self.library.set_meta("writing", "1" if now else "")

    @contextlib.contextmanager
    def change(self) -> Iterator[list[tuple[list[int], list[int]]]]:
        """A change of catalogue and vectors: collect in the list the ids that it makes superfluous."""
        self._writing(True)
        superfluous: list[tuple[list[int], list[int]]] = []
        with self.library.transaction():
            yield superfluous
        for sentence_ids, passage_ids in superfluous:
            self.vectors.delete(SENTENCES, sentence_ids)
            self.vectors.delete(PASSAGES, passage_ids)
        self._writing(False)

    def write(self, group: Sequence[_Cut]) -> None:
        """Embed and store some files; each replaces what the store held under its name."""
        sentences = [s for cut in group for s in cut.sentences]
        passages = [p for cut in group for p, _ in cut.parts]
        texts = {cut.document.source: cut.document.text for cut in group}
        passage_texts = [texts[p.span.source][p.span.start : p.span.end] for p in passages]
        vectors = self.embedder.encode([s.text for s in sentences])
        passage_vectors = self.embedder.encode(passage_texts)
        sentence_ids: list[int] = []
        passage_ids: list[int] = []
        with self.change() as superfluous:
            self.library.set_meta("embedder", self.embedder.name)
            for cut in group:
                superfluous.append(self.library.drop(cut.document.source))
            for cut in group:
                new_sentences, new_passages = self.library.add(cut.document, cut.found.root, cut.parts)
                sentence_ids += new_sentences
                passage_ids += new_passages
            self.vectors.add(
                SENTENCES, sentence_ids, [s.span for s in sentences], [s.article_id for s in sentences],
                [s.text for s in sentences], vectors,
            )  # fmt: skip
            self.vectors.add(
                PASSAGES, passage_ids, [p.span for p in passages], [p.article_id for p in passages],
                passage_texts, passage_vectors,
            )  # fmt: skip

    def remove(self, sources: Sequence[str]) -> None:
        with self.change() as superfluous:
            superfluous.extend(self.library.drop(source) for source in sources)

    def rename(self, old: str, found: Found) -> None:
        with self.change():
            self.library.rename(old, found.source, found.root)
            for name, rows in ((SENTENCES, self.library.sentence_rows(found.source)),
                               (PASSAGES, self.library.passage_rows(found.source))):  # fmt: skip
                self.vectors.rename(name, list(rows), found.source)


def ingest(
    paths: Sequence[Path], settings: Settings, *, embedder: Embeds | None = None, progress: Progress | None = None
) -> IngestReport:
    """Bring the store up to date with some files and folders.

    A file that can't be read is named in the report and leaves what the store held of it. Raises UserError when
    there is nothing to index, StoreError when the store can't be written or another process writes to it.
    """
    started = time.perf_counter()
    report = progress or (lambda done, total, source: None)
    with Writer(settings, embedder) as writer:
        # 1. Which files are there, and what does the store hold of them?
        known = writer.library.files()
        found = find_files(paths, {source: root for source, (root, _) in known.items()})
        gone = _gone(found, known, paths)
        added: list[str] = []
        changed: list[str] = []
        renamed: list[tuple[str, str]] = []
        failed: list[tuple[str, str]] = []
        unchanged = 0

        group: list[_Cut] = []
        for done, file in enumerate(found):
            report(done, len(found), file.source)
            try:
                # 2. A file with the same hash costs no more than that.
                sha256 = sha256_of(file.path)
                held = known.get(file.source)
                if held and held[1] == sha256:
                    unchanged += 1
                    continue
                # 3. The same bytes under another name: the article moves, its ids and vectors stay.
                old = next((s for s in gone if known[s][1] == sha256 and not held), None)
                if old is not None:
                    writer.rename(old, file)
                    gone.remove(old)
                    renamed.append((old, file.source))
                    continue
                # 4. Read it, mark its page chrome, cut it into passages and sentences.
                document = _own_ids(writer.library, read_file(file.path, file.source))
                group.append(_Cut(file, document, split(document)))
            except StoreError:
                raise
            except UserError as exc:
                failed.append((file.source, str(exc)))
                continue
            (changed if held else added).append(file.source)
            # 5. Embed and commit, a group at a time.
            if sum(len(cut.sentences) for cut in group) >= _GROUP:
                writer.write(group)
                group = []
        if group:
            writer.write(group)
        # 6. What is gone from an indexed folder goes from the store.
        if gone:
            writer.remove(gone)
        report(len(found), len(found), "")
        articles, sentences = len(writer.library.articles()), writer.vectors.count(SENTENCES)
    return IngestReport(
        tuple(added), tuple(changed), tuple(renamed), tuple(gone), unchanged, tuple(failed), articles, sentences,
        time.perf_counter() - started,
    )  # fmt: skip


def remove(sources: Sequence[str], settings: Settings, *, embedder: Embeds | None = None) -> None:
    """Take files out of the store; the files themselves stay. Raises UserError for one that isn't in it."""
    Library(settings.store)  # there must be a store: removing never makes one
    with Writer(settings, embedder) as writer:
        known = writer.library.files()
        for source in sources:
            if source not in known:
                raise UserError(f"{source} is not in the index. See what is: python -m index list")
        writer.remove(sources)


def _gone(found: Sequence[Found], known: dict[str, tuple[str, str]], paths: Sequence[Path]) -> list[str]:
    """Sources that the store holds from a folder that is indexed now, and that are no longer in it."""
    roots = {str(path.resolve()) for path in paths if path.is_dir()}
    here = {file.source for file in found}
    return [source for source, (root, _) in known.items() if root in roots and source not in here]


def _own_ids(library: Library, document: Document) -> Document:
    """A renamed file keeps its ids, so a new file at the old name must not take them again."""
    articles = []
    for n, article in enumerate(document.articles):
        new, salt = article.article_id, 0
        while library.owner(new) not in ("", document.source):
            salt += 1
            new = article_id(f"{document.source}#{salt}", n)
        articles.append(replace(article, article_id=new))
    return replace(document, articles=tuple(articles))
