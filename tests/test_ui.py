"""The parts behind the page, without a browser: the desk that asks, the guard, the command.

What they look like is in `test_render.py`, what they do together in `test_browser.py`.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fake_bot import FakeBot
from hypothesis import given
from hypothesis import strategies as st
from ui_tools import SEEDS

from index.errors import UserError
from index.settings import Settings
from qa.types import Answer
from ui.chat import Frame, order_of, run
from ui.desk import LONGEST, Desk, Warming
from ui.examples import example_questions
from ui.guard import Guard, names_of

# --- asking -----------------------------------------------------------------------------------------------------


def test_the_first_event_while_the_models_load_says_so(settings: Settings) -> None:
    desk = Desk(settings, FakeBot)
    events = desk.stream("What is NSATU?")
    assert next(events) == Warming()
    desk.warm()
    assert isinstance([*events][-1], Answer)


def test_a_bot_that_cannot_be_loaded_tells_whoever_asks(settings: Settings) -> None:
    def broken(settings: Settings) -> FakeBot:
        raise UserError("The embedder is gone. Install it again.")

    desk = Desk(settings, broken)
    desk._load()
    with pytest.raises(UserError, match="Install it again"):
        desk.ask("What is NSATU?")


@pytest.mark.parametrize(("question", "says"), [("  \n ", "Type a question"), ("x" * 10_001, "10,001 characters")])
def test_a_question_that_cannot_be_asked_is_told(desk: Desk, question: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        desk.ask(question)
    assert len("x" * LONGEST) < 10_001


def test_stop_ends_at_once_and_keeps_what_was_checked(desk: Desk) -> None:
    desk._bot.gate.clear()  # type: ignore[union-attr]
    cancel = threading.Event()
    frames = run(desk, "What is NSATU?", (), cancel=cancel)
    for frame in frames:
        if 'class="said' in frame.said[-1].html:
            cancel.set()
            break
    last = [*frames][-1]
    assert last.final and last.done == {"index": 0, "question": "What is NSATU?", "answer": None}
    assert "What stands here was checked" in last.said[-1].html


def test_a_bug_in_the_bot_does_not_leave_the_page_waiting(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken(FakeBot):
        def stream(self, *args: object, **more: object):  # type: ignore[no-untyped-def,override]
            raise ZeroDivisionError("bug")

    desk = Desk(settings, Broken)
    desk._load()
    last: Frame = [*run(desk, "q", (), cancel=threading.Event())][-1]
    assert last.final and "Something went wrong" in last.said[-1].html
    assert "ZeroDivisionError: bug" in capfd.readouterr().err


def test_a_follow_up_gets_the_turns_before_it_and_an_edited_one_only_those(desk: Desk) -> None:
    said = [*run(desk, "What is NSATU?", (), cancel=threading.Event())][-1].said
    order = order_of('{"at": 1}', said)
    [*run(desk, "Where is it based?", order.earlier, cancel=threading.Event())]
    assert [t.question for t in desk._bot.asked[-1][1]] == ["What is NSATU?"]  # type: ignore[union-attr]
    assert order_of('{"at": 0}', said).earlier == ()


@pytest.mark.parametrize("order", ["[]", "{", '{"at": "x"}', '{"articles": 3}', '{"settings": "x"}'])
def test_an_order_that_makes_no_sense_is_told(order: str) -> None:
    with pytest.raises(UserError, match="Reload"):
        order_of(order, ())


def test_examples_are_about_words_of_the_articles() -> None:
    texts = [f.read_text(encoding="utf-8") for f in sorted(SEEDS.glob("*.txt"))]
    questions = example_questions(texts)
    assert len(set(questions)) == 4
    for question in questions:
        name = question.rstrip("?").split()[-1]
        assert any(name in text for text in texts), question
    assert example_questions([]) == ()


@given(st.lists(st.text(), max_size=4))
def test_any_articles_give_examples_or_none(texts: list[str]) -> None:
    assert len(example_questions(texts)) <= 4


# --- the guard --------------------------------------------------------------------------------------------------


def refused(path: str = "/", method: str = "GET", guard: Guard | None = None, **headers: str) -> int:
    guard = guard or Guard(None, names_of("127.0.0.1"))  # type: ignore[arg-type]
    given = {"host": "127.0.0.1:7860", **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = guard.refuse(method, path, {k.encode(): v.encode() for k, v in given.items()})
    return answer[0] if answer else 200


def test_only_its_own_names_and_pages_may_ask() -> None:
    assert refused() == refused(host="localhost:1") == 200
    assert refused(host="evil.example") == 421
    assert refused("/api/ask", "POST") == 200
    assert refused("/api/ask", "POST", origin="http://evil.example") == 403
    assert refused("/api/ask", "POST", sec_fetch_site="cross-site") == 403
    assert refused("/api/ask", "POST", origin="http://127.0.0.1:7860", sec_fetch_site="same-origin") == 200


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/file=/etc/passwd", "/gradio_api/proxy=http://a/",
     "/gradio_api/vibe-edit", "/gradio_api/stream/x", "/monitoring", "/gradio_api/dev/reload", "/login", "/x",
     "/assets/../../etc/passwd", "/static/..\\..\\x", "/gradio_api/deep_link", "/gradio_api/process_recording",
     "/gradio_api/upload", "/gradio_api/upload_progress"],
)  # fmt: skip
def test_paths_that_the_product_does_not_need_do_not_exist(path: str) -> None:
    assert refused(path) == 404


def test_user_and_password_stand_before_everything() -> None:
    guard = Guard(None, (), "ada", "s3cret")  # type: ignore[arg-type]
    right = "Basic " + base64.b64encode(b"ada:s3cret").decode()
    wrong = "Basic " + base64.b64encode(b"ada:secret").decode()
    for path in ("/", "/api/ask", "/config", "/gradio_api/mcp/", "/assets/x.js"):
        assert refused(path, guard=guard) == 401
        assert refused(path, guard=guard, authorization=wrong) == 401
        assert refused(path, guard=guard, authorization="Basic ***") == 401
        assert refused(path, guard=guard, authorization=right) == 200


# --- the command ------------------------------------------------------------------------------------------------


def command(*args: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "ui", *args], capture_output=True, text=True, timeout=200, check=False)
    return done.returncode, done.stderr


def test_what_a_user_gets_wrong_is_one_line_and_status_2(settings: Settings, tmp_path: Path) -> None:
    from ui.__main__ import listen

    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    store = str(settings.store)
    for args, says in [
        (["--store", str(tmp_path)], "There is no index"),
        (["--store", store, "--port", str(port)], f"127.0.0.1:{port} can't be used"),
        (["--store", store, "--port", "70000"], "70000 is no port"),
        (["--store", store, "--user", "ada"], "A user needs a password"),
    ]:
        status, error = command(*args)
        assert (status, error.count("\n")) == (2, 1), error
        assert error.startswith("citespan: ") and says in error
    taken.close()
