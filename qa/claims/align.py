"""Which word of a sentence each word of a statement comes from.

Pure: it knows tokens, no texts, and judges nothing. Try `align(statement_tokens, frame)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.claims.facts import Sentence, Token
from qa.claims.frames import Frame
from qa.claims.values import Day

_FAR = 6  # tokens; a longer gap costs no more


@dataclass(frozen=True, slots=True)
class Match:
    """A part of a statement laid against one sentence: `where` maps its token places to those of the source."""

    said: Frame
    part: range
    source: Frame
    where: Mapping[int, int]

    @property
    def path(self) -> list[tuple[int, int]]:
        """The pairs (place in the statement, place in the source) in the statement's order."""
        return [(i, self.where[i]) for i in self.part if i in self.where]

    @property
    def told(self) -> frozenset[int]:
        """The places of the statement that say who says it: outside of what a report reports."""
        reports = [r for r in self.said.reports if r.verb >= 0 and not self.said.tokens[r.verb].low.endswith("ing")]
        return frozenset(i for r in reports for i in self.part if i not in r.scope)


def align(
    tokens: Sequence[tuple[int, Token]], source: Sentence, days: Mapping[int, Day] | None = None
) -> dict[int, int]:
    """Statement position -> source position for the words that occur in the source, in the smoothest order.

    A word that stands several times in the source is taken where it continues its neighbours (a Viterbi path whose
    costs are jumps). `days` gives resolved dates by source position.

    >>> from qa.claims.facts import sentences
    >>> said, source = sentences("Ana met Eva.")[0], sentences("Ana Reyes met Eva in Oslo.")[0]
    >>> align(list(enumerate(said.tokens)), source)
    {0: 0, 1: 2, 2: 3}
    """
    path: list[tuple[int, dict[int, tuple[float, int]]]] = []
    following = {i: after.key for (i, _), (_, after) in pairwise(tokens)}
    for i, token in tokens:
        places = [p for p in candidates(token, source, days or {}) if _counts(source.tokens, p, following.get(i))]
        if token.kind in ("free", "mark") or not places:
            continue
        before = path[-1][1] if path else {}
        step: dict[int, tuple[float, int]] = {}
        literal = any(source.tokens[p].low == token.low for p in places)
        for place in places:
            own = 1.8 if literal and source.tokens[place].low != token.low else 0.0
            if before:
                cost, origin = min((cost + _jump(place - p), p) for p, (cost, _) in before.items())
            else:
                cost, origin = 0.0, -1
            step[place] = (cost + own, origin)
        path.append((i, step))
    found: dict[int, int] = {}
    place = min(path[-1][1], key=lambda p: path[-1][1][p][0]) if path else -1
    for i, step in reversed(path):
        found[i] = place
        place = step[place][1]
    return dict(sorted(found.items()))


def candidates(token: Token, source: Sentence, days: Mapping[int, Day]) -> Iterable[int]:
    """The places of the source where a statement's word stands."""
    if token.kind == "date":
        for p, other in enumerate(source.tokens):
            if token.day and other.day and (token.day.fits(other.day) or (p in days and token.day.fits(days[p]))):
                yield p
        if token.day and token.day == Day(token.day.year):  # "1900 men" for "1,900 men"
            yield from source.where.get(f"#{token.day.year}", ())
        return
    if token.kind == "number":
        yield from source.where.get(token.key, ())
        for word in {"#1": ("a", "an", "single", "sole"), "#2": ("both", "pair")}.get(token.key, ()):
            yield from source.where.get(word, ())
        return
    exact = token.kind == "name"
    for p in source.where.get(token.key, ()):
        other = source.tokens[p]
        # A name must be the same name, not one with the same stem; at the start of a sentence it can't be told.
        if exact and other.low != token.low and other.key != token.key:
            continue
        if not exact and token.text[0].isupper() and other.kind == "name" and other.low != token.low:
            continue
        yield p
    if exact and token.text.isupper() and token.key not in source.where:
        yield from _expansion(token.low, source.tokens)


def _counts(tokens: Sequence[Token], at: int, following: str | None) -> bool:
    """ "one ship" stands for "a ship", not for any "a"."""
    return tokens[at].low not in ("a", "an") or (at + 1 < len(tokens) and tokens[at + 1].key == following)


def _expansion(letters: str, tokens: Sequence[Token]) -> Iterable[int]:
    """Where an acronym's words begin: consecutive names with these initials, small words between them skipped."""
    names = [(p, t) for p, t in enumerate(tokens) if t.kind in ("name", "word") and t.text[0].isupper()]
    for n in range(len(names) - len(letters) + 1):
        run = names[n : n + len(letters)]
        if "".join(t.low[0] for _, t in run) == letters.lower() and run[-1][0] - run[0][0] < 2 * len(letters):
            yield run[0][0]


def _jump(distance: int) -> float:
    if distance > 0:
        return 0.1 * min(distance - 1, _FAR)
    return 3.0 if distance == 0 else 1.5 + 0.1 * min(-distance, _FAR)
