"""Where two articles tell the same thing differently: another number, or settled in one and wished for in the other.

By rule on tokens, pure; it doesn't know who is right. Try `differ("Ost will join the pact.", "Ost wants to join it.")`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Literal

from qa.claims.clauses import opener
from qa.claims.facts import Token, sentences
from qa.claims.frames import frames

Difference = Literal["", "number", "settled", "wished"]
"""`settled`: the first tells as settled what the second tells as wished for; `wished`: the other way round."""

# So many words, and this share of the shorter sentence's, must stand in both before their numbers are compared.
LEAST, SHARED = 3, 0.5
_SETTLED = frozenset("will would shall agreed decided confirmed pledged".split())
_WISHED = frozenset(
    """seek seeks sought want wants wanted wish wishes wished hope hopes hoped interest interested willing willingness
    desire desires consider considers considering considered ambition propose proposes proposed may might could
    possibility aim aims aspires""".split()
)
_ASIDE = frozenset("in on at near from during after before since until within of by".split())
_REACH = 3  # words between "interest" and what is wished for: "interest in one day joining"


def differ(a: str, b: str) -> Difference:
    """How two sentences of different articles differ about the same thing; "" when they don't, as far as can be told.

    >>> differ("The fire killed 12 people in Ost.", "The fire killed 15 people in Ost.")
    'number'
    >>> differ("Ost announced that it would join the Rhine Pact.", "Ost now seeks to join the Rhine Pact.")
    'settled'
    >>> differ("The fire killed 12 people in Ost.", "Ost now seeks to join the Rhine Pact.")
    ''
    """
    first, second = _tokens(a), _tokens(b)
    if _about(first, second) and _same_subject(a, b) and _other_number(first, second):
        return "number"
    if _names(first) & _names(second):
        if _governed(first, _SETTLED) & _governed(second, _WISHED):
            return "settled"
        if _governed(first, _WISHED) & _governed(second, _SETTLED):
            return "wished"
    return ""


def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(token for sentence in sentences(text) for token in sentence.tokens)


def _about(a: Sequence[Token], b: Sequence[Token]) -> bool:
    mine, theirs = ({t.key for t in tokens if t.claim and t.kind != "number"} for tokens in (a, b))
    return len(mine & theirs) >= max(LEAST, SHARED * min(len(mine), len(theirs)))


def _names(tokens: Sequence[Token]) -> set[str]:
    return {t.key for t in tokens if t.kind == "name"}


def _same_subject(a: str, b: str) -> bool:
    """Whether neither counts for a name that the other hasn't: "Kenya won 11 medals", "Norway won 8 medals"."""
    first, second = _tokens(a), _tokens(b)
    if not (_names(first) and _names(second)):
        return True
    pairs = ((a, {t.low for t in second}), (b, {t.low for t in first}))  # the first word's capital tells no name
    return all(run & theirs for text, theirs in pairs for run in _subjects(text))


def _subjects(text: str) -> Iterator[set[str]]:
    """The names before the first number, each as the set of its words, but for places, times and who says so."""
    for frame in frames(text):
        told = set().union(*(report.names for report in frame.reports))
        run: set[str] = set()
        for i, token in enumerate(frame.tokens):
            name = token.kind == "name" and token.low not in told
            if name and (run or opener(frame.tokens, i) not in _ASIDE):
                run.add(token.low)
                continue
            if run:
                yield run
                run = set()
            if token.kind == "number":
                return


def _other_number(a: Sequence[Token], b: Sequence[Token]) -> bool:
    """Whether both count the same, once each, and come to different numbers."""
    mine, theirs = (list(_counted(tokens)) for tokens in (a, b))
    units = [{unit for unit, _ in counts} for counts in (mine, theirs)]
    for unit in units[0] & units[1]:
        values = [{value for of, value in counts if of == unit} for counts in (mine, theirs)]
        if all(len(v) == 1 for v in values) and values[0] != values[1]:
            return True
    return False


def _counted(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for token, after in itertools.pairwise(tokens):
        if token.kind == "number" and after.kind == "word":
            yield after.key, token.key


def _governed(tokens: Sequence[Token], by: frozenset[str]) -> set[str]:
    """The first word with a meaning after each of some words, near enough to belong to it."""
    found = set()
    for n, token in enumerate(tokens):
        if token.low in by:
            near = (t for t in tokens[n + 1 : n + 1 + _REACH] if t.kind in ("word", "light") and t.low not in by)
            if (verb := next(near, None)) is not None and verb.low != "not":
                found.add(verb.key)
    return found
