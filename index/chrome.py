"""Which lines of a page are chrome. Where its articles begin is `index/bounds.py`.

A rule sees one line of a page and its neighbours, and marks it; nothing is deleted. What reads as an article's own
sentence (`is_body`) is marked only if it asks the reader to subscribe, share or agree, or is a reader's comment. The
phrases are in `index/furniture.py` and `index/notices.py`. Try `marked(["It rained.", "Post a Comment"])`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from index.dates import date_span
from index.furniture import ANYWHERE, EDGE, INLINE, LIST_HEAD, PAGE_HEAD, WEAK_LIST_HEAD
from index.notices import ADDRESS, ASKING, NOTICE, NOTICE_THINGS, NOTICE_VOICE, REPORTING, SIGN_UP, TOLD

CACHED = 4096  # lines whose kind is remembered: the rules ask for each line's more than once
HEAD_WORDS = 4  # words in the head of a list at the most; headlines have more
NOTICE_LENGTH = 800  # characters of a notice about cookies or rights, at the most
FOOT = 3  # pieces of furniture that make the foot of a page
SHORT = 160  # characters: headlines and prompts are shorter, paragraphs mostly longer
_FULL_STOP = re.compile(r"(?:(?<!\.)\.|[。।۔])[\"'”’»)\]」』]*$")
_STOP = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]」』]*$")
_ITEM = re.compile(r"(?:[-–—•·*▪►‣]|\(?\d{1,2}[.)]?)\s")
_BYLINE = re.compile(r"(?:by|von|par|por|words by|text|photo(?:graph)?s?|updated|published|posted)\b|\(", re.I)
_WORD = re.compile(r"\w[\w'’.-]*")
_WIDE = re.compile(r"[\u3040-\u9fff]")
_PARTS = re.compile(r"\s*[|·•]\s*")
_COMMENTS = re.compile(r"(?:\d+ )?comments?(?: \(\d+\))?:?", re.IGNORECASE)
_COMMENT = re.compile(
    r"reply|.{1,40}\b(?:says:?|said\.\.\.)|.{0,60}\b(?:\d+|an?) (?:minute|hour|day|week|month)s? ago.{0,20}", re.I
)


def is_prose(line: str) -> bool:
    """Whether a line reads as a sentence or a paragraph rather than as a headline, tag or prompt.

    >>> is_prose("Rain fell on Monday, and the river rose."), is_prose("Rain Falls on Monday")
    (True, False)
    """
    return len(line) > SHORT or bool(_STOP.search(line) and size(line) > 3)


@lru_cache(CACHED)
def is_body(line: str) -> bool:
    """Whether a line must be the article's own: prose that is neither a headline's question nor a request.

    >>> is_body("He paid."), is_body("Was he ever going to pay?"), is_body("You are receiving this because you paid.")
    (True, False, False)
    """
    if len(line) > SHORT:
        return not is_prompt(line)
    return bool(_FULL_STOP.search(line)) and size(line) > 1 and not _ITEM.match(line) and not is_prompt(line)


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
    if _is_told(line):
        return False
    if ANYWHERE.fullmatch(line):
        return True
    parts = [part for part in _PARTS.split(line) if part]
    if len(parts) == 1 and (_FULL_STOP.search(line) or len(parts := line.split()) < 3):
        return False
    return all(ANYWHERE.fullmatch(part) or EDGE.fullmatch(part) for part in parts)


def _is_told(line: str) -> bool:
    """Whether a line with a full stop neither speaks to the reader nor of the page."""
    return bool(_FULL_STOP.search(line) and size(line) > 3 and (TOLD.search(line) or not ADDRESS.search(line)))


def marked(lines: Sequence[str]) -> set[int]:
    """Which lines of one article's part of a page are chrome.

    >>> sorted(marked(["It rained all day.", "Related Tags", "Rain", "Rivers", "Then it stopped."]))
    [1, 2, 3]
    """
    end = next((i for i in range(1, len(lines)) if _begins_comments(lines, i)), len(lines))
    between = _between_signups(lines[:end])
    body = [i for i in range(end) if is_body(lines[i]) and i not in between]
    notices = _notices(lines, body)
    body = [i for i in body if i not in notices]
    first, last = (body[0], _last(lines, body)) if body else (end, -1)
    found = _head(lines[:first]) | between | notices | set(range(end, len(lines)))
    listing = 0  # how many lines the list that is open has so far, its head included
    closed = False  # whether a list was closed by a sentence so short that it may be the blurb of one of its stories
    for i, line in enumerate(lines[:end]):
        tail = i > last
        furniture = is_prompt(line) or ((i < first or tail) and _at_edge(lines, i, bool(listing)))
        if furniture or not _WORD.search(line) or (i > first and _opens(lines, i, tail)):
            found.add(i)
            heads = i > first and bool(LIST_HEAD.fullmatch(line) or not furniture)
            if _WORD.search(line) and (heads or (tail and not INLINE.fullmatch(line))):
                listing = 1
        elif (listing or (closed and tail)) and _is_listed(lines, i, listing, tail):
            found.add(i)
            listing += 1
        elif i not in found:
            closed = len(line) < SHORT and (closed or listing > 1)
            listing = 0
    return found


def _notices(lines: Sequence[str], body: Sequence[int]) -> set[int]:
    """Paragraphs about cookies, rights and subscriptions above and below everything that an article says."""
    top = takewhile(lambda i: _is_notice(lines[i]), body)
    foot = takewhile(lambda i: _is_notice(lines[i]), reversed(body))
    found = {*top, *foot}
    return found if len(found) < len(body) else set()


def _is_notice(line: str) -> bool:
    """Whether a paragraph speaks to the reader, or for the firm, about such things; reports quote or say "said"."""
    if len(line) > NOTICE_LENGTH:
        return False
    things = {thing.group().lower() for thing in NOTICE_THINGS.finditer(line)}
    return len(things) > 1 and bool(NOTICE_VOICE.search(line)) and not REPORTING.search(line)


def _last(lines: Sequence[str], body: Sequence[int]) -> int:
    """The article's last sentence, as far as can be told: below three pieces of furniture only a long one is it.

    A shorter one there is kept, but what stands around it is judged as the page's foot: "Ost Post is printed on paper."
    """
    seen = 0
    last = body[0]
    of_body = set(body)
    for i in range(body[0], body[-1] + 1):
        if i in of_body:
            if len(lines[i]) > SHORT:
                seen = 0
            if seen < FOOT:
                last = i
        elif is_prompt(lines[i]) or EDGE.fullmatch(lines[i]) or LIST_HEAD.fullmatch(lines[i]):
            seen += 1
    return last


def _between_signups(lines: Sequence[str]) -> set[int]:
    """Short lines such as "The best of the week, every Friday." between the head and the button of a sign-up form."""
    asks = [bool(SIGN_UP.search(line)) and len(line) <= SHORT and is_prompt(line) for line in lines]
    return {
        i
        for i in range(1, len(lines) - 1)
        if asks[i - 1] and len(lines[i]) <= SHORT // 2 and (asks[i + 1] or EDGE.fullmatch(lines[i + 1]))
    }


def size(line: str) -> int:
    """Words, roughly, in any script: Chinese and Japanese have about one in two characters.

    >>> size("It rained."), size("雨が降った。")
    (2, 2)
    """
    wide = 0 if line.isascii() else len(_WIDE.findall(line))
    return wide // 2 if wide > len(line) // 3 else len(_WORD.findall(line))


def _at_edge(lines: Sequence[str], i: int, listing: bool) -> bool:
    """Whether a line is one of a menu's: such a word alone among an article's lines may be its subhead."""
    beside = [lines[n] for n in (i - 1, i + 1) if 0 <= n < len(lines)]
    company = listing or len(beside) < 2 or any(_is_furniture(other) or is_list_head(other) for other in beside)
    return company and bool(EDGE.fullmatch(lines[i])) and not _is_told(lines[i])


def _opens(lines: Sequence[str], i: int, tail: bool) -> bool:
    """Whether a line heads a list of tags or of other stories; inside an article something must be listed."""
    line = lines[i]
    if len(line) > SHORT or is_body(line):
        return False
    if tail:
        known = LIST_HEAD.fullmatch(line) or (WEAK_LIST_HEAD.fullmatch(line) and i + 2 < len(lines))
        return bool(known) or (
            size(line) <= HEAD_WORDS and all(map(_is_headline, lines[i + 1 : i + 3])) and i + 2 < len(lines)
        )
    return bool(LIST_HEAD.fullmatch(line)) and not is_prose(lines[i + 1])


def _is_headline(line: str) -> bool:
    """Whether a line can be another story's headline, and isn't an item of a list, a credit or a verse."""
    return line[:1].isupper() and line[-1:].isalnum() and size(line) > HEAD_WORDS and not is_prompt(line)


def _is_listed(lines: Sequence[str], i: int, listing: int, tail: bool) -> bool:
    line = lines[i]
    if is_body(line):
        return False
    if tail:
        return True
    following = lines[i + 1]  # there is one: the article's last sentence is further down
    if _STOP.search(line) and is_prose(following):
        return False  # a question that the article goes on to answer
    # The last line before the article goes on may be its subhead: so it is where the others were numbered.
    return not (listing > 2 and is_prose(following) and _ITEM.match(lines[i - 1]) and not _ITEM.match(line))


def _begins_comments(lines: Sequence[str], i: int) -> bool:
    """Whether readers' comments begin here: their heading, and then what only stands beside comments."""
    if not _COMMENTS.fullmatch(lines[i]):
        return False
    return any(_COMMENT.fullmatch(line) for line in lines[i + 1 : i + 6])


def _head(lines: Sequence[str]) -> set[int]:
    """Among the lines above an article's first sentence: where in the site it is, and menus of single words.

    All of it stands above the headline, which is the first line of more than three words, or the last line of all.
    """
    own = [i for i, line in enumerate(lines) if not (_is_furniture(line) or is_byline(line))]
    title = next((i for i in own if size(lines[i]) > 3), own[-1] if own else 0)
    if 3 * sum(_is_furniture(line) for line in lines[:title]) < title:
        title = own[0]  # short lines, and little that only a page says: a headline and what the article lists
    short = [i for i in range(title) if size(lines[i]) <= 3 and len(lines[i]) <= 30]
    words = [i for i in short if not _STOP.search(lines[i]) and not is_byline(lines[i])]
    alone = set(words)
    found = {i for i in range(title) if _is_furniture(lines[i])}
    found |= {i for i in words if {i - 1, i + 1} & alone or (lines[i].isupper() and size(lines[i]) == 1)}
    return found | {i for i in range(1, title) if {i - 1, i + 1} <= found and not is_byline(lines[i])}


def _is_furniture(line: str) -> bool:
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
