"""Which files a run finds, and by what names the store knows them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import UserError
from index.files import find_files, is_below


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("It rained.")


def test_files_come_in_order_by_their_path_below_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "b/c.md", "b/a.txt", "z.TXT", "a.html", "notes.py", "a.meta.yaml")
    found = find_files([tmp_path], {})
    assert [f.source for f in found] == ["a.html", "z.TXT", "b/a.txt", "b/c.md"]
    assert {f.root for f in found} == {str(tmp_path)}
    assert [f.path for f in found] == [f.source for f in found]
    assert all(f.file == tmp_path / f.path for f in found)


def test_hidden_files_folders_and_stores_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", ".b.txt", ".git/c.txt", "store/library.db", "store/uploads/d.txt")
    assert [f.source for f in find_files([tmp_path], {})] == ["a.txt"]
    assert [f.source for f in find_files([tmp_path / "store" / "uploads"], {})] == ["d.txt"]


def test_links_inside_the_folder_count_and_links_out_of_it_do_not(tmp_path: Path) -> None:
    put(tmp_path, "news/a.txt", "secret/key.txt")
    (tmp_path / "news" / "in.txt").symlink_to("a.txt")
    (tmp_path / "news" / "out.txt").symlink_to(tmp_path / "secret" / "key.txt")
    (tmp_path / "news" / "folder").symlink_to(tmp_path / "secret")
    (tmp_path / "news" / "circle").symlink_to(tmp_path / "news")
    (tmp_path / "news" / "dead.txt").symlink_to("nowhere.txt")
    assert [f.source for f in find_files([tmp_path / "news"], {})] == ["a.txt", "in.txt"]


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    put(tmp_path, "x/a.txt")
    paths = [tmp_path / "x" / "a.txt", tmp_path / "x", tmp_path]
    assert [f.source for f in find_files(paths, {})] == ["a.txt"]


def test_a_known_file_keeps_its_name_and_its_name_is_no_one_elses(tmp_path: Path) -> None:
    put(tmp_path, "x/a.txt", "a.txt", "y/a.txt")
    known = {"a.txt": tmp_path / "x" / "a.txt"}
    found = {f.file.relative_to(tmp_path).as_posix(): f.source for f in find_files([tmp_path], known)}
    assert found == {"x/a.txt": "a.txt", "a.txt": f"{tmp_path.name}/a.txt", "y/a.txt": "y/a.txt"}


def test_names_that_are_taken_are_counted_up(tmp_path: Path) -> None:
    put(tmp_path, "1/n/a.txt", "2/n/a.txt", "3/n/a.txt")
    found = find_files([tmp_path / "1" / "n", tmp_path / "2" / "n", tmp_path / "3" / "n"], {})
    assert [f.source for f in found] == ["a.txt", "n/a.txt", "n-2/a.txt"]


def test_relative_paths_are_what_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "x/a.txt")
    monkeypatch.chdir(tmp_path / "x")
    assert [(f.root, f.source) for f in find_files([Path("../x/.")], {})] == [(str(tmp_path / "x"), "a.txt")]
    assert [(f.root, f.source) for f in find_files([Path("a.txt")], {})] == [(str(tmp_path / "x"), "a.txt")]


@pytest.mark.parametrize("name", ["missing", "a" * 300, "nul\0byte"])
def test_a_path_that_can_not_be_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"does not exist|can't be read"):
        find_files([tmp_path / name], {})


def test_nothing_to_index_is_told_unless_something_is_gone(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^There is nothing to index in .*\. Put articles there \(.*\.txt.*\)\.$"):
        find_files([tmp_path], {})
    assert find_files([tmp_path], {"a.txt": tmp_path / "a.txt"}) == []


def test_is_below_looks_at_folders_and_not_into_stores(tmp_path: Path) -> None:
    put(tmp_path, "x/a.txt", "x/store/library.db")
    assert is_below(tmp_path / "x" / "gone.txt", [tmp_path])
    assert not is_below(tmp_path / "y.txt", [tmp_path / "x"])
    assert not is_below(tmp_path / "x" / "a.txt", [tmp_path / "x" / "a.txt"])
    assert not is_below(tmp_path / "x" / "store" / "uploads" / "a.txt", [tmp_path])


def test_a_name_that_is_not_utf_8_is_shown_with_escapes(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xe9.txt", "w"):
        pass
    (found,) = find_files([tmp_path], {})
    assert found.source == "\\xe9.txt" and found.file.exists()
