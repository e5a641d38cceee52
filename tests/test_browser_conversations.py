"""Conversations in a real Chromium: kept, listed, exported, changed only if the reader agrees, seen by nobody else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ui_tools import NSATU, Served, ask, kept, marked, opened, serve, settled

from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def test_a_conversation_survives_a_reload_is_listed_and_exported(page: Page, served: Served, tmp_path: Path) -> None:
    ask(page, NSATU)
    ask(page, "Who paints bridges?")
    page.reload()
    page.wait_for_selector(".is-not-found")
    page.click("#c-0-1")
    assert marked(page) == served.desk.ask(NSATU).citations[0].quote
    page.click("#nav-history")
    page.wait_for_selector(".conversation")
    assert page.locator(".conversation").count() == 1
    for button, suffix in (("#export-md", "md"), ("#export-json", "json")):
        with page.expect_download() as download:
            page.click(button)
        assert download.value.suggested_filename == f"conversation.{suffix}"
        download.value.save_as(tmp_path / suffix)
    quote = served.desk.ask(NSATU).citations[0].quote
    assert quote in (tmp_path / "md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))[0]["citations"][0]["quote"] == quote
    page.click("#nav-new")
    page.wait_for_selector(".welcome")
    page.click("#nav-history")
    page.click(".conversation")
    page.wait_for_selector(".is-not-found")
    page.click(".forget")
    page.wait_for_selector(".welcome")
    page.wait_for_selector("#conversations .empty")


def test_asking_again_takes_later_turns_only_when_the_reader_agrees(page: Page, served: Served) -> None:
    ask(page, NSATU)
    ask(page, "Who paints bridges?")
    page.evaluate("window.confirm = (words) => { window.told = words; return false }")
    asked = len(served.bot.asked)
    page.click("#retry-0")
    assert page.evaluate("window.told") == "Ask this again? What follows it goes: 1 question."
    page.evaluate("window.told = ''")
    page.click("#retry-1")  # nothing follows it
    page.wait_for_function("!citespan.asking && document.querySelectorAll('.acts').length == 2")
    kept(page)
    assert page.evaluate("window.told") == ""
    assert [question for question, *_ in served.bot.asked[asked:]] == ["Who paints bridges?"]
    assert page.locator(".question p").all_text_contents() == [NSATU, "Who paints bridges?"]
    page.evaluate("window.confirm = () => true")
    page.click("#retry-0")
    page.wait_for_function("document.querySelectorAll('.question').length == 1 && document.querySelector('.acts')")
    kept(page)


DAMAGED = [{"question": NSATU, "answer": {"verdict": "answered"}}]


@pytest.mark.parametrize("held", [json.dumps(DAMAGED), json.dumps({"no": "list"}), "[{"])
def test_a_conversation_that_cannot_be_shown_is_not_written_over(page: Page, held: str) -> None:
    page.evaluate("held => localStorage.setItem('citespan.turns.kept-one', held)", held)
    page.evaluate("sessionStorage.setItem('citespan.current', 'kept-one')")
    page.reload()
    page.wait_for_selector("#toast.shown >> text=stays as it was kept")
    settled(page)
    ask(page, "Who paints bridges?")
    assert page.evaluate("localStorage.getItem('citespan.turns.kept-one')") == held
    page.reload()
    page.wait_for_selector(".is-not-found")


def test_a_conversation_in_a_file_outlives_an_error_and_the_page(browser: Browser, settings: Settings) -> None:
    with serve(replace(settings, conversations="file")) as served, opened(browser, served.url) as page:
        ask(page, NSATU)
        first = page.evaluate("sessionStorage['citespan.current']")
        page.route(
            f"**/api/conversations/{first}", lambda route: route.fulfill(status=400, json={"error": "Too busy."})
        )
        page.reload()
        page.wait_for_selector("#toast.shown >> text=Too busy. The conversation stays as it was kept")
        settled(page)
        page.unroute(f"**/api/conversations/{first}")
        page.evaluate(
            """() => { const real = fetch; window.sent = [];
                       window.fetch = (path, how) => { if (how?.method == 'PUT') sent.push(how.keepalive);
                                                       return real(path, how) } }"""
        )
        ask(page, "Who paints bridges?")
        long = [{"question": "é" * 40_000, "answer": None}]  # more than a browser sends for a page that is gone
        page.evaluate("turns => keeper().save('a-long-one', turns)", long)
        assert page.evaluate("sent") == [True, False]
        assert [len(page.evaluate("id => keeper().load(id)", name)) for name in (first, "a-long-one")] == [1, 1]
        assert page.evaluate("sessionStorage['citespan.current']") != first


def test_nobody_sees_anothers_conversation(browser: Browser, served: Served) -> None:
    with opened(browser, served.url) as one, opened(browser, served.url) as two:
        ask(one, NSATU)
        ask(two, "Who is Gen Nakatani?")
        ask(one, "Where is it based?")
        assert one.locator(".question p").all_text_contents() == [NSATU, "Where is it based?"]
        two.reload()
        two.wait_for_selector(".question")
        assert two.locator(".question p").all_text_contents() == ["Who is Gen Nakatani?"]


def test_another_conversation_ends_the_question_that_is_being_asked(page: Page, served: Served) -> None:
    served.bot.gate.clear()
    page.fill("#question textarea", NSATU)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".is-live .said")
    page.click("#nav-new")
    page.fill("#question textarea", "Who is Gen Nakatani?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".question >> text=Who is Gen Nakatani?")
    served.bot.gate.set()
    page.wait_for_selector(".is-answered")
    kept(page)
    assert page.locator(".question p").all_text_contents() == ["Who is Gen Nakatani?"]
    page.click("#nav-history")
    page.wait_for_selector(".conversation")
    assert page.locator(".conversation").count() == 1


def test_a_file_keeps_conversations_for_another_browser_with_the_link(browser: Browser, settings: Settings) -> None:
    with serve(replace(settings, conversations="file")) as served:
        with opened(browser, served.url, permissions=["clipboard-read", "clipboard-write"]) as page:
            ask(page, NSATU)
            assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('turns'))") == []
            page.reload()
            page.wait_for_selector(".is-answered")
            page.click("#nav-history")
            page.click("#mine")
            page.wait_for_selector("#toast.shown >> text=Copied")
            link = page.evaluate("navigator.clipboard.readText()")
        with opened(browser, served.url) as page:
            page.click("#nav-history")
            page.wait_for_selector("#conversations .empty")
            page.goto(link)
            page.wait_for_function("!location.hash")  # taken, and told to nobody who looks at the address
            page.wait_for_selector(".welcome")
            page.click("#nav-history")
            page.click(".conversation")
            page.wait_for_selector(".is-answered")
            page.click(".forget")
            page.wait_for_selector("#conversations .empty")


def test_an_answer_is_copied_with_its_sources(browser: Browser, served: Served) -> None:
    with opened(browser, served.url, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, NSATU)
        page.click("#copy-0")
        page.wait_for_selector("#toast.shown >> text=Copied")
        text = page.evaluate("navigator.clipboard.readText()")
        assert text.startswith("## What is NSATU?") and "Sources:" in text and "characters" in text
