"""Fit what is fitted: development questions in, `qa/fitted.json` out.

First the ranking: a logistic regression on pairs of a right and a wrong sentence for the same question. Then, on the
hits so ranked, two logistic regressions for the verdict: "the articles answer this", "the articles are about this".
Only rows of the development split are read, and the figures printed are those of five-fold cross-validation.
Try: python -m eval fit eval/gold.jsonl=.citespan --dry-run
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.gold import GoldRow, load
from eval.metrics import auroc
from eval.spans import right
from index.cli import add_settings, settings_of
from index.errors import UserError
from index.types import Hit
from qa.bot import Bot
from qa.rank import Signals
from qa.rerank import DEPTH, judge, order
from qa.verdict import Features

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
OUT = Path(__file__).parents[1] / "qa" / "fitted.json"
SIGNALS = tuple(f.name for f in fields(Signals))
# These two decide by themselves (qa/verdict.py), so they must not also weigh.
FEATURES = tuple(f.name for f in fields(Features) if f.name not in ("plain", "instruction"))
# The inverse weight of the L2 penalty: the sets are small, so the weights are kept small.
C = 0.3
FOLDS = 5
# A refusal hides what the articles say; a false answer still shows their own words with their place. So it weighs more.
REFUSAL = 1.5


@dataclass(frozen=True, slots=True)
class Judged:
    """One development question with its judged hits, before they are put in order."""

    row: GoldRow
    gold: int
    bot: Bot
    head: tuple[tuple[Hit, Signals], ...]
    tail: tuple[Hit, ...]

    @property
    def right(self) -> Bools:
        """Which of the judged hits overlap the gold evidence."""
        return np.array([right(hit.sentence.span, self.row.evidence) for hit, _ in self.head], dtype=bool)

    @property
    def table(self) -> Floats:
        """Signals by hit: shape (hits, signals)."""
        return np.array([[getattr(of, name) for name in SIGNALS] for _, of in self.head])


def pair_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pairs", nargs="+", metavar="GOLD=STORE", help="a gold file and the store of its articles")
    add_settings(parser, "reranker")


def arguments(parser: argparse.ArgumentParser) -> None:
    pair_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the figures and write nothing")
    parser.add_argument("--out", type=Path, default=OUT, help="where the weights go")


def judged(args: argparse.Namespace) -> list[Judged]:
    """The development questions of all pairs, each with its judged hits. Raises UserError for a pair that isn't one."""
    settings = settings_of(args)
    found: list[Judged] = []
    for n, pair in enumerate(args.pairs):
        gold, _, store = pair.partition("=")
        if not store:
            raise UserError(f"'{pair}' is not GOLD=STORE. For example: python -m eval fit eval/gold.jsonl=.citespan")
        bot = Bot.open(settings.with_(store=store), lambda line: print(f"citespan: {line}", file=sys.stderr))
        found += [_judged(bot, row, n) for row in load(Path(gold)) if row.split == "dev"]
    return found


def run(args: argparse.Namespace) -> int:
    questions = judged(args)
    names = [pair.partition("=")[0] for pair in args.pairs]

    print(f"ranking, {FOLDS}-fold cross-validation")
    asked = [j for j in questions if j.row.answerable and j.head]
    ranked = crossed_ranking(asked)
    for n, name in enumerate([*names, "all"]):
        own = [r for r, j in zip(ranked, asked, strict=True) if j.gold == n or name == "all"]
        at = ", ".join(f"at {k} {np.mean([r[:k].any() for r in own]):.3f}" for k in (1, 3, 5))
        print(f"  {name}: evidence {at} (n = {len(own)})")
    ranking = rank_model(asked)

    rows, x = features_of(questions, ranking)
    answered = np.array([j.row.answerable for j in rows])
    related = np.array([j.row.answerable or j.row.verdict == "closest" for j in rows])
    print(f"verdict, {FOLDS}-fold cross-validation")
    chance, about = crossed(x, answered), crossed(x, related)
    threshold = balance(chance, answered)
    for n, name in enumerate([*names, "all"]):
        here = np.array([j.gold == n or name == "all" for j in rows])
        print(f"  {name}: {figures(chance[here], answered[here], threshold)}")
    print(f"  about the articles or not: AUROC {auroc(list(about), list(related)):.3f}")
    made = {
        "made": f"python -m eval fit over {len(questions)} development questions; C = {C}",
        "ranking": ranking,
        "answered": model(x, answered),
        "related": model(x, related),
        "thresholds": {
            "lenient": round(threshold * 0.7, 3),
            "balanced": round(threshold, 3),
            "strict": round(1 - (1 - threshold) * 0.6, 3),
            "related": round(balance(about, related), 3),
        },
    }
    print(json.dumps(made, indent=2))
    if not args.dry_run:
        args.out.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
        print(f"written to {args.out.name}")
    return 0


