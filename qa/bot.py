"""The story of one question. Read this first.

`Bot.ask` is the whole product: find sentences, put them in order, decide whether they answer, say what they say,
and prove each statement. Nothing is shown that has not been checked. Try `python -m qa "what is NSATU?"`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from index.embed import Embedder
from index.errors import StoreError, UserError
from index.library import Library
from index.search import Search
from index.settings import Settings
from index.types import Article, Hit
from qa import compose
from qa.book import Book, Clock
from qa.editor import Editor
from qa.entail import Verify, verifier
from qa.finder import Decide, Finder, nearest
from qa.followup import self_contained
from qa.ground import check
from qa.llm import Model, climb
from qa.modelfiles import EMBEDDED
from qa.rerank import Reranker, choose_reranker
from qa.types import QUOTES, Answer, Citation, Engine, Event, Partial, Rewritten, Stage, Statement, Turn

LONGEST_QUESTION = 2_000


class Bot:
    """Answers questions over one store. Safe for several people at once: it keeps no conversation."""

    def __init__(
        self, search: Search, reranker: Reranker, model: Model | None, settings: Settings,
        notes: Sequence[str] = (), verify: Verify = check, decide: Decide | None = None,
    ) -> None:  # fmt: skip
        self.library: Library = search.library
        self.search_engine, self.reranker, self.model = search, reranker, model
        self.settings, self.notes = settings, tuple(notes)
        self.finder = Finder(search, reranker, decide)
        self._editor = Editor(search, reranker, self.finder.context_of, verify)

    @classmethod
    def open(cls, settings: Settings, notify: Callable[[str], None] = lambda line: None) -> Bot:
        """A bot over the store of the settings. Each model that can't be used is told to `notify` in one line.

        Raises UserError when there is no store, or when the embedder can't be loaded.
        """
        notes: list[str] = []

        def note(line: str) -> None:
            notes.append(line)
            notify(line)

        library = Library(settings.store)
        search = Search.open(settings.store, Embedder.for_store(settings, library.meta("embedder")))
        reranker = choose_reranker(settings.reranker, note)
        # A model that doesn't write by default may still be chosen for one question; it loads when it first writes.
        return cls(search, reranker, climb(settings, note), settings, notes, verifier(settings.entailment, note))

    def ask(
        self, question: str, history: Sequence[Turn] = (), *, articles: frozenset[str] | None = None,
        settings: Settings | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to a question, from all articles or only some (ids). Raises UserError for a bad question."""
        for event in self.stream(question, history, articles=articles, settings=settings):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream ends with an answer")

    def search(self, question: str, articles: frozenset[str] | None = None) -> tuple[Hit, ...]:
        """Search and rerank alone: the hits, best first."""
        return self.finder.ranked(question, self.finder.candidates(question, articles))

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, articles: frozenset[str] | None = None,
        settings: Settings | None = None, cancel: threading.Event | None = None,
    ) -> Iterator[Event]:  # fmt: skip
        """The same as `ask`, step by step. After `cancel` it ends with what has been proven so far."""
        settings = settings or self.settings
        clock = Clock()
        question = _checked(question)

        # 1. Make a follow-up self-contained.
        asked = self_contained(question, history)
        if asked != question:
            yield Rewritten(asked)

        # Once more where the library has changed meanwhile.
        for again in (False, True):
            revision = self.library.revision
            try:
                # 2. Search: candidate sentences with their passages.
                yield Stage("searching")
                candidates = self.finder.candidates(asked, articles)
                clock.lap("search")

                # 3. Rerank: evidence in order.
                yield Stage("reading")
                hits = self.finder.ranked(asked, candidates)
                clock.lap("rerank")

                # 4. Decide: answered, closest or not_found; and if answered, by which facts.
                decision = self.finder.decide(asked, hits, articles, settings, cancel)
                clock.lap("decide")
                yield Stage("checking")
            except StoreError:
                if again or self.library.revision == revision:
                    raise
                continue
            if self.library.revision == revision:
                break

        # 5. and 6. Draft from the evidence, and keep what the evidence proves.
        book = Book(self._articles())
        statements: list[Statement] = []
        notes = list(self.notes)
        if decision.verdict == "answered":
            for statement in self._statements(asked, decision.facts, book, settings, notes, cancel):
                statements.append(statement)
                clock.first()
                yield Partial(tuple(statements), book.citations)
            clock.lap("draft")
        verdict = decision.verdict if statements or decision.verdict != "answered" else "closest"

        # 7. Build the answer once.
        yield Answer(
            question=question,
            asked=asked,
            verdict=verdict,
            statements=tuple(statements),
            citations=book.citations if statements else (),
            closest=self._closest(hits, book) if verdict == "closest" else (),
            hits=hits,
            confidence=decision.confidence,
            engine=Engine(self._writer(statements), self.search_engine.embedder.name, self.reranker.name, tuple(notes)),
            timings=clock.done(),
            differing=tuple(compose.differing(statements, book.citations)),
            unanswered=decision.unanswered if statements else (),
            unsure=bool(statements) and not self.finder.sure(decision.confidence),
        )

    def _statements(
        self, question: str, facts: Sequence[compose.Fact], book: Book, settings: Settings, notes: list[str],
        cancel: threading.Event | None,
    ) -> Iterator[Statement]:  # fmt: skip
        drafted = False
        if self.model is not None and writes(self.model, settings):
            try:
                for statement in self._editor.drafted(self.model, question, facts, book, settings.statements, cancel):
                    drafted = True
                    yield statement
            except UserError as exc:
                kept = "What it had said is kept." if drafted else "The answer is in the articles' own words instead."
                notes.append(f"{exc} {kept}")
        if not drafted and not (cancel is not None and cancel.is_set()):
            yield from self._editor.quoted(question, facts, book, trimmed=settings.composer == "trim")

    def _closest(self, hits: Sequence[Hit], book: Book) -> tuple[Citation, ...]:
        """The nearest sentences, one a passage, as citations of their own."""
        return tuple(book.citation(n, h.sentence.article_id, h.sentence.span, h.sentence.text)
                     for n, h in enumerate(nearest(hits), 1))  # fmt: skip

    def _articles(self) -> dict[str, Article]:
        return {a.article_id: a for a in self.library.articles()}

    def _writer(self, statements: Sequence[Statement]) -> str:
        """Who wrote the answer: a model's name when a statement of it is shown, else `quotes`."""
        written = any(s.kind == "generated" for s in statements)
        return self.model.name if self.model is not None and written else QUOTES


def writes(model: Model, settings: Settings) -> bool:
    """Whether this model, the one that was really opened, writes the prose by these settings.

    The embedded one doesn't unless it is told to: its drafts pass the check but drop facts that the quotes keep, and
    take three times as long. README, "Who writes", has the figures and the command.
    """
    wanted = model.name != EMBEDDED if settings.composer == "auto" else settings.composer == "draft"
    return wanted and settings.llm != "none"


def _checked(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        raise UserError("The question is empty. Type one, for example: what is NATO?")
    if len(question) > LONGEST_QUESTION:
        raise UserError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} can be read. "
            "Ask a shorter one."
        )
    return question
