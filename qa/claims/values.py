"""Numbers and dates out of raw words: "forty-five" is 45, "1.5 million" 1500000, "9 April 2025" a `Day`.

It looks at words only, not at grammar, and converts no units. Try `number(["two", "hundred", "and", "six"], 0)`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_FULL_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_BEFORE_MONTH = frozenset("in of by since until till last next this early late mid from between through to and".split())
_UNITS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {w: n * 10 for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "dozen": 12,
}  # fmt: skip
_ORDINALS = {
    w: n
    for n, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
        1,
    )
} | {w: n * 10 for n, w in enumerate("twentieth thirtieth fortieth fiftieth sixtieth".split(), 2)}
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?$")
_DAY_NUMBER = re.compile(r"([1-9]|0[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?$")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_ISO = re.compile(r"((?:1[5-9]|20)\d\d)[-/.](\d\d?)[-/.](\d\d?)$")
_NUMERIC = re.compile(r"(\d\d?)[-/.](\d\d?)[-/.]((?:1[5-9]|20)\d\d)$")


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is said: 0 for what is missing; weekdays count from 1 (Monday).

    >>> Day(2025, 4, 9).fits(Day(0, 4, 9)), Day(0, 4, 9).fits(Day(2025, 4, 9)), Day(0, 5, 9).fits(Day(0, 4, 9))
    (False, True, False)
    """

    year: int = 0
    month: int = 0
    day: int = 0
    weekday: int = 0

    def fits(self, said: Day) -> bool:
        """Whether everything that this date claims stands in `said` (or follows from it: a full date's weekday)."""
        claims = zip(self._fields(), said.filled()._fields(), strict=True)
        return all(mine in (0, theirs) for mine, theirs in claims)

    def merged(self, other: Day) -> Day | None:
        """Both dates as one ("Wednesday" and "9 April"), None if they contradict each other."""
        if any(a and b and a != b for a, b in zip(self._fields(), other._fields(), strict=True)):
            return None
        return Day(*(a or b for a, b in zip(self._fields(), other._fields(), strict=True)))

    def filled(self) -> Day:
        """With the weekday that a full date has; unchanged when it is not full or not in the calendar."""
        try:
            return Day(self.year, self.month, self.day, date(self.year, self.month, self.day).isoweekday())
        except ValueError:
            return self

    def _fields(self) -> tuple[int, int, int, int]:
        return self.year, self.month, self.day, self.weekday


def nearest(weekday: int, published: date, *, ahead: bool = False) -> Day:
    """The date that a bare weekday means in an article of that day: the last one up to it, or the next one after.

    >>> nearest(3, date(2025, 4, 10)), nearest(3, date(2025, 4, 8), ahead=True)
    (Day(year=2025, month=4, day=9, weekday=3), Day(year=2025, month=4, day=9, weekday=3))
    """
    back = (published.isoweekday() - weekday) % 7
    found = published + timedelta(days=(7 - back) % 7 or 7) if ahead else published - timedelta(days=back)
    return Day(found.year, found.month, found.day, weekday)


