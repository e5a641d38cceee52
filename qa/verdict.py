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
from qa.question import asks_what_is, content_words, is_instruction, names_of, stem
from qa.rank import Context, Frequency, fitted, inverse_frequency
from qa.types import Verdict

# At least this sure of a plain "who is" or "what is" whose words are there; between `balanced` and `strict`.
PLAIN = 0.7


@dataclass(frozen=True, slots=True)
class Features:
    """What the verdict is made from; shares lie in [0, 1], `likelihood` is in nats a token, `score` has no unit."""

    cosine: float  # of the best sentence among the first few
    score: float  # of the first, by the ranking
    likelihood: float  # what the reranker gave the first, 0 without one; high where a text only restates the question
    names: float  # share of the question's names and numbers in the first one's passage and title
    coverage: float  # idf-weighted share of its other content words in the first sentence and its context
    spread: float  # idf-weighted share of all of them in the first few passages together
    known: float  # idf-weighted share of all of them that occur anywhere
    plain: float  # 1 when it asks who or what something is, and all of its content words are in the first one's passage
    instruction: float  # 1 when it tells the program what to do instead of asking


def features(
    question: str, hits: Sequence[Hit], passages: Sequence[str], context: Context, frequency: Frequency, sentences: int
) -> Features:
    """The features of a question and its ranked hits.

    `passages` are the texts of the first hits' passages, `context` is the first hit's, and the library holds
    `sentences` sentences.
    """
    instruction = float(is_instruction(question))
    if not hits:
        return Features(0, 0, -8, 0, 0, 0, 0, 0, instruction)
    terms, names = content_words(question), names_of(question)
    found = {term: frequency(term) for term in {*terms, *names}}
    idf = inverse_frequency([*found], found.__getitem__, sentences)
    first = _stems(f"{hits[0].sentence.text} {context.before} {context.title}")
    top = _stems(f"{passages[0]} {context.title}")
    together = frozenset().union(*map(_stems, passages))
    others = [term for term in terms if term not in names]

    def share(of: Sequence[str], there: Callable[[str], bool]) -> float:
        mass = sum(idf[t] for t in of)
        return sum(idf[t] for t in of if there(t)) / mass if mass > 0 else 1.0

    return Features(
        cosine=max(h.cosine for h in hits[: len(passages)]),
        score=hits[0].score,
        likelihood=hits[0].rerank or 0.0,
        names=sum(stem(n) in top for n in names) / len(names) if names else 1.0,
        coverage=share(others, lambda t: stem(t) in first),
        spread=share(terms, lambda t: stem(t) in together),
        known=share(terms, lambda t: found[t] > 0),
        plain=float(asks_what_is(question) and bool(terms) and all(stem(t) in top for t in terms)),
        instruction=instruction,
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, words(text)))


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
    if features.plain:
        # "Who is Ann Lee?" asks for no detail that could be missing: a passage about her answers it.
        answered = max(answered, PLAIN)
    if answered >= model["thresholds"][strictness]:
        return "answered", answered
    related = probability(features, model["related"])
    return ("closest" if related >= model["thresholds"]["related"] else "not_found"), answered
