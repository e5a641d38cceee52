"""The key that an English word is compared by: endings, irregular forms, spelling, nations and synonyms folded.

The lists stand in words.json and are about the language, never about a subject. It knows words, not sentences.
Try `key("bolstered") == key("reinforcing")`.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import snowballstemmer

from index.fold import fold as _fold
from index.fold import plain

LISTS: dict[str, list[str]] = json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))


def _groups(name: str) -> list[list[str]]:
    return [line.split() for line in LISTS[name]]


_ONE_SYLLABLE = re.compile(r"[^aeiou]*[aeiou]ll(?:ed|ing|er|ers)$")


@functools.lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word without case, accents and British spelling; "called" keeps its l's, "travelled" loses one.

    >>> fold("Travelled"), fold("Called"), fold("defence")
    ('traveled', 'called', 'defense')
    """
    bare = plain(word).strip()
    return bare if _ONE_SYLLABLE.match(bare) else _fold(word)


_STEMMER = snowballstemmer.stemmer("english")
FREE = frozenset(w for group in _groups("free") for w in group)
_VERBS = _groups("verbs")
_IRREGULAR = {fold(w): group[0] for group in reversed([*_VERBS, *_groups("families")]) for w in group}
_PAST = frozenset(fold(w) for group in _VERBS for w in group[1:] if not w.endswith(("ing", "s")))
NATIONS = {w: group[0] for group in _groups("nations") for w in group}
PHRASES = {tuple(group[1:]): group[0] for group in _groups("phrases")}
LONGEST = max(map(len, PHRASES))
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gov sen rep gen lt col sgt capt st jr sr vs inc ltd co corp dept est etc approx fig vol "
    "jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k e.g i.e a.m p.m".split()
)


@functools.lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its endings, irregular and British forms folded; no synonyms.

    >>> stem("organised") == stem("organizing"), stem("took") == stem("taken"), stem("Japanese")
    (True, True, 'japan')
    """
    plain = fold(word) or word.lower()
    if plain in NATIONS:
        return NATIONS[plain]
    plain = fold(_IRREGULAR.get(plain) or _IRREGULAR.get(plain.removesuffix("s"), plain))
    found = _STEMMER.stemWord(plain)
    if found.endswith("ment") and len(found) > 6:
        found = _STEMMER.stemWord(found[:-4])
    # "travelled" is folded to "traveled", "install" keeps two: both sides lose the second l.
    return str(found[:-1] if found.endswith("ll") else found)


_EXACT = {fold(w): "~" + group[0] for group in _groups("same") for w in group}
_STEMS: dict[str, set[str]] = {}
for _word, _key in _EXACT.items():
    _STEMS.setdefault(stem(_word), set()).add(_key)
# A stem that two groups share ("import", "important") tells nothing: only the words themselves do.
_SAME = {s: keys.pop() for s, keys in _STEMS.items() if len(keys) == 1}
LIGHT = frozenset(stem(w) for group in _groups("light") for w in group)


@functools.lru_cache(maxsize=65_536)
def key(word: str) -> str:
    """What a word is compared by: its stem, or the first word of its group of synonyms.

    >>> key("bolstered") == key("reinforcing"), key("rise") == key("fall")
    (True, False)
    """
    found = stem(word)
    return _EXACT.get(fold(word)) or _SAME.get(found, found)


REPORTING = frozenset(stem(w) for group in _groups("reporting") for w in group)
GROUPED = frozenset(_EXACT)
NEUTRAL = frozenset(key(w) for group in _groups("neutral") for w in group)
OPERATORS = {w: group[0] for group in _groups("operators") for w in group}
PARTITIVES = frozenset(w for group in _groups("partitive") for w in group)
QUALIFIERS = {w: group[0] for group in _groups("qualifiers") for w in group}


AUXILIARY = frozenset("is are was were has have had will would could may might can should must do does did".split())
PRONOUNS = frozenset("he she it they him her them his its their who whose which that this these those both".split())


def past(low: str) -> bool:
    """Whether a folded word looks like a verb in the past or a past participle.

    >>> past("signed"), past("fell"), past("signs")
    (True, True, False)
    """
    return low in _PAST or (len(low) > 3 and low.endswith("ed") and not low.endswith("eed"))
