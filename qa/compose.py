"""From evidence to statements: which sentences make the answer, and how a model's draft becomes statements.

Quotes are the floor: an answer in the articles' own words needs no model and is right by construction. A draft is
taken apart into sentences, each with the passages it claims to come from; whether it holds is `ground.py`'s word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from index.fold import words
from index.lexical import STOPWORDS
from index.sentences import sentences
from index.types import Hit, Span
from qa.answertype import asks_for_accounts, asks_for_several, kind_of
from qa.differ import differ
from qa.fitted import Fitted, logistic
from qa.question import content_words, stem
from qa.types import Citation, Differing, Statement

# Two sentences tell the same fact when this share of the shorter one's words stands in the other, and when this share
# of all their words is common to both.
CONTAINED, ALIKE = 0.7, 0.5
# Sentences with fewer characters between them are neighbours: a space, a line's end, a bullet.
BESIDE = 4
# How likely the first sentence of a further article has to be evidence, where it is asked what several articles say.
ACCOUNT = 0.12
_FINAL = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*$")
_MARKS = re.compile(r"((?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+)")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the answer: the sentence that is shown, and those of other articles that say the same."""

    shown: Hit
    also: tuple[Hit, ...] = ()

    @property
    def hits(self) -> tuple[Hit, ...]:
        return (self.shown, *self.also)


@dataclass(frozen=True, slots=True)
class Further:
    """What speaks for a further sentence after the first; the weights are fitted (`qa/fitted.py`)."""

    behind: float  # how far its score is behind that of the first; 0 or less
    judge: float  # what the reranker gave it; 0 without a reranker
    passage: float  # cosine of its passage
    beside: float  # 1 when it stands right before or behind the first
    coverage: float  # share of the question's content words in it
    several: float  # 1 when the question is likely to need several sentences
    definition: float  # 1 when a definition is asked for
    list: float  # 1 when a list is


def further(question: str, hits: Sequence[Hit]) -> list[Further]:
    """The features of the second hit and all after it; `hits` are reranked, best first."""
    kind, several = kind_of(question), float(asks_for_several(question))
    definition, list_ = float(kind == "definition"), float(kind == "list")
    terms = frozenset(map(stem, content_words(question)))
    # What wasn't read is taken for the worst of what was.
    least = min((h.rerank for h in hits if h.rerank is not None), default=0.0)

    def of(hit: Hit) -> Further:
        return Further(
            behind=min(0.0, hit.score - hits[0].score),
            judge=least if hit.rerank is None else hit.rerank,
            passage=hit.passage_cosine,
            beside=float(_beside(hits[0].sentence.span, hit.sentence.span)),
            coverage=len(terms & _stems(hit.sentence.text)) / max(1, len(terms)),
            several=several,
            definition=definition,
            list=list_,
        )

    return [of(hit) for hit in hits[1:]]


def _beside(a: Span, b: Span) -> bool:
    gap = max(a.start, b.start) - min(a.end, b.end)
    return a.source == b.source and 0 <= gap < BESIDE


def choose(question: str, hits: Sequence[Hit], limit: int, model: Fitted, chance: float = 1.0) -> tuple[Fact, ...]:
    """The facts of an answer in the order of their scores, at most `limit`; `hits` are reranked, best first.

    The first is always one; a further sentence is when it is likely enough to be evidence too, given the `chance` that
    there is an answer at all: what is said with doubt is said in few words. A sentence that says
    what a chosen one says joins it when it comes from another article and is dropped when not.
    """
    shown: list[Hit] = list(hits[:1])
    also: dict[int, list[Hit]] = {}
    accounts = asks_for_accounts(question)
    for hit, about in zip(hits[1:], further(question, hits), strict=True):
        twin = next((n for n, other in enumerate(shown) if same_fact(other.sentence.text, hit.sentence.text)), None)
        if twin is not None:
            group = [shown[twin], *also.get(twin, [])]
            if all(h.sentence.article_id != hit.sentence.article_id for h in group):
                also.setdefault(twin, []).append(hit)
            continue
        other = accounts and all(h.sentence.article_id != hit.sentence.article_id for h in shown)
        least = ACCOUNT if other else model.thresholds["further"]
        if len(shown) < limit and chance * logistic(asdict(about), model.further) >= least:
            shown.append(hit)
    return tuple(Fact(hit, tuple(also.get(n, ()))) for n, hit in enumerate(shown))


