"""Whether the numbers and dates of a statement count and date the same things as in the evidence.

By rule along an alignment; names and order are the business of relations.py and order.py. Pure. Try `check` in
qa/ground.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.claims.align import Match
from qa.claims.clauses import ARTICLES, BE, CONJUNCTIONS, PREPOSITIONS, TIMES, joins, opens_clause, role, starts_verb
from qa.claims.facts import Token
from qa.claims.frames import Frame
from qa.claims.words import AUXILIARY, PARTITIVES, past

_CHANGES = ({"by", "to"}, {"by", "from"})  # "rose by 5" is not "rose to 5"
_TIME_ROLES = frozenset("by until till since before after from end start beginning middle".split())


def figures(match: Match) -> list[str]:
    """The problems of numbers and dates of one part of a statement, empty when it is faithful."""
    return [*_values(match), *_shares(match), *_dates(match)]


def _values(match: Match) -> list[str]:
    """A number or date stays with its neighbours: no other value of its kind stands between them in the evidence."""
    said, source, path = match.said, match.source, match.path
    problems = []
    told = match.told
    places = dict(path)
    for n, (i, place) in enumerate(path):
        token = said.tokens[i]
        if token.kind not in ("number", "date"):
            continue
        q = places.get(i - 1)
        after = source.tokens[q + 1 : q + 2] if q is not None and said.tokens[i - 1].claim else ()
        if q is not None and after and after[0].kind == token.kind and q + 1 != place:
            problems.append(f"{token.kind}: {said.tokens[i - 1].text} {token.text}")
            continue
        if any(p == place and said.tokens[j].kind == token.kind for j, p in path[:n]):
            problems.append(f"{token.kind}: {token.text} stands there once")
            continue
        if {role(said.tokens, i), role(source.tokens, place)} in _CHANGES:
            problems.append(f"{token.kind}: {role(said.tokens, i)} {token.text}")
            continue
        if _other_unit(said.tokens, i, source.tokens, place):
            problems.append(f"number: {token.text} {said.tokens[i + 1].text}")
            continue
        # An ordinal belongs to what follows it, a date to what stands before it.
        sides = (
            (1,)
            if token.key.endswith("th") or _ellipsis(path, n, said, source)
            else (-1,)
            if token.kind == "date"
            else (-1, 1)
        )
        for side in sides:
            m = n + side
            while 0 <= m < len(path) and said.tokens[path[m][0]].kind in ("number", "date"):
                m += side
            if not 0 <= m < len(path) or said.clause[path[m][0]] != said.clause[i] or path[m][0] in told:
                continue
            near, there = path[m]
            if any(t.low in CONJUNCTIONS for t in said.tokens[min(near, i) + 1 : max(near, i)]):
                continue
            counted = said.tokens[near - 1].kind == "number" and near - 1 in places and near < i
            if counted and token.kind == "date":
                near, there = near - 1, places[near - 1]  # "5.1 percent in June": June belongs to 5.1
            elif counted and places[near - 1] + 1 == there:
                pass  # "7 percent to 1.9 billion": these percent and no others
            else:
                stands = source.sentence.where.get(source.tokens[there].key, (there,))
                there = min(stands, key=lambda p: abs(p - place))
            if any(
                source.tokens[p].kind == token.kind and not _shared(said, source, path, (near, i, place, p))
                for p in range(min(place, there) + 1, max(place, there))
            ):
                problems.append(f"{token.kind}: {token.text} is about something else")
                break
    return problems


def _shared(said: Frame, source: Frame, path: Sequence[tuple[int, int]], at: tuple[int, int, int, int]) -> bool:
    """Whether the statement has that other value between the same words, or each value in its own role."""
    near, i, place, other = at
    own = role(source.tokens, place)
    if own == role(said.tokens, i) != role(source.tokens, other):
        return True  # "from 5.4" and "to 5.1" can't be mistaken
    return any(p == other and min(near, i) < j < max(near, i) for j, p in path)


def _ellipsis(path: Sequence[tuple[int, int]], n: int, said: Frame, source: Frame) -> bool:
    """ "2.3 times as wide and 7.1 times as heavy": the words before "and" hold for the second number, too."""
    p = path[n][1]
    after = path[n + 1 : n + 3]
    words = all(said.tokens[j].kind == "word" and p < q < p + 6 for j, q in after)
    return len(after) == 2 and words and role(source.tokens, p) in ("and", ",")


def _other_unit(said: Sequence[Token], i: int, source: Sequence[Token], p: int) -> bool:
    """ "31,000 percent", where the evidence has "31,000 households": each counts something else."""
    unit, own = said[i + 1 : i + 2], source[p + 1 : p + 2]
    if said[i].kind != "number" or not unit or not own or unit[0].kind != "word":
        return False
    near = {t.key for t in source[p + 1 : p + 5]}
    pair = [t.key for t in said[i + 1 : i + 3]]
    if len(pair) == 2 and said[i + 2].claim and pair[1] not in near:
        others = (x for x, t in enumerate(source) if t.kind == "number" and x != p and t.key != said[i].key)
        if any([t.key for t in source[x + 1 : x + 3]] == pair for x in others):
            return True
    if own[0].kind not in ("word", "name"):
        return False
    return unit[0].key not in near and own[0].key not in {t.key for t in said[i + 1 : i + 7]}


def _shares(match: Match) -> list[str]:
    """ "half of the patients" is not the patients, "the second-longest" not the longest."""
    said, source, path = match.said, match.source, match.path
    problems = []
    used = {p for _, p in path}
    one = any(said.tokens[i].low == "one" for i in match.part)  # it carries no claim and isn't aligned
    ones = {p for p, t in enumerate(source.tokens) if one and t.low == "one"}
    for i, p in path:
        before = source.tokens[p - 1] if p else None
        if before and before.key.endswith("th") and before.kind == "number" and p - 1 not in used:
            if source.tokens[p].low.endswith("est"):
                problems.append(f"number: {source.tokens[p].text}")
            continue
        j = p - 1
        while j > 0 and source.tokens[j].kind in ("free", "name", "number") and source.tokens[j].low != "of":
            j -= 1
        if (
            j > 0
            and source.tokens[j].low == "of"
            and source.tokens[j - 1].text.lower().removesuffix("s") in PARTITIVES
            and said.tokens[i].claim
            and p - j < 6
            and not any(k in used for k in (j - 1, *range(j + 1, p)))
        ):
            problems.append(f"number: {source.tokens[j - 1].text} of {source.tokens[p].text}")
        elif said.tokens[i].claim and (part := _part(source.tokens, p)) is not None and part not in used | ones:
            problems.append(f"number: {source.tokens[part].text} of {source.tokens[p].text}")
    for (i, p), (j, q) in pairwise(path):
        for k in range(p + 1, q - 1):  # "408,700 inhabitants, 131,000 of them in the capital"
            apart = source.tokens[k].kind == "number" and k not in used and role(source.tokens, k) == ","
            apart = apart and source.tokens[k + 1].low in ("of", "in", "from")
            if apart and not any(t.kind == "mark" for t in said.tokens[i:j]):
                problems.append(f"number: {source.tokens[k].text} {said.tokens[j].text}")
    return problems


def _part(tokens: Sequence[Token], at: int) -> int | None:
    """The number that takes a part of a word's whole: "six" for both "ten" and "miners" of "six of the ten miners"."""
    j = at - 1
    while j > 0 and at - j < 6 and tokens[j].kind in ("free", "name", "number", "word") and tokens[j].low != "of":
        if past(tokens[j].low) or tokens[j].low in AUXILIARY:
            return None
        j -= 1
    if j < 1 or tokens[j].low != "of":
        return None
    known = tokens[j + 1].low in ARTICLES or tokens[j + 1].kind == "number" or tokens[j + 1].owner
    n = j - 2 if tokens[j - 1].low == "out" else j - 1
    one = tokens[n].low == "one" and tokens[n - 1].low not in (
        *BE,
        "as",
        "like",
    )  # "it is one of the banks": it is a bank
    if n < 0 or not known or not (tokens[n].kind == "number" or one):
        return None
    named = (
        n and tokens[n - 1].kind in ("name", "word") and tokens[n - 1].text[0].isupper()
    )  # "Article 5 of the treaty"
    return None if named and tokens[n - 1].low not in ("only", "just") else n


