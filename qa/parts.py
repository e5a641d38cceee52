"""The questions that one question is made of: "Who paid, and how much did it cost?" asks two. Pure, no model.

Each part finds its own evidence: one search for both would rank first what speaks of either. A part that leaves
something out ("and when?") stays with the one that it belongs to, for one sentence tells both as a rule.
Try `parts("Who designed the tower, and how high was it?")`.
"""

from __future__ import annotations

import re

from qa.answertype import asks_for_accounts
from qa.question import content_words, names_of
from qa.turns.grammar import ASKING, AUXILIARIES, PREPOSITIONS, is_verb, sentence

MOST = 4  # each part costs a search and a reading: a longer list is taken as one question
_LEAD = rf"(?:(?:{'|'.join(sorted(PREPOSITIONS))}) )?(?:{'|'.join(sorted(ASKING))})\b"
_YES_NO = rf"(?:{'|'.join(sorted(AUXILIARIES))})"
_BORDER = re.compile(
    rf"[?] +(?=\w)|,? (?:and|but) (?={_LEAD}|{_YES_NO} (?:it|he|she|they|there|this|that|the|its|his|her|their)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"(?:[^,]+, )?(?:(?:and|but|so) )?(?:{_LEAD}|{_YES_NO}\b)", re.IGNORECASE)
_WHO_DOES = re.compile(r"(?:(?:and|but) )?who \w{2,}(?:s|ed)\b", re.IGNORECASE)  # what follows "who" is its verb

_POINTS = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|there|this|that|these|those)\b", re.IGNORECASE
)


def parts(question: str) -> tuple[str, ...]:
    """Each part in its own words, in their order; none where there is nothing to take apart.

    >>> parts("Who designed the tower, and how high was it?")
    ('Who designed the tower?', 'How high was it?')
    >>> parts("Who signed it, and when?"), parts("Who was lost and found?")
    ((), ())
    """
    if asks_for_accounts(question):
        return ()  # "Is it open? What do the papers say?" asks one thing of several articles
    pieces = [piece.strip() for piece in _BORDER.split(question) if piece.strip()]
    found = tuple(sentence(piece.rstrip("?!. ")) for piece in pieces if _whole(piece))
    return found if 1 < len(found) <= MOST else ()


def stands_alone(part: str) -> bool:
    """Whether a part says itself what it is about: it names something and points at nothing that was said before.

    >>> [stands_alone(p) for p in ("Where is the OSA based?", "Where is it based?", "Which boats are affected?")]
    [True, False, False]
    """
    return bool(names_of(part)) and not _POINTS.search(part)


def _whole(piece: str) -> bool:
    """Whether a piece is a question that can be asked on its own."""
    words = re.findall(r"[\w'’-]+", piece.casefold())
    verb = bool(_WHO_DOES.match(piece)) or any(w in AUXILIARIES or is_verb(w) for w in words)
    return bool(_ASKS.match(piece)) and verb and len(words) > 2 and bool(content_words(piece))
