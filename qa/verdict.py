"""How sure is it that the evidence answers the question? A probability from a handful of readable features.

Two logistic models share the features: one for "the articles answer this", one for "the articles are about this".
Their weights are in `fitted.json`, made by `python -m eval fit` on the development half of the gold sets. Pure but
for reading that file once; it finds no evidence itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from index.fold import words
from index.types import Hit
from qa.question import can_hold, content_words, is_instruction, kind_of, names_of, stem
from qa.rank import Frequency, fitted, inverse_frequency
from qa.types import Verdict


@dataclass(frozen=True, slots=True)
class Features:
    """What the verdict is made from; each lies roughly in [-1, 1] or [0, 1], but `likelihood` (nats a token)."""

    cosine: float  # of the best sentence among the first few
    passage_cosine: float  # of the best passage among them
    likelihood: float  # what the reranker gave the first one, 0 without a reranker
    coverage: float  # idf-weighted share of the question's content words in the best passage
    spread: float  # the same over the first few passages together
    known: float  # idf-weighted share of the question's content words that occur anywhere
    names: float  # share of the question's names and numbers that stand in the first few passages
    names_known: float  # share of them that occur anywhere
    holds: float  # 1 when one of the first sentences can hold the kind of answer asked for
    margin: float  # fused score of the first above the mean of the next few
    instruction: float  # 1 when it tells the program what to do instead of asking


def features(
    question: str, hits: Sequence[Hit], passages: Sequence[str], frequency: Frequency, sentences: int
) -> Features:
    """The features of a question and its reranked hits. `passages` are the texts of the first hits' passages."""
    terms = content_words(question)
    names = names_of(question)
    if not hits:
        return Features(0, 0, -8, 0, 0, 0, 0, 0, 0, 0, float(is_instruction(question)))
    found = {term: frequency(term) for term in {*terms, *names}}
    idf = inverse_frequency([*found], found.__getitem__, sentences)
    stems = [frozenset(map(stem, words(passage))) for passage in passages]
    together = frozenset().union(*stems)
    head = hits[: max(1, len(passages))]
    rest = [h.score for h in hits[1:6]]
    kind = kind_of(question)

    def share(of: Sequence[str], there: Callable[[str], bool]) -> float:
        mass = sum(idf[t] for t in of)
        return sum(idf[t] for t in of if there(t)) / mass if mass > 0 else 1.0

    return Features(
        cosine=max(h.cosine for h in head),
        passage_cosine=max(h.passage_cosine for h in head),
        likelihood=hits[0].rerank or 0.0,
        coverage=max((share(terms, lambda t, s=s: stem(t) in s) for s in stems), default=0.0),
        spread=share(terms, lambda t: stem(t) in together),
        known=share(terms, lambda t: found[t] > 0),
        names=sum(stem(n) in together for n in names) / len(names) if names else 1.0,
        names_known=sum(found[n] > 0 for n in names) / len(names) if names else 1.0,
        holds=float(any(can_hold(kind, h.sentence.text, question) for h in head[:3])),
        margin=hits[0].score - sum(rest) / len(rest) if rest else 0.0,
        instruction=float(is_instruction(question)),
    )


def probability(features: Features, weights: Mapping[str, float]) -> float:
    """The logistic function of bias and weighted features."""
    z = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in asdict(features).items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))


def decide(features: Features, strictness: str = "balanced") -> tuple[Verdict, float]:
    """The verdict, and the probability that the evidence answers the question."""
    model = fitted()
    answered = probability(features, model["answered"])
    if features.instruction:
        return "not_found", min(answered, 0.01)
    if answered >= model["thresholds"][strictness]:
        return "answered", answered
    related = probability(features, model["related"])
    return ("closest" if related >= model["thresholds"]["related"] else "not_found"), answered
