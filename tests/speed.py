"""How quick the page is, in numbers: `python tests/speed.py STORE` starts the chat over a store and prints a table.

Not a test: the figures depend on the machine and on what else it does. Medians; the store stays as it is.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from fake_bot import make_store
from playwright.sync_api import Browser, Page, sync_playwright
from ui_tools import answer, ask, keep, opened, serve

from ui.__main__ import listen

QUESTIONS = ["What is NSATU?", "Who visited the Yokosuka naval base?", "What is the IP4?", "Who is Gen Nakatani?",
             "What did Rutte say about China?"]  # fmt: skip
FRAME = """() => { window.slow = []; document.addEventListener('keydown', () => { const t = performance.now();
             requestAnimationFrame(() => setTimeout(() => slow.push(performance.now() - t))) }, true) }"""
SEEN = """() => { window.seen = {}; const since = performance.now(); new MutationObserver(() => {
            for (const [name, what] of [['first', '#thread .said'], ['whole', '.acts']])
              if (!seen[name] && document.querySelector(what)) seen[name] = performance.now() - since;
          }).observe(document.querySelector('#thread'), { childList: true, subtree: true }) }"""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def say(what: str, value: float, unit: str = "s") -> None:
    print(f"{what:58} {value:8.2f} {unit}" if unit == "s" else f"{what:58} {value:8.0f} {unit}", flush=True)


def usable(browser: Browser, url: str) -> Page:
    """A page whose box has the cursor and whose examples can be clicked."""
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(url)
    page.wait_for_selector(".example")
    page.wait_for_function("document.activeElement.closest('#question')")
    return page


def answers(browser: Browser, url: str) -> None:
    """From Enter to the first words and to the whole answer, as the browser sees it."""
    seen: list[dict[str, float]] = []
    for question in QUESTIONS:
        with opened(browser, url) as page:
            page.fill("#question textarea", question)
            page.evaluate(SEEN)
            page.press("#question textarea", "Enter")
            page.wait_for_function("seen.whole")
            seen.append(page.evaluate("seen"))
    say("Enter to the first words", statistics.median(s.get("first", s["whole"]) for s in seen) / 1000)
    say("Enter to the whole answer", statistics.median(s["whole"] for s in seen) / 1000)
    say("the same by HTTP, without a page", statistics.median(seconds(lambda q=q: post(url, q)) for q in QUESTIONS))


def post(url: str, question: str) -> dict[str, object]:
    reply: dict[str, object] = httpx.post(f"{url}/api/ask", json={"question": question}, timeout=120).json()
    return reply


def keystrokes(page: Page) -> float:
    """Milliseconds from a key to the frame that shows it."""
    page.focus("#question textarea")
    page.evaluate(FRAME)
    page.keyboard.type("is typing still quick with this many turns")
    page.wait_for_function("slow.length > 30")
    return statistics.median(page.evaluate("slow"))


def crowd(browser: Browser, folder: Path) -> None:
    """A hundred turns, and five hundred articles; the bot plays no part in it."""
    for n in range(500):
        (folder / f"{n}.txt").write_text(f"Story {n} of the year\nIt rained on day {n}.\n", encoding="utf-8")
    turns = [{"question": f"Question {n}?", "answer": answer(*["It rained."] * 5).to_dict()} for n in range(100)]
    with serve(make_store(folder / "store", [folder])) as served, opened(browser, served.url) as page:
        say("a key, empty conversation", keystrokes(page), "ms")
        keep(page, turns)
        page.wait_for_function("document.querySelectorAll('.question').length == 100")
        say("a key, 100 turns", keystrokes(page), "ms")
        filtered = """() => { const t = performance.now(), f = document.querySelector('#filter'); f.value = 'story 499';
            f.dispatchEvent(new Event('input', { bubbles: true })); document.body.offsetHeight;
            return performance.now() - t }"""
        say("a key in the filter, 500 articles", statistics.median(page.evaluate(filtered) for _ in range(5)), "ms")
        say("Enter to the whole answer, 100 turns before it", seconds(lambda: ask(page, "Rained day 7?")))


def main(store: str) -> None:
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    url, start = f"http://127.0.0.1:{port}", time.perf_counter()
    command = [sys.executable, "-m", "ui", "--store", store, "--port", str(port)]
    with sync_playwright() as playwright, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            assert server.stdout
            server.stdout.readline()
            say("start of the command to the server being up", time.perf_counter() - start)
            say("server up to a usable page", seconds(lambda: usable(browser, url).close()))
            post(url, QUESTIONS[0])
            say("start of the command to the first answer", time.perf_counter() - start)
            say("a further page to be usable", statistics.median(
                seconds(lambda: usable(browser, url).close()) for _ in range(5)))  # fmt: skip
            answers(browser, url)
            with ThreadPoolExecutor(5) as pool:
                say("five questions at once, until all are answered", seconds(
                    lambda: [*pool.map(lambda q: post(url, q), QUESTIONS)]))  # fmt: skip
        finally:
            server.terminate()
        with tempfile.TemporaryDirectory() as folder:
            crowd(browser, Path(folder))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
