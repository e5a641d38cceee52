"""Pictures of the page for the README: `python tests/shots.py docs STORE` writes five PNG files.

Not a test: it looks at nothing. The server is the product with its real bot.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from ui_tools import ask, opened, serve

from index.embed import Embedder
from index.settings import Settings
from ui.__main__ import ready_bot

ANSWERED, REFUSED = "What is NSATU?", "How much will Japan pay for NSATU?"


def cited(page: Page) -> None:
    ask(page, ANSWERED)
    page.click("#c-0-1")
    page.wait_for_selector("mark.now")


def shoot(browser: Browser, url: str, folder: Path) -> None:
    pictures = {
        "answer": ({}, cited),
        "refusal": ({}, lambda page: ask(page, REFUSED)),
        "library": ({}, lambda page: page.wait_for_selector(".library .row")),
        "phone": ({"viewport": {"width": 390, "height": 844}}, lambda page: ask(page, ANSWERED)),
        "dark": ({"color_scheme": "dark"}, cited),
    }
    for name, (context, steps) in pictures.items():
        with opened(browser, url, reduced_motion="reduce", **context) as page:
            page.set_default_timeout(600_000)
            steps(page)
            page.mouse.move(0, 0)
            page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    folder, settings = Path(sys.argv[1]), Settings.load(store=sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with serve(settings, ready_bot, Embedder()) as served, sync_playwright() as playwright:
        served.desk._loaded.wait()
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shoot(chromium, served.url, folder)
