"""What the page's events do: each method takes what widgets hold and gives back what they show next.

The layout is in `ui/app.py`. Nothing is kept between events but what stops a question that is running.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from index.errors import UserError
from ui import library, page
from ui.chat import Said, messages, order_of, reopen, run
from ui.desk import Desk
from ui.examples import example_questions
from ui.library import Outcome
from ui.safe import esc

SAMPLE = 200  # articles that the example questions are made from


class Actions:
    """The handlers of one server."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._running: dict[str, threading.Event] = {}  # what the page calls its question -> what stops it

    def ask(self, question: str, order: str, said: tuple[Said, ...]) -> Iterator[tuple[Any, ...]]:
        """(thread, turns, question box, Ask, Stop, turn to keep), again and again until the answer stands."""
        import gradio as gr

        skip, name = gr.skip(), ""
        clear = gr.update(value="")  # once: the next question may be typed while this one runs
        try:
            given = order_of(order, said)
            name, cancel = given.name, threading.Event()
            self._running[name] = cancel
            for frame in run(
                self.desk, question, given.earlier, articles=given.articles, changes=given.settings, cancel=cancel
            ):
                now = gr.update(value=messages(frame.said))
                if frame.final:
                    yield now, frame.said, skip, *page.idle(), {**(frame.done or {}), "name": name}
                else:
                    yield now, skip, clear, *page.busy(), skip
                    clear = skip
        except UserError as exc:
            gr.Warning(esc(str(exc)), title="Not asked")
            yield skip, skip, skip, *page.idle(), skip
        finally:
            # Also when the page was closed: Gradio closes this generator then.
            self._running.pop(name, threading.Event()).set()

    def stop(self, name: str) -> None:
        """Stop the question that the page calls `name`."""
        if event := self._running.get(name):
            event.set()

    def restore(self, saved: str) -> tuple[Any, ...]:
        """(thread, turns, Ask, Stop, how many are shown) of a conversation that was kept; without any, the welcome."""
        import gradio as gr

        try:
            said = reopen(self.desk, saved)
        except UserError as exc:
            gr.Warning(esc(str(exc)), title="Not opened")
            said = ()
        articles = self.desk.library.articles()
        texts = [self.desk.library.text(a.source)[a.start : a.end] for a in articles[:SAMPLE]]
        welcome = page.welcome(articles, example_questions(texts))
        return gr.update(value=messages(said), placeholder=welcome), said, *page.idle(), {"shown": len(said)}

    def paste(self, title: str, text: str) -> tuple[Any, ...]:
        """(report, title, text): both boxes are emptied when the text is in the library."""
        import gradio as gr

        outcome = self._told(lambda: library.add_text(title, text, self.desk.settings, self.desk.embedder))
        clear = "" if outcome.good else gr.skip()
        return page.report([outcome]), clear, clear

    def remove(self, article_id: str) -> str:
        """The report, once the file of that article is out of the library."""
        desk = self.desk

        def work() -> Outcome:
            source = library.find(desk.library, article_id).source
            return library.remove_file(source, desk.settings, desk.embedder)

        return page.report([self._told(work)])

    def reindex(self) -> str:
        """The report, once the index is as its folders are."""
        return page.report([self._told(lambda: library.reindex(self.desk.settings, self.desk.embedder))])

    def _told(self, work: Callable[[], Outcome]) -> Outcome:
        try:
            with self.desk.writing:
                return work()
        except UserError as exc:
            return Outcome("", str(exc), False)
