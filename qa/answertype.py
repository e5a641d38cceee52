"""The type of answer that a question expects, and whether a sentence could hold one. Pure, no model.

The kinds are those of the question-answering field (who, when, where, how many, why, definition, list, quote).
Try `kind_of("How long did they meet?")`.
"""

from __future__ import annotations

import re
from typing import Literal

from index.fold import plain

Kind = Literal["definition", "who", "when", "where", "how_many", "why", "list", "quote", "yes_no", "other"]

# The first that matches wins, so the narrower stand above the wider.
_UP_TO_THREE = r"(?:[\w'-]+ ){0,3}"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
        ("definition", r"\b(stand|stands|short) for\b|\b(mean|meaning|definition|define|acronym|abbreviation)\b"
                       r"|^[\w.&'-]+( [\w.&'-]+){0,2} full (name|form)$"
                       r"|^what (does|do) (the )?[\w.'-]+( [\w.'-]+)? do\b"
                       r"|^what (kind|sort|type) of \w+( \w+)? (is|are|was|were) (the )?(?!being|needed|used|meant)"
                       r"[\w.'-]+( [\w.'-]+){0,2} ?\??$"),
        ("how_many", r"\bhow (many|much|long|lengthy|old|far|big|large|tall|high|wide|deep|heavy|often|fast|late"
            r"|early)\b"
                     r"|\bwhat (number|percentage|share|proportion|amount|sum|price|score)\b"
                     r"|\b(number|length|size|cost|price|duration) of\b"),
        # Not where it opens a clause behind the question: "What did he say when he left?"
        ("when", r"^(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b)"
                 r"(?:(?!\b(?:who|whom|whose|what|which|where|why|how)\b).)*?\bwhen\b"
                 r"|\b(what|which) " + _UP_TO_THREE + r"(date|day|year|month|time|century|decade)\b"),
        ("where", r"\bwhere\b|\b(which|what) " + _UP_TO_THREE + r"(city|country|place|town|location|base|region|state"
                  r"|village|port|site|street|district|province|continent)\b"),
        ("why", r"\b(why|how come|for what reason|what (reason|cause|caused|prompted|motivated|led to)|purpose"
                r"|aim of)\b"),
        ("quote", r"\b(what|how) (did|does|do|has|have) .{2,60}\b(say|said|tell|told|describe|call|comment|warn|respond"
                  r"|express|put it)\b|\b(quote|(in|with|which|what|own|exact) words|words (of|about|for|on)|wording"
                  r"|phrase)\b|\baccording to\b"),
        ("who", r"\b(who|whom|whose)\b|\b(which|what) " + _UP_TO_THREE + r"(person|minister|leader|official|politician"
            r"|general|lawyer|analyst|economist|expert|spokes\w+|people|firm|bank|union|institute|company"
                r"|organisation|organization|president|player|team|author|newspaper|agency|judge|man|woman)\b"),
        ("list", r"\b(which|what) (are|were) the\b|\blist\b|\bname (the|all|some|two|three|four)\b|\bexamples? of\b"
                 r"|\b(which|what) " + _UP_TO_THREE + r"(areas|fields|countries|nations|members|topics|technologies"
            r"|sectors"
                 r"|companies|kinds|types|things|powers|sorts)\b"
                 r"|\b(which|what) (two|three|four|five|six|seven)\b"
                 r"|^(\w+ )?which (\w+ )?(?!(?:was|does|has)\b)\w+[^\Wsui]s\b(?! (of|is|was|has|does)\b)"),
        ("definition", r"^(so |and |ok |well |please |tell me )*(what|who) ?('s| is| are| was| were) (a |an |the )?"
                       r"[\w.'-]+( [\w.'-]+){0,3} ?\??$|\b(explain|describe|tell me about|info on|information on)\b"
                       r"|\b(tell me|know|say|remind me) (what|who) (the |an? )?[\w.'-]+( [\w.'-]+){0,3}"
                       r" (is|are|was|were)( and does)? ?\??$"),
        ("yes_no", r"^(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b"),
)  # fmt: skip
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
_MONTH += r"|nov(?:ember)?|dec(?:ember)?)"
_TIME = re.compile(
    rf"\b(?:\d{{1,2}} {_MONTH}|{_MONTH}\.? \d{{1,4}}|(?:in|last|next|since|until|by|of|early|late|mid|this) {_MONTH}"
    r"|(?:1[0-9]|20)\d\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|century|decade"
    r"|in [1-9]\d\d(?! (?:\w+s|million|billion|per|people)\b)|\d+ (?:bc|ad|bce|ce)"
    r"|january|february|april|june|july|august|september|october|november|december"
    r"|within (?:\w+ ){1,2}(?:minute|hour|day|week|month|year|decade)s?"
    r"|(?:minute|hour|day|week|month|year|decade)s? (?:earlier|later|before|after|afterwards)"
    r"|(?:at|by|in the|this|last|every|after|before|until) (?:night|noon|midnight|dawn|dusk|morning|afternoon|evening)"
    r"|(?:in|last|next|this|every|since|until) (?:the )?(?:spring|summer|autumn|fall|winter)"
    r"|(?:last|next|this|earlier|later|previous|following) (?:week|month|year|night|day|spring|summer|autumn|fall"
    r"|winter)"
    r"|\d{1,2}:\d\d|\d{1,2} ?[ap]m|ago|the day before)\b"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter|twice|doubled?"
    r"|tripled?|several|sole|single|once|first|second)\b"
)
_SPAN_ASKED = re.compile(r"\b(?:how (?:long|lengthy)|duration|length) (?!is the|was the (?:river|road|bridge|wall))")
_SPAN = re.compile(
    r"\b(?:\d[\d.,]*|\w+)[ -](?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)"
    r"|met(?:re|er)s?|kilomet(?:re|er)s?|miles?|f(?:ee|oo)t|yards?|inch(?:es)?|km|m|cm|mm)\b"
)
_REASON = re.compile(
    r"\b(?:because|since|due to|owing|as a result|so|for (?:lack|want|fear) of|in protest|too \w+"
    r"|in order|prompted|thanks to|reason|therefore|amid|aim(?:s|ed|ing)?"
    r"|to \w+|as|after|following|driven|cit(?:es|ed|ing)|caus(?:e|ed|ing)|blam(?:e|ed|ing)|fear\w*|concern\w*|means?)\b"
)
_DEFINING = re.compile(
    r"\([A-Z]{2,}\w*\)|\b(?:is|are|was|were|means?|refers?|stands?|called|termed|known|named|designed|aims?|based|so-called"
    r"|provides?|consists?)\b|—|, (?:a|an|the|which|based)\b"
)
_CAPITAL = "".join(c for c in map(chr, range(0x2C00)) if c.isupper())  # of Latin, Greek, Cyrillic and their neighbours
_NAME = re.compile(rf"(?<![.!?] )(?<!^)\b[{_CAPITAL}][\w'-]+|\b[{_CAPITAL}]{{2,}}\b")
_QUOTED = re.compile(
    r"[“”\"«»„]|(?<!\w)['‘]\w|\b(?:said|says|told|stated|remarked|added|commented|insisted|stressed)\b"
)


