"""Ranking metrics: hit rate, recall, nDCG and reciprocal rank over a list of gains, pure arithmetic.

Gains come from spans (`gains`): a hit gains 1 when it reaches a gold span that no hit before it reached.
Try: python -m doctest eval/ranking.py. Tested against ir-measures in tests/test_ranking_metrics.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from eval.gold import Evidence
from eval.spans import Place, overlaps, right


def items(evidence: Sequence[Place]) -> list[Evidence]:
    """The relevant items: the gold spans, those that overlap joined to one.

    In public sets several readers marked the answer, each a little differently: that is one thing to find.

    >>> [(i.start, i.end) for i in items([Evidence("a", 3, 9), Evidence("a", 0, 5), Evidence("a", 9, 12)])]
    [(0, 9), (9, 12)]
    """
    found: list[Evidence] = []
    for span in sorted(evidence, key=lambda span: (span.source.rpartition("/")[2], span.start)):
        if found and overlaps(found[-1], span):
            found[-1] = Evidence(span.source, found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(Evidence(span.source, span.start, span.end))
    return found


def gains(hits: Sequence[Place], evidence: Sequence[Place]) -> tuple[int, ...]:
    """1 for each hit that reaches a gold span not reached before it, else 0.

    The gold spans are the relevant items. Two hits on one span are one item found, so recall and nDCG stay at
    most 1 however the articles are cut.

    >>> E = Evidence
    >>> gains([E("a", 0, 9), E("a", 5, 9), E("a", 20, 30)], [E("a", 2, 7), E("a", 21, 22)])
    (1, 0, 1)
    """
    left = list(evidence)
    found = []
    for hit in hits:
        reached = [span for span in left if overlaps(hit, span)]
        found.append(int(bool(reached)))
        left = [span for span in left if span not in reached]
    return tuple(found)


def first_hit(hits: Sequence[Place], evidence: Sequence[Place]) -> int:
    """Rank (from 1) of the first hit that overlaps a gold span, 0 when none does."""
    return next((rank for rank, hit in enumerate(hits, 1) if right(hit, evidence)), 0)


def hit_rate(found: Sequence[int], k: int) -> float:
    """1 when one of the first k gains is positive (`Success@k` of ir-measures).

    >>> hit_rate((0, 1, 0), 1), hit_rate((0, 1, 0), 2)
    (0.0, 1.0)
    """
    return float(any(found[:k]))


def recall(found: Sequence[int], relevant: int, k: int) -> float:
    """Share of the relevant items among the first k: sum(gains[:k]) / relevant (`R@k`).

    >>> recall((1, 0, 1), 4, 2)
    0.25
    """
    return sum(found[:k]) / relevant


def ndcg(found: Sequence[int], relevant: int, k: int) -> float:
    """DCG / the best DCG that `relevant` items allow, DCG = sum of gain_i / log2(i + 1), i from 1 to k.

    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002), binary gains (`nDCG@k`).

    >>> round(ndcg((0, 1), 1, 10), 4)                        # (1 / log2(3)) / (1 / log2(2))
    0.6309
    """
    best = sum(1 / log2(i + 1) for i in range(1, min(k, relevant) + 1))
    return sum(gain / log2(i + 1) for i, gain in enumerate(found[:k], 1)) / best


def reciprocal_rank(found: Sequence[int]) -> float:
    """1 / rank of the first positive gain, 0 when there is none (`RR`).

    >>> reciprocal_rank((0, 0, 1)), reciprocal_rank((0,))
    (0.3333333333333333, 0.0)
    """
    return next((1 / rank for rank, gain in enumerate(found, 1) if gain), 0.0)
