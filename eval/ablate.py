"""What each part is worth: the ranking and the verdict with parts left out, on the same questions, in one run.

It changes nothing. Ranking weights and verdicts are cross-validated on the development split, as in eval/fit.py.
Try: python -m eval ablate eval/gold.jsonl=.citespan
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import numpy as np

from eval import fit
from eval.fit import FEATURES, SIGNALS, Bools, crossed, crossed_ranking, rank_model
from eval.metrics import auroc
from index.types import Hit

# The order of the search alone, by one raw score or by their sum.
RAW: dict[str, Callable[[Hit], float]] = {
    "sentence cosine alone": lambda h: h.cosine,
    "passage cosine alone": lambda h: h.passage_cosine,
    "BM25 alone": lambda h: h.bm25,
    "fused": lambda h: h.cosine + h.passage_cosine + 0.5 * h.bm25_share,
}
JUDGE = "likelihood"


def arguments(parser: argparse.ArgumentParser) -> None:
    fit.pair_arguments(parser)


def run(args: argparse.Namespace) -> int:
    judged = fit.judged(args)
    asked = [j for j in judged if j.row.answerable and j.head]
    print(f"evidence, {len(asked)} answerable development questions     at 1   at 3   at 5")
    for name, score in RAW.items():
        _line(name, [j.right[np.argsort([-score(h) for h, _ in j.head], kind="stable")] for j in asked])
    _line("signals, no reranker", crossed_ranking(asked, without=(JUDGE,)))
    _line("signals, query likelihood (the default)", crossed_ranking(asked))
    for name in SIGNALS:
        if name != JUDGE:
            _line(f"  without {name}", crossed_ranking(asked, without=(name,)))

    rows, x = fit.features_of(judged, rank_model(asked))
    answered = np.array([j.row.answerable for j in rows])
    print(f"\nverdict, {len(rows)} development questions                  AUROC")
    print(f"{'all features (the default)':46} {auroc(list(crossed(x, answered)), list(answered)):.3f}")
    for n, name in enumerate(FEATURES):
        chance = crossed(np.delete(x, n, axis=1), answered)
        print(f"{f'  without {name}':46} {auroc(list(chance), list(answered)):.3f}")
    return 0


def _line(name: str, ranked: Sequence[Bools]) -> None:
    at = "  ".join(f"{np.mean([r[:k].any() for r in ranked]):.3f}" for k in (1, 3, 5))
    print(f"{name:46} {at}")
