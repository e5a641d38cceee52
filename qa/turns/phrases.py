"""The things that a question or an answer names, with their role and kind, so that a pronoun can find its referent.

Kinds come from the form of a phrase (capitals, endings, a few closed word lists), never from a subject's words.
Try `phrases_of("Which frigate did the minister visit in Lyon?")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa.claims.words import LISTS, NATIONS
from qa.turns.grammar import ADVERBS, BREAKS, DETERMINERS, NAMES_TOO, PREPOSITIONS, is_verb
from qa.turns.shape import noun_end, shape_of

Role = Literal["asked", "subject", "object", "part"]
Kind = Literal["person", "country", "group", "name", "thing", "time", "vague"]

_ROLES = frozenset(
    """admiral actor actress adviser advisor ambassador analyst artist athlete author boss boy captain chair chairman
    chairwoman chancellor chief child coach colonel commander commissioner composer congressman councillor critic
    delegate deputy designer detective diplomat director doctor economist editor engineer envoy executive expert farmer
    father founder friend general girl governor guard head historian husband inventor journalist judge king lawmaker
    lawyer leader lieutenant lord major man manager mayor minister mother musician nurse officer official owner painter
    patient pilot player poet pope premier president priest prince princess professor prosecutor queen reporter
    representative researcher scientist secretary senator sergeant sheikh singer soldier speaker spokesman spokesperson
    spokeswoman student sultan suspect teacher victim wife winner witness woman worker writer""".split()
)
_TITLES = _ROLES | frozenset("mr mrs ms dr prof sir gen col sgt lt rev sen rep gov former".split())
_GROUPS = frozenset(
    """academy administration agency alliance assembly association authority bank board bureau cabinet club command
    commission committee company congress corporation council court department federation forum foundation fund
    government group institute institution league ministry office organisation organization parliament party police
    school senate service society team treaty tribunal union university army navy force forces""".split()
)
_PLACES = frozenset(
    """airport area base bay beach bridge capital castle city coast continent country county district harbour harbor
    hotel island lake museum nation park place port prison province region river sea site square state station street
    town village""".split()
)
_TIMES = frozenset(
    """year month week day date hour minute time century decade night morning evening summer winter spring autumn today
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday""".split()
)
# Nouns that a pronoun doesn't go back to.
_VAGUE = frozenset(
    """way reason fact kind sort case part idea rest lot bit anything something nothing everything one
    ones favour""".split()
)
_PEOPLE = frozenset("people men women children police members".split())
_AT_PLACE = frozenset("in at near from to into inside outside".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase of a question. `before` is the preposition that it hangs on, `part` that another one holds it."""

    text: str
    role: Role
    kind: Kind
    plural: bool = False
    bare: bool = False  # names alone, no common noun
    before: str = ""

    @property
    def place(self) -> bool:
        return self.kind == "country" or head(self.text) in _PLACES or (self.bare and self.before in _AT_PLACE)


def phrases_of(question: str) -> tuple[Phrase, ...]:
    """The noun phrases of a question: the thing asked for, the subject, then the others from left to right.

    >>> [(p.text, p.role, p.kind) for p in phrases_of("Which frigate did the minister visit in Lyon?")]
    [('frigate', 'asked', 'thing'), ('the minister', 'subject', 'person'), ('Lyon', 'object', 'name')]
    """
    shape = shape_of(question)
    # "Is it settled what Spain will pay?": the clause is what the question is about.
    if shape.subject == "it" and (
        clause := re.search(r"\b(?:what|who|which|whether|how|where|when|why) .+", shape.rest)
    ):
        return (Phrase(clause.group(), "subject", "thing"), *noun_phrases(clause.group().split()))
    # "Which worry about Spain": it is Spain that one goes on about.
    asked = shape.asked.split(" about ")[-1]
    return (
        *((phrase(asked, "asked"),) if asked else ()),
        *(p for p in noun_phrases(asked.split(), "part") if p.text != asked),
        *noun_phrases(shape.subject.split(), "subject"),
        *noun_phrases(shape.rest.split(), "object"),
        *noun_phrases(re.sub(r"^According ", "", shape.preface).split(), "object"),
    )


def phrase(text: str, role: Role, before: str = "") -> Phrase:
    """One noun phrase with its kind.

    >>> phrase("the Japanese defence ministers", "object")
    Phrase(text='the Japanese defence ministers', role='object', kind='person', plural=True, bare=False, before='')
    """
    words = text.split() or [""]
    core = [w for w in words if w.lower() not in DETERMINERS and not w.isdigit()] or words
    bare = all(w[:1].isupper() or w in ("of", "and", "the") or w[:1].isdigit() for w in core)
    plural = " and " in f" {text} " or head(text) in _PEOPLE or _plural(head(text), bare)
    return Phrase(text, role, _kind(words, core, bare), plural, bare, before)


