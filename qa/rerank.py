"""Putting evidence in order of how well it answers, behind one seam that a setting chooses.

`likelihood` asks the embedded language model how probable the question is after each sentence (Sachan et al. 2022,
"Improving Passage Retrieval with Zero-Shot Question Generation"); a cross-encoder is the better judge where its
weights are on the machine; `none` keeps the order of the search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.types import Hit
from qa.local import LocalModel
from qa.question import can_hold, kind_of

# How many of the search's hits are judged; what the others could add isn't worth the time.
DEPTH = 16
# Weight of the judge (nats a token) against the fused score, and what a sentence loses that can't hold the kind of
# answer asked for. Chosen on the development half of the gold set with `python -m eval ablate`.
JUDGE_WEIGHT = 0.7
KIND_PENALTY = 0.25
# A long sentence before the one at hand adds cost, not context.
CONTEXT_CHARACTERS = 200

ContextOf = Callable[[Hit], str]
"""The text just before a hit's sentence, or ""."""


class Reranker(Protocol):
    @property
    def name(self) -> str: ...

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        """One score a hit, in nats or another unit of its own; larger is better."""


class NoReranker:
    """Keeps the order of the search."""

    name = "none"

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        return [0.0] * len(hits)


class LikelihoodReranker:
    """Mean log-probability of the question after the sentence, in nats a token."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self.name = f"likelihood of {model.name}"

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        prefixes = []
        for hit in hits:
            before = context_of(hit)[-CONTEXT_CHARACTERS:]
            text = f"{before} {hit.sentence.text}".strip()
            prefixes.append(f"Passage: {text}\nQuestion answered by the passage:")
        return [float(score) for score in self._model.likelihood(prefixes, question)]


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder from a folder on this machine; its logit."""

    def __init__(self, folder: str) -> None:
        from sentence_transformers import CrossEncoder

        path = Path(folder).expanduser()
        try:
            self._model = CrossEncoder(str(path if path.is_dir() else folder), device="cpu")
        except Exception as exc:
            raise ModelError(
                f"The reranker '{folder}' can't be loaded. Set CITESPAN_RERANKER to auto, none, likelihood or the "
                "folder of a cross-encoder."
            ) from exc
        self.name = path.name

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        scores = self._model.predict([(question, h.sentence.text) for h in hits], show_progress_bar=False)
        return [float(score) for score in scores]


def choose_reranker(name: str, notify: Callable[[str], None]) -> Reranker:
    """The reranker that a setting names; when it can't be used, none, and `notify` is told so in one line."""
    if name == "none":
        return NoReranker()
    try:
        if name in ("auto", "likelihood"):
            return LikelihoodReranker(LocalModel.load("embedded"))
        return CrossEncoderReranker(name)
    except ModelError as exc:
        notify(f"{exc} Evidence keeps the order of the search.")
        return NoReranker()


def rerank(reranker: Reranker, question: str, hits: Sequence[Hit], context_of: ContextOf) -> tuple[Hit, ...]:
    """The first `DEPTH` hits in the order of `score + 0.7 * judge - 0.25 if it can't hold the kind of answer`.

    Each keeps what the judge gave as `rerank`; the hits behind `DEPTH` follow in their old order.
    """
    head, tail = hits[:DEPTH], hits[DEPTH:]
    if not head:
        return ()
    kind = kind_of(question)
    judged = []
    for hit, verdict in zip(head, reranker.judge(question, head, context_of), strict=True):
        penalty = 0.0 if can_hold(kind, hit.sentence.text, question) else KIND_PENALTY
        judged.append(replace(hit, score=hit.score + JUDGE_WEIGHT * verdict - penalty, rerank=verdict))
    judged.sort(key=lambda h: (-h.score, h.sentence.span.source, h.sentence.span.start))
    lowest = judged[-1].score
    # The tail keeps its order below the head, on the same scale.
    drop = tail[0].score - lowest if tail else 0.0
    return (*judged, *(replace(hit, score=hit.score - max(0.0, drop)) for hit in tail))
