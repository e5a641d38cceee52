"""Whether the words of a statement belong together as in the evidence: names, subjects, agents, verbs and objects.

By rule along an alignment, without a parser; numbers and order have files of their own. Pure. Try `check` in
qa/ground.py, which calls it.
"""

from __future__ import annotations

from itertools import pairwise

from qa.claims.align import Match
from qa.claims.borders import opening
from qa.claims.clauses import (
    ARTICLES,
    BE,
    LINKS,
    PREPOSITIONS,
    antecedent,
    has_object,
    joins,
    noun_before,
    opener,
    opens_clause,
    passive,
    passives,
)
from qa.claims.frames import Frame
from qa.claims.words import AUXILIARY, NATIONS, PRONOUNS, QUALIFIERS, past

_COUNTRIES = frozenset(NATIONS.values())


def relations(match: Match) -> list[str]:
    """The problems of names, subjects, agents and objects of one part of a statement, empty when it is faithful."""
    rules = (_names, _twice, _agents, _subjects, _voices, _directions, _borrowed, _replaced, _origins)
    return [problem for rule in rules for problem in rule(match)]


def _names(match: Match) -> list[str]:
    """The words of one name must stand together in the evidence: "Gen Nakatani", not "Gen" and "Rutte"."""
    said, source, part, where = match.said, match.source, match.part, match.where
    problems, run = [], []
    for i in [*part, -1]:
        if i >= 0 and said.tokens[i].kind == "name" and i in where:
            run.append(i)
            continue
        places = [where[j] for j in run]
        if len(places) > 1:
            for left, right in pairwise(places):
                between = source.tokens[min(left, right) + 1 : max(left, right)]
                other = [t for t in between if t.claim and t.key not in {said.tokens[j].key for j in run}]
                joined = left > right and not any(
                    t.text in (",", "(") or t.low in ("of", "for", "the") for t in between
                )
                if len(other) > 2 or any(t.low in LINKS for t in between) or (joined and right + 1 < left):
                    problems.append(f"name: {' '.join(said.tokens[j].text for j in run)}")
                    break
        run = []
    return problems


def _twice(match: Match) -> list[str]:
    """A name that the evidence has once can't stand in two places: "the NATO of NATO" for "the head of NATO"."""
    said, source, path = match.said, match.source, match.path
    places = [p for _, p in path]
    named = {p for i, p in path if said.tokens[i].kind == "name"}
    return [f"name: {source.tokens[p].text} stands there once" for p in sorted(named) if places.count(p) > 1]


def _agents(match: Match) -> list[str]:
    """Active and passive: who stands after "by" in one stands before the verb in the other."""
    said, source, part, where = match.said, match.source, match.part, match.where
    problems = []
    for mine, theirs, there, way in (
        (said, source, dict(where), part),
        (source, said, {p: i for i, p in where.items() if i in part}, range(len(source.tokens))),
    ):
        for verb, agent in passives(mine.tokens, way):
            if verb not in there or agent not in there:
                continue
            v, a = there[verb], there[agent]
            between = theirs.tokens[min(v, a) : a]
            b = next((k for k, t in enumerate(between) if t.low == "by"), len(between))
            by = b < len(between) and not any(
                past(t.low) or t.low == "that" or t.low in PREPOSITIONS - {"of"} for t in between[b + 1 :]
            )
            if (a > v) != by:
                problems.append(f"order: by {mine.tokens[agent].text}")
    return problems


def _subjects(match: Match) -> list[str]:
    """A past verb whose evidence names its own subject must not be given to another one."""
    said, source, path = match.said, match.source, match.path
    problems = []
    used = {p for _, p in path}
    for n, (i, place) in enumerate(path):
        verbs = said.tokens[i], source.tokens[place]
        if n == 0 or not all(past(t.low) or t.kind == "light" for t in verbs):
            continue
        there = path[n - 1][1]
        if there == place - 1 or there > place:
            continue
        if _other_clause(source, place, there, used):
            problems.append(f"subject: {said.tokens[i].text}")
            continue
        own = noun_before(source.tokens, place)
        if passive(source.tokens, place) and source.tokens[place - 1].low not in BE:
            continue  # "a language designed by": the noun is what was designed
        if len(own) == 1 and source.tokens[own[0]].low in ("who", "which"):
            own = antecedent(source.tokens, own[0])
        if own and not any(p in used for p in own) and not any(source.tokens[p].low in PRONOUNS for p in own):
            mine = noun_before(said.tokens, i)
            if not mine and any(t.low == "and" for t in said.tokens[max(i - 3, 0) : i]):
                mine = opening(said.tokens, i)  # "Cod returned and was lifted"
            if mine and any(said.tokens[p].claim for p in mine):
                problems.append(f"subject: {said.tokens[i].text}")
    return problems


