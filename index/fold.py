"""Words as they are compared: case, accents, quotes, hyphens and British or American spelling folded away.

Both sides of a comparison go through `fold`, so a rule may be coarse as long as it makes no two common words equal
("filled" and "filed"). Scripts without spaces are compared letter by letter. What is shown to a person is never folded.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
# Vowel signs and the like, which `\w` leaves out, of the scripts of India and South-East Asia.
_MARKS = "".join(c for c in map(chr, range(0x0900, 0x1C00)) if unicodedata.category(c).startswith("M"))
_WORD = re.compile(rf"[\w{_MARKS}]+(?:'[\w{_MARKS}]+)?")
# Letters of scripts that put no spaces between words, or, as Korean does, glue particles to them.
_WIDE = re.compile(
    rf"[\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
    rf"\U00020000-\U0003ffff][{_MARKS}]*"
)

# British -> American, by the ending. Sources: the Oxford and Merriam-Webster lists of regular differences.
_SPELLING: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(\w{3,})is(e|ed|es|er|ers|ing|ation|ations)$", r"\1iz\2"),  # organise, organisation
        (r"^(\w{2,})ys(e|ed|es|er|ers|ing)$", r"\1yz\2"),  # analyse
        (r"^(?!scour)(\w{2,})our(s|ed|ing|able|ful|ite|ites|al|er|ers)?$", r"\1or\2"),  # colour, labour, favourite
        (r"^(\w{2,})ence(s|less)?$", r"\1ense\2"),  # defence
        (r"^(\w{2,})tre(s?)$", r"\1ter\2"),  # centre, theatre
        (r"^centr(ed|ing)$", r"center\1"),
        (r"^(\w{2,})ogue(s?)$", r"\1og\2"),  # dialogue
        (r"^(\w{2,})ogu(ed|ing)$", r"\1og\2"),  # catalogued
        # travelled, fuelled; a stem of one syllable keeps both: filled is not filed
        (r"^(\w*(?:[aeiouy][^\Waeiouy]+|[iu])[ae]l)l(ed|ing|er|ers)$", r"\1\2"),
        (r"^(\w+)oeuvr(e|es|ed|ing)$", r"\1euver\2"),  # manoeuvre
        (r"^(\w*)(?:ae|oe)(\w{4,})$", r"\1e\2"),  # archaeology, oestrogen
        (r"^programme(s?)$", r"program\1"),
        (r"^grey(s|er|est|ish)?$", r"gray\1"),
        (r"^(judg|acknowledg)ement(s?)$", r"\1ment\2"),
        (r"^ageing$", "aging"),
    )
)


def fold(text: str) -> str:
    """The words of a text in one plain form, separated by single spaces.

    >>> fold("Defence “co-operation” in Côte d’Azur")
    "defense co operation in cote d'azur"
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The folded words of a text, in order.

    >>> words("The U.S. Navy’s 45 ships")
    ['the', 'us', 'navy', '45', 'ships']
    >>> words("東京でNATO"), words("हड़ताल") == [plain("हड़ताल")]
    (['東', '京', 'で', 'nato'], True)
    """
    text = plain(text)
    if not text.isascii():
        text = _WIDE.sub(r" \g<0> ", text)
    return [_spelling(word) for word in _WORD.findall(text)]


def plain(text: str) -> str:
    """Case, accents and quotation marks folded; everything else stays.

    >>> plain("“São Paulo”")
    '"sao paulo"'
    """
    text = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    text = unicodedata.normalize("NFC", "".join(c for c in text if not _is_accent(c)))
    # "U.S." and "US" are one word; a possessive is the word itself.
    text = re.sub(r"\b(?:[a-z]\.){2,}", lambda m: m.group().replace(".", "") + " ", text)
    return re.sub(r"'s\b", "", text)


def _is_accent(c: str) -> bool:
    """Whether a mark can be left out: an accent, a Hebrew or an Arabic vowel; not what makes か into が, or ends ड़."""
    kind = unicodedata.combining(c)
    return kind == 1 or 9 < kind < 37 or kind > 199


@functools.lru_cache(maxsize=65_536)
def _spelling(word: str) -> str:
    for pattern, by in _SPELLING:
        if pattern.match(word):
            return pattern.sub(by, word)
    return word
