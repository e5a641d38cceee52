"""Where the parts of a sentence begin and end: the noun phrase of a verb, the reach of a word, what a semicolon parts.

By word lists, no parser; it says nothing of what the parts mean. Try
`opening(sentences("The old mill burned down.")[0].tokens, 3)`.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.claims.facts import Token
from qa.claims.words import PRONOUNS, past

JOINTS = frozenset("and but while whereas although though as when after before because which who whose where so yet "
                    "if unless until".split())  # fmt: skip
_BEFORE_VERB = frozenset("has have had also later is was were be been will would not both all each".split())
_SUBJECTS = frozenset("he she it they who which this that we i".split())
_CUTS = frozenset("with during after before to against about when following since in on ahead".split())


def noun_phrase(tokens: Sequence[Token], i: int) -> tuple[list[int], int]:
    """The noun phrase before a verb, with its apposition ("X, the minister, said"), and where it starts."""
    j = i - 1
    while j >= 0 and (tokens[j].low in _BEFORE_VERB or tokens[j].low.endswith("ly")):
        j -= 1
    if j > 0 and tokens[j].text == ")":  # "the Safety Authority (SA) said"
        j = max((k for k in range(j) if tokens[k].text == "("), default=j) - 1
    if j < 0 or tokens[j].quoted or tokens[j].text == '"':
        return [], i
    if tokens[j].low == "who" and j:
        return noun_phrase(tokens, j)  # "the mate, Colm Weyland, 29, who admitted"
    if tokens[j].low in ("and", "but"):  # "X criticised it and said"
        return opening(tokens, i), i
    chunks = 1
    if tokens[j].text == ",":
        # "Ana, who has seen it but isn't part of it, thinks": the subject stands before its relative clause.
        start = segment(tokens, i)[0]
        who = next((k for k in range(j, start, -1) if tokens[k].low in ("who", "which")), 0)
        if who > start + 1 and tokens[who - 1].text == "," and "but" in {t.low for t in tokens[who:j]}:
            return noun_phrase(tokens, who - 1)
        j, chunks = j - 1, 2
    found: list[int] = []
    while j >= 0:
        token = tokens[j]
        if token.kind == "mark" or (token.kind == "free" and token.low in JOINTS - {"and", "who", "which", "as"}):
            if token.text != "," or chunks == 1:
                break
            chunks -= 1
        elif token.low in ("that", "say") and chunks == 1:
            break
        found.append(j)
        j -= 1
    found.reverse()
    if not any(tokens[p].claim for p in found) and not any(tokens[p].low in PRONOUNS for p in found):
        return opening(tokens, i), i  # "X criticised it and said"
    start = found[0] if found else i
    cut = next((n for n, p in enumerate(found) if n and tokens[p].low in _CUTS), None)
    return (found[:cut] if cut else found), start


def opening(tokens: Sequence[Token], i: int) -> list[int]:
    """The noun phrase that opens the sentence part of `i`, up to its verb."""
    found: list[int] = []
    if tokens[segment(tokens, i)[0]].low in _SUBJECTS:
        return []
    for j in range(segment(tokens, i)[0], i):
        if past(tokens[j].low) or tokens[j].kind == "mark" or tokens[j].low in _CUTS:
            break
        found.append(j)
    return found


def segment(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """The part of the sentence that holds `i`, between semicolons, "while" and "whereas"."""
    borders = [j for j, t in enumerate(tokens) if t.text == ";" or t.low in ("while", "whereas")]
    start = max((j + 1 for j in borders if j <= i), default=0)
    end = min((j for j in borders if j >= i), default=len(tokens))
    return start, end


def stop(tokens: Sequence[Token], start: int, *, soft: bool) -> int:
    """Where the reach of a word ends: at a clause border; for `soft` ones at any comma too.

    >>> from qa.claims.facts import sentences
    >>> tokens = sentences("It may rain, they fear, but we sail.")[0].tokens
    >>> stop(tokens, 2, soft=True), stop(tokens, 2, soft=False)  # "rain", and "rain, they fear"
    (3, 6)
    """
    for i in range(start, len(tokens)):
        token = tokens[i]
        after = tokens[i + 1].low if i + 1 < len(tokens) else ""
        if (
            token.text == ";"
            or token.low == "accordingto"
            or (i > start and token.low in ("while", "whereas", "but"))
            or token.low == "adding"
        ):
            return i
        if soft and token.low == "and" and i + 1 < len(tokens) and past(after):
            return i
        if (soft and token.text in (",", "—", "(", ")", ":")) or (token.text == "," and after in ("while", "but")):
            return i
    return len(tokens)
