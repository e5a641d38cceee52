"""What one run of the index does: only what changed, nothing lost when a file fails, one writer.

Files under other names, and copies, are in `test_ingest_names.py`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import HashedEmbedder, article, settings_for, write_articles
from index_tools import Place, said

from index.errors import StoreError, UserError
from index.ingest import ingest, remove
from index.library import Library
from index.search import Search
from index.store import PASSAGES, SENTENCES, VectorStore
from index.writer import Writer


def test_only_what_has_changed_is_read_and_embedded(place: Place) -> None:
    write_articles(place.news, 3)
    assert said(place.run()) == {"added": ("0000.txt", "0001.txt", "0002.txt")}
    place.embedder.seen.clear()
    assert said(place.run()) == {"unchanged": 3}
    assert place.embedder.seen == []
    place.put("0001.txt", article(1, version=7))
    assert said(place.run()) == {"changed": ("0001.txt",), "unchanged": 2}
    assert place.embedder.seen
    assert not any(text in article(0) + article(2) for text in place.embedder.seen)
    assert place.library.text("0001.txt") == article(1, version=7)
    place.check()


def test_a_changed_article_replaces_its_sentences_and_keeps_its_id(place: Place) -> None:
    place.put("a.txt", "The mill of Ost burned on Monday.\nNobody was hurt at all.\n")
    place.run()
    ids = place.ids()
    place.put("a.txt", "The mill of Ost burned on Tuesday.\n")
    place.run()
    search = Search.open(place.store, place.embedder)
    assert [h.sentence.text for h in search.search("Ost mill burned")] == ["The mill of Ost burned on Tuesday."]
    assert search.search("Nobody hurt")[0].bm25 == 0
    assert place.ids() == ids
    vectors = VectorStore(place.store, place.library.generation)
    assert (vectors.count(SENTENCES), vectors.count(PASSAGES)) == (1, 1)


def test_a_file_that_is_gone_disappears_and_only_from_folders_that_are_indexed(place: Place) -> None:
    write_articles(place.news / "x", 2)
    write_articles(place.news / "y", 2)
    place.run(place.news / "x")
    place.run(place.news / "y")
    (place.news / "x" / "0000.txt").unlink()
    (place.news / "y" / "0001.txt").unlink()
    assert said(place.run(place.news / "y")) == {"removed": ("y/0001.txt",), "unchanged": 1}
    assert sorted(place.library.files()) == ["0000.txt", "0001.txt", "y/0000.txt"]
    assert said(place.run(place.news)) == {"removed": ("0000.txt",), "unchanged": 2}
    place.check()


def test_a_changed_sidecar_is_a_change_of_its_file(place: Place) -> None:
    place.put("a.txt", article(1))
    place.run()
    place.put("a.meta.yaml", "title: The wall\npublished: 2024-05-03\n")
    assert said(place.run()) == {"changed": ("a.txt",)}
    (found,) = place.library.articles()
    assert (found.title, found.published) == ("The wall", "2024-05-03")


def test_one_failing_file_stops_no_other_and_leaves_what_the_store_held_of_it(place: Place) -> None:
    write_articles(place.news, 2)
    place.run()
    (place.news / "0000.txt").write_bytes(b"\x00\x01\x02" * 500)
    place.put("bad.pdf", "no pdf at all")
    place.put("new.txt", article(9))
    report = place.run()
    assert said(report) | {"failed": 0} == {"added": ("new.txt",), "unchanged": 1, "failed": 0}
    assert [source for source, _ in report.failed] == ["0000.txt", "bad.pdf"]
    assert all(reason.startswith(source) and "\n" not in reason for source, reason in report.failed)
    assert place.library.text("0000.txt") == article(0)
    hits = Search.open(place.store, place.embedder).search("marker0v0")
    assert max(hits, key=lambda hit: hit.bm25).sentence.span.source == "0000.txt"


def test_a_folder_that_can_not_be_read_loses_nothing(place: Place) -> None:
    write_articles(place.news / "locked", 1)
    write_articles(place.news / "open", 1)
    place.run()
    code = f"""
