"""How the page looks and feels: contrast and names by axe, widths, motion, light and dark, and much in it at once.

What it does is in `test_browser.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fake_bot import FakeBot, FakeEmbedder, make_store
from ui_tools import Served, answer, ask, copied, keep, opened, seeds, serve

from index.ingest import remove
from index.library import Library
from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return seeds(tmp_path_factory.mktemp("look"))


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with serve(settings) as served:
        yield served


VERDICTS = ("What is NSATU?", "What did Rutte say about football in Germany?", "Who paints bridges?")


def kept(served: Served) -> list[dict[str, Any]]:
    """A conversation with an answer of every verdict."""
    return [{"question": q, "answer": served.desk.ask(q).to_dict()} for q in VERDICTS]


def violations(page: Page) -> list[str]:
    """What axe finds serious, in one line each; contrast below 4.5:1 is serious."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {node['target']} {node['failureSummary']}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_anywhere(browser: Browser, served: Served, scheme: str) -> None:
    with opened(browser, served.url, color_scheme=scheme, reduced_motion="reduce") as page:
        assert violations(page) == []
        keep(page, kept(served))
        page.wait_for_selector("#a-2")
        page.click(".sources summary")
        for pane in ("library", "history", "settings"):
            page.evaluate("p => citespan.show(p)", pane)
            assert violations(page) == [], pane
        page.click("#c-0-1")
        page.wait_for_selector("mark.now")
        page.focus("#c-0-1")
        assert violations(page) == []
        page.click("#wrong-0")
        assert violations(page) == []


def test_no_width_needs_sideways_scrolling(browser: Browser, served: Served) -> None:
    with opened(browser, served.url) as page:
        keep(page, kept(served))
        page.wait_for_selector("#a-2")
        page.click(".sources summary")
        for width in (320, 390, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 640})
            for pane in ("library", "history", "settings", "reader", ""):
                page.evaluate("p => citespan.show(p)", pane)
                wide = page.evaluate(
                    """() => [...document.querySelectorAll('body *')]
                       .filter(e => e.checkVisibility() && !e.closest('.sr, [inert]'))
                       .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                       .map(e => e.tagName + '.' + e.className + '#' + e.id)"""
                )
                assert wide == [], (width, pane, wide)
            nav = page.locator("#nav-settings").bounding_box()
            assert nav and nav["x"] + nav["width"] <= width


def test_who_asked_for_less_motion_gets_none(browser: Browser, served: Served) -> None:
    with opened(browser, served.url, reduced_motion="reduce") as page:
        ask(page, "What is NSATU?")
        moving = "document.getAnimations().length"
        assert page.evaluate(moving) == 0
        page.click("#c-0-1")
        page.wait_for_selector("mark.now")
        assert page.evaluate(moving) == 0


def test_a_screen_reader_hears_that_it_began_and_what_came_of_it_once(browser: Browser, served: Served) -> None:
    from playwright.sync_api import expect

    with opened(browser, served.url) as page:
        ask(page, VERDICTS[0])
        expect(page.locator("#heard")).to_have_text(" ".join(served.desk.ask(VERDICTS[0]).text.split()))
        ask(page, VERDICTS[2])
        expect(page.locator("#heard")).to_have_text("Nothing in these articles is about that.")
        live = "[...document.querySelectorAll('#thread [aria-live]')].map(e => e.getAttribute('aria-live'))"
        assert set(page.evaluate(live)) == {"off"}, "the thread is drawn anew again and again"
        assert page.locator("#thread [aria-label*='<']").count() == 0, "Gradio names messages by their HTML"


def test_what_is_selected_or_printed_is_the_conversation(browser: Browser, served: Served, tmp_path: Path) -> None:
    from pypdf import PdfReader

    with opened(browser, served.url, color_scheme="dark") as page:
        for question in VERDICTS:
            ask(page, question)
        selected = page.evaluate(
            "getSelection().selectAllChildren(document.querySelector('#a-0')), `${getSelection()}`"
        )
        assert "capabilities." in selected and "Source 1" not in selected and "Ask again" not in selected
        page.pdf(path=tmp_path / "page.pdf")
        pages = PdfReader(tmp_path / "page.pdf").pages
        printed = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert all(question in printed for question in VERDICTS)
        assert "3 articles, side by side 000_" in printed, "the sources are open on paper"
        assert "Ask again" not in printed and "Read the folders again" not in printed
        page.emulate_media(media="print")
        ink = "[...document.querySelectorAll('.said, .verdict')].map(e => getComputedStyle(e).color)"
        assert set(page.evaluate(ink)) == {"rgb(0, 0, 0)"}


def test_an_empty_library_says_so_wherever_it_matters(browser: Browser, settings: Settings, tmp_path: Path) -> None:
    empty = copied(settings, tmp_path / "store")
    remove(list(Library(empty.store).files()), empty, embedder=FakeEmbedder())
    with serve(empty) as served, opened(browser, served.url) as page:
        told = "The library is empty. Add articles under “Articles” first."
        assert page.inner_text(".welcome p") == told
        assert page.inner_text("#articles").startswith("No articles yet.") and page.is_hidden("#filter")
        ask(page, VERDICTS[0])
        assert told in page.inner_text(".is-not-found")
        assert violations(page) == []


def test_the_page_is_served_while_the_models_still_load(settings: Settings) -> None:
    loading = threading.Event()

    def never(settings: Settings) -> FakeBot:
        loading.wait()
        return FakeBot(settings)

    with serve(settings, never) as served:
        page = httpx.get(served.url, timeout=60)
        assert page.status_code == 200 and not served.desk.ready
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert httpx.get(f"{served.url}/api/status").json()["ready"] is False
        loading.set()


STIRRED = """() => { window.stirred = 0;
    new MutationObserver(found => stirred += found.length).observe(document.querySelector('#thread'),
        { childList: true, subtree: true, attributes: true, characterData: true }) }"""


def test_typing_touches_nothing_of_a_hundred_turns(browser: Browser, served: Served) -> None:
    """What typing costs must not grow with the conversation (in milliseconds: `python tests/speed.py`)."""
    turns = [{"question": f"Question {n}?", "answer": answer(*["It rained."] * 5).to_dict()} for n in range(100)]
    words = "is typing still quick with this many turns"
    with opened(browser, served.url) as page:
        keep(page, turns)
        assert page.locator(".question").count() == 100
        page.evaluate(STIRRED)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.focus("#question textarea")
        page.keyboard.type(words)
        page.wait_for_function("words => document.querySelector('#question textarea').value == words", arg=words)
        assert (page.evaluate("stirred"), sent) == (0, [])
        drawn = "getComputedStyle(document.querySelector('#thread .message-row')).contentVisibility"
        assert page.evaluate(drawn) == "auto", "turns out of sight are not drawn"


def test_five_hundred_articles_are_listed_and_filtered_without_the_server(browser: Browser, tmp_path: Path) -> None:
    for n in range(500):
        (tmp_path / f"{n}.txt").write_text(f"Story {n} of the year\nIt rained on day {n}.\n", encoding="utf-8")
    settings = make_store(tmp_path / "store", [tmp_path])
    with serve(settings) as served, opened(browser, served.url) as page:
        page.wait_for_function("document.querySelectorAll('.library .row').length == 500")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.fill("#filter", "story 499")
        assert page.locator(".library .row:visible").count() == 1
        page.fill("#filter", "")
        page.click("#choose-all")
        assert page.inner_text("#chosen") == "The chat uses 0 of 500."
        assert sent == []
        assert page.evaluate("getComputedStyle(document.querySelector('.library .row')).contentVisibility") == "auto"
