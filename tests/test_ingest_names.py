"""Which file is which for the index: files that are renamed, moved, swapped, copied, or have strange names."""

from __future__ import annotations

import os

from fakes import article, write_articles
from index_tools import Place, said

from index.ingest import remove
from index.store import PASSAGES, SENTENCES, VectorStore


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
