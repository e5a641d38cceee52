"""Making a follow-up question self-contained from the last turns, by rule. Pure, no model.

"And in which city?" after "Where is NSATU based?" becomes "In which city is NSATU based?". A question that stands on
its own keeps its words, so that a change of topic is never dragged along. Try `self_contained`'s example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.fold import words
from qa.phrases import noun_phrases, phrase, phrases_of
from qa.refer import Past, possessive
from qa.shape import ADVERBS, ASKING, AUXILIARIES, BREAKS, DETERMINERS, PREPOSITIONS, is_verb, noun_end, sentence, shape_of
from qa.types import Turn
from qa.verdict import content_words, names_of, stem

_SMALL_TALK = frozenset(
    """thanks thank you thx cheers ok okay great good nice cool fine perfect wonderful excellent awesome right sure yes no
    yep yeah nope hi hello hey bye goodbye got it i see that helps help helped is was very much so a lot for the your
    interesting anyway all lovely makes sense understood done well really ah oh wow alright brilliant appreciated this
    that's s it's""".split()
)
_OPENER = re.compile(
    r"^(?:(?:and|but|or|so|also|ok(?:ay)?|plus|please)\b[\s,.!:;–—-]*"
    r"|(?:right|alright|all right|fine|well|then|now|hm+|oh|ah|i see|got it|interesting|great|good|thanks|thank you|sorry"
    r"|yes|no|sure|cool|nice|anyway|by the way|oops|perfect|understood)[,.!:;–—-]+\s*)+",
    re.IGNORECASE,
)
_MEANT = re.compile(
    r"^(?:(?:sorry|oops|no|nope|wait|ah|oh|well|actually|hm+|pardon|apologies|my mistake|ok(?:ay)?|but)\b[\s,.!:;–—-]*)*"
    r"(?:i (?:actually |really |just )?(?:meant?|was (?:thinking|asking|talking) (?:of|about)|am asking about)"
    r"|i'm (?:asking|talking) about|make (?:that|it)|rather|(?:not|no) (?P<old>[^,.]+?)(?:, but|,| but))\s+"
    r"(?P<new>[^.?!]+)[.?!]*(?:\s+(?P<rest>.+))?$",
    re.IGNORECASE,
)
_RATHER = re.compile(r"^(?:sorry|oops|no|nope|wait|actually)[\s,.!–—-]+(?P<new>[^.?!]+)[.?!]*(?P<rest>)$", re.IGNORECASE)
_BACK = re.compile(
    r"(?:(?:^|[,.!] *)(?:.{0,25}\b)?(?:back|return(?:ing)?) to|^(?:as for|about|on|regarding)(?=.{3,40}\bagain))\s+"
    r"(?P<topic>.+?)(?: again)?(?: for a (?:moment|second|minute))?[:.,;–—-]+\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"^(?:as for |about |on |regarding )?(?P<topic>(?:the )?[\w'-]+(?: [\w'-]+){0,3}), "
    r"(?P<rest>(?:\w+ )?(?:who|whose|what|which|when|where|why|how|is|are|was|did|does|has|will)\b.*"
    r"\b(?:it|its|he|his|him|she|her|they|their|them|there)\b.*)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:(?:and )?(?:what|how) about|and)\s+(?P<item>.+?)[?. ]*$", re.IGNORECASE)
_EMPTY = re.compile(
    r"^(?P<lead>(?:\w+ )?(?:when|where|why|how|who)) (?:was|is|were|did|does) (?:that|this|it)(?: happen| so| take place"
    r"| occur| the case)?$",
    re.IGNORECASE,
)
_MORE = re.compile(r"^(?:tell me more|go on|more|anything else|what else|more details|say more|continue)\b", re.IGNORECASE)
_DUMMY = re.compile(
    r"\bit(?:'s)? (?:is |was )?(?:\w+ed |\w+n )?(?:true|possible|likely|known|clear|settled|said|says?|raining|cold|hot|late"
    r"|seem\w*|appear\w*|take\w*|necessary|important|easy|hard|legal|time|going to|that)\b|\btime is it\b|\bday is it\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w'’-]+")
_PERSONAL = {w: "he" for w in ("he", "him", "his", "she", "her", "hers")}
_PRONOUN = _PERSONAL | {"it": "it", "its": "it"} | {w: "they" for w in ("they", "them", "their", "theirs")}
_OWNING = frozenset("his her its their theirs hers".split())
_SINGULAR = {"have": "has", "do": "does", "are": "is", "were": "was"}
_JOINS = frozenset("and or when if whether because that while who which after before".split())

Rule = Callable[[str, Past], str]
"""A question without its opener, and what it can go back to -> the self-contained question, "" where it doesn't apply."""


