"""From evidence to statements: which sentences make the answer, and how a model's draft becomes statements.

Quotes are the floor: an answer in the articles' own words needs no model and is right by construction. A draft is
taken apart into sentences, each with the passages it claims to come from; whether it holds is `ground.py`'s word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from index.fold import words
from index.lexical import STOPWORDS
from index.types import Hit, Span
from qa.differ import differ
from qa.fitted import Fitted, logistic
from qa.question import asks_for_several, content_words, kind_of, stem
from qa.types import Citation, Differing, Statement

# Two sentences tell the same fact when this share of the shorter one's words stands in the other, and when this share
# of all their words is common to both.
CONTAINED, ALIKE = 0.7, 0.5
# A sentence that opens like this means little without the one before it.
_LEANS = re.compile(
    r"[“\"'‘]?(?:he|she|they|it|this|that|these|those|his|her|their|its|both|the (?:statement|move|decision"
    r"|announcement|comments?|remarks?|visit|meeting|agreement|plan|initiative|latter|former))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?][”\"’)]*(?:\s*\[[\d,\s]+\])*(?=\s+[^\s\[])|\n+")
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|St|Gen|Gov|Sen|Rep|Lt|Col|Sgt|Prof|No|vs)\.$")
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
    coverage: float  # share of the question's content words in it
    several: float  # 1 when the question is likely to need several sentences
    definition: float  # 1 when a definition is asked for
    list: float  # 1 when a list is


def further(question: str, hits: Sequence[Hit]) -> list[Further]:
    """The features of the second hit and all after it; `hits` are reranked, best first."""
    kind, several = kind_of(question), float(asks_for_several(question))
    definition, list_ = float(kind == "definition"), float(kind == "list")
    terms = frozenset(map(stem, content_words(question)))

    def coverage(hit: Hit) -> float:
        return len(terms & _stems(hit.sentence.text)) / max(1, len(terms))

    return [Further(h.score - hits[0].score, coverage(h), several, definition, list_) for h in hits[1:]]


def choose(question: str, hits: Sequence[Hit], limit: int, model: Fitted) -> tuple[Fact, ...]:
    """The facts of an answer in the order of their scores, at most `limit`; `hits` are reranked, best first.

    The first is always one; a further sentence is when it is likely enough to be evidence too. A sentence that says
    what a chosen one says joins it when it comes from another article and is dropped when not.
    """
    shown: list[Hit] = list(hits[:1])
    also: dict[int, list[Hit]] = {}
    for hit, about in zip(hits[1:], further(question, hits), strict=True):
        twin = next((n for n, other in enumerate(shown) if same_fact(other.sentence.text, hit.sentence.text)), None)
        if twin is not None:
            group = [shown[twin], *also.get(twin, [])]
            if all(h.sentence.article_id != hit.sentence.article_id for h in group):
                also.setdefault(twin, []).append(hit)
        elif len(shown) < limit and logistic(asdict(about), model.further) >= model.thresholds["further"]:
            shown.append(hit)
    return tuple(Fact(hit, tuple(also.get(n, ()))) for n, hit in enumerate(shown))


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


def leans(text: str) -> bool:
    """Whether a sentence opens with something that only the sentence before it explains.

    >>> leans("He emphasized the point."), leans("Rutte emphasized the point.")
    (True, False)
    """
    return bool(_LEANS.match(text))


def with_context(hit: Hit, before: Span | None) -> Span:
    """The span to show and cite for a hit: its sentence, with the one `before` it when it leans on that."""
    span = hit.sentence.span
    if before is not None and leans(hit.sentence.text):
        return Span(span.source, before.start, span.end)
    return span


@dataclass(frozen=True, slots=True)
class Drafted:
    """One sentence of a model's draft, without its markers, and the passages (from 1) that it claims."""

    text: str
    passages: tuple[int, ...]


def drafted(pieces: Iterator[str], passages: int) -> Iterator[Drafted]:
    """The sentences of a draft as they become complete. A marker that names no shown passage counts for nothing.

    >>> list(drafted(iter(["Ann ca", "me [1]. Bob", " left. [2][9]"]), 2))
    [Drafted(text='Ann came.', passages=(1,)), Drafted(text='Bob left.', passages=(2,))]
    """
    buffer = ""
    for piece in pieces:
        buffer += piece
        while (end := _complete(buffer)) is not None:
            yield from _drafted(buffer[:end], passages)
            buffer = buffer[end:]
    yield from _drafted(buffer, passages)


def _complete(buffer: str) -> int | None:
    """Where the first sentence of a growing text ends, markers behind its full stop included; None if unknown yet."""
    for match in _SENTENCE_END.finditer(buffer):
        if not _ABBREVIATION.search(buffer, 0, match.start() + 1):
            return match.end()
    return None


def _drafted(text: str, passages: int) -> Iterator[Drafted]:
    numbers = [int(n) for marks in _MARKS.findall(text) for n in re.findall(r"\d+", marks)]
    plain = re.sub(r"\s+([.,!?])", r"\1", _MARKS.sub("", text)).strip(" \n\t-*•")
    if re.search(r"\w", plain):
        yield Drafted(plain, tuple(dict.fromkeys(n for n in numbers if 1 <= n <= passages)))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words(text) if w not in STOPWORDS)
