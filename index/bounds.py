"""Where the articles of one file begin: tag pages and digests hold several, each under a header of its own.

It marks and never changes the text. Chrome inside an article is `index/chrome.py`, dates are `index/dates.py`.
Try `layout("It rained all day.\\nPost a Comment")`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.chrome import marked
from index.dates import date_span
from index.kinds import SHORT, is_body, is_byline, is_list_head, is_prompt, is_prose
from index.lines import Range, clip, paragraphs

_RULE = re.compile(r"[-=*_~#•·—–\s]{3,}")  # "-----", "* * *"
_SECTION = re.compile(r"[-•*–]\s\S.{0,40}")
_BESIDE_DATE = re.compile(  # what may share a line with a publication date
    r"\b(?:by|von|par|por|posted|published|updated|last|on|at|stand|uhr|words?|redacción|[a-z]{2,4}t|gmt|utc|am|pm|[ap]\.m\.)\b|[\d:.|,·•–—/()-]",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}")
_SEPARATOR = re.compile(r"\s*[|·•,;]\s*|\s+[-–—]+\s+|\s*\(|\)")
_DIGIT = re.compile(r"\d")
TEASER = 250  # characters of another story, at the most, in a list below an article
TITLE_WORDS = 2  # a headline has at least so many
BYLINE_WORDS = 6  # a line with a date has at most so many others


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of a file: its paragraphs without chrome, and the lines of the header above it, if any."""

    paragraphs: tuple[Range, ...]
    header: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file's articles and its page chrome are."""

    articles: tuple[Piece, ...]
    chrome: tuple[Range, ...]


def layout(text: str, start: int = 0, single: bool = False) -> Layout:
    """The articles of a file and its chrome, by paragraphs, from the offset `start` on; `single`: it is one article.

    A file in which everything looks like chrome is taken as one article: better a useless source than a lost one.

    >>> layout("Rain fell all day.\\nPost a Comment")
    Layout(articles=(Piece(paragraphs=((0, 18),), header=()),), chrome=((19, 33),))
    """
    blocks = clip(text, paragraphs(text), start, len(text))
    lines = [text[start:end] for start, end in blocks]
    headers = [] if single else article_headers(lines)
    page_foot = _teasers(lines, headers)
    headers = [(start, end) for start, end in headers if start < page_foot]
    chrome = {i for start, end in headers for i in range(start, end)}
    preface = range(headers[0][0] if headers else 0)
    if not _is_article(lines[: len(preface)]):  # it belongs to the page
        chrome |= {i for i in preface if not is_body(lines[i])}
    bounds = [(0, 0), *headers] if not headers or headers[0][0] > 0 else headers
    ends = [*(start for start, _ in bounds[1:]), page_foot]
    chrome |= set(range(page_foot, len(lines)))
    for (_, start), end in zip(bounds, ends, strict=True):
        chrome |= {start + i for i in marked(lines[start:end])}
    if len(chrome) == len(lines):
        return Layout((Piece(blocks),) if blocks else (), ())

    articles: list[Piece] = []
    for (top, start), end in zip(bounds, ends, strict=True):
        kept = tuple(blocks[i] for i in range(start, end) if i not in chrome)
        if kept:
            articles.append(Piece(kept, tuple(blocks[top:start])))
    return Layout(tuple(articles), tuple(blocks[i] for i in sorted(chrome)))


def article_headers(lines: Sequence[str]) -> list[Range]:
    """The headers of a page with several articles, each a range of lines that ends at a headline; [] for one article.

    Known are, each as often as the page has articles: "Publisher / 09-04-2025 / - Section" above the headline; a date
    or a byline with a date above it; such a line below it; a rule of dashes above it; and Markdown's "# Headline".
    """
    above = [h for i in range(len(lines)) if (h := _date_above_title(lines, i))]
    if _is_live(lines, above):
        return []
    if any(_names_publisher_twice(lines[start:end]) for start, end in above):
        return above
    # An article that has begun without a date above it goes on: these are the days that it tells of.
    if len(above) > 1 and not _is_article(lines[: above[0][0]]):
        return above
    below = [h for i in range(len(lines)) if (h := _title_above_date(lines, i))]
    if len(below) > 1:
        return [] if _is_live(lines, [(start, start + 2) for start, _ in below]) else below
    ruled = [h for i in range(len(lines)) if (h := _title_below_rule(lines, i))]
    if len(ruled) > 2:  # one rule may set off a note at the end of a single article
        return ruled
    marked_down = [h for i in range(len(lines)) if (h := _markdown_title(lines, i))]
    return marked_down if len(marked_down) > 1 else []


def _teasers(lines: Sequence[str], headers: Sequence[Range]) -> int:
    """Where a list of other stories with a date and a line or two each begins below an article; else the page's end."""
    for n, (start, _) in enumerate(headers[:-1]):
        head = next((i for i in (start, start - 1) if i > 0 and is_list_head(lines[i])), 0)
        if not any(is_body(line) for line in lines[:head]):
            continue
        ends = [*(later for later, _ in headers[n + 1 :]), len(lines)]
        texts = [[t for t in lines[a:b] if is_body(t)] for (_, a), b in zip(headers[n:], ends, strict=True)]
        if all(len(text) <= 1 and len("".join(text)) <= TEASER for text in texts):
            return head
    return len(lines)


