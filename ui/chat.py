"""What happens in the chat: a question runs and the thread grows. The handlers of the page, without the page.

The widgets are laid out in `ui/app.py`; HTML is made in `ui/render.py`. A conversation lives in its own page's
session and where that page keeps it (`ui/history.js`), nowhere else.
"""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.errors import UserError
from qa.types import Answer, Citation, Partial, Rewritten, Stage, Statement
from ui.api import READER
from ui.desk import BUG, Desk, Warming, check_question
from ui.render import render_answer, render_error, render_live, render_question, render_stopped
from ui.saved import answer_from_dict, check_turns, turn_of

MEMORY = 20  # turns that a follow-up question may refer to, the latest ones


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as the thread shows it. `answer` is None when it failed or was stopped."""

    question: str
    answer: Answer | None
    html: str


@dataclass(frozen=True, slots=True)
class Live:
    """A turn while it is being made."""

    stage: str = "searching"
    asked: str = ""
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()

    def after(self, event: Warming | Stage | Rewritten | Partial) -> Live:
        """The turn after one more event."""
        match event:
            case Warming(message):
                return replace(self, stage=message)
            case Stage(name):
                return replace(self, stage=name)
            case Rewritten(question):
                return replace(self, asked=question)
            case Partial(statements, citations):
                return replace(self, statements=statements, citations=citations)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page shows now. `done` is the turn to keep, at the end."""

    said: tuple[Said, ...]
    done: dict[str, Any] | None = None
    final: bool = False


def run(
    desk: Desk,
    question: str,
    said: Sequence[Said],
    *,
    articles: frozenset[str] | None = None,
    changes: dict[str, Any] | None = None,
    cancel: threading.Event,
) -> Iterator[Frame]:
    """The frames of one question, the last one `final`. Raises UserError only for a question that can't be asked."""
    question = check_question(question)
    earlier, n = tuple(said), len(said)
    history = [turn_of(s.answer) for s in earlier if s.answer][-MEMORY:]
    live, answer, html = Live(), None, ""
    yield Frame((*earlier, Said(question, None, render_live(live.stage, n))))
    try:
        settings = desk.settings.with_(**changes) if changes else None
        for event in desk.stream(question, history, articles=articles, settings=settings, cancel=cancel):
            if isinstance(event, Answer):
                answer = event
                continue
            live = live.after(event)
            yield Frame(
                (
                    *earlier,
                    Said(question, None, render_live(live.stage, n, live.asked, live.statements, live.citations)),
                )
            )
        html = show(desk, answer, n) if answer else render_stopped(n, live.asked, live.statements, live.citations)
    except UserError as exc:
        html = render_error(str(exc), n)
    except Exception:
        # A bug must not leave the page waiting for ever; its traceback goes where the server's does.
        traceback.print_exc()
        html = render_error(BUG, n)
    done = {"index": n, "question": question, "answer": answer.to_dict() if answer else None}
    yield Frame((*earlier, Said(question, answer, html)), done, final=True)


def show(desk: Desk, answer: Answer, turn: int) -> str:
    """An answer as the library stands now: copies counted once, changed articles marked."""
    about = desk.library.articles() if answer.verdict == "not_found" else ()
    stale = desk.stale((*answer.citations, *answer.closest))
    return render_answer(answer, turn=turn, about=about, roots=desk.roots(), stale=stale)


def reopen(desk: Desk, saved: str) -> tuple[Said, ...]:
    """A conversation that the browser kept, with its citations as they are today. Raises UserError when damaged."""
    try:
        turns = check_turns(json.loads(saved or "[]"))
    except json.JSONDecodeError as exc:
        raise UserError("The saved conversation can't be read. Start a new one.") from exc
    said = []
    for n, turn in enumerate(turns):
        question = str(turn.get("question", ""))
        answer = answer_from_dict(turn["answer"]) if turn.get("answer") else None
        said.append(Said(question, answer, show(desk, answer, n) if answer else render_stopped(n)))
    return tuple(said)


def messages(said: Sequence[Said]) -> list[dict[str, str]]:
    """The thread as `gr.Chatbot` takes it."""
    return [
        message
        for n, s in enumerate(said)
        for message in (
            {"role": "user", "content": render_question(s.question, n)},
            {"role": "assistant", "content": s.html},
        )
    ]


@dataclass(frozen=True, slots=True)
class Order:
    """What the page adds to a question: its name, the turns before it, the articles to use, the reader's settings."""

    name: str
    earlier: tuple[Said, ...]
    articles: frozenset[str] | None
    settings: dict[str, Any]


def order_of(words: str, said: Sequence[Said]) -> Order:
    """The order that `ui/app.js` writes. Raises UserError when it makes no sense.

    >>> order_of('{"name": "q", "at": 0, "articles": ["a"], "settings": {"statements": 3}}', ())
    Order(name='q', earlier=(), articles=frozenset({'a'}), settings={'statements': 3})
    """
    try:
        order = json.loads(words or "{}")
        at, chosen, settings = order.get("at"), order.get("articles"), dict(order.get("settings") or {})
        made = Order(
            str(order.get("name", "")),
            tuple(said) if at is None else tuple(said)[: max(0, int(at))],
            None if chosen is None else frozenset(map(str, chosen)),
            {name: settings[name] for name in READER if name in settings},
        )
    except (ValueError, TypeError, AttributeError) as exc:
        raise UserError("The page sent something that can't be understood. Reload it and ask again.") from exc
    if at is not None and int(at) > len(said):
        # A page that slept for hours: answering now would put one turn in the place of all that it still shows.
        raise UserError("The server has forgotten this conversation, but it is kept. Reload the page and ask again.")
    return made
