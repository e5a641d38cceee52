"""Shorter quotes: cut at clause borders, in the article's own words, and never without what qualifies them.

Which part is chosen is measured, not tested: compare two runs of `python -m eval run`, one with `--composer trim`.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.bot import Bot
from qa.rerank import NoReranker
from qa.trim import ELLIPSIS, marked, parts, shortest

CLAUSES = st.lists(
    st.sampled_from(
        [
            "On Monday",
            "Ann Lee opened the bridge in York",
            "which had cost a million",
            "according to the mayor",
            "not Bo",
        ]
    ),
    min_size=1,
    max_size=6,
).map(", ".join)


@given(CLAUSES | st.text(max_size=200))
def test_a_part_is_a_stretch_of_its_sentence(sentence: str) -> None:
    for part in parts(sentence):
        assert part in sentence and part != sentence
        assert marked(part, sentence).replace(ELLIPSIS, "").strip() == part.strip()


@pytest.mark.parametrize(
    "sentence",
    [
        "The bridge was closed on Monday, as the mayor told reporters.",  # who says it
        "The bridge will be closed on Monday, unless the river falls below the mark.",  # when it holds
        "The bridge was the longest of its kind in the county, which may no longer be true.",  # how sure it is
        "Without a permit from the county, the company has to close the bridge on Monday.",
        "The mayor spoke of two towns in the county, Bo Falls and Ann Harbour, which lie on the river, and no other.",
        "In 1989 a jet suffered the same fate above the bay, fell two miles and was repaired in York.",  # two verbs
        "On the advice of his brother, a bishop, he sold the land beside the river to the county.",  # an apposition
        "In France, Spain and Italy, where the fever arrived in June, many farmers left their fields.",  # a list
    ],
)  # fmt: skip
def test_what_qualifies_a_sentence_stays(sentence: str) -> None:
    assert list(parts(sentence)) == []


def test_the_shortest_part_that_is_proven_and_still_answers() -> None:
    sentence = "On Monday, Ann Lee opened the bridge in York, which had cost a million pounds."
    bare, both = "Ann Lee opened the bridge in York", "On Monday, Ann Lee opened the bridge in York"
    assert shortest(sentence, lambda part: True, lambda texts: [2.0] * len(texts)) == f"… {bare} …"
    assert shortest(sentence, lambda part: part != bare, lambda texts: [2.0] * len(texts)).startswith("… Ann") is False
    assert shortest(sentence, lambda part: part == both, lambda texts: [2.0] * len(texts)) == f"{both} …"
    # What answers worse than the whole by more than a little is no part to show.
    assert shortest(sentence, lambda part: True, lambda texts: [2.0, *[0.0] * (len(texts) - 1)]) == sentence


def test_a_trimmed_answer_keeps_its_whole_sentence_as_the_source(bot: Bot) -> None:
    asked = "In which country is NATO's command for its Ukrainian mission stationed?"
    settings = bot.settings.with_(composer="trim")
    whole, trimmed = bot.ask(asked), bot.ask(asked, settings=settings)
    assert [c.quote for c in trimmed.citations] == [c.quote for c in whole.citations] != []
    quotes = {c.n: " ".join(c.quote.split()) for c in trimmed.citations}
    assert len(trimmed.text) < len(whole.text)
    for statement in trimmed.statements:
        assert statement.text.replace(ELLIPSIS, "").strip() in quotes[statement.citations[0]]


def test_without_a_judge_nothing_is_trimmed(bot: Bot) -> None:
    settings = bot.settings.with_(composer="trim")
    plain = Bot(bot.search_engine, NoReranker(), None, settings)
    for question in ("Who is Mark Rutte?", "In which country is NATO's command for its Ukrainian mission stationed?"):
        answer = plain.ask(question)
        assert answer.statements
        assert not any(s.text.startswith(ELLIPSIS) or s.text.endswith(ELLIPSIS) for s in answer.statements)
