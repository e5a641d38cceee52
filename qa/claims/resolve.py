"""What a statement may say in other words than the sentence it rests on: names for pronouns, units left out, ages.

It looks at the other sentences that are cited only to learn whom a pronoun means. Pure. Try `check` in qa/ground.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qa.claims.align import Match
from qa.claims.clauses import passive
from qa.claims.facts import Token
from qa.claims.frames import Frame
from qa.claims.reports import Report
from qa.claims.words import AUXILIARY, NEUTRAL, past

_STANDS = frozenset("he she it they him her them his its their".split())
_OPENS = frozenset("both this these those".split())  # only where they open a sentence do they stand for a name


def resolved(match: Match, pool: Sequence[Frame]) -> tuple[list[int], Mapping[int, int]]:
    """The claims of a part of a statement that its sentence lacks, and the alignment without what a pronoun stands for.

    `pool` is everything cited, in the order of the text: a pronoun stands for a name that came before it.
    """
    said, source, where = match.said, match.source, match.where
    missing = [i for i in match.part if said.tokens[i].claim and i not in where]
    missing = [i for i in missing if not (_excused(said, i, source, where) or _unit(said, i, source, where, pool))]
    return _unresolved(said, match.part, source, where, missing, pool) if missing else (missing, where)


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
    pool: Sequence[Frame],
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


def _before(source: Frame, pool: Sequence[Frame]) -> Iterator[Frame]:
    for frame in pool:
        if frame is source:
            return
        yield frame


def _unnamed(report: Report, source: Frame, where: Mapping[int, int]) -> bool:
    """Whether the evidence has a pronoun for the speaker of these words."""
    places = {where[i] for i in report.scope if i in where}
    theirs = [r for r in source.reports if places & r.scope]
    return any(r.verb >= 0 and not r.speaker for r in theirs) and not any(r.speaker for r in theirs)


def _unit(said: Frame, i: int, source: Frame, where: Mapping[int, int], pool: Sequence[Frame]) -> bool:
    """ "14,380 votes", where the evidence has votes before and then only the number."""
    if i - 1 not in where or said.tokens[i - 1].kind != "number":
        return False
    after = source.tokens[where[i - 1] + 1 : where[i - 1] + 2]
    return all(t.kind in ("mark", "free") for t in after) and any(said.tokens[i].key in f.sentence.where for f in pool)


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
