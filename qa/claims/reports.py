"""Who says what: the reports of a sentence ("X said that", "according to X", quotations) with speaker and reach.

By rule on tokens, without a parser; it compares nothing. Try
`reports(sentences("It may rain, Ana Reyes said.")[0].tokens)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.claims.borders import noun_phrase, opening, segment, stop
from qa.claims.clauses import after_be
from qa.claims.facts import Token
from qa.claims.words import AUXILIARY, PRONOUNS, REPORTING, past, stem

# Verbs whose object clause needs no "that"; others take a noun as their object and claim nothing.
_BARE = frozenset(
    map(stem, "say state think believe claim insist estimate report show add warn argue find deny fear expect".split())
)
# After these a noun is as likely as a clause ("found a ship"): a clause is one that has a verb.
_DOUBTFUL = frozenset(map(stem, "find show report add claim expect fear deny".split()))
_NOUNS = frozenset("claim report note promise pledge vow estimate forecast comment remark fear rule tweet joke".split())
_PREPOSITIONS = frozenset("in on at to of by for with from during after before about over against into since as ahead "
                          "until within between through under amid aheadof".split())  # fmt: skip
_FORETELL = frozenset(map(stem, "expect predict forecast believe estimate".split()))


@dataclass(frozen=True, slots=True)
class Report:
    """Words that somebody else answers for: the verb's place (-1 if none), the places said, and the speaker.

    `speaker` holds the keys and folded words of the speaker's noun phrase, `names` the capitalised ones of them;
    `who` are its places.
    """

    verb: int
    speaker: frozenset[str]
    names: frozenset[str]
    scope: frozenset[int]
    who: frozenset[int] = frozenset()


def reports(tokens: Sequence[Token]) -> tuple[Report, ...]:
    reports = [r for i, t in enumerate(tokens) if (r := _report(tokens, i, t)) is not None]
    reports = [_within(r, reports) for r in reports]
    quoted = frozenset(i for i, t in enumerate(tokens) if t.quoted)
    if not quoted:
        return tuple(reports)
    outside = [r for r in reports if r.verb not in quoted]
    if not outside:
        return (*reports, Report(-1, frozenset(), frozenset(), quoted))
    middle = sorted(quoted)[len(quoted) // 2]
    nearest = min(outside, key=lambda r: abs(r.verb - middle))
    return tuple(Report(r.verb, r.speaker, r.names, r.scope | quoted, r.who) if r is nearest else r for r in reports)


def _within(report: Report, reports: Sequence[Report]) -> Report:
    """ "Ana said that it rained, a claim that Eva denied": what Ana said ends where Eva's denial begins."""
    later = [
        max(r.scope) for r in reports if r.verb in report.scope and r.who and r.scope and max(r.scope) < min(r.who)
    ]
    if not later:
        return report
    scope = frozenset(p for p in report.scope if p <= min(later))
    return Report(report.verb, report.speaker, report.names, scope, report.who)


