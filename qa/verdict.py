"""How sure is it that the evidence answers the question? A probability from a handful of readable features.

The chance that the articles are about what is asked, and the chance that they answer it if they are: what is off the
subject and what comes close without answering look different, and each has a logistic model of its own. Their weights
are in `fitted.json`, made by `python -m eval fit` on development questions. Pure; it finds no evidence itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from index.fold import words
from index.types import Hit
from qa.answertype import asks_for_several, asks_what_is, can_hold, kind_of
from qa.fitted import Fitted, logistic
from qa.question import content_words, is_instruction, names_of, stem
from qa.rank import Context, Frequency, defines, inverse_frequency
from qa.types import Verdict

# At least this sure of a plain "who is" or "what is" whose words are there; between `balanced` and `strict`.
PLAIN = 0.7
# Other words may mean the same, so what tells whether the question's words are there counts by this weight only (a
# logarithmic pool, Genest and Zidek 1986). On development questions any from 0.25 to 0.75 tells answerable from not
# equally well, and the smallest refuses the fewest that ask in other words.
ABOUT = 0.25
# Kinds of answer that a rule can tell a sentence to lack: on development questions 1 % of the right sentences seem to,
# and 2 to 4 % of the pairs that come first for an unanswerable question.
_TOLD = ("when", "how_many")
# An event may stand for a time.
_EVENT = re.compile(r"\b(?:after|following|during|since|until)\b", re.IGNORECASE)
# Words that a question about somebody the articles name may have and they have not: "old", "born".
UNKNOWN = 1


@dataclass(frozen=True, slots=True)
class Features:
    """What the verdict is made from; shares lie in [0, 1], `judge` and `second` are log-odds, 0 without a reranker."""

    cosine: float  # of the best sentence among the first few
    passage: float  # cosine of the first one's passage
    judge: float  # what the reranker gave the first
    second: float  # the most that it gave another
    holds: float  # 1 when the first can hold the kind of answer asked for
    defines: float  # how far the first explains a word of the question, when a definition is asked for
    names: float  # share of the question's names and numbers in the first one's passage and title
    coverage: float  # idf-weighted share of its other content words in the first sentence and its context
    spread: float  # idf-weighted share of all of them in the first few passages: high, the judge's doubts weigh more
    known: float  # idf-weighted share of all of them that occur anywhere
    plain: float  # 1 when it asks who or what something is, and all of its content words are in the first one's passage
    named: float  # 1 when all that it names stands in the first few passages, and hardly a word of it is unknown
    lacks: float  # 1 when it asks for a time or a number and neither of the first two sentences has any
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
        return Features(0, 0, -8, -8, 0, 0, 0, 0, 0, 0, 0, 0, 0, instruction)
    terms, names = content_words(question), names_of(question)
    found = {term: frequency(term) for term in {*terms, *names}}
    idf = inverse_frequency([*found], found.__getitem__, sentences)
    first = _stems(f"{hits[0].sentence.text} {context.before} {context.title}")
    top = _stems(f"{passages[0]} {context.title}")
    together = frozenset().union(*map(_stems, passages))
    others = [term for term in terms if term not in names]
    text, kind = hits[0].sentence.text, kind_of(question)
    judged = [h.rerank for h in hits if h.rerank is not None]

    def share(of: Sequence[str], there: Callable[[str], bool]) -> float:
        mass = sum(idf[t] for t in of)
        return sum(idf[t] for t in of if there(t)) / mass if mass > 0 else 1.0

    return Features(
        cosine=max(h.cosine for h in hits[: len(passages)]),
        passage=hits[0].passage_cosine,
        judge=judged[0] if judged else 0.0,
        second=max(judged[1:], default=judged[0]) if judged else 0.0,
        holds=float(can_hold(kind, text, question)),
        defines=defines(kind, names, terms, text),
        names=sum(stem(n) in top for n in names) / len(names) if names else 1.0,
        coverage=share(others, lambda t: stem(t) in first),
        spread=share(terms, lambda t: stem(t) in together),
        known=share(terms, lambda t: found[t] > 0),
        plain=float(asks_what_is(question) and bool(terms) and all(stem(t) in top for t in terms)),
        named=float(
            bool(names) and all(stem(n) in together for n in names) and sum(found[t] == 0 for t in others) <= UNKNOWN
        ),
        lacks=float(
            kind in _TOLD
            and not asks_for_several(question)
            and not any(can_hold(kind, h.sentence.text, question) or _EVENT.search(h.sentence.text) for h in hits[:2])
        ),
        instruction=instruction,
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, words(text)))


def decide(features: Features, strictness: str, model: Fitted) -> tuple[Verdict, float]:
    """The verdict, and the probability that the evidence answers the question."""
    values = asdict(features)
    related = logistic(values, model.related)
    answered = related**ABOUT * logistic(values, model.answered)
    if features.instruction:
        return "not_found", min(answered, 0.01)
    if features.plain:
        # "Who is Ann Lee?" asks for no detail that could be missing: a passage about her answers it.
        answered = max(answered, PLAIN)
    if features.lacks:
        answered = min(answered, model.thresholds["lenient"] - 0.01)
    if answered >= model.thresholds[strictness]:
        return "answered", answered
    # "How old is Ann Lee?" is about her, whatever the articles say.
    about = features.named or related >= model.thresholds["related"]
    return ("closest" if about else "not_found"), answered