def _dates(match: Match) -> list[str]:
    """A date stays with its verb: no second predicate and no clause border stands between them in the evidence."""
    said, source, path = match.said, match.source, match.path
    problems = []
    told = match.told
    for n, (i, p) in enumerate(path):
        if said.tokens[i].kind != "date" or i in told:
            continue
        mine, theirs = _time_role(said.tokens, i), _time_role(source.tokens, p)
        if mine != theirs and mine and theirs:
            problems.append(f"date: {mine} {said.tokens[i].text}")
            continue
        near = next(
            (path[m] for m in range(n - 1, -1, -1) if said.tokens[path[m][0]].kind in ("word", "light", "name")), None
        )
        if near is None or near[0] in told or any(joins(said.tokens, k) for k in range(near[0] + 1, i)):
            near = next((path[m] for m in range(n + 1, len(path)) if past(said.tokens[path[m][0]].low)), None)
        if near is None or near[0] in told:
            continue
        q = near[1]
        if any(t.low == "when" for t in source.tokens[p + 1 : p + 3]):
            continue  # "on 3 October, when": the date of both clauses
        if p < q and not _fronted(source.tokens, p):
            away = any(source.tokens[k].kind == "mark" or starts_verb(source.tokens, k) for k in range(p + 1, q))
        else:
            anchor = max((at for j, at in path if at < p and j not in told), default=q)
            away = opens_clause(source.tokens, anchor + 1, p)
            away = away or any(
                starts_verb(source.tokens, k) or source.tokens[k].text in (";", ":") for k in range(q + 1, p)
            )
            commas = [k for k in range(q + 1, p) if source.tokens[k].text == ","]
            unread = commas and not any(commas[-1] < at for _, at in path if at < p)
            away = away or (len(commas) == 1 and bool(unread) and commas[0] < p - 2)
        if away:
            problems.append(f"date: {said.tokens[i].text} is about something else")
    return problems


def _time_role(tokens: Sequence[Token], at: int) -> str:
    before = tokens[at - 1].low if at else ""
    before = tokens[at - 2].low if before in ("the", "of") and at > 1 else before
    return "in" if before in ("in", "on", "at", "during") else before if before in _TIME_ROLES else ""


def _fronted(tokens: Sequence[Token], at: int) -> bool:
    """Whether a date opens its clause: "In 1949 she founded it"."""
    j = at - 1
    while j >= 0 and (tokens[j].low in PREPOSITIONS or tokens[j].low in ARTICLES or tokens[j].low in TIMES):
        j -= 1
    return j < 0 or tokens[j].kind == "mark" or tokens[j].low in ("and", "but", "that")
