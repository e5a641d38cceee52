"""The parts of an English question: what is asked, the auxiliary, the subject, the rest. By word classes, no model.

It knows no grammar beyond the order of words, so a sentence that isn't a question comes out as a `rest` alone.
Try `shape_of("Which frigate did the minister visit?")`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.fold import plain
from qa.turns.grammar import (
    ADVERBS,
    ASKING,
    AUXILIARIES,
    BE,
    BREAKS,
    DETERMINERS,
    DO,
    NAMES_TOO,
    PARTICIPLES,
    PREPOSITIONS,
    PRONOUNS,
    breaks,
    inflected,
    is_base,
    is_verb,
    joined,
    lowered,
    sentence,
)


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
        if not self.subject and not self.lead:
            return joined("whether" if lead and self.aux else "", self.rest)
        if not self.subject:
            return joined(lowered(self.lead) if lead else "", self.aux, self.rest)
        verb, _, tail = self.rest.partition(" ")
        if self.aux in DO and verb.lower() in ADVERBS:
            adverb, (verb, _, tail) = verb, tail.partition(" ")
            verb = f"{adverb} {inflected(verb, self.aux)}"
        elif self.aux in DO:
            verb = inflected(verb, self.aux)
        aux = "" if self.aux in ("do", "does", "did") else self.aux
        return joined((lowered(self.lead) or "whether") if lead else "", self.subject, aux, verb, tail)

    def event(self) -> str:
        """What is said to have happened or is asked whether it did, as a part of another sentence.

        >>> shape_of("Which frigate did the minister visit?").event()
        'that the minister visited the frigate'
        """
        if not self.subject or not self.rest or self.lead.lower() in ("who", "whom", "what"):
            return self.clause()
        rest = _filled(self.rest.split(), f"the {self.asked}") if is_thing(self.lead) and self.asked else self.rest
        told = replace(self, rest=rest).clause(lead=False)
        return f"that {told}" if self.lead else f"whether {told}"

    def with_lead(self, lead: str) -> str:
        """The question with another thing asked for; what was asked for before keeps its place, unless replaced.

        >>> shape_of("Which frigate did the minister visit in May?").with_lead("Why")
        'Why did the minister visit the frigate in May?'
        """
        if not self.subject:
            return replace(self, lead=lead).direct() if is_thing(lead) else ""
        if not self.rest and is_thing(self.lead):
            return ""
        noun = replace(self, lead=lead).asked
        if noun and noun.split()[-1] == self.subject.split()[-1]:  # "Which court?" after "Did the court agree?"
            return sentence(
                self.preface and self.preface + ",", lead, self.clause(lead=False)[len(self.subject) :].strip()
            )
        rest = self.rest
        if is_thing(self.lead) and not is_thing(lead):
            someone = "them" if self.lead.lower() in ("who", "whom") else "that"
            rest = _filled(rest.split(), f"the {self.asked}" if self.asked else someone)
        return replace(self, lead=lead, rest=rest).direct()

    def denied(self) -> str:
        """ "Why not?" after a question: "Why will Spain not pay?"; "" when it asks for the subject."""
        no = "" if self.aux.endswith("n't") else "not"
        return sentence("Why", self.aux, self.subject, no, self.rest) if self.subject else ""


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


def noun_end(words: list[str], start: int, needs_base: bool = False) -> int:
    """Where the noun phrase that begins at `start` ends; `start` itself where none begins.

    >>> noun_end("the talks between France and Spain end in May".split(), 0)
    6
    """
    end = start
    if end < len(words) and words[end].lower() in DETERMINERS:
        end += 1
    first = end
    while end < len(words) and not (end > start and words[end - 1].endswith(",")):
        # "last" and "first" break a run as adverbs, not in "the last meeting" or "Spain's first visit".
        opened = end > 0 and (words[end - 1].lower() in DETERMINERS or words[end - 1].endswith(("'s", "s'")))
        if breaks(words[end]) and not (opened and words[end].lower() in ("first", "last", "most", "more", "only")):
            break
        end += 1
    lower = [n for n in range(first, end) if words[n][:1].islower()]
    owned = [n for n in range(start, end) if words[n].endswith(("'s", "s'"))]
    named = start == first and words[start : start + 1] and words[start][:1].isupper() and not owned
    # The word after a determiner or a possessive is no verb: "the visit", "Spain's support"; nor is one before "of".
    free = [n for n in lower if ((named and n > start) or n > max([first, *(o + 1 for o in owned)]))
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
    return bool(re.match(r"(?:who|whom|whose|what|which|how many|how much)\b", lead, re.IGNORECASE))


def _aux_at(words: list[str]) -> int | None:
    """Where the auxiliary of the main clause stands; None when the thing asked for is followed by a verb."""
    asks = next((n for n, w in enumerate(words[:6]) if w.lower() in ASKING), None)
    if words and words[0].lower() in AUXILIARIES:
        return 0
    if asks is None:
        return None
    for n in range(asks + 1, len(words)):
        if words[n].lower() in AUXILIARIES and words[n] not in NAMES_TOO:
            return n
        if words[n].lower() in ("that", "who") or (is_verb(words[n]) and words[n].lower() in PARTICIPLES):
            return None
    return None


def _subject_end(words: list[str], aux: str, who: bool) -> int:
    if not words or is_verb(words[0]) or words[0].lower() in ADVERBS - {"both"}:
        return 0
    if words[0].lower() in PRONOUNS and (len(words) == 1 or words[0].lower() not in DETERMINERS or breaks(words[1])
                                         or is_verb(words[1])):  # fmt: skip
        return 1
    if who and aux in BE and words[0].islower() and words[0] not in DETERMINERS:
        return 0
    needs_base = aux not in BE and not aux.startswith("ha")
    end = noun_end(words, 0, needs_base)
    # "the minister's trip to Spain | meant to achieve"
    while 0 < end < len(words) - 1 and words[end].lower() in PREPOSITIONS - {"since", "after", "before", "than"}:
        more = noun_end(words, end + 1, needs_base)
        after = words[more].lower() if more < len(words) else ""
        if more == end + 1 or (after in BREAKS - PREPOSITIONS and not is_verb(after)):
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
