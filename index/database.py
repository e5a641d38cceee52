"""The SQLite file of a store: its tables, its connections, and its errors in words for people.

What the tables mean is `library.py`'s. Reading is safe from any thread while another process writes. Try
`python -c "from index.database import Database; print(Database(Path('.citespan')).rows('SELECT source FROM files'))"`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.errors import StoreError

LAYOUT = 3  # count up when a table changes, or what `fold` makes of the words in one
FILE = "library.db"

TABLES = ("meta", "files", "articles", "passages", "sentences", "words")
SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (source TEXT PRIMARY KEY, root BLOB NOT NULL, path BLOB NOT NULL, sha256 TEXT NOT NULL,
                    text BLOB NOT NULL, chrome TEXT NOT NULL);
CREATE TABLE articles (article_id TEXT PRIMARY KEY, source TEXT NOT NULL, start INTEGER NOT NULL,
                       end INTEGER NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL,
                       published TEXT NOT NULL, sha256 TEXT NOT NULL, copy_of TEXT NOT NULL,
                       signature BLOB NOT NULL);
CREATE INDEX articles_by_source ON articles (source, start);
CREATE TABLE passages (id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL, start INTEGER NOT NULL,
                       end INTEGER NOT NULL);
CREATE INDEX passages_by_article ON passages (article_id);
CREATE TABLE sentences (id INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL,
                        start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE INDEX sentences_by_passage ON sentences (passage_id);
CREATE VIRTUAL TABLE words USING fts5 (folded, tokenize = "porter unicode61 categories 'L* N* M* Co'");
PRAGMA user_version = {LAYOUT};
"""


class Database:
    """The opened file of one store. Raises StoreError when there is none (unless `create`) or it can't be read."""

    def __init__(self, folder: Path, *, create: bool = False, any_layout: bool = False) -> None:
        self.folder = folder
        self._local = threading.local()
        nothing = f"There is no index in {folder}. Make one with: python -m index FOLDER --store {folder}"
        if not create and not (folder / FILE).is_file():
            raise StoreError(nothing)
        with self.mapped():
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            layout = self.db.execute("PRAGMA user_version").fetchone()[0]
            if layout == 0 and not create and not any_layout:  # a crash in the first moment of a store
                raise StoreError(nothing)
            if layout == 0 and create:
                self.db.execute("PRAGMA journal_mode = WAL")
                self.db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            elif layout > LAYOUT or (layout < LAYOUT and not any_layout):
                raise StoreError(_other_layout(folder, layout))

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's own connection, closed with the thread: readers never wait for the writer or each other."""
        file = self.folder / FILE
        held: tuple[sqlite3.Connection, int] | None = getattr(self._local, "held", None)
        # A store that was deleted and made anew under an open chat is another file of the same name.
        if held is None or (held[1] != _inode(file) and not held[0].in_transaction):
            db = sqlite3.connect(file, timeout=10, isolation_level=None)
            held = self._local.held = (db, _inode(file))
        return held[0]

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        held = getattr(self._local, "held", None)
        if held is not None:
            held[0].close()
            self._local.held = None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query. Raises StoreError when the file can't be read."""
        with self.mapped():
            return self.db.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is of one moment, whatever another process writes meanwhile."""
        if self.db.in_transaction:
            yield
            return
        with self.mapped():
            self.db.execute("BEGIN")
            try:
                yield
            finally:
                self.db.execute("ROLLBACK")

    @contextlib.contextmanager
    def mapped(self) -> Iterator[None]:
        """SQLite's and the system's errors as one line with the next step; the cause is kept."""
        try:
            yield
        except sqlite3.DatabaseError as exc:
            raise StoreError(_hint(self.folder, str(exc))) from exc
        except OSError as exc:
            raise StoreError(
                f"{self.folder} can't be used ({exc.strerror}). Choose another folder with --store."
            ) from exc


def _inode(file: Path) -> int:
    try:
        return file.stat().st_ino
    except OSError:
        return 0


def _other_layout(folder: Path, layout: int) -> str:
    if layout > LAYOUT:
        return (
            f"The index in {folder} has layout {layout}, made by a newer citespan; this one reads layout {LAYOUT}. "
            "Bring citespan up to date, or choose another folder with --store."
        )
    return (
        f"The index in {folder} has layout {layout}, this program reads layout {LAYOUT}. "
        f"Bring it up to date, from the text that it keeps, with: python -m index --rebuild --store {folder}"
    )


def _hint(folder: Path, reason: str) -> str:
    known = {
        "database or disk is full": "The disk is full. Free some space and run it again; nothing is lost.",
        "disk I/O error": f"{folder} can't be written to or read (disk I/O error). Is the disk full, or a quota "
        "reached? Free some space and run it again; nothing is lost.",
        "attempt to write a readonly database": f"{folder} is read-only. Make it writable, or use --store.",
        "database is locked": "Another process is writing to this index. Wait for it to end, then try again.",
        "unable to open database file": f"{folder} can't be written to. Choose another folder with --store.",
        "file is not a database": f"{folder} is damaged. Make it anew: python -m index FOLDER --rebuild",
    }
    return known.get(
        reason, f"The index in {folder} can't be used ({reason}). Make it anew: python -m index FOLDER --rebuild"
    )
