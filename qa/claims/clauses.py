"""Small questions about the grammar of tokens: what opens a phrase, who is the subject, is this a passive.

By word lists and endings, no parser; it compares nothing. Try `passive(sentences("It was made.")[0].tokens, 2)`.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.claims.borders import noun_phrase, opening
from qa.claims.facts import Token
from qa.claims.words import AUXILIARY, NATIONS, PRONOUNS, QUALIFIERS, past

BE = frozenset("is are was were be been being".split())
PREPOSITIONS = frozenset(
    "in on at during after before since until by for from with over under about amid to of as when while because if "
    "near against within between through throughout across despite following although though where who which "
    "whose".split()
)
ARTICLES = frozenset("the a an its his her their this that these those".split())
LINKS = frozenset("and or".split())
CONJUNCTIONS = frozenset("because when while as after before since although though if that who which".split())
_SUBORDINATE = frozenset("where who which whose that after before because while when as if unless although".split())
TIMES = frozenset("last next early late this same day week month year night today yesterday tomorrow ago".split())


def after_be(tokens: Sequence[Token], i: int) -> bool:
    """Whether a form of "be" governs the word, adverbs between them left out: "was not said"."""
    j = i - 1
    while j >= 0 and (tokens[j].low.endswith("ly") or tokens[j].low in ("also", "not", "now", "still")):
        j -= 1
    return j >= 0 and tokens[j].low in BE


def passive(tokens: Sequence[Token], at: int) -> bool:
    """Whether a verb is in the passive: "was made", "made by Ana"."""
    if not past(tokens[at].low):
        return False
    j = at - 1
    while j >= 0 and (
        tokens[j].low.endswith("ly") or tokens[j].low in ("not", "also", "since", "now") or tokens[j].key == "#1th"
    ):
        j -= 1
    return (j >= 0 and tokens[j].low in BE) or (
        at + 2 < len(tokens)
        and tokens[at + 1].low == "by"
        and tokens[at + 2].kind not in ("number", "date")
        and not tokens[at + 2].low.endswith("ing")
    )


def passives(tokens: Sequence[Token], way: range) -> list[tuple[int, int]]:
    """(verb, agent) for each "was founded by Ana" and "founded by Ana"."""
    found = []
    for i in way:
        if tokens[i].low != "by" or i == 0 or i + 1 >= len(tokens):
            continue
        verb = next((j for j in range(i - 1, max(i - 5, -1), -1) if past(tokens[j].low)), None)
        agent = next((j for j in range(i + 1, min(i + 7, len(tokens))) if tokens[j].claim), None)
        if verb is not None and agent is not None and tokens[agent].kind in ("name", "word"):
            found.append((verb, agent))
    return found


def has_object(tokens: Sequence[Token], at: int) -> bool:
    """Whether an object seems to follow the verb directly."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return after is not None and (
        after.kind in ("name", "number", "word") or after.low in ("the", "a", "an", "its", "his", "her", "their")
    )


def noun_before(tokens: Sequence[Token], at: int) -> list[int]:
    j = at - 1
    while j >= 0 and (tokens[j].low in BE or tokens[j].low in ("has", "have", "had", "also", "not", "would", "will")
                      or tokens[j].low.endswith("ly")):  # fmt: skip
        j -= 1
    found = []
    while j >= 0 and (tokens[j].claim or tokens[j].low in PRONOUNS) and not past(tokens[j].low):
        found.append(j)
        j -= 1
    while j >= 0 and tokens[j].low in ("the", "a", "an", "its", "his", "her", "their", "this"):
        j -= 1
    return [] if j >= 0 and tokens[j].low in PREPOSITIONS else found  # "the spill in the bay stopped": not the bay


def antecedent(tokens: Sequence[Token], at: int) -> list[int]:
    """The noun phrase before ", who"; empty when it can't be told."""
    j = at - 2 if tokens[at - 1].text == "," else at - 1
    found = []
    while (
        j >= 0
        and tokens[j].kind != "mark"
        and not past(tokens[j].low)
        and tokens[j].low not in ("and", "to", "for", "with")
    ):
        if tokens[j].claim:
            found.append(j)
        j -= 1
    return found


def subject_of(tokens: Sequence[Token], verb: int) -> list[int]:
    found = noun_before(tokens, verb)
    if len(found) == 1 and tokens[found[0]].low in ("who", "which"):
        return antecedent(tokens, found[0])
    return found or noun_phrase(tokens, verb)[0] or opening(tokens, verb)


def opener(tokens: Sequence[Token], at: int) -> str:
    """The preposition or conjunction that opens the phrase of a word, "," for any mark or the start of a date."""
    if tokens[at].kind == "date":
        return ","
    if tokens[at].low in PREPOSITIONS:
        return tokens[at].low
    j = at - 1
    while j >= 0 and ((tokens[j].kind == "free" and tokens[j].low not in PREPOSITIONS) or tokens[j].low in QUALIFIERS):
        j -= 1
    if j < 0:
        return ""
    return (
        ","
        if tokens[j].kind == "mark" and tokens[j].text != '"'
        else tokens[j].low
        if tokens[j].low in PREPOSITIONS
        else ""
    )


def joins(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].kind == "mark" or tokens[at].low in (
        "and",
        "but",
        "or",
        "who",
        "which",
        "while",
        "that",
        "when",
        "as",
    )


def starts_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether a second predicate begins here: "and found", ", but was found"."""
    return tokens[at].low in ("and", "but") and any(
        past(t.low) or t.low in AUXILIARY for t in tokens[at + 1 : at + 3] if t.kind != "mark"
    )


def opens_clause(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether another clause with a verb of its own begins between and is not closed by a comma before `end`."""
    for k in range(start, end):
        if starts_verb(tokens, k):
            return True
        if tokens[k].low in _SUBORDINATE and not any(t.text in (",", ")", "—") for t in tokens[k + 1 : end]):
            verbs = tokens[k + 1 : end]
            if any(
                past(t.low) or t.low in AUXILIARY or (n == 0 and t.low.endswith("ing")) for n, t in enumerate(verbs)
            ):
                return True
    return False


def role(tokens: Sequence[Token], at: int) -> str:
    j = at - 1
    while j >= 0 and (
        tokens[j].low in QUALIFIERS or tokens[j].low in ("the", "a", "an") or tokens[j].text in ("$", "(")
    ):
        j -= 1
    return tokens[j].key if j >= 0 else ""


def owns(tokens: Sequence[Token], at: int, near: int) -> bool:
    """Whether a word owns what follows: "Veyle's army", "European countries"."""
    adjective = NATIONS.get(tokens[at].low, tokens[at].low) != tokens[at].low
    return (tokens[at].owner or adjective) and not any(t.kind == "mark" for t in tokens[at:near])
