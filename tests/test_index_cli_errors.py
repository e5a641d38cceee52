"""`python -m index` where it can't do what it should: bad input, places that can't be written to, full disks."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import article, write_articles
from index_tools import index, real_index, refused

LIMIT = "import resource, chromadb; resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, {bytes})); "


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


def test_a_store_on_a_file_or_in_no_place_is_told(indexed: tuple[Path, Path]) -> None:
    news, _ = indexed
    refused(
        index(news, "--store", news / "0000.txt"),
        f"{news}/0000.txt can't be written to (File exists). Choose another folder with --store.",
    )
    ran = index(news, "--store", "/proc/citespan")
    assert ran.returncode == 2 and ran.stderr.startswith("citespan: /proc/citespan can't be written to (")


def test_a_read_only_store_is_told_and_stays_whole(indexed: tuple[Path, Path]) -> None:
    news, store = indexed
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


@pytest.mark.parametrize("kilobytes", [40, 300, 1_000, 1_500])
def test_a_disk_that_is_full_at_any_size_is_told_and_nothing_is_lost(
    indexed: tuple[Path, Path], kilobytes: int, here: Callable[..., str]
) -> None:
    """No file may grow beyond a size, which is what a quota or a full disk is to the store's databases."""
    news, store = indexed
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
    indexed: tuple[Path, Path], small_disk: Path, here: Callable[..., str]
) -> None:
    news, _ = indexed
    store = small_disk / "store"
    limit = "" if os.path.ismount(small_disk) else LIMIT.format(bytes=1_500_000)
    assert index(news, "--store", store).returncode == 0
    write_articles(news / "more", 1, 1_200)
    ran = index(news, "--store", store, before=limit, PYTHONDONTWRITEBYTECODE="1")
    assert ran.returncode == 2 and len(ran.stderr.splitlines()) == 1 and "disk" in ran.stderr
    assert [line[:8] for line in here("list", "--store", store).splitlines()] == ["0000.txt", "0001.txt"]
    assert "marker" in here("search", "What did the council write?", "--store", store)
