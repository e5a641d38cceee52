"""Classes of English words and forms of verbs, as far as telling the parts of a question needs them.

Closed lists and endings, about the language and never about a subject. Try `inflected("carry", "does")`.
"""

from __future__ import annotations

import re

from qa.claims.words import LISTS

BE = frozenset("am is are was were isn't aren't wasn't weren't".split())
DO = frozenset("do does did don't doesn't didn't".split())
AUXILIARIES = BE | DO | frozenset(
    """has have had hasn't haven't hadn't can could will would shall should may might must can't couldn't won't
    wouldn't shouldn't mustn't""".split()
)  # fmt: skip
ASKING = frozenset("who whom whose what which when where why how".split())
DETERMINERS = frozenset(
    "a an the this that these those my your his her its our their any some no every each both all".split()
)
PREPOSITIONS = frozenset(
    """of in on at by for with to from into onto upon as about against among between within during through over under
    toward towards regarding since until before after near behind beyond without than despite because like
    per""".split()
)
PRONOUNS = frozenset("i you he she it we they him them us me there this that these those".split())
BREAKS = PREPOSITIONS | AUXILIARIES | PRONOUNS | ASKING | frozenset("if whether but while not".split())
NAMES_TOO = frozenset(("May", "Will"))  # with a capital inside a question they aren't what they look like
ADVERBS = frozenset(
    """ever never already now still also last not so far again together then soon yet just only really exactly today
    too even always once often currently ago instead elsewhere both either itself himself herself themselves"""
    """ up out off down away back more most first""".split()
)
_REGULAR = """accept achieve add address affect agree aim allow announce answer apply approve argue arrest arrive ask
attack attend attract avoid ban base believe belong benefit blame call cancel carry cause change claim close collect
commit compare complain consider contain continue contribute cost create criticise criticize cross cut deal decide
declare decline defeat defend deliver demand deny depend describe design destroy develop die disagree discover discuss
doubt elect enable end engage enter establish evolve exist expand expect explain export express fail fear finance finish
follow force form found fund gain govern happen hate help hit hope host identify impact import improve include increase
influence inspire intend introduce invade invent invest invite invoke involve issue join kill last launch let like limit
link live look love manage mark matter measure mention move name need offer open operate oppose order organise organize
own paint perform plan play point possess praise prefer prepare present prevent produce promise propose protect prove
provide publish purchase put raise reach read receive recommend reduce refer refuse reject relate release rely remain
remove renounce replace reply report represent require resign respond result return reveal save serve set share shift
sign signal solve start state stay stop store strengthen study suffer suggest support talk target test threaten tour
trade train travel treat trust try turn urge use value view visit vote wait walk want warn watch welcome work worry"""
_SAME_PAST = frozenset("put set cut let hit cost hurt read spread shut split bid cast burst quit beat".split())
_REGULAR_PAST = frozenset("shown sewn sown shorn beaten".split())
_PAST = {g[0]: g[1] for g in map(str.split, LISTS["verbs"]) if g[1] not in _REGULAR_PAST}
_BASE = (
    frozenset(_REGULAR.split())
    | {"show", "beat"}
    | _PAST.keys()
    | frozenset(LISTS["reporting"][0].split())
    | {"be", "have"}
)
PARTICIPLES = frozenset(w for g in LISTS["verbs"] for w in g.split()[1:]) | {"been", "being"}


def is_verb(word: str) -> bool:
    """Whether a word is a verb as far as its form tells; names never are.

    >>> [is_verb(w) for w in ("signed", "visit", "treaty", "Reading")]
    [True, True, False, False]
    """
    low = word.lower().strip(",")
    if word[:1].isupper() or "-" in low or low in BREAKS or low in DETERMINERS:
        return False
    return is_base(low) or low in PARTICIPLES or (len(low) > 4 and low.endswith(("ed", "ing")))


def is_base(word: str) -> bool:
    return word.lower() in _BASE


def inflected(verb: str, aux: str) -> str:
    """The verb in the tense of its "do".

    >>> inflected("tell", "did"), inflected("carry", "does"), inflected("stop", "did"), inflected("see", "do")
    ('told', 'carries', 'stopped', 'see')
    """
    if aux not in ("does", "did") or not verb or (verb in _SAME_PAST and aux == "did"):
        return verb
    if aux == "did" and verb in _PAST:
        return _PAST[verb]
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + ("ied" if aux == "did" else "ies")
    if aux == "does":
        return {"do": "does", "have": "has"}.get(verb) or verb + ("es" if re.search(r"(s|x|z|ch|sh|o)$", verb) else "s")
    if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", verb):
        return verb + verb[-1] + "ed"
    return verb + ("d" if verb.endswith("e") else "ed")


def breaks(word: str) -> bool:
    """Whether a word can't be part of a noun phrase that has begun."""
    low = word.lower()
    if word in NAMES_TOO:
        return False
    return low in BREAKS or low in DETERMINERS or low in ADVERBS or low in ("and", "or") or low.endswith("ly")


def sentence(*parts: str) -> str:
    """Parts as a question: one space between them, a capital and a question mark."""
    text = joined(*parts).rstrip("?!.,; ")
    return f"{text[:1].upper()}{text[1:]}?"


def joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def lowered(text: str) -> str:
    """The text with its first word in lower case where that word is no name."""
    first = text.split(" ", 1)[0].lower()
    known = first in ASKING | AUXILIARIES | PREPOSITIONS | DETERMINERS or first in ("according", "through")
    return text[:1].lower() + text[1:] if known else text
