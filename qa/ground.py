"""Is a statement supported by the exact words that it cites? By rule, pure and fast, no model.

It doesn't find evidence and doesn't rewrite anything; what it can't tell it lets fail, because a quote is always
at hand. Try `check("Rutte visited Tokyo.", ["Mark Rutte visited Tokyo on Tuesday."])`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qa.align import align
from qa.facts import Token, plain, quotations
from qa.frames import AUXILIARY, Frame, frames
from qa.relations import relations
from qa.stance import stance
from qa.values import Day, nearest
from qa.words import NEUTRAL, past

_SPLITS = frozenset("and but while whereas who which where whose or".split())
_MOST_PARTS = 3
_STANDS = frozenset("he she it they him her them his its their".split())
_OPENS = frozenset("both this these those".split())  # only where they open a sentence do they stand for a name
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
    pool = [(f, _days(f, day)) for text, day in _dated(evidence, published) for f in frames(text)]
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
    if not claims and not any(_verbatim(s, pool) for s in said):
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
        f"quotation: {words}" for words in quotations(statement)
        if not any(words.strip(" .,!?;:'\"").casefold() in text for text in texts)
    ]


def _supported(
    said: Frame, part: range, pool: Sequence[tuple[Frame, Mapping[int, Day]]], parts: int
) -> _Found:
    """The best support of a part of a statement: by one sentence, else piece by piece where it is coordinated."""
    found = [_examine(said, part, source, days, pool) for source, days in pool]
    best = min(found, key=lambda f: (len(f.problems), f.missing), default=_Found(("nothing is cited",), len(part)))
    if not best.problems or parts == 1:
        return best
    for cut in _cuts(said.tokens, part):
        first = _supported(said, range(part.start, cut), pool, 1)
        if not first.problems and not _supported(said, range(cut, part.stop), pool, parts - 1).problems:
            return first
    return best


def _cuts(tokens: Sequence[Token], part: range) -> Iterator[int]:
    for i in part:
        if (tokens[i].low in _SPLITS or tokens[i].text in (",", ";", "—", "(")) and all(
            _clause(tokens[half]) for half in (slice(part.start, i), slice(i, part.stop))
        ):
            yield i


def _clause(tokens: Sequence[Token]) -> bool:
    """Whether these words can be a clause of their own: two claims and a verb."""
    return sum(t.claim for t in tokens) > 1 and any(past(t.low) or t.low in AUXILIARY for t in tokens)


def _examine(
    said: Frame, part: range, source: Frame, days: Mapping[int, Day], pool: Sequence[tuple[Frame, Mapping[int, Day]]]
) -> _Found:
    where = align([(i, said.tokens[i]) for i in part], source.sentence, days)
    missing = [i for i in part if said.tokens[i].claim and i not in where]
    missing = [i for i in missing if not _excused(said, i, source, where)]
    if missing:
        missing = _unresolved(said, part, source, where, missing, pool)
    problems = [f"{said.tokens[i].kind}: {said.tokens[i].text}" for i in missing]
    if len(missing) <= 2:
        problems += stance(said, part, source, where) + relations(said, part, source, where)
    return _Found(tuple(problems), len(missing))


def _excused(said: Frame, i: int, source: Frame, where: Mapping[int, int]) -> bool:
    token = said.tokens[i]
    if token.key in NEUTRAL:  # "said" for any verb of saying
        return bool(source.reports)
    if token.low in ("year", "years", "old", "aged"):  # "the 29-year-old", where the evidence has "Ana Reyes, 29,"
        age = next((where[j] for j in range(i - 1, max(i - 3, -1), -1) if j in where), 0)
        return source.tokens[age].kind == "number" and source.tokens[age - 1].text == "," and age + 1 < len(
            source.tokens) and source.tokens[age + 1].text == ","
    return any(i not in r.scope for r in said.reports) and any(token.key in r.speaker for r in source.reports)


def _unresolved(
    said: Frame, part: range, source: Frame, where: Mapping[int, int], missing: list[int],
    pool: Sequence[tuple[Frame, Mapping[int, Day]]],
) -> list[int]:  # fmt: skip
    """What is still missing when names are put where the evidence has a pronoun ("He said" for "Ishiba said")."""
    left = list(missing)
    for run in _runs(said, missing):
        after = next((where[i] for i in part if i > run[-1] and i in where), None)
        before = next((where[i] for i in reversed(part) if i < run[0] and i in where), None)
        slot = (after is not None and _pronoun(source.tokens, after, -1)) or (
            before is not None and _pronoun(source.tokens, before, 1))
        around = said.tokens[max(run[0] - 2, 0) : run[-1] + 4]
        slot = slot and not any(t.low in _STANDS for t in around)  # "Oslo, it was said": the pronoun is still there
        keys = {said.tokens[i].key for i in run}
        known = any(keys <= {t.key for t in f.tokens} for f, _ in pool if f is not source)
        if slot and known and any(said.tokens[i].kind in ("name", "word") for i in run):
            left = [i for i in left if i not in run]
    return left


def _runs(said: Frame, missing: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for i in missing:
        if run and any(t.kind != "free" for t in said.tokens[run[-1] + 1 : i]):
            yield run
            run = []
        run.append(i)
    if run:
        yield run


def _pronoun(tokens: Sequence[Token], at: int, step: int) -> bool:
    j = at + step
    while 0 <= j < len(tokens) and abs(j - at) < 6:
        if tokens[j].low in _STANDS or (tokens[j].low in _OPENS and j == 0):
            return True
        if tokens[j].claim or tokens[j].kind == "mark":
            return False
        j += step
    return False
