"""Every metric by hand arithmetic, and against a reference tool where there is one: ir-measures, rouge-score,
scikit-learn. Try `pytest tests/test_metrics.py`."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, log2
from typing import Any

import ir_measures
import numpy as np
import pytest
from eval_toys import MAYOR, MONDAY, RAIN, record
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG
from rouge_score.rouge_scorer import RougeScorer
from sklearn.metrics import roc_auc_score

from eval import metrics as m
from eval import ranking as r
from eval.gold import Evidence
from eval.measures import failed, fault, is_right, loss
from eval.records import Cited, Record
from eval.scoring import METRICS, by_type, summary, values
from eval.spans import alce, characters, overlaps, same_source
from eval.stats import estimate, paired, quantile, ratio

BY_NAME = {metric.name: metric for metric in METRICS}
WORDS = st.lists(st.sampled_from(["the", "mayor", "dam", "Oslo", "rain", "5", "U.S.", "it's"]), max_size=12).map(
    " ".join
)
SCORES = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=2, max_size=30)


def one(name: str, given_record: Record) -> float | None:
    """The value of one metric for one record."""
    row = BY_NAME[name].of([given_record])
    return None if row is None else row[0] / row[1]


# --- rankings ---------------------------------------------------------------------------------------------


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


# --- the words of an answer -------------------------------------------------------------------------------


@given(WORDS, WORDS)
def test_rouge_l_agrees_with_rouge_score(text: str, reference: str) -> None:
    theirs = RougeScorer(["rougeL"]).score(reference, text)["rougeL"].fmeasure
    assert m.rouge_l(text, reference) == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("text", "golds", "em", "f1"),
    [
        ("The U.S.", ["us"], 1.0, 1.0),
        ("Oslo", ["Bergen", "oslo!"], 1.0, 1.0),
        ("in Oslo today", ["Oslo"], 0.0, 2 * (1 / 3) * 1 / (1 / 3 + 1)),
        ("rain rain", ["rain"], 0.0, 2 * (1 / 2) * 1 / (1 / 2 + 1)),  # a word counts as often as both have it
        ("", [""], 1.0, 1.0),  # nothing wanted, nothing given
        ("something", [""], 0.0, 0.0),
        ("the", ["a"], 1.0, 1.0),  # articles alone are nothing on both sides
    ],
)
def test_exact_match_and_f1_in_the_manner_of_squad(text: str, golds: list[str], em: float, f1: float) -> None:
    assert m.exact_match(text, golds) == em
    assert m.token_f1(text, golds) == pytest.approx(f1)


def test_an_answer_is_right_when_it_states_every_key_fact() -> None:
    two = record(facts=[["Dahl"], ["two", "2"]], said=[("Dahl did. [1]", [1])])
    assert (is_right(two), one("fact_recall", two)) == (0.0, 1 / 2)
    assert is_right(replace(two, statements=(replace(two.statements[0], text="DAHL,\n2 dams"),))) == 1.0
    assert is_right(replace(two, key_facts=(("1",),))) == 1.0  # the words hold it: that mark is not ours
    assert is_right(record(facts=[["1"]], said=[("Dahl did.", [1])])) == 0.0  # the citation's number does not
    assert is_right(record(verdict="closest")) == 0.0
    assert is_right(record(facts=[])) is None  # a set without answers has nothing to say here
    assert is_right(record(answerable=False)) is None


# --- citations --------------------------------------------------------------------------------------------


def test_alce_by_the_papers_definition() -> None:
    """Statement 0 needs 1 and 2 together, 3 is idle; statement 1 is not supported; statement 2 has no citation."""
    enough = {0: frozenset({1, 2}), 1: frozenset({9}), 2: frozenset({9})}
    recall, precision = alce([[1, 2, 3], [4], []], lambda i, cited: enough[i] <= cited)
    assert recall == 1 / 3
    assert precision == 2 / 4
    assert alce([[]], lambda i, cited: True) == (0.0, 0.0)
    with pytest.raises(ValueError, match="without statements"):
        alce([], lambda i, cited: True)


@given(
    st.lists(st.lists(st.integers(1, 6), max_size=4, unique=True), min_size=1, max_size=4), st.sets(st.integers(1, 6))
)
def test_alce_with_plain_overlap_is_the_share_of_right_citations(said: list[list[int]], good: set[int]) -> None:
    """What `mean_precision` and `statement_recall` claim: with "one of them is right" ALCE is simple counting."""
    recall, precision = alce(said, lambda i, cited: not good.isdisjoint(cited))
    supported = [not good.isdisjoint(numbers) for numbers in said]
    right = sum(n in good for numbers in said for n in numbers)
    total = sum(map(len, said))
    assert recall == pytest.approx(sum(supported) / len(said))
    assert precision == pytest.approx(right / total if total else 0.0)


def test_citations_of_one_answer_by_hand() -> None:
    """Two statements; citation 1 is gold, 2 is another sentence. The second statement stands on the wrong one."""
    both = record(
        facts=[["Dahl"], ["Monday"]], said=[("Kari Dahl opened a dam.", [1]), ("It was on Monday.", [2])],
        cites=[MAYOR, MONDAY],
    )  # fmt: skip
    assert one("citation_precision", both) == 1 / 2
    assert one("citation_recall", both) == 1 / 2
    assert (one("alce_recall", both), one("alce_precision", both)) == (1 / 2, 1 / 2)
    assert one("facts_cited", both) == 1 / 2  # Monday stands in no right citation
    size, other = MAYOR[1] - MAYOR[0], MONDAY[1] - MONDAY[0]
    assert one("char_precision", both) == size / (size + other)
    assert one("char_recall", both) == 1.0
    assert one("char_iou", both) == size / (size + other)


def test_a_right_citation_that_does_not_hold_the_fact_supports_nothing_in_alces_sense() -> None:
    wide = record(facts=[["Bergen"]], said=[("It was in Bergen.", [1])])
    assert (one("citation_recall", wide), one("alce_recall", wide)) == (1.0, 0.0)


def test_words_that_no_cited_quote_holds_count_against_the_answer() -> None:
    invented = record(said=[("Mayor Kari Dahl opened nine dams", [1])])  # nine and dams stand nowhere
    assert one("words_cited", invented) == 4 / 6
    assert one("words_cited", replace(invented, citations=())) == 0.0


def test_micro_precision_weighs_citations_and_macro_answers() -> None:
    many = record("a", said=[("Dahl", [1, 2, 3])], cites=[MONDAY, MONDAY, MONDAY])
    figures = summary([many, record("b")])
    assert figures["citation_precision"].value == 1 / 4
    assert figures["citation_precision_macro"].value == (0 / 3 + 1 / 1) / 2


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), max_size=5),
       st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), max_size=5))  # fmt: skip
def test_characters_are_those_of_a_bitmap(cited: list[tuple[int, int]], gold: list[tuple[int, int]]) -> None:
    maps = []
    for spans in (cited, gold):
        bits = np.zeros(60, dtype=bool)
        for start, size in spans:
            bits[start : start + size] = True
        maps.append(bits)
    places = [[Evidence(f, s, s + n) for s, n in spans] for f, spans in (("x/a.txt", cited), ("a.txt", gold))]
    assert characters(*places) == ((maps[0] & maps[1]).sum(), maps[0].sum(), maps[1].sum())


def test_spans_are_half_open_and_keep_to_their_source() -> None:
    assert not overlaps(Evidence("a", 0, 5), Evidence("a", 5, 9))
    assert overlaps(Evidence("a", 0, 6), Evidence("a", 5, 9))
    assert not overlaps(Evidence("a", 0, 6), Evidence("b", 5, 9))
    assert same_source("a.txt", "x/y/a.txt")
    assert not same_source("x/a.txt", "y/a.txt")
    assert not same_source("a.txt", "data.txt")


def test_quotes_that_have_moved_are_counted_also_in_refusals() -> None:
    stale = Cited(1, "rain.txt", 0, 4, "Hail", False)
    refused = record(verdict="closest", closest=(stale, replace(stale, intact=True)))
    assert one("quote_integrity", refused) == 1 / 2


# --- refusing ---------------------------------------------------------------------------------------------


@given(SCORES)
def test_auroc_agrees_with_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = [s for s, _ in pairs], [p for _, p in pairs]
    if len(set(positive)) == 1:
        assert isnan(m.auroc(scores, positive))
    else:
        assert m.auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_aurc_by_hand_and_whatever_the_order_of_the_file() -> None:
    assert m.risk_coverage([0.9, 0.8, 0.7], [0, 1, 1]) == ((1 / 3, 0.0), (2 / 3, 1 / 2), (1.0, pytest.approx(2 / 3)))
    assert m.aurc([0.9, 0.8, 0.7], [0, 1, 1]) == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert m.aurc([0.5, 0.5], [0, 1]) == m.aurc([0.5, 0.5], [1, 0]) == 1 / 2
    assert isnan(m.aurc([], []))


def test_false_answers_and_over_refusals_each_ask_their_own_questions() -> None:
    figures = summary([
        record("a"), record("b", verdict="closest"),
        record("c", answerable=False), record("d", answerable=False, verdict="not_found", expected="not_found"),
    ])  # fmt: skip
    assert (figures["false_answers"].value, figures["false_answers"].n) == (1 / 2, 2)
    assert (figures["over_refusals"].value, figures["over_refusals"].n) == (1 / 2, 2)
    assert (figures["verdict_match"].value, figures["verdict_match"].n) == (1.0, 1)
    assert figures["success"].value == 2 / 4


def test_the_loss_of_a_refusal_is_that_of_the_passages_it_shows() -> None:
    near = Cited(1, "rain.txt", *MAYOR, RAIN[slice(*MAYOR)], True)
    assert loss(record()) == 0.0
    assert loss(record(verdict="closest", closest=(near,))) == 0.0
    assert loss(record(verdict="closest")) == 1.0
    assert loss(record(answerable=False)) == 1.0
    assert loss(record(facts=[], cites=[MONDAY])) == 1.0  # without key facts the citations decide


def test_every_failure_has_a_reason_in_words() -> None:
    assert fault(record()) == ""
    assert fault(record(answerable=False)) == "answered, though the articles don't say it"
    assert fault(record(verdict="closest", hits=[MONDAY])) == "not answered; no gold sentence in the first 1"
    assert fault(record(facts=[["nine", "9"]])) == "doesn't state nine / 9; the first gold sentence has rank 1"
    assert fault(record(cites=[MONDAY])) == "no right citation; the first gold sentence has rank 1"
    assert not failed(record(answerable=False, verdict="not_found"))


# --- conversations ----------------------------------------------------------------------------------------


def test_a_conversation_succeeds_when_all_of_its_turns_are_right() -> None:
    turns = [
        record("c/1", conversation="c"), record("c/2", conversation="c", facts=[["nine"]]),
        record("d/1", conversation="d"), record("d/2", conversation="d", answerable=False, verdict="closest"),
    ]  # fmt: skip
    figures = summary([record("a", verdict="closest"), *turns])
    assert (figures["conversation_success"].value, figures["conversation_success"].n) == (1 / 2, 2)
    assert figures["turn_success"].value == 3 / 4
    assert figures["accuracy"].value == 0.0  # the questions on their own are counted on their own


def test_types_are_scored_apart_and_turns_are_a_type() -> None:
    talk = record("c/1", conversation="c", type="conversation")
    found = by_type([record("a"), record("b", type="when", verdict="closest"), talk])
    assert {kind: figures["accuracy"].value for kind, figures in found.items()} == {
        "who": 1.0, "when": 0.0, "conversation": 1.0,
    }  # fmt: skip


def test_every_metric_speaks_of_some_record_and_has_a_name_of_its_own() -> None:
    full = record(reference="Kari Dahl", expected="answered", fact_ranks=(1,))
    records = [full, record("b", answerable=False), record("c/1", conversation="c")]
    assert {metric.name for metric in METRICS if values(metric, records)} == set(BY_NAME)
    assert len(BY_NAME) == len(METRICS)


# --- intervals --------------------------------------------------------------------------------------------


def test_intervals_are_the_same_every_time_and_hold_the_value() -> None:
    rows = [(float(i % 3 == 0), 1.0) for i in range(60)]
    first = estimate(rows, ratio)
    assert first == estimate(rows, ratio)
    assert first is not None
    assert first.value == 20 / 60
    assert first.low < first.value < first.high
    # The normal approximation of the same interval: 1/3 +- 1.96 * sqrt(1/3 * 2/3 / 60) = 0.214 .. 0.453
    assert (first.low, first.high) == (pytest.approx(0.214, abs=0.03), pytest.approx(0.453, abs=0.03))


def test_a_metric_without_questions_has_no_figure() -> None:
    assert estimate([], ratio) is None
    assert estimate([(0.0, 0.0)], ratio) is None
    assert quantile(0.95)(np.array([[v] for v in range(101)], dtype=float)) == 95.0


def test_pairing_takes_the_difficulty_of_the_questions_out() -> None:
    hard = [(float(i % 2), 1.0) for i in range(40)]
    better = [(max(a, float(i < 4)), b) for i, (a, b) in enumerate(hard)]
    change: Any = paired(hard, better, ratio)
    assert change.value == pytest.approx(2 / 40)
    assert change.high - change.low < 0.2  # two separate intervals of 40 questions are 0.3 wide each
    same: Any = paired(hard, hard, ratio)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="the same questions"):
        paired(hard, hard[1:], ratio)


@settings(max_examples=20, deadline=None)  # each draws a thousand times, the slow way
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20))
def test_the_fast_way_of_drawing_ratios_is_the_slow_way(rows: list[tuple[int, int]]) -> None:
    given_rows = [(float(a), float(b)) for a, b in rows]
    assert estimate(given_rows, ratio) == estimate(given_rows, lambda array: ratio(array))
