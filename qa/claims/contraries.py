"""Whether a small word or a change of places turns a statement into its opposite: for and against, Ana's and Eva's.

By rule along an alignment, from closed lists about the language, never about a subject. It knows nothing of numbers
or verbs. Pure. Try `check("Low voted for the bill.", ["Low voted against the bill."])` in qa/ground.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qa.claims.align import Match
from qa.claims.clauses import PREPOSITIONS
from qa.claims.facts import Token
from qa.claims.frames import EXCEPTING
from qa.claims.words import AUXILIARY, past

# A word and those that deny it; each pair holds both ways.
_PAIRS = (
    ("for", "against"),
    ("by", "against about for to"),
    ("over above onto", "under below beneath underneath"),
    ("onto", "off"),
    ("into inside within", "outof outside beyond"),
    ("outof", "in to toward towards"),
    ("to toward towards", "awayfrom"),
    ("through across", "around past"),
    ("up", "down"),
    ("on", "off"),
    ("in", "out"),
    ("before until", "after since"),
    ("before after", "while during when as in at amid"),
    ("because dueto since", "although though despite whereas"),
    ("if", "unless until"),
    ("like", "unlike"),
    ("both", "either neither"),
    ("with", "without"),
)
CONTRARY = frozenset(
    pair for a, b in _PAIRS for one in a.split() for other in b.split() for pair in ((one, other), (other, one))
)
_WORDS = frozenset(word for pair in CONTRARY for word in pair) | PREPOSITIONS
_TWO = {("out", "of"): "outof", ("away", "from"): "awayfrom", ("inside", "of"): "inside", ("off", "of"): "off"}
_PARTICLES = frozenset("up down on off in out".split())
_WHOLE = frozenset(
    "all every each everyone everybody everything always whole entire any no none nobody nothing".split()
)
_FAR = 6  # tokens between a preposition and its noun


def contraries(match: Match) -> list[str]:
    """The small words and places that say the opposite of the evidence, empty when there are none."""
    return [*_ways(match), *_exceptions(match), *_holders(match)]


def _ways(match: Match) -> list[str]:
    """ "voted for the bill" is not "voted against the bill", "while" not "before"."""
    said, source, path = match.said.tokens, match.source.tokens, match.path
    problems = []
    mine, theirs = {i for i, _ in path}, {p for _, p in path}
    for i, p in path:
        pairs = [(_way(said, i, mine), _way(source, p, theirs)), (_particle(said, i), _particle(source, p))]
        if said[i].kind in ("number", "date"):
            pairs = [pair for pair in pairs if pair[0] in ("for", "against", "by")]  # the others are figures.py's
        problems += [f"word: {a} {said[i].text}" for a, b in pairs if (a, b) in CONTRARY]
    return problems


def _way(tokens: Sequence[Token], at: int, stops: Collection[int]) -> str:
    """The nearest preposition or conjunction before a word: behind it no other aligned word, verb or mark stands."""
    for j in range(at - 1, max(at - _FAR, -1), -1):
        token, before = tokens[j], tokens[j - 1].low if j else ""
        if two := _TWO.get((before, token.low)):
            return two
        if token.low in _WORDS:
            return token.low
        verb = past(token.low) or token.low in AUXILIARY
        if j in stops or verb or token.kind in ("mark", "date"):
            return ""
    return ""


def _particle(tokens: Sequence[Token], at: int) -> str:
    """The particle right behind a verb with nothing behind itself: "the lights went off"."""
    after = [t.low for t in tokens[at + 1 : at + 3]]
    return after[0] if len(after) == 2 and after[0] in _PARTICLES and tokens[at + 2].kind == "mark" else ""


def _exceptions(match: Match) -> list[str]:
    """ "all members agreed" is not "all members except Kim agreed"."""
    words = [match.said.tokens[i].low for i in match.part]
    if not _WHOLE & {*words} or EXCEPTING & {*words}:
        return []
    used = {p for _, p in match.path}
    clauses = {match.source.clause[p] for p in used}
    return [
        f"exception dropped: {token.text}"
        for p, token in enumerate(match.source.tokens)
        if token.low in EXCEPTING and match.source.clause[p] in clauses
    ]


def _holders(match: Match) -> list[str]:
    """ "Kim is the father of Park" is not "Park is the father of Kim", nor "Park's father is Kim" turned round."""
    said, source, where = match.said, match.source, match.where
    problems = []
    for i, p in match.path:
        if said.tokens[i].kind != "word":
            continue
        whole, theirs = _whole(said.tokens, i), _whole(source.tokens, p)
        places = {where[j] for j in whole if j in where}
        if not places or not theirs or places & theirs:
            continue
        keys = {source.tokens[q].key for q in places} & {source.tokens[q].key for q in theirs}
        others = {where[j] for j in match.part if j in where and j not in whole and said.clause[j] == said.clause[i]}
        if not keys and theirs & others:
            problems.append(f"order: {said.tokens[i].text} of {said.tokens[min(whole)].text}")
    return problems


def _whole(tokens: Sequence[Token], at: int) -> set[int]:
    """What a noun belongs to: its owner ("Kim's father") and what follows its "of" or "than" ("father of Kim")."""
    found = {at - 1} if at and tokens[at - 1].owner else set()
    if at + 1 < len(tokens) and tokens[at + 1].low in ("of", "than"):
        for j in range(at + 2, min(at + 2 + _FAR, len(tokens))):
            token = tokens[j]
            if token.kind == "mark" or token.low in AUXILIARY or token.low in PREPOSITIONS:
                break
            if token.claim:
                found.add(j)
    return found
