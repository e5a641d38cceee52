"""What "he", "it", "they", "there", "that" go back to: a phrase of an earlier question, or a person in its answer.

A table says for each pronoun where to look, in which order. It guesses by form and place, never by meaning.
Try `Past([Turn("Where is NATO based?", "In Brussels.")]).referent("it")`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.fold import words
from qa.phrases import Phrase, head, people_in, phrase, phrases_of
from qa.shape import Shape, lowered, shape_of
from qa.types import Turn
from qa.verdict import names_of, stem

# pronoun -> "role:kind" in the order of preference. "named" are countries, groups and other names.
_LOOK = {
    "he": "topic:person topic:name subject:person asked:person part:person object:person subject:name",
    "it": "topic:thing topic:group topic:named asked:thing asked:named object:thing object:group object:country"
    " subject:thing subject:group subject:country part:group part:thing part:country object:name subject:name",
    "it subject": "topic:thing topic:group topic:named asked:thing asked:named object:thing subject:group"
    " subject:country subject:thing object:group object:country part:group part:thing part:country object:name"
    " subject:name",
    "they": "topic:many topic:named asked:many subject:many object:many subject:named part:many object:named"
    " subject:person",
    "there": "topic:place object:place part:place asked:place subject:place object:group part:group subject:group",
}
_SHORT = 9  # words of a relative clause that a reader still follows
_NAMED = ("country", "group", "name")
_ABOUT = re.compile(r"\s*\(about (.+)\)$")


@dataclass(frozen=True, slots=True)
class Past:
    """The turns that a question can go back to, and the topic that it names itself, if any."""

    turns: Sequence[Turn]
    topic: str = ""

    @property
    def shape(self) -> Shape:
        """The parts of the last question."""
        return shape_of(_ABOUT.sub("", self.turns[-1].question))

    @property
    def gist(self) -> str:
        """What the last question was about, as words that can follow "about".

        >>> Past([Turn("Where is NATO based?", "In Brussels.")]).gist
        'where NATO is based'
        """
        inner = _ABOUT.search(self.turns[-1].question)
        said = self.shape.clause()
        return f"{said}, {inner.group(1)}" if inner else said

    def referent(self, pronoun: str, exclude: Sequence[str] = (), subject: bool = False) -> str:
        """The phrase that a pronoun stands for, "" when none is found. `exclude` are folded words it can't hold.

        >>> Past([Turn("When did Spain sign the treaty?", "In 1992.")]).referent("it")
        'the treaty'
        """
        look = _LOOK.get(f"{pronoun} subject" if subject else pronoun) or _LOOK[pronoun]
        for turn in reversed(self.turns):
            shape = shape_of(_ABOUT.sub("", turn.question))
            people = people_in(turn.answer) if pronoun == "he" and turn.verdict == "answered" else []
            people = [p for p in people if not {*words(p)} & {*exclude, *names_of(turn.question)}]
            if people and re.match(r"who|which", shape.lead, re.IGNORECASE) and _asks_person(shape):
                return people[0]
            found = self._first(look.split(), _phrases(turn), exclude, plural=pronoun == "they")
            if found is not None:
                return rendered(found, shape)
            if people:
                return people[0]
        return ""

    def called(self, noun: str) -> str:
        """What "that `noun`" stands for: the phrase with that noun, or the thing of that sort; "" when none is found.

        >>> Past([Turn("When did Spain sign the fishing treaty?", "In 1992.")]).called("treaty")
        'the fishing treaty'
        """
        sort = phrase(f"the {noun}", "object")
        for turn in reversed(self.turns):
            shape = shape_of(_ABOUT.sub("", turn.question))
            for p in _phrases(turn):
                if stem(head(p.text)) == stem(head(noun)) and (len(p.text.split()) > 2 or p.role == "asked"):
                    return rendered(p, shape)
        if head(noun) in ("abbreviation", "acronym", "initials", "term", "word"):
            found = re.findall(r"\b[A-Z][A-Z\d]+\b", " ".join(t.question for t in self.turns))
            return found[-1] if found else ""
        if sort.kind == "person":
            return self.referent("he")
        if sort.kind == "group" or sort.place:
            look = "object:country part:country subject:country" if head(noun) in ("country", "nation", "state") else (
                "object:group part:group subject:group" if sort.kind == "group" else _LOOK["there"])  # fmt: skip
            for turn in reversed(self.turns):
                if found_one := self._first(look.split(), _phrases(turn), (), plural=False):
                    return rendered(found_one, shape_of(turn.question))
        return ""

    def where(self, verb: str) -> str:
        """What "there" stands for, with its preposition: "in Spain", "at NATO"."""
        place = self.referent("there")
        kind = phrase(place, "object").kind if place else ""
        going = stem(verb) in ("go", "went", "travel", "come", "fli", "flew", "move", "get", "sent")
        return f"{'to' if going else 'at' if kind == 'group' else 'in'} {place}" if place else ""

    def _first(self, look: list[str], found: list[Phrase], exclude: Sequence[str], plural: bool) -> Phrase | None:
        if self.topic:
            found = [phrase(self.topic, "object"), *found]
        for place in look:
            role, kind = place.split(":")
            for p in found:
                at = p.text == self.topic if role == "topic" else p.role == role
                if at and _fits(p, kind, plural) and not ({*words(p.text)} & {*exclude}):
                    return p
        return None


def rendered(found: Phrase, shape: Shape) -> str:
    """A phrase as it reads in another question.

    >>> rendered(Phrase("frigate", "asked", "thing"), shape_of("Which frigate did the king visit?"))
    'the frigate the king visited'
    """
    first, _, rest = found.text.partition(" ")
    if found.role == "asked" and not found.bare:
        clause = shape.clause(lead=False) if shape.subject else f"that {shape.clause(lead=False)}"
        noun = re.sub(r"^(?:kind|sort|type)s? of ", "", found.text)
        return f"the {noun} {clause}" if len(clause.split()) <= _SHORT else f"the {noun}"
    if first.lower() in ("its", "their", "his", "her") and shape.subject:
        return f"{possessive(shape.subject)} {rest}"
    if first.lower() in ("a", "an", "this", "that", "these", "those") and rest:
        return f"the {rest}"
    return lowered(found.text)


def possessive(text: str) -> str:
    """The owner's form: "Spain's", "the ministers'"."""
    plural = text.endswith("s") and phrase(text, "object").plural
    return f"{text}'" if plural else f"{text}'s"


def _phrases(turn: Turn) -> list[Phrase]:
    inner = _ABOUT.search(turn.question)
    found = list(phrases_of(_ABOUT.sub("", turn.question)))
    return [*found, *(phrases_of(inner.group(1)) if inner else ())]


def _asks_person(shape: Shape) -> bool:
    return not shape.asked or phrase(shape.asked, "asked").kind == "person"


def _fits(found: Phrase, kind: str, plural: bool) -> bool:
    if kind == "many":
        return found.plural and found.kind not in ("time", "vague")
    if kind == "place":
        return found.place
    if kind == "named":
        return found.kind in _NAMED and (plural or not found.plural)
    return found.kind == kind and (plural or not found.plural or kind == "group")
