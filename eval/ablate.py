"""What each part is worth: the ranking and the verdict with parts left out, on the same questions, in one run.

It changes nothing. Every figure is cross-validated on the development split, as in eval/fit.py.
Try: python -m eval ablate eval/gold.jsonl=.citespan
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import numpy as np

from eval import fit
from eval.asked import Asked, gather, pair_arguments
from eval.fit import ANSWERED, JUDGED, RELATED, SIGNALS
from eval.learn import Bools, Floats
from eval.metrics import auroc
from eval.tune import judged
from index.types import Hit

# The order of the search alone, by one raw score or by their sum.
RAW: dict[str, Callable[[Hit], float]] = {
    "sentence cosine alone": lambda h: h.cosine,
    "passage cosine alone": lambda h: h.passage_cosine,
    "BM25 alone": lambda h: h.bm25,
    "fused": lambda h: h.cosine + h.passage_cosine + 0.5 * h.bm25_share,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    pair_arguments(parser)


def run(args: argparse.Namespace) -> int:
    asked = judged(gather(args))
    judge = [np.array([hit.rerank for hit, _ in a.head]) for a in asked]
    print(f"evidence, {sum(a.row.answerable for a in asked)} answerable development questions   at 1   at 3   at 5")
    for name, score in RAW.items():
        _evidence(name, asked, [np.array([score(h) for h, _ in a.head]) for a in asked])
    _evidence("probe alone", asked, judge)
    whole = fit.crossed_ranking(asked)
    _evidence("signals, no reranker", asked, _scores(asked, fit.crossed_ranking(asked, without=("judge",))))
    _evidence("signals and probe (the default)", asked, _scores(asked, whole))
    for name in SIGNALS:
        if name != "judge":
            _evidence(f"  without {name}", asked, _scores(asked, fit.crossed_ranking(asked, without=(name,))))

    verdicts = fit.Verdicts.of(asked, whole)
    print(f"\nverdict, {len(verdicts.asked)} development questions                    AUROC")

    def verdict(name: str, without: Sequence[str]) -> None:
        related, answered = ([n for n in names if n not in without] for names in (RELATED, ANSWERED))
        print(f"{name:46} {auroc(list(verdicts.chance(related, answered)), list(verdicts.answered)):.3f}")

    verdict("all features (the default)", ())
    verdict("  without a reranker", JUDGED)
    for name in sorted({*RELATED, *ANSWERED}):
        verdict(f"  without {name}", (name,))
    return 0


def _scores(asked: Sequence[Asked], ranking: Sequence[Floats]) -> list[Floats]:
    return [a.table(SIGNALS) @ weights for a, weights in zip(asked, ranking, strict=True)]


def _evidence(name: str, asked: Sequence[Asked], scores: Sequence[Floats]) -> None:
    ranked: list[Bools] = [
        a.right[np.argsort(-s, kind="stable")] for a, s in zip(asked, scores, strict=True) if a.row.answerable
    ]
    at = "  ".join(f"{np.mean([r[:k].any() for r in ranked]):.3f}" for k in (1, 3, 5))
    print(f"{name:46} {at}")
