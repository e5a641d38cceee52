"""The parts of an English question: what is asked, the auxiliary, the subject, the rest. By word classes, no model.

It knows no grammar beyond the order of words, so a sentence that isn't a question comes out as a `rest` alone.
Try `shape_of("Which frigate did the minister visit?")`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.fold import plain
from qa.words import LISTS

_BE = frozenset("am is are was were isn't aren't wasn't weren't".split())
_DO = frozenset("do does did don't doesn't didn't".split())
AUXILIARIES = _BE | _DO | frozenset(
    """has have had hasn't haven't hadn't can could will would shall should may might must can't couldn't won't
    wouldn't shouldn't mustn't""".split()
)  # fmt: skip
ASKING = frozenset("who whom whose what which when where why how".split())
DETERMINERS = frozenset(
    "a an the this that these those my your his her its our their any some no every each both all".split()
)
PREPOSITIONS = frozenset(
    """of in on at by for with to from into onto upon as about against among between within during through over under
    toward towards regarding since until before after near behind beyond without than despite because like per""".split()
)
PRONOUNS = frozenset("i you he she it we they him them us me there this that these those".split())
BREAKS = PREPOSITIONS | AUXILIARIES | PRONOUNS | ASKING | frozenset("if whether but while not".split())
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
# "beat beaten": a group of two that ends in n holds no past tense.
_PAST = {
    g[0]: g[1] for g in map(str.split, LISTS["verbs"]) if len(g) > 1 and not (len(g) == 2 and g[1].endswith("n"))
}
_BASE = frozenset(_REGULAR.split()) | _PAST.keys() | frozenset(LISTS["reporting"][0].split()) | {"be", "have"}
_PARTICIPLES = frozenset(w for g in LISTS["verbs"] for w in g.split()[1:]) | {"been", "being"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The words of a question in their order. `subject` is empty when what is asked for is the subject."""

    preface: str
    lead: str
    aux: str
    subject: str
    rest: str

    @property
    def asked(self) -> str:
        """The noun after "which" or "what", without its preposition: "frigate" of "Which frigate"."""
        found = re.search(r"\b(?:which|what|whose|how (?:many|much))\s+(.+)$", self.lead, re.IGNORECASE)
        return found.group(1) if found and found.group(1).split()[0] not in PREPOSITIONS else ""

    def direct(self) -> str:
        """The question itself: "Which frigate did the minister visit?"."""
        return sentence(self.preface and self.preface + ",", self.lead, self.aux, self.subject, self.rest)

    def clause(self, lead: bool = True) -> str:
        """The same as a part of another sentence, without its lead if told so.

        >>> shape_of("Which frigate did the minister visit?").clause()
        'which frigate the minister visited'
        """
        if not self.subject:
            return joined(lowered(self.lead) if lead else "", self.aux, self.rest)
        verb, _, tail = self.rest.partition(" ")
        if self.aux in _DO and verb.lower() in ADVERBS:
            adverb, (verb, _, tail) = verb, tail.partition(" ")
            verb = f"{adverb} {_inflected(verb, self.aux)}"
        elif self.aux in _DO:
            verb = _inflected(verb, self.aux)
        aux = "" if self.aux in ("do", "does", "did") else self.aux
        return joined((lowered(self.lead) or "whether") if lead else "", self.subject, aux, verb, tail)

    def with_lead(self, lead: str) -> str:
        """The question with another thing asked for; what was asked for before keeps its place, unless replaced.

        >>> shape_of("Which frigate did the minister visit in May?").with_lead("Why")
        'Why did the minister visit the frigate in May?'
        """
        if not self.subject:
            return replace(self, lead=lead).direct() if is_thing(lead) else ""
        if not self.rest and is_thing(self.lead):
            return ""
        rest = self.rest
        if is_thing(self.lead) and not is_thing(lead):
            someone = "them" if self.lead.lower() in ("who", "whom") else "that"
            rest = _filled(rest.split(), f"the {self.asked}" if self.asked else someone)
        return replace(self, lead=lead, rest=rest).direct()


def shape_of(question: str) -> Shape:
    """The parts of a question.

    >>> shape_of("According to the mayor, in which city did the two ministers meet?")
    Shape(preface='According to the mayor', lead='in which city', aux='did', subject='the two ministers', rest='meet')
    """
    text = " ".join(question.replace("’", "'").split()).rstrip("?!. ")
    text = re.sub(r"\b(who|what|where|when|why|how)'s\b", r"\1 is", text, flags=re.IGNORECASE)
    preface = ""
    if found := re.match(r"(.+?), (?=(?:\w+ )?(?:who|what|which|when|where|why|how|whose|whom)\b)", text):
        preface, text = found.group(1), text[found.end() :]
    words = text.split()
    at = _aux_at(words)
    if at is None:
        cut = next((n for n, w in enumerate(words) if n and is_verb(w)), 1)
        asks = bool(words) and words[0].lower() in ASKING
        return Shape(preface, *((" ".join(words[:cut]), "", "", " ".join(words[cut:])) if asks else ("", "", "", text)))
    lead, aux, after = words[:at], words[at].lower(), words[at + 1 :]
    end = _subject_end(after, aux, who=[w.lower() for w in lead] == ["who"])
    return Shape(preface, " ".join(lead), aux, " ".join(after[:end]), " ".join(after[end:]))


def is_verb(word: str) -> bool:
    """Whether a word is a verb as far as its form tells; names never are.

    >>> [is_verb(w) for w in ("signed", "visit", "treaty", "Reading")]
    [True, True, False, False]
    """
    low = word.lower().strip(",")
    if word[:1].isupper() or "-" in low or low in BREAKS or low in DETERMINERS:
        return False
    return is_base(low) or low in _PARTICIPLES or (len(low) > 4 and low.endswith(("ed", "ing")))


def is_base(word: str) -> bool:
    return word.lower() in _BASE


def noun_end(words: list[str], start: int, needs_base: bool = False) -> int:
    """Where the noun phrase that begins at `start` ends; `start` itself where none begins.

    >>> noun_end("the talks between France and Spain last long".split(), 0)
    5
    """
    end = start
    if end < len(words) and words[end].lower() in DETERMINERS:
        end += 1
    first = end
    while end < len(words) and not (end > start and words[end - 1].endswith(",")):
        # "last" and "first" break a run as adverbs, not in "the last meeting" or "Spain's first visit".
        opened = end > 0 and (words[end - 1].lower() in DETERMINERS or words[end - 1].endswith(("'s", "s'")))
        if _breaks(words[end]) and not (opened and words[end].lower() in ("first", "last", "most", "more", "only")):
            break
        end += 1
    lower = [n for n in range(first, end) if words[n][:1].islower()]
    owned = [n for n in range(start, end) if words[n].endswith(("'s", "s'"))]
    named = start == first and words[start : start + 1] and words[start][:1].isupper() and not owned
    # The word after a determiner or a possessive is no verb: "the visit", "Spain's support"; nor is one before "of".
    free = [n for n in lower if (named and n > start or n > max([first, *(o + 1 for o in owned)]))
            and words[n + 1 : n + 2] != ["of"]]  # fmt: skip
    verbs = [n for n in free if is_verb(words[n]) and (is_base(words[n]) or not needs_base)]
    if verbs:
        end = verbs[0] if named else verbs[-1]
    elif needs_base and (bases := [n for n in free if not words[n].endswith("s")]):
        end = bases[-1]
    if end > first and end + 1 < len(words) and words[end].lower() in ("of", "between", "and"):
        more = noun_end(words, end + 1, needs_base)
        end = more if more > end + 1 else end
    return end if end > first else start


def is_thing(lead: str) -> bool:
    """Whether a lead asks for a subject or object, not for a place, time, reason or manner.

    >>> is_thing("Which frigate"), is_thing("In which city"), is_thing("Why")
    (True, False, False)
    """
    return bool(re.match(r"(?:who|whom|whose|what|which|how (?:many|much) \w+)\b", lead, re.IGNORECASE))


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


def _breaks(word: str) -> bool:
    low = word.lower()
    return low in BREAKS or low in DETERMINERS or low in ADVERBS or low in ("and", "or") or low.endswith("ly")


def _aux_at(words: list[str]) -> int | None:
    """Where the auxiliary of the main clause stands; None when the thing asked for is followed by a verb."""
    asks = next((n for n, w in enumerate(words[:6]) if w.lower() in ASKING), None)
    if words and words[0].lower() in AUXILIARIES:
        return 0
    if asks is None:
        return None
    for n in range(asks + 1, len(words)):
        if words[n].lower() in AUXILIARIES:
            return n
        if words[n].lower() in ("that", "who") or (is_verb(words[n]) and words[n].lower() in _PARTICIPLES):
            return None
    return None


def _subject_end(words: list[str], aux: str, who: bool) -> int:
    if not words or is_verb(words[0]) or words[0].lower() in ADVERBS - {"both"}:
        return 0
    if words[0].lower() in PRONOUNS and (len(words) == 1 or words[0].lower() not in DETERMINERS or _breaks(words[1])
                                         or is_verb(words[1])):  # fmt: skip
        return 1
    if who and aux in _BE and words[0].islower() and words[0] not in DETERMINERS:
        return 0
    needs_base = aux not in _BE and not aux.startswith("ha")
    end = noun_end(words, 0, needs_base)
    # "the minister's trip to Spain | meant to achieve"
    while 0 < end < len(words) - 1 and words[end].lower() in PREPOSITIONS - {"since", "after", "before", "than"}:
        more = noun_end(words, end + 1, needs_base)
        if more == end + 1 or (more < len(words) and words[more].lower() not in PREPOSITIONS and not is_verb(words[more])
                               and words[more].lower() in BREAKS):  # fmt: skip
            break
        end = more
    return end


def _filled(words: list[str], phrase: str) -> str:
    """The rest of a clause with the phrase in its gap: after "do", at an end that lacks an object, after the verb."""
    low = [plain(w) for w in words]
    if "do" in low:
        at = low.index("do") + 1
    elif low[-1] in PREPOSITIONS or is_verb(words[-1]):
        at = len(words)
    else:
        verbs = [n for n, w in enumerate(words) if is_verb(w)] or [0]
        # "want to repeal": the gap belongs to the last verb.
        infinitives = [n for n in range(1, len(low)) if low[n - 1] == "to" and words[n].islower()
                       and low[n] not in DETERMINERS]  # fmt: skip
        verb = infinitives[-1] if infinitives else verbs[0]
        ends = PREPOSITIONS | {"because", "when", "if"}
        pairs = zip(range(verb + 2, len(low)), low[verb + 1 :], low[verb + 2 :], strict=False)
        at = next((n for n, one, two in pairs if one in PREPOSITIONS and two in ends), verb + 1)
    return joined(*words[:at], phrase, *words[at:])


def _inflected(verb: str, aux: str) -> str:
    """The verb in the tense of its "do".

    >>> _inflected("tell", "did"), _inflected("carry", "does"), _inflected("stop", "did"), _inflected("see", "do")
    ('told', 'carries', 'stopped', 'see')
    """
    if aux not in ("does", "did") or not verb or verb in _SAME_PAST and aux == "did":
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
