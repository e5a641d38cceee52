"""Making a follow-up question self-contained from the last turns, by rule. Pure, no model.

"And in which city?" after "Where is NSATU based?" becomes "In which city is NSATU based?". A question that stands on
its own keeps its words, so that a change of topic is never dragged along. Try `self_contained`'s example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.fold import words
from qa.question import content_words, names_of, stem
from qa.turns import cues
from qa.turns.grammar import ASKING, AUXILIARIES, BREAKS, PREPOSITIONS, is_base, is_verb, sentence
from qa.turns.phrases import alike, phrase, phrases_of
from qa.turns.pointing import PRONOUNS, pointed
from qa.turns.refer import Past
from qa.turns.shape import noun_end
from qa.types import Turn

Rule = Callable[[str, Past], str]
"""A question and what it can go back to -> the self-contained question, "" where the rule doesn't apply."""

_OF = re.compile(r"\bthe \w+(?= of\b)")  # "the capital of Spain": "and the population?" asks for another of its sides
_INDEFINITE = frozenset("else anyone anybody anything someone something others other another people".split())
_MOST = 400  # characters that may be put in: the question stays one that a person would read
_LONG = 6  # words: what is longer isn't the one phrase that a correction or "what about" puts in
_KINDS = {
    "person": ("person", "name"),
    "name": ("person", "name", "country", "group"),
    "country": ("country", "name", "group"),
    "group": ("group", "country", "name"),
    "time": ("time",),
}