def merged(facts: Iterable[Fact], limit: int) -> tuple[Fact, ...]:
    """The facts in their order without those that an earlier one tells, at most `limit`."""
    kept: list[Fact] = []
    for fact in facts:
        text = fact.shown.sentence.text
        known = any(
            k.shown.sentence.span == fact.shown.sentence.span or same_fact(k.shown.sentence.text, text) for k in kept
        )
        if not known and len(kept) < limit:
            kept.append(fact)
    return tuple(kept)


def differing(statements: Sequence[Statement], citations: Sequence[Citation]) -> Iterator[Differing]:
    """Where statements that rest on different articles don't agree."""
    article = {c.n: c.article_id for c in citations}
    for i, j in itertools.combinations(range(len(statements)), 2):
        first, second = statements[i], statements[j]
        if {article[n] for n in first.citations}.isdisjoint(article[n] for n in second.citations):
            about = differ(first.text, second.text)
            if about == "number":
                yield Differing(i, j, "number")
            elif about:
                yield Differing(*((i, j) if about == "settled" else (j, i)), "certainty")


def same_fact(a: str, b: str) -> bool:
    """Whether two sentences say nearly the same in nearly the same words, with the same numbers.

    >>> same_fact("Rutte met Ishiba in Tokyo on Wednesday.", "On Wednesday Rutte met Mr Ishiba in Tokyo.")
    True
    >>> same_fact("Rutte met Ishiba for 45 minutes.", "Rutte met Ishiba for 50 minutes.")
    False
    """
    first, second = _stems(a), _stems(b)
    shared = len(first & second)
    numbers = [{w for w in stems if any(c.isdigit() for c in w)} for stems in (first, second)]
    if min(len(first), len(second)) < 4 or numbers[0] != numbers[1]:
        return False
    return shared / min(len(first), len(second)) >= CONTAINED and shared / len(first | second) >= ALIKE


@dataclass(frozen=True, slots=True)
class Drafted:
    """One sentence of a model's draft, without its markers, and the passages (from 1) that it claims."""

    text: str
    passages: tuple[int, ...]


def drafted(pieces: Iterable[str], passages: int) -> Iterator[Drafted]:
    """The sentences of a draft as they become complete. A marker that names no shown passage counts for nothing.

    What has no final mark when the stream ends is dropped: whether the model had done or the limit cut it off can't be
    told from its words, half a sentence may mean another thing than the whole, and a quote is always at hand.

    >>> list(drafted(iter(["Ann ca", "me [1]. Bob", " left. [2][9] Bob met the"]), 2))
    [Drafted(text='Ann came.', passages=(1,)), Drafted(text='Bob left.', passages=(2,))]
    """
    buffer = ""
    # By characters, so that a draft reads the same however it arrives.
    for char in itertools.chain.from_iterable(pieces):
        buffer += char
        cuts = []
        if char == "\n":
            cuts = [*_cuts(buffer), len(buffer)]
        elif char == " ":
            # Where a sentence ends is sure when two words of the next one are there: "Toyota Inc. said", "Inc. Its".
            cuts = [cut for cut in _cuts(buffer) if _begun(buffer[cut:])][:1]
        for start, end in itertools.pairwise([0, *cuts]):
            yield from _drafted(buffer[start:end], passages)
        buffer = buffer[cuts[-1] :] if cuts else buffer
    *whole, last = itertools.pairwise([0, *_cuts(buffer), len(buffer)])
    for start, end in (*whole, *([last] if _FINAL.search(_MARKS.sub("", buffer)) else [])):
        yield from _drafted(buffer[start:end], passages)


def _begun(text: str) -> bool:
    """Whether a sentence has two words, and no marker is half written."""
    return len(_MARKS.sub("", text).split()) > 1 and "[" not in text.rpartition("]")[2]


def _cuts(buffer: str) -> list[int]:
    """Where the second sentence and those after it begin; the markers behind a full stop stand before that."""
    plain, places, at = "", list[int](), 0
    for mark in _MARKS.finditer(buffer):
        plain, places = plain + buffer[at : mark.start()], [*places, *range(at, mark.start())]
        at = mark.end()
    plain, places = plain + buffer[at:], [*places, *range(at, len(buffer))]
    return [places[start] for start, _ in sentences(plain)[1:]]


def _drafted(text: str, passages: int) -> Iterator[Drafted]:
    numbers = [int(n) for marks in _MARKS.findall(text) for n in re.findall(r"\d+", marks)]
    plain = re.sub(r"\s+([.,!?])", r"\1", _MARKS.sub("", text)).strip(" \n\t-*•")
    if re.search(r"\w", plain):
        yield Drafted(plain, tuple(dict.fromkeys(n for n in numbers if 1 <= n <= passages)))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words(text) if w not in STOPWORDS)
