"""Text -> paragraphs: lines, joined again where a plain text was wrapped at a fixed width.

Only offsets come out; nothing is changed and no meaning is read (page chrome is `index/chrome.py`, sentences are
`index/sentences.py`). Try `paragraphs("One line.\\nAnother.")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

Range = tuple[int, int]  # half-open offsets into a text

BOM = "\ufeff"
MAX_WIDTH = 120  # characters; wider lines than this aren't wrapped by hand or by a mail program
MIN_WIDTH = 40  # narrower ones are verse, addresses or lists

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANK = re.compile(r"(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*?(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])")
_ENDS = ".!?:;…。！？؟۔।॥"
_CLOSERS = "\"'”’»)]」』 *_"
_ITEM = re.compile(r"[-–—•·*▪►‣>#|]|\(?\d{1,3}[.):]\s|[A-Za-z][.)]\s")
_WORD = re.compile(r"\S+")


def paragraphs(text: str) -> tuple[Range, ...]:
    """The paragraphs of `text`: each line that isn't blank, or several lines that were one before wrapping.

    A byte-order mark at the start belongs to no paragraph. White space at the ends of a line doesn't either.

    >>> paragraphs("Headline\\n\\nFirst paragraph. \\r\\nSecond.")
    ((0, 8), (10, 26), (29, 36))
    """
    blocks = list(_blocks(text))
    wrapped = [_is_wrapped(text, block) for block in blocks]
    widths = [_width(block) for block, is_wrapped in zip(blocks, wrapped, strict=True) if is_wrapped]
    width = max(widths, default=0)
    found: list[Range] = []
    for block, is_wrapped in zip(blocks, wrapped, strict=True):
        found.extend(_join(text, block, _width(block) if is_wrapped else width))
    return tuple(found)


def trim(text: str, start: int, end: int) -> Range:
    """The range without white space at its ends; empty (start == end) when nothing else is there.

    >>> trim("a  bc ", 1, 6)
    (3, 5)
    """
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return (start + left, start + left + len(piece.strip()))


def clip(text: str, ranges: Sequence[Range], start: int, end: int) -> tuple[Range, ...]:
    """What of the ranges lies between `start` and `end`, trimmed; what is empty then is left out.

    >>> clip("One. Two. Three.", [(0, 9), (10, 16)], 4, 16)
    ((5, 9), (10, 16))
    """
    cut = (trim(text, max(a, start), min(b, end)) for a, b in ranges if a < end and start < b)
    return tuple((a, b) for a, b in cut if a < b)


def _blocks(text: str) -> Iterator[list[Range]]:
    """The lines that hold something, trimmed, in groups that have no blank line inside."""
    block: list[Range] = []
    for match in _LINE.finditer(text, 1 if text.startswith(BOM) else 0):
        start, end = trim(text, *match.span())
        if start == end:
            continue
        if block and _BLANK.search(text, block[-1][1], start):
            yield block
            block = []
        block.append((start, end))
    if block:
        yield block


def _width(block: Sequence[Range]) -> int:
    return max(end - start for start, end in block)


def _is_wrapped(text: str, block: Sequence[Range]) -> bool:
    """Whether most lines stop where the next word would not have fitted, and in the middle of a sentence.

    Two lines prove nothing: a headline and a sentence may happen to be equally long.
    """
    width = _width(block)
    inner = len(block) - 1
    if inner < 2 or not MIN_WIDTH <= width <= MAX_WIDTH:
        return False
    pairs = list(pairwise(block))
    full = sum(_is_full(text, line, following, width) for line, following in pairs)
    open_ended = sum(not _is_closed(text, line) for line in block[:-1])
    return 3 * full >= 2 * inner and 2 * open_ended > inner


def _join(text: str, block: Sequence[Range], width: int) -> Iterator[Range]:
    """The lines of a block, joined where one goes on in the next. `width` is that of wrapped text; 0: there is none."""
    start, end = block[0]
    for line, following in pairwise(block):
        new_item = _ITEM.match(text, following[0], following[1]) is not None
        goes_on = text[following[0]].islower() and not _is_closed(text, line) and _width([line]) <= MAX_WIDTH
        if not new_item and (goes_on or (width and _is_full(text, line, following, width))):
            end = following[1]
        else:
            yield start, end
            start, end = following
    yield start, end


def _is_full(text: str, line: Range, following: Range, width: int) -> bool:
    word = _WORD.match(text, following[0])
    return line[1] - line[0] + 1 + (len(word.group()) if word else 0) > width


def _is_closed(text: str, line: Range) -> bool:
    """Whether a line ends as a sentence does. Looks at its last characters alone."""
    last = text[max(line[0], line[1] - 6) : line[1]].rstrip(_CLOSERS)[-1:]
    return last in _ENDS and last != ""
