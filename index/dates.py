"""Publication dates as pages write them -> ISO dates. It doesn't know where in an article a date may stand.

Try `find_date("14:15 JST, April 10, 2025")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# The beginnings of the months' names in English, German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS = (
    "jan|gen|ene|jän", "feb|fév|fev", "mar|mär|maa|mrt", "apr|avr|abr", "may|mai|mag|mei", "jun|juin|giu",
    "jul|juil|lug", "aug|aoû|ago", "sep|set", "oct|okt|out|ott", "nov", "dec|dez|déc|dic",
)  # fmt: skip
_MONTH = rf"(?P<month>(?:{'|'.join(_MONTHS)})[a-zäéûç]*)\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_CENTURY = re.compile(r"19\d\d|20\d\d")
_SHAPES = tuple(
    re.compile(rf"(?<![\w-])(?:{shape})(?![\d-])", re.IGNORECASE)
    for shape in (
        rf"{_YEAR}-(?P<m>\d{{1,2}})-{_DAY}",
        rf"{_YEAR}\s?年\s?(?P<m>\d{{1,2}})\s?月\s?{_DAY}\s?日",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_DAY}\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?{_YEAR}",
        rf"(?P<day>\d{{1,2}})[-.](?P<m>\d{{1,2}})[-.]{_YEAR}",
        rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/{_YEAR}",
    )
)


def find_date(text: str) -> str:
    """The first date of `text`, in ISO form, or "".

    `09-04-2025` and `09.04.2025` are read day first. `04/09/2025` is read only if one of its numbers can't be a month:
    half of the world writes it the other way round, and no date is better than a wrong one.

    >>> find_date("14:15 JST, April 10, 2025"), find_date("09-04-2025"), find_date("04/09/2025"), find_date("4/29/2025")
    ('2025-04-10', '2025-04-09', '', '2025-04-29')
    >>> find_date("20 de junio de 2023"), find_date("2024年7月8日"), find_date("30 Feb 2024"), find_date("in May")
    ('2023-06-20', '2024-07-08', '', '')
    """
    return min(_found(text), default=(0, ""))[1]


def date_span(text: str) -> tuple[int, int] | None:
    """Where the first thing that looks like a date stands, or None.

    >>> date_span("Updated 3 May 2024, 10:15")
    (8, 18)
    """
    if not _CENTURY.search(text):
        return None  # every shape has a year of four digits; most lines have none
    return min((m.span() for shape in _SHAPES if (m := shape.search(text))), default=None)


def _found(text: str) -> Iterator[tuple[int, str]]:
    for shape in _SHAPES:
        match = shape.search(text)
        if match and (iso := _iso(match.groupdict())):
            yield match.start(), iso


def _iso(parts: dict[str, str]) -> str:
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        if first <= 12 and second <= 12 and first != second:
            return ""
        day, month = (first, second) if second <= 12 else (second, first)
    else:
        day = int(parts["day"])
        month = int(parts["m"]) if "m" in parts else _month(parts["month"])
    try:
        return date(int(parts["year"]), month, day).isoformat()
    except ValueError:
        return ""


def _month(name: str) -> int:
    return next(n for n, starts in enumerate(_MONTHS, 1) if re.match(starts, name, re.IGNORECASE))
