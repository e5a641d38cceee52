"""The chat in a real Chromium, as a new user would use it. The bot is a small one; everything else is the product.

Every page also checks that no script of a text ran, nothing failed, and no request left the machine (`opened`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_bot import FakeBot
from ui_tools import Served, ask, copied, kept, opened, seeds, serve, settled

from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NSATU = "What is NSATU?"
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return seeds(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with serve(settings) as served:
        served.desk._loaded.wait(120)
        yield served


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    served.bot.gate.set()
    with opened(browser, served.url) as page:
        yield page


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.closest('[id]')?.id || ''")


def marked(page: Page) -> str:
    """The characters that are highlighted as the current citation."""
    page.wait_for_selector("#reader-body mark.now")
    return "".join(page.locator("#reader-body mark.now").all_text_contents())


# --- asking ---------------------------------------------------------------------------------------------------


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


# --- citations --------------------------------------------------------------------------------------------------


def test_a_marker_shows_its_source_and_opens_the_article_at_exactly_the_cited_characters(
    page: Page, served: Served
) -> None:
    ask(page, NSATU)
    given = served.desk.ask(NSATU)
    page.focus("#c-0-1")
    tip = page.inner_text("#tip")
    assert given.citations[0].quote in tip and given.citations[0].title in tip
    page.keyboard.press("Enter")
    assert marked(page) == given.citations[0].quote
    page.wait_for_function(
        """() => { const m = document.querySelector('mark.now').getBoundingClientRect(),
                         b = document.querySelector('#reader-body').getBoundingClientRect();
                   return m.top >= b.top && m.top < b.bottom }"""
    )
    for c in (*given.citations[1:], given.citations[0]):
        page.keyboard.press("]")
        page.wait_for_function(
            "n => document.querySelector('#place').innerText.startsWith(`Citation ${n} of`)", arg=c.n
        )
        page.wait_for_function(
            "q => [...document.querySelectorAll('mark.now')].map(m => m.textContent).join('') == q", arg=c.quote
        )
    page.keyboard.press("[")
    page.wait_for_function(
        "n => document.querySelector('#place').innerText.startsWith(`Citation ${n} of`)", arg=len(given.citations)
    )
    page.keyboard.press("Escape")
    assert page.is_hidden("#reader") and focused(page) == "c-0-1"


def test_everything_by_keyboard_alone(page: Page) -> None:
    page.keyboard.type(NSATU)
    page.keyboard.press("Enter")
    page.wait_for_selector(".acts")
    seen = []
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        seen.append(focused(page))
        if seen[-1] == "c-0-1":
            break
    assert "copy-0" in seen and "wrong-0" in seen and seen[-1] == "c-0-1", seen
    page.keyboard.press("Enter")
    assert marked(page)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert focused(page) == "question" or page.evaluate("!!document.activeElement.closest('#question')")


def test_on_a_phone_the_article_covers_the_chat_and_closes_again(browser: Browser, served: Served) -> None:
    with opened(browser, served.url, **PHONE, has_touch=True) as page:
        ask(page, NSATU)
        page.tap("#c-0-1")
        assert marked(page)
        box = page.locator("#side").bounding_box()
        assert box and (box["x"], round(box["width"]), round(box["height"])) == (0, 390, 844)
        page.tap("#reader .close")
        assert page.is_hidden("#reader") and page.is_visible("#c-0-1")


# --- the library ------------------------------------------------------------------------------------------------


def test_the_list_filters_reads_and_limits_what_the_chat_uses(page: Page, served: Served) -> None:
    assert page.locator(".library .row").count() == 6
    page.fill("#filter", "al arabiya")
    assert page.locator(".library .row:visible").count() == 1
    page.fill("#filter", "")
    title = "Japan Enhances Security Ties with NATO"
    page.click("#choose-all")
    page.click(f".library .row:has-text('{title}') .choose")
    assert page.inner_text("#chosen") == "The chat uses 1 of 6."
    ask(page, NSATU)
    only = next(a for a in served.desk.library.articles() if a.title == title)
    assert served.bot.asked[-1][2] == frozenset({only.article_id})
    page.click(f".library .row:has-text('{title}') .open")
    page.wait_for_selector("#reader-body .article")
    assert page.inner_text("#reader-body .chrome >> nth=-1") == "Post a Comment"
    page.reload()
    page.wait_for_selector(".library .row", state="attached")
    page.wait_for_function("document.querySelector('#chosen').textContent == 'The chat uses 1 of 6.'")


def test_articles_come_by_drop_and_by_paste_and_from_their_folder(
    browser: Browser, settings: Settings, tmp_path: Path
) -> None:
    with serve(copied(settings, tmp_path / "store")) as served, opened(browser, served.url) as page:
        page.evaluate(
            """() => { const carried = new DataTransfer();
                       const make = (text, name) => carried.items.add(new File([text], name));
                       make('Rain in Kilkenny\\nIt rained on Kilkenny all day.', 'rain.txt'); make('MZ', 'bad.exe');
                       for (const name of ['dragenter', 'drop'])
                         document.body.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true })) }"""
        )
        page.wait_for_selector("#uploaded .good >> text=was added.")
        page.wait_for_selector("#uploaded .bad >> text=can't be read. Use one of .docx, .htm, .html, .md, .pdf, .txt.")
        page.click("#add .label-wrap")
        page.fill("#paste-title :is(input, textarea)", "Snow in Galway")
        page.fill("#paste-text textarea", "Snow fell on Galway for an hour.")
        page.click("#put")
        page.wait_for_selector("#told .good >> text=was added.")
        page.wait_for_function("document.querySelectorAll('.library .row').length == 8")
        assert page.input_value("#paste-text textarea") == ""
        page.click("#reindex")
        page.wait_for_selector("#told .good >> text=nothing has changed")
        page.click(".library .row:has-text('Snow in Galway') .open")
        page.wait_for_selector("#reader-body >> text=Snow fell on Galway for an hour.")


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


# --- conversations ------------------------------------------------------------------------------------------------


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


# --- feedback -----------------------------------------------------------------------------------------------------


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