def _other_clause(source: Frame, verb: int, before: int, used: set[int]) -> bool:
    """Whether a verb stands in another clause than its statement's subject, with a subject of its own there."""
    if source.clause[verb] == source.clause[before]:
        return False
    start = source.clause.index(source.clause[verb])
    if source.tokens[start].text == ")" and source.clause[before] == source.clause[verb] - 1:
        return False  # "the Ost Safety Agency (OSA) office, based in": what stands in brackets is the same thing
    own = [k for k in range(verb) if source.clause[k] == source.clause[verb] and source.tokens[k].kind != "mark"]
    if any(source.tokens[k].low in PRONOUNS for k in own):
        return False
    nouns = [
        k
        for k in own
        if source.tokens[k].kind in ("word", "name", "number") and not source.tokens[k].low.endswith("ly")
    ]
    return bool(nouns) and not any(k in used for k in nouns)


def _voices(match: Match) -> list[str]:
    """Who is before a passive verb stands behind the active one: "Ana beat Eva" is not "Ana was beaten"."""
    said, source, path = match.said, match.source, match.path
    problems = []
    for n, (i, p) in enumerate(path):
        if n == 0:
            continue
        mine, theirs = passive(said.tokens, i), passive(source.tokens, p)
        if mine == theirs or not has_object(said.tokens if theirs else source.tokens, i if theirs else p):
            continue
        before, there = path[n - 1]
        if n > 1 and said.tokens[path[n - 2][0]].kind == "number" and path[n - 2][0] == before - 1:
            there = path[n - 2][1]  # "4,000 people were left", where the evidence "left 4,000"
        if there < p and said.clause[before] == said.clause[i] and noun_before(said.tokens, i):
            problems.append(f"order: {said.tokens[before].text} {said.tokens[i].text}")
    return problems


def _directions(match: Match) -> list[str]:
    """ "from Oslo" is neither "to Oslo" nor "in Oslo"."""
    said, source, path = match.said, match.source, match.path
    problems = []
    for i, p in path:
        mine, theirs = opener(said.tokens, i), opener(source.tokens, p)
        if i + 1 in match.where and opener(source.tokens, match.where[i + 1]) == mine:
            continue  # "from a Geneva dealer", "from a dealer in Geneva"
        where = any(t.low == "where" for t in source.tokens[p + 1 : p + 4])  # "the town, where", "in the town"
        ways = {"from", "to", "into", "for", "in", "at"}
        if mine != theirs and {mine, theirs} <= ways and "from" in (mine, theirs) and not where:
            problems.append(f"order: {mine} {said.tokens[i].text}")
    return problems


def _borrowed(match: Match) -> list[str]:
    """The words after a verb are not those of the next verb: "was acquitted of A but found guilty of B"."""
    said, source, path = match.said, match.source, match.path
    problems = []
    for (i, p), (j, q) in pairwise(path):
        if q <= p + 1 or past(said.tokens[j].low) or any(joins(said.tokens, k) for k in range(i + 1, j)):
            continue
        if said.tokens[j - 1].low in AUXILIARY or i in match.told or j in match.told:
            continue
        after = source.tokens[p + 1 : p + 3]
        own = next((t for t in after if t.kind != "mark"), None)  # "the recount, which is to begin"
        related = own is not None and own.low in ("who", "which", "that", "where", "whose")
        if related or any(t.low in ("it", "him", "her", "them") for t in source.tokens[p + 1 : q]):
            continue
        if opens_clause(source.tokens, p + 1, q):
            problems.append(f"order: {said.tokens[i].text} {said.tokens[j].text}")
    return problems


def _replaced(match: Match) -> list[str]:
    """A light verb must not take the place of a telling one: "keep the rules" for "break the rules"."""
    said, source, path = match.said, match.source, match.path
    problems = []
    used = {p for _, p in path}
    found = dict(path)
    for j, q in path:
        i, k = j - 1, q - 1
        while i >= 0 and said.tokens[i].low in ARTICLES:
            i -= 1
        while k >= 0 and source.tokens[k].low in ARTICLES:
            k -= 1
        light = i >= 0 and said.tokens[i].kind == "light" and i not in found
        if (
            light
            and k >= 0
            and k not in used
            and source.tokens[k].kind == "word"
            and source.tokens[k].low not in QUALIFIERS
        ):
            problems.append(f"word: {said.tokens[i].text}")
    return problems


def _origins(match: Match) -> list[str]:
    """ "a German base" is not "a U.S. base in Germany": another country stands there before the same word."""
    said, source, where = match.said, match.source, match.where
    problems = []
    for i in match.part:
        p = where.get(i + 1, 0)
        if said.tokens[i].key not in _COUNTRIES or i not in where or not p or said.tokens[i + 1].kind == "name":
            continue
        other = source.tokens[p - 1]
        if other.key in _COUNTRIES and other.key != said.tokens[i].key:
            problems.append(f"name: {said.tokens[i].text} {said.tokens[i + 1].text}")
    return problems
