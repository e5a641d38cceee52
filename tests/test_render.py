"""HTML made from untrusted text: whatever a text says, the page's structure stays the same and shows that text.

No browser here; what a real one does with the same strings is in `test_browser_safe.py`.
"""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hostile import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from ui_tools import answer, citation

from index.types import Article, Span
from qa.types import CLOSEST, NOT_FOUND, UNSURE, Answer, Engine, Statement
from ui.article import cut, render_article
from ui.library import Outcome, render_list
from ui.page import report, welcome
from ui.render import render_answer, render_error, render_live, render_question, render_stopped
from ui.safe import ATTRIBUTES, TAGS, UNSAFE, wash
from ui.saved import answer_from_dict


class Outline(HTMLParser):
    """The tags of a fragment in order with the names of their attributes, and the text that it shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.shown: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())


def everywhere(text: str) -> dict[str, str]:
    """Each place of the page with the same untrusted text in it."""
    c = citation(1, title=text, publisher=text, quote=text or "x", source=text, article_id=text)
    a = Article(text, text, 0, 3, text, text, "2025-04-09", text)
    engine = Engine(text, text, text, (text,))
    spoken = answer(
        question="As it was typed?", asked=text, citations=(c, replace(c, n=2, article_id="other")), engine=engine
    )
    said = (Statement(text, (1, 2), "quote"), Statement(text, (1,), "generated"))
    spoken = replace(spoken, statements=said, unanswered=(text,))
    return {
        "answered": render_answer(spoken),
        "closest": render_answer(answer(verdict="closest", citations=(c,), engine=engine)),
        "not_found": render_answer(answer(verdict="not_found", engine=engine), about=[a]),
        "live": render_live("searching", 0, text, spoken.statements, spoken.citations),
        "stopped": render_stopped(0, text, spoken.statements, spoken.citations),
        "error": render_error(text, 0),
        "question": render_question(" ".join(text.split()), 0),
        "list": render_list([a]),
        "article": render_article("abc", a),
        "welcome": welcome([a], [text]),
        "report": report([Outcome(text, text, False)]),
    }


HARMLESS = {place: Outline(html).tags for place, html in everywhere("plain words").items()}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_changes_the_structure_and_every_text_is_shown(text: str) -> None:
    visible = " ".join(UNSAFE.sub("\ufffd", text).split())
    for place, html in everywhere(text).items():
        outline = Outline(html)
        assert outline.tags == HARMLESS[place], place
        if place != "article":
            assert visible in outline.text, place
        if place not in ("article", "list"):
            assert "\n" not in html, "a blank line would end the chat's HTML block"


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_at_all_changes_the_structure(text: str) -> None:
    for place, html in everywhere(text).items():
        assert Outline(html).tags == HARMLESS[place], place


@given(st.text())
def test_the_wash_leaves_only_what_is_allowed(text: str) -> None:
    for tag, attributes in Outline(wash(f"<p>{text}</p>")).tags:
        name = tag.removeprefix("/")
        assert name in TAGS
        assert set(attributes) <= ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())


def test_an_answer_says_who_wrote_it_what_was_checked_and_how_long_it_took() -> None:
    written = replace(answer("It rained."), statements=(Statement("It rained.", (1,), "generated"),))
    html = render_answer(replace(written, engine=Engine("SmolLM2-135M", "m", "r", ("The endpoint is gone.",))))
    text = Outline(html).text
    assert "Written by SmolLM2-135M · 1 statement checked against its sources · 1.2 s" in text
    assert "The endpoint is gone." in text
    assert "1 passage quoted word for word · 1.2 s" in Outline(render_answer(answer())).text


def test_agreement_counts_independent_articles_and_a_copy_is_none() -> None:
    assert "2 independent articles" in Outline(render_answer(answer())).text
    copied = render_answer(answer(), roots={"a#0": "a#0", "b#0": "a#0"})
    assert "independent" not in Outline(copied).text


@pytest.mark.parametrize(
    ("verdict", "says"), [("answered", "It rained."), ("closest", CLOSEST), ("not_found", NOT_FOUND)]
)
def test_the_three_verdicts_look_different(verdict: str, says: str) -> None:
    html = render_answer(answer(verdict=verdict), about=[Article("a", "a", 0, 1, "Rain", "G", "2025-04-09", "")])
    assert f"is-{verdict.replace('_', '-')}" in html
    assert says in Outline(html).text
    assert ('class="cite' in html) == (verdict == "answered")
    assert ("The library holds 1 article from 9 April 2025:Rain" in Outline(html).text) == (verdict == "not_found")


def test_a_marker_has_a_name_for_those_who_cannot_see_and_leads_to_the_place() -> None:
    html = render_answer(answer())
    assert "Source 1: The Gazette, 9 April 2025, Rain in April" in Outline(html).text
    assert 'href="#read/a%230/3-17"' in html


def test_a_changed_article_is_marked_at_its_marker_and_its_card() -> None:
    html = render_answer(answer(), stale=frozenset({2}))
    assert html.count("is-stale") == 1
    assert html.count("The article has changed since") == 1


def test_an_unsure_answer_says_so_and_stays_unsure_when_it_is_kept() -> None:
    unsure = replace(answer(), unsure=True)
    assert UNSURE in Outline(render_answer(unsure)).text
    assert UNSURE not in Outline(render_answer(answer())).text
    assert answer_from_dict(unsure.to_dict()).unsure and not answer_from_dict(answer().to_dict()).unsure


def test_the_part_that_nothing_answers_is_named_and_kept() -> None:
    half = replace(answer(), unanswered=("How high is the tower?",))
    assert "don't answer this part: How high is the tower?" in Outline(render_answer(half)).text
    assert answer_from_dict(half.to_dict()).unanswered == half.unanswered


def test_the_rewritten_question_is_shown_only_when_it_differs() -> None:
    assert "Understood as" not in render_answer(answer())
    assert "Understood as: Did it rain in Rome?" in Outline(render_answer(answer(asked="Did it rain in Rome?"))).text


def test_stages_are_in_order_and_another_word_stands_alone() -> None:
    assert 'class="done">Searching' in render_live("reading")
    assert 'class="now">Reading' in render_live("reading")
    assert "Warming up" in render_live("Warming up")


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda p: Span("a", p[0], p[0] + p[1]))


@given(st.integers(0, 40), st.integers(1, 40), st.lists(spans, max_size=5), st.lists(spans, max_size=5))
def test_the_pieces_of_a_paragraph_are_all_of_it_in_order(
    start: int, length: int, chrome: list[Span], marks: list[Span]
) -> None:
    pieces = cut(start, start + length, chrome, marks)
    assert [i for p in pieces for i in range(p.start, p.end)] == list(range(start, start + length))
    for n, mark in enumerate(marks):
        inside = {i for p in pieces if n in p.marks for i in range(p.start, p.end)}
        assert inside == set(range(mark.start, mark.end)) & set(range(start, start + length))


@given(st.text(min_size=1, max_size=200), st.data())
def test_a_highlight_holds_exactly_the_cited_characters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    whole = Article("a", "a", 0, len(text), "", "", "", "")
    html = render_article(text, whole, (), (Span("a", start, end),))

    class Marked(Outline):
        inside, marked = 0, ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.inside += tag == "mark"

        def handle_endtag(self, tag: str) -> None:
            self.inside -= tag == "mark"

        def handle_data(self, data: str) -> None:
            self.marked += data if self.inside else ""

    lines = [text[max(start, a) : min(end, b)] for a, b in _lines(text) if a < end and start < b and text[a:b].strip()]
    assert Marked(html).marked == UNSAFE.sub("\ufffd", "".join(lines))


def _lines(text: str) -> list[tuple[int, int]]:
    at, lines = 0, []
    for line in text.replace("\r", "\n").split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    return lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine_and_no_sign_of_that_is_shown(end: str) -> None:
    text = end.join(["Rain in April", "", "It rained on Ost", "all day.", ""])
    article = Article("a", "a.txt", 0, len(text), "Rain in April", "", "", "00")
    at = text.index("rained")
    html = render_article(text, article, marks=(Span("a.txt", at, text.index(" day")),))
    assert html.split('<div class="text">')[1] == (
        f'<p data-o="0" class="headline">Rain in April</p>'
        f'<p data-o="{at - 3}">It <mark class="m0" data-n="0">rained on Ost</mark></p>'
        f'<p data-o="{text.index("all")}"><mark class="m0" data-n="0">all</mark> day.</p></div></div>'
    )


def test_chrome_is_dimmed_and_the_rest_is_not() -> None:
    text = "Rain\nIt rained.\nRelated stories"
    article = Article("a", "a.txt", 0, 15, "Rain", "G", "2025-04-09", "")
    html = render_article(text, article, (Span("a.txt", 16, 31),), (), Span("a.txt", 0, 31))
    assert '<p data-o="16" class="chrome">' in html
    assert '<p data-o="5">It rained.</p>' in html
    assert '<p data-o="0" class="headline">Rain</p>' in html


def test_an_answer_of_another_verdict_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        render_answer(replace(answer(), verdict="maybe"))  # type: ignore[arg-type]


def test_a_message_is_one_line() -> None:
    spoken: Answer = answer("One.\n\nTwo.", citations=(citation(1, quote="a\n\nb"), citation(2)))
    assert "\n" not in render_answer(spoken)
