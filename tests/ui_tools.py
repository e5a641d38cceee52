"""What the tests of the page share: a server over a small store, pages of a browser, made-up answers.

The server is the product's own, run in a thread; only the bot is `FakeBot`, unless a test brings another.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from fake_bot import FakeBot, FakeEmbedder, make_store
from playwright.sync_api import Browser, Page

from index.settings import Settings
from qa.types import Answer, Citation, Engine, Statement
from ui.__main__ import listen
from ui.app import build
from ui.desk import Desk

SEEDS = Path(__file__).parents[1] / "seeds"
NSATU = "What is NSATU?"


@dataclass
class Served:
    url: str
    desk: Desk
    store: Path

    @property
    def bot(self) -> Any:
        return self.desk._bot


@contextmanager
def serve(
    settings: Settings, open_bot: Callable[[Settings], Any] = FakeBot, embedder: Any = None, **more: str
) -> Iterator[Served]:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app, desk = build(replace(settings, port=port), open_bot, embedder=embedder or FakeEmbedder(), **more)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    desk.warm()
    try:
        yield Served(f"http://127.0.0.1:{port}", desk, settings.store)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@cache
def _indexed() -> tuple[tempfile.TemporaryDirectory[str], Settings]:
    folder = tempfile.TemporaryDirectory(prefix="citespan-tests-")
    return folder, make_store(Path(folder.name, "store"), [SEEDS])


def seeds(folder: Path, **changes: Any) -> Settings:
    """An index of the five seed files in a folder of one's own; it is made once and copied."""
    return replace(copied(_indexed()[1], folder / "store"), **changes)


def copied(settings: Settings, folder: Path) -> Settings:
    """The same store elsewhere, for a test that changes it."""
    shutil.copytree(settings.store, folder)
    return replace(settings, store=folder)


@contextmanager
def opened(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page of its own, ready to be asked; afterwards nothing may have failed, run, or gone to another host.

    A status of 400 is no failure: it carries a message for the user.
    """
    with browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context}) as own:
        page, wrong = own.new_page(), []
        page.set_default_timeout(60_000)  # for a machine that is busy; a wait ends when what it waits for is there
        page.expose_function("pwned", lambda *a: wrong.append(f"a script ran: {a}"))
        page.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else wrong.append(r.url))
        page.on("pageerror", lambda e: wrong.append(str(e)))
        page.on(
            "console", lambda m: wrong.append(m.text) if m.type == "error" and "status of 400" not in m.text else None
        )
        page.on("dialog", lambda d: d.accept())
        page.goto(url)
        settled(page)
        yield page
        assert not wrong, wrong


def settled(page: Page) -> None:
    """Wait until the conversation is there and Gradio has done with it, and the articles are listed."""
    page.wait_for_selector(".welcome, .question")
    page.wait_for_selector("#articles > *", state="attached")
    page.wait_for_function("!citespan.opening")


def kept(page: Page) -> None:
    """Wait until every turn that the page shows is kept, wherever that is.

    Asked again and again from here: `wait_for_function` takes a promise for a yes, whatever it comes to.
    """
    shown = """async () => (await keeper().load(sessionStorage['citespan.current'] || 'none-yet')).length
                        == document.querySelectorAll('.question').length"""
    until = time.monotonic() + 60
    while not page.evaluate(shown):
        assert time.monotonic() < until, "The conversation was not kept."
        page.wait_for_timeout(50)


def ask(page: Page, question: str, wait: str = ".acts") -> None:
    """Type a question, press Enter, and wait until its answer stands and is kept."""
    before = page.locator(wait).count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(f"document.querySelectorAll('{wait}').length > {before}")
    kept(page)


def keep(page: Page, turns: list[dict[str, Any]]) -> None:
    """Make these turns the conversation that the browser has kept, and reopen it."""
    page.evaluate("turns => localStorage.setItem('citespan.turns.x', JSON.stringify(turns))", turns)
    page.evaluate("sessionStorage.setItem('citespan.current', 'x')")
    page.reload()
    settled(page)


def marked(page: Page) -> str:
    """The characters that are highlighted as the current citation."""
    page.wait_for_selector("#reader-body mark.now")
    return "".join(page.locator("#reader-body mark.now").all_text_contents())


def citation(n: int = 1, **changes: Any) -> Citation:
    given = Citation(n, "a.txt", "a#0", "Rain in April", "The Gazette", "2025-04-09", 3, 17, "It rained hard.", "00")
    return replace(given, **changes)


def answer(*texts: str, verdict: Any = "answered", citations: tuple[Citation, ...] = (), **changes: Any) -> Answer:
    citations = citations or (citation(1), citation(2, article_id="b#0", source="b.txt"))
    statements = tuple(Statement(text, (1, 2), "quote") for text in texts or ("It rained.",))
    given = Answer(
        question="Did it rain?",
        asked="Did it rain?",
        verdict=verdict,
        statements=statements if verdict == "answered" else (),
        citations=citations if verdict == "answered" else (),
        closest=citations if verdict == "closest" else (),
        hits=(),
        confidence=0.9,
        engine=Engine("quotes", "MiniLM", "probe"),
        timings={"search": 0.25, "total": 1.25},
    )
    return replace(given, **changes)
