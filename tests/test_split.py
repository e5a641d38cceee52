"""The promises of splitting, for any text, and its sentence boundaries on hand-marked news text."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.lines import paragraphs
from index.read import Document, from_text, read_file
from index.sentences import LONGEST, sentences
from index.split import LONG, PIECE, split

ROOT = Path(__file__).parent.parent
MARKED = [json.loads(line) for line in (ROOT / "tests/data/sentences.jsonl").read_text("utf-8").splitlines()]

# Pieces that meet in news text and on pages, and any character at all, lone surrogates and NUL among them.
SNIPPETS = [
    "It rained. ", "“We left,” she said. ", "Mr. ", "U.S. ", "No. 5 ", "\n", "\r\n", "\n\n", "Related Tags\n", "-\n",
    "...", "Post a Comment\n", "09-04-2025\n", "- Business\n", "# Port\n", "---\n", "。", "市長は「はい」と述べた。",
    "؟", " ", "\t", "\u2028", "\x00", "\ufeff", "\u200b", "\U0001f600 ", "e\u0301", "\u202e", "title: A port\n",
    "x" * 1300, "word " * 60,
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(SNIPPETS) | st.text(st.characters(exclude_categories=()), max_size=30), max_size=25
).map("".join)


def document(text: str) -> Document:
    return from_text(text, "a.txt", "0" * 64)


@given(TEXTS)
@example("\ufeffRain\r\nIt rained.")
@example("a\ud800b. C\udfff")
@example("---\ntitle: Port\n---\nIt rained. " * 3)
@settings(max_examples=400, deadline=None)
def test_every_promise_about_spans_holds_for_any_text(text: str) -> None:
    read = document(text)
    passages = split(read)
    found = [sentence for _, of_passage in passages for sentence in of_passage]

    assert all(text[s.span.start : s.span.end] == s.text for s in found)
    assert all(s.text == s.text.strip() != "" for s in found)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found)), "starts increase and nothing overlaps"
    for passage, of_passage in passages:
        assert {s.passage for s in of_passage} == {passage.span}
        assert (of_passage[0].span.start, of_passage[-1].span.end) == (passage.span.start, passage.span.end)
        gaps = [text[a.span.end : b.span.start] for a, b in pairwise(of_passage)]
        assert not "".join(gaps).strip(), "sentences tile their passage"


@given(TEXTS)
@example("Rain\n\n# Port\nIt rained.\nRelated Tags\nA\nB")
@settings(max_examples=400, deadline=None)
def test_every_character_outside_chrome_is_in_exactly_one_sentence(text: str) -> None:
    read = document(text)
    covered = [i for _, found in split(read) for s in found for i in range(s.span.start, s.span.end)]
    chrome = {i for span in read.chrome for i in range(span.start, span.end)}
    of_articles = {i for a in read.articles for i in range(a.start, a.end)} - chrome

    assert len(covered) == len(set(covered))
    assert set(covered) <= of_articles
    assert {i for i in of_articles if not text[i].isspace()} <= set(covered)
    outside = {i for i, c in enumerate(text) if not c.isspace()} - of_articles - chrome
    assert outside <= ({0} if text.startswith("\ufeff") else set()), "nothing is lost between articles and chrome"


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_passages_are_short_where_their_sentences_allow_it(text: str) -> None:
    for passage, found in split(document(text)):
        length = passage.span.end - passage.span.start
        assert length <= LONG or len(found) == 1
        assert all(s.span.end - s.span.start <= LONGEST for s in found)


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "The port of Ost reopened on Monday after a strike of nine days that cost it two million euros."
    passages = split(document(" ".join([sentence] * 20)))
    assert [len(found) for _, found in passages] == [7, 7, 6]
    assert max(p.span.end - p.span.start for p, _ in passages) == 7 * len(sentence) + 6 <= PIECE


def test_repeated_sentences_are_told_apart_by_their_offsets() -> None:
    starts = [s.span.start for _, found in split(document("No comment. No comment.\nNo comment.")) for s in found]
    assert starts == [0, 12, 24]


@pytest.mark.parametrize("width", [60, 72, 80])
def test_wrapped_text_has_the_paragraphs_it_had_before(width: int) -> None:
    import textwrap

    original = (ROOT / "seeds/004_e429cedbafb3f5ea.txt").read_text("utf-8").splitlines()
    wrapped = "\n\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in original)
    joined = [" ".join(wrapped[start:end].split()) for start, end in paragraphs(wrapped)]
    assert joined == [line for line in original if line.strip()]


def test_lines_that_are_paragraphs_stay_apart() -> None:
    lines = [
        "Ferry strike enters second week",
        "Crews voted on Tuesday to stay out.",
        "- new buses",
        "1. Go",
        "2. Stay",
    ]
    text = "\n".join(lines)
    assert [text[a:b] for a, b in paragraphs(text)] == lines


def boundaries(text: str) -> set[int]:
    """Where sentences end, but for the last one, whose end is no decision."""
    ends = {start + end for start, stop in paragraphs(text) for _, end in sentences(text[start:stop])}
    return ends - {max(ends)}


def f1(rows: list[dict[str, object]]) -> float:
    """2 * precision * recall / (precision + recall) = 2 TP / (2 TP + FP + FN), over sentence ends."""
    right = wrong = 0
    for row in rows:
        ends = {end for _, end in row["sentences"]}  # type: ignore[attr-defined]
        gold, got = ends - {max(ends)}, boundaries(str(row["text"]))
        right += 2 * len(gold & got)
        wrong += len(gold ^ got)
    return right / (right + wrong)


def test_sentence_boundaries_of_hand_marked_news() -> None:
    assert sum(len(row["sentences"]) for row in MARKED) >= 150
    assert f1(MARKED) >= 0.98
    assert f1([row for row in MARKED if row["split"] == "heldout"]) >= 0.97


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Shares of Harrow Inc. Shares in the firm rose 3 percent.", 2),
        ("Apple Inc. Chief Executive Tim Cook spoke. Others listened.", 2),
        ("U.S.-led forces left. The shop is open 9 a.m.-5 p.m. daily.", 2),
        ("He said: “It is over. We lost.” Then he left.", 3),
        ("“Is it safe?” Mayor Ilse Varden asked. “I don’t know.”", 2),
        ("He was tired.The road was long.“Stop!”He slept.", 4),
        ("It fell.[3] Then it rose.[4][5] It is now flat.", 3),
        ("The letter spoke of “the security … Europe needs” and [...] no more.", 1),
        ("彼は「行きます。」と言った。そして去った。", 2),
        ("Սա գիրք է։ Դա գրիչ է։", 2),
        ("1. Fill the bath with water. 2. Charge every lamp.", 2),
    ],
)
def test_sentences_of_hard_cases(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_the_seeds_split_as_they_read() -> None:
    path = ROOT / "seeds/001_0d0589c825a232b9.txt"
    passages = split(read_file(path, path.name))
    assert [len(found) for _, found in passages] == [1, 3, 3, 3, 3, 2, 3, 3]
    assert passages[0][1][0].text == "Japan Enhances Security Ties with NATO"
    assert passages[-1][1][-1].text.endswith("security in East Asia.")
