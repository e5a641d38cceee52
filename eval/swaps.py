"""The ways to make a true sentence false, each a small function: sentence in, false statements and what they cite out.

The replacements come from a `Pool`; nothing here reads a file or judges. eval/corrupt.py calls them. Try
`names_in("Yesterday Ana Reyes met Eva in Oslo.")`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from qa.claims.words import LISTS, key

NAME = r"[A-Z][\w’'-]+(?:(?: (?:of|de|van|the))? [A-Z][\w’'-]+)*"
SAYS = "said|says|stated|told|announced|added|remarked|commented|warned|argued|claimed|insisted|noted|stressed"
_VERB = re.compile(
    r" (?:has|have|had|is|are|was|were|will|would|could|may|must|said|told|met|took|won|made|gave|began|[a-z]{3,}ed) "
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTH, WEEKDAY = f"(?:{'|'.join(_MONTHS)})", f"(?:{'|'.join(_DAYS)})"
NUMBERS = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty".split()
_MUTUAL = re.compile(
    r"\b(?:met|meet|meets|agree\w*|and|or|with|between|discuss\w*|talk\w*|sign\w*|share\w*|both|like|as)\b"
)
_DATES = rf"\b\d\d? {MONTH} \d{{4}}\b|\b{MONTH} \d{{4}}\b|(?<=in )(?:1[5-9]|20)\d\d\b|(?<=\b){WEEKDAY}\b"
_COUNTS = r"(?<![\w.,$€£-])\d(?:[\d,]*\d)?(?:\.\d+)?(?=%| (?:percent|million|billion)| [a-z])(?! a\.m)"
_IRREGULAR = frozenset(line.split()[0] for line in LISTS["verbs"])
_UNREAL = (
    r"(?:will|would|plans? to|wants? to|hopes? to|(?:is|are) (?:expected|due|set|likely) to|intends? to|agreed to)"
)
Made = Iterator[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Pool:
    """What replacements are taken from: the names, speakers and longer words of all articles."""

    names: tuple[str, ...]
    speakers: tuple[str, ...]
    words: tuple[str, ...]
    rng: random.Random


def names_in(sentence: str) -> list[str]:
    """The names of a sentence, its first word left out because its capital tells nothing; months and days neither.

    >>> names_in("Yesterday Ana Reyes met Eva in Oslo on Monday.")
    ['Ana Reyes', 'Eva', 'Oslo']
    """
    first = re.match(r"\W*[\w’'-]+", sentence)
    found = re.findall(NAME, sentence[first.end() :] if first else sentence)
    bare = [re.sub(r"[’']s?$", "", n) for n in found]
    return [
        n
        for n in bare
        if n not in (*_MONTHS, *_DAYS) and len(n) > 2 and not re.match(r"I[’']", n) and not re.search(r"[“”\"]", n)
    ]


Maker = Callable[[str, str, tuple[str, ...], Pool], Made]


def _name(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for name in names_in(sentence):
        near = [n for n in names_in(other) if not set(n.split()) & set(sentence.replace("’s", "").split())]
        strange = near if len(cites) > 1 and near else [n for n in pool.names if n not in sentence]
        # "Japanese" for "Japan" changes nothing.
        strange = [n for n in strange if [*map(key, n.split())] != [*map(key, name.split())]]
        if strange:
            yield sentence.replace(name, pool.rng.choice(strange)), cites


def _number(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for found in re.finditer(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]|\.\d|,\d)", sentence):
        before, after = sentence[: found.start()], sentence[found.end() :]
        year = re.fullmatch(r"(?:1[5-9]|20)\d\d", found[0])
        if year or re.match(f" {MONTH}", after) or re.search(f"{MONTH} $", before):
            continue
        digits = list(found[0])
        at = pool.rng.choice([i for i, c in enumerate(digits) if c.isdigit()])
        digits[at] = str((int(digits[at]) + pool.rng.randint(1, 8)) % 9 + 1) if digits[at] != "1" else "7"
        if "".join(digits) != found[0]:
            yield before + "".join(digits) + after, cites
    for found in re.finditer(rf"\b(?:{'|'.join(NUMBERS)})\b", sentence):
        new = pool.rng.choice([n for n in NUMBERS if n != found[0]])
        yield sentence[: found.start()] + new + sentence[found.end() :], cites


def _date(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for group in (_MONTHS, _DAYS):
        for found in re.finditer(rf"\b(?:{'|'.join(group)})\b", sentence):
            if found[0] in ("March", "May") and not re.search(
                r"(?:\d|in|of|since|until|last) $", sentence[: found.start()]
            ):
                continue
            new = pool.rng.choice([w for w in group if w not in sentence])
            yield sentence[: found.start()] + new + sentence[found.end() :], cites
    for found in re.finditer(r"\b(?:1[5-9]|20)\d\d\b(?!,\d)", sentence):
        new = str(int(found[0]) + pool.rng.choice([-10, -3, -1, 1, 2, 10]))
        yield sentence[: found.start()] + new + sentence[found.end() :], cites
    for found in re.finditer(rf"(?:(?<=\b)(\d\d?) {MONTH}|{MONTH} (\d\d?)\b)", sentence):
        day = found.start(1) if found[1] else found.start(2)
        old = found[1] or found[2]
        yield sentence[:day] + str(int(old) % 28 + 1) + sentence[day + len(old) :], cites


def _other_value(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    """A number or date of the same two sentences in the place of another; once whole, once cut off behind it."""
    for pattern in (_DATES, _COUNTS):
        here = [m for m in re.finditer(pattern, sentence) if len(sentence[: m.start()].split()) > 2]
        near = [m[0] for m in re.finditer(pattern, sentence)] + [m[0] for m in re.finditer(pattern, other)]
        for found in here:
            strange = [
                v
                for v in near
                if v != found[0] and v not in found[0] and found[0] not in v and len(v.split()) == len(found[0].split())
            ]
            if not strange:
                continue
            new = pool.rng.choice(strange)
            start = sentence[: found.start()] + new
            yield start + sentence[found.end() :], (sentence, other)
            if not re.search(r"[“\"”(]|, (?:the|a|which|who)\b", start) and _VERB.search(start):
                unit = "" if pattern == _DATES else sentence[found.end() :].split(",")[0].split(" and ")[0][:12]
                yield start + " ".join(unit.split(" ")[:2]).rstrip(". ") + ".", (sentence, other)


def _quotation(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for found in re.finditer(r"(?:“|(?<![^ ])\")([^“”\"]{12,})(?:”|\"(?![^ .,]))", sentence):
        words = list(re.finditer(r"(?<= )[a-z]{5,}(?= [a-z])", found[1]))  # not the last: a shorter quotation is true
        if words:
            word = pool.rng.choice(words)
            start = found.start(1) + word.start()
            new = pool.rng.choice([w for w in pool.words if w[:4] != word[0][:4] and w not in sentence])
            yield sentence[:start] + new + sentence[start + len(word[0]) :], cites
            yield sentence[: start - 1] + sentence[start + len(word[0]) :], cites


def _negated(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for found in re.finditer(
        r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|must|should) (?!not\b|no\b)", sentence
    ):
        yield sentence[: found.end()] + "not " + sentence[found.end() :], cites
    for found in re.finditer(r"\b(?:not|never)\b ?|(?<=[a-z])n[’']t\b", sentence):
        if not sentence.startswith("not only", found.start()):
            yield sentence[: found.start()] + sentence[found.end() :], cites


def _speaker(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for found in re.finditer(rf"({NAME}) (?:{SAYS})\b|\bsaid ({NAME})|according to ({NAME})", sentence):
        old = next(g for g in found.groups() if g)
        near = [n for n in names_in(other) if n in pool.speakers]
        strange = [n for n in near or pool.speakers if not set(n.split()) & set(re.findall(r"[\w’'-]+", sentence))]
        if strange:
            new = pool.rng.choice(strange)
            at = found.start() + found[0].index(old)
            yield sentence[:at] + new + sentence[at + len(old) :], ((sentence, other) if new in other else cites)


def _mixed(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    mine, theirs = _VERB.search(sentence), _VERB.search(other)
    if not mine or not theirs:
        return
    subject, strange = sentence[: mine.start()], other[: theirs.start()]
    if any(
        "," in s or len(s.split()) > 8 or re.search(r"[“”\"]|^(?:In|On|At|The|This|It|He|She|They|By|For)\b", s)
        for s in (subject, strange)
    ):
        return
    if (
        not set(re.findall(r"[A-Z]\w+", subject)) & set(re.findall(r"[A-Z]\w+", other))
        and re.match(NAME, subject)
        and re.match(NAME, strange)
    ):
        known = {w for n in pool.names for w in n.split()}
        if subject.split()[0] in known and strange.split()[0] in known:
            yield subject + other[theirs.start() :], (sentence, other)


def _exchange(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    found = [m for m in re.finditer(NAME, sentence) if m[0] not in (*_MONTHS, *_DAYS)]
    for left, right in pairwise(found):
        between = sentence[left.end() : right.start()]
        a, b = (re.sub(r"[’']s?$", "", m[0]) for m in (left, right))
        if a == b or set(a.split()) & set(b.split()) or "," in between or _MUTUAL.search(between) or '"' in between:
            continue
        if not left.start() and not any(left[0].split()[0] in n.split() for n in pool.names):
            continue  # the capital of a sentence's first word names nothing
        if left.start() and not re.search(r"[,“\"] ?$|^The $|^$", sentence[: left.start()]):
            continue
        if _VERB.search(between + " ") and "“" not in between:
            yield (
                sentence[: left.start()] + b + left[0][len(a) :] + between + a + sentence[right.start() + len(b) :],
                cites,
            )


def _hedge(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    for found in re.finditer(r"\b(?:may|might|could) (?=[a-z]+)", sentence):
        yield sentence[: found.start()] + "will " + sentence[found.end() :], cites
    for found in re.finditer(rf"\b{_UNREAL} ((?!be|have|not|do|go|get)[a-z]+[^aeiou\W]|[a-z]+e)\b", sentence):
        if found[1] in _IRREGULAR:
            continue
        done = found[1] + ("d" if found[1].endswith("e") else "ed")
        yield sentence[: found.start()] + "has " + done + sentence[found.end() :], cites
    for found in re.finditer(
        r"\b(?:at least|about|nearly|almost|more than|up to|fewer than|over|some) (?=\d|\d|[a-z]+ty\b)", sentence
    ):
        yield sentence[: found.start()] + pool.rng.choice(["", "exactly "]) + sentence[found.end() :], cites
    for found in re.finditer(r"\b(?:reportedly|allegedly|possibly|probably|likely|perhaps|apparently) ", sentence):
        yield sentence[: found.start()] + sentence[found.end() :], cites
    if main := re.match(r"If [^,]+, (.+)$", sentence):
        yield main[1][0].upper() + main[1][1:], cites


def _attribution(sentence: str, other: str, cites: tuple[str, ...], pool: Pool) -> Made:
    said = sentence.strip()
    patterns = (
        r"^(?P<a>[^“”\"]+), (?:(?:the |his |her )?[\w’'. -]{3,60}(?<! is)(?<! are) (?:said|says|told [\w ]+)(?! that)"
        r"|said (?!that) [\w’'. -]+|according to [^,]+)[^,]*\.$",
        rf"^(?:{NAME}|The [a-z ]+|He|She) (?:{SAYS})(?: [A-Z]\w+)? that (?P<a>[^“”\"]+)\.$",
        rf"^[“\"](?P<a>[^“”\"]+)[,.?!]?[”\"],? (?:said {NAME}|{NAME} (?:{SAYS}))",
        r"^According to [^,]+, (?P<a>[^“”\"]+)\.$",
    )  # fmt: skip
    for found in (re.match(pattern, said) for pattern in patterns):
        if found and len(found["a"].split()) > 4 and _VERB.search(found["a"]):
            if re.search(rf"\b(?:{SAYS})\b", found["a"]) or (
                found["a"].startswith(("In ", "A ", "At ")) and "," in found["a"]
            ):
                return  # still a report, or not a whole sentence
            bare = found["a"].strip(" ,")
            yield bare[0].upper() + bare[1:] + ".", cites
            return


# What is only left out: the false statement is then a piece of its sentence.
LOSSES = frozenset(("hedge", "attribution"))
KINDS: dict[str, Maker] = {
    "name": _name, "number": _number, "date": _date, "other value": _other_value, "quotation": _quotation,
    "negation": _negated, "speaker": _speaker, "mixed": _mixed, "exchange": _exchange, "hedge": _hedge,
    "attribution": _attribution,
}  # fmt: skip
