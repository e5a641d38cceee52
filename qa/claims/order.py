"""Whether a statement's words stand in the order of the evidence, or in another one that means the same.

What may move: an adjunct, a report, the members of a list, a genitive, an apposition, what a passive turns round.
By rule along an alignment, without a parser. Pure. Try `check` in qa/ground.py, which calls it.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.claims.align import Match
from qa.claims.clauses import ARTICLES, BE, CONJUNCTIONS, LINKS, TIMES, opener, owns, passive, subject_of
from qa.claims.facts import Token
from qa.claims.frames import Frame
from qa.claims.words import AUXILIARY, past

_GOVERN = frozenset("of for from with at in about to on".split())
_OF = frozenset("of in at from by".split())
_TOGETHER = frozenset("when while".split())  # either clause may come first


def order(match: Match) -> list[str]:
    """The words of one part of a statement that have changed places without a reason that keeps the meaning."""
    said, source = match.said, match.source
    problems = []
    speech = match.told
    path = [(i, p) for i, p in match.path if not said.tokens[i].low.endswith("ly")]  # adverbs stand where they like
    flipped = _flipped(said, path, source)
    descents = [n for n in range(1, len(path)) if path[n][1] < path[n - 1][1]]
    for n in descents:
        (i, p), (j, q) = path[n - 1], path[n]
        start = max((m for m in descents if m < n), default=0)
        end = min((m for m in descents if m > n), default=len(path))
        # What has moved is the end of the words before the step back, or the beginning of those after it.
        earlier = [at for at in path[start:n] if at[1] > q]
        later = [at for at in path[n:end] if at[1] < p]
        reverse = end < len(path) and path[end][1] < q and said.tokens[path[end][0]].kind != "date"
        if reverse and not speech and not flipped and not _listed(said, source, (i, j), (q, p)):
            problems.append(f"order: {said.tokens[i].text} {said.tokens[j].text}")
            continue
        if (
            i in speech
            or j in speech
            or any(said.clause[k] == said.clause[j] for k in flipped)
            or _adjunct(said, source, earlier, q)
            or _adjunct(said, source, later, p)
            or _listed(said, source, (i, j), (q, p))
            or (_stands_for(source.tokens, p) and q not in subject_of(source.tokens, p))
            or _counted(said.tokens, i, j)
            or any(_relative(source.tokens, at) for _, at in path[n:end])
            or _copula(said, source, path, n, end)
            or (n - start > 1 and end - n > 1 and any(t.low in _TOGETHER for t in said.tokens[i + 1 : j]))
        ):
            continue
        problems.append(f"order: {said.tokens[i].text} {said.tokens[j].text}")
    return problems


def _copula(said: Frame, source: Frame, path: Sequence[tuple[int, int]], n: int, end: int) -> bool:
    """ "Ana, a teacher, was its president" from "its president, Ana, a teacher"."""
    between = said.tokens[path[n - 1][0] + 1 : path[n][0]]
    if not any(t.low in BE for t in between):
        return False
    used = {p for _, p in path}
    first, last = min(p for _, p in path), max(p for _, p in path[:n])
    return all(p in used or not source.tokens[p].claim for p in range(path[n][1], last)) and first == path[n][1]


def _relative(tokens: Sequence[Token], at: int) -> bool:
    """ "the profit that analysts had expected": its object stands before subject and verb."""
    after = [t for t in tokens[at + 1 : at + 4] if t.text != ","][:2]
    if len(after) < 2 or after[0].low not in ("that", "which", "whom"):
        return False
    return not past(after[1].low) and after[1].low not in AUXILIARY


def _counted(tokens: Sequence[Token], i: int, j: int) -> bool:
    """ "4,000 people" from "17 people and 4,000 others", "the 29-year-old singer" from "the singer, 29,"."""
    if i and tokens[i - 1].kind == "number" and j == i + 1 and tokens[i].kind == "word":
        return True  # "a 30-day strike", "a strike of 30 days"
    return tokens[i].kind == "number" and all(t.low in ("year", "years", "old") for t in tokens[i + 1 : j])


def _flipped(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> set[int]:
    """The verbs that are passive in one of the two texts and active in the other."""
    return {i for i, p in path if passive(said.tokens, i) != passive(source.tokens, p)}


def _adjunct(said: Frame, source: Frame, block: Sequence[tuple[int, int]], near: int) -> bool:
    """Whether a block is a phrase that can move: it opens with the same preposition, or after a mark, in both texts."""
    mine_tokens, their_tokens = said.tokens, source.tokens
    if not block:
        return False
    if all(mine_tokens[k].kind == "date" or mine_tokens[k].low in TIMES for k, _ in block):
        return True
    first, its = block[0]
    if all(
        t[at].low.endswith("ing") and t[at - 1].low not in _GOVERN
        for t, at in ((mine_tokens, first), (their_tokens, its))
    ):
        return True  # "workers digging a trench struck a post", "struck a post while digging"
    mine, theirs = opener(mine_tokens, block[0][0]), opener(their_tokens, block[0][1])
    if not mine or mine != theirs or mine == "of" or (mine == "," and len(block) > 4):
        return False
    # A phrase does not leave its clause; a clause of its own ("after it rained") may stand anywhere.
    return mine in CONJUNCTIONS or source.clause[block[0][1]] == source.clause[near]


def _stands_for(tokens: Sequence[Token], at: int) -> bool:
    """Whether a pronoun follows in the evidence: the statement has the name ("ordered it", "ordered the firm")."""
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return after in ("it", "him", "her", "them", "he", "she", "they")


def _listed(said: Frame, source: Frame, mine: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """Neighbours in a list ("A and B"), a genitive or a name with its apposition may change places."""
    left = said.tokens[mine[0] + 1 : mine[1]]
    right = source.tokens[theirs[0] + 1 : theirs[1]]
    here = {t.key for t in said.tokens[max(mine[0] - 6, 0) : mine[1] + 6]}
    near = sum(t.claim and t.kind != "name" and t.key not in here for t in right) < 2 and theirs[1] - theirs[0] < 10
    linked = all(any(t.low in LINKS or t.text == "," for t in side) for side in (left, right))
    mine_owns, theirs_owns = owns(said.tokens, *mine), owns(source.tokens, *theirs)
    owned = (mine_owns and opener(source.tokens, theirs[1]) in _OF) or (
        theirs_owns and opener(said.tokens, mine[1]) in _OF
    )
    bare = not any(t.claim and t.kind not in ("name", "number") for t in (*left, *right)) and theirs[1] - theirs[0] <= 5
    apposed = (
        bare and not past(said.tokens[mine[0]].low) and mine[1] - mine[0] == 1 and any(t.text == "," for t in right)
    )
    genitive = bare and any(t.low == "of" for t in left) != any(t.low == "of" for t in right)
    pair = said.tokens[mine[0]], said.tokens[mine[1]]  # "the spacecraft Tern", "the Tern spacecraft"
    titled = mine[1] - mine[0] == theirs[1] - theirs[0] == 1 and [t.kind for t in pair] == ["name", "word"]
    titled = titled and source.tokens[theirs[0] - 1].low in ARTICLES and not past(pair[1].low)
    names = said.tokens[mine[0]].kind == said.tokens[mine[1]].kind == "name" and mine[1] - mine[0] == 1
    paired = any(t.low in LINKS for t in (*left, *said.tokens[max(mine[0] - 3, 0) : mine[0]]))
    met = paired and any(t.low == "with" or t.key == "meet" for t in source.tokens[theirs[0] : theirs[1]])
    where = any(t.low == "where" for t in right)  # "sales in the division", "the division, where sales"
    made = any(t.low == "by" for t in left) and source.tokens[theirs[0]].owner  # "the visit by Ana", "Ana's visit"
    return (linked and near) or genitive or owned or titled or apposed or where or made or (names and near) or met
