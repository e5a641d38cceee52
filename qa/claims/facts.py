"""Text -> tokens that can be compared: names, numbers, dates, quoted words, content words with their endings folded.

It knows English word lists (qa/claims/words.json) and no subject, and judges nothing: that is qa/ground.py. Try
`[t.key for t in sentences("Forty-five ships left on 9 April.")[0].tokens]`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from qa.claims import values
from qa.claims.marks import ends, plain, quoted
from qa.claims.words import ABBREVIATIONS, FREE, GROUPED, LIGHT, LONGEST, NATIONS, PHRASES, fold, key, stem

Kind = Literal["free", "light", "word", "name", "number", "date", "mark"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word, value or mark. `key` is what is compared, `low` the folded word, `quoted` inside quotation marks.

    `name` is a word with a capital where the grammar asks for none; `free` words carry no claim, `light` ones
    ("take", "include") are aligned but not required. An `owner` had an "'s", which may also have been an "is".
    """

    text: str
    low: str
    key: str
    kind: Kind
    quoted: bool = False
    day: values.Day | None = None
    owner: bool = False

    @property
    def claim(self) -> bool:
        """Whether a statement that has this token must have it from its evidence."""
        return self.kind in ("word", "name", "number", "date")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The folded text of one sentence, its tokens and where each key stands among them."""

    text: str
    tokens: tuple[Token, ...]
    where: Mapping[str, tuple[int, ...]]


_RAW = re.compile(
    r"(?P<abbr>(?:[A-Za-z]\.){2,})|(?P<num>\d[\d,]*\d(?:\.\d+)?(?!\d)|\d+\.\d+|\d+)(?P<glued>bn|mn|tn|k|m|st|nd|rd|th)?(?![\w])"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*\.?)|(?P<mark>\.{2,}|[^\w\s])"
)
_CALENDAR = re.compile(r"\b(?:\d{4}-\d\d?-\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4})\b|\b\d\d?:\d\d(?::\d\d)?\b")
_PARTICLES = frozenset("down out off up".split())
_SIGNS = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "%": "percent", "&": "and"}
_SCALE = {"bn": "billion", "mn": "million", "tn": "trillion", "k": "thousand", "m": "million"}


@functools.lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text as comparable tokens. Pure; the last few thousand texts are remembered.

    >>> [t.key for t in sentences("Two ships sank.")[0].tokens if t.claim]
    ['#2', '~ship', 'sink']
    """
    folded = plain(text)
    inside = quoted(folded)
    found, start = [], 0
    for end in [*ends(folded), len(folded)]:
        tokens = _tokens(folded, start, end, inside)
        if tokens:
            where: dict[str, tuple[int, ...]] = {}
            for i, token in enumerate(tokens):
                # A title-cased "Enhances" is a name by its looks: it can be found as the word, too.
                for name in {token.key, key(token.low) if token.kind == "name" else token.low}:
                    where[name] = (*where.get(name, ()), i)
            found.append(Sentence(folded[start:end].strip(), tokens, where))
        start = end
    return tuple(found)


def _tokens(text: str, start: int, end: int, quoted: list[bool]) -> tuple[Token, ...]:
    words, at, owners = _raw(text, start, end)
    tokens: list[Token] = []
    i = 0
    first = True
    while i < len(words):
        word, inside = words[i], quoted[at[i]]
        if not word[0].isalnum():
            tokens.append(Token(word, word, word, "mark", inside))
            first = first or word in (":", "—")
            i += 1
            continue
        if found := values.day(words, i):
            day, after = found
            tokens.append(Token(" ".join(words[i:after]), word.lower(), f"@{day}", "date", inside, day))
        elif value := _value(words, i):
            name, after = value
            tokens.append(Token(" ".join(words[i:after]), name, name, "number", inside))
        elif phrase := _phrase(words, i):
            name, after = phrase
            low = name.lower()
            tokens.append(_word(" ".join(words[i:after]), low, first, inside, after - 1 in owners))
        else:
            after, low = i + 1, fold(word) or word.lower()
            low = word if word.isupper() and len(word) > 1 and low in FREE else low  # "WHO" is not "who"
            tokens.append(_word(word, low, first, inside, i in owners))
        i, first = after, False
    return tuple(tokens)


