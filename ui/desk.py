"""Where the page and the programs ask: it loads the bot behind a server that is already up, and hands on its events.

It renders nothing and writes nothing. The library can be read at once; questions wait until the bot is there, and
whoever waits is told so. One `Desk` serves everybody and keeps nothing about anybody.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from index.embed import Embedder, Embeds
from index.errors import UserError
from index.library import Library
from index.settings import Settings
from qa.bot import LONGEST_QUESTION as LONGEST
from qa.types import Answer, Citation, Event, Turn
from ui.archive import Archive

BUG = "Something went wrong in the program; the terminal says what. Ask again, or start a new conversation."
WARMING = "Warming up: the models are being loaded"
_TICK = 0.1  # seconds between two looks at whether the user has pressed Stop


@dataclass(frozen=True, slots=True)
class Warming:
    """The question waits for the models."""

    message: str = WARMING


class Asks(Protocol):
    """What the desk needs of `qa.bot.Bot`."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        articles: frozenset[str] | None = None,
        settings: Settings | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Event]: ...


class Desk:
    """`Desk(settings, Bot)` opens the library now; `warm()` loads the bot in a thread of its own."""

    def __init__(
        self, settings: Settings, open_bot: Callable[[Settings], Asks], embedder: Embeds | None = None
    ) -> None:
        self.settings = settings
        self._embedder = embedder
        self.library = Library(settings.store)
        self.archive = Archive(settings.store) if settings.conversations == "file" else None
        self._open_bot = open_bot
        self._bot: Asks | None = None
        self._error: BaseException | None = None
        self._loaded = threading.Event()
        self.writing = threading.Lock()  # the index has one writer

    def warm(self) -> None:
        """Start loading the bot; comes back at once."""
        threading.Thread(target=self._load, name="warm", daemon=True).start()

    def _load(self) -> None:
        try:
            self._bot = self._open_bot(self.settings)
        except BaseException as exc:
            # Whoever asks gets it: this thread has nobody to tell.
            self._error = exc
        finally:
            self._loaded.set()

    @property
    def ready(self) -> bool:
        return self._bot is not None

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        articles: frozenset[str] | None = None,
        settings: Settings | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Event | Warming]:
        """The bot's events; the last is the Answer, unless `cancel` was set: then they just end, at once.

        Raises UserError for a question that can't be asked, and whatever the bot raises.
        """
        question = check_question(question)
        cancel = cancel or threading.Event()
        if not self._loaded.is_set():
            yield Warming()
        while not self._loaded.wait(_TICK):
            if cancel.is_set():
                return
        if self._bot is None:
            raise self._error or RuntimeError("the bot was not loaded")
        events = self._bot.stream(question, history, articles=articles, settings=settings, cancel=cancel)
        yield from _relay(events, cancel)

    def ask(self, question: str, history: Sequence[Turn] = (), **more: Any) -> Answer:
        """The Answer alone, for programs."""
        *_, last = self.stream(question, history, **more)
        if not isinstance(last, Answer):
            raise UserError("The question was stopped before it was answered. Ask it again.")
        return last

    @property
    def embedder(self) -> Embeds:
        """The embedder for articles that are added; loaded at the first use, and once."""
        if self._embedder is None:
            self._embedder = Embedder.for_store(self.settings, self.library.meta("embedder"))
        return self._embedder

    def stale(self, citations: Sequence[Citation]) -> frozenset[int]:
        """The numbers of citations whose file is gone or not the one that was cited."""
        now = {source: sha256 for source, (_, sha256) in self.library.files().items()}
        return frozenset(c.n for c in citations if now.get(c.source) != c.sha256)

    def roots(self) -> dict[str, str]:
        """article id -> the id of the article that it is a copy of, or its own."""
        return {a.article_id: a.copy_of or a.article_id for a in self.library.articles()}


def check_question(question: str) -> str:
    """The question without space around it. Raises UserError when it is empty or too long.

    >>> check_question("  Who met Rutte? ")
    'Who met Rutte?'
    """
    question = question.strip()
    if not question:
        raise UserError("Type a question first.")
    if len(question) > LONGEST:
        raise UserError(
            f"This question has {len(question):,} characters, and {LONGEST:,} is the most. Shorten it, "
            "or add a long text to the articles and ask about it."
        )
    return question


def _relay(events: Iterator[Event], cancel: threading.Event) -> Iterator[Event]:
    """The events of a generator that runs in its own thread, so that Stop never waits for a model."""
    pipe: queue.Queue[Event | BaseException | None] = queue.Queue()

    def run() -> None:
        try:
            for event in events:
                pipe.put(event)
            pipe.put(None)
        except BaseException as exc:
            pipe.put(exc)

    threading.Thread(target=run, name="ask", daemon=True).start()
    try:
        while True:
            try:
                event = pipe.get(timeout=_TICK)
            except queue.Empty:
                if cancel.is_set():
                    return
                continue
            if event is None or (cancel.is_set() and not isinstance(event, BaseException)):
                return
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        # The reader has gone away (closed the page) or has all of it: nothing goes on for nobody.
        cancel.set()