def rank_model(judged: Sequence[Judged], without: Sequence[str] = ()) -> dict[str, float]:
    """Weights of the signals but those left out, scaled so that the cosine's is 1.

    Each question counts once, whatever its number of pairs; each pair counts in both directions.
    """
    from sklearn.linear_model import LogisticRegression

    pairs, weights = [], []
    for j in judged:
        right, table = j.right, j.table
        if right.any() and not right.all():
            found = (table[right][:, None] - table[~right][None]).reshape(-1, len(SIGNALS))
            pairs.append(found)
            weights.append(np.full(len(found), 1 / len(found)))
    x, w = np.concatenate(pairs), np.concatenate(weights)
    x = x * np.array([name not in without for name in SIGNALS])
    scale = x.std(0)
    scale[scale < 1e-6] = 1.0
    fitted = LogisticRegression(fit_intercept=False, C=1.0, max_iter=2_000)
    y = np.repeat([True, False], len(x))
    fitted.fit(np.concatenate([x, -x]) / scale, y, sample_weight=np.concatenate([w, w]))
    found = fitted.coef_[0] / scale
    unit = max(abs(found[0]), 1e-9) if SIGNALS[0] not in without else 1.0
    return {name: round(float(v / unit), 3) for name, v in zip(SIGNALS, found, strict=True)}


def crossed_ranking(judged: Sequence[Judged], without: Sequence[str] = ()) -> list[Bools]:
    """For each question which hits are right, in the order of weights that were fitted without it."""
    out: list[Bools] = [np.zeros(0, dtype=bool)] * len(judged)
    for fold in range(FOLDS):
        weights = rank_model([j for n, j in enumerate(judged) if n % FOLDS != fold], without)
        values = np.array([weights[name] for name in SIGNALS])
        for n in range(fold, len(judged), FOLDS):
            out[n] = judged[n].right[np.argsort(-(judged[n].table @ values), kind="stable")]
    return out


def model(x: Floats, y: Bools) -> dict[str, float]:
    """Bias and weights in the features' own units."""
    fitted, mean, scale = _fit(x, y)
    weights = fitted.coef_[0] / scale
    bias = float(fitted.intercept_[0] - (weights * mean).sum())
    return {"bias": round(bias, 4)} | {n: round(float(w), 4) for n, w in zip(FEATURES, weights, strict=True)}


def crossed(x: Floats, y: Bools) -> Floats:
    """Each row's probability from a model that was fitted without it. Folds are every fifth row: no seed needed."""
    out = np.zeros(len(y))
    for fold in range(FOLDS):
        test = np.arange(len(y)) % FOLDS == fold
        fitted, mean, scale = _fit(x[~test], y[~test])
        out[test] = fitted.predict_proba((x[test] - mean) / scale)[:, 1]
    return out


def balance(chance: Sequence[float] | Floats, wanted: Sequence[bool] | Bools) -> float:
    """The threshold with the smallest sum of false-answer rate and weighted over-refusal rate.

    >>> balance([0.1, 0.4, 0.6, 0.9], [False, False, True, True])
    0.5
    """
    p, y = np.asarray(chance), np.asarray(wanted)
    cuts = np.unique(p)
    middles = np.concatenate([[0.0], (cuts[1:] + cuts[:-1]) / 2, [1.0]])
    loss = [np.mean(p[~y] >= t) + REFUSAL * np.mean(p[y] < t) for t in middles]
    return float(middles[int(np.argmin(loss))])


def figures(chance: Floats, wanted: Bools, threshold: float) -> str:
    """AUROC and the two rates at a threshold, in one line."""
    false, refused = np.mean(chance[~wanted] >= threshold), np.mean(chance[wanted] < threshold)
    return (
        f"AUROC {auroc(list(chance), list(wanted)):.3f}, at {threshold:.2f} "
        f"false answers {false:.3f}, over-refusals {refused:.3f} (n = {len(chance)})"
    )


def _judged(bot: Bot, row: GoldRow, gold: int) -> Judged:
    engine = bot.search_engine
    hits = engine.search(row.question)
    head = judge(bot.reranker, row.question, hits, bot.context_of(), engine.frequency, engine.size)
    return Judged(row, gold, bot, tuple(head), hits[DEPTH:])


def features_of(judged: Sequence[Judged], ranking: dict[str, float]) -> tuple[list[Judged], Floats]:
    """The features of each question that isn't an instruction, its hits in the order of those weights."""
    rows, table = [], []
    for j in judged:
        found = asdict(j.bot.features(j.row.question, order(j.head, j.tail, ranking)))
        if not found["instruction"]:
            rows.append(j)
            table.append([found[name] for name in FEATURES])
    return rows, np.array(table)


def _fit(x: Floats, y: Bools) -> tuple[Any, Floats, Floats]:
    from sklearn.linear_model import LogisticRegression

    mean, scale = x.mean(0), x.std(0) + 1e-9
    return LogisticRegression(C=C, max_iter=2_000).fit((x - mean) / scale, y), mean, scale
