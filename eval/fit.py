"""Fit what stands behind the probe: development questions in, `qa/fitted.json` out.

In the order of a question's walk: the ranking, the verdict and the choice of further sentences, each on what the step
before gives to questions that it was not fitted on. The probe itself is made by `eval/tune.py`. Only rows of the
development split are read, and the figures printed are cross-validated. Try: python -m eval fit
eval/gold.jsonl=.citespan --dry-run
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from eval import learn
from eval.asked import Asked, fold_of, gather, pair_arguments
from eval.learn import Bools, Floats, Ints
from eval.metrics import auroc
from eval.tune import QA, judged, write_lines
from qa import adapter, fitted
from qa.compose import Further, further
from qa.rank import Signals
from qa.rerank import order
from qa.verdict import ABOUT, Features

SIGNALS = tuple(f.name for f in fields(Signals))
FEATURES = tuple(f.name for f in fields(Features))
# What tells whether the articles are about a question, and what tells whether they answer it if they are. What a judge
# has read needs few words about its words; without one they have to do.
RELATED = ("cosine", "judge", "names", "known")
ANSWERED = ("judge", "second", "holds", "defines", "names", "spread")
UNREAD = ("passage", "coverage", "spread")
FURTHER = tuple(f.name for f in fields(Further))
# What only a reranker gives; without one these are always 0.
JUDGED = ("judge", "second")
# Inverse weight of the L2 penalty on a handful of features.
C = 0.3
# The share of the answerable questions that each strictness refuses. A refusal hides what the articles say, while a
# false answer still shows their own words with their place, so it is small.
REFUSED = {"lenient": 0.04, "balanced": 0.08, "strict": 0.2}
# To say of a question that nothing is about it is worse by so much than to show what comes closest.
DENIAL = 1.5
# A further sentence is shown from this chance on that there is an answer and that it is evidence.
SHOWN = 0.42


def arguments(parser: argparse.ArgumentParser) -> None:
    pair_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the figures and write nothing")


def run(args: argparse.Namespace) -> int:
    asked = gather(args)
    held = judged(asked)
    made = f"python -m eval fit over {len(asked)} development questions, of the probe over {len(held)}"
    found: dict[str, Any] = {"made": made, "adapter": adapter.load().name}
    unread = [a.judged(np.zeros(len(a.head))) for a in asked]
    for kind, own in (("probe", held), ("none", unread)):
        print(f"\nreranker: {kind}")
        found[kind] = fit(own, () if kind == "probe" else UNREAD)
    if not args.dry_run:
        write_lines(QA / fitted.FILE, found)
    return 0


def fit(asked: Sequence[Asked], more: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """The weights of everything behind the probe; prints their cross-validated figures. `more` are further features."""
    crossed = crossed_ranking(asked)
    scores = [a.table(SIGNALS) @ weights for a, weights in zip(asked, crossed, strict=True)]
    _evidence(asked, scores)

    verdicts = Verdicts.of(asked, crossed)
    related, answered = (tuple(dict.fromkeys((*names, *more))) for names in (RELATED, ANSWERED))
    chance = verdicts.chance(related, answered)
    thresholds = {
        name: learn.refusing(share, chance, verdicts.answered, verdicts.weight) for name, share in REFUSED.items()
    }
    verdicts.tell(chance, thresholds["balanced"])
    return {
        "ranking": _named(SIGNALS, rank_model(asked), digits=3),
        "further": further_model(asked, scores),
        "related": verdicts.model(related, verdicts.related, verdicts.all),
        "answered": verdicts.model(answered, verdicts.answered, verdicts.related),
        "thresholds": _named(tuple(thresholds), np.array([*thresholds.values()]), digits=3)
        | {"related": round(verdicts.about(related), 3), "further": SHOWN},
    }


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The features of all questions that are no instructions, with what is true of each."""

    asked: Sequence[Asked]
    x: Floats  # (questions, FEATURES)
    fold: Ints
    weight: Floats  # each gold counts the same, whatever its size

    @classmethod
    def of(cls, asked: Sequence[Asked], ranking: Sequence[Floats]) -> Verdicts:
        """`ranking` has the weights of the signals for each question."""
        table = []
        for a, weights in zip(asked, ranking, strict=True):
            hits = order(a.head, a.tail, dict(zip(SIGNALS, weights, strict=True)))
            table.append(asdict(a.bot.finder.features(a.row.question, hits)))
        plain = [n for n, row in enumerate(table) if not row["instruction"]]
        own = [asked[n] for n in plain]
        size = Counter(a.gold for a in own)
        weight = np.array([len(own) / len(size) / size[a.gold] for a in own])
        x = np.array([[table[n][name] for name in FEATURES] for n in plain])
        return cls(own, x, fold_of(asked)[plain], weight)

    @property
    def answered(self) -> Bools:
        return np.array([a.row.answerable for a in self.asked])

    @property
    def related(self) -> Bools:
        return np.array([a.row.answerable or a.row.verdict == "closest" for a in self.asked])

    @property
    def all(self) -> Bools:
        return np.ones(len(self.asked), dtype=bool)

    def model(self, names: Sequence[str], y: Bools, among: Bools) -> dict[str, float]:
        return _model(names, self._of(names)[among], y[among], self.weight[among])

    def chance(self, related: Sequence[str] = RELATED, answered: Sequence[str] = ANSWERED) -> Floats:
        """The chance that the articles answer each question, by models fitted without it."""
        about = self._crossed(related, self.related, self.all)
        return np.asarray(about**ABOUT * self._crossed(answered, self.answered, self.related))

    def about(self, related: Sequence[str]) -> float:
        """From which chance on the articles are about a question."""
        return learn.balance(self._crossed(related, self.related, self.all), self.related, self.weight, DENIAL)

    def tell(self, chance: Floats, threshold: float) -> None:
        answered = self.answered
        for name in (*dict.fromkeys(a.gold for a in self.asked), "all"):
            here = np.array([name in (a.gold, "all") for a in self.asked])
            p, y = chance[here], answered[here]
            print(
                f"  {name}: AUROC {auroc(list(p), list(y)):.3f}, at {threshold:.2f} false answers "
                f"{np.mean(p[~y] >= threshold):.3f}, over-refusals {np.mean(p[y] < threshold):.3f} (n = {len(p)})"
            )

    def _of(self, names: Sequence[str]) -> Floats:
        return self.x[:, [FEATURES.index(name) for name in names]]

    def _crossed(self, names: Sequence[str], y: Bools, among: Bools) -> Floats:
        return learn.sigmoid(learn.crossed(self._of(names), y, self.fold, C, self.weight, among))


