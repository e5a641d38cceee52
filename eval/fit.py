"""Fit what is fitted: development questions in, `qa/probe.json` and `qa/fitted.json` out.

In the order of a question's walk: the probe, the ranking, the verdict and the choice of further sentences, each on
what the step before gives to questions that it was not fitted on. Only rows of the development split are read, and
the figures printed are cross-validated. Try: python -m eval fit eval/gold.jsonl=.citespan --dry-run
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from eval import learn
from eval.asked import Asked, gather, pair_arguments
from eval.learn import Bools, Floats, Ints
from eval.metrics import auroc
from qa import fitted, probe
from qa.compose import Further, further
from qa.rank import Signals
from qa.rerank import order
from qa.verdict import Features

QA = Path(__file__).parents[1] / "qa"
SIGNALS = tuple(f.name for f in fields(Signals))
FEATURES = tuple(f.name for f in fields(Features))
# What tells whether the articles are about a question, and what tells whether they answer it if they are.
RELATED = ("cosine", "passage", "judge", "second", "names", "coverage", "spread", "known")
ANSWERED = ("passage", "judge", "second", "holds", "defines", "coverage", "spread")
FURTHER = tuple(f.name for f in fields(Further))
# What only a reranker gives; without one these are always 0.
JUDGED = ("judge", "second")
# Inverse weights of the L2 penalties: over a thousand numbers of a state need a strong one, a handful of features not.
PROBE_C, C = 0.03, 0.3
# A wrong sentence is one of many, so each weighs less than a right one.
WRONG = 1 / 3
# A refusal hides what the articles say; a false answer still shows their own words with their place. So it weighs more.
REFUSAL = 1.5
# A further sentence is shown from this chance on that it is evidence.
SHOWN = 0.35


def arguments(parser: argparse.ArgumentParser) -> None:
    pair_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the figures and write nothing")


def run(args: argparse.Namespace) -> int:
    asked = gather(args)
    made = f"python -m eval fit over {len(asked)} development questions"
    judge, weights = probed(asked)
    found: dict[str, Any] = {"made": made}
    for kind, odds in (("probe", judge), ("none", [np.zeros(len(a.right)) for a in asked])):
        print(f"\nreranker: {kind}")
        found[kind] = fit([a.judged(x) for a, x in zip(asked, odds, strict=True)])
    if not args.dry_run:
        _write(QA / probe.FILE, {"made": made, **weights})
        _write(QA / fitted.FILE, found)
    return 0


def probed(asked: Sequence[Asked]) -> tuple[list[Floats], dict[str, Any]]:
    """Each question's hits judged by a probe that was fitted without it, and the probe fitted on all."""
    sizes = [len(a.right) for a in asked]
    x = np.concatenate([a.states for a in asked]).astype(np.float64)
    y = np.concatenate([a.right for a in asked])
    weight = np.where(y, 1.0, WRONG)
    odds = learn.crossed(x, y, np.repeat(fold_of(asked), sizes), PROBE_C, weight)
    bias, weights = learn.logistic(x, y, PROBE_C, weight)
    judge = np.split(odds, np.cumsum(sizes)[:-1])
    table = {"layer": probe.LAYER, "bias": round(bias, 5), "weights": [round(float(w), 5) for w in weights]}
    return judge, table


def fit(asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """The weights of everything behind the probe; prints their cross-validated figures."""
    fold = fold_of(asked)
    scores = crossed_ranking(asked, fold)
    _evidence(asked, scores)
    ranking = rank_model(asked)

    verdicts = Verdicts.of(asked, ranking)
    threshold = verdicts.threshold()
    verdicts.tell(threshold)
    return {
        "ranking": _named(SIGNALS, ranking, digits=3),
        "further": further_model(asked, scores),
        "related": verdicts.model(RELATED, verdicts.related, verdicts.all),
        "answered": verdicts.model(ANSWERED, verdicts.answered, verdicts.related),
        "thresholds": {
            "lenient": round(threshold * 0.7, 3),
            "balanced": round(threshold, 3),
            "strict": round(1 - (1 - threshold) * 0.6, 3),
            "related": round(verdicts.about(), 3),
            "further": SHOWN,
        },
    }


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The features of all questions that are no instructions, with what is true of each."""

    asked: Sequence[Asked]
    x: Floats  # (questions, FEATURES)
    fold: Ints
    weight: Floats  # each gold counts the same, whatever its size

    @classmethod
    def of(cls, asked: Sequence[Asked], ranking: Floats) -> Verdicts:
        weights = dict(zip(SIGNALS, ranking, strict=True))
        table = [asdict(a.bot.features(a.row.question, order(a.head, a.tail, weights))) for a in asked]
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
        out = self._crossed(related, self.related, self.all)
        return out * self._crossed(answered, self.answered, self.related)

    def threshold(self) -> float:
        return learn.balance(self.chance(), self.answered, self.weight, REFUSAL)

    def about(self) -> float:
        """From which chance on the articles are about a question."""
        return learn.balance(self._crossed(RELATED, self.related, self.all), self.related, self.weight, REFUSAL)

    def tell(self, threshold: float) -> None:
        chance, answered = self.chance(), self.answered
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


def fold_of(asked: Sequence[Asked]) -> Ints:
    """Questions about one article share a fold where there are many articles."""
    return learn.folds([a.group for a in asked])


def rank_model(asked: Sequence[Asked], without: Sequence[str] = ()) -> Floats:
    """Weights of the signals but those left out, scaled so that the passage cosine's is 1."""
    own = [a for a in asked if a.row.answerable and len(a.right)]
    keep = np.array([name not in without for name in SIGNALS])
    found = learn.pairwise([a.table(SIGNALS) * keep for a in own], [a.right for a in own], 1.0) * keep
    unit = abs(found[SIGNALS.index("passage_cosine")])
    return np.asarray(found / unit if unit > 1e-6 else found)


def crossed_ranking(asked: Sequence[Asked], fold: Ints, without: Sequence[str] = ()) -> list[Floats]:
    """The score of each hit, by weights that were fitted without its question."""
    out: list[Floats] = [np.zeros(0)] * len(asked)
    for n in range(learn.FOLDS):
        weights = rank_model([a for a, f in zip(asked, fold, strict=True) if f != n], without)
        for i, (a, f) in enumerate(zip(asked, fold, strict=True)):
            if f == n:
                out[i] = a.table(SIGNALS) @ weights
    return out


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


def _write(path: Path, value: Mapping[str, Any]) -> None:
    # One line a part: a weight is nothing that anyone edits by hand.
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"written: {path.name}")
