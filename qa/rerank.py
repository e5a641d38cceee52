"""Putting evidence in order of how well it answers, behind one seam that a setting chooses.

`probe` reads each sentence in its place, and the question, with the embedded language model, and a linear probe tells
from its hidden states whether the one answers the other (`qa/probe.py`); a cross-encoder is the better judge where its
weights are on the machine; `none` keeps the order of the search but for the signals that need no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.types import Hit
from qa.adapter import Adapter
from qa.adapter import load as load_adapter
from qa.entail import cross_encoder
from qa.fitted import fitted
from qa.local import LocalModel
from qa.probe import Probe
from qa.probe import load as load_probe
from qa.rank import Context, Frequency, Signals, signals, weigh

# How many of the search's hits are judged: where none of the first seems to answer, by log-odds, some more.
DEPTH, DEEPER, DOUBT = 16, 24, 0.0
# A long title, or a long sentence before the one at hand, adds cost, not context.
TITLE_CHARACTERS, CONTEXT_CHARACTERS = 100, 200

ContextOf = Callable[[Hit], Context]


class Reranker(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def fitted(self) -> str:
        """The part of `fitted.json` that belongs to its scores."""

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        """One score a hit, in a unit of its own; larger is better."""


class NoReranker:
    """Gives every hit the same."""

    name = fitted = "none"

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        return [0.0] * len(hits)


class ProbeReranker:
    """Log-odds that the sentence answers the question, by the embedded model's states."""

    fitted = "probe"

    def __init__(self, model: LocalModel, probe: Probe, adapter: Adapter) -> None:
        self._model, self._probe, self._adapter = model, probe, adapter
        self.name = f"probe of {model.name}"

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        states = self._model.states(prefixes(hits, context_of), question, self._probe.layer, self._adapter)
        return [float(x) for x in self._probe.logits(states)]


def prefixes(hits: Sequence[Hit], context_of: ContextOf) -> list[str]:
    """What is read before the question, and what adapter and probe are fitted on.

    A sentence with its title tells of whom it speaks, and with the one before it what "most of the gap" is a gap of.
    """
    made = []
    for hit in hits:
        context = context_of(hit)
        made.append(
            f"Title: {context.title[:TITLE_CHARACTERS]}\nBefore: {context.before[-CONTEXT_CHARACTERS:]}\n"
            f"Passage: {hit.sentence.text}\nQuestion answered by the passage:"
        )
    return made


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder from a folder on this machine; its logit decides alone."""

    fitted = "cross_encoder"

    def __init__(self, folder: str) -> None:
        path = Path(folder).expanduser()
        self._model = cross_encoder(path, "CITESPAN_RERANKER")
        self.name = path.name

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        scores = self._model.predict([(question, h.sentence.text) for h in hits], show_progress_bar=False)
        return [float(score) for score in scores]


def choose_reranker(name: str, notify: Callable[[str], None]) -> Reranker:
    """The reranker that a setting names; when it can't be used, none, and `notify` is told so in one line."""
    if name == "none":
        return NoReranker()
    try:
        if name in ("auto", "probe"):
            return ProbeReranker(LocalModel.load("embedded"), load_probe(), load_adapter())
        return CrossEncoderReranker(name)
    except ModelError as exc:
        notify(f"{exc} Evidence keeps the order of the search.")
        return NoReranker()


def judge(
    reranker: Reranker, question: str, hits: Sequence[Hit], context_of: ContextOf, frequency: Frequency, sentences: int
) -> list[tuple[Hit, Signals]]:
    """The first hits, as many as are judged, with what the reranker gave as `rerank`, and the signals of each."""
    if not hits:
        return []
    verdicts = reranker.judge(question, hits[:DEPTH], context_of)
    if doubtful(verdicts) and len(hits) > DEPTH:
        verdicts += reranker.judge(question, hits[DEPTH:DEEPER], context_of)
    head = hits[: len(verdicts)]
    judged = [replace(hit, rerank=verdict) for hit, verdict in zip(head, verdicts, strict=True)]
    found = signals(question, judged, [context_of(hit) for hit in judged], frequency, sentences)
    return list(zip(judged, found, strict=True))


def doubtful(verdicts: Sequence[float]) -> bool:
    """Whether none of the verdicts is for its hit."""
    return max(verdicts) < DOUBT


def order(judged: Sequence[tuple[Hit, Signals]], rest: Sequence[Hit], weights: Mapping[str, float]) -> tuple[Hit, ...]:
    """The judged hits by the weighted sum of their signals, which becomes their `score`; then the rest as it was."""
    ranked = [replace(hit, score=weigh(of, weights)) for hit, of in judged]
    ranked.sort(key=lambda h: (-h.score, h.sentence.span.source, h.sentence.span.start))
    # The rest stays below the judged, on the same scale.
    drop = max(0.0, rest[0].score - ranked[-1].score) if rest and ranked else 0.0
    return (*ranked, *(replace(hit, score=hit.score - drop) for hit in rest))


def rerank(
    reranker: Reranker, question: str, hits: Sequence[Hit], context_of: ContextOf, frequency: Frequency, sentences: int
) -> tuple[Hit, ...]:
    """The hits, best first, by the fitted weights."""
    judged = judge(reranker, question, hits, context_of, frequency, sentences)
    return order(judged, hits[len(judged) :], fitted(reranker.fitted).ranking)