def rank_model(asked: Sequence[Asked], without: Sequence[str] = ()) -> Floats:
    """Weights of the signals but those left out, scaled so that the passage cosine's is 1."""
    own = [a for a in asked if a.row.answerable and len(a.right)]
    keep = np.array([name not in without for name in SIGNALS])
    found = learn.pairwise([a.table(SIGNALS) * keep for a in own], [a.right for a in own], 1.0) * keep
    unit = abs(found[SIGNALS.index("passage_cosine")])
    return np.asarray(found / unit if unit > 1e-6 else found)


def crossed_ranking(asked: Sequence[Asked], without: Sequence[str] = ()) -> list[Floats]:
    """For each question the weights of the signals that were fitted without it."""
    fold = fold_of(asked)
    of = [rank_model([a for a, f in zip(asked, fold, strict=True) if f != n], without) for n in range(learn.FOLDS)]
    return [of[f] for f in fold]


def further_model(asked: Sequence[Asked], scores: Sequence[Floats]) -> dict[str, float]:
    """When a sentence after the first is evidence too."""
    x, y = [], []
    for a, score in zip(asked, scores, strict=True):
        if a.row.answerable and len(score):
            best = np.argsort(-score, kind="stable")
            hits = [a.scored(int(i), float(score[i])) for i in best]
            x += [[asdict(f)[name] for name in FURTHER] for f in further(a.row.question, hits)]
            y += list(a.right[best[1:]])
    return _model(FURTHER, np.array(x), np.array(y))


def _model(names: Sequence[str], x: Floats, y: Bools, weight: Floats | None = None) -> dict[str, float]:
    bias, weights = learn.logistic(x, y, C, weight)
    return {"bias": round(bias, 4)} | _named(names, weights, digits=4)


def _named(names: Sequence[str], weights: Floats, digits: int) -> dict[str, float]:
    return {name: round(float(w), digits) for name, w in zip(names, weights, strict=True)}


def _evidence(asked: Sequence[Asked], scores: Sequence[Floats]) -> None:
    for name in (*dict.fromkeys(a.gold for a in asked), "all"):
        own = [
            a.right[np.argsort(-s, kind="stable")]
            for a, s in zip(asked, scores, strict=True)
            if a.row.answerable and name in (a.gold, "all")
        ]
        at = ", ".join(f"at {k} {np.mean([r[:k].any() for r in own]):.3f}" for k in (1, 3, 5))
        print(f"  {name}: evidence {at} (n = {len(own)})")
