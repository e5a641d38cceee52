"""The stock pipeline: its own defaults, its chunks as citations with true offsets, its words read kindly."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from eval.peers import NEW_TOKENS, REFUSES, Stock, said
from index.errors import UserError
from index.settings import Settings


class QueueModel:
    """A language model with a queue of replies and a history of prompts."""

    name = "queue"

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.prompts: list[str] = []

    def stream(
        self, messages: Sequence[dict[str, str]], max_tokens: int, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        assert max_tokens == NEW_TOKENS
        self.prompts.append(messages[0]["content"])
        yield self.replies.pop(0)


def test_the_stock_pipeline_over_the_seeds(store: Path, tmp_path: Path) -> None:
    model = QueueModel("Rutte visited Tokyo [1]. It was his first visit [7].", "I don't know.", "")
    peer = Stock(Settings.load(environ={}, store=store), tmp_path, model)
    defaults = peer.defaults()
    assert defaults["splitter"] == "SentenceSplitter, 1024 tokens, overlap 200"
    assert defaults["retriever"] == "VectorIndexRetriever, similarity_top_k 2"

    reply = peer.reply("Who visited Tokyo?", ())
    assert "Please provide an answer based solely on the provided sources." in model.prompts[0]
    assert reply.verdict == "answered"
    assert [(s.text, s.citations) for s in reply.statements] == [
        ("Rutte visited Tokyo.", (1,)),
        ("It was his first visit.", ()),  # there is no source 7
    ]
    (cited,) = reply.citations
    assert cited.intact
    assert peer.texts.at(cited.source, cited.start, cited.end) == cited.quote
    assert len(reply.hits) == len(reply.words) >= 2

    assert peer.reply("Who won?", ()).verdict == "not_found"
    assert peer.reply("Who won?", ()).verdict == "not_found"


def test_the_stock_pipeline_needs_a_language_model(store: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't do without a language model"):
        Stock(Settings.load(environ={}, store=store, llm="none"), tmp_path)


def test_marks_are_citations_and_not_words() -> None:
    assert [(s.text, s.citations) for s in said("It rained [1, 2]. [3]", 3)] == [("It rained.", (1, 2))]
    assert said("", 3) == ()


@pytest.mark.parametrize(
    "text", ["Empty Response", "The sources do not mention it.", "I'm sorry.", "It is not stated."]
)
def test_refusals_are_read_from_the_words(text: str) -> None:
    assert REFUSES.search(text)


@pytest.mark.parametrize("text", ["Japan is not a member.", "He does not agree.", "NATO."])
def test_an_answer_with_a_not_in_it_is_an_answer(text: str) -> None:
    assert not REFUSES.search(text)