def kind_of(question: str) -> Kind:
    """The kind of answer asked for.

    >>> [kind_of(q) for q in ("What is NSATU?", "How long did they meet?", "why now?", "Who said so?", "Is it so?")]
    ['definition', 'how_many', 'why', 'who', 'yes_no']
    """
    folded = plain(question).strip()
    for kind, pattern in _KINDS:
        if pattern.search(folded):
            return kind
    return "other"


def can_hold(kind: Kind, sentence: str, question: str = "") -> bool:
    """Whether a sentence could hold an answer of that kind; True where no rule can tell.

    >>> can_hold("when", "They met on Wednesday."), can_hold("how_many", "They met on Wednesday.")
    (True, False)
    """
    folded = plain(sentence)
    if kind == "when":
        return bool(_TIME.search(folded))
    if kind == "how_many":
        # A span of time is asked for: a number of anything else is no answer.
        span = _SPAN_ASKED.search(plain(question))
        return bool((_SPAN if span else _NUMBER).search(folded))
    if kind == "why":
        return bool(_REASON.search(folded))
    if kind == "definition":
        return bool(_DEFINING.search(sentence))
    if kind == "quote":
        return bool(_QUOTED.search(sentence))
    if kind in ("who", "where"):
        # A name that the question itself gives is no answer to it.
        asked = plain(question)
        return any(plain(name) not in asked for name in _NAME.findall(sentence))
    return True