def self_contained(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves out put in; as it is when it leaves nothing out.

    >>> self_contained("And in which city?", [Turn("Where is NSATU based?", "In Wiesbaden.")])
    'In which city is NSATU based?'
    >>> self_contained("Who won the world cup?", [Turn("Where is NSATU based?", "In Wiesbaden.")])
    'Who won the world cup?'
    """
    said = " ".join(question.replace("’", "'").split())
    said = re.sub(r"^(\W*(?:\w+,? )?(?:who|what|where|when|how|why))'s\b", r"\1 is", said, flags=re.IGNORECASE)
    turns = [turn for turn in history if not small_talk(turn.question)]
    if not turns or small_talk(said):
        return question
    past = Past(turns)
    for rule in (corrected, returned):
        if found := rule(said, past):
            return found
    return _rewritten(said, past) or question


def small_talk(said: str) -> bool:
    """Whether it is only a thank-you or the like.

    >>> small_talk("great, thank you!"), small_talk("Thanks, and where?")
    (True, False)
    """
    return all(word in _SMALL_TALK for word in words(said))


def _rewritten(said: str, past: Past) -> str:
    """What the first rule that applies makes of it; without its opener when none does; "" when nothing changes."""
    bare = _OPENER.sub("", said)
    linked = bool(re.match(r"(?:and|or|but|so)\b", said, re.IGNORECASE))
    for rule in RULES:
        if found := rule(bare, past):
            return found
    if linked and not names_of(bare) and len(content_words(bare)) <= 2:
        return combined(bare, past)
    return sentence(bare) if bare and bare != said else ""


def corrected(said: str, past: Past) -> str:
    """ "I meant Lee" after "What did Kim say?" -> "What did Lee say?"."""
    found = _MEANT.match(said) or _RATHER.match(said)
    if found is None:
        return ""
    new, old = found["new"], found.groupdict().get("old") or ""
    if cut := re.split(r",? (?:and )?(?:not|instead of|rather than) ", new, maxsplit=1):
        new, old = cut[0], cut[1] if len(cut) > 1 else old
    new = re.sub(r",? (?:itself|himself|herself|themselves|instead|of course)$", "", new)
    if len(new.split()) > 6 or any(w.lower() in AUXILIARIES for w in new.split()):
        return _rewritten(new, past)
    last = past.turns[-1]
    asked = swapped(last.question, new, old) or combined(new, past)
    if not found["rest"]:
        return asked
    return _rewritten(found["rest"], Past([*past.turns, Turn(asked, "", "closest")])) or sentence(found["rest"])


def returned(said: str, past: Past) -> str:
    """ "Back to the treaty: who signed it?" -> "Who signed the treaty?", from the turn that had the treaty."""
    bare = _OPENER.sub("", said)
    found = _BACK.search(bare) or _TOPIC.match(bare)
    if found is None:
        return ""
    topic = re.sub(r"^(?:that|this|those|these) ", "the ", found["topic"])
    stems = {stem(w) for w in content_words(topic)}
    turns = [t for t in past.turns if stems & {stem(w) for w in words(t.question)}]
    before = Past(past.turns[: list(past.turns).index(turns[-1]) + 1] if turns else past.turns, topic)
    asked = _rewritten(found["rest"], before) or sentence(found["rest"])
    if stems <= {stem(w) for w in words(asked)}:
        return asked
    return f"Regarding {topic}, {asked[:1].lower()}{asked[1:]}"


def parallel(said: str, past: Past) -> str:
    """ "What about Spain?" after "When did France join?" -> "When did Spain join?"."""
    found = _ABOUT.match(said)
    item = found["item"] if found else said.rstrip("?. ")
    named = found is not None
    parts = item.split()
    if len(parts) > 6 or any(w.lower() in AUXILIARIES | ASKING or w.lower() in _PRONOUN for w in parts):
        return ""
    joins = parts[0].lower() in PREPOSITIONS
    if not named and not joins and not (said.endswith("?") and noun_end(parts, 0) == len(parts)):
        return ""
    if asked := swapped(past.turns[-1].question, item):
        return asked
    if joins:
        return sentence(past.turns[-1].question.rstrip("?. "), item)
    names = [p.text for p in phrases_of(past.turns[-1].question) if p.bare and p.role == "subject"]
    if not named:
        return ""
    return f"What about {item}, regarding {names[0]}?" if names else combined(said, past)


def asking_only(said: str, past: Past) -> str:
    """ "By which year?" after "Will Spain join?" -> "By which year will Spain join?"."""
    text = re.sub(r"[, ]+(?:exactly|precisely|though|then|anyway|please)$", "", said.rstrip("?!. "))
    if found := _EMPTY.match(text):
        text = found["lead"]
    parts = text.split()
    asks = next((n for n, w in enumerate(parts[:4]) if w.lower() in ASKING), None)
    if asks is None or len(parts) > 7:
        return ""
    if any(w.lower() in AUXILIARIES or is_verb(w) or w.lower() in _PRONOUN for w in parts[asks + 1 :]):
        return ""
    if text.lower() == "why not":
        return _negated(past) or combined(text, past)
    if asks and parts[0].lower() not in BREAKS | {"through"}:
        return combined(said, past)
    return past.shape.with_lead(text) or combined(text, past)


def pointing(said: str, past: Past) -> str:
    """ "When did she sign it?" after "Did the queen sign the law?" -> "When did the queen sign the law?"."""
    tokens = list(_WORD.finditer(said))
    low = [t.group().lower() for t in tokens]
    out, at, changed, missing = "", 0, False, False
    put: set[str] = set()
    own = names_of(said)
    dummy = [m.span() for m in _DUMMY.finditer(said)]
    for n, token in enumerate(tokens):
        if token.start() < at or any(a <= token.start() < b for a, b in dummy):
            continue
        new, end = _put(n, tokens, low, past, own, said)
        if new is None:
            continue
        missing = missing or not new
        # "What is it doing with its army?": once is enough.
        thing = re.sub(r"'s?$", "", new)
        if not new or thing in put:
            continue
        put.add(thing)
        if low[n] == "they" and not phrase(new, "object").plural and low[n - 1] in _SINGULAR:
            out, at = out + said[at : tokens[n - 1].start()] + _SINGULAR[low[n - 1]] + " ", token.start()
        out, at, changed = out + said[at : token.start()] + new, end, True
    if changed:
        return sentence(out + said[at:])
    return combined(said, past) if missing and not own else ""


def unfinished(said: str, past: Past) -> str:
    """ "How much was stolen?" -> the same with what the last question was about: nothing in it says of what."""
    low = words(said)
    if not low or "you" in low or low[0] not in ASKING | {"anything", "something", "which"} | PREPOSITIONS:
        return combined(said, past) if _MORE.match(said) or low[-1:] in (["too"], ["either"]) else ""
    count = re.match(r"how (?:much|many) (?:was|were|is|are|has|have|had|did|does|do)\b(?! the| an?\b)", said, re.IGNORECASE)
    about = low[0] in ("anything", "something")
    short = len(content_words(said)) <= 1 and low[0] != "what" and low[1:2] not in (["is"], ["are"])
    if (count or about or short) and not names_of(said) and not {"today", "tomorrow", "now"} & {*low}:
        return combined(said, past)
    return ""


RULES: tuple[Rule, ...] = (parallel, asking_only, pointing, unfinished)


def combined(said: str, past: Past) -> str:
    """The question as it is, with what the last one was about: "Who else? (about where NATO is based)"."""
    return f"{sentence(said)} (about {past.gist})"


def swapped(question: str, new: str, old: str = "") -> str:
    """The question with its phrase of the same kind replaced; "" when it has none.

    >>> swapped("When did France join?", "Spain"), swapped("Did they meet in May?", "in June")
    ('When did Spain join?', 'Did they meet in June?')
    """
    if old and re.search(rf"\b{re.escape(old)}\b", question, re.IGNORECASE):
        return re.sub(rf"\b{re.escape(old)}\b", lambda m: new, question, flags=re.IGNORECASE)
    found = phrases_of(question)
    first, _, rest = new.partition(" ")
    if first.lower() in PREPOSITIONS and rest:
        same = [p for p in found if p.before == first.lower()]
        new = rest
    else:
        kind = phrase(new, "object").kind
        kinds = {"person": "person name", "name": "person name", "country": "country name group",
                 "group": "group country name", "time": "time"}.get(kind, "")  # fmt: skip
        same = [p for k in kinds.split() for p in found if p.kind == k and p.bare]
    same = [p for p in same if p.text.lower() not in new.lower()]
    return re.sub(rf"\b{re.escape(same[0].text)}\b", lambda m: new, question, count=1) if same else ""


def _negated(past: Past) -> str:
    """ "Will they fight?" -> "Why will they not fight?"."""
    shape = past.shape
    denied = "" if shape.aux.endswith("n't") else "not"
    return sentence("Why", shape.aux, shape.subject, denied, shape.rest) if shape.subject else ""


def _put(n: int, tokens: list[re.Match[str]], low: list[str], past: Past, own: list[str], said: str) -> tuple[str | None, int]:
    """What a word is replaced by ("" when that can't be found, None when it points at nothing), and up to where."""
    word, end = low[n], tokens[n].end()
    nxt = low[n + 1] if n + 1 < len(low) else ""
    prev = low[n - 1] if n else ""
    if word in _PRONOUN:
        subject = prev in AUXILIARIES
        if _bound(n, tokens, low, subject):
            return None, end
        who = past.referent(_PRONOUN[word], own, subject)
        owns = word in _OWNING and (word != "her" or (nxt and nxt not in BREAKS | ADVERBS))
        return (possessive(who) if who and owns else who), end
    if word == "there" and nxt not in AUXILIARIES and prev not in AUXILIARIES:
        return past.where(prev), end
    if word == "then" and prev in ("since", "until", "by", "before", "after"):
        clause = past.shape.clause(lead=False)
        return (clause if prev not in ("by",) else f"the time {clause}"), end
    if word in ("that", "this", "these", "those"):
        return _pointed(n, tokens, low, past)
    return None, end


def _pointed(n: int, tokens: list[re.Match[str]], low: list[str], past: Past) -> tuple[str | None, int]:
    word, end = low[n], tokens[n].end()
    rest = [t.group() for t in tokens[n:]]
    prev = low[n - 1] if n else ""
    alone = len(rest) == 1 or rest[1].lower() in BREAKS | ADVERBS or is_verb(rest[1]) or rest[1].lower() == "worth"
    if word == "that" and prev not in AUXILIARIES | PREPOSITIONS and not (len(rest) == 1 or (n == 0 and not alone)):
        return None, end
    if alone:
        shape = past.shape
        if past.topic:
            return past.topic, end
        return (shape.clause() if shape.rest or not shape.subject else shape.subject), end
    stop = noun_end(rest, 0)
    noun = " ".join(rest[1:stop])
    if stop < 2 or rest[1].lower() in DETERMINERS or noun in ("year", "week", "month", "time", "morning", "way", "much"):
        return None, end
    return past.called(noun), tokens[n + stop - 1].end()


def _bound(n: int, tokens: list[re.Match[str]], low: list[str], subject: bool) -> bool:
    """Whether the question itself names before a pronoun what it may stand for: "What did Lee say about his trip?"."""
    aux = next((i for i, w in enumerate(low) if w in AUXILIARIES), -1)
    if (subject and n == aux + 1) or (n and low[n] in ("it", "him", "them", "her") and not _JOINS & {*low[aux + 1 : n]}):
        return False
    group = _PRONOUN[low[n]]
    for p in noun_phrases([t.group() for t in tokens[aux + 1 : n]]):
        person = p.kind in ("person", "name")
        if person if group == "he" else (p.plural or p.kind in ("group", "country", "person") if group == "they"
                                         else not person and not p.plural and p.kind not in ("time", "vague")):  # fmt: skip
            return True
    return False
