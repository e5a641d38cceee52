"""The whole product in a real Chromium: the real bot, the real index, the five articles, `python -m ui` itself.

It is asked, cited, given an article, asked about that, and relieved of it again. Faster looks at single parts are in
`test_browser.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ui_tools import ask, opened

from index.library import Library
from ui.__main__ import listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SLOW = 90_000  # a busy machine loads the models once


@dataclass
class Running:
    url: str
    store: Path


@pytest.fixture(scope="module")
def running(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`python -m ui` over a copy of the seeds' index."""
    own = tmp_path_factory.mktemp("whole") / "store"
    shutil.copytree(store, own)
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ui", "--store", str(own), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert server.stdout
        line = server.stdout.readline()
        assert line == f"citespan is at http://127.0.0.1:{port} (Ctrl-C ends it)\n"
        yield Running(f"http://127.0.0.1:{port}", own)
    finally:
        server.terminate()
        assert server.wait(15) in (0, -15, 143)


def test_from_the_first_question_to_a_new_article_and_back(browser: Browser, running: Running, tmp_path: Path) -> None:
    with opened(browser, running.url) as page:
        page.set_default_timeout(SLOW)
        library = Library(running.store)

        # An answer, its citation, and exactly those characters.
        ask(page, "What is NSATU?")
        page.click("#c-0-1")
        page.wait_for_selector("mark.now")
        shown = "".join(page.locator("mark.now").all_text_contents())
        kept = json.loads(
            page.evaluate("localStorage.getItem('citespan.turns.' + sessionStorage.getItem('citespan.current'))")
        )
        first = kept[0]["answer"]["citations"][0]
        assert shown == first["quote"] == library.text(first["source"])[first["start"] : first["end"]]

        # An honest refusal.
        ask(page, "Which cheese does the mayor of Lisbon like best?")
        assert page.locator(".is-not-found, .is-closest").count() == 1

        # A new article can be asked about at once, and is gone when it is removed.
        page.click("#nav-library")
        note = tmp_path / "cheese.txt"
        note.write_text("Lisbon's favourite cheese\nMayor Ana Prata likes the Azeitao cheese best.\n", encoding="utf-8")
        page.set_input_files("#files", note)
        page.wait_for_selector("#uploaded .good >> text=was added.")
        page.wait_for_selector('.library .row:has-text("favourite cheese")')
        ask(page, "Which cheese does Mayor Ana Prata like best?")
        assert "Azeitao" in page.inner_text("#a-2")
        page.click('.library .row:has-text("favourite cheese") .remove')
        page.wait_for_selector("#told .good >> text=was removed.")
        page.wait_for_function("document.querySelectorAll('.library .row').length == 6")
        assert not list((running.store / "uploads").glob("*.txt"))

        # What was cited from it is marked as changed when the conversation is reopened.
        page.reload()
        page.wait_for_selector("#a-2")
        assert "The article has changed since" in page.locator("#a-2").text_content()
        assert "The article has changed since" not in page.locator("#a-0").text_content()
