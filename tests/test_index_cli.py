"""`python -m index` as a person sees it: whole outputs, exit status, and one line for whatever goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import HashedEmbedder, article, change_catalogue, write_articles

from index.__main__ import main

ROOT = Path(__file__).parents[1]
PATH = f"import sys; sys.path[:0] = {[str(ROOT / 'tests'), str(ROOT)]!r}; "
# The command with the tests' own embedder: the real one's libraries take seconds to load, in each process anew.
MAIN = (
    "from fakes import HashedEmbedder; from index.__main__ import guarded, main; "
    "guarded(lambda: main(embedder=HashedEmbedder(dimensions=384)))"
)


def command(*args: object, before: str = "") -> list[str]:
    return [sys.executable, "-c", PATH + before + MAIN, *map(str, args)]


def index(*args: object, before: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; `before` is Python that runs first in it."""
    return run(command(*args, before=before), **environ)


def real_index(*args: object) -> subprocess.CompletedProcess[str]:
    """The command as it is, with the embedder that the settings name."""
    return run([sys.executable, "-m", "index", *map(str, args)])


def run(argv: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CITESPAN_")} | environ
    return subprocess.run(argv, capture_output=True, text=True, env=env, cwd=ROOT, timeout=240)


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command in this process, which has its libraries loaded; gives what it prints."""

    def run(*args: object) -> str:
        main([*map(str, args)], HashedEmbedder(dimensions=384))
        return capsys.readouterr().out

    return run


def untimed(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "(N s)", text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of two articles and its index, made by the command. Tests copy it."""
    root = tmp_path_factory.mktemp("cli")
    write_articles(root / "news", 2, 8)
    ran = index(root / "news", "--store", root / "store")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert untimed(ran.stdout) == (
        "added    0000.txt\nadded    0001.txt\n2 added; the index holds 2 articles, 16 sentences (N s)\n"
    )
    return root / "news", root / "store"


@pytest.fixture
def place(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    for folder in made:
        shutil.copytree(folder, tmp_path / folder.name)
    # The store names the folder that it was made from; here it's the copy.
    change_catalogue(tmp_path / "store", "UPDATE files SET root = ?", values=[os.fsencode(tmp_path / "news")])
    return tmp_path / "news", tmp_path / "store"


def refused(ran: subprocess.CompletedProcess[str], line: str) -> None:
    """One line that names the next step, status 2, nothing on the output, no traceback."""
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"citespan: {line}\n"


def test_a_run_tells_file_by_file_what_it_did_and_ends_with_the_sum(place: tuple[Path, Path]) -> None:
    news, store = place
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


def test_list_shows_each_article_in_text_and_with_all_its_fields_as_data(place: tuple[Path, Path]) -> None:
    news, store = place
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


def test_remove_does_what_it_says(place: tuple[Path, Path], here: Callable[..., str]) -> None:
    news, store = place
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
    place: tuple[Path, Path], here: Callable[..., str]
) -> None:
    news, store = place
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
    place: tuple[Path, Path], here: Callable[..., str]
) -> None:
    _, store = place
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


def test_search_shows_every_score(place: tuple[Path, Path], here: Callable[..., str]) -> None:
    _, store = place
    ran = index("search", "What did the council write?", "--store", store)
    head, first, *_ = ran.stdout.splitlines()
    assert head == "score  cosine  passage  bm25"
    assert re.fullmatch(r" \d\.\d\d +\d\.\d\d +\d\.\d\d +\d\.\d  000\d\.txt The council wrote marker.*", first)
    (hit, *_) = json.loads(here("search", "What did the council write?", "--store", store, "--json"))["hits"]
    assert set(hit) == {"sentence", "score", "cosine", "passage_cosine", "bm25", "bm25_share", "rerank"}
    refused(
        index("search", " ", "--store", store), 'The question is empty. Ask one: python -m index search "what is ...?"'
    )


def test_the_real_embedder_finds_by_meaning_and_another_one_is_told(place: tuple[Path, Path]) -> None:
    news, store = place
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


def test_rebuild_makes_all_of_it_anew_and_keeps_what_is_gone(place: tuple[Path, Path]) -> None:
    news, store = place
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


