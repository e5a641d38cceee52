"""What "he", "it", "they", "there", "that" go back to: a phrase of an earlier question, or a person in its answer.

A table says for each pronoun where to look, in which order. It guesses by form and place, never by meaning.
Try `Past([Turn("Where is NATO based?", "In Brussels.")]).referent("it")`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.fold import words
from qa.question import names_of, stem
from qa.turns.grammar import lowered
from qa.turns.phrases import Phrase, head, people_in, phrase, phrases_of
from qa.turns.shape import Shape, shape_of
from qa.types import Turn

# pronoun -> "role:kind" in the order of preference. "named" are countries, groups and other names.
_LOOK = {
    "he": "topic:person topic:name subject:person subject:name asked:person part:person object:person"
    " object:name part:name",
    "it": "topic:thing topic:group topic:named asked:thing asked:named object:thing object:group object:country"
    " subject:thing subject:group subject:country part:group part:thing part:country object:name subject:name",
    "it subject": "topic:thing topic:group topic:named asked:thing asked:named object:thing subject:group"
    " subject:country subject:thing object:group object:country part:group part:thing part:country object:name"
    " subject:name",
    "it agent": "topic:group topic:named subject:group subject:country asked:group object:group part:group part:country"
    " subject:thing object:country subject:name",
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
        # After a chain of such questions only the end of it, where it began, is still worth saying.
        return f"{said}, {inner.group(1).rsplit(', ', 1)[-1]}" if inner else said

    def referent(self, pronoun: str, exclude: Sequence[str] = (), role: str = "", short: bool = False) -> str:
        """The phrase that a pronoun stands for, "" when none is found. `exclude` are folded words it can't hold;
        `role` is "subject", or "agent" when it does what only people and their groups do; `short` leaves out clauses.

        >>> Past([Turn("When did Spain sign the treaty?", "In 1992.")]).referent("it")
        'the treaty'
        """
        look = _LOOK.get(f"{pronoun} {role}") or _LOOK[pronoun]
        for turn in reversed(self.turns):
            shape = shape_of(_ABOUT.sub("", turn.question))
            people = people_in(turn.answer) if pronoun == "he" and turn.verdict == "answered" else []
            people = [p for p in people if not {*words(p)} & {*exclude, *names_of(turn.question)}]
            if people and shape.asked and phrase(shape.asked, "asked").kind == "person":
                return people[0]
            if pronoun == "he" and shape.lead.lower() == "who" and not shape.subject:
                return people[0] if people else f"the person who {shape.clause(lead=False)}"
            found = self._first(look.split(), _phrases(turn), exclude, plural=pronoun == "they")
            if found is not None:
                return rendered(found, shape, short)
            if people:
                return people[0]
        return ""

    def called(self, noun: str, short: bool = False) -> str:
        """What "that `noun`" stands for: the phrase with that noun, or the thing of that sort; "" when none is found.

        >>> Past([Turn("When did Spain sign the fishing treaty?", "In 1992.")]).called("treaty")
        'the fishing treaty'
        """
        sort = phrase(f"the {noun}", "object")
        for turn in reversed(self.turns):
            shape = shape_of(_ABOUT.sub("", turn.question))
            for p in _phrases(turn):
                if stem(head(p.text)) == stem(head(noun)) and (len(p.text.split()) > 2 or p.role == "asked"):
                    return rendered(p, shape, short)
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


def rendered(found: Phrase, shape: Shape, short: bool = False) -> str:
    """A phrase as it reads in another question.

    >>> rendered(Phrase("frigate", "asked", "thing"), shape_of("Which frigate did the king visit?"))
    'the frigate the king visited'
    """
    first, _, rest = found.text.partition(" ")
    if found.role == "asked" and not found.bare:
        clause = (
            shape.clause(lead=False)
            if shape.subject
            else f"{'who' if found.kind == 'person' else 'that'} {shape.clause(lead=False)}"
        )
        noun = re.sub(r"^(?:kind|sort|type)s? of ", "", found.text)
        return f"the {noun}" if short or len(clause.split()) > _SHORT else f"the {noun} {clause}"
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


def _fits(found: Phrase, kind: str, plural: bool) -> bool:
    if kind == "many":
        return found.plural and found.kind not in ("time", "vague")
    if kind == "name" and found.place:
        return False
    if kind == "place":
        return found.place
    if kind == "named":
        return found.kind in _NAMED and (plural or not found.plural)
    return found.kind == kind and (plural or not found.plural or kind == "group")
