"""Metrics of answers, refusals and conversations, and their intervals, by hand arithmetic and against reference tools
(rouge-score, scikit-learn). Try `pytest tests/test_metrics.py`."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pytest
from eval_toys import BY_NAME, MAYOR, MONDAY, RAIN, one, record
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sklearn.metrics import roc_auc_score

from eval import metrics as m
from eval.measures import failed, fault, is_right, loss
from eval.records import Cited
from eval.scoring import METRICS, by_type, summary, values
from eval.stats import estimate, paired, quantile, ratio

WORDS = st.lists(st.sampled_from(["the", "mayor", "dam", "Oslo", "rain", "5", "U.S.", "it's"]), max_size=12).map(
    " ".join
)
SCORES = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=2, max_size=30)


# --- the words of an answer -------------------------------------------------------------------------------------


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


# --- refusing ---------------------------------------------------------------------------------------------------


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


# --- conversations ----------------------------------------------------------------------------------------------


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


# --- intervals --------------------------------------------------------------------------------------------------


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