def _report(tokens: Sequence[Token], i: int, token: Token) -> Report | None:
    if token.low == "accordingto":
        speaker = _right(tokens, i + 1, prepositions=False)
        start, end = segment(tokens, i)
        # "According to X, it rained." and "It rained, according to X, who was there."
        scope = range(i + 1 + len(speaker), end) if i == start else range(start, i)
        return _made(tokens, i, speaker, frozenset(scope))
    if stem(token.low) not in REPORTING or token.kind not in ("word", "light") or _noun(tokens, i):
        return None
    if (after_be(tokens, i) and past(token.low)) or (token.low.endswith("ing") and not _that(tokens, i)):
        return None
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    left, start = (opening(tokens, i), i) if token.low.endswith("ing") else noun_phrase(tokens, i)
    that = _that(tokens, i)
    end = stop(tokens, i + 1, soft=False)
    if that:
        return _made(tokens, i, left, frozenset(range(that + 1, end)))
    if (
        after is not None
        and before is not None
        and before.kind == "mark"
        and (before.text == '"' or before.quoted or (before.text == "," and token.low in ("said", "says")))
    ):
        right = _right(tokens, i + 1, prepositions=True)
        if right and not _finite(tokens, right[0], right[-1] + 1) and _closes(tokens, right[-1] + 1, before):
            return _made(tokens, i, right, frozenset(range(segment(tokens, i)[0], i)))
    free_end = after is None or after.kind in ("mark", "date") or after.low in _PREPOSITIONS
    if token.low in ("told", "tells") and not free_end:  # "he told reporters in Oslo"
        free_end = any(t.kind == "mark" or t.low in _PREPOSITIONS for t in tokens[i + 2 : i + 5])
    if not left:
        return None
    quote = next((j for j in range(i + 1, min(i + 6, len(tokens))) if tokens[j].quoted), 0)
    if quote:
        return _made(tokens, i, left, frozenset(j for j in range(quote, len(tokens)) if tokens[j].quoted))
    if free_end and start > 1 and tokens[start - 1].kind == "mark":
        return _made(tokens, i, left, frozenset(range(segment(tokens, i)[0], start)))
    if free_end and after is not None and after.text in (",", ":", '"'):
        return _made(tokens, i, left, frozenset(range(i + 2, end)))
    verb = stem(token.low)
    if verb in _FORETELL and any(t.low == "to" for t in tokens[i + 2 : i + 9]):
        return _made(tokens, i, left, frozenset(range(i + 1, end)))  # "she expects prices to fall"
    if verb in _BARE and not free_end and (verb not in _DOUBTFUL or _finite(tokens, i + 1, len(tokens))):
        return _made(tokens, i, left, frozenset(range(i + 1, end)))
    return None


def _made(tokens: Sequence[Token], at: int, speaker: Sequence[int], scope: frozenset[int]) -> Report:
    said = [tokens[p] for p in speaker]
    words = [t for t in said if t.kind in ("word", "name")]
    capital = (t.low for t in words if t.text[0].isupper())
    return Report(
        at, frozenset(w for t in words for w in (t.key, t.low)), frozenset(capital), scope, frozenset(speaker)
    )


def _noun(tokens: Sequence[Token], i: int) -> bool:
    before = tokens[i - 1].low if i else ""
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    plural = before.endswith("s") or before in PRONOUNS or before in ("i", "we", "you", "to")
    if tokens[i].low in _NOUNS and not plural:
        return True  # "an earlier claim": the plain form is a verb only after a plural
    if tokens[i].low.endswith("ings") or (i and tokens[i - 1].kind == "number"):
        return True
    return before in ("a", "an", "the", "this", "its", "his", "her", "their", "joint") or after == "of"


def _closes(tokens: Sequence[Token], i: int, before: Token) -> bool:
    """Whether the noun phrase that ends before `i` closes the remark: `, said X.` or `" said X in ...`."""
    return i >= len(tokens) or tokens[i].kind == "mark" or (before.quoted or before.text == '"')


def _finite(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a verb seems to stand between, before the next mark."""
    for token in tokens[start:end]:
        if token.kind == "mark":
            return False
        if past(token.low) or token.low in AUXILIARY:
            return True
    return False


def _that(tokens: Sequence[Token], i: int) -> int:
    for j in range(i + 1, min(i + 12, len(tokens))):
        if tokens[j].low == "that":
            return j
        if tokens[j].kind == "mark" or (tokens[j].kind == "word" and stem(tokens[j].low) in REPORTING):
            return 0
    return 0


def _right(tokens: Sequence[Token], start: int, *, prepositions: bool) -> list[int]:
    found: list[int] = []
    for j in range(start, len(tokens)):
        token = tokens[j]
        if (
            token.kind == "mark"
            or token.low in ("who", "that", "which")
            or (prepositions and token.low in _PREPOSITIONS and token.low != "of")
        ):
            break
        found.append(j)
    return found
