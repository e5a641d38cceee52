"""Weekdays of an article as dates: "on Wednesday" in a text of Thursday, 10 April 2025 is 9 April 2025.

Only where the article gives its own date. The date is put in square brackets, as editors do inside a quotation.
"""

from __future__ import annotations

import re
from datetime import date

from qa.claims.values import nearest

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A weekday with a date of its own needs none, and "last Monday" or "next Monday" isn't the nearest one.
_WEEKDAY = re.compile(
    rf"(?<!last )(?<!next )(?<!every )\b({'|'.join(_DAYS)})\b(?!s?,? (?:\d|[A-Z][a-z]+ \d|the \d|\[))(?!['’]s)"
)
_AHEAD = re.compile(r"\b(?:will|due to|plans? to|expected to|scheduled|set to|to be held)\b[^.;]*$", re.IGNORECASE)


def with_dates(text: str, published: str) -> str:
    """The text with the date behind each bare weekday; as it is when the article's date isn't known.

    >>> with_dates("They met on Wednesday.", "2025-04-10")
    'They met on Wednesday [9 April 2025].'
    >>> with_dates("He is due to meet her on Friday.", "2025-04-10")
    'He is due to meet her on Friday [11 April 2025].'
    >>> with_dates("They met on Wednesday.", "")
    'They met on Wednesday.'
    """
    if not published:
        return text
    day = date.fromisoformat(published)

    def dated(match: re.Match[str]) -> str:
        ahead = bool(_AHEAD.search(text[: match.start()]))
        found = nearest(_DAYS.index(match.group(1)) + 1, day, ahead=ahead)
        resolved = date(found.year or day.year, found.month or 1, found.day or 1)
        return f"{match.group()} [{resolved.day} {resolved:%B %Y}]"

    return _WEEKDAY.sub(dated, text)
