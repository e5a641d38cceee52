"""Which sentences make an answer, and how a model's draft is taken apart. Pure: no model, no store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Hit, Sentence, Span
from qa.compose import Drafted, Fact, choose, differing, drafted, further, merged, same_fact
from qa.fitted import Fitted
from qa.types import Answer, Citation, Differing, Engine, Statement


def hit(text: str, score: float, source: str = "a.txt", start: int = 0) -> Hit:
    span = Span(source, start, start + len(text))
    return Hit(Sentence(span, span, source, text), score, 0.5, 0.5, 1.0, 1.0)


# A further sentence is shown when it is less than half a point behind.
MODEL = Fitted(ranking={}, further={"bias": 0.5, "behind": 1.0}, related={}, answered={}, thresholds={"further": 0.5})
ANN = "Ann Lee opened the new bridge over the river Ost on Monday."
ANN_TOO = "On Monday Ann Lee opened the new bridge over the Ost."
BOB = "Bob May paid for the school in the valley."


def test_the_same_fact_from_two_articles_is_one_statement_with_two_sources() -> None:
    facts = choose("Who opened the bridge?", [hit(ANN, 2.0), hit(ANN_TOO, 1.9, "b.txt"), hit(BOB, 1.8)], 5, MODEL)
    assert [f.shown.sentence.text for f in facts] == [ANN, BOB]
    assert [h.sentence.text for h in facts[0].also] == [ANN_TOO]


def test_what_is_said_with_doubt_is_said_in_few_words() -> None:
    hits = [hit(ANN, 2.0), hit(BOB, 1.8)]
    assert [len(choose("Who opened the bridge?", hits, 5, MODEL, chance)) for chance in (1.0, 0.6)] == [2, 1]


def test_the_same_fact_twice_in_one_article_is_said_once() -> None:
    facts = choose("Who opened the bridge?", [hit(ANN, 2.0), hit(ANN_TOO, 1.9, start=100)], 5, MODEL)
    assert len(facts) == 1 and not facts[0].also


def test_what_scores_far_below_the_best_is_left_out() -> None:
    assert len(choose("Who opened the bridge?", [hit(ANN, 5.0), hit(BOB, 1.0)], 5, MODEL)) == 1


def test_what_speaks_for_a_further_sentence() -> None:
    (found,) = further("Which two bridges are there, and who opened them?", [hit(ANN, 2.0), hit(BOB, 1.5)])
    assert (found.behind, found.several, found.definition, found.list) == (-0.5, 1.0, 0.0, 0.0)
    assert further("Who?", [hit(ANN, 2.0)]) == further("Who?", []) == []


def test_the_neighbours_of_the_first_sentence_are_told() -> None:
    end = len(ANN)
    hits = [hit(ANN, 2.0), hit(BOB, 1.0, start=end + 2), hit(BOB, 1.0, start=end + 90), hit(BOB, 1.0, "b.txt", end + 2)]
    assert [of.beside for of in further("Who?", hits)] == [1.0, 0.0, 0.0]


def test_what_the_reranker_did_not_read_is_taken_for_the_worst_it_read() -> None:
    read = [replace(hit(ANN, 2.0), rerank=3.0), replace(hit(BOB, 1.0), rerank=-4.0)]
    assert [of.judge for of in further("Who?", [*read, hit(ANN_TOO, 0.5)])] == [-4.0, -4.0]
    assert [of.judge for of in further("Who?", [hit(ANN, 2.0), hit(BOB, 1.0)])] == [0.0]


def test_no_more_facts_than_wanted() -> None:
    hits = [hit(f"Number {n} of the list says {n * 111} and {n * 7919}.", 1.0, start=n * 100) for n in range(9)]
    assert [len(choose("Which are they?", hits, k, MODEL)) for k in (1, 3)] == [1, 3]


def test_where_several_articles_are_asked_for_each_has_its_say() -> None:
    # Two points behind is far less likely than what is shown otherwise.
    hits = [
        hit(ANN, 2.0),
        hit(BOB, 0.5, "b.txt"),
        hit("Ost has a bridge.", 0.4, "b.txt"),
        hit("Ed left.", -2.0, "c.txt"),
    ]
    asked = "What do the different reports say about the bridge?"
    assert [f.shown.sentence.text for f in choose(asked, hits, 5, MODEL)] == [ANN, BOB]
    assert len(choose("What is said about the bridge?", hits, 5, MODEL)) == 1
    assert len(choose(asked, hits, 1, MODEL)) == 1


def test_what_one_part_tells_is_not_told_again() -> None:
    facts = [Fact(hit(ANN, 2.0)), Fact(hit(ANN_TOO, 1.0, "b.txt")), Fact(hit(BOB, 3.0)), Fact(hit(ANN, 2.5))]
    assert [f.shown.sentence.text for f in merged(facts, 5)] == [ANN, BOB]
    assert merged(facts, 1) == (facts[0],) and merged([], 3) == ()


def test_nothing_found_is_nothing_said() -> None:
    assert choose("Who?", [], 5, MODEL) == ()


def test_same_fact_needs_the_same_words() -> None:
    assert same_fact(ANN, ANN_TOO) and not same_fact(ANN, BOB)
    assert not same_fact("Yes.", "Yes.")  # too short to tell


def test_a_draft_becomes_sentences_with_the_passages_they_claim() -> None:
    draft = "- The U.S. sent 1.5 million. [1]\n- Ann came [2, 3] on Monday.\n\nSources: [1] [9]\n"
    assert list(drafted(iter([draft]), 3)) == [
        Drafted("The U.S. sent 1.5 million.", (1,)),
        Drafted("Ann came on Monday.", (2, 3)),
        Drafted("Sources:", (1,)),
    ]


@pytest.mark.parametrize(("draft", "said"), [
    ("Ann left. [1] Rutte visited Tokyo on Tuesday and met the", ["Ann left."]),
    ("Rutte visited Tokyo", []),
    ("Ann left Ost. Bob stayed", ["Ann left Ost."]),
    ("Toyota Motor Inc. said profits fell [1]. Bob Smith Jr. left [2].",
     ["Toyota Motor Inc. said profits fell.", "Bob Smith Jr. left."]),
    ("She joined Toyota Motor Inc. [1, 2] The firm grew.", ["She joined Toyota Motor Inc.", "The firm grew."]),
    ("“It was late.” [1] Ann left [1, 2, 3]. Bob stayed!", ["“It was late.”", "Ann left.", "Bob stayed!"]),
])  # fmt: skip
def test_a_draft_is_cut_where_sentences_end_and_its_unfinished_end_is_dropped(draft: str, said: list[str]) -> None:
    assert [d.text for d in drafted(iter(draft), 3)] == said


def test_a_sentence_is_told_as_soon_as_the_next_one_has_begun() -> None:
    pieces = iter(["Ann left. [1] ", "Bob met ", "nobody."])
    assert next(drafted(pieces, 1)) == Drafted("Ann left.", (1,))
    assert list(pieces) == ["nobody."]


@given(st.text(alphabet="ab .[1],2\n!?”", max_size=80), st.integers(1, 9))
def test_a_draft_reads_the_same_however_it_arrives(draft: str, size: int) -> None:
    whole = list(drafted(iter([draft]), 2))
    pieces = list(drafted((draft[i : i + size] for i in range(0, len(draft), size)), 2))
    assert pieces == whole
    assert all(n in (1, 2) for d in whole for n in d.passages)


def test_articles_that_differ_are_set_against_each_other() -> None:
    texts = ["Ost agreed to join the Rhine Pact.", "It rained.", "Ost is interested in joining the Rhine Pact."]
    citations = tuple(
        Citation(n, f"{n}.txt", str(n), f"Title {n}", "The Gazette" if n == 1 else "", "", 0, len(t), t, "0")
        for n, t in enumerate(texts, 1)
    )
    said = tuple(Statement(text, (n,), "quote") for n, text in enumerate(texts, 1))
    (found,) = differing(said, citations)
    assert found == Differing(0, 2, "certainty")
    answer = Answer("?", "?", "answered", said, citations, (), (), 0.9, Engine("", "", ""), differing=(found,))
    line = answer.text.splitlines()[-1]
    assert line == "The articles differ: The Gazette [1] tells it as settled, “Title 3” [3] does not."
    assert list(differing([said[0], Statement(texts[2], (1,), "quote")], citations)) == []  # the same article
