"""Putting names in the place of pronouns: "When did she sign it?" -> "When did the queen sign the law?".

What a pronoun stands for is found by refer.py; here is decided which words point at all, and what replaces them.
Try `pointed("Who signed it?", Past([Turn("When did Spain get the law?", "In 1978.")]))`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.question import names_of
from qa.turns.cues import ANNOUNCED, DUMMY
from qa.turns.grammar import ADVERBS, AUXILIARIES, BE, BREAKS, DETERMINERS, PREPOSITIONS, is_verb, sentence
from qa.turns.phrases import noun_phrases, phrase
from qa.turns.refer import Past, possessive
from qa.turns.shape import noun_end, shape_of

PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "she", "her", "hers"), "he"),
    **dict.fromkeys(("it", "its"), "it"),
    **dict.fromkeys(("they", "them", "their", "theirs"), "they"),
}
_OWNING = frozenset("his her its their theirs hers".split())
_OBJECTS = frozenset("it him them her".split())
_POINTERS = frozenset("that this these those".split())
_TIMES = frozenset("year week month time morning way much kind sort".split())
_JOINS = frozenset("and or when if whether because that while who which after before".split())
_SINGULAR = {"have": "has", "do": "does", "are": "is", "were": "was"}
_FREE, _HAVE = BREAKS | ADVERBS, frozenset("has have had".split())
# What people and their groups do, and treaties and ships don't.
_AGENT = frozenset(
    """say said pay want plan buy sell decide think know agree refuse hope own employ spend hire try announce claim deny
    prepare preparing planning trying have got""".split()
)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a question with those around it; `after` are the words that follow, as they are written."""

    text: str
    low: str
    n: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def prev(self) -> str:
        return self.before[-1].lower() if self.before else ""

    @property
    def next(self) -> str:
        return self.after[0].lower() if self.after else ""


@dataclass(frozen=True, slots=True)
class _Put:
    """What replaces a word and how many of those after it; an empty text where what it points at isn't known."""

    text: str
    more: int = 0


def pointed(said: str, past: Past) -> tuple[str, bool]:
    """The question with what its pronouns stand for, "" when none was replaced, and whether one is left unknown.

    >>> from qa.types import Turn
    >>> pointed("Who signed it?", Past([Turn("When did Spain get its new law?", "In 1978.")]))
    ("Who signed Spain's new law?", False)
    """
    heard, event = ANNOUNCED.match(said.rstrip("?!. ")), past.shape.event()
    if heard and event.startswith(("that ", "whether ")):
        return sentence(heard["asks"], "it", heard["told"], event), False
    tokens = list(re.finditer(r"[\w'’-]+", said))
    plain = [t.group() for t in tokens]
    dummies = [m.span() for m in DUMMY.finditer(said)]
    out, at, unknown = "", 0, False
    once: set[str] = set()
    for n, token in enumerate(tokens):
        if token.start() < at or any(a <= token.start() < b for a, b in dummies):
            continue
        word = _Word(token.group(), token.group().lower(), n, tuple(plain[:n]), tuple(plain[n + 1 :]))
        put = _replacement(word, past, said, said[: token.start()])
        if put is None:
            continue
        unknown = unknown or not put.text
        thing = re.sub(r"'s?$", "", put.text)
        if not put.text or thing in once:  # "What is it doing with its army?": once is enough
            continue
        once.add(thing)
        start, aux = token.start(), _SINGULAR.get(word.prev, "")
        new = put.text
        if word.low == "they" and aux and not phrase(new, "object").plural:
            start, new = tokens[n - 1].start(), f"{aux} {new}"
        out, at = out + said[at:start] + new, tokens[n + put.more].end()
    return (sentence(out + said[at:]) if out else ""), unknown


def _replacement(word: _Word, past: Past, said: str, before: str) -> _Put | None:
    """What a word is replaced by; None when it points at nothing outside the question."""
    if word.low in PRONOUNS:
        subject = word.prev in AUXILIARIES
        if _bound(word, subject, before, shape_of(said).subject):
            return None
        owns = word.low in _OWNING and (word.low != "her" or bool(word.next and word.next not in _FREE))
        does = _AGENT & {w.lower() for w in word.after[:2]}
        role = ("agent" if does else "subject") if subject else ""
        who = past.referent(PRONOUNS[word.low], names_of(said), role, short=owns)
        return _Put(possessive(who) if who and owns else who)
    if word.low == "there" and not {word.prev, word.next} & AUXILIARIES:
        return _Put(past.where(word.prev))
    if word.low == "then" and word.prev in ("since", "until", "by", "before", "after"):
        return _Put(("the time " if word.prev == "by" else "") + past.shape.clause(lead=False))
    if word.low in _POINTERS or (word.low == "the" and word.next in ("acronym", "abbreviation")):
        return _demonstrative(word, past)
    return None


def _demonstrative(word: _Word, past: Past) -> _Put | None:
    """ "that" alone stands for the last question, "that treaty" for the treaty that was spoken of."""
    alone = not word.after or word.next in _FREE | {"worth"} or is_verb(word.after[0])
    links = word.low == "that" and word.prev not in AUXILIARIES | PREPOSITIONS  # "said that", "the man that"
    if links and word.after and (word.n or alone):
        return None
    if alone:
        shape = past.shape
        bare = shape.subject if not shape.rest else ""
        return _Put(past.topic or bare or (shape.clause() if word.prev in PREPOSITIONS else shape.event()))
    phrase_of = [word.text, *word.after]
    stop = noun_end(phrase_of, 0, needs_base=word.prev in AUXILIARIES - BE - _HAVE)
    stop = next((n + 1 for n, w in enumerate(phrase_of[:stop]) if w.endswith("'s")), stop)
    noun = " ".join(phrase_of[1:stop])
    if stop < 2 or phrase_of[1].lower() in DETERMINERS or noun in _TIMES:
        return None
    owns = noun.endswith("'s")
    called = past.called(noun.removesuffix("'s"), short=owns)
    return _Put(possessive(called) if called and owns else called, stop - 1)


def _bound(word: _Word, subject: bool, before: str, named: str) -> bool:
    """Whether the question itself names before a pronoun what it may stand for: "What did Lee say about his trip?"."""
    low = [w.lower() for w in word.before]
    if low[:1] == ["if"]:
        return True
    start = next((n + 1 for n, w in enumerate(low) if w in AUXILIARIES), 0)
    if re.search(r"[,.!]", before):  # "In Japan, do they ...": all that goes before counts
        start = 0
    elif (subject and word.n == start) or (word.low in _OBJECTS and not _JOINS & {*low[start:]}):
        return False
    asks_who = PRONOUNS[word.low] == "he" and "who" in low[:start] and word.low in ("he", "she")
    own = [*noun_phrases([*word.before[start:]]), *([phrase(named, "subject")] if named and named in before else [])]
    return asks_who or any(_could_be(p.kind, p.plural, PRONOUNS[word.low]) for p in own)


def _could_be(kind: str, plural: bool, pronoun: str) -> bool:
    if pronoun == "he":
        return kind in ("person", "name")
    if pronoun == "they":
        return plural or kind in ("group", "country", "person")
    return kind not in ("person", "name", "time", "vague") and not plural