def people_in(answer: str) -> list[str]:
    """The people that the first statement of an answer names: first those with a title or a verb of saying.

    >>> people_in("“It helps,” Defence Minister Ann Lee told reporters in Paris. [1]")
    ['Ann Lee']
    """
    first = answer.split("\n", 1)[0]
    full = " ".join(re.findall(r"[A-Z][\w-]+ [A-Z][\w-]+", answer))  # "Ann Lee" tells that "Lee" is a person
    sure, maybe = [], []
    for found in re.finditer(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’-]*)*", first):
        words = re.sub(r"['’]s\b", "", found.group()).rstrip(".").split()
        title = next((n + 1 for n, w in reversed(list(enumerate(words))) if w.lower().rstrip(".") in _TITLES), 0)
        before = first[: found.start()].rsplit(None, 1)[-1:]
        titled = title > 0 or (bool(before) and before[0].lower() in _TITLES)
        name = " ".join(words[title:])
        if not name or phrase(name, "part").kind not in ("person", "name"):
            continue
        after = first[found.end() :].split(None, 1)[:1]
        says = bool(after) and after[0].strip(",.").lower() in _SAYING
        if titled or says:
            sure.append(name)
        elif (" " in name and found.start()) or re.search(rf"\w {re.escape(name)}\b", full):
            maybe.append(name)
    return list(dict.fromkeys([*sure, *maybe]))


_SAYING = frozenset(form for g in map(str.split, LISTS["verbs"]) if g[0] in ("say", "tell") for form in g) | frozenset(
    "added stressed insisted stated remarked warned announced explained argued noted commented".split()
)


def head(text: str) -> str:
    """The noun that a phrase is about, in lower case: "version" of "an Asian version of the treaty"."""
    words = re.split(r" (?:of|between|about|for|in|on|at|with|against|to|from) ", text, maxsplit=1)[0].split()
    return re.sub(r"'s?$", "", words[-1].lower().strip(",.")) if words else ""


def alike(one: str, other: str) -> bool:
    """Whether two things are of one sort: "interest rates" and "mortgage rates", "coal" and "gas".

    >>> alike("interest rates", "mortgage rates"), alike("the treaty", "space")
    (True, False)
    """
    single = " " not in one + other and one.endswith("s") == other.endswith("s")
    return single or head(one) == head(other)


def _plural(noun: str, bare: bool) -> bool:
    return not bare and len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "us", "is"))


def _kind(words: list[str], core: list[str], bare: bool) -> Kind:
    last = head(" ".join(words))
    single = last[:-1] if last.endswith("s") else last
    low = [w.lower().strip(",.") for w in core]
    if last in _VAGUE:
        return "vague"
    if (single in _TIMES and (len(core) == 1 or not bare)) or (core[0][:1].isdigit() and len(core) == 1):
        return "time"
    if bare:
        if " ".join(low) in NATIONS or (low[0] in NATIONS and len(low) == 1):
            return "country"
        if any(w in _TITLES for w in low):
            return "person"
        if any(w in _GROUPS for w in low) or any(re.fullmatch(r"[A-Z]{2,}\w*", w.rstrip("s")) for w in core):
            return "group"
        if len(words) > len(core):
            return "thing"
        return "person" if len(core) > 1 and not any(c.isdigit() or c == "of" for c in core) else "name"
    if single in _ROLES or last in _PEOPLE or any(w in _ROLES and core[n + 1 :] and core[n + 1][:1].isupper()
                                                  for n, w in enumerate(low)):  # fmt: skip
        return "person"
    return "group" if last in _GROUPS else "thing"


def noun_phrases(words: list[str], role: Role = "object") -> Iterator[Phrase]:
    """The noun phrases among some words; those inside a longer one follow it as parts."""
    at, first = 0, True
    while at < len(words):
        word = words[at].lower()
        verb = is_verb(words[at]) or (at > 0 and words[at - 1].lower() == "to" and words[at].islower())
        closed = word in BREAKS | ADVERBS and words[at] not in NAMES_TOO
        is_start = word in DETERMINERS or not (closed or verb)
        end = noun_end(words, at) if is_start else at
        if end == at:
            at += 1
            continue
        text = " ".join(words[at:end]).strip(",.")
        before = words[at - 1].lower() if at and words[at - 1].lower() in PREPOSITIONS else ""
        whole = phrase(text, role if first or role == "object" else "part", before)
        yield whole
        yield from _inside(text, whole)
        at, first = end, False


def _inside(text: str, whole: Phrase) -> Iterator[Phrase]:
    """The owners and the names that a phrase holds: "Spain" of "Spain's treaty", "Lee" and "Kim" of "Lee and Kim"."""
    owners = re.findall(r"((?:(?:the|an?) )?[\w.-]+(?: [A-Z][\w.-]*)*)'s? ", text)
    for owner in owners:
        yield phrase(owner, "subject" if whole.role == "subject" else "part")
    for common in re.findall(r" (?:of|between) ((?:the|an?) [^,]+?)(?= of| between| and|$)", text):
        yield phrase(common, "part")
    for name in re.findall(
        r"(?:^|(?<=and )|(?<=of )|(?<=between ))((?:the )?[A-Z][\w.'-]*(?: [A-Z0-9][\w.-]*)*)", text
    ):
        if name != text and not name.endswith("'s"):
            yield phrase(name, "part")
