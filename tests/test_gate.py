"""The gate catches what it is there for: each part of the product is broken in turn, and the right metric falls.

The parts are the real ones over the real gold; a broken one is the real one turned wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main
from eval.compare import compare
from eval.gate import BASELINE, SIZE, judged
from eval.pick import ARTICLES, Gold, choose, read_gold
from eval.results import Result, load
from eval.run import OfBot
from eval.session import measure
from index.embed import Embedder
from index.ingest import ingest
from index.library import Library
from index.search import Search
from index.settings import Settings
from index.store import VectorStore
from index.types import Hit
from qa.bot import Bot
from qa.ground import Check
from qa.rerank import ContextOf, NoReranker, Reranker

GOLD = choose(read_gold(), limit=40)
FEW = choose(read_gold(), limit=16)  # drafting and checking take longer
PLAIN = choose(read_gold(), ["who", "when", "where", "why", "quote"], limit=10)  # and so does judging


class Backwards(Search):
    """A retriever whose best is its worst."""

    def search(self, question: str, k: int = 50, articles: frozenset[str] | None = None) -> tuple[Hit, ...]:
        return super().search(question, 1000, articles)[::-1][:k]


class Contrary:
    """The judge whose best is its worst."""

    def __init__(self, judge: Reranker) -> None:
        self._judge, self.name, self.fitted = judge, judge.name, judge.fitted

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        return [-score for score in self._judge.judge(question, hits, context_of)]


class Inventor:
    """A model that says the same invented things of every question, with a citation."""

    name = "inventor"

    def stream(
        self, messages: Sequence[dict[str, str]], max_tokens: int, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        yield "The treaty was signed in Lisbon on 3 May 1871 by Admiral Pereira [1]. "
        yield "It cost 92 million crowns [1]."


def believe(*given: Any, **more: Any) -> Check:
    """A verifier that lets everything through."""
    return Check(True, (), 1.0)


@pytest.fixture(scope="module")
def search(store: Path) -> Search:
    settings = Settings.load(environ={}, store=store)
    library = Library(store)
    return Search(library, VectorStore(store), Embedder.for_store(settings, library.meta("embedder")))


@pytest.fixture(scope="module")
def settings(store: Path) -> Settings:
    return Settings.load(environ={}, store=store, reranker="none")


@pytest.fixture(scope="module")
def healthy(search: Search, settings: Settings) -> Result:
    return run(Bot(search, NoReranker(), None, settings))


def run(bot: Bot, gold: Gold = GOLD) -> Result:
    return measure(OfBot(bot), gold, "toy", {}, {}, quiet=True)


def fallen(base: Result, new: Result) -> set[str]:
    """The metrics that close the gate; its exit code says the same."""
    names = {change.metric.name for change in compare(base, new).regressions}
    assert judged(lambda: base, lambda: new) == (1 if names else 0)
    return names


def test_the_same_product_over_a_fresh_index_says_the_same(
    healthy: Result, search: Search, settings: Settings, tmp_path: Path
) -> None:
    """Two runs are identical apart from the clock, scores and all, even if the articles are read anew."""
    ingest([ARTICLES], settings.with_(store=tmp_path), embedder=search.embedder)
    fresh = Search(Library(tmp_path), VectorStore(tmp_path), search.embedder)
    again = run(Bot(fresh, NoReranker(), None, settings))
    assert fallen(healthy, again) == set()
    assert {r.id: r.to_dict() | {"timings": {}} for r in again.records} == {
        r.id: r.to_dict() | {"timings": {}} for r in healthy.records
    }


def test_a_broken_retriever_is_caught_by_what_it_finds(healthy: Result, search: Search, settings: Settings) -> None:
    broken = Backwards(search.library, search.vectors, search.embedder)
    assert "hit@10" in fallen(healthy, run(Bot(broken, NoReranker(), None, settings)))


def test_a_broken_reranker_is_caught_by_what_it_puts_first(bot: Bot, settings: Settings) -> None:
    sound, broken = (Bot(bot.search_engine, judge, None, settings) for judge in (bot.reranker, Contrary(bot.reranker)))
    assert "best_sentence" in fallen(run(sound, PLAIN), run(broken, PLAIN))


def test_a_broken_verifier_is_caught_by_words_that_no_quote_holds(search: Search, settings: Settings) -> None:
    drafting = settings.with_(composer="draft")
    checked = run(Bot(search, NoReranker(), Inventor(), drafting), FEW)
    assert not any("Pereira" in record.text for record in checked.records)
    believed = run(Bot(search, NoReranker(), Inventor(), drafting, verify=believe), FEW)
    assert any("Pereira" in record.text for record in believed.records)
    assert {"words_cited", "accuracy"} <= fallen(checked, believed)


def test_a_refusal_that_never_refuses_is_caught_by_false_answers(
    healthy: Result, search: Search, settings: Settings
) -> None:
    eager = Bot(search, NoReranker(), None, settings, decide=lambda *given: ("answered", 0.9))
    assert {"false_answers", "auroc"} <= fallen(healthy, run(eager))


def test_a_refusal_that_always_refuses_is_caught_by_over_refusals(
    healthy: Result, search: Search, settings: Settings
) -> None:
    shy = Bot(search, NoReranker(), None, settings, decide=lambda *given: ("closest", 0.1))
    assert "over_refusals" in fallen(healthy, run(shy))


def test_the_committed_baseline_covers_the_subset_of_the_gate() -> None:
    ids = {record.id for record in load(BASELINE).records}
    part = choose(read_gold(), limit=SIZE)
    assert {row.id for row in part.rows} <= ids
    assert {turn.id for talk in part.conversations for turn in talk.turns} <= ids


@pytest.mark.timeout(600)
def test_the_gate_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    """The product as it stands against the committed baseline."""
    code = main(["gate"])
    assert code == 0, capsys.readouterr().out
