"""The ways to make a true sentence say the opposite: another small word, the whole for its part, no exception.

Like those of eval/swaps.py, each a small function: sentence in, false statements and what they cite out.
eval/corrupt.py calls them. Try `list(exception("It is open except on Mondays.", "", (), Pool((), (), (), Random(1))))`.
"""

from __future__ import annotations

import re

from eval.swaps import NAME, NUMBERS, Made, Maker, Pool

_PAIRS = "for against", "over under", "above below", "inside outside", "while before", "after before", "during before"
_OPPOSITE = {a: b for pair in _PAIRS for a, b in (pair.split()[::-1], pair.split())} | {
    "into": "out of", "out of": "into", "because": "although", "with": "without",
}  # fmt: skip
# "for the most part", "over the next two years": a time, and no way that could be another.
_TIME = re.compile(r" \w+ (?:first|last|next|past|most|\d+|\w+ (?:years?|months?|weeks?|days?|time))\b")
_SHARE = rf"(?:\d[\d,]*|{'|'.join(NUMBERS)}|one|some|many|most|half)"
_NAMED = re.compile(
    r"[A-Z]\w+ $|\b(?:is|are|was|were|as|be|but) $"
)  # "Article 5 of the treaty", "it is one of the banks"


def contrary(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    """The opposite small word before a noun phrase: "into the lake" -> "out of the lake"."""
    for found in re.finditer(rf"\b({'|'.join(_OPPOSITE)})(?= (?:the|his|her|its|their) )", sentence):
        if not _TIME.match(sentence, found.end()):
            yield sentence[: found.start()] + _OPPOSITE[found[1]] + sentence[found.end() :], cites


def part(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    """The whole for its part: "six of the ten miners" -> "the ten miners"."""
    for found in re.finditer(rf"\b{_SHARE} of (?=(?:the|its|their|his|her) )", sentence, re.IGNORECASE):
        if not _NAMED.search(sentence[: found.start()]):
            yield sentence[: found.start()] + sentence[found.end() :], cites


def exception(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    """The exception as one of the rest: "open except on Mondays" -> "open on Mondays"."""
    for found in re.finditer(r"\b(?:except(?: for)?|excluding|other than|apart from) (?!that\b|to\b|when\b)", sentence):
        if not re.search(r"\b(?:no|not|nothing|none|any\w*) [^,]*$", sentence[: found.start()]):
            yield sentence[: found.start()] + sentence[found.end() :], cites


def holder(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    """The names of "Kim is the father of Park" in each other's place."""
    found = re.search(rf"({NAME})( (?:is|was|became) (?:an? |the )?[a-z -]+ of (?:the )?)({NAME})", sentence)
    # The capital of a sentence's first word names nothing: it must be a name elsewhere, too.
    if found and {found[1], found[3]} <= {*pool.names} and not {*found[1].split()} & {*found[3].split()}:
        yield sentence[: found.start()] + found[3] + found[2] + found[1] + sentence[found.end() :], cites


OPPOSITES: dict[str, Maker] = {"contrary": contrary, "part": part, "exception": exception, "holder": holder}
