"""The catalogue: spans that slice, snapshots, older and newer layouts, damage, and rebuilding from the kept text."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from pathlib import Path

import pytest
from fakes import HashedEmbedder, article, change_catalogue, settings_for, write_articles

from index.database import LAYOUT
from index.errors import StoreError
from index.ingest import ingest
from index.library import Library
from index.rebuild import clear, is_damaged, rebuild
from index.search import Search
from index.store import SENTENCES, VectorStore
from index.types import Span
from index.verify import differences

# The tables of the first layout, as the first version of citespan made them.
FIRST_LAYOUT = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (source TEXT PRIMARY KEY, root TEXT NOT NULL, sha256 TEXT NOT NULL, text BLOB NOT NULL,
                    chrome TEXT NOT NULL);
CREATE TABLE articles (article_id TEXT PRIMARY KEY, source TEXT NOT NULL, start INTEGER NOT NULL,
                       end INTEGER NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL,
                       published TEXT NOT NULL, sha256 TEXT NOT NULL, copy_of TEXT NOT NULL);
CREATE TABLE passages (id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL, start INTEGER NOT NULL,
                       end INTEGER NOT NULL);
CREATE TABLE sentences (id INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL,
                        start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (folded, tokenize = "porter unicode61");
PRAGMA user_version = 1;
"""


def made(tmp_path: Path, count: int = 3) -> Path:
    write_articles(tmp_path / "news", count)
    ingest([tmp_path / "news"], settings_for(tmp_path / "store"), embedder=HashedEmbedder())
    return tmp_path / "store"


def test_every_sentence_is_its_span_and_lies_in_its_passage(tmp_path: Path) -> None:
    library = Library(made(tmp_path))
    sentences = list(library.sentences())
    assert len(sentences) == library.size == 36
    for s in sentences:
        assert library.text(s.span.source)[s.span.start : s.span.end] == s.text
        assert s.passage.contains(s.span)
    rows = library.sentence_rows()
    assert [library.lookup([i])[i][1].span for i in rows] == [span for span, _ in rows.values()]
    assert library.lookup([10**9]) == {}


def test_passages_articles_and_the_sentence_before(tmp_path: Path) -> None:
    library = Library(made(tmp_path, 1))
    (one,) = library.articles()
    passages = list(library.passages())
    assert [p.article_id for p in passages] == [one.article_id] * 3
    first, second, *_ = library.sentences(one.article_id)
    assert library.before(first) is None and library.before(second) == first.span
    assert library.owner(one.article_id) == "0000.txt" and library.owner("nobody") == ""
    assert library.chrome("0000.txt") == () == library.chrome("nothing.txt")
    assert library.paths() == {"0000.txt": tmp_path / "news" / "0000.txt"}
    with pytest.raises(StoreError, match=r"nothing\.txt is not in the index any more\."):
        library.text("nothing.txt")


def test_a_snapshot_is_of_one_moment(tmp_path: Path) -> None:
    store = made(tmp_path, 1)
    library = Library(store)
    before = library.text("0000.txt")
    with library.snapshot():
        ids = list(library.sentence_rows())
        (tmp_path / "news" / "0000.txt").write_text(article(0, version=5))
        ingest([tmp_path / "news"], settings_for(store), embedder=HashedEmbedder())
        assert len(library.lookup(ids)) == 12 and library.text("0000.txt") == before
    assert library.lookup(ids) == {} and library.text("0000.txt") == article(0, version=5)


def test_reading_from_many_threads_while_another_writes(tmp_path: Path) -> None:
    store = made(tmp_path, 2)
    library, wrong, stop = Library(store), list[object](), threading.Event()

    def read() -> None:
        while not stop.is_set():
            for s in library.sentences():
                if not s.text.endswith((".", "year.")) or "marker" not in library.text(s.span.source):
                    wrong.append(s)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for version in range(1, 4):
        (tmp_path / "news" / "0001.txt").write_text(article(1, version=version))
        ingest([tmp_path / "news"], settings_for(store), embedder=HashedEmbedder())
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert library.text("0001.txt") == article(1, version=3)


