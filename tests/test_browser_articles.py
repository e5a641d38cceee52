"""Articles in a real Chromium: a citation opens its article at the cited characters, and the library lists them all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ui_tools import NSATU, Served, ask, copied, marked, opened, serve

from index.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"viewport": {"width": 390, "height": 844}}


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.closest('[id]')?.id || ''")


# --- citations -------------------------------------------------------------------------------------------------


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


# --- the library -----------------------------------------------------------------------------------------------


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