def _word(text: str, low: str, first: bool, inside: bool, owner: bool) -> Token:
    capital = text[0].isupper()
    if low in FREE:
        return Token(text, low, low, "free", inside)
    if text.isupper() and low in GROUPED:
        return Token(text, low, key(low), "word", inside, owner=owner)  # "CEO"
    if capital and (not first or low in NATIONS or (text.isupper() and len(text) > 1)):
        return Token(text, low, NATIONS.get(low, low), "name", inside, owner=owner)  # a name has no endings to fold
    return Token(text, low, key(low), "light" if stem(low) in LIGHT else "word", inside, owner=owner)


def _value(words: list[str], i: int) -> tuple[str, int] | None:
    word = words[i]
    if ":" in word:
        return "#" + word, i + 1
    found = values.number(words, i)
    if found and found[0] == "#1" and word.lower() == "one":
        after = words[i + 1].lower() if i + 1 < len(words) else "."
        before = words[i - 1].lower() if i else ""
        pronoun = after in ("of", "another", "day", "who", "that", "to", "or") or not after[0].isalnum()
        return None if pronoun or before in ("no", "any", "every", "some", "this", "that", "each", "the") else found
    return found


def _phrase(words: list[str], i: int) -> tuple[str, int] | None:
    for size in range(min(LONGEST, len(words) - i), 1, -1):
        name = PHRASES.get(tuple(w.lower() for w in words[i : i + size]))
        if name:
            return name, i + size
    for j in range(i + 2, min(i + 5, len(words))):  # "turned the plan down"
        if words[j].lower() in _PARTICLES and all(w.isalpha() for w in words[i:j]):
            name = PHRASES.get((words[i].lower(), words[j].lower()))
            return (name, i + 1) if name else None
    return None


def _raw(text: str, start: int, end: int) -> tuple[list[str], list[int], set[int]]:
    """Words, numbers and marks, the place of each, and which are owners; contractions are taken apart."""
    words: list[str] = []
    owners: set[int] = set()
    at: list[int] = []

    def add(word: str, place: int) -> None:
        words.append(word)
        at.append(place)

    calendar = {m.start(): m for m in _CALENDAR.finditer(text, start, end)}
    place = start
    sign = ""
    while found := _RAW.search(text, place, end):
        place = found.end()
        if stamp := calendar.get(found.start()):
            add(stamp.group(), found.start())
            place = stamp.end()
        elif found["num"]:
            glued = found["glued"] or ""
            ordinal = glued in ("st", "nd", "rd", "th")
            add(found["num"].rstrip(",") + (glued if ordinal else ""), found.start())
            if glued == "m" and not sign:
                add("m", found.start())
            elif glued and not ordinal:
                add(_SCALE[glued], found.start())
        elif found["abbr"]:
            add(found["abbr"].replace(".", ""), found.start())
        elif found["word"]:
            for piece in _contraction(found["word"]):
                add(piece, found.start())
            if found["word"].lower().rstrip(".").endswith("'s"):
                owners.add(len(words) - 1)
        elif found["mark"] == "'" and words and words[-1].endswith("s") and text[found.start() - 1] == "s":
            owners.add(len(words) - 1)
        elif found["mark"] in _SIGNS:
            if found["mark"] in "$£€¥":
                sign = _SIGNS[found["mark"]]
                continue
            add(_SIGNS[found["mark"]], found.start())
        elif found["mark"] == "-" and text[place - 2 : place - 1].isalnum() and text[place : place + 1].isalnum():
            continue  # "forty-five" and "Japan-NATO" are two words each
        elif found["mark"] != "'":
            add(found["mark"], found.start())
        if sign and not (text[place : place + 9].lstrip().lower().startswith(tuple(_SCALE.values()))):
            add(sign, found.start())
            sign = ""
    return words, at, owners


def _contraction(word: str) -> list[str]:
    dot = word.endswith(".")
    bare = word.rstrip(".")
    low = bare.lower()
    tail = ["."] if dot and low not in ABBREVIATIONS else []
    if low in ("can't", "cannot"):
        return ["can", "not", *tail]
    if low == "won't":
        return ["will", "not", *tail]
    if low.endswith("n't"):
        return [bare[:-3], "not", *tail]
    head, mark, end = bare.partition("'")
    if mark and end.lower() in ("s", "ll", "ve", "re", "d", "m"):
        return [head, *({"ll": ["will"], "d": ["would"]}.get(end.lower(), [])), *tail]
    return [bare, *tail]
