"""How well a sentence answers, as a weighted sum of a few readable features. Pure, no model of its own.

The weights are in `fitted.json`, made by `python -m eval fit` on the development half of the gold sets: a logistic
regression on pairs of a right and a wrong sentence for the same question (Joachims 2002, "Optimizing Search Engines
using Clickthrough Data", with the logistic in place of the hinge loss).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from index.fold import words
from index.types import Hit
from qa.answertype import Kind, can_hold, kind_of
from qa.question import content_words, names_of, stem

Frequency = Callable[[str], int]
"""In how many sentences of the library a word occurs, in any of its forms."""

_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence; each lies roughly between 0 and 1, but `judge` (log-odds)."""

    cosine: float  # of the sentence to the question
    passage_cosine: float  # of its passage
    bm25: float  # divided by the question's best
    judge: float  # what the reranker gave; 0 without one
    holds: float  # 1 when it can hold the kind of answer asked for
    defines: float  # how far it explains a word of the question, when a definition is asked for
    coverage: float  # idf-weighted share of the question's content words in it
    context: float  # the same with its article's title and the sentence before it
    names: float  # share of the question's names and numbers in it
    length: float  # characters, 300 or more being 1
    complete: float  # 0 for a headline or another piece of text that doesn't end like a sentence


@dataclass(frozen=True, slots=True)
class Context:
    """What a sentence is read with: the one before it in its passage, or "", and its article's title."""

    before: str
    title: str


def signals(
    question: str, hits: Sequence[Hit], contexts: Sequence[Context], frequency: Frequency, sentences: int
) -> list[Signals]:
    """The signals of each hit with its context; the library holds `sentences` sentences."""
    kind, terms, names = kind_of(question), content_words(question), names_of(question)
    idf = inverse_frequency(terms, frequency, sentences)
    mass = sum(idf.values())
    found = []
    for hit, context in zip(hits, contexts, strict=True):
        text = hit.sentence.text
        here = frozenset(map(stem, words(text)))
        near = here | frozenset(map(stem, words(f"{context.title} {context.before}")))
        found.append(
            Signals(
                cosine=hit.cosine,
                passage_cosine=hit.passage_cosine,
                bm25=hit.bm25_share,
                judge=hit.rerank or 0.0,
                holds=float(can_hold(kind, text, question)),
                defines=defines(kind, names, terms, text),
                coverage=sum(idf[t] for t in terms if stem(t) in here) / mass if mass else 1.0,
                context=sum(idf[t] for t in terms if stem(t) in near) / mass if mass else 1.0,
                names=sum(stem(n) in here for n in names) / len(names) if names else 1.0,
                length=min(len(text), 300) / 300,
                complete=float(bool(_END.search(text))),
            )
        )
    return found


def unjudged(
    question: str, hits: Sequence[Hit], contexts: Sequence[Context], frequency: Frequency, sentences: int,
    weights: Mapping[str, float],
) -> list[Hit]:  # fmt: skip
    """The hits in the order they have, scored as if no reranker had read them."""
    bare = [replace(hit, rerank=None) for hit in hits]
    found = signals(question, bare, contexts, frequency, sentences)
    return [replace(hit, score=weigh(of, weights)) for hit, of in zip(hits, found, strict=True)]


def weigh(signals: Signals, weights: Mapping[str, float]) -> float:
    """The weighted sum."""
    return float(sum(weights.get(name, 0.0) * value for name, value in asdict(signals).items()))


def defines(kind: Kind, names: Sequence[str], terms: Sequence[str], text: str) -> float:
    """How far a text explains a name or another word of a question that asks for a definition; 0 for another kind."""
    asked = [*names, *terms] if kind == "definition" else []
    return max((explains(term, text) for term in asked), default=0.0)


def explains(term: str, text: str) -> float:
    """How far a text explains a term: 1 when it gives the long form beside it, 0.5 when it says what it is, else 0.

    >>> explains("who", "The World Health Organization (WHO) met."), explains("who", "WHO is an agency.")
    (1.0, 0.5)
    >>> explains("who", "The WHO met on Monday.")
    0.0
    """
    word = re.escape(term)
    if re.search(rf"\w \({word}\)|\b{word} \([A-Z]", text, re.IGNORECASE):
        return 1.0
    says = rf"\b{word}\)?,? (?:is|are|was|were|means?|refers?|stands|which|an?|the|based)\b"
    return 0.5 if re.search(says, text, re.IGNORECASE) else 0.0


def inverse_frequency(terms: Sequence[str], frequency: Frequency, sentences: int) -> dict[str, float]:
    """term -> ln((N + 1) / (n + 0.5)), the inverse document frequency over sentences; largest for an unknown word."""
    return {term: math.log((sentences + 1) / (frequency(term) + 0.5)) for term in terms}