def test_a_store_that_was_deleted_and_made_anew_is_seen_by_an_open_one(tmp_path: Path) -> None:
    store = made(tmp_path, 1)
    library = Library(store)
    assert library.size == 12
    clear(store)
    write_articles(tmp_path / "news", 2)
    ingest([tmp_path / "news"], settings_for(store), embedder=HashedEmbedder())
    assert library.size == 24


def first_layout(tmp_path: Path) -> Path:
    """A store as the first version left it, of one file that is still there, one that is gone, and a wire copy."""
    news, store = tmp_path / "news", tmp_path / "store"
    write_articles(news, 1)
    store.mkdir()
    with contextlib.closing(sqlite3.connect(store / "library.db")) as db, db:
        db.executescript(FIRST_LAYOUT)
        for n, source in enumerate(("0000.txt", "gone.txt", "news/copy.txt")):
            text = article(0) if n != 1 else article(7)
            db.execute(
                "INSERT INTO files VALUES (?, ?, ?, ?, '[[0, 4]]')", (source, str(news), f"hash{n}", text.encode())
            )
            db.execute(
                "INSERT INTO articles VALUES (?, ?, 0, ?, ?, 'Wire', '2024-05-03', ?, '')",
                (f"id{n}", source, len(text) - 1, f"Title {n}", f"hash{n}"),
            )
        db.execute("INSERT INTO meta VALUES ('embedder', 'older/float32'), ('revision', '41')")
    return store


def test_a_store_whose_words_were_folded_in_another_way_is_told_and_brought_up_to_date(tmp_path: Path) -> None:
    store = made(tmp_path, 1)
    change_catalogue(store, "UPDATE words SET folded = 'old'", f"PRAGMA user_version = {LAYOUT - 1}")
    with pytest.raises(StoreError, match=f"has layout {LAYOUT - 1}, .* --rebuild --store"):
        Library(store)
    rebuild(settings_for(store), embedder=HashedEmbedder())
    assert Library(store).rows("SELECT count(*) FROM words WHERE folded != 'old'") == [(12,)]


def test_an_older_layout_is_told_and_brought_up_to_date_from_the_kept_text(tmp_path: Path) -> None:
    store = first_layout(tmp_path)
    with pytest.raises(StoreError) as told:
        Library(store)
    assert str(told.value) == (
        f"The index in {store} has layout 1, this program reads layout {LAYOUT}. "
        f"Bring it up to date, from the text that it keeps, with: python -m index --rebuild --store {store}"
    )
    assert rebuild(settings_for(store), embedder=HashedEmbedder()) == ("0000.txt", "gone.txt", "news/copy.txt")
    library = Library(store)
    held = {a.source: a for a in library.articles()}
    assert {source: a.article_id for source, a in held.items()} == {
        "0000.txt": "id0",
        "gone.txt": "id1",
        "news/copy.txt": "id2",
    }
    assert (held["gone.txt"].title, held["gone.txt"].publisher) == ("Title 1", "Wire")
    assert library.text("gone.txt") == article(7) and library.chrome("gone.txt") == (Span("gone.txt", 0, 4),)
    assert library.meta("embedder") == "hashed/float32" and library.revision > 41
    assert sum(bool(a.copy_of) for a in held.values()) == 1
    hit = max(Search.open(store, HashedEmbedder()).search("marker7v0"), key=lambda h: h.bm25)
    assert hit.sentence.span.source == "gone.txt"
    assert [line for line in differences(settings_for(store)) if "txt: " not in line] == []
    assert ingest([tmp_path / "news"], settings_for(store), embedder=HashedEmbedder()).unchanged == 1


def test_a_newer_layout_is_left_alone(tmp_path: Path) -> None:
    store = made(tmp_path, 1)
    change_catalogue(store, "PRAGMA user_version = 9")
    for opened in (lambda: Library(store), lambda: rebuild(settings_for(store), embedder=HashedEmbedder())):
        with pytest.raises(StoreError, match="has layout 9, made by a newer citespan; this one reads layout") as told:
            opened()
        assert not is_damaged(told.value)


