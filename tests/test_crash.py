"""Killed at any moment, the store opens and answers with the old article or the new one; the next run finishes the job.

The kills are real SIGKILLs of a real second process, at moments that are drawn at random over the whole of its run.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import HashedEmbedder, article, run_ingest, settings_for, write_articles

from index.ingest import ingest
from index.library import Library
from index.read import read_file
from index.search import Search
from index.split import split
from index.store import PASSAGES, SENTENCES, VectorStore
from index.verify import differences

KILLS = 32
SMALL, BIG = 8, 400  # sentences of most articles, and of the one that is so long that Chroma's index is written too


def sentences_of(path: Path) -> list[str]:
    document = read_file(path, path.name)
    return [s.text for _, sentences in split(document) for s in sentences]


def cosine(a: str, b: str) -> float:
    made = HashedEmbedder().encode([a, b])
    return float(made[0] @ made[1])


def check_whole(store: Path, before: dict[str, str], after: dict[str, str]) -> None:
    """Every file of the store is wholly one of its two versions, and can be found and quoted."""
    if not (store / "library.db").exists():
        return
    try:
        search = Search.open(store, HashedEmbedder())
    except Exception as exc:
        raise AssertionError(f"the store doesn't open: {exc}") from exc
    library = search.library
    scratch = store.parent / "scratch.txt"
    for source in library.files():
        text = library.text(source)
        assert text in (before.get(source), after.get(source)), f"{source} is neither the old nor the new"
        scratch.write_text(text, encoding="utf-8")
        held = [s.text for a in library.articles() if a.source == source for s in library.sentences(a.article_id)]
        assert held == sentences_of(scratch)
    for n, source in enumerate(sorted(before.keys() & after.keys())):
        assert source in library.files(), f"{source} has disappeared"
        if n % 4 == 0:
            marker = "marker" + library.text(source).split("marker")[1].split()[0]
            found = max(search.search(marker), key=lambda hit: hit.bm25)
            assert found.sentence.span.source == source and marker in found.sentence.text
            assert np.isclose(found.cosine, cosine(marker, found.sentence.text), atol=1e-5)


def check_done(store: Path, folder: Path, expected: dict[str, str]) -> None:
    """Catalogue, words and vectors agree to the last number with the files."""
    assert differences(settings_for(store)) == []
    library = Library(store)
    assert {s: library.text(s) for s in library.files()} == expected
    assert {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.txt")} == expected
    vectors = VectorStore(store, library.generation)
    texts = {i: sentence.text for i, (_, sentence) in library.lookup(list(library.sentence_rows())).items()}
    for name, rows in ((SENTENCES, library.sentence_rows()), (PASSAGES, library.passage_rows())):
        ids, found = vectors.vectors(name, sorted(rows))
        assert sorted(ids) == sorted(rows) and vectors.ids(name) == set(rows)
        if name == SENTENCES:
            made = HashedEmbedder().encode([texts[i] for i in ids])
            assert np.allclose(found, made, atol=1e-5)


def edit(folder: Path, draw: random.Random, turn: int) -> None:
    """Some files change, one is new, one goes, one gets another name."""
    files = sorted(folder.glob("*.txt"))
    for path in draw.sample(files, 3):
        path.write_text(article(int(path.stem[:4]), SMALL, turn), encoding="utf-8")
    (folder / f"{100 + turn:04}.txt").write_text(article(100 + turn, SMALL), encoding="utf-8")
    draw.choice(files).unlink()
    left = sorted(folder.glob("*.txt"))
    moved = draw.choice(left)
    moved.rename(folder / f"{moved.stem[:4]}-{turn}.txt")
    if turn % 3 == 0:
        (folder / "9999.txt").write_text(article(9999, BIG, turn), encoding="utf-8")


def texts_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """In memory where the system has a folder for it: a kill loses no page, so waiting for a disk tests nothing."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def test_killed_at_any_moment_nothing_is_half_and_the_next_run_finishes(quick_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["chromadb.api.rust", "index.ingest", "fakes"])
    folder, store = quick_path / "news", quick_path / "store"
    write_articles(folder, 10, SMALL)
    draw = random.Random(20250409)
    before: dict[str, str] = {}
    whole, killed = 1.0, 0
    for turn in range(10 * KILLS):
        if killed == KILLS:
            break
        after = texts_of(folder)
        process = processes.Process(target=run_ingest, args=(folder, store))
        process.start()
        started = time.monotonic()
        process.join(draw.uniform(0, whole))
        if process.exitcode is None:
            process.kill()
            process.join()
            killed += 1
        else:
            assert process.exitcode == 0
            whole = 0.9 * (time.monotonic() - started)  # so that nearly all of the kills hit
        check_whole(store, before, after)
        # The next run completes the job. Not every time, so that a kill also meets what a kill has left.
        if draw.random() < 0.5:
            ingest([folder], settings_for(store), embedder=HashedEmbedder())
            check_done(store, folder, after)
            before = after
        else:
            held = Library(store) if (store / "library.db").exists() else None
            before = {s: held.text(s) for s in held.files()} if held else {}
        edit(folder, draw, turn)
    assert killed == KILLS
    ingest([folder], settings_for(store), embedder=HashedEmbedder())
    check_done(store, folder, texts_of(folder))
