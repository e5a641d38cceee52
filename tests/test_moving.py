"""An article that changes, or goes, while a question about it is answered: never a wrong span, never a traceback.

What is killed half-way is in tests/test_crash.py. Try `pytest tests/test_moving.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fakes import HashedEmbedder, settings_for, write_articles

from index.errors import StoreError
from index.ingest import ingest, remove
from index.search import Search
from qa.bot import Bot
from qa.rerank import NoReranker
from qa.types import Answer, Event, Stage, Verdict

QUESTION = "What did the council write marker1v0 on?"
Change = Callable[[], None]


class Store:
    """Three made articles and their index; `0001.txt` is the one that is asked about."""

    def __init__(self, folder: Path) -> None:
        self.articles, self.settings = folder / "news", settings_for(folder / "store").with_(llm="none")
        write_articles(self.articles, 3)
        self.index()

    def index(self) -> None:
        ingest([self.articles], self.settings, embedder=HashedEmbedder())

    def move(self) -> None:
        """Everything in the article stands 41 characters further on."""
        path = self.articles / "0001.txt"
        path.write_text(f"Something new stands here now before it.\n{path.read_text()}", encoding="utf-8")
        self.index()

    def forget(self) -> None:
        remove(["0001.txt"], self.settings, embedder=HashedEmbedder())

    def bot(self, verdict: Verdict, model: Writer | None = None) -> Bot:
        settings = self.settings.with_(llm="embedded", composer="draft") if model else self.settings
        search = Search.open(settings.store, HashedEmbedder())
        return Bot(search, NoReranker(), model, settings, decide=lambda *given: (verdict, 0.9))


class Writer:
    """A model that changes the store before it says its one sentence."""

    name = "writer"

    def __init__(self, change: Change) -> None:
        self.change = change

    def stream(
        self, messages: Sequence[dict[str, str]], max_tokens: int, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        self.change()
        yield "Nothing of this is so [1]."


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def after(bot: Bot, stage: str, change: Change) -> Answer:
    """The answer when the store changes once, at the first stage of that name."""
    waiting = [change]
    event: Event = Stage("")
    for event in bot.stream(QUESTION):
        if waiting and isinstance(event, Stage) and event.name == stage:
            waiting.pop()()
    assert isinstance(event, Answer) and not waiting
    return event


def assert_exact(store: Store, answer: Answer) -> None:
    for c in (*answer.citations, *answer.closest):
        assert (store.articles / c.source).read_text(encoding="utf-8")[c.start : c.end] == c.quote


@pytest.mark.parametrize("verdict", ["answered", "closest"])
@pytest.mark.parametrize("stage", ["searching", "reading", "checking"])
def test_an_article_that_moves_is_searched_again(store: Store, stage: str, verdict: Verdict) -> None:
    answer = after(store.bot(verdict), stage, store.move)
    assert any("marker1v0" in c.quote and c.start > 0 for c in (*answer.citations, *answer.closest))
    assert_exact(store, answer)


@pytest.mark.parametrize("verdict", ["answered", "closest"])
@pytest.mark.parametrize("stage", ["searching", "reading", "checking"])
def test_an_article_that_goes_is_not_cited(store: Store, stage: str, verdict: Verdict) -> None:
    answer = after(store.bot(verdict), stage, store.forget)
    cited = (*answer.citations, *answer.closest)
    assert cited and all(c.source != "0001.txt" for c in cited)
    assert_exact(store, answer)


def test_when_it_changes_while_the_answer_is_written_the_user_reads_one_line(store: Store) -> None:
    with pytest.raises(StoreError, match=r"^0001\.txt has changed while this was answered\. Ask again\.$"):
        store.bot("answered", Writer(store.move)).ask(QUESTION)
    with pytest.raises(StoreError, match=r"^0001\.txt is not in the index any more\. Ask again, or index it"):
        store.bot("answered", Writer(store.forget)).ask(QUESTION)
