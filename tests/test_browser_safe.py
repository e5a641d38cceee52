"""Hostile text in every place of the page, in a real Chromium: nothing runs, nothing leaves, nothing breaks.

`opened` fails a test when a script of a text ran, the page raised an error, or a request went to another host.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_bot import FakeBot, make_store
from hostile import HOSTILE
from ui_tools import Served, answer, ask, citation, keep, opened, serve

from qa.types import Engine, Event, Partial, Rewritten, Stage, Statement

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WORDS = [text for text in HOSTILE if text.strip()]


class HostileBot(FakeBot):
    """Says every hostile string in every field of its answer."""

    def stream(self, question: str, *args: object, **more: object) -> Iterator[Event]:
        citations = tuple(
            citation(n, quote=t, title=t, publisher=t, published=t, source=t, article_id=t)
            for n, t in enumerate(WORDS, 1)
        )
        statements = tuple(Statement(t, (n,), "generated" if n % 2 else "quote") for n, t in enumerate(WORDS, 1))
        if question not in ("answered", "closest", "not_found"):
            yield answer(question, question=question, asked=question)
            return
        yield Stage(" ".join(WORDS))
        yield Rewritten(question + WORDS[4])
        yield Partial(statements, citations)
        verdict = question
        given = answer(question=question, verdict=verdict, asked=WORDS[2], engine=Engine(*WORDS[:3], tuple(WORDS)))
        yield replace(
            given,
            statements=statements if verdict == "answered" else (),
            citations=citations if verdict == "answered" else (),
            closest=citations if verdict == "closest" else (),
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A library whose articles are hostile in text, title, publisher, date and file name."""
    folder = tmp_path_factory.mktemp("hostile") / "articles"
    folder.mkdir()
    for n, text in enumerate(WORDS):
        name = f"{n} {text[:80]}.txt".replace("/", "_").replace("\x00", "")
        (folder / name).write_text(f"{text}\nIt rained. {text}\n", encoding="utf-8", newline="")
        about = {"title": f"{n} {text}", "publisher": text, "published": text}
        (folder / f"{name}.meta.yaml").write_text(json.dumps(about), encoding="utf-8")
    settings = make_store(folder.parent / "store", [folder])
    with serve(settings, HostileBot) as served:
        yield served


def intact(page: Page) -> None:
    """The page still stands: header, box, and no sideways scrolling."""
    size = page.viewport_size or {}
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.is_visible("#nav-library") and page.is_visible("#question textarea")
    box = page.locator("#composer").bounding_box()
    assert box and box["y"] + box["height"] <= size["height"] + 1
    foreign = "script, iframe, object, embed, base, form:not(dialog form), meta, marquee, link"
    assert page.locator(f".gradio-container :is({foreign})").count() == 0
    assert page.locator("#thread img, #articles img, #reader-body img, #thread svg image").count() == 0


def test_hostile_answers(browser: Browser, served: Served) -> None:
    with opened(browser, served.url) as page:
        for verdict in ("answered", "closest", "not_found"):
            ask(page, verdict)
        assert page.locator("#a-0 .said").count() == len(WORDS)
        assert page.locator("#a-1 .card").count() == len(WORDS)
        intact(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 700})
            for n in range(1, len(WORDS) + 1):
                page.locator(f"#c-0-{n}").dispatch_event("mouseover")
            assert page.is_visible("#tip")
            intact(page)
        page.locator("#c-0-1").dispatch_event("click")
        page.wait_for_selector("#reader-body >> text=no longer in the library")


def test_hostile_questions_typed_and_reopened(browser: Browser, served: Served) -> None:
    turns = [{"question": t[:2000], "answer": answer("It rained.", question=t[:2000]).to_dict()} for t in WORDS]
    with opened(browser, served.url) as page:
        for text in WORDS[::12]:
            ask(page, text[:2000])
        listed = [
            {"id": f"x{n or ''}", "title": t["question"], "when": "2025-04-09", "turns": 1} for n, t in enumerate(turns)
        ]
        page.evaluate("list => localStorage.setItem('citespan.conversations', JSON.stringify(list))", listed)
        keep(page, turns)
        page.wait_for_function("n => document.querySelectorAll('.question').length == n", arg=len(WORDS))
        shown = page.locator(".question p").all_text_contents()
        for given, text in zip(shown, WORDS, strict=True):
            assert [c for c in given if c.isalnum()] == [c for c in text[:2000] if c.isalnum()]
        intact(page)
        page.click("#nav-history")
        assert page.locator(".conversation").count() == len(WORDS)
        page.click("#edit-3")
        assert page.input_value("#question textarea") == WORDS[3]
        intact(page)


def test_hostile_titles_file_names_and_texts(browser: Browser, served: Served) -> None:
    with opened(browser, served.url) as page:
        page.wait_for_selector(".library .row")
        rows = page.locator(".library .row").count()
        assert rows == len(served.desk.library.articles()) > 70
        intact(page)
        for n in range(rows):
            page.locator(".library .open").nth(n).dispatch_event("click")
            wanted = page.locator(".library .choose").nth(n).get_attribute("value")
            page.wait_for_function(
                "id => document.querySelector('#reader-body .article')?.dataset.article == id", arg=wanted
            )
        intact(page)


def test_a_pasted_title_and_a_hostile_file_name_are_told_as_text(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    names = ["<img src=x onerror=pwned()>.exe", "a'\"><b>.exe"]
    files = []
    for name in names:
        (tmp_path / name).write_bytes(b"x")
        files.append(tmp_path / name)
    with opened(browser, served.url) as page:
        page.click("#nav-library") if page.is_hidden("#library-view") else None
        page.set_input_files("#files", files)
        page.wait_for_function("document.querySelectorAll('#uploaded .bad').length == 2")
        assert all("can't be read. Use one of" in told for told in page.locator("#uploaded .bad").all_text_contents())
        assert page.locator("#uploaded b b, #uploaded img").count() == 0
        intact(page)
