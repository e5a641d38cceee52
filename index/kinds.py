"""What one line of a page is, seen alone: prose, an article's own sentence, a prompt, a byline, the head of a list.

The phrases are in `index/furniture.py` and `index/notices.py`; what a line's neighbours make of it is
`index/chrome.py`. Try `is_prompt("Post a Comment")`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.dates import date_span
from index.furniture import ANYWHERE, EDGE, LIST_HEAD, PAGE_HEAD, WEAK_LIST_HEAD
from index.notices import ADDRESS, ASKING, NOTICE, NOTICE_THINGS, NOTICE_VOICE, REPORTING, TOLD

SHORT = 160  # characters: headlines and prompts are shorter, paragraphs mostly longer
CACHED = 4096  # lines whose kind is remembered: the rules ask for each line's more than once
NOTICE_LENGTH = 800  # characters of a notice about cookies or rights, at the most
_FULL_STOP = re.compile(r"(?:(?<!\.)\.|[。।۔])[\"'”’»)\]」』]*$")
STOP = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]」』]*$")
ITEM = re.compile(r"(?:[-–—•·*▪►‣]|\(?\d{1,2}[.)]?)\s")
_BYLINE = re.compile(r"(?:by|von|par|por|words by|text|photo(?:graph)?s?|updated|published|posted)\b|\(", re.I)
_WORD = re.compile(r"\w[\w'’.-]*")
_WIDE = re.compile(r"[\u3040-\u9fff]")
_PARTS = re.compile(r"\s*[|·•]\s*")


def is_prose(line: str) -> bool:
    """Whether a line reads as a sentence or a paragraph rather than as a headline, tag or prompt.

    >>> is_prose("Rain fell on Monday, and the river rose."), is_prose("Rain Falls on Monday")
    (True, False)
    """
    return len(line) > SHORT or bool(STOP.search(line) and size(line) > 3)


@lru_cache(CACHED)
def is_body(line: str) -> bool:
    """Whether a line must be the article's own: prose that is neither a headline's question nor a request.

    >>> is_body("He paid."), is_body("Was he ever going to pay?"), is_body("You are receiving this because you paid.")
    (True, False, False)
    """
    if len(line) > SHORT:
        return not is_prompt(line)
    return bool(_FULL_STOP.search(line)) and size(line) > 1 and not ITEM.match(line) and not is_prompt(line)


@lru_cache(CACHED)
def is_prompt(line: str) -> bool:
    """Whether a line is furniture wherever it stands; several prompts may share a line.

    >>> is_prompt("Post a Comment"), is_prompt("Unsubscribe | Log in"), is_prompt("Readers may post a comment.")
    (True, True, False)
    """
    if len(line) > SHORT:
        return NOTICE.match(line) is not None and not TOLD.search(line)
    if ASKING.fullmatch(line) and not TOLD.search(line):
        return True
    if is_told(line):
        return False
    if ANYWHERE.fullmatch(line):
        return True
    parts = [part for part in _PARTS.split(line) if part]
    if len(parts) == 1 and (_FULL_STOP.search(line) or len(parts := line.split()) < 3):
        return False
    return all(ANYWHERE.fullmatch(part) or EDGE.fullmatch(part) for part in parts)


def is_told(line: str) -> bool:
    """Whether a line with a full stop neither speaks to the reader nor of the page."""
    return bool(_FULL_STOP.search(line) and size(line) > 3 and (TOLD.search(line) or not ADDRESS.search(line)))


def is_notice(line: str) -> bool:
    """Whether a paragraph speaks to the reader, or for the firm, about cookies, rights or subscriptions.

    Reports about these things quote somebody or say "said".

    >>> is_notice("Our partners and we use cookies."), is_notice("“Our partners use cookies”, the firm said.")
    (True, False)
    """
    if len(line) > NOTICE_LENGTH:
        return False
    things = {thing.group().lower() for thing in NOTICE_THINGS.finditer(line)}
    return len(things) > 1 and bool(NOTICE_VOICE.search(line)) and not REPORTING.search(line)


def is_furniture(line: str) -> bool:
    """Whether a line, above or below an article, is the page's: a prompt, a menu's word, a place in the site."""
    return is_prompt(line) or bool(EDGE.fullmatch(line) or PAGE_HEAD.fullmatch(line))


def is_byline(line: str) -> bool:
    """Whether a line of an article's head tells who wrote it, or when.

    >>> is_byline("By Ida Roe"), is_byline("Bywater floods again")
    (True, False)
    """
    return _BYLINE.match(line) is not None or (len(line) < SHORT // 2 and date_span(line) is not None)


def is_list_head(line: str) -> bool:
    """Whether a line may head a list of other stories.

    >>> is_list_head("More stories"), is_list_head("The ranking")
    (True, False)
    """
    return len(line) <= SHORT and bool(LIST_HEAD.fullmatch(line) or WEAK_LIST_HEAD.fullmatch(line))


def size(line: str) -> int:
    """Words, roughly, in any script: Chinese and Japanese have about one in two characters.

    >>> size("It rained."), size("雨が降った。")
    (2, 2)
    """
    wide = 0 if line.isascii() else len(_WIDE.findall(line))
    return wide // 2 if wide > len(line) // 3 else len(_WORD.findall(line))
