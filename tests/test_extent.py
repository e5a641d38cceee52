"""How much of an article a sentence is shown with: what it leans on, and what it announces. Pure."""

from __future__ import annotations

import pytest

from index.read import from_text
from index.split import split
from index.types import Sentence, Span
from qa.extent import MOST, announced, announces, extent, leans

LISTED = """The plan of the port was published on Monday.

Under it, the harbour company undertakes:

- to dredge the channel by May;
- to keep two berths free. They are for fishing boats;
- to plant 40 trees.

The council votes on Friday.
"""


def sentences(text: str) -> list[Sentence]:
    return [s for _, found in split(from_text(text, "a.txt")) for s in found]


def shown(text: str, opens: str) -> str:
    """What is shown with the sentence that opens so."""
    found = sentences(text)
    at = next(n for n, s in enumerate(found) if s.text.startswith(opens))
    return text[slice(found[at].span.start, announced(found[at], found[at + 1 :]))]


def test_a_sentence_that_leans_is_shown_with_the_one_before() -> None:
    he = Sentence(Span("a.txt", 60, 80), Span("a.txt", 0, 80), "a", "He thanked the town.")
    ann = Sentence(Span("a.txt", 60, 76), Span("a.txt", 0, 76), "a", "Ann Lee was glad.")
    assert extent(he, Span("a.txt", 0, 59), ()) == Span("a.txt", 0, 80)
    assert extent(he, None, ()) == he.span
    assert extent(ann, Span("a.txt", 0, 59), ()) == ann.span
    assert leans("“It was late,” he said.") and not leans("Italy agreed.")


def test_what_a_colon_announces_is_the_list_and_no_more() -> None:
    assert shown(LISTED, "Under it").endswith("undertakes:\n\n- to dredge the channel by May;\n"
        "- to keep two berths free. They are for fishing boats;\n- to plant 40 trees.")  # fmt: skip


def test_what_a_colon_announces_without_a_list_ends_with_the_paragraph() -> None:
    said = "The mayor said:\n\n“We are glad. It took long.”"
    text = f"The plan was published on Monday.\n\n{said}\n\nThe council votes on Friday.\n"
    assert shown(text, "The mayor said:") == said


def test_what_is_counted_is_shown_as_far_as_it_goes_on_counting() -> None:
    text = (
        "There are three obstacles. First, the law must be changed. It is old. Second, the money is not there. "
        "Third, nobody knows the way. The vote is on Friday.\n"
    )
    assert shown(text, "There are").endswith("Third, nobody knows the way.")


@pytest.mark.parametrize("text", [
    "There are three obstacles. The vote is on Friday. Second thoughts are allowed.\n",
    "It took three weeks. First, the road was closed.\n",
    "The mayor opened the bridge. First, she cut a ribbon. Second, she walked across.\n",
])  # fmt: skip
def test_what_announces_nothing_stands_alone(text: str) -> None:
    first = sentences(text)[0]
    assert announced(first, sentences(text)[1:]) == first.span.end


def test_a_long_list_is_cut_between_two_items() -> None:
    items = [f"- item {n} of the list, which goes on for a while;" for n in range(60)]
    found = shown("The plan was published.\n\nIt contains:\n\n" + "\n".join(items) + "\n", "It contains")
    assert len(found) <= MOST and found.splitlines()[-1] in items


def test_a_colon_at_the_end_of_an_article_announces_nothing() -> None:
    (last,) = sentences("This is all that they said:\n")
    assert announces(last.text) and announced(last, ()) == last.span.end
