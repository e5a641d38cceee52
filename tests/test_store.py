"""The vectors' store: exact cosines, what another process writes, generations, and Chroma's own files after a kill."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import HashedEmbedder

from index.embed import Vectors
from index.errors import StoreError
from index.store import PASSAGES, SENTENCES, VectorStore, clear_generations
from index.types import Span


def made(count: int, seed: int = 0) -> Vectors:
    found = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def filled(store: Path, count: int = 50) -> VectorStore:
    vectors = VectorStore(store, create=True)
    ids = list(range(1, count + 1))
    vectors.add(SENTENCES, ids, [Span("a.txt", i, i + 1) for i in ids], [f"art{i % 2}" for i in ids], made(count))
    return vectors


def test_nearest_and_cosines_are_the_dot_products(tmp_path: Path) -> None:
    store, question = filled(tmp_path), made(1, seed=9)
    exact = made(50) @ question[0]
    near = store.nearest(SENTENCES, question, 10)
    assert list(near) == [int(i) + 1 for i in np.argsort(-exact)[:10]]
    assert near == pytest.approx({i: exact[i - 1] for i in near}, abs=1e-5)
    assert store.cosines(SENTENCES, question, [3, 7, 999]) == pytest.approx({3: exact[2], 7: exact[6]}, abs=1e-5)
    assert set(store.nearest(SENTENCES, question, 50, frozenset({"art1"}))) == set(range(1, 51, 2))
    assert store.nearest(PASSAGES, question, 5) == {} == store.cosines(PASSAGES, question, [1])


def test_a_store_without_vectors_is_empty_and_reading_makes_no_files(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    assert (store.count(SENTENCES), store.ids(SENTENCES), store.records(SENTENCES)) == (0, set(), {})
    assert store.nearest(SENTENCES, made(1), 5) == {} == store.cosines(SENTENCES, made(1), [1])
    assert list(tmp_path.iterdir()) == []


def test_records_are_replaced_renamed_and_deleted(tmp_path: Path) -> None:
    store = filled(tmp_path, 3)
    store.add(SENTENCES, [2], [Span("b.txt", 5, 9)], ["other"], made(1, seed=4))
    store.rename(SENTENCES, {1: "new.txt"})
    store.rename(SENTENCES, {})
    store.delete(SENTENCES, [3])
    assert store.records(SENTENCES) == {1: (Span("new.txt", 1, 2), "art1"), 2: (Span("b.txt", 5, 9), "other")}
    ids, vectors = store.vectors(SENTENCES, [1, 2])
    assert np.allclose(vectors[ids.index(2)], made(1, seed=4)[0], atol=1e-6)


def write_more(store: Path, first: int) -> None:
    ids = [first, first + 1]
    VectorStore(store, create=True).add(SENTENCES, ids, [Span("b.txt", 0, 1)] * 2, ["b"] * 2, made(2, seed=first))


def test_a_new_opening_sees_what_another_process_has_written(tmp_path: Path) -> None:
    store = filled(tmp_path, 4)
    assert len(store.nearest(SENTENCES, made(1), 10)) == 4
    other = multiprocessing.get_context("spawn").Process(target=write_more, args=(tmp_path, 100))
    other.start()
    other.join()
    assert other.exitcode == 0
    assert set(VectorStore(tmp_path).nearest(SENTENCES, made(1), 10)) == {1, 2, 3, 4, 100, 101}
    assert len(store.nearest(SENTENCES, made(1), 2)) == 2  # the first one still works


def test_settled_is_the_same_records_with_an_index_on_disk(tmp_path: Path) -> None:
    store = filled(tmp_path, 40)
    before = store.records(SENTENCES)
    near = store.nearest(SENTENCES, made(1, seed=5), 7)
    assert not list((tmp_path / "vectors" / "1").glob("*/index_metadata.pickle"))
    settled = store.settled()
    assert settled.generation == 2 and settled.folder == tmp_path / "vectors" / "2"
    assert len(list(settled.folder.glob("*/index_metadata.pickle"))) == 1
    assert settled.records(SENTENCES) == before
    assert settled.nearest(SENTENCES, made(1, seed=5), 7) == pytest.approx(near, abs=1e-6)
    clear_generations(tmp_path, 2)
    assert [path.name for path in (tmp_path / "vectors").iterdir()] == ["2"]
    # What comes later waits in the log again, and is not written into the index in place.
    stamp = {path: path.read_bytes() for path in settled.folder.glob("*/*")}
    settled.add(SENTENCES, [41], [Span("b.txt", 0, 1)], ["b"], made(1, seed=8))
    assert VectorStore(tmp_path, 2).nearest(SENTENCES, made(1, seed=8), 1) == pytest.approx({41: 1.0}, abs=1e-5)
    assert {path: path.read_bytes() for path in settled.folder.glob("*/*")} == stamp


def test_settling_waits_for_a_writer_of_chromas_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chromadb.api.models.Collection import Collection
    from chromadb.errors import InternalError

    store, modify, refused = filled(tmp_path, 40), Collection.modify, list[str]()

    def busy(collection: Collection, *args: Any, **given: Any) -> None:
        if len(refused) < 3:
            refused.append(collection.name)
            raise InternalError("error returned from database: (code: 5) database is locked")
        modify(collection, *args, **given)

    monkeypatch.setattr(Collection, "modify", busy)
    before = store.records(SENTENCES)
    assert store.settled().records(SENTENCES) == before and len(refused) == 3


def test_a_thousand_records_and_more_never_write_the_index_in_place(tmp_path: Path) -> None:
    store = filled(tmp_path, 2_300)
    assert not list(store.folder.glob("*/index_metadata.pickle"))
    assert store.count(SENTENCES) == 2_300 == len(store.records(SENTENCES))


def test_damaged_vectors_are_told_with_the_next_step(tmp_path: Path) -> None:
    filled(tmp_path, 3).close()
    (tmp_path / "vectors" / "1" / "chroma.sqlite3").write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreError) as told:
        VectorStore(tmp_path).count(SENTENCES)
    assert str(told.value).startswith(f"The vectors in {tmp_path} can't be used (")
    assert str(told.value).endswith(f"Make them anew from the text: python -m index verify --repair --store {tmp_path}")
    assert "\n" not in str(told.value)


def test_many_openings_leave_no_clients_behind(tmp_path: Path) -> None:
    from chromadb.api.shared_system_client import SharedSystemClient

    filled(tmp_path, 3).close()
    before = len(SharedSystemClient._identifier_to_system)
    for _ in range(20):
        store = VectorStore(tmp_path)
        assert store.count(SENTENCES) == 3
        del store
    assert len(SharedSystemClient._identifier_to_system) == before
    assert len(HashedEmbedder().encode([])) == 0
