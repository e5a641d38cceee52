"""Is a statement supported by the exact words that it cites? By rule, pure and fast, no model.

It doesn't find evidence and doesn't rewrite anything; what it can't tell it lets fail, because a quote is always
at hand. Try `check("Rutte visited Tokyo.", ["Mark Rutte visited Tokyo on Tuesday."])`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qa.claims.align import Match, align
from qa.claims.clauses import subject_of
from qa.claims.contraries import contraries
from qa.claims.facts import Token
from qa.claims.figures import figures
from qa.claims.frames import Frame, frames
from qa.claims.marks import plain, quotations
from qa.claims.order import order
from qa.claims.orders import orders
from qa.claims.relations import relations
from qa.claims.resolve import resolved
from qa.claims.stance import stance
from qa.claims.values import Day, nearest
from qa.claims.words import AUXILIARY, past

_SPLITS = frozenset("and but while whereas who which where whose or".split())
_MOST_PARTS = 3
_AHEAD = frozenset("will would due plans plan expected scheduled to".split())


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one statement: `coverage` is the share of its claims found in the evidence (0 to 1)."""

    ok: bool
    problems: tuple[str, ...]
    coverage: float


@dataclass(frozen=True, slots=True)
class _Found:
    problems: tuple[str, ...]
    missing: int
    matches: tuple[Match, ...] = ()


def check(statement: str, evidence: Sequence[str], published: Sequence[str] = ()) -> Check:
    """Whether these spans support the statement, and if not, why.

    Each part of a statement must be supported by one sentence of the evidence; names that this sentence replaces by
    a pronoun may come from another. `published` holds the ISO date of each span's article ("" if unknown): with it a
    weekday may be stated as the full date it means.

    >>> check("Rutte visited Tokyo.", ["Mark Rutte visited Tokyo on Tuesday."])
    Check(ok=True, problems=(), coverage=1.0)
    >>> check("Rutte visited Kyoto.", ["Mark Rutte visited Tokyo on Tuesday."]).problems
    ('name: Kyoto',)
    >>> check("Rutte came on 8 April 2025.", ["Rutte came on Tuesday."], ["2025-04-09"]).ok
    True
    """
    said = frames(statement)
    pool = [
        (f, _days(f, day)) for text, day in _dated(evidence, published) for f in frames(text) if not orders(f.tokens)
    ]
    problems = _quotations(statement, evidence)
    claims = missing = 0
    for sentence in said:
        total = sum(t.claim for t in sentence.tokens)
        claims += total
        if _verbatim(sentence, pool):
            continue
        best = _supported(sentence, range(len(sentence.tokens)), pool, _MOST_PARTS)
        missing += min(best.missing, total)
        problems += best.problems
    if not any(_claims(s.tokens) for s in said) and not any(_verbatim(s, pool) for s in said):
        problems.append("empty: nothing is claimed")
    return Check(not problems, tuple(dict.fromkeys(problems)), 1 - missing / claims if claims else float(not problems))


def _dated(evidence: Sequence[str], published: Sequence[str]) -> Iterator[tuple[str, str]]:
    for n, text in enumerate(evidence):
        yield text, published[n] if n < len(published) else ""


def _days(frame: Frame, published: str) -> Mapping[int, Day]:
    """The full dates that the weekdays of a sentence mean in an article of that day."""
    if not published:
        return {}
    day = date.fromisoformat(published)
    found = {}
    for i, token in enumerate(frame.tokens):
        if token.day and token.day == Day(weekday=token.day.weekday):
            ahead = any(t.low in _AHEAD and frame.clause[j] == frame.clause[i] for j, t in enumerate(frame.tokens[:i]))
            found[i] = nearest(token.day.weekday, day, ahead=ahead)
    return found


def _verbatim(sentence: Frame, pool: Sequence[tuple[Frame, Mapping[int, Day]]]) -> bool:
    bare = sentence.sentence.text.strip(" .\"'")
    return any(bare == f.sentence.text.strip(" .\"'") for f, _ in pool)


