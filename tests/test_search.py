"""Fused search: every raw score is what it says, new articles are seen, and the wrong embedder is told."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import numpy as np
import pytest
from fakes import HashedEmbedder, article, run_ingest, settings_for, write_articles

from index.cut import titled
from index.errors import StoreError
from index.ingest import ingest
from index.library import Library
from index.search import LEXICAL_WEIGHT, Search


@pytest.fixture
def store(tmp_path: Path) -> Path:
    write_articles(tmp_path / "news", 4)
    run_ingest(tmp_path / "news", tmp_path / "store")
    return tmp_path / "store"


def test_every_score_is_what_it_says_and_the_sum_is_their_sum(store: Path) -> None:
    embedder = HashedEmbedder()
    search = Search.open(store, embedder)
    question = "Which harbour reopened before the fair?"
    hits = search.search(question, k=200)
    titles = {a.article_id: a.title for a in search.library.articles()}
    best = max(hit.bm25 for hit in hits)
    for hit in hits:
        s = hit.sentence
        whole = titled(titles[s.article_id], search.library.text(s.span.source)[s.passage.start : s.passage.end])
        asked, own, around = embedder.encode([question, s.text, whole])
        assert hit.cosine == pytest.approx(float(asked @ own), abs=1e-4)
        assert hit.passage_cosine == pytest.approx(float(asked @ around), abs=1e-4)
        assert hit.bm25_share == pytest.approx(hit.bm25 / best)
        assert hit.score == pytest.approx(hit.cosine + hit.passage_cosine + LEXICAL_WEIGHT * hit.bm25_share)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert search.search(question, k=3) == hits[:3]


def test_a_small_store_is_searched_whole(store: Path) -> None:
    """With fewer sentences than candidates, what is found is what a loop over all of them would find."""
    embedder = HashedEmbedder()
    search = Search.open(store, embedder)
    asked = embedder.encode(["Lotte lighthouse"])[0]
    nearest = max(search.library.sentences(), key=lambda s: float(asked @ embedder.encode([s.text])[0]))
    found = max(search.search("Lotte lighthouse", k=500), key=lambda hit: hit.cosine)
    assert np.isclose(found.cosine, float(asked @ embedder.encode([nearest.text])[0]), atol=1e-5)


def test_only_some_articles(store: Path) -> None:
    search = Search.open(store, HashedEmbedder())
    chosen = frozenset(a.article_id for a in search.library.articles()[:2])
    hits = search.search("harbour", k=100, articles=chosen)
    assert {hit.sentence.article_id for hit in hits} == chosen
    assert search.search("harbour", articles=frozenset()) == ()
    assert search.search("harbour", articles=frozenset({"nobody"})) == ()


def test_an_open_search_sees_what_another_process_indexes(store: Path) -> None:
    search = Search.open(store, HashedEmbedder())
    assert all(hit.bm25 == 0 for hit in search.search("marker77v0"))
    news = store.parent / "news"
    (news / "new.txt").write_text(article(77))
    (news / "0001.txt").unlink()
    other = multiprocessing.get_context("spawn").Process(target=run_ingest, args=(news, store))
    other.start()
    other.join()
    assert other.exitcode == 0
    found = max(search.search("marker77v0"), key=lambda hit: hit.bm25)
    assert found.sentence.span.source == "new.txt" and found.cosine > 0.1
    assert "0001.txt" not in {hit.sentence.span.source for hit in search.search("council", k=500)}


def test_an_open_search_goes_on_when_the_vectors_move_to_a_new_generation(store: Path) -> None:
    search = Search.open(store, HashedEmbedder())
    news = store.parent / "news"
    (news / "long.txt").write_text(article(88, 1_200))
    ingest([news], settings_for(store), embedder=HashedEmbedder())
    assert search.library.generation == 2
    assert max(search.search("marker88v0"), key=lambda hit: hit.bm25).sentence.span.source == "long.txt"
    assert len(search.search("council")) > 0


def test_many_threads_search_while_articles_change(store: Path) -> None:
    search, failures, stop = Search.open(store, HashedEmbedder()), list[object](), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                for hit in search.search("harbour council fair"):
                    if not hit.sentence.text.endswith("."):
                        failures.append(hit)
            except Exception as exc:
                failures.append(exc)
                raise

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for version in range(1, 4):
        (store.parent / "news" / "0002.txt").write_text(article(2, version=version))
        ingest([store.parent / "news"], settings_for(store), embedder=HashedEmbedder())
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_another_embedder_is_told_with_both_ways_out(store: Path) -> None:
    with pytest.raises(StoreError) as told:
        Search.open(store, HashedEmbedder("big-model/bfloat16"))
    assert str(told.value) == (
        f"The index in {store} was made with the embedder hashed/float32, and the settings name big-model/bfloat16. "
        "Set CITESPAN_EMBEDDER=hashed and CITESPAN_PRECISION=float32, or index again with --rebuild."
    )


def test_no_store_is_told_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"^There is no index in .*none\. Make one with: python -m index"):
        Search.open(tmp_path / "none", HashedEmbedder())
    assert not (tmp_path / "none").exists()


def test_an_empty_store_finds_nothing(tmp_path: Path) -> None:
    Library(tmp_path, create=True)
    search = Search.open(tmp_path, HashedEmbedder())
    assert search.search("harbour") == () and search.size == 0 and search.frequency("harbour") == 0


def test_frequency_size_and_before_are_the_librarys(store: Path) -> None:
    search = Search.open(store, HashedEmbedder())
    assert search.size == 48 and search.frequency("council") == 4
    first, second, *_ = search.library.sentences(search.library.articles()[0].article_id)
    assert search.before(second) == first.span
