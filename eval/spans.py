"""Citation metrics by character spans: who overlaps whom, ALCE's citation recall and precision, characters.

Pure functions over evidence, no files and no models: a gold span stands where ALCE asks an entailment model.
Try: python -m doctest eval/spans.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol


class Place(Protocol):
    """Anything with a place in a source: gold evidence, a citation, a hit."""

    @property
    def source(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def same_source(one: str, other: str) -> bool:
    """Do two names mean the same file? A base name means the file wherever it lies.

    >>> same_source("a.txt", "news/a.txt"), same_source("old/a.txt", "new/a.txt"), same_source("a.txt", "ba.txt")
    (True, False, False)
    """
    return one == other or one.endswith("/" + other) or other.endswith("/" + one)


def overlaps(one: Place, other: Place) -> bool:
    """Do two places share at least one character? Spans are half-open."""
    return one.start < other.end and other.start < one.end and same_source(one.source, other.source)


def right(place: Place, evidence: Iterable[Place]) -> bool:
    """A citation (or hit) is right when it overlaps one of the gold spans of the same source."""
    return any(overlaps(place, span) for span in evidence)


def alce(statements: Sequence[Sequence[int]], supports: Callable[[int, frozenset[int]], bool]) -> tuple[float, float]:
    """ALCE's citation recall and citation precision of one answer.

    `statements` gives the citation numbers of each statement; `supports(i, cited)` says whether the citations
    `cited` together prove statement `i` (ALCE asks an entailment model; here the gold spans decide).

    Recall: the share of statements that are supported by all their citations together. Precision: the share of
    citations that are not irrelevant; a citation is irrelevant when it does not support its statement alone and
    the others support it without it; when the statement is not supported at all, none of its citations counts.
    Gao, Yen, Yu, Chen: Enabling Large Language Models to Generate Text with Citations (EMNLP 2023), section 4.
    An answer without a citation has precision 0, as in the authors' code. Raises ValueError without statements.

    >>> alce([[1, 2], [3]], lambda i, cited: 1 in cited)     # 2 is not needed for the first, 3 proves nothing
    (0.5, 0.3333333333333333)
    """
    if not statements:
        raise ValueError("an answer without statements has no citation recall")
    supported = precise = total = 0
    for i, numbers in enumerate(statements):
        cited = frozenset(numbers)
        total += len(cited)
        if not cited or not supports(i, cited):
            continue
        supported += 1
        # `len(cited) == 1` needs no second look: a lone citation that supports is needed.
        precise += sum(supports(i, frozenset({n})) or not supports(i, cited - {n}) for n in cited)
    return supported / len(statements), precise / total if total else 0.0


def characters(cited: Iterable[Place], gold: Iterable[Place]) -> tuple[int, int, int]:
    """How many characters are cited and gold, cited, and gold; each character counts once.

    From them precision = both / cited, recall = both / gold, IoU = both / (cited + gold - both): the token-level
    measures of Smith and Troynikov, Evaluating Chunking Strategies for Retrieval (2024), on characters.

    >>> from eval.gold import Evidence
    >>> characters([Evidence("a.txt", 0, 10)], [Evidence("a.txt", 5, 9), Evidence("a.txt", 8, 12)])
    (5, 10, 7)
    """
    wanted = _positions(gold, ())
    given = _positions(cited, tuple(source for source, _ in wanted))
    return len(wanted & given), len(given), len(wanted)


def _positions(places: Iterable[Place], names: Sequence[str]) -> set[tuple[str, int]]:
    """Every character as (source, offset); a source takes the first of `names` that means the same file."""
    known = tuple(dict.fromkeys(names))
    found: set[tuple[str, int]] = set()
    for place in places:
        name = next((n for n in known if same_source(n, place.source)), place.source)
        found.update((name, position) for position in range(place.start, place.end))
    return found
