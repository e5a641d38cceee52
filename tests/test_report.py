"""The page of a result, in a real browser: complete, closed to the network, and deaf to what articles say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from eval_toys import MAYOR, MONDAY, RAIN, record

from eval.__main__ import main
from eval.charts import Bar, bars, curve
from eval.clock import clock
from eval.records import Extract
from eval.report import marked, write
from eval.results import Result, save

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "<script>document.title='broken'</script><img src=x onerror=alert(1)>\"'&"
WHOLE = Extract("rain.txt", 0, RAIN)


@pytest.fixture
def result() -> Result:
    times = {"search": 0.2, "first": 0.5, "total": 1.0}
    records = (
        record("fine", timings=times),
        record("wrong", facts=[["nine"]], cites=[MONDAY], extracts=(WHOLE,), timings=times),
        record(HOSTILE, type=HOSTILE, answerable=False, said=[(HOSTILE, [1])], extracts=(Extract(HOSTILE, 0, HOSTILE),),
               timings=times, confidence=0.4),
        record("refused", verdict="closest", extracts=(WHOLE,), timings=times, confidence=0.2),
    )  # fmt: skip
    return Result(
        HOSTILE, ({"file": HOSTILE},), {}, {"llm": HOSTILE}, {}, (HOSTILE,), records, clock(records, 4.0, 90.0)
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_in_a_browser(result: Result, tmp_path: Path, browser: Browser, scheme: str) -> None:
    path = write(result, tmp_path / "page.html")
    context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())

    assert (problems, requests) == ([], [path.as_uri()])  # it asks for nothing but itself
    assert page.title() == f"{HOSTILE}: evaluation"
    assert page.locator("script, img, iframe, link, object").count() == 0
    assert page.get_by_text("Failed questions (3 of 4)").is_visible()

    wrong = page.locator(".question", has_text="doesn't state nine")
    gold, cited = wrong.locator("mark.gold"), wrong.locator("mark.cited")
    assert (gold.inner_text(), cited.inner_text()) == (RAIN[slice(*MAYOR)], RAIN[slice(*MONDAY)])
    shades = {mark.evaluate("e => getComputedStyle(e).backgroundColor") for mark in (gold, cited)}
    assert len(shades) == 2
    assert page.locator("svg").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_the_page_on_paper(result: Result, tmp_path: Path, browser: Browser) -> None:
    path = write(result, tmp_path / "page.html")
    page = browser.new_page(color_scheme="dark")
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.pdf()[:5] == b"%PDF-"
    page.close()


def test_every_character_of_an_extract_is_shown_once_and_escaped() -> None:
    text = marked(Extract("a", 100, "a < b & c"), [(90, 103)], [(102, 105), (200, 210)])
    assert text == "<mark class='gold'>a </mark><mark class='both'>&lt;</mark><mark class='cited'> b</mark> &amp; c"
    assert re.sub(r"</?mark[^>]*>", "", text) == "a &lt; b &amp; c"


def test_charts_draw_what_they_are_given() -> None:
    line = curve([(0.5, 0.0), (1.0, 1.0)], "risk", "coverage")
    assert 'class="line"' in line
    assert line.count("<text") == 6 * 2 + 2  # ticks on both axes, and their names
    drawn = bars([Bar("<who>", 0.5, 0.2, 0.7, "0.50")], "by type", 1.0)
    assert "&lt;who&gt;" in drawn
    assert 'width="200.0"' in drawn  # half of 640 - 170 - 70


def test_report_on_the_command_line(result: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(result, tmp_path / "r.json")
    assert main(["report", str(tmp_path / "r.json")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'r.html'}\n"
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
