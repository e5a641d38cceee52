"""The catalogue of a store: which files and articles it holds, their text, and where each sentence stands.

The only truth about spans: a vector or a word counts only when its sentence is here. It knows nothing of vectors
(`store.py` does), and changes nothing (`writable.py` does). Try `Library(Path(".citespan")).articles()`.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.database import Database
from index.errors import StoreError
from index.types import Article, Passage, Sentence, Span

# Texts that are kept in memory, in characters: sentences are cut from them. Some thousand articles.
_KEPT = 16_000_000

_ARTICLES = "SELECT article_id, source, start, end, title, publisher, published, sha256, copy_of FROM articles"
_SENTENCES = """
SELECT s.id, s.passage_id, a.source, s.start, s.end, p.start, p.end, p.article_id, a.sha256
FROM sentences s JOIN passages p ON p.id = s.passage_id JOIN articles a ON a.article_id = p.article_id
"""
_PASSAGES = """
SELECT p.id, a.source, p.start, p.end, p.article_id
FROM passages p JOIN articles a ON a.article_id = p.article_id
"""


class Library(Database):
    """The articles of one store. Raises StoreError when there is none (unless `create`) or it can't be read."""

    def __init__(self, folder: Path, *, create: bool = False, any_layout: bool = False) -> None:
        super().__init__(folder, create=create, any_layout=any_layout)
        self._texts: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._texts_size = 0
        self._texts_lock = threading.Lock()

    def meta(self, key: str) -> str:
        """A fact about the whole store, such as its "embedder"; "" for one that isn't there."""
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else ""

    @property
    def revision(self) -> int:
        """Grows with every change of the store: an open search sees that there is something new."""
        return int(self.meta("revision") or 0)

    @property
    def generation(self) -> int:
        """Which generation of the vectors belongs to this catalogue."""
        return int(self.meta("generation") or 1)

    @property
    def size(self) -> int:
        """How many sentences there are."""
        return int(self.rows("SELECT count(*) FROM sentences")[0][0])

    def articles(self) -> tuple[Article, ...]:
        return tuple(Article(*row) for row in self.rows(f"{_ARTICLES} ORDER BY source, start"))

    def owner(self, article_id: str) -> str:
        """The source of an article, or ""."""
        rows = self.rows("SELECT source FROM articles WHERE article_id = ?", (article_id,))
        return str(rows[0][0]) if rows else ""

    def text(self, source: str) -> str:
        """The text that the offsets of `source` count in. Raises StoreError when the store has no such file."""
        with self.snapshot():
            sha256 = self.rows("SELECT sha256 FROM files WHERE source = ?", (source,))
            if not sha256:
                raise StoreError(f"{source} is not in the index any more. Ask again, or index it: python -m index")
            return self._text(source, sha256[0][0])

    def quote(self, span: Span) -> str:
        """The exact characters of a span. Raises StoreError when the store has no such file."""
        return self.text(span.source)[span.start : span.end]

    def _text(self, source: str, sha256: str) -> str:
        """From memory, or read inside the snapshot that found the hash."""
        key = (source, sha256)
        with self._texts_lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        (row,) = self.rows("SELECT text FROM files WHERE source = ?", (source,))
        # Lone surrogates of a damaged file are kept, so that offsets stay those of the file.
        text: str = row[0].decode("utf-8", "surrogatepass")
        with self._texts_lock:
            if key not in self._texts:
                self._texts[key] = text
                self._texts_size += len(text)
            while self._texts_size > _KEPT and len(self._texts) > 1:
                _, old = self._texts.popitem(last=False)
                self._texts_size -= len(old)
        return text

    def chrome(self, source: str) -> tuple[Span, ...]:
        """The characters of a file that belong to the page, not to an article."""
        rows = self.rows("SELECT chrome FROM files WHERE source = ?", (source,))
        return tuple(Span(source, start, end) for start, end in json.loads(rows[0][0])) if rows else ()

    def files(self) -> dict[str, tuple[str, str]]:
        """source -> (the folder it was found from, sha256) of every file."""
        rows = self.rows("SELECT source, root, sha256 FROM files")
        return {source: (os.fsdecode(root), sha256) for source, root, sha256 in rows}

    def paths(self) -> dict[str, Path]:
        """source -> where the file was when it was indexed."""
        rows = self.rows("SELECT source, root, path FROM files")
        return {source: Path(os.fsdecode(root), os.fsdecode(path)) for source, root, path in rows}

    def passages(self) -> Iterator[Passage]:
        rows = self.rows(f"{_PASSAGES} ORDER BY a.source, p.start")
        return (Passage(Span(source, start, end), article_id) for _, source, start, end, article_id in rows)

    def sentences(self, article_id: str | None = None) -> Iterator[Sentence]:
        """All sentences in the order of the text, or those of one article."""
        where, values = ("WHERE p.article_id = ?", (article_id,)) if article_id else ("", ())
        with self.snapshot():
            return iter(
                [self._sentence(r) for r in self.rows(f"{_SENTENCES} {where} ORDER BY a.source, s.start", values)]
            )

    def sentence_rows(self, source: str | None = None) -> dict[int, tuple[Span, str]]:
        """sentence id -> (span, article id), of all files or of one."""
        where, values = ("WHERE a.source = ?", (source,)) if source is not None else ("", ())
        rows = self.rows(f"{_SENTENCES} {where} ORDER BY s.id", values)
        return {row[0]: (Span(row[2], row[3], row[4]), row[7]) for row in rows}

    def passage_rows(self, source: str | None = None) -> dict[int, tuple[Span, str]]:
        """passage id -> (span, article id), of all files or of one."""
        where, values = ("WHERE a.source = ?", (source,)) if source is not None else ("", ())
        rows = self.rows(f"{_PASSAGES} {where} ORDER BY p.id", values)
        return {i: (Span(s, start, end), article_id) for i, s, start, end, article_id in rows}

    def lookup(self, ids: Sequence[int]) -> dict[int, tuple[int, Sentence]]:
        """sentence id -> (passage id, sentence), for those of `ids` that the store still holds."""
        with self.snapshot():
            rows = self.rows(f"{_SENTENCES} WHERE s.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
            return {row[0]: (row[1], self._sentence(row)) for row in rows}

    def sentences_of(self, passage_ids: Sequence[int]) -> list[int]:
        """The ids of the sentences of some passages."""
        rows = self.rows(
            "SELECT id FROM sentences WHERE passage_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(passage_ids)),),
        )
        return [row[0] for row in rows]

    def before(self, sentence: Sentence) -> Span | None:
        """Where the sentence before this one stands, if it is in the same passage."""
        rows = self.rows(
            "SELECT s.start, s.end FROM sentences s JOIN passages p ON p.id = s.passage_id "
            "WHERE p.article_id = ? AND p.start = ? AND s.start < ? ORDER BY s.start DESC LIMIT 1",
            (sentence.article_id, sentence.passage.start, sentence.span.start),
        )
        return Span(sentence.span.source, *rows[0]) if rows else None

    def after(self, sentence: Sentence, count: int) -> tuple[Sentence, ...]:
        """The next sentences of the same article, at most `count`."""
        with self.snapshot():
            rows = self.rows(
                f"{_SENTENCES} WHERE p.article_id = ? AND s.start >= ? ORDER BY s.start LIMIT ?",
                (sentence.article_id, sentence.span.end, count),
            )
            return tuple(map(self._sentence, rows))

    def signatures(self) -> list[tuple[Article, bytes]]:
        """Every article, with what tells whether it repeats another."""
        found = self.rows(_ARTICLES.replace(" FROM", ", signature FROM"))
        return [(Article(*row[:-1]), row[-1]) for row in found]

    def wrong_words(self) -> tuple[list[int], list[int]]:
        """Ids of sentences that can't be found by their words, and ids of words that belong to no sentence."""
        ids = {row[0] for row in self.rows("SELECT id FROM sentences")}
        words = {row[0] for row in self.rows("SELECT rowid FROM words")}
        return sorted(ids - words), sorted(words - ids)

    def _sentence(self, row: tuple[int, int, str, int, int, int, int, str, str]) -> Sentence:
        _, _, source, start, end, p_start, p_end, article_id, sha256 = row
        text = self._text(source, sha256)[start:end]
        return Sentence(Span(source, start, end), Span(source, p_start, p_end), article_id, text)
