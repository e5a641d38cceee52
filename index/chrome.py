"""Which lines of a page are chrome. Where its articles begin is `index/bounds.py`.

A rule sees one line of a page and its neighbours, and marks it; nothing is deleted. What reads as an article's own
sentence (`is_body`) is marked only if it asks the reader to subscribe, share or agree, or is a reader's comment. What a
line is when it is seen alone is `index/kinds.py`. Try `marked(["It rained.", "Post a Comment"])`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from index.furniture import EDGE, INLINE, LIST_HEAD, WEAK_LIST_HEAD
from index.kinds import (
    ITEM,
    SHORT,
    STOP,
    is_body,
    is_byline,
    is_furniture,
    is_list_head,
    is_notice,
    is_prompt,
    is_prose,
    is_told,
    size,
)
from index.notices import SIGN_UP

HEAD_WORDS = 4  # words in the head of a list at the most; headlines have more
FOOT = 3  # pieces of furniture that make the foot of a page
_WORD = re.compile(r"\w")
_COMMENTS = re.compile(r"(?:\d+ )?comments?(?: \(\d+\))?:?", re.IGNORECASE)
_COMMENT = re.compile(
    r"reply|.{1,40}\b(?:says:?|said\.\.\.)|.{0,60}\b(?:\d+|an?) (?:minute|hour|day|week|month)s? ago.{0,20}", re.I
)


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
    foot = False  # whether furniture stands below the article's last sentence: before it, a list is the article's own
    closed = False  # whether a list was closed by a sentence so short that it may be the blurb of one of its stories
    for i, line in enumerate(lines[:end]):
        tail = i > last
        furniture = is_prompt(line) or ((i < first or tail) and _at_edge(lines, i, bool(listing)))
        foot = foot or (tail and furniture)
        if furniture or not _WORD.search(line) or (i > first and _opens(lines, i, tail, foot)):
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
    top = takewhile(lambda i: is_notice(lines[i]), body)
    foot = takewhile(lambda i: is_notice(lines[i]), reversed(body))
    found = {*top, *foot}
    return found if len(found) < len(body) else set()


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


def _at_edge(lines: Sequence[str], i: int, listing: bool) -> bool:
    """Whether a line is one of a menu's: such a word alone among an article's lines may be its subhead."""
    beside = [lines[n] for n in (i - 1, i + 1) if 0 <= n < len(lines)]
    company = listing or len(beside) < 2 or any(is_furniture(other) or is_list_head(other) for other in beside)
    return company and bool(EDGE.fullmatch(lines[i])) and not is_told(lines[i])


def _opens(lines: Sequence[str], i: int, tail: bool, foot: bool) -> bool:
    """Whether a line heads a list of tags or of other stories; inside an article something must be listed.

    In the `foot` of a page, a head that isn't known is one too if headlines stand below it.
    """
    line = lines[i]
    if len(line) > SHORT or is_body(line):
        return False
    if tail:
        known = LIST_HEAD.fullmatch(line) or (WEAK_LIST_HEAD.fullmatch(line) and i + 2 < len(lines))
        listed = foot and i + 2 < len(lines) and all(map(_is_headline, lines[i + 1 : i + 3]))
        return bool(known) or (listed and size(line) <= HEAD_WORDS)
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
    if STOP.search(line) and is_prose(following):
        return False  # a question that the article goes on to answer
    # The last line before the article goes on may be its subhead: so it is where the others were numbered.
    return not (listing > 2 and is_prose(following) and ITEM.match(lines[i - 1]) and not ITEM.match(line))


def _begins_comments(lines: Sequence[str], i: int) -> bool:
    """Whether readers' comments begin here: their heading, and then what only stands beside comments."""
    if not _COMMENTS.fullmatch(lines[i]):
        return False
    return any(_COMMENT.fullmatch(line) for line in lines[i + 1 : i + 6])


def _head(lines: Sequence[str]) -> set[int]:
    """Among the lines above an article's first sentence: where in the site it is, and menus of single words.

    All of it stands above the headline, which is the first line of more than three words, or the last line of all.
    """
    own = [i for i, line in enumerate(lines) if not (is_furniture(line) or is_byline(line))]
    title = next((i for i in own if size(lines[i]) > 3), own[-1] if own else 0)
    if 3 * sum(is_furniture(line) for line in lines[:title]) < title:
        title = own[0]  # short lines, and little that only a page says: a headline and what the article lists
    short = [i for i in range(title) if size(lines[i]) <= 3 and len(lines[i]) <= 30]
    words = [i for i in short if not STOP.search(lines[i]) and not is_byline(lines[i])]
    alone = set(words)
    found = {i for i in range(title) if is_furniture(lines[i])}
    found |= {i for i in words if {i - 1, i + 1} & alone or (lines[i].isupper() and size(lines[i]) == 1)}
    return found | {i for i in range(1, title) if {i - 1, i + 1} <= found and not is_byline(lines[i])}
