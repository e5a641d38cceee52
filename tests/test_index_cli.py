"""`python -m index` as a person sees it: whole outputs, exit status, and one line for whatever goes wrong.

Bad input and full disks are in `test_index_cli_errors.py`.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from fakes import article, change_catalogue
from index_tools import ROOT, command, index, real_index, refused, untimed


def test_a_run_tells_file_by_file_what_it_did_and_ends_with_the_sum(indexed: tuple[Path, Path]) -> None:
    news, store = indexed
    (news / "0000.txt").rename(news / "moved.txt")
    (news / "0001.txt").write_text(article(1, 4, version=3))
    (news / "new.txt").write_text(article(5, 4))
    (news / "bad.docx").write_bytes(b"PK no more")
    ran = index(news, "--store", store)
    assert untimed(ran.stdout) == (
        "added    new.txt\nchanged  0001.txt\nrenamed  0000.txt -> moved.txt\n"
        "1 added, 1 changed, 1 renamed, 1 failed; the index holds 3 articles, 16 sentences (N s)\n"
    )
    assert ran.returncode == 2
    assert re.fullmatch(r"citespan: bad\.docx: [^\n]+\n", ran.stderr)
    (news / "bad.docx").unlink()
    (news / "new.txt").unlink()
    ran = index(news, "--store", store, "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    report = json.loads(ran.stdout)
    assert report.pop("seconds") > 0
    assert report == {
        "added": [], "changed": [], "renamed": [], "removed": ["new.txt"], "unchanged": 2, "failed": [], "articles": 2,
        "sentences": 12,
    }  # fmt: skip


def test_list_shows_each_article_in_text_and_with_all_its_fields_as_data(indexed: tuple[Path, Path]) -> None:
    news, store = indexed
    ran = index("list", "--store", store)
    first, second = (path.read_text().split(" on the wall")[0] for path in sorted(news.glob("*.txt")))
    lines = ran.stdout.splitlines()
    assert re.fullmatch(rf"0000\.txt\[0:\d+\]  {first} on the wall[^()]*", lines[0])
    assert re.fullmatch(rf"0001\.txt\[0:\d+\]  {second} on the wall[^()]*", lines[1])
    (one, _) = json.loads(index("list", "--store", store, "--json").stdout)["articles"]
    assert list(one) == [
        "article_id", "source", "start", "end", "title", "publisher", "published", "sha256", "copy_of",
    ]  # fmt: skip
    assert (one["source"], one["copy_of"], len(one["sha256"])) == ("0000.txt", "", 64)


def test_remove_does_what_it_says(indexed: tuple[Path, Path], here: Callable[..., str]) -> None:
    news, store = indexed
    refused(
        index("remove", "nothing.txt", "--store", store),
        "nothing.txt is not in the index. See what is: python -m index list",
    )
    ran = index("remove", "0000.txt", "--store", store)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1 removed\n", "")
    assert (news / "0000.txt").exists()
    assert here("list", "--store", store).startswith("0001.txt[")
    assert json.loads(index("remove", "0001.txt", "--store", store, "--json").stdout) == {"removed": ["0001.txt"]}
    assert here("list", "--store", store) == ""


def test_verify_says_what_differs_and_repair_mends_what_is_inside(
    indexed: tuple[Path, Path], here: Callable[..., str]
) -> None:
    news, store = indexed
    ran = index("verify", "--store", store)
    assert (ran.returncode, ran.stdout) == (0, "The index agrees with the files and with itself.\n")
    assert json.loads(here("verify", "--store", store, "--json")) == {"differences": []}

    (news / "0000.txt").write_text("Something else.\n")
    (news / "0001.txt").unlink()
    change_catalogue(
        store,
        "DELETE FROM words WHERE rowid <= 3",
        "INSERT INTO words (rowid, folded) VALUES (999, 'ghost')",
        "UPDATE sentences SET id = id + 100 WHERE id > 12",
    )
    ran = index("verify", "--store", store)
    mend = "mend it with: python -m index verify --repair"
    outside = (
        "0000.txt: the file has changed since it was indexed\n"
        "0001.txt: the file is not there any more, or can't be read\n"
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == outside + (
        f"7 sentences can't be found by their words; {mend}\nthe words of 5 sentences belong to none; {mend}\n"
        f"4 sentences have no vector; {mend}\n4 vectors belong to no sentences; {mend}\n"
    )
    ran = index("verify", "--repair", "--store", store)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, outside, "")


def test_vectors_that_are_damaged_or_gone_are_made_anew_from_the_text(
    indexed: tuple[Path, Path], here: Callable[..., str]
) -> None:
    _, store = indexed
    (store / "vectors" / "1" / "chroma.sqlite3").write_bytes(b"no database" * 1_000)
    told = index("verify", "--store", store)
    assert told.returncode == 1 and told.stdout.startswith(f"The vectors in {store} can't be used (")
    ran = index("search", "council", "--store", store)
    assert ran.returncode == 2 and ran.stderr.endswith(f"python -m index verify --repair --store {store}\n")
    assert len(ran.stderr.splitlines()) == 1
    for _ in range(2):
        ran = index("verify", "--repair", "--store", store)
        assert (ran.returncode, ran.stdout) == (0, "The index agrees with the files and with itself.\n")
        assert "marker" in here("search", "What did the council write?", "--store", store)
        shutil.rmtree(store / "vectors")


def test_search_shows_every_score(indexed: tuple[Path, Path], here: Callable[..., str]) -> None:
    _, store = indexed
    ran = index("search", "What did the council write?", "--store", store)
    head, first, *_ = ran.stdout.splitlines()
    assert head == "score  cosine  passage  bm25"
    assert re.fullmatch(r" \d\.\d\d +\d\.\d\d +\d\.\d\d +\d\.\d  000\d\.txt The council wrote marker.*", first)
    (hit, *_) = json.loads(here("search", "What did the council write?", "--store", store, "--json"))["hits"]
    assert set(hit) == {"sentence", "score", "cosine", "passage_cosine", "bm25", "bm25_share", "rerank"}
    refused(
        index("search", " ", "--store", store), 'The question is empty. Ask one: python -m index search "what is ...?"'
    )


def test_the_real_embedder_finds_by_meaning_and_another_one_is_told(indexed: tuple[Path, Path]) -> None:
    news, store = indexed
    (news / "0000.txt").write_text("The mayor was sworn in.\nFrogs are back in the lake, a biologist reported.\n")
    refused(
        real_index(news, "--store", store, "--precision", "float32"),
        f"The index in {store} was made with the embedder hashed/float32, and the settings name "
        "all-MiniLM-L6-v2/float32. Set CITESPAN_EMBEDDER=hashed and CITESPAN_PRECISION=float32, "
        "or index again with --rebuild.",
    )
    ran = real_index(news, "--rebuild", "--store", store, "--precision", "float32")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert untimed(ran.stdout) == "2 unchanged; the index holds 2 articles, 10 sentences (N s)\n"
    ran = real_index("search", "Which amphibians have returned?", "--store", store)
    assert ran.stdout.splitlines()[1].endswith("Frogs are back in the lake, a biologist reported.")
    ran = real_index("search", "council", "--store", store, "--precision", "bfloat16")
    refused(
        ran,
        f"The index in {store} was made with the embedder all-MiniLM-L6-v2/float32, and the settings name "
        "all-MiniLM-L6-v2/bfloat16. Set CITESPAN_EMBEDDER=all-MiniLM-L6-v2 and CITESPAN_PRECISION=float32, "
        "or index again with --rebuild.",
    )


def test_rebuild_makes_all_of_it_anew_and_keeps_what_is_gone(indexed: tuple[Path, Path]) -> None:
    news, store = indexed
    (news / "0001.txt").unlink()
    ran = index("--rebuild", "--store", store)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "2 files made anew\n", "")
    ran = index(news, "--rebuild", "--store", store, "--json")
    assert json.loads(ran.stdout)["removed"] == ["0001.txt"]
    (store / "library.db").write_bytes(b"this is no database" * 500)
    for log in store.glob("library.db-*"):
        log.unlink()  # SQLite would read the pages of the file from its log
    refused(index("--rebuild", "--store", store), f"{store} is damaged. Make it anew: python -m index FOLDER --rebuild")
    assert index(news, "--rebuild", "--store", store).stdout.startswith("added    0000.txt\n")


def test_watch_follows_a_folder_until_it_is_stopped(indexed: tuple[Path, Path]) -> None:
    news, store = indexed
    # Tests that a shell has started in the background inherit that Ctrl-C is ignored.
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    argv = command(news, "--watch", "--json", "--store", store, before=hears)
    with subprocess.Popen(argv, stdout=-1, stderr=-1, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout and process.stderr

            def report() -> dict[str, object]:
                found = json.loads(process.stdout.readline())  # type: ignore[union-attr]
                return {
                    name: value
                    for name, value in found.items()
                    if value and name not in ("articles", "sentences", "seconds")
                }

            assert report() == {"unchanged": 2}
            (news / "deep").mkdir()
            (news / "deep" / "new.txt").write_text(article(5, 4))
            assert report() == {"added": ["deep/new.txt"], "unchanged": 2}
            (news / ".hidden.txt").write_text(article(6, 4))
            (news / "0000.txt").unlink()
            assert report() == {"removed": ["0000.txt"], "unchanged": 2}
            (news / "deep").rename(news / "moved")
            assert report() == {"renamed": [["deep/new.txt", "moved/new.txt"]], "unchanged": 1}
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
            assert process.stderr.read() == "citespan: stopped\n"
        finally:
            process.kill()  # else leaving the block waits for it, however long that takes


def test_help_names_each_setting_and_every_command() -> None:
    text = real_index("--help").stdout
    for word in ("CITESPAN_STORE", "CITESPAN_EMBEDDER", "--rebuild", "--watch", "list", "remove", "verify", "search"):
        assert word in text
