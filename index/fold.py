"""Words as they are compared: case, accents, quotes, hyphens and British or American spelling folded away.

Both sides of a comparison go through `fold`, so a rule may be coarse as long as it never makes two different
words of the language equal. What is shown to a person is never folded.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
_WORD = re.compile(r"\w+(?:'\w+)?", re.UNICODE)

# British -> American, by the ending. Sources: the Oxford and Merriam-Webster lists of regular differences.
_SPELLING: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(\w{3,})is(e|ed|es|er|ers|ing|ation|ations)$", r"\1iz\2"),  # organise, organisation
        (r"^(\w{2,})ys(e|ed|es|er|ers|ing)$", r"\1yz\2"),  # analyse
        (r"^(\w{2,})our(s|ed|ing|able|ful|ite|ites|al|er|ers)?$", r"\1or\2"),  # colour, labour, favourite
        (r"^(\w{2,})ence(s|less)?$", r"\1ense\2"),  # defence
        (r"^(\w{2,})tre(s|d)?$", r"\1ter\2"),  # centre, theatre
        (r"^(\w{2,})ogue(s|d)?$", r"\1og\2"),  # dialogue
        (r"^(\w{2,})ll(ed|ing|er|ers)$", r"\1l\2"),  # travelled
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
    """
    return [_spelling(word) for word in _WORD.findall(plain(text)) if word]


def plain(text: str) -> str:
    """Case, accents and quotation marks folded; everything else stays.

    >>> plain("“São Paulo”")
    '"sao paulo"'
    """
    text = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    # "U.S." and "US" are one word; a possessive is the word itself.
    text = re.sub(r"\b(?:[a-z]\.){2,}", lambda m: m.group().replace(".", "") + " ", text)
    return re.sub(r"'s\b", "", text)


@functools.lru_cache(maxsize=65_536)
def _spelling(word: str) -> str:
    for pattern, by in _SPELLING:
        if pattern.match(word):
            return pattern.sub(by, word)
    return word
