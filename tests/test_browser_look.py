"""How the page looks and feels: contrast and names by axe, widths, motion, light and dark, and speed with much in it.

What it does is in `test_browser.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fake_bot import FakeBot, make_store
from ui_tools import SEEDS, Served, answer, ask, keep, opened, serve

from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_store(tmp_path_factory.mktemp("look") / "store", [SEEDS])


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with serve(settings) as served:
        yield served


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
        ask(page, "What is NSATU?")
        ask(page, "What did Rutte say about football in Germany?")
        ask(page, "Who paints bridges?")
        page.click(".sources summary")
        for pane in ("library", "history", "settings"):
            page.click(f"#nav-{pane}") if page.is_hidden(f"#{pane}-view") else None
            assert violations(page) == [], pane
        page.click("#c-0-1")
        page.wait_for_selector("mark.now")
        assert violations(page) == []
        page.focus("#c-0-1")
        assert violations(page) == []
        page.click("#wrong-0")
        assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_no_width_needs_sideways_scrolling(browser: Browser, served: Served, width: int) -> None:
    with opened(browser, served.url, viewport={"width": width, "height": 640}) as page:
        for question in ("What is NSATU?", "Who paints bridges?", "What did Rutte say about football in Germany?"):
            ask(page, question)
        for pane in ("library", "history", "settings", ""):
            page.evaluate("p => citespan.show(p)", pane)
            wide = page.evaluate(
                """() => [...document.querySelectorAll('body *')]
                   .filter(e => e.checkVisibility() && !e.closest('.sr, [inert]'))
                   .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                   .map(e => e.tagName + '.' + e.className + '#' + e.id)"""
            )
            assert wide == [], (pane, wide)
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


def test_the_page_is_served_while_the_models_still_load(settings: Settings) -> None:
    loading = threading.Event()

    def never(settings: Settings) -> FakeBot:
        loading.wait(60)
        return FakeBot(settings)

    with serve(settings, never) as served:
        page = httpx.get(served.url, timeout=30)
        assert page.status_code == 200 and not served.desk.ready
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert httpx.get(f"{served.url}/api/status").json()["ready"] is False
        loading.set()


TYPING = """() => { window.slow = []; document.addEventListener('keydown', () => { const t = performance.now();
             requestAnimationFrame(() => setTimeout(() => slow.push(performance.now() - t))) }, true) }"""


def keystroke(page: Page) -> float:
    """Milliseconds from a key to the frame that shows it, the median of many."""
    page.focus("#question textarea")
    page.evaluate(TYPING)
    page.keyboard.type("is typing still quick with this many turns")
    page.wait_for_function("slow.length > 30")
    waits = sorted(page.evaluate("slow"))
    return float(waits[len(waits) // 2])


def test_typing_stays_quick_with_a_hundred_turns(browser: Browser, served: Served) -> None:
    turns = [{"question": f"Question {n}?", "answer": answer(*["It rained."] * 5).to_dict()} for n in range(100)]
    with opened(browser, served.url) as page:
        empty = min(keystroke(page) for _ in range(3))
        keep(page, turns)
        page.wait_for_function("document.querySelectorAll('.question').length == 100")
        assert min(keystroke(page) for _ in range(3)) < 2 * empty + 50  # a busy machine is busy for both


def test_five_hundred_articles_stay_fluid(browser: Browser, tmp_path: Any) -> None:
    for n in range(500):
        (tmp_path / f"{n}.txt").write_text(f"Story {n} of the year\nIt rained on day {n}.\n", encoding="utf-8")
    settings = make_store(tmp_path / "store", [tmp_path])
    with serve(settings) as served, opened(browser, served.url) as page:
        page.wait_for_function("document.querySelectorAll('.library .row').length == 500")
        took = lambda: page.evaluate(  # noqa: E731
            """() => { const t = performance.now(), f = document.querySelector('#filter');
                 f.value = 'story 499';
                 f.dispatchEvent(new Event('input', {bubbles: true}));
                 document.body.offsetHeight;
                 return performance.now() - t }"""
        )
        assert min(took() for _ in range(5)) < 300
        assert page.locator(".library .row:visible").count() == 1