def _names_publisher_twice(header: Sequence[str]) -> bool:
    """The header of a tag page's card: "Yahoo / 09-04-2025 / - Business / - Yahoo"."""
    return any(_SECTION.fullmatch(line) and line[1:].strip() == header[0] for line in header[1:])


def _is_article(lines: Sequence[str]) -> bool:
    """Whether lines hold a headline and its text, not only what a page says above its articles."""
    return any(_is_title(lines, i) and _is_text(lines, i + 1) for i in range(len(lines)))


def _is_live(lines: Sequence[str], headers: Sequence[Range]) -> bool:
    """Whether these are the entries of one live blog: a day or two, and another time of day for each entry."""
    dated = [line for start, end in headers for line in lines[start:end] if is_date_line(line)]
    spans = [date_span(line) or (0, 0) for line in dated]
    clocks = [_CLOCK.search(line[:start] + " " + line[end:]) for line, (start, end) in zip(dated, spans, strict=True)]
    days = {line[start:end] for line, (start, end) in zip(dated, spans, strict=True)}
    return len(dated) > 1 and all(clocks) and len({c.group() for c in clocks if c}) > 1 and len(days) <= 2


def is_date_line(line: str) -> bool:
    """Whether a short line says when something was published, and perhaps who wrote it, and nothing else.

    >>> is_date_line("By Ida Roe | March 3, 2025"), is_date_line("On March 3, 2025 the port of Ost was closed.")
    (True, False)
    """
    if len(line) > SHORT // 2 or not _DIGIT.search(line):
        return False
    found = date_span(line)
    if found is None or is_prompt(line):
        return False
    rest = len(_BESIDE_DATE.sub(" ", line[: found[0]] + " " + line[found[1] :]).split())
    return rest <= BYLINE_WORDS and not (rest > 3 and is_prose(line))


def _is_title(lines: Sequence[str], i: int) -> bool:
    if not 0 <= i < len(lines):
        return False
    line = lines[i]
    words = len(line.split()) + len(line) // 12
    own = not (is_body(line) or is_prompt(line) or is_byline(line))
    return own and len(line) <= 2 * SHORT and words > TITLE_WORDS


def _is_text(lines: Sequence[str], i: int) -> bool:
    return i < len(lines) and is_body(lines[i])


def _is_break(lines: Sequence[str], i: int) -> bool:
    """Whether nothing at `i` can belong to an article that begins below it."""
    return i < 0 or is_body(lines[i]) or is_prompt(lines[i]) or bool(_RULE.fullmatch(lines[i]))


def _date_above_title(lines: Sequence[str], i: int) -> Range | None:
    """ "Publisher / 09-04-2025 / - Section / Headline / Text", where publisher and section may lack."""
    if not is_date_line(lines[i]):
        return None
    title = i + 1
    while title < i + 4 and title < len(lines) and not _is_text(lines, title + 1):
        title += 1
    if not (_is_title(lines, title) and _is_text(lines, title + 1)):
        return None
    if any(is_body(line) or is_date_line(line) or len(line) > 40 for line in lines[i + 1 : title]):
        return None
    publisher = i > 0 and not _is_break(lines, i - 1) and len(lines[i - 1]) <= 60
    return (i - 1 if publisher else i), title


def _title_above_date(lines: Sequence[str], i: int) -> Range | None:
    """ "Headline / By Ida Roe, 3 May 2024 / Text": the line with the date is the article's own."""
    title = i - 1
    while title > max(0, i - 4) and is_byline(lines[title]) and not is_body(lines[title]):
        title -= 1
    if is_date_line(lines[i]) and _is_text(lines, i + 1) and _is_title(lines, title):
        return title, title
    return None


def _title_below_rule(lines: Sequence[str], i: int) -> Range | None:
    if (i == 0 or _RULE.fullmatch(lines[i - 1])) and _is_title(lines, i) and _is_text(lines, i + 1):
        return i, i
    return None


def _markdown_title(lines: Sequence[str], i: int) -> Range | None:
    match = re.match(r"#\s+(?=\S)", lines[i])
    return (i, i) if match and _is_title([lines[i][match.end() :]], 0) else None


def publisher_of(line: str) -> str:
    """The name beside the date in the header of a tag page or a digest, or the header's line itself; "" for a byline.

    >>> publisher_of("The Meridian | 3 Feb 2023"), publisher_of("Gulf Ledger"), publisher_of("By Ida Roe | 3 Mar 2025")
    ('The Meridian', 'Gulf Ledger', '')
    """
    found = date_span(line)
    if found is None:
        return "" if is_byline(line) or len(line.split()) > BYLINE_WORDS else line.strip()
    parts = [part.strip() for part in _SEPARATOR.split(line[: found[0]] + "|" + line[found[1] :])]
    names = [part for part in parts if part and not is_byline(part) and part[0].isupper()]
    return names[0] if names and len(names[0].split()) <= BYLINE_WORDS else ""