@pytest.mark.parametrize(("case", "line"), [
    ("missing", "{tmp}/none does not exist. Name a file, or a folder that holds articles."),
    ("empty", "There is nothing to index in {tmp}/empty. Put articles there (.docx, .htm, .html, .md, .pdf, .txt)."),
    ("nothing", "Name what to index: python -m index FOLDER"),
    ("list", "There is no index in {tmp}/store. Make one with: python -m index FOLDER --store {tmp}/store"),
    ("remove", "There is no index in {tmp}/store. Make one with: python -m index FOLDER --store {tmp}/store"),
    ("verify", "There is no index in {tmp}/store. Make one with: python -m index FOLDER --store {tmp}/store"),
    ("search", "There is no index in {tmp}/store. Make one with: python -m index FOLDER --store {tmp}/store"),
    ("rebuild", "There is no index in {tmp}/store. Make one with: python -m index FOLDER --store {tmp}/store"),
    ("precision", "precision must be one of auto, float32, bfloat16, not 'float9'."),
])  # fmt: skip
def test_bad_input_is_one_line_and_makes_no_store(tmp_path: Path, case: str, line: str) -> None:
    (tmp_path / "empty").mkdir()
    args = {
        "missing": [tmp_path / "none"], "empty": [tmp_path / "empty"], "nothing": [], "list": ["list"],
        "remove": ["remove", "a.txt"], "verify": ["verify", "--repair"], "search": ["search", "council"],
        "rebuild": ["--rebuild"], "precision": [tmp_path / "empty", "--precision", "float9"],
    }[case]  # fmt: skip
    refused(real_index(*args, "--store", tmp_path / "store"), line.format(tmp=tmp_path))
    assert not (tmp_path / "store").exists()


def test_a_store_on_a_file_or_in_no_place_is_told(place: tuple[Path, Path]) -> None:
    news, _ = place
    refused(
        index(news, "--store", news / "0000.txt"),
        f"{news}/0000.txt can't be written to (File exists). Choose another folder with --store.",
    )
    ran = index(news, "--store", "/proc/citespan")
    assert ran.returncode == 2 and ran.stderr.startswith("citespan: /proc/citespan can't be written to (")


def test_a_read_only_store_is_told_and_stays_whole(place: tuple[Path, Path]) -> None:
    news, store = place
    (news / "new.txt").write_text(article(5, 4))
    everything = [store, *store.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        ran = index(news, "--store", store, before="from fakes import drop_rights; drop_rights(); ")
        refused(ran, f"{store} can't be written to (Permission denied). Choose another folder with --store.")
        listed = index("list", "--store", store, before="from fakes import drop_rights; drop_rights(); ")
        assert len(listed.stdout.splitlines()) == 2 or listed.stderr.startswith(f"citespan: {store} ")
    finally:
        for path in everything:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert index(news, "--store", store).stdout.startswith("added    new.txt\n")


LIMIT = "import resource, chromadb; resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, {bytes})); "


@pytest.mark.parametrize("kilobytes", [40, 300, 1_000, 1_500])
def test_a_disk_that_is_full_at_any_size_is_told_and_nothing_is_lost(
    place: tuple[Path, Path], kilobytes: int, here: Callable[..., str]
) -> None:
    """No file may grow beyond a size, which is what a quota or a full disk is to the store's databases."""
    news, store = place
    write_articles(news / "more", 1, 1_200)
    ran = index(news, "--store", store, before=LIMIT.format(bytes=kilobytes * 1_000), PYTHONDONTWRITEBYTECODE="1")
    assert ran.returncode == 2 and ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1 and ran.stderr.startswith("citespan: ")
    assert "Traceback" not in ran.stderr and re.search(r"disk|--store", ran.stderr)
    assert [line[:8] for line in here("list", "--store", store).splitlines()] == ["0000.txt", "0001.txt"]
    assert "added    more/0000.txt\n" in here(news, "--store", store)
    assert here("verify", "--store", store) == "The index agrees with the files and with itself.\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes where the system lets us mount one, else an ordinary folder with a limit of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True).returncode == 0
    )
    yield disk
    if mounted:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_small_disk_that_fills_up_is_told_and_the_store_opens(
    place: tuple[Path, Path], small_disk: Path, here: Callable[..., str]
) -> None:
    news, _ = place
    store = small_disk / "store"
    limit = "" if os.path.ismount(small_disk) else LIMIT.format(bytes=1_500_000)
    assert index(news, "--store", store).returncode == 0
    write_articles(news / "more", 1, 1_200)
    ran = index(news, "--store", store, before=limit, PYTHONDONTWRITEBYTECODE="1")
    assert ran.returncode == 2 and len(ran.stderr.splitlines()) == 1 and "disk" in ran.stderr
    assert [line[:8] for line in here("list", "--store", store).splitlines()] == ["0000.txt", "0001.txt"]
    assert "marker" in here("search", "What did the council write?", "--store", store)


def test_watch_follows_a_folder_until_it_is_stopped(place: tuple[Path, Path]) -> None:
    news, store = place
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
