"""Tune what judges evidence: development questions in, `qa/adapter.npz`, `qa/probe.json` and `eval/odds.json` out.

A linear probe of the untouched model comes first: it tells which wrong passages are the hardest, and is where the
probe starts from when `eval/lora.py` fits it together with the adapter. What comes after the probe in a question's
walk must not be fitted on answers that the adapter has learned by heart: so each question is also judged by an
adapter that was fitted without it, and these odds are kept in `odds.json` for `eval fit` and `eval ablate`. Takes about
an hour and a half and 4 GB on 2 cores for 2,600 questions. Try: python -m eval tune eval/gold.jsonl=.citespan
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval import learn
from eval.asked import Asked, fold_of, gather, pair_arguments
from eval.learn import Floats, Ints
from eval.lora import Example, Start, Trainer
from index.errors import UserError
from qa import adapter, probe
from qa.adapter import Adapter
from qa.gguf import Gguf
from qa.llama import shape_of
from qa.local import LocalModel
from qa.modelfiles import find
from qa.probe import LAYER, Probe
from qa.probe import Floats as States

QA, ODDS = Path(__file__).parents[1] / "qa", Path(__file__).parent / "odds.json"
# Inverse weight of the L2 penalty of the first probe: over a thousand numbers of a state need a strong one.
PROBE_C = 0.03
# A wrong sentence is one of many, so each weighs less than a right one.
WRONG = 1 / 3
# What is learned of each question: up to so many right passages, and the wrong ones that look best.
MOST_RIGHT, MOST_WRONG = 3, 5


def arguments(parser: argparse.ArgumentParser) -> None:
    pair_arguments(parser)


def run(args: argparse.Namespace) -> int:
    asked = gather(args)
    model = LocalModel.load("embedded")
    tuner = Tuner(asked, model, states(asked, model, None))
    # Two parts only, of whole folds: each is judged by what was fitted on the other, and a fit takes long.
    part = fold_of(asked) < 2
    judged: list[Floats] = [np.zeros(0)] * len(asked)
    for numbers in (np.flatnonzero(part), np.flatnonzero(~part)):
        made, read = tuner.fit(np.setdiff1d(np.arange(len(asked)), numbers))
        for n, found in zip(numbers, states([asked[n] for n in numbers], model, made), strict=True):
            judged[n] = read.logits(found).astype(np.float64)
    write(asked, judged, *tuner.fit(np.arange(len(asked))))
    return 0


def states(asked: Sequence[Asked], model: LocalModel, made: Adapter | None) -> list[States]:
    """What the reading model holds after each passage and the question: one table `(hits, size)` a question."""
    shown = tqdm(asked, "reading", file=sys.stderr)
    return [model.states(a.passages, a.row.question, LAYER, made) for a in shown]


class Tuner:
    """Fits an adapter on any part of the questions; what is common to all fits is computed once."""

    def __init__(self, asked: Sequence[Asked], model: LocalModel, tables: Sequence[States]) -> None:
        files = find("embedded")
        gguf = Gguf.open(files.gguf) if files.gguf else None
        shape = shape_of(gguf) if gguf else None
        if gguf is None or shape is None:
            raise UserError(
                "Only the embedded model can be tuned, and it is missing. Run: make test, which installs it."
            )
        self._asked, self._tables = asked, tables
        probe = self._first_probe(np.arange(len(asked)))
        examples: list[Example] = []
        self._examples: list[range] = []
        for a, table in zip(asked, tables, strict=True):
            passages, question = model.tokens(a.passages, a.row.question)
            first = len(examples)
            for hit in hardest(a, probe.odds(table)):
                ids = np.concatenate([passages[hit], question])
                examples.append(Example(ids, len(question), bool(a.right[hit])))
            self._examples.append(range(first, len(examples)))
        self._trainer = Trainer(gguf, shape, examples)

    def fit(self, numbers: Ints) -> tuple[Adapter, Probe]:
        """The adapter and its probe, by the questions of these numbers alone."""
        return self._trainer.fit([self._examples[n] for n in numbers], self._first_probe(numbers))

    def _first_probe(self, numbers: Ints) -> Start:
        """A linear probe of the untouched model's states."""
        x = np.concatenate([self._tables[n] for n in numbers]).astype(np.float64)
        y = np.concatenate([self._asked[n].right for n in numbers])
        bias, weights = learn.logistic(x, y, PROBE_C, np.where(y, 1.0, WRONG))
        return Start(x.mean(0), x.std(0), bias, weights)


def hardest(a: Asked, odds: Floats) -> list[int]:
    """Which of a question's hits are learned from."""
    wrong = [int(n) for n in np.argsort(-odds, kind="stable") if not a.right[n]]
    return [int(n) for n in np.flatnonzero(a.right)[:MOST_RIGHT]] + wrong[:MOST_WRONG]


def write(asked: Sequence[Asked], judged: Sequence[Floats], made: Adapter, read: Probe) -> None:
    """All three files, each with the name of the adapter that it goes with."""
    head = {"made": f"python -m eval tune over {len(asked)} development questions", "adapter": made.name}
    (QA / adapter.FILE).write_bytes(made.packed())
    write_lines(QA / probe.FILE, {**head, "layer": read.layer, "bias": read.bias, "weights": read.weights})
    write_lines(ODDS, {**head, **odds_of(asked, judged)})


def odds_of(asked: Sequence[Asked], judged: Sequence[Floats]) -> dict[str, list[float]]:
    """What is kept of each question: the odds of its hits."""
    return {key(a): [round(float(x), 3) for x in odds] for a, odds in zip(asked, judged, strict=True)}


def judged_by(asked: Sequence[Asked], path: Path = ODDS) -> list[Asked]:
    """The questions with the odds that an adapter fitted without them gave to their hits.

    Raises UserError for a question whose hits are others than they were then.
    """
    kept = json.loads(path.read_text(encoding="utf-8"))
    missing = sum(key(a) not in kept for a in asked)
    if missing:
        raise UserError(
            f"{missing} of {len(asked)} questions find other evidence than when the model was tuned. "
            "Run: python -m eval tune, with the same pairs."
        )
    return [a.judged(np.array(kept[key(a)])) for a in asked]


def key(a: Asked) -> str:
    """A name for a question and what is read for it."""
    return hashlib.sha256("\n".join((a.row.question, *a.passages)).encode()).hexdigest()[:16]


def write_lines(path: Path, value: Mapping[str, object]) -> None:
    """JSON with one part a line: a weight is nothing that anyone edits by hand."""
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"written: {path.name}")
