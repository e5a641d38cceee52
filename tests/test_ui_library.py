"""The library behind the page, without a browser: uploads, folders, articles as they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_bot import FakeEmbedder
from fakes import HashedEmbedder, article, change_catalogue, settings_for, write_articles
from hypothesis import given
from hypothesis import strategies as st
from ui_tools import copied

from index.embed import Embeds
from index.errors import UserError
from index.ingest import ingest
from index.library import Library
from index.rebuild import rebuild
from index.settings import Settings
from ui import library
from ui.desk import Desk


@given(st.text(max_size=300))
def test_no_name_leaves_the_folder(name: str) -> None:
    safe = library.safe_name(name)
    assert Path("/up", safe).resolve().parent == Path("/up")
    assert not safe.startswith(".") and len(safe) <= 130


def test_files_that_cannot_be_added_are_told_one_by_one(settings: Settings, tmp_path: Path) -> None:
    store = copied(settings, tmp_path / "store")
    binary, large = tmp_path / "a.exe", tmp_path / "b.txt"
    binary.write_bytes(b"MZ")
    large.write_bytes(b"x" * (library.MOST_BYTES + 1))
    assert "can't be read. Use one of" in library.add_file(binary, "a.exe", store, FakeEmbedder()).message
    assert "larger than 20 MB" in library.add_file(large, "b.txt", store, FakeEmbedder()).message
    assert not (store.store / library.UPLOADS).exists()
    held = store.store / library.UPLOADS
    held.mkdir()
    for n in range(library.MOST_HELD):
        (held / f"{n}.txt").touch()
    small = tmp_path / "c.txt"
    small.write_text("It rained.", encoding="utf-8")
    assert "is one too many: 2,000" in library.add_file(small, "c.txt", store, FakeEmbedder()).message
    assert not (held / "c.txt").exists()
    with pytest.raises(UserError, match="Paste the text"):
        library.add_text("t", "  ", store, FakeEmbedder())
    with pytest.raises(UserError, match="are too many"):
        library.add_text("t", "x" * 200_001, store, FakeEmbedder())


def test_texts_that_share_a_title_are_different_articles_and_the_same_text_is_one(tmp_path: Path) -> None:
    store = settings_for(tmp_path / "store")
    write_articles(tmp_path / "news", 1)
    ingest([tmp_path / "news"], store, embedder=FakeEmbedder())

    def paste(title: str, text: str) -> str:
        return library.add_text(title, text, store, FakeEmbedder()).message

    first, second = "The mill in Ost burned down on Monday.", "The bridge in West was closed on Friday."
    long = "Two newspapers begin their headlines in the very same words, and then: "
    assert [paste("Live updates", first), paste("Live updates", second)] == ["was added."] * 2
    assert [paste(f"{long}alpha", first), paste(f"{long}beta", first)] == ["was added."] * 2
    again = ["is in the library already."] * 2
    assert [paste("Live updates", first), paste("Live updates", second)] == again
    texts = [Library(store.store).text(source) for source in held(store)]
    assert len(texts) == 5 and {f"Live updates\n{first}", f"Live updates\n{second}"} < set(texts)
    library.remove_file("Live updates.txt", store, FakeEmbedder())
    assert paste("Live updates", second) == "is in the library already."  # also where its plain name is free again
    assert paste("Live updates", first) == "was added."


def test_an_upload_that_cannot_be_read_takes_the_place_of_no_other(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 3)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news" / "0000.txt"], store, embedder=FakeEmbedder())
    uploads = store.store / library.UPLOADS

    def add(file: Path, embedder: Embeds | None = None) -> library.Outcome:
        return library.add_file(file, "report.txt", store, embedder or FakeEmbedder())

    assert add(tmp_path / "news" / "0001.txt").message == "was added."
    damaged = tmp_path / "damaged"
    damaged.write_bytes(bytes(range(8)) * 100)
    assert add(damaged).message.startswith("report.txt: isn't text.")
    assert (uploads / "report.txt").read_text(encoding="utf-8") == article(1)
    assert library.reindex(store, FakeEmbedder()).message == "nothing has changed."
    assert add(tmp_path / "news" / "0002.txt").message == "was brought up to date."
    assert Library(store.store).text("report.txt") == article(2)
    library.remove_file("report.txt", store, FakeEmbedder())
    assert not add(tmp_path / "news" / "0001.txt", HashedEmbedder("another")).good
    assert not list(uploads.iterdir()), "what could not be indexed is not left behind"


def held(settings: Settings) -> list[str]:
    return sorted(Library(settings.store).files())


def test_a_file_that_was_named_alone_lets_nothing_beside_it_in(tmp_path: Path) -> None:
    news, own = tmp_path / "news", tmp_path / "own"
    write_articles(news, 2)
    write_articles(own, 3)
    store = settings_for(tmp_path / "store")
    ingest([news, own / "0001.txt"], store, embedder=FakeEmbedder())
    assert library.reindex(store, FakeEmbedder()).message == "nothing has changed."
    (news / "new.txt").write_text(article(7), encoding="utf-8")
    (own / "0001.txt").write_text(article(8), encoding="utf-8")
    assert library.reindex(store, FakeEmbedder()).message == "1 added, 1 changed."
    assert held(store) == ["0000.txt", "0001.txt", "new.txt", "own/0001.txt"]
    (own / "0001.txt").unlink()
    rebuild(store, embedder=FakeEmbedder())  # what was named is known afterwards, too
    assert library.reindex(store, FakeEmbedder()).message == "1 removed."
    assert held(store) == ["0000.txt", "0001.txt", "new.txt"]


def test_a_store_that_noted_no_folders_reads_its_own_files_alone_and_says_so(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 2)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news"], store, embedder=FakeEmbedder())
    change_catalogue(store.store, "DELETE FROM meta WHERE key = 'folders'")
    (tmp_path / "news" / "new.txt").write_text(article(7), encoding="utf-8")
    told = library.reindex(store, FakeEmbedder()).message
    assert told == "nothing has changed. For new files, name their folder once more: python -m index FOLDER"
    ingest([tmp_path / "news"], store, embedder=FakeEmbedder())
    assert held(store) == ["0000.txt", "0001.txt", "new.txt"]
    assert library.reindex(store, FakeEmbedder()).message == "nothing has changed."


def test_an_index_of_files_that_are_all_gone_keeps_its_articles(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 1)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news" / "0000.txt"], store, embedder=FakeEmbedder())
    (tmp_path / "news" / "0000.txt").unlink()
    with pytest.raises(UserError, match="is not there any more"):
        library.reindex(store, FakeEmbedder())
    assert held(store) == ["0000.txt"]


def test_what_becomes_of_a_removed_file_is_said_and_so_it_is(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 2)
    write_articles(tmp_path / "own", 1)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news", tmp_path / "own" / "0000.txt"], store, embedder=FakeEmbedder())
    library.add_text("Rain", "It rained on Kilkenny all day.", store, FakeEmbedder())
    stays = "was removed. The file itself stays where it is."
    back = " It comes back when the folders are read again, unless it is moved."
    assert library.remove_file("0001.txt", store, FakeEmbedder()).message == stays + back
    assert library.remove_file("own/0000.txt", store, FakeEmbedder()).message == stays
    assert library.remove_file("Rain.txt", store, FakeEmbedder()).message == "was removed."
    assert (tmp_path / "news" / "0001.txt").exists() and not list((store.store / library.UPLOADS).iterdir())
    library.reindex(store, FakeEmbedder())
    assert held(store) == ["0000.txt", "0001.txt"]


def test_an_article_shows_the_chrome_around_it_and_not_its_neighbours(desk: Desk) -> None:
    shared = [a for a in desk.library.articles() if a.source.startswith("003")]
    shown = [library.view(desk.library, a.article_id)["html"] for a in shared]
    assert len(shared) == 2
    assert "Let us not be naive about China" in shown[1] and "naive about China" not in shown[0]
    tail = next(a for a in desk.library.articles() if a.source.startswith("004"))
    assert 'class="chrome"' in library.view(desk.library, tail.article_id)["html"]
