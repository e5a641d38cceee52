"""Is a statement supported by the exact words that it cites? By rule, pure and fast, no model.

It doesn't find evidence and doesn't rewrite anything; what it can't tell it lets fail, because a quote is always
at hand. Try `check("Rutte visited Tokyo.", ["Mark Rutte visited Tokyo on Tuesday."])`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qa.align import Match, align
from qa.clauses import passive, subject_of
from qa.facts import Token, plain, quotations
from qa.frames import AUXILIARY, Frame, Report, frames
from qa.figures import figures
from qa.order import order
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


def _clause(tokens: Sequence[Token]) -> bool:
    """Whether these words can be a clause of their own: two claims and a verb."""
    return sum(t.claim for t in tokens) > 1 and any(past(t.low) or t.low in AUXILIARY for t in tokens)


def _examine(
    said: Frame, part: range, source: Frame, days: Mapping[int, Day], pool: Sequence[tuple[Frame, Mapping[int, Day]]]
) -> _Found:
    where = align([(i, said.tokens[i]) for i in part], source.sentence, days)
    missing = [i for i in part if said.tokens[i].claim and i not in where]
    missing = [i for i in missing if not _excused(said, i, source, where)]
    missing = [i for i in missing if not _unit(said, i, source, where, pool)]
    if missing:
        missing, where = _unresolved(said, part, source, where, missing, pool)
    problems = [f"{said.tokens[i].kind}: {said.tokens[i].text}" for i in missing]
    match = Match(said, part, source, where)
    if len(missing) <= 2:
        problems += [*stance(match), *relations(match), *figures(match), *order(match)]
    return _Found(tuple(problems), len(missing), (match,))


def _excused(said: Frame, i: int, source: Frame, where: Mapping[int, int]) -> bool:
    token = said.tokens[i]
    if token.key in NEUTRAL:  # "said" for any verb of saying
        return bool(source.reports)
    if token.low in ("people", "person") and said.tokens[min(i + 1, len(said.tokens) - 1)].low == "who":
        return "those" in source.sentence.where  # "people who", "those who"
    if token.low in ("year", "years", "old", "aged"):  # "the 29-year-old", where the evidence has "Ana Reyes, 29,"
        age = next((where[j] for j in range(i - 1, max(i - 3, -1), -1) if j in where), 0)
        return (
            source.tokens[age].kind == "number"
            and source.tokens[age - 1].text == ","
            and age + 1 < len(source.tokens)
            and source.tokens[age + 1].text == ","
        )
    return any(i not in r.scope for r in said.reports) and any(token.key in r.speaker for r in source.reports)


def _unresolved(
    said: Frame, part: range, source: Frame, where: Mapping[int, int], missing: list[int],
    pool: Sequence[tuple[Frame, Mapping[int, Day]]],
) -> tuple[list[int], Mapping[int, int]]:  # fmt: skip
    """What is still missing when names are put where the evidence has a pronoun ("He said" for "Ishiba said")."""
    left, known_at = list(missing), dict(where)
    for run in _runs(said, part, missing):
        after = next((where[i] for i in part if i > run[-1] and i in where), None)
        before = next((where[i] for i in reversed(part) if i < run[0] and i in where), None)
        slot = (after is not None and _pronoun(source.tokens, after, -1)) or (
            before is not None and _pronoun(source.tokens, before, 1)
        )
        first = next((i for i in part if said.tokens[i].kind != "free"), part.start)
        slot = slot or (run[0] == first and after is not None and _carried(source, after))
        first_after = next((i for i in part if i > run[-1] and i in where), part.stop)
        last_before = next((i for i in reversed(part) if i < run[0] and i in where), part.start - 1)
        active = last_before in where and last_before + 1 == run[0] and not passive(said.tokens, last_before)
        if before is not None and active and passive(source.tokens, before):
            slot = slot or _pronoun(source.tokens, before, -1)  # "It was found by Ana" for "Ana found the Heron"
        around = said.tokens[last_before + 1 : first_after]
        slot = slot and not any(t.low in _STANDS for t in around)  # "Oslo, it was said": the pronoun is still there
        slot = slot and not any(past(t.low) or t.low in AUXILIARY for t in said.tokens[run[0] : run[-1] + 1])
        keys = {said.tokens[i].key for i in run}
        # A pronoun stands for a name that came before it.
        known = any(keys <= {t.key for t in f.tokens} for f in _before(source, pool))
        speaks = any(set(run) <= r.who and _unnamed(r, source, where) for r in said.reports)
        if (slot or speaks) and known and any(said.tokens[i].kind in ("name", "word") for i in run):
            left = [i for i in left if i not in run]
            known_at = {i: p for i, p in known_at.items() if i not in run}
    return left, known_at


def _before(source: Frame, pool: Sequence[tuple[Frame, Mapping[int, Day]]]) -> Iterator[Frame]:
    for frame, _ in pool:
        if frame is source:
            return
        yield frame


def _unnamed(report: Report, source: Frame, where: Mapping[int, int]) -> bool:
    """Whether the evidence has a pronoun for the speaker of these words."""
    places = {where[i] for i in report.scope if i in where}
    theirs = [r for r in source.reports if places & r.scope]
    return any(r.verb >= 0 and not r.speaker for r in theirs) and not any(r.speaker for r in theirs)


def _unit(
    said: Frame, i: int, source: Frame, where: Mapping[int, int], pool: Sequence[tuple[Frame, Mapping[int, Day]]]
) -> bool:
    """ "14,380 votes", where the evidence has votes before and then only the number."""
    if i - 1 not in where or said.tokens[i - 1].kind != "number":
        return False
    after = source.tokens[where[i - 1] + 1 : where[i - 1] + 2]
    return all(t.kind in ("mark", "free") for t in after) and any(
        said.tokens[i].key in f.sentence.where for f, _ in pool
    )


def _runs(said: Frame, part: range, missing: Sequence[int]) -> Iterator[list[int]]:
    """Neighbouring missing words; a name of which one word is missing is missing as a whole."""
    wide = set(missing)
    for i in missing:
        for step in (-1, 1):
            j = i + step
            while (
                j in part
                and (said.tokens[i].kind != "word" or len(said.tokens[i].low) == 1)
                and _name_like(said.tokens[j])
            ):
                wide.add(j)
                j += step
    run: list[int] = []
    for i in sorted(wide):
        if run and any(t.kind != "free" for t in said.tokens[run[-1] + 1 : i]):
            yield run
            run = []
        run.append(i)
    if run:
        yield run


def _carried(source: Frame, at: int) -> bool:
    """Whether the verb at `at` still has the pronoun that opens the sentence as its subject ("It rose and fell")."""
    tokens = source.tokens
    if not tokens or tokens[0].low not in _STANDS or not past(tokens[at].low):
        return False
    before = [t for t in tokens[:at] if t.kind != "mark" and t.low not in AUXILIARY and not t.low.endswith("ly")]
    return bool(before) and before[-1].low in ("and", "but", "then", "later")


def _name_like(token: Token) -> bool:
    return token.kind in ("name", "number") or (token.kind == "word" and token.text[0].isupper())


def _pronoun(tokens: Sequence[Token], at: int, step: int) -> bool:
    j = at + step
    while 0 <= j < len(tokens) and abs(j - at) < 6:
        if tokens[j].low in _STANDS or (tokens[j].low in _OPENS and j == 0):
            return True
        if tokens[j].key == "#2" and j and tokens[j - 1].low == "the":
            return True
        if tokens[j].claim or tokens[j].kind == "mark":
            return False
        j += step
    return False
