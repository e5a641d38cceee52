"""The chat in a real Chromium, as a new user would use it: asking, verdicts, settings and judgements.

The bot is a small one; everything else is the product. Every page also checks that no script of a text ran, nothing
failed, and no request left the machine (`opened`). Articles are read in `test_browser_articles.py`, and what becomes of
a conversation is in `test_browser_conversations.py`.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from fake_bot import FakeBot
from ui_tools import NSATU, Served, ask, opened, serve

from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


# --- asking ----------------------------------------------------------------------------------------------------


def test_an_example_from_the_articles_is_one_click_away(page: Page, served: Served) -> None:
    examples = page.locator(".example").all_text_contents()
    assert len(examples) == 4 and NSATU in examples
    page.click(f".example >> text={NSATU}")
    page.wait_for_selector(".acts")
    assert served.bot.asked[-1][0] == NSATU
    assert page.inner_text(".question p") == NSATU


def test_enter_asks_shift_enter_breaks_and_the_cursor_comes_back(page: Page, served: Served) -> None:
    page.fill("#question textarea", "What is")
    page.press("#question textarea", "Shift+Enter")
    page.keyboard.type("NSATU?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".acts")
    assert served.bot.asked[-1][0] == "What is\nNSATU?"
    page.wait_for_function("document.activeElement.closest('#question')")
    assert page.input_value("#question textarea") == ""


def test_stages_and_statements_are_seen_while_it_runs_and_stop_stops(page: Page, served: Served) -> None:
    served.bot.gate.clear()
    page.fill("#question textarea", NSATU)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".is-live .said")
    assert page.locator(".stages .done").all_text_contents() == ["Searching", "Reading"]
    assert page.inner_text(".stages .now") == "Checking"
    page.fill("#question textarea", "the next question")
    assert page.is_hidden("#send")
    page.click("#stop")
    page.wait_for_selector(".is-stopped")
    assert "What stands here was checked" in page.inner_text(".is-stopped .fine >> nth=-1")
    assert page.is_visible("#send") and page.is_hidden("#stop")
    assert page.input_value("#question textarea") == "the next question"
    served.bot.gate.set()
    page.click(".act.retry")
    page.wait_for_selector(".is-answered")
    assert page.locator(".question").count() == 1


def test_the_page_is_there_before_the_models_and_says_what_it_waits_for(browser: Browser, settings: Settings) -> None:
    loaded = threading.Event()

    def slow(settings: Settings) -> FakeBot:
        loaded.wait()
        return FakeBot(settings)

    with serve(settings, slow) as served, opened(browser, served.url) as page:
        page.fill("#question textarea", NSATU)
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".stages >> text=Warming up")
        loaded.set()
        page.wait_for_selector(".is-answered")


def test_an_empty_and_an_overlong_question_are_told(page: Page) -> None:
    page.press("#question textarea", "Enter")
    page.wait_for_selector("text=Type a question first.")
    page.fill("#question textarea", "why " * 2_600)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("text=2,000 is the most")
    assert page.input_value("#question textarea").startswith("why ")
    assert page.locator(".question").count() == 0


def test_a_follow_up_is_rewritten_and_an_earlier_question_can_be_changed(page: Page, served: Served) -> None:
    ask(page, NSATU)
    ask(page, "Where is it based?")
    assert page.inner_text(".asked span") == "Where is it based (What is NSATU?)"
    page.click("#edit-0")
    assert page.input_value("#question textarea") == NSATU
    assert "Changing question 1" in page.inner_text("#editing")
    page.fill("#question textarea", "Who is Gen Nakatani?")
    page.press("#question textarea", "Enter")
    page.wait_for_function("document.querySelectorAll('.question').length == 1 && document.querySelector('.acts')")
    assert page.inner_text(".question p") == "Who is Gen Nakatani?"
    assert served.bot.asked[-1][1] == ()


def test_the_three_verdicts_are_told_apart(page: Page) -> None:
    ask(page, NSATU)
    assert page.locator(".is-answered .said").count() > 0
    page.click(".sources summary")
    first, second = (page.locator(".is-answered .source").nth(n).bounding_box() for n in (0, 1))
    assert first and second and first["y"] == second["y"] and first["x"] < second["x"], "what differs can be compared"
    assert page.inner_text(".agree >> nth=0") == "2 independent articles"
    assert "quoted word for word" in page.inner_text(".is-answered .fine >> nth=0")
    ask(page, "What did Rutte say about football in Germany?")
    assert page.inner_text(".is-closest .verdict") == "The articles don't answer this. The closest they come:"
    assert page.locator(".is-closest .card mark").count() == 3
    ask(page, "Who paints bridges?")
    refusal = page.inner_text(".is-not-found")
    assert refusal.startswith("Nothing in these articles is about that.")
    assert "6 articles from 8–10 April 2025" in refusal
    page.click(".is-not-found .about a >> nth=0")
    page.wait_for_selector("#reader-body .article h2")


def test_settings_are_kept_and_sent(page: Page, served: Served) -> None:
    page.click("#nav-settings")
    page.check("input[name=strictness][value=strict]")
    page.fill("#statements", "2")
    page.press("#statements", "Tab")
    ask(page, NSATU)
    settings = served.bot.asked[-1][3]
    assert (settings.strictness, settings.statements) == ("strict", 2)
    assert page.locator(".said").count() == 2
    page.reload()
    page.wait_for_selector(".question")
    assert page.input_value("#statements") == "2"


# --- feedback --------------------------------------------------------------------------------------------------


def gold(served: Served) -> list[dict[str, object]]:
    file = served.store / "feedback.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_a_judgement_with_selected_words_becomes_gold(page: Page, served: Served) -> None:
    before = len(gold(served))
    ask(page, NSATU)
    page.click("#right-0")
    page.wait_for_selector("#toast.shown >> text=Kept for the evaluation")
    page.click("#wrong-0")
    page.click("#correction-send")
    page.wait_for_selector("#correction-error >> text=Say what would be right")
    assert page.get_attribute("#right-0", "aria-pressed") == "true"
    page.click("#select")
    page.wait_for_selector("#reader-body .article")
    quote = "The NATO Security Assistance"
    page.evaluate(
        """quote => { const walk = document.createTreeWalker(document.querySelector('#reader-body .text'), 4);
                   while (walk.nextNode()) { const at = walk.currentNode.data.indexOf(quote); if (at < 0) continue;
                     const r = document.createRange();
                     r.setStart(walk.currentNode, at); r.setEnd(walk.currentNode, at + quote.length);
                     getSelection().removeAllRanges(); getSelection().addRange(r); return } }""",
        quote,
    )
    page.click("#pick")
    page.fill("#correct", "a training mission")
    page.click("#correction-send")
    page.wait_for_selector("#correction", state="hidden")
    page.wait_for_selector("#wrong-0[aria-pressed=true]")
    right, wrong = gold(served)[before:]
    assert right["question"] == wrong["question"] == NSATU
    assert wrong["key_facts"] == [["a training mission"]]
    assert [e["quote"] for e in wrong["evidence"]] == [quote]  # type: ignore[attr-defined,union-attr]
