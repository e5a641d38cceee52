"""Metrics of citations, by character spans, by hand arithmetic and by the definitions of their papers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from eval_toys import MAYOR, MONDAY, one, record
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Evidence
from eval.records import Cited
from eval.scoring import summary
from eval.spans import alce, characters, overlaps, same_source


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
