"""The catalogue of a store: which files and articles it holds, their text, and where each sentence stands.

One SQLite file, and the only truth about spans: a vector or a word counts only when its sentence is here. Reading
is safe from any thread while another process writes. It knows nothing of vectors; `store.py` does.
"""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index.errors import StoreError
from index.fold import fold
from index.read import Document
from index.types import Article, Passage, Sentence, Span

LAYOUT = 1
FILE = "library.db"

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (source TEXT PRIMARY KEY, root TEXT NOT NULL, sha256 TEXT NOT NULL, text BLOB NOT NULL,
                    chrome TEXT NOT NULL);
CREATE INDEX files_by_hash ON files (sha256);
CREATE TABLE articles (article_id TEXT PRIMARY KEY, source TEXT NOT NULL, start INTEGER NOT NULL,
                       end INTEGER NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL,
                       published TEXT NOT NULL, sha256 TEXT NOT NULL, copy_of TEXT NOT NULL);
CREATE INDEX articles_by_source ON articles (source, start);
CREATE TABLE passages (id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL, start INTEGER NOT NULL,
                       end INTEGER NOT NULL);
CREATE INDEX passages_by_article ON passages (article_id);
CREATE TABLE sentences (id INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL,
                        start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE INDEX sentences_by_passage ON sentences (passage_id);
CREATE VIRTUAL TABLE words USING fts5 (folded, tokenize = "porter unicode61");
PRAGMA user_version = {LAYOUT};
"""

_SENTENCES = """
SELECT s.id, s.passage_id, a.source, s.start, s.end, p.start, p.end, p.article_id, a.sha256
FROM sentences s JOIN passages p ON p.id = s.passage_id JOIN articles a ON a.article_id = p.article_id
"""


class Library:
    """The articles of one store. `Library(Path(".citespan")).articles()`.

    Raises StoreError when there is no store (unless `create`), or when it can't be read.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self._local = threading.local()
        file = folder / FILE
        if not create and not file.is_file():
            raise StoreError(f"There is no index in {folder}. Make one with: python -m index FOLDER --store {folder}")
        with self.mapped():
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            layout = self.db.execute("PRAGMA user_version").fetchone()[0]
            if layout == 0 and create:
                self.db.execute("PRAGMA journal_mode = WAL")
                self.db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            elif layout != LAYOUT:
                raise StoreError(
                    f"The index in {folder} has layout {layout}, this program reads layout {LAYOUT}. "
                    f"Make it anew with: python -m index FOLDER --rebuild --store {folder}"
                )

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's own connection: SQLite readers never wait for the writer, nor for each other."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.folder / FILE, timeout=10, isolation_level=None)
            self._local.db = db
        return db

    def mapped(self) -> contextlib.AbstractContextManager[None]:
        """Errors of the database inside become StoreErrors with the next step."""
        return _mapped(self.folder)

    # --- what it holds ------------------------------------------------------------------------------------

    def meta(self, key: str) -> str:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    @property
    def revision(self) -> int:
        """Grows with every change of the store: an open search sees that there is something new."""
        return int(self.meta("revision") or 0)

    def articles(self) -> tuple[Article, ...]:
        rows = self.db.execute(
            "SELECT article_id, source, start, end, title, publisher, published, sha256, copy_of FROM articles "
            "ORDER BY source, start"
        )
        return tuple(Article(*row) for row in rows)

    def owner(self, article_id: str) -> str:
        """The source of an article, or ""."""
        row = self.db.execute("SELECT source FROM articles WHERE article_id = ?", (article_id,)).fetchone()
        return str(row[0]) if row else ""

    def text(self, source: str) -> str:
        """The text that the offsets of `source` count in. Raises StoreError when the store has no such file."""
        sha256 = self.db.execute("SELECT sha256 FROM files WHERE source = ?", (source,)).fetchone()
        if sha256 is None:
            raise StoreError(f"{source} is not in the index any more. Ask again, or index it with: python -m index")
        return self._text(source, sha256[0])

    @functools.lru_cache(maxsize=512)  # noqa: B019 - a library lives as long as the process that reads it
    def _text(self, source: str, sha256: str) -> str:
        row = self.db.execute("SELECT text FROM files WHERE source = ?", (source,)).fetchone()
        return _decode(row[0]) if row else ""

    def chrome(self, source: str) -> tuple[Span, ...]:
        """The characters of a file that belong to the page, not to an article."""
        row = self.db.execute("SELECT chrome FROM files WHERE source = ?", (source,)).fetchone()
        return tuple(Span(source, start, end) for start, end in json.loads(row[0])) if row else ()

    def files(self) -> dict[str, tuple[str, str]]:
        """source -> (root, sha256) of every file."""
        return {s: (root, sha) for s, root, sha in self.db.execute("SELECT source, root, sha256 FROM files")}

    def passages(self) -> Iterator[Passage]:
        rows = self.db.execute(
            "SELECT a.source, p.start, p.end, p.article_id FROM passages p "
            "JOIN articles a ON a.article_id = p.article_id ORDER BY a.source, p.start"
        )
        return (Passage(Span(source, start, end), article_id) for source, start, end, article_id in rows)

    def sentences(self, article_id: str | None = None) -> Iterator[Sentence]:
        """All sentences in the order of the text, or those of one article."""
        where, values = ("WHERE p.article_id = ?", (article_id,)) if article_id else ("", ())
        rows = self.db.execute(f"{_SENTENCES} {where} ORDER BY a.source, s.start", values)
        return (self._sentence(row) for row in rows)

    def sentence_rows(self, source: str | None = None) -> dict[int, tuple[Span, str]]:
        """sentence id -> (span, article id), of all files or of one."""
        where, values = ("WHERE a.source = ?", (source,)) if source is not None else ("", ())
        rows = self.db.execute(f"{_SENTENCES} {where} ORDER BY s.id", values)
        return {row[0]: (Span(row[2], row[3], row[4]), row[7]) for row in rows}

    def passage_rows(self, source: str | None = None) -> dict[int, tuple[Span, str]]:
        """passage id -> (span, article id), of all files or of one."""
        where, values = ("WHERE a.source = ?", (source,)) if source is not None else ("", ())
        rows = self.db.execute(
            "SELECT p.id, a.source, p.start, p.end, p.article_id FROM passages p "
            f"JOIN articles a ON a.article_id = p.article_id {where} ORDER BY p.id",
            values,
        )
        return {i: (Span(s, start, end), article_id) for i, s, start, end, article_id in rows}

    def lookup(self, ids: Sequence[int]) -> dict[int, tuple[int, Sentence]]:
        """sentence id -> (passage id, sentence), for those of `ids` that the store still holds."""
        marks = ",".join("?" * len(ids))
        rows = self.db.execute(f"{_SENTENCES} WHERE s.id IN ({marks})", tuple(ids)).fetchall()
        return {row[0]: (row[1], self._sentence(row)) for row in rows}

    def sentences_of(self, passage_ids: Sequence[int]) -> list[int]:
        """The ids of the sentences of some passages."""
        marks = ",".join("?" * len(passage_ids))
        rows = self.db.execute(f"SELECT id FROM sentences WHERE passage_id IN ({marks})", tuple(passage_ids))
        return [row[0] for row in rows]

    @property
    def size(self) -> int:
        """How many sentences there are."""
        return int(self.db.execute("SELECT count(*) FROM sentences").fetchone()[0])

    def before(self, sentence: Sentence) -> Span | None:
        """Where the sentence before this one stands, if it is in the same passage."""
        row = self.db.execute(
            "SELECT s.start, s.end FROM sentences s JOIN passages p ON p.id = s.passage_id "
            "WHERE p.article_id = ? AND p.start = ? AND s.start < ? ORDER BY s.start DESC LIMIT 1",
            (sentence.article_id, sentence.passage.start, sentence.span.start),
        ).fetchone()
        return Span(sentence.span.source, *row) if row else None

    def _sentence(self, row: tuple[int, int, str, int, int, int, int, str, str]) -> Sentence:
        _, _, source, start, end, p_start, p_end, article_id, sha256 = row
        text = self._text(source, sha256)[start:end]
        return Sentence(Span(source, start, end), Span(source, p_start, p_end), article_id, text)

    # --- changing it --------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the changes inside, or none of them; the revision grows at the end."""
        with self.mapped():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.set_meta("revision", str(self.revision + 1))
                self.db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self.db.execute("ROLLBACK")
                raise

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add(
        self, document: Document, root: str, parts: Iterable[tuple[Passage, tuple[Sentence, ...]]]
    ) -> tuple[list[int], list[int]]:
        """Put in a file with its articles, passages and sentences; the new ids of the two, in their order."""
        source = document.source
        chrome = json.dumps([(span.start, span.end) for span in document.chrome])
        text = document.text.encode("utf-8", "surrogatepass")
        self.db.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", (source, root, document.sha256, text, chrome))
        for a in document.articles:
            self.db.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (a.article_id, source, a.start, a.end, a.title, a.publisher, a.published, a.sha256, a.copy_of),
            )
        passage_ids: list[int] = []
        sentence_ids: list[int] = []
        for passage, sentences in parts:
            cursor = self.db.execute(
                "INSERT INTO passages (article_id, start, end) VALUES (?, ?, ?)",
                (passage.article_id, passage.span.start, passage.span.end),
            )
            passage_ids.append(cursor.lastrowid or 0)
            for sentence in sentences:
                cursor = self.db.execute(
                    "INSERT INTO sentences (passage_id, start, end) VALUES (?, ?, ?)",
                    (passage_ids[-1], sentence.span.start, sentence.span.end),
                )
                sentence_ids.append(cursor.lastrowid or 0)
                self.db.execute(
                    "INSERT INTO words (rowid, folded) VALUES (?, ?)", (sentence_ids[-1], fold(sentence.text))
                )
        return sentence_ids, passage_ids

    def drop(self, source: str) -> tuple[list[int], list[int]]:
        """Take out a file; the ids of the sentences and passages that went with it."""
        rows = self.db.execute(
            "SELECT p.id FROM passages p JOIN articles a ON a.article_id = p.article_id WHERE a.source = ?",
            (source,),
        )
        passage_ids = [row[0] for row in rows]
        sentence_ids = self.sentences_of(passage_ids)
        self.db.executemany("DELETE FROM words WHERE rowid = ?", ((i,) for i in sentence_ids))
        self.db.executemany("DELETE FROM sentences WHERE id = ?", ((i,) for i in sentence_ids))
        self.db.executemany("DELETE FROM passages WHERE id = ?", ((i,) for i in passage_ids))
        self.db.execute("DELETE FROM articles WHERE source = ?", (source,))
        self.db.execute("DELETE FROM files WHERE source = ?", (source,))
        return sentence_ids, passage_ids

    def rename(self, old: str, new: str, root: str) -> None:
        """The same file under another name keeps its article ids, so that old citations still find it."""
        self.db.execute("UPDATE files SET source = ?, root = ? WHERE source = ?", (new, root, old))
        self.db.execute("UPDATE articles SET source = ? WHERE source = ?", (new, old))


def _decode(text: bytes) -> str:
    # Lone surrogates of a damaged file are kept, so that offsets stay those of the file.
    return text.decode("utf-8", "surrogatepass")


@contextlib.contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    """SQLite's and the system's errors as one line with the next step; the cause is kept."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        hint = {
            "database or disk is full": "The disk is full. Free some space and run it again; nothing is lost.",
            "attempt to write a readonly database": f"{folder} is read-only. Make it writable, or use --store.",
            "database is locked": "Another process is writing to this index. Wait for it to end.",
            "unable to open database file": f"{folder} can't be written to. Choose another folder with --store.",
            "file is not a database": f"{folder} is damaged. Make it anew: python -m index FOLDER --rebuild",
        }.get(
            str(exc),
            f"The index in {folder} can't be used ({exc}). Make it anew: python -m index FOLDER --rebuild",
        )
        raise StoreError(hint) from exc
    except OSError as exc:
        raise StoreError(f"{folder} can't be used ({exc.strerror}). Choose another folder with --store.") from exc
