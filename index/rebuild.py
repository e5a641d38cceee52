"""Make a store anew from the files and, where a file is gone, from the text that the store keeps.

The new catalogue and its vectors take the place of the old ones in one commit: until then the old ones answer, and a
crash leaves them as they are. Try `python -m index --rebuild`.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.cut import Cut, embed, fill
from index.database import FILE, SCHEMA, TABLES
from index.embed import Embedder, Embeds
from index.errors import StoreError, UserError
from index.files import Found
from index.library import Library
from index.read import Document, article_id, read_file
from index.settings import Settings
from index.split import split
from index.store import VectorStore, clear_generations
from index.types import Article, Span
from index.writable import WritableLibrary
from index.writer import Writer, hold

_GROUP = 512  # sentences that are embedded together


def rebuild(settings: Settings, *, embedder: Embeds | None = None) -> tuple[str, ...]:
    """Make the store anew, with the embedder of the settings; the sources that are in it.

    Files are read again; one that is gone, or can't be read, is taken from the kept text. Article ids stay. Raises
    StoreError when somebody is writing, and when the catalogue is damaged: then only `clear` is left.
    """
    store = settings.store
    Library(store, any_layout=True).close()  # there must be a store: rebuilding never makes one
    lock = hold(store)
    try:
        library = WritableLibrary(store, any_layout=True)
        embedder = embedder or Embedder(settings.embedder, settings.precision)
        with library.transaction():
            kept = _kept(library)
            generation = library.generation
            _empty(library)
            clear_generations(store, generation)
            vectors = VectorStore(store, generation + 1, create=True)
            waiting = sum(fill(library, vectors, embed(embedder, group)) for group in _groups(kept))
            library.set_meta("embedder", embedder.name)
            library.set_meta("waiting", str(waiting))
            library.set_meta("generation", str(vectors.generation))
        vectors.close()
        clear_generations(store, vectors.generation)
    finally:
        lock.release()
    with Writer(settings, embedder):
        pass  # links the copies, and puts the vectors' index in order
    return tuple(found.source for found, _ in kept)


def clear(store: Path) -> None:
    """Remove what a store consists of, and nothing else. Raises StoreError when somebody is writing to it."""
    lock = hold(store)
    try:
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            (store / name).unlink(missing_ok=True)
        clear_generations(store, None)
    except OSError as exc:
        raise StoreError(f"{store} can't be written to ({exc.strerror}). Choose another folder with --store.") from exc
    finally:
        lock.release()


def is_damaged(exc: StoreError) -> bool:
    """Whether the catalogue itself can't be read, and not only its folder, its layout or the vectors."""
    return type(exc.__cause__) is sqlite3.DatabaseError


def _kept(library: Library) -> list[tuple[Found, Document]]:
    """Every file that the store holds, as it was read then, whatever the store's layout."""
    has_path = any(row[1] == "path" for row in library.rows("PRAGMA table_info(files)"))
    articles: dict[str, list[Article]] = {}
    for article in library.articles():
        articles.setdefault(article.source, []).append(replace(article, copy_of=""))
    kept = []
    path_of = "path" if has_path else "source"
    for source, root, path, sha256, text, chrome in library.rows(
        f"SELECT source, root, {path_of}, sha256, text, chrome FROM files ORDER BY source"
    ):
        spans = tuple(Span(source, start, end) for start, end in json.loads(chrome))
        held = Document(source, text.decode("utf-8", "surrogatepass"), sha256, tuple(articles.get(source, ())), spans)
        folder, below = os.fsdecode(root), os.fsdecode(path)
        if not has_path and not Path(folder, below).exists():
            below = below.partition("/")[2] or below  # the first layout put the folder's name before some sources
        kept.append((Found(Path(folder, below), folder, below, source), held))
    return kept


def _empty(library: WritableLibrary) -> None:
    """The tables of this layout, with nothing in them but what must go on: revision, last ids, what was named."""
    revision, last = str(library.revision), library.rows("SELECT name, seq FROM sqlite_sequence")
    folders = library.meta("folders")
    for table in TABLES:
        library.db.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in SCHEMA.split(";"):
        library.db.execute(statement)
    library.set_meta("revision", revision)
    library.set_meta("folders", folders)
    library.db.executemany("INSERT INTO sqlite_sequence VALUES (?, ?)", last)


def _groups(kept: Sequence[tuple[Found, Document]]) -> Iterator[list[Cut]]:
    taken = {article.article_id for _, held in kept for article in held.articles}
    group: list[Cut] = []
    for found, held in kept:
        document = _read_again(found, held, taken)
        group.append(Cut(found, document, split(document)))
        if sum(len(cut.sentences) for cut in group) >= _GROUP:
            yield group
            group = []
    if group:
        yield group


def _read_again(found: Found, held: Document, taken: set[str]) -> Document:
    try:
        document = read_file(found.file, found.source)
    except UserError:
        return held
    ids = [article.article_id for article in held.articles][: len(document.articles)]
    for article in document.articles[len(ids) :]:
        new, salt = article.article_id, 0
        while new in taken:
            salt += 1
            new = article_id(f"{found.source}#{salt}", len(ids))
        taken.add(new)
        ids.append(new)
    articles = tuple(replace(a, article_id=i) for a, i in zip(document.articles, ids, strict=True))
    return replace(document, articles=articles)