_NAMED = r"(?:a |an |the )?[\w.'-]+(?: [\w.'-]+){0,3}"
_WHAT_IS = re.compile(
    rf"(?:so |and |ok |well |please |tell me )*(?:what|who) ?(?:'s| is| are| was| were) {_NAMED} ?\??"
    rf"|(?:(?:can|could|would) you )?(?:please )?(?:tell me|remind me) (?:what|who) {_NAMED} (?:is|are|was|were) ?\??"
)


def asks_what_is(question: str) -> bool:
    """Whether it asks who or what something is, and nothing else about it.

    >>> asks_what_is("Who is Ann Lee?"), asks_what_is("what's the OSA?"), asks_what_is("How old is Ann Lee?")
    (True, True, False)
    """
    return bool(_WHAT_IS.fullmatch(question.casefold().replace("’", "'").strip()))


_SEVERAL = re.compile(
    r"\band (?:what|who|whom|when|where|which|how|why|was|is|are|did|does|has|with|by|in|at)\b"
    r"|, and\b|\bor\b|\bas (?:against|opposed to)\b|\bagainst how\b|\bv(?:ersu)?s\b"
    r"|\b(?:before|then) and (?:after|now)\b"
    r"|\b(?:compar\w+|contrast\w*|differ\w*|both|each|various|agree|while|then|reports?|accounts?|list|than)\b"
)


def asks_for_several(question: str) -> bool:
    """Whether an answer is likely to need several sentences: a definition, a list, a comparison, two questions in one.

    >>> asks_for_several("Who paid, and how much?"), asks_for_several("Who paid?")
    (True, False)
    """
    return kind_of(question) in ("definition", "list") or bool(_SEVERAL.search(plain(question)))


_TEXTS = r"(?:reports|articles|accounts|texts|papers|newspapers|outlets|publishers|sources|versions)\b"
_ACCOUNTS = re.compile(
    r"\b(?:different|differing|various|several|all|both|these|other|do|does|did) (?:of )?(?:the |these )?(?:\w+ )?"
    rf"{_TEXTS}|\bthe {_TEXTS} (?:\w+ )?(?:say|tell|describe|report|use|give|call|agree|differ|disagree|carry|name)\b"
    rf"|\baccording to (?:the )?{_TEXTS}"
    r"|\baccording to (?:[\w'-]+ ){1,5}and (?:according |to |the |by )"
    r"|\beach (?:say|tell|give|name|put|call|describe|report|hold|see|blame)\b|\bdisagree(?:ment)?\b"
    r"|\bwhat (?:\w+ )?(?:figures|numbers|sums|totals|estimates|explanations) (?:are|were|do|did|have)\b"
)


def asks_for_accounts(question: str) -> bool:
    """Whether it asks what several articles say.

    >>> [asks_for_accounts(q) for q in ("How do the reports differ?", "What do various papers say?", "Who reports?")]
    [True, True, False]
    """
    return bool(_ACCOUNTS.search(plain(question)))
