"""Title, publisher and date: from an article's own lines, from a YAML front matter, from a sidecar file.

A date in the text counts only where a whole short line is one (a dateline or a byline), never inside prose, whose dates
are those of the events. Try `front_matter("---\\ntitle: Port reopens\\n---\\nThe port reopened.")`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from index.bounds import is_date_line
from index.dates import find_date
from index.encodings import paired
from index.errors import UserError
from index.kinds import is_byline, is_prose, size
from index.sentences import sentences

TITLE = 120  # characters of a title made from a first sentence, at the most
LINES = 8  # the publication date stands in the first lines or nowhere
_MARKUP = re.compile(r"^#{1,6}\s+|\s+#+$|[*_]{2}|`")
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,20000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_KEYS = {
    "title": ("title", "headline"),
    "publisher": ("publisher", "source", "site", "newspaper"),
    "published": ("published", "date", "pubdate"),
}


@dataclass(frozen=True, slots=True)
class Meta:
    """What is said about an article; "" is unknown. `published` is an ISO date."""

    title: str = ""
    publisher: str = ""
    published: str = ""

    def over(self, other: Meta) -> Meta:
        """These values, and those of `other` where one is unknown.

        >>> Meta("Port reopens").over(Meta("Untitled", "Ost Post"))
        Meta(title='Port reopens', publisher='Ost Post', published='')
        """
        return Meta(self.title or other.title, self.publisher or other.publisher, self.published or other.published)


def front_matter(text: str) -> tuple[Meta, int]:
    """The YAML between two `---` lines at the start of a text, and where the text after it begins (0: there is none).

    What isn't a mapping with one of the known keys is the article's own text and is left alone.

    >>> front_matter("---\\ntitle: Port reopens\\ndate: 2025-04-09\\n---\\nIt rained.")
    (Meta(title='Port reopens', publisher='', published='2025-04-09'), 45)
    >>> front_matter("---\\nIt rained.\\n---\\n")
    (Meta(title='', publisher='', published=''), 0)
    """
    match = _FRONT.match(text)
    values = _yaml(match.group(1)) if match else None
    if match is None or not isinstance(values, Mapping) or not _known(values):
        return Meta(), 0
    return _meta(values), match.end()


def sidecar_meta(data: bytes, name: str) -> Meta:
    """What a sidecar file says: `title`, `publisher` and `published`, each if it is there. `name` is for messages.

    Raises UserError if it isn't YAML of that kind, or if its date isn't one.
    """
    values = _yaml(data.decode("utf-8", errors="replace"))
    if values is None and not data.strip():
        return Meta()
    if not isinstance(values, Mapping) or not _known(values):
        raise UserError(
            f"{name}: isn't a sidecar. Write lines such as `title: Port reopens` or `published: 2025-04-09`."
        )
    meta = _meta(values)
    if _value(values, "published") and not meta.published:
        raise UserError(f"{name}: `published` isn't a date. Write it as 2025-04-09.")
    return meta


def publication_date(lines: Sequence[str]) -> str:
    """The date (ISO) that one of the first lines gives, or "".

    >>> publication_date(["Port reopens", "14:15 JST, April 10, 2025", "It was closed in May."])
    '2025-04-10'
    """
    return next((iso for line in lines[:LINES] if is_date_line(line) and (iso := find_date(line))), "")


def short_title(lines: Sequence[str]) -> str:
    """The headline, which is a first line that isn't prose; else the first sentence, shortened at a word.

    >>> short_title(["Port Reopens", "The port reopened on Monday."]), short_title(["It rained all day. It froze."])
    ('Port Reopens', 'It rained all day.')
    """
    first = " ".join(_MARKUP.sub("", _headline(lines)).split()) or lines[0]
    headline = not is_prose(first)
    if not headline:
        start, end = sentences(first)[0]
        first = first[start:end]
    if len(first) <= (2 * TITLE if headline else TITLE):
        return first
    cut = first[:TITLE].rsplit(" ", 1)[0].rstrip(" ,;:—–-")
    return f"{cut or first[:TITLE]}…"


def _headline(lines: Sequence[str]) -> str:
    """The first line, unless it is a kicker of one or two words above a line that is more like a headline."""
    if is_prose(lines[0]) or size(lines[0]) > 2:
        return lines[0]
    for line in lines[1:3]:
        if is_prose(line) or is_byline(line):
            break
        if size(line) > 3:
            return line
    return lines[0]


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _known(values: Mapping[Any, Any]) -> bool:
    return any(_value(values, field) is not None for field in _KEYS)


def _value(values: Mapping[Any, Any], field: str) -> Any:
    found = {str(key).lower(): value for key, value in values.items() if isinstance(key, str)}
    return next((found[key] for key in _KEYS[field] if found.get(key) is not None), None)


def _meta(values: Mapping[Any, Any]) -> Meta:
    title, publisher, published = (_value(values, field) for field in _KEYS)
    day = published.isoformat()[:10] if isinstance(published, date) else find_date(_line(published))
    return Meta(_line(title), _line(publisher), day)


def _line(value: Any) -> str:
    """A plain value as one line; lists and mappings are no values of ours."""
    return " ".join(paired(str(value)).split()) if isinstance(value, str | int | float | date) else ""
