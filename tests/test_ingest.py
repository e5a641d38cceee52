"""What one run of the index does: only what changed, nothing lost when a file fails, one writer, copies linked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import HashedEmbedder, article, settings_for, write_articles

from index.errors import StoreError, UserError
from index.ingest import IngestReport, ingest, remove
from index.library import Library
from index.search import Search
from index.store import PASSAGES, SENTENCES, VectorStore
from index.verify import differences
from index.writer import Writer


class Place:
    """A folder of articles and its store, with an embedder that remembers what it was given."""

    def __init__(self, root: Path) -> None:
        self.news, self.store = root / "news", root / "store"
        self.news.mkdir()
        self.embedder = HashedEmbedder()
        self.settings = settings_for(self.store)

    def put(self, name: str, text: str) -> Path:
        path = self.news / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def run(self, *paths: Path) -> IngestReport:
        return ingest(paths or (self.news,), self.settings, embedder=self.embedder)

    @property
    def library(self) -> Library:
        return Library(self.store)

    def ids(self) -> dict[str, str]:
        return {a.article_id: a.source for a in self.library.articles()}

    def check(self) -> None:
        """The store agrees with the files and with itself."""
        assert differences(self.settings) == []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def said(report: IngestReport) -> dict[str, object]:
    names = ("added", "changed", "renamed", "removed", "unchanged", "failed")
    return {name: value for name in names if (value := getattr(report, name))}


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


def test_a_renamed_file_keeps_ids_and_vectors_and_is_known_by_its_new_name(place: Place) -> None:
    write_articles(place.news, 2)
    place.run()
    ids, rows = place.ids(), list(place.library.sentence_rows())
    place.embedder.seen.clear()
    (place.news / "0000.txt").rename(place.news / "moved.txt")
    assert said(place.run()) == {"renamed": (("0000.txt", "moved.txt"),), "unchanged": 1}
    assert place.embedder.seen == []
    assert place.ids() == {i: source.replace("0000.txt", "moved.txt") for i, source in ids.items()}
    assert list(place.library.sentence_rows()) == rows
    vectors = VectorStore(place.store, place.library.generation)
    assert vectors.records(SENTENCES) == place.library.sentence_rows()
    assert vectors.records(PASSAGES) == place.library.passage_rows()
    place.check()


def test_a_file_renamed_to_another_format_is_read_anew(place: Place) -> None:
    page = "<html><body><article><p>The mill of Ost burned down on Monday.</p></article></body></html>"
    (place.news / "a.html").write_text(page)
    place.run()
    assert place.library.text("a.html") == "The mill of Ost burned down on Monday."
    (place.news / "a.html").rename(place.news / "a.txt")
    assert said(place.run()) == {"added": ("a.txt",), "removed": ("a.html",)}
    assert place.library.text("a.txt") == page
    place.check()


def test_a_moved_folder_is_one_renaming_for_each_file(place: Place) -> None:
    write_articles(place.news / "2024", 4)
    place.run()
    place.embedder.seen.clear()
    (place.news / "2024").rename(place.news / "old")
    assert said(place.run()) == {"renamed": tuple((f"2024/{n:04}.txt", f"old/{n:04}.txt") for n in range(4))}
    assert place.embedder.seen == []
    place.check()


def test_a_new_file_at_the_old_name_of_a_renamed_one_gets_ids_of_its_own(place: Place) -> None:
    place.put("a.txt", article(1))
    place.run()
    (old,) = place.ids()
    (place.news / "a.txt").rename(place.news / "b.txt")
    place.run()
    place.put("a.txt", article(2))
    place.run()
    assert place.ids()[old] == "b.txt" and len(place.ids()) == 2
    place.put("a.txt", article(3))
    place.run()
    assert place.ids()[old] == "b.txt" and len(place.ids()) == 2
    place.check()


def test_two_files_that_swap_names_are_two_changed_files(place: Place) -> None:
    a, b = place.put("a.txt", article(1)), place.put("b.txt", article(2))
    place.run()
    a.rename(place.news / "c")
    b.rename(a)
    (place.news / "c").rename(b)
    assert said(place.run()) == {"changed": ("a.txt", "b.txt")}
    assert place.library.text("a.txt") == article(2)
    place.check()


def test_the_same_bytes_twice_are_a_copy_and_no_renaming(place: Place) -> None:
    place.put("a.txt", article(1))
    place.run()
    place.put("b.txt", article(1))
    assert said(place.run()) == {"added": ("b.txt",), "unchanged": 1}
    (place.news / "a.txt").rename(place.news / "c.txt")
    place.put("d.txt", article(1))
    assert said(place.run()) == {"added": ("d.txt",), "renamed": (("a.txt", "c.txt"),), "unchanged": 1}
    assert sorted(place.library.files()) == ["b.txt", "c.txt", "d.txt"]
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


def test_a_file_that_was_indexed_by_itself_is_the_same_file_in_its_folder(place: Place) -> None:
    path = place.put("deep/a.txt", article(1))
    place.run(path)
    assert said(place.run(place.news)) == {"unchanged": 1}
    assert said(place.run(place.news / "deep")) == {"unchanged": 1}
    path.unlink()
    assert said(place.run(place.news)) == {"removed": ("a.txt",)}
    place.put("deep/a.txt", article(1))
    place.run(place.news)
    assert said(place.run(path)) == {"unchanged": 1}
    assert list(place.library.files()) == ["deep/a.txt"]


def test_files_of_the_same_name_in_two_folders_are_two_sources(place: Place) -> None:
    place.put("x/a.txt", article(1))
    place.put("y/a.txt", article(2))
    report = place.run(place.news / "x", place.news / "y")
    assert report.added == ("a.txt", "y/a.txt")
    place.check()
    assert said(place.run(place.news / "y", place.news / "x")) == {"unchanged": 2}


def test_names_that_are_not_utf_8_are_indexed_and_shown_with_escapes(place: Place) -> None:
    name = os.fsencode(place.news) + b"/caf\xe9 \xff.txt"
    with open(name, "wb") as file:
        file.write(article(1).encode())
    assert place.run().added == ("caf\\xe9 \\xff.txt",)
    assert said(place.run()) == {"unchanged": 1}
    place.check()
    os.rename(name, name.replace(b"\xff", b"\xfe"))
    assert place.run().renamed == (("caf\\xe9 \\xff.txt", "caf\\xe9 \\xfe.txt"),)


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


def wire(seed: int) -> str:
    return article(seed, 16)


def copies_of(place: Place) -> dict[str, str]:
    ids = place.ids()
    return {a.source: ids.get(a.copy_of, a.copy_of) for a in place.library.articles()}


def test_a_copy_is_linked_to_the_earliest_and_promoted_when_that_goes(place: Place) -> None:
    place.put("b.txt", wire(1))
    place.put("c.txt", wire(1).replace(" ", "\n", 9))
    place.put("other.txt", wire(2))
    place.run()
    assert copies_of(place) == {"b.txt": "", "c.txt": "b.txt", "other.txt": ""}
    # An earlier one takes the place of the original: by date where there is one, else by name.
    place.put("a.txt", wire(1))
    place.run()
    assert copies_of(place) == {"a.txt": "", "b.txt": "a.txt", "c.txt": "a.txt", "other.txt": ""}
    place.put("c.meta.yaml", "published: 2020-01-01\n")
    place.run()
    assert copies_of(place) == {"a.txt": "c.txt", "b.txt": "c.txt", "c.txt": "", "other.txt": ""}
    (place.news / "c.txt").unlink()
    place.run()
    assert copies_of(place) == {"a.txt": "", "b.txt": "a.txt", "other.txt": ""}
    remove(["a.txt"], place.settings, embedder=place.embedder)
    assert copies_of(place) == {"b.txt": "", "other.txt": ""}
    place.put("b.txt", wire(3))
    place.put("d.txt", wire(3))
    place.run()
    assert copies_of(place) == {"a.txt": "", "b.txt": "", "d.txt": "b.txt", "other.txt": ""}
    place.check()


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