def test_rebuilding_changes_the_embedder_and_keeps_ids_and_gone_files(tmp_path: Path) -> None:
    store = made(tmp_path, 3)
    (tmp_path / "news" / "0001.txt").unlink()
    (tmp_path / "news" / "0002.txt").write_text(article(2, version=6))
    ids = {a.source: a.article_id for a in Library(store).articles()}
    rows = set(Library(store).sentence_rows())
    other = HashedEmbedder("other/1")
    search = Search.open(store, HashedEmbedder())
    assert rebuild(settings_for(store), embedder=other) == ("0000.txt", "0001.txt", "0002.txt")
    library = Library(store)
    assert {a.source: a.article_id for a in library.articles()} == ids
    assert library.text("0001.txt") == article(1) and library.text("0002.txt") == article(2, version=6)
    assert not rows & set(library.sentence_rows()), "an id never comes to mean another sentence"
    assert VectorStore(store, library.generation).ids(SENTENCES) == set(library.sentence_rows())
    with pytest.raises(StoreError, match="made with the embedder other/1, and the settings name hashed/float32"):
        search.search("council")
    assert len(Search.open(store, other).search("council")) > 0


def test_a_rebuilding_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    class Failing(HashedEmbedder):
        def encode(self, texts: object) -> object:  # type: ignore[override]
            raise StoreError("The disk is full.")

    store = made(tmp_path, 2)
    rows = Library(store).sentence_rows()
    with pytest.raises(StoreError, match="disk is full"):
        rebuild(settings_for(store), embedder=Failing())
    assert Library(store).sentence_rows() == rows
    assert len(Search.open(store, HashedEmbedder()).search("council")) > 0
    assert ingest([tmp_path / "news"], settings_for(store), embedder=HashedEmbedder()).unchanged == 2
    assert differences(settings_for(store)) == []


def test_a_damaged_catalogue_is_told_and_only_then_cleared(tmp_path: Path) -> None:
    store = made(tmp_path, 1)
    (store / "library.db").write_bytes(b"this is no database" * 500)
    with pytest.raises(StoreError, match=r"is damaged\. Make it anew: python -m index FOLDER --rebuild") as told:
        Library(store)
    assert is_damaged(told.value)
    with pytest.raises(StoreError) as again:
        rebuild(settings_for(store), embedder=HashedEmbedder())
    assert is_damaged(again.value)
    (store / "mine.txt").write_text("not the store's")
    clear(store)
    assert sorted(path.name for path in store.iterdir()) == ["mine.txt", "vectors", "writer.lock"]
    assert ingest([tmp_path / "news"], settings_for(store), embedder=HashedEmbedder()).added == ("0000.txt",)


def test_a_catalogue_that_a_crash_left_empty_is_no_index_yet(tmp_path: Path) -> None:
    (tmp_path / "library.db").touch()
    with pytest.raises(StoreError, match=f"There is no index in {tmp_path}"):
        Library(tmp_path)
    write_articles(tmp_path / "news", 1)
    assert ingest([tmp_path / "news"], settings_for(tmp_path), embedder=HashedEmbedder()).added == ("0000.txt",)


def test_texts_in_memory_are_bounded_and_belong_to_one_library(tmp_path: Path) -> None:
    store = made(tmp_path, 2)
    one, other = Library(store), Library(store)
    assert one.text("0000.txt") == other.text("0000.txt")
    assert list(one._texts) == [("0000.txt", one.files()["0000.txt"][1])]
    assert one._texts is not other._texts


def test_the_stored_forms_are_plain(tmp_path: Path) -> None:
    """What another program needs to read a store: UTF-8 text, JSON chrome, half-open offsets."""
    store = made(tmp_path, 1)
    with contextlib.closing(sqlite3.connect(store / "library.db")) as db, db:
        ((text, chrome),) = db.execute("SELECT text, chrome FROM files")
        assert text.decode() == article(0) and json.loads(chrome) == []
