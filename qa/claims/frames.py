"""How sure a sentence is, and of what: its operators ("not", "may", "if"), its clauses, and with them its reports.

By rule on tokens, without a parser; it compares nothing. Try `frames("He said that it may rain.")[0].operators`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from qa.claims.borders import JOINTS, segment, stop
from qa.claims.clauses import after_be
from qa.claims.facts import Sentence, Token, sentences
from qa.claims.reports import Report, reports
from qa.claims.words import AUXILIARY, OPERATORS, REPORTING, past, stem

_APART = frozenset("while whereas but although though".split())
_ADVERBS = frozenset("already also often never not since just".split())
EXCEPTING = frozenset("except excepting excluding".split())  # "other than" and the like are folded into the first
_EXCEPT = frozenset("all nothing everything anything none nobody everybody".split())  # "all but one"


@dataclass(frozen=True, slots=True)
class Operator:
    """A word that turns the meaning of what follows: its class, its place, the word it governs, its reach."""

    sort: str
    at: int
    head: int
    scope: frozenset[int]
    demands: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence with everything that governs its words. `clause` numbers the clause of each token."""

    sentence: Sentence
    reports: tuple[Report, ...]
    operators: tuple[Operator, ...]
    clause: tuple[int, ...]

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.sentence.tokens


@functools.lru_cache(maxsize=4096)
def frames(text: str) -> tuple[Frame, ...]:
    """The sentences of a text with their reports, operators and clauses.

    >>> frame = frames("The boats may not sail, Ana Reyes said.")[0]
    >>> [(o.sort, frame.tokens[o.head].text) for o in frame.operators], sorted(frame.reports[0].names)
    ([('possible', 'sail'), ('neg', 'sail')], ['ana', 'reyes'])
    """
    found = [
        Frame(s, (told := reports(s.tokens)), _operators(s.tokens, told), _clauses(s.tokens)) for s in sentences(text)
    ]
    return tuple(_inherit(found, i) for i in range(len(found)))


def _inherit(found: Sequence[Frame], i: int) -> Frame:
    """A quotation that runs over several sentences has the speaker that the next or the last of them names."""
    frame = found[i]
    unknown = [r for r in frame.reports if not r.speaker]
    if not unknown:
        return frame
    near = [found[j] for j in (i + 1, i + 2, i - 1) if 0 <= j < len(found)]
    known = next((r for f in near for r in f.reports if r.speaker and any(f.tokens[p].quoted for p in r.scope)), None)
    if known is None:
        return frame
    reports = tuple(r if r.speaker else Report(r.verb, known.speaker, known.names, r.scope) for r in frame.reports)
    return Frame(frame.sentence, reports, frame.operators, frame.clause)


def _clauses(tokens: Sequence[Token]) -> tuple[int, ...]:
    ids, now = [], 0
    for i, token in enumerate(tokens):
        after = tokens[i + 1].low if i + 1 < len(tokens) else ""
        if (
            token.text in (";", ":", "—", "(", ")")
            or (token.text == "," and after in JOINTS)
            or (token.low in _APART and i and tokens[i - 1].kind != "mark" and tokens[i - 1].low not in _EXCEPT)
        ):
            now += 1
        ids.append(now)
    return tuple(ids)


def _operators(tokens: Sequence[Token], told: Sequence[Report]) -> tuple[Operator, ...]:
    found: list[Operator] = []
    for i, token in enumerate(tokens):
        sort = OPERATORS.get(token.low) if token.kind in ("free", "word", "light") else None
        if token.low == "but" and i and tokens[i - 1].low in _EXCEPT:
            sort = "neg"  # "all but one"
        bar = token.low == "but" and [t.low for t in tokens[i + 1 : i + 2]] == ["for"] and not found
        if bar:
            sort = "neg"  # "open but for Mondays", not "not by Ana but for Ana"
        if sort == "if" and _gave(tokens, i):
            sort = None
        if sort is None and _passive_report(tokens, i):
            sort = "possible"
        if sort is None:
            continue
        end = stop(tokens, i + 1, soft=sort != "alleged")
        dated = bar or token.low in EXCEPTING  # "open except on Mondays": a day is what is left out
        head = next((j for j in range(i + 1, end) if _heads(tokens[j]) or (dated and tokens[j].kind == "date")), i)
        if sort == "if":
            start, last = segment(tokens, i)
            verbs = (j for j in range(i, start, -1) if tokens[j - 1].low in ("and", "but") and past(tokens[j].low))
            start = next(verbs, start)  # "X criticised it and said that Y would go if Z stayed"
            scope = frozenset(range(start, last)) - frozenset(range(i, end))
            # "Ana, who leads it, said that X unless Y": the condition is on X alone
            scope = next((scope & r.scope for r in told if i in r.scope and min(r.scope) > r.verb), scope)
        else:
            scope = frozenset(range(i + 1, end))
        found.append(Operator(sort, i, head, scope, token.low not in ("can", "seem", "appear", "cannot")))
    return tuple(found)


def _passive_report(tokens: Sequence[Token], i: int) -> bool:
    """ "is expected to", "are believed to": somebody thinks so, nobody is named."""
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    return stem(tokens[i].low) in REPORTING and after == "to" and after_be(tokens, i)


def _gave(tokens: Sequence[Token], i: int) -> bool:
    """ "having already provided Ukraine with aid", "provided by the state": a verb and no condition."""
    if tokens[i].low not in ("provided", "providing"):
        return False
    before = next((t.low for t in reversed(tokens[:i]) if not t.low.endswith("ly") and t.low not in _ADVERBS), "")
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    return before in AUXILIARY | {"having", "being", "been"} or after in ("by", "with", "to", "for")


def _heads(token: Token) -> bool:
    return token.kind in ("word", "light", "name", "number") and not (
        token.low.endswith("ly") or token.low in ("ever", "much", "long")
    )
