"""Metrics of rankings by hand arithmetic and against ir-measures."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import ir_measures
import pytest
from eval_toys import MAYOR, MONDAY, RAIN, one, record
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from eval import ranking as r
from eval.gold import Evidence


@given(
    st.lists(st.booleans(), min_size=1, max_size=15),
    st.integers(min_value=0, max_value=4),
    st.sampled_from([1, 3, 5, 10]),
)
def test_ranking_metrics_agree_with_ir_measures(found: list[bool], missed: int, k: int) -> None:
    gains = [int(f) for f in found]
    relevant = sum(gains) + missed
    if relevant == 0:
        return
    qrels = {"q": {f"d{i}": 1 for i, f in enumerate(found) if f} | {f"lost{i}": 1 for i in range(missed)}}
    ranked = {"q": {f"d{i}": float(len(found) - i) for i in range(len(found))}}
    theirs = ir_measures.calc_aggregate([nDCG @ k, R @ k, Success @ k, RR], qrels, ranked)
    assert r.ndcg(gains, relevant, k) == pytest.approx(theirs[nDCG @ k])
    assert r.recall(gains, relevant, k) == pytest.approx(theirs[R @ k])
    assert r.hit_rate(gains, k) == theirs[Success @ k]
    assert r.reciprocal_rank(gains) == pytest.approx(theirs[RR])


def test_two_hits_on_one_gold_span_are_one_item_found() -> None:
    gold = [Evidence("a", 0, 10), Evidence("a", 50, 60)]
    hits = [Evidence("a", 0, 5), Evidence("a", 5, 10), Evidence("a", 30, 40), Evidence("a", 40, 55)]
    gains = r.gains(hits, gold)
    assert gains == (1, 0, 0, 1)
    assert r.recall(gains, 2, 10) == 2 / 2
    assert r.ndcg(gains, 2, 10) == pytest.approx((1 / log2(2) + 1 / log2(5)) / (1 / log2(2) + 1 / log2(3)))


def test_marks_of_several_readers_on_one_answer_are_one_item() -> None:
    marks = [(MAYOR[0], MAYOR[0] + 9), (MAYOR[0] + 4, MAYOR[0] + 9), (MAYOR[0], MAYOR[1])]
    found = record(gold=marks, hits=[MONDAY, MAYOR])
    assert (one("recall@5", found), one("ndcg@10", found)) == (1.0, pytest.approx(1 / log2(3)))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=8),
       st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=5))  # fmt: skip
def test_ndcg_and_recall_stay_within_one(hits: list[tuple[int, int]], gold: list[tuple[int, int]]) -> None:
    places, wanted = ([Evidence("a", s, s + n) for s, n in spans] for spans in (hits, gold))
    items = r.items(wanted)
    gains = r.gains(places, items)
    assert 0 <= r.ndcg(gains, len(items), 10) <= 1
    assert 0 <= r.recall(gains, len(items), 10) <= 1
    # Joined spans reach as far as those they were made of, and no two of them overlap.
    assert {p for i in items for p in range(i.start, i.end)} == {p for w in wanted for p in range(w.start, w.end)}
    assert sum(i.end - i.start for i in items) == len({p for w in wanted for p in range(w.start, w.end)})


def test_the_first_paragraph_counts_by_its_best_hit() -> None:
    found = record(hits=[MONDAY, MAYOR])
    assert (one("best_sentence", found), one("hit@5", found)) == (0.0, 1.0)
    whole = replace(found, hits=tuple(replace(h, passage_start=13, passage_end=len(RAIN)) for h in found.hits))
    assert one("passage@1", whole) == 1.0  # both sentences stand in one paragraph
    assert (one("mrr", found), one("ndcg@10", found)) == (1 / 2, pytest.approx((1 / log2(3)) / 1))