def _quotations(statement: str, evidence: Sequence[str]) -> list[str]:
    texts = [plain(e).casefold() for e in evidence]
    return [
        f"quotation: {words}"
        for words in quotations(statement)
        if not any(words.strip(" .,!?;:'\"").casefold() in text for text in texts)
    ]


def _supported(said: Frame, part: range, pool: Sequence[tuple[Frame, Mapping[int, Day]]], parts: int) -> _Found:
    """The best support of a part of a statement: by one sentence, else piece by piece where it is coordinated."""
    found = [_examine(said, part, source, days, pool) for source, days in pool]
    best = min(found, key=lambda f: (len(f.problems), f.missing), default=_Found(("nothing is cited",), len(part)))
    if not best.problems or parts == 1:
        return best
    for cut in _cuts(said.tokens, part):
        first = _supported(said, range(part.start, cut), pool, 1)
        if first.problems:
            continue
        rest = _supported(said, range(cut, part.stop), pool, parts - 1)
        if not rest.problems and all(_continues(first.matches[0], match) for match in rest.matches):
            return _Found((), 0, (*first.matches, *rest.matches))
    return best


def _continues(first: Match, later: Match) -> bool:
    """Whether two parts go together: no name or number used twice, and the same subject where the second has none."""
    if first.source is later.source:
        facts = ({p for i, p in m.path if m.said.tokens[i].kind in ("name", "number", "date")} for m in (first, later))
        if set.intersection(*facts):
            return False
    opening_words = [i for i in later.part if later.said.tokens[i].kind not in ("mark", "free")][:1]
    if not opening_words or opening_words[0] not in later.where or not _verb(later.said.tokens, opening_words[0]):
        return True
    theirs = subject_of(later.source.tokens, later.where[opening_words[0]])
    known = {later.source.tokens[p].key for p in theirs if later.source.tokens[p].claim}
    mine = {t.key for t in first.said.tokens[first.part.start : first.part.stop] if t.claim}
    return not known or bool(known & mine)


def _verb(tokens: Sequence[Token], at: int) -> bool:
    pronouns = ("he", "she", "it", "they", "which", "who", "this")
    if any(t.low in pronouns for t in tokens[max(at - 3, 0) : at]):
        return tokens[at - 1].low in ("which", "who")
    return past(tokens[at].low) or tokens[at - 1].low in AUXILIARY


def _cuts(tokens: Sequence[Token], part: range) -> Iterator[int]:
    for i in part:
        if (tokens[i].low in _SPLITS or tokens[i].text in (",", ";", "—", "(")) and all(
            _clause(tokens[half]) for half in (slice(part.start, i), slice(i, part.stop))
        ):
            yield i


def _claims(tokens: Sequence[Token]) -> bool:
    """Whether these words say something: a lone "Yes" or a lone name doesn't."""
    claims = sum(t.claim for t in tokens)
    return claims > 1 or (claims == 1 and any(past(t.low) or t.low in AUXILIARY or t.kind == "light" for t in tokens))


def _clause(tokens: Sequence[Token]) -> bool:
    """Whether these words can be a clause of their own: two claims and a verb."""
    return sum(t.claim for t in tokens) > 1 and any(past(t.low) or t.low in AUXILIARY for t in tokens)


def _examine(
    said: Frame, part: range, source: Frame, days: Mapping[int, Day], pool: Sequence[tuple[Frame, Mapping[int, Day]]]
) -> _Found:
    where = align([(i, said.tokens[i]) for i in part], source.sentence, days)
    missing, found = resolved(Match(said, part, source, where), [f for f, _ in pool])
    problems = [f"{said.tokens[i].kind}: {said.tokens[i].text}" for i in missing]
    match = Match(said, part, source, found)
    if len(missing) <= 2:
        problems += [*stance(match), *relations(match), *figures(match), *order(match), *contraries(match)]
    return _Found(tuple(problems), len(missing), (match,))
