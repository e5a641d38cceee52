"""Questions that ask several things at once are taken apart at the right places, and no others are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.parts import parts, stands_alone


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "When was the tower built, and who paid for the bells?",
            ("When was the tower built?", "Who paid for the bells?"),
        ),
        (
            "How long did Kim and Lee talk and what did they agree on?",
            ("How long did Kim and Lee talk?", "What did they agree on?"),
        ),
        ("Who owns the mill, and how big is its debt?", ("Who owns the mill?", "How big is its debt?")),
        ("How long does the pact run and can it be ended?", ("How long does the pact run?", "Can it be ended?")),
        ("Is the bridge open? How many cross it?", ("Is the bridge open?", "How many cross it?")),
        ("In May, who left the pact, and why did Ost stay?", ("In May, who left the pact?", "Why did Ost stay?")),
        (
            "Who lost, but how did the talks of the three end, and when did the fleet sail?",
            ("How did the talks of the three end?", "When did the fleet sail?"),
        ),
    ],
)
def test_each_part_in_its_own_words(question: str, found: tuple[str, ...]) -> None:
    assert parts(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "Who signed the pact, and when?",  # one sentence tells both as a rule
        "When and where did they meet?",
        "What do Kim and Lee want?",
        "The ship sank in May and what became of the crew?",  # one question, after something told
        "Which town, where the treaty was signed, lies on the river?",
        "What happened at St. Agnes in 1902?",
        "How many goals are there, and what are they?",  # nothing to search for
        "What does the clause say about who may join?",
        "Is the bridge open? What do the papers say?",  # one thing, of several articles
        "Who leads the mission and is paid for it?",
        "Who came? Who went? Who sang? Who fell? Who paid?",  # a list that would cost too much
        "",
        "?!",
    ],
)
def test_one_question_is_left_alone(question: str) -> None:
    assert parts(question) == ()


@given(st.text(alphabet="who what and but, ?.when is did lee Ost", max_size=120))
def test_parts_are_made_of_the_question(question: str) -> None:
    found = parts(question)
    assert len(found) != 1
    folded = "".join(question.casefold().split())
    assert all("".join(part.casefold().split()).rstrip("?") in folded for part in found)


@pytest.mark.parametrize(
    ("part", "alone"),
    [
        ("Where is the OSA based?", True),
        ("Who paid Kim Lee?", True),
        ("When did he leave Ost?", False),
        ("How long was the meeting?", False),
    ],
)
def test_a_part_that_says_itself_what_it_is_about(part: str, alone: bool) -> None:
    assert stands_alone(part) == alone
