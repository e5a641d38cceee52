"""Quotation marks, sentence ends and white space of a text: what is said in whose words, before any word is read.

Marks are judged by their form, not by counting, because articles hold wrong and missing ones. It knows no words but
abbreviations. Try `quotations("He called it “a shared priority.”")`.
"""

from __future__ import annotations

import re
import unicodedata

from qa.claims.words import ABBREVIATIONS

_FOLDS = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"'}
    | dict.fromkeys("‐‑‒", "-")
    | dict.fromkeys("–—―", " — ")
)
_END = re.compile(r"[.!?…]+[\"')\]]*\s+(?=[\"'(\[]*[^\W_a-z])")


def plain(text: str) -> str:
    """The text with one form of quotation mark, hyphen and white space; lengths may change."""
    text = unicodedata.normalize("NFKC", text).translate(_FOLDS)
    return re.sub(r"\s+", " ", text.replace("--", " — ").replace("''", '"')).strip()


def quotations(text: str) -> tuple[str, ...]:
    """What stands between quotation marks, folded by `plain`; an unclosed one counts to its end.

    >>> quotations("He called it “a shared priority.”")
    ('a shared priority.',)
    """
    folded = plain(text)
    inside = quoted(folded)
    pieces, start = [], None
    for i, flag in enumerate([*inside, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            pieces.append(folded[start:i].strip())
            start = None
    return tuple(p for p in pieces if p)


def quoted(text: str) -> list[bool]:
    """For each character whether it is inside quotation marks, judged by the form of each mark, not by counting."""
    inside: list[bool] = []
    open_by = ""
    for i, char in enumerate(text):
        before, after = text[i - 1] if i else " ", text[i + 1] if i + 1 < len(text) else " "
        opens = before in " ([—/" and not after.isspace()
        if char == '"' and not open_by and not opens and not any(c == '"' for c in text[:i]):
            inside = [True] * len(inside)  # the text began inside a quotation
        if char == '"' and open_by in ("", '"'):
            open_by = (
                '"'
                if (opens or not (open_by or before.isalnum() or before in ".,!?…")) and not (open_by and not opens)
                else ""
            )
            inside.append(False)
        elif char == "'" and not open_by and opens and _closes_later(text, i):
            open_by = "'"
            inside.append(False)
        elif char == "'" and open_by == "'" and not after.isalnum() and not before.isspace():
            open_by = ""
            inside.append(False)
        else:
            inside.append(bool(open_by))
    return inside


def _closes_later(text: str, at: int) -> bool:
    return re.search(r"[^\s]'(?!\w)", text[at + 1 :]) is not None


def ends(text: str) -> list[int]:
    found_ends = []
    for found in _END.finditer(text):
        word = text[: found.start()].rsplit(" ", 1)[-1].lstrip("\"'([").lower()
        one_dot = found.group().startswith(". ")
        if not (one_dot and (word in ABBREVIATIONS or len(word) == 1 or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word))):
            found_ends.append(found.end())
    return found_ends
