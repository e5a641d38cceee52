"""BM25 by FTS5: against the formula, folded words, quoting of what a user types."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from fakes import HashedEmbedder, settings_for
from hypothesis import given
from hypothesis import strategies as st

from index.fold import fold
from index.ingest import ingest
from index.lexical import bm25, document_frequency, terms
from index.library import Library

LINES = [
    "The harbour of Ost was closed.",
    "The harbour master of Ost said that the harbour would reopen in May.",
    "Coffee prices rose.",
    "NATO’s command met in Côte d’Azur to organise defence.",
    "Nobody came.",
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("lexical")
    (folder / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    ingest([folder / "a.txt"], settings_for(folder / "store"), embedder=HashedEmbedder())
    return Library(folder / "store")


def found(library: Library, question: str, k: int = 10) -> list[str]:
    ids = bm25(library, question, k)
    texts = library.lookup(list(ids))
    return [texts[i][1].text for i in ids]


def test_the_score_is_the_formula(library: Library) -> None:
    lengths = [6, 13, 3, 9, 2]  # words of each line as FTS5 counts them, "cote d'azur" as three
    n, average = len(lengths), sum(lengths) / len(lengths)
    idf = math.log((n - 2 + 0.5) / (2 + 0.5))

    def score(frequency: int, length: int) -> float:
        return idf * frequency * 2.2 / (frequency + 1.2 * (1 - 0.75 + 0.75 * length / average))

    scores = {library.lookup([i])[i][1].text: s for i, s in bm25(library, "harbour", 10).items()}
    assert scores == pytest.approx({LINES[0]: score(1, 6), LINES[1]: score(2, 13)}, rel=0.05)


def test_the_best_come_first_and_no_more_than_asked_for(library: Library) -> None:
    assert found(library, "harbour master May")[0] == LINES[1]
    assert found(library, "harbour", 1) == found(library, "harbour")[:1]
    assert found(library, "zeppelin") == []


@pytest.mark.parametrize("question", ["NATO", "nato's", "cote d'azur", "Côte d’Azur", "organize defense", "ORGANISING"])
def test_spelling_case_accents_and_endings_are_folded(library: Library, question: str) -> None:
    assert found(library, question) == [LINES[3]]


@pytest.mark.parametrize(
    ("questions", "line"),
    [
        (
            ["ストライキ", "オスト港はいつ再開したか", "バスの港"],
            "オスト港は月曜日、九日間のストライキの後に再開したと所長が述べた。",
        ),
        (["罢工多少天", "港口"], "奥斯特港在罢工九天后于周一重新开放，港口主任表示。"),
        (["บริษัท"], "ประธานบริษัทกล่าวว่าท่าเรือเปิดแล้วเมื่อวันจันทร์"),
        (["बंदरगाह कब खुला", "हड़ताल"], "ओस्ट का बंदरगाह सोमवार को नौ दिन की हड़ताल के बाद फिर खुल गया।"),
        (["오스트항 파업", "파업"], "오스트항은 아흐레 동안의 파업이 끝난 뒤 월요일에 다시 열렸다."),
    ],
)
def test_words_of_scripts_without_spaces_or_with_vowel_signs_are_found(
    tmp_path: Path, questions: list[str], line: str
) -> None:
    (tmp_path / "a.txt").write_text("\n".join([*LINES, line, "Coffee and tea."]), encoding="utf-8")
    ingest([tmp_path / "a.txt"], settings_for(tmp_path / "store"), embedder=HashedEmbedder())
    library = Library(tmp_path / "store")
    for question in questions:
        assert found(library, question) == [line], question
    assert found(library, "हताल") == [] == found(library, "ガギグ")


@pytest.mark.parametrize(
    "pair",
    [
        "filled filed",
        "filling filing",
        "polled poled",
        "tilled tiled",
        "refilled refiled",
        "scoured scored",
        "バス ハス",
    ],
)
def test_different_words_stay_different(pair: str) -> None:
    one, other = pair.split()
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "pair",
    """travelled traveled|cancelling canceling|modelled modeled|labelled labeled|signalling signaling|fuelled fueled
    |dialled dialed|traveller traveler|centred centered|centring centering|theatres theaters|catalogued cataloged
    |cataloguing cataloging|dialogue dialog|favourite favorite|Łódź łódź|İzmir izmir|Ё е|हिन्दी हिन्दी""".split("|"),
)
def test_spellings_of_one_word_are_equal(pair: str) -> None:
    one, other = pair.split()
    assert fold(one) == fold(other)


def test_some_sentences_are_scored_beside_the_best_in_the_same_pass(library: Library) -> None:
    question, every = "harbour Ost coffee", list(library.sentence_rows())
    scores = bm25(library, question, 10)
    assert len(scores) > 2 and bm25(library, question, 1, also=every) == scores
    first, *_, last = scores
    assert bm25(library, question, 1, also=[last, 10**9]) == {first: scores[first], last: scores[last]}
    others = [i for i in every if i not in scores]
    assert bm25(library, question, 2, also=others) == dict(list(scores.items())[:2])
    chosen = frozenset(a.article_id for a in library.articles())
    assert bm25(library, question, 1, chosen, [last]) == {first: scores[first], last: scores[last]}
    assert bm25(library, "?!", 10, also=every) == {}


def test_only_articles_that_are_asked_for(library: Library) -> None:
    (one,) = library.articles()
    assert len(bm25(library, "harbour", 10, frozenset({one.article_id}))) == 2
    assert bm25(library, "harbour", 10, frozenset({"another"})) == {} == bm25(library, "harbour", 10, frozenset())


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert terms("What is the harbour of the harbour?") == ["harbor"]
    assert terms("Who is it?") == ["who", "is", "it"]


def test_frequency_counts_sentences_whatever_the_form_of_the_word(library: Library) -> None:
    assert document_frequency(library, "harbour") == 2 == document_frequency(library, "harbours")
    assert document_frequency(library, "coffee") == 1
    assert document_frequency(library, "zeppelin") == 0


@given(question=st.text(max_size=60))
def test_no_question_is_an_error(library: Library, question: str) -> None:
    ids = list(library.sentence_rows())
    scores = bm25(library, question, 10)
    assert bm25(library, question, 1, also=ids) == scores
    assert document_frequency(library, question) >= 0


@pytest.mark.parametrize(
    "question", ['harbour" OR "coffee', "harbour*", "folded:harbour", "NEAR(harbour ost)", "-harbour"]
)
def test_operators_are_words(library: Library, question: str) -> None:
    assert LINES[0] in found(library, question)