import ctypes, sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}
from fakes import *
from index.ingest import ingest
drop_rights()
report = ingest([Path({str(place.news)!r})], settings_for(Path({str(place.store)!r})), embedder=HashedEmbedder())
print(report.unchanged, report.removed, report.failed)
"""
    (place.news / "locked").chmod(0)
    try:
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    finally:
        (place.news / "locked").chmod(0o755)
    reason = f"{place.news}/locked: can't be read (Permission denied)."
    assert ran.stdout == f"1 () {((str(place.news / 'locked'), reason),)}\n", ran.stderr
    assert sorted(place.library.files()) == ["locked/0000.txt", "open/0000.txt"]


def test_text_with_lone_surrogates_and_nul_bytes_is_indexed(place: Place) -> None:
    text = "The mill \0of Ost burned.\nA lone \ud800 surrogate stood here.\n"
    (place.news / "a.txt").write_bytes(b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"))
    assert place.run().failed == ()
    kept = place.library.text("a.txt")
    for sentence in place.library.sentences():
        assert kept[sentence.span.start : sentence.span.end] == sentence.text
    assert "mill" in Search.open(place.store, place.embedder).search("mill")[0].sentence.text
    place.check()


def test_a_mistyped_or_empty_folder_makes_no_store(place: Place) -> None:
    with pytest.raises(UserError, match=re.escape(f"{place.news}x does not exist. Name a file, or a folder")):
        place.run(Path(f"{place.news}x"))
    with pytest.raises(UserError, match=f"There is nothing to index in {place.news}. Put articles there"):
        place.run()
    assert not place.store.exists()


def test_a_folder_that_has_become_empty_is_no_mistake(place: Place) -> None:
    path = place.put("a.txt", article(1))
    place.run()
    path.unlink()
    assert said(place.run()) == {"removed": ("a.txt",)}
    assert Search.open(place.store, place.embedder).search("council") == ()


def test_a_store_inside_the_folder_is_not_indexed(place: Place) -> None:
    place.put("a.txt", article(1))
    settings = settings_for(place.news / "store")
    ingest([place.news], settings, embedder=place.embedder)
    (place.news / "store" / "uploads").mkdir()
    (place.news / "store" / "uploads" / "b.txt").write_text(article(2))
    assert said(ingest([place.news], settings, embedder=place.embedder)) == {"unchanged": 1}
    assert ingest([place.news / "store" / "uploads"], settings, embedder=place.embedder).added == ("b.txt",)
    assert said(ingest([place.news], settings, embedder=place.embedder)) == {"unchanged": 1}
    assert sorted(Library(place.news / "store").files()) == ["a.txt", "b.txt"]


def test_remove_takes_out_what_list_names_and_nothing_else(place: Place) -> None:
    write_articles(place.news, 3)
    place.run()
    remove(["0001.txt"], place.settings, embedder=place.embedder)
    assert sorted(place.library.files()) == ["0000.txt", "0002.txt"]
    with pytest.raises(UserError, match=r"^0001\.txt is not in the index\. See what is: python -m index list$"):
        remove(["0000.txt", "0001.txt"], place.settings, embedder=place.embedder)
    assert sorted(place.library.files()) == ["0000.txt", "0002.txt"]
    assert place.run().added == ("0001.txt",)
    with pytest.raises(StoreError, match="There is no index in"):
        remove(["0000.txt"], settings_for(place.news / "none"), embedder=place.embedder)
    assert not (place.news / "none").exists()


def test_one_writer_at_a_time_and_the_second_is_told(place: Place) -> None:
    place.put("a.txt", article(1))
    place.run()
    code = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}
from fakes import *
from index.writer import Writer
with Writer(settings_for(Path({str(place.store)!r})), HashedEmbedder()):
    print("writing", flush=True)
    sys.stdin.readline()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout and other.stdin and other.stdout.readline() == "writing\n"
        place.put("b.txt", article(2))
        with pytest.raises(StoreError) as told:
            place.run()
        assert str(told.value) == (
            f"The index in {place.store} is being written to already. Wait until that has ended, then try again."
        )
        assert len(Search.open(place.store, place.embedder).search("council")) > 0
        other.stdin.close()
    assert place.run().added == ("b.txt",)


def test_a_writer_that_fails_gives_the_lock_back(place: Place) -> None:
    write_articles(place.news, 1)
    place.run()
    with pytest.raises(StoreError, match="made with the embedder hashed/float32, and the settings name other/1"):
        Writer(place.settings, HashedEmbedder("other/1"))
    with pytest.raises(KeyError), Writer(place.settings, place.embedder):
        raise KeyError
    assert said(place.run()) == {"unchanged": 1}


def test_a_long_text_is_committed_in_one_piece_and_settled(place: Place) -> None:
    place.put("long.txt", article(1, 2_500))
    place.run()
    library = place.library
    assert (library.size, library.generation, library.meta("waiting")) == (2_500, 2, "0")
    assert [p.name for p in (place.store / "vectors").iterdir()] == ["2"]
    place.check()
    marker = max(Search.open(place.store, place.embedder).search("marker1v0"), key=lambda hit: hit.bm25)
    assert marker.sentence.span.start == 0
    place.put("long.txt", article(1, 8, version=2))
    place.run()
    assert place.library.size == 8
    place.check()
