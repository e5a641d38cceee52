"""Whether a statement keeps who says it and how sure it is: speakers, negations, hedges, conditions, qualifiers.

It compares two frames word by word along an alignment; it extracts nothing (qa/claims/frames.py does). Pure.
Try `check` in qa/ground.py, which calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.claims.align import Match
from qa.claims.facts import Token
from qa.claims.frames import Frame, Operator
from qa.claims.reports import Report
from qa.claims.words import NATIONS, PRONOUNS, QUALIFIERS, key, past

_MODALS = frozenset("will would shall may might could should must can to dueto goingto supposedto".split())
# "managed to win" has won; "agreed to sign" has not signed.
_DONE = frozenset(
    "able used manage managed began begun started continued continues helped found proved going came".split()
)
_COUNTRIES = frozenset(NATIONS) | frozenset(NATIONS.values())
_SHARE = 0.6  # of a statement's claims inside a report: then it is the reported content


def stance(match: Match) -> list[str]:
    """The problems of speaker, negation, hedge and qualifier of one part of a statement, empty when it is faithful."""
    said, part, source, where = match.said, match.part, match.source, match.where
    return [
        *_operators(said, part, source, where),
        *_tense(said, part, source, where),
        *_qualifiers(said, part, source, where),
        *_attribution(said, part, source, where),
    ]


def _operators(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    problems = []
    mine = [o for o in said.operators if o.at in part]
    taken = {p for i, p in where.items() if i in part and said.tokens[i].kind != "light"}
    for theirs in source.operators:
        used = taken & theirs.scope
        headed = theirs.head in {where[i] for i in part if i in where}
        if not theirs.demands or theirs.at in taken or not (headed or len(used) >= 2):
            continue
        if theirs.sort == "if" and len(used) < 2:
            continue
        if not any(_same(o, theirs, where) for o in mine):
            problems.append(f"{_NAMES[theirs.sort]} dropped: {source.tokens[theirs.at].text}")
    for own in mine:
        if own.sort not in ("neg", "duty", "if", "possible") or own.at in where:
            continue
        if not any(_same(own, o, where) for o in source.operators) and not (
            own.sort == "possible" and (not own.demands or _governed(source.tokens, where.get(own.head, -1)))
        ):
            problems.append(f"{_NAMES[own.sort]} added: {said.tokens[own.at].text}")
    return problems


_NAMES = {"neg": "negation", "possible": "hedge", "alleged": "hedge", "duty": "hedge", "if": "condition"}


def _same(mine: Operator, theirs: Operator, where: Mapping[int, int]) -> bool:
    kinds = {mine.sort, theirs.sort}
    if len(kinds) > 1 and kinds != {"possible", "alleged"}:
        return False
    if theirs.at in where.values() and mine.at not in where:
        return False  # "refused" stands in the statement itself: its "not" is another one
    if mine.sort == "if" or where.get(mine.head) == theirs.head or where.get(mine.at) == theirs.at:
        return True
    reached = {where[i] for i in mine.scope if i in where}
    # "not X" and "not Y" differ even where both reach the same later words.
    return mine.head not in where and bool(reached & theirs.scope)


def _governed(tokens: Sequence[Token], at: int) -> bool:
    """Whether a modal or an infinitive mark governs the verb at `at`."""
    for j in range(at - 1, max(at - 5, -1), -1):
        token = tokens[j]
        if token.low in _MODALS and token.kind != "name":
            return not (token.low == "to" and j and tokens[j - 1].low in _DONE)
        if token.kind in ("mark", "date", "number") or (token.claim and not token.low.endswith("ly")):
            return False
    return False


def _tense(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    """What was only planned must not have happened: "would join" is not "joined"."""
    problems = []
    for i in part:
        if i in where and _promised(said.tokens, i) and _noun(said.tokens[i], source.tokens[where[i]]):
            problems.append(f"hedge dropped: {source.tokens[where[i]].text}")
        if i not in where or not past(said.tokens[i].low) or _governed(said.tokens, i):
            continue
        place = where[i]
        if _governed(source.tokens, place):
            problems.append(f"hedge dropped: {source.tokens[place].text}")
    return problems


def _promised(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 2].low if at > 1 and tokens[at - 1].low == "be" else tokens[at - 1].low if at else ""
    return before in ("will", "shall")


def _noun(mine: Token, theirs: Token) -> bool:
    """ "will be deployed", where the evidence has "the deployment": that it will be was not said."""
    return mine.low != theirs.low and theirs.low.endswith(("ment", "tion", "sion", "ance", "al", "ure"))


def _qualifiers(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    problems = []
    for i in part:
        token = said.tokens[i]
        if token.kind in ("number", "date") and i in where and not token.key.endswith("th"):
            mine, theirs = _qualifier(said.tokens, i), _qualifier(source.tokens, where[i])
            if mine != theirs and (token.kind == "number" or {mine, theirs} <= {"", "approx", "almost"}):
                problems.append(f"hedge changed: {token.text}")
    return problems


def _qualifier(tokens: Sequence[Token], at: int) -> str:
    before = at - 1 if at and tokens[at - 1].low not in ("a", "an", "the", "another") else at - 2
    if before >= 0 and tokens[before].low in QUALIFIERS:
        return QUALIFIERS[tokens[before].low]
    after = [t.low for t in tokens[at + 1 : at + 3]]
    return "over" if after == ["or", "more"] else "under" if after in (["or", "less"], ["or", "fewer"]) else ""


def _attribution(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    mine = [r for r in said.reports if r.verb >= 0 and set(part) & r.scope and not said.tokens[r.verb].quoted]
    own = max(mine, key=lambda r: len(set(part) & r.scope), default=None)
    inside = own.scope if own else frozenset(part)
    places = [where[i] for i in part if i in where and i in inside and said.tokens[i].claim]
    reports = [r for r in source.reports if r.verb < 0 or not source.tokens[r.verb].quoted] or list(source.reports)
    theirs = max(reports, key=lambda r: _share(places, r), default=None)
    if theirs is None or _share(places, theirs) < _SHARE:
        if own is None:
            whole = [r for r in source.reports if _used_up(places, r, source)]
            return ["attribution dropped"] if whole else []
        # The evidence doesn't report this in so many words; then the speaker must at least speak there.
        known = [r for r in reports if _speaks(said, own, r, source)]
        return (
            []
            if known or own.verb not in part or not own.names or _active(said, own, source, where)
            else [f"speaker: {' '.join(sorted(own.names))}"]
        )
    if own is None:
        # (words in quotation marks are not stated as a fact)
        marked = all(said.tokens[i].quoted for i in part if i in where and said.tokens[i].claim)
        return [] if marked else ["attribution dropped"]
    # Of reports within reports the inner one has the speaker: "Ana said that it rained, a claim that Eva denied".
    smallest = min(len(r.scope) for r in reports if _share(places, r) >= _SHARE)
    rivals = [r for r in reports if _share(places, r) >= _SHARE and len(r.scope) <= smallest + 3]
    matched = all(any(_speaks(said, m, r, source) for r in reports) for m in mine if m.names)
    return (
        []
        if matched and any(_speaks(said, m, r, source) for m in mine for r in rivals)
        else [f"speaker: {' '.join(sorted(own.speaker))}"]
    )


def _share(places: Sequence[int], report: Report) -> float:
    return sum(p in report.scope for p in places) / len(places) if places else 0.0


def _speaks(said: Frame, own: Report, theirs: Report, source: Frame) -> bool:
    """Whether the statement's speaker can be the one of the evidence."""
    if not theirs.speaker:  # "he said", or a quotation whose speaker stands elsewhere
        return not any(name == source.tokens[p].low for name in own.names for p in theirs.scope)
    if own.names and own.names & theirs.names <= _COUNTRIES and theirs.names - _COUNTRIES and own.names <= _COUNTRIES:
        return False  # "Japan" is not "the Japanese minister Gen Nakatani"
    names = {n for n in own.names if n not in theirs.speaker and key(n) not in theirs.speaker}
    if not names:
        return bool(own.speaker & theirs.speaker) or not own.speaker
    # "her agency said" may be "Mina Park's agency said", "Ana said" of another sentence "Ana Reyes said".
    shared = own.names & theirs.names if theirs.names else own.speaker & theirs.speaker
    owned = any(source.tokens[p].low in ("his", "her", "its", "their") for p in theirs.who)
    return bool(shared) and (owned or not any(source.tokens[p].low in names for p in theirs.scope))


def _used_up(places: Sequence[int], report: Report, source: Frame) -> bool:
    """Whether a statement has most of what a report says, beside other things."""
    inside = [p for p in report.scope if source.tokens[p].claim]
    return len(inside) >= (3 if report.verb >= 0 else 5) and sum(p in places for p in inside) / len(inside) >= _SHARE


def _active(said: Frame, own: Report, source: Frame, where: Mapping[int, int]) -> bool:
    """Whether the speaker's words and verb stand together in the evidence ("X's pledge", "X welcomed")."""
    verb = where.get(own.verb)
    return (
        verb is not None
        and not any(t.low in PRONOUNS for t in said.tokens[own.verb : own.verb])
        and any(source.tokens[p].low in own.names for p in range(max(verb - 8, 0), min(verb + 8, len(source.tokens))))
    )
