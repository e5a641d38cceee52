"""The catalogue of a store as its writer has it: files go in with their articles, out, and under another name.

What it holds is read in `library.py`; that vectors change with it is the care of `writer.py`. Try
`WritableLibrary(Path(".citespan")).mend_words()`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from index.fold import fold
from index.library import Library
from index.read import Document
from index.types import Passage, Sentence

_OF_SOURCE = "(SELECT p.id FROM passages p JOIN articles a ON a.article_id = p.article_id WHERE a.source = ?)"


class WritableLibrary(Library):
    """For whoever holds the store's lock. Raises StoreError as `Library` does, and when it can't be written to."""

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
        with self.mapped():
            self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add(
        self, document: Document, root: str, path: str, parts: Sequence[tuple[Passage, tuple[Sentence, ...]]],
        signatures: Mapping[str, bytes],
    ) -> tuple[list[int], list[int]]:  # fmt: skip
        """Put in a file with its articles, passages and sentences; the new ids of the two, in their order."""
        source = document.source
        chrome = json.dumps([(span.start, span.end) for span in document.chrome])
        text = document.text.encode("utf-8", "surrogatepass")
        self.db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)",
            (source, os.fsencode(root), os.fsencode(path), document.sha256, text, chrome),
        )
        self.db.executemany(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((a.article_id, source, a.start, a.end, _plain(a.title), _plain(a.publisher), _plain(a.published), a.sha256,
              a.copy_of, signatures.get(a.article_id, b"")) for a in document.articles),
        )  # fmt: skip
        # Ids are never used twice, so that one that a search still holds can't come to mean another sentence.
        n, m = (self._last_id(table) for table in ("passages", "sentences"))
        passages = [(n + i, p.article_id, p.span.start, p.span.end) for i, (p, _) in enumerate(parts, 1)]
        self.db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", passages)
        cut = [(n + i, s) for i, (_, sentences) in enumerate(parts, 1) for s in sentences]
        rows = [(m + i, p, s.span.start, s.span.end) for i, (p, s) in enumerate(cut, 1)]
        self.db.executemany("INSERT INTO sentences VALUES (?, ?, ?, ?)", rows)
        self.add_words((m + i, s.text) for i, (_, s) in enumerate(cut, 1))
        return [row[0] for row in rows], [row[0] for row in passages]

    def add_words(self, sentences: Iterable[tuple[int, str]]) -> None:
        """Let sentences be found by their words."""
        self.db.executemany(
            "INSERT OR REPLACE INTO words (rowid, folded) VALUES (?, ?)",
            ((i, _plain(fold(text))) for i, text in sentences),
        )

    def _last_id(self, table: str) -> int:
        rows = self.rows("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return int(rows[0][0]) if rows else 0

    def drop(self, source: str) -> tuple[list[int], list[int]]:
        """Take out a file; the ids of the sentences and passages that went with it."""
        passage_ids, sentence_ids = list(self.passage_rows(source)), list(self.sentence_rows(source))
        self.db.executemany("DELETE FROM words WHERE rowid = ?", ((i,) for i in sentence_ids))
        self.db.execute(f"DELETE FROM sentences WHERE passage_id IN {_OF_SOURCE}", (source,))
        self.db.execute(f"DELETE FROM passages WHERE id IN {_OF_SOURCE}", (source,))
        self.db.execute("DELETE FROM articles WHERE source = ?", (source,))
        self.db.execute("DELETE FROM files WHERE source = ?", (source,))
        return sentence_ids, passage_ids

    def rename(self, old: str, new: str, root: str, path: str) -> None:
        """The same file under another name keeps its article ids, so that old citations still find it."""
        self.db.execute(
            "UPDATE files SET source = ?, root = ?, path = ? WHERE source = ?",
            (new, os.fsencode(root), os.fsencode(path), old),
        )
        self.db.execute("UPDATE articles SET source = ? WHERE source = ?", (new, old))

    def set_copies(self, copy_of: Mapping[str, str]) -> None:
        """article id -> the id of the article that it repeats, or ""."""
        self.db.executemany(
            "UPDATE articles SET copy_of = ? WHERE article_id = ?", ((o, a) for a, o in copy_of.items())
        )

    def forget_lost_originals(self) -> None:
        """A copy whose original is gone is nobody's copy, until the articles are linked again."""
        self.db.execute(
            "UPDATE articles SET copy_of = '' WHERE copy_of <> '' AND copy_of NOT IN (SELECT article_id FROM articles)"
        )

    def mend_words(self) -> int:
        """Make the words agree with the sentences; how many had to be changed."""
        missing, lost = self.wrong_words()
        with self.transaction():
            self.db.executemany("DELETE FROM words WHERE rowid = ?", ((i,) for i in lost))
            self.add_words((i, sentence.text) for i, (_, sentence) in self.lookup(missing).items())
        return len(missing) + len(lost)


def _plain(text: str) -> str:
    """SQLite takes no lone surrogates; only what is shown or looked up loses them, never a text that offsets count."""
    return text.encode("utf-8", "replace").decode()