def number(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The number that starts at `words[at]` as a key, and the index behind it; None if none starts there.

    An ordinal has its own key. Ambiguous words ("one" as a pronoun) are left to the caller.

    >>> number(["1.5", "million"], 0), number(["twenty", "first"], 0), number(["Forty", "five", "men"], 0)
    (('#1500000', 2), ('#21th', 2), ('#45', 2))
    """
    total, current, i, seen = Decimal(0), Decimal(0), at, False
    last = Decimal(10) ** 30  # scales must shrink from left to right, "two three" are two numbers
    while i < len(words):
        word = words[i].lower()
        if word in _UNITS or word in _TENS:
            value = Decimal(_UNITS.get(word, _TENS.get(word, 0)))
            if seen and not (last >= 100 or (last in _TENS.values() and 0 < value < 10)):
                break
            current, last = current + value, value
        elif word in _ORDINALS and (not seen or last >= 20):
            return f"#{_plain(total + current + _ORDINALS[word])}th", i + 1
        elif word in _SCALES:
            if not seen and not (i and words[i - 1].lower() == "a"):
                return None
            scale = Decimal(_SCALES[word])
            if scale == 100 or word == "dozen":
                current = (current or 1) * scale
            else:
                total, current = total + (current or 1) * scale, Decimal(0)
            last = scale
        elif _DIGITS.match(word):
            if seen:
                break
            current = last = Decimal(word.replace(",", ""))
        elif word == "and" and seen and last >= 100 and i + 1 < len(words) and words[i + 1].lower() in _UNITS | _TENS:
            i += 1
            continue
        elif not seen and (found := re.match(r"(\d[\d,]*)(?:st|nd|rd|th)$", word)):
            return f"#{_plain(Decimal(found[1].replace(',', '')))}th", i + 1
        else:
            break
        seen, i = True, i + 1
    return (f"#{_plain(total + current)}", i) if seen else None


def day(words: Sequence[str], at: int) -> tuple[Day, int] | None:
    """The date that starts at `words[at]` and the index behind it; None if none starts there.

    >>> day(["Wednesday", ",", "9", "April", "2025"], 0)
    (Day(year=2025, month=4, day=9, weekday=3), 5)
    >>> day(["09-04-2025"], 0), day(["may", "go"], 0)
    ((Day(year=2025, month=4, day=9, weekday=0), 1), None)
    """
    weekday = _weekday(words[at])
    if not weekday:
        return _calendar(words, at)
    after = at + 1
    while after < len(words) and words[after] in (",", "the", "("):
        after += 1
    if after < len(words) and (found := _calendar(words, after, alone=False)):
        merged = found[0].merged(Day(weekday=weekday))
        if merged:
            return merged, found[1]
    return Day(weekday=weekday), at + 1


def _calendar(words: Sequence[str], at: int, *, alone: bool = True) -> tuple[Day, int] | None:
    word = words[at]
    if found := _ISO.match(word):
        return Day(int(found[1]), int(found[2]), int(found[3])), at + 1
    if found := _NUMERIC.match(word):
        first, second, year = map(int, found.groups())
        # Day first, as most of the world writes; month first only where nothing else is possible.
        return (Day(year, second, first) if second <= 12 else Day(year, first, second)), at + 1
    ahead = [*words[at + 1 : at + 6], "", "", "", "", ""]
    if found := _DAY_NUMBER.match(word):
        skip = 1 if ahead[0] == "of" else 0
        if month := _month(ahead[skip]):
            year, used = _year(ahead[skip + 1 :])
            return Day(year, month, int(found[1])), at + 2 + skip + used
    if month := _month(word):
        skip = 1 if ahead[0] == "the" else 0
        if (found := _DAY_NUMBER.match(ahead[skip])) and not _DIGITS.match(ahead[skip + 1]):
            year, used = _year(ahead[skip + 1 :])
            return Day(year, month, int(found[1])), at + 2 + skip + used
        year, used = _year(ahead)
        if year:
            return Day(year, month), at + 1 + used
        full = word.lower() in _FULL_MONTHS
        sure = word not in ("May", "March") or (at and words[at - 1].lower() in _BEFORE_MONTH)
        return (Day(0, month), at + 1) if alone and full and sure else None
    if alone and _YEAR.match(word) and not re.match(r"(?:%|million|billion|people|percent|,)$", ahead[0] or "."):
        return Day(int(word)), at + 1
    if alone and _YEAR.match(word) and ahead[0] == ",":
        return Day(int(word)), at + 1
    return None


def _year(ahead: Sequence[str]) -> tuple[int, int]:
    skip = 1 if ahead[0] in (",", "of", "in") else 0
    return (int(ahead[skip]), skip + 1) if _YEAR.match(ahead[skip]) else (0, 0)


def _month(word: str) -> int:
    low = word.lower().rstrip(".")
    if not word[:1].isupper():
        return 0
    if low in _FULL_MONTHS:
        return _FULL_MONTHS.index(low) + 1
    short = {"sept": "sep"}.get(low, low)
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _weekday(word: str) -> int:
    low = word.lower().removesuffix("s")
    return _DAYS.index(low) + 1 if low in _DAYS else 0


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