def self_contained(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves out put in; as it is when it leaves nothing out.

    >>> self_contained("And in which city?", [Turn("Where is NSATU based?", "In Wiesbaden.")])
    'In which city is NSATU based?'
    >>> self_contained("Who won the world cup?", [Turn("Where is NSATU based?", "In Wiesbaden.")])
    'Who won the world cup?'
    """
    said = " ".join(question.replace("’", "'").split())
    said = re.sub(r"^(\W*(?:\w+,? )?(?:who|what|where|when|how|why))'s\b", r"\1 is", said, flags=re.IGNORECASE)
    turns = [turn for turn in history if not cues.small_talk(turn.question)]
    if not turns or cues.small_talk(said):
        return question
    past = Past(turns)
    asked = corrected(said, past) or returned(said, past) or _completed(said, past)
    return asked if asked and len(asked) <= len(question) + _MOST else question


def _completed(said: str, past: Past) -> str:
    """What the first rule that applies makes of it; without its opener when none does; "" when nothing changes."""
    bare = cues.OPENER.sub("", said)
    if not words(bare):
        return ""  # "Also?": an opener and nothing behind it
    linked = bool(cues.LINKED.match(said))
    if found := parallel(f"and {bare}" if linked else bare, past):
        return found
    parts = bare.rstrip("?. ").split()
    if linked and parts and noun_end(parts, 0) == len(parts):
        bare = f"What about {bare}"  # "And his wife?"
    for rule in RULES:
        if found := rule(bare, past):
            return found
    if linked and not names_of(bare) and not {"i", "you", "my"} & {*words(bare)} and len(content_words(bare)) <= 2:
        return combined(bare, past)
    return sentence(bare) if bare and bare != said else ""


def corrected(said: str, past: Past) -> str:
    """ "Sorry, I meant Lee." after "What did Kim say?" -> "What did Lee say?"."""
    found = cues.MEANT.match(said) or cues.RATHER.match(said)
    if found is None:
        return ""
    new, *olds = re.split(
        r",? (?:and )?(?:not|instead of|rather than) ", found["new"] or found["other"], maxsplit=1, flags=re.IGNORECASE
    )
    old = olds[0] if olds else found["old"] or ""
    new = re.sub(r"^the (?:one|ones|other) (?=in |at |from |of |with |by |on )", "", new)
    new = re.sub(r",? (?:itself|himself|herself|themselves|instead|of course)$", "", new)
    parts = new.lower().split()
    if len(parts) > _LONG or parts[0] in ASKING or is_verb(parts[0]) or AUXILIARIES & {*parts}:
        return _completed(new, past)  # a whole question: "No, I meant when did Lee say so?"
    last = past.turns[-1].question
    joined = sentence(last.rstrip("?. "), new) if parts[0] in PREPOSITIONS else ""
    asked = swapped(last, new, old) or joined or combined(new, past)
    if not found["rest"]:
        return asked
    return _completed(found["rest"], Past([*past.turns, Turn(asked, "", "closest")])) or sentence(found["rest"])


def returned(said: str, past: Past) -> str:
    """ "Back to the treaty: who signed it?" -> "Who signed the treaty?", from the turn that had the treaty."""
    bare = cues.OPENER.sub("", said)
    found = cues.BACK.search(bare) or cues.TOPIC.match(bare)
    if found is None:
        return ""
    topic = re.sub(r"^(?:that|this|those|these) ", "the ", found["topic"])
    stems = {stem(w) for w in content_words(topic)}
    had = [n for n, turn in enumerate(past.turns) if stems & {stem(w) for w in words(turn.question)}]
    before = Past(past.turns[: had[-1] + 1] if had else past.turns, topic)
    asked = _completed(found["rest"], before) or sentence(found["rest"])
    if stems <= {stem(w) for w in words(asked)}:
        return asked
    return f"Regarding {topic}, {asked[:1].lower()}{asked[1:]}"


def parallel(said: str, past: Past) -> str:
    """ "What about Spain?" after "When did France join?" -> "When did Spain join?"."""
    last = past.turns[-1].question
    found = cues.ABOUT.match(said)
    item = found["item"] if found else said.rstrip("?. ")
    if matter := cues.ANYTHING.match(item):
        return swapped(last, f"about {matter['item']}") or swapped(last, f"on {matter['item']}")
    parts = item.split()
    if not parts or len(parts) > _LONG or {w.lower() for w in parts} & (AUXILIARIES | ASKING | PRONOUNS.keys()):
        return ""
    joins = parts[0].lower() in PREPOSITIONS
    if not found and not joins and not (said.endswith("?") and noun_end(parts, 0) == len(parts)):
        return ""
    if asked := swapped(last, item):
        return asked
    if joins:
        return sentence(last.rstrip("?. "), item)
    if len(parts) == 2 and parts[0].lower() == "the" and (whole := _OF.search(last)):
        return last[: whole.start()] + item + last[whole.end() :]
    names = [p.text for p in phrases_of(last) if p.bare and p.role == "subject"]
    if not found:
        return combined(said, past) if parts[0].lower() in ("the", "any") else ""
    return f"What about {item}, regarding {names[0]}?" if names else combined(f"What about {item}", past)


def asking_only(said: str, past: Past) -> str:
    """ "By which year?" after "Will Spain join?" -> "By which year will Spain join?"."""
    text = re.sub(r"[, ]+(?:exactly|precisely|though|then|anyway|please)$", "", said.rstrip("?!. "))
    if found := cues.WHEN_WAS_THAT.match(text):
        return past.shape.with_lead(found["lead"]) or combined(said, past)
    if found := cues.WHY_DO_THAT.match(text):
        same = {"do", *(stem(w) for w in words(past.turns[-1].question))}
        return past.shape.with_lead(found["lead"]) if stem(found["verb"].lower()) in same else ""
    parts = text.split()
    asks = next((n for n, w in enumerate(parts[:4]) if w.lower() in ASKING), None)
    if asks is None or len(parts) > _LONG + 1:
        return ""
    for before, word in zip(parts[asks:], parts[asks + 1 :], strict=False):
        verb = is_verb(word) or (is_base(word[:-1]) and before.lower() not in PREPOSITIONS)
        if verb or word.lower() in AUXILIARIES | PRONOUNS.keys():
            return ""
    if text.lower() == "why not":
        return past.shape.denied() or combined(text, past)
    if asks and parts[0].lower() not in BREAKS | {"through"}:
        return combined(said, past)
    # "Why there?", "Why on Monday?": the last question says so already.
    lead, _, place = text.partition(" ")
    again = place.split(" ")[0] in PREPOSITIONS and f" {place} " in f" {past.turns[-1].question.rstrip('?. ')} "
    known = again or place in ("there", "then", "so")
    return past.shape.with_lead(lead if known else text) or combined(text, past)


def pointing(said: str, past: Past) -> str:
    """ "When did she sign it?" after "Did the queen sign the law?" -> "When did the queen sign the law?"."""
    asked, unknown = pointed(said, past)
    return asked or (combined(said, past) if unknown and not names_of(said) else "")


def unfinished(said: str, past: Past) -> str:
    """ "How much was stolen?", "Tell me more", "Did Spain sign too?": the same with what the last one was about."""
    low = words(said)
    if cues.MORE.match(said) or low[-1:] in (["too"], ["either"]):
        return combined(said, past)
    if not low or {"you", "i"} & {*low} or names_of(said) or {"today", "tomorrow", "now", "there"} & {*low}:
        return ""
    asks = low[0] in ASKING | PREPOSITIONS | AUXILIARIES and low[0] != "what" and low[1:2] not in (["is"], ["are"])
    short = asks and len([w for w in content_words(said) if w not in _INDEFINITE]) <= 1
    return combined(said, past) if short or cues.HOW_MANY_WERE.match(said) else ""


RULES: tuple[Rule, ...] = (asking_only, pointing, unfinished)
"""After `corrected`, `returned` and `parallel`, in this order; each has its example in its docstring."""


def combined(said: str, past: Past) -> str:
    """The question as it is, with what the last one was about: "Who else? (about where NATO is based)"."""
    asked = sentence(said)
    is_question = {*words(said)} & (ASKING | AUXILIARIES | PREPOSITIONS)
    return f"{asked if is_question else asked[:-1]} (about {past.gist})"


def swapped(question: str, new: str, old: str = "") -> str:
    """The question with its phrase of the same kind replaced; "" when it has none.

    >>> swapped("When did France join?", "Spain"), swapped("Did they meet in May?", "in June")
    ('When did Spain join?', 'Did they meet in June?')
    """
    if not words(new):
        return ""
    found = phrases_of(question)
    if old and re.search(rf"\b{re.escape(old)}\b", question, re.IGNORECASE):
        # "Kim" is "Ann Kim", when that is how the question calls her.
        old = next((p.text for p in found if p.kind == "person" and p.bare and p.text.endswith(f" {old}")), old)
        return re.sub(rf"\b{re.escape(old)}\b", lambda m: new, question, flags=re.IGNORECASE)
    first, _, rest = new.partition(" ")
    if first.lower() in PREPOSITIONS and rest:
        kind, new = phrase(rest, "object").kind, rest
        same = sorted((p for p in found if p.before == first.lower()), key=lambda p: p.kind != kind)
        same = same or [p for p in found if p.kind == kind and f"{first.lower()} {p.text}" in question]
    else:
        kind = phrase(new, "object").kind
        kinds = _KINDS.get(kind, ())
        same = (
            [p for k in kinds for p in found if p.kind == k and p.bare]
            or [p for p in found if p.role == "subject" and kinds and p.kind in _KINDS["name"]]
            or [p for p in found if kind == p.kind == "thing" and alike(p.text, new)]
        )
    same = [p for p in same if p.text.lower() not in new.lower()]
    return re.sub(rf"\b{re.escape(same[0].text)}\b", lambda m: new, question, count=1) if same else ""
