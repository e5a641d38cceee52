"""Fits a low-rank adapter of the reading model and the probe on top of it, together, by gradient descent.

What stands below the changed layers is computed once and kept, about 25 MB for a thousand examples. The model itself is
`eval/twin.py`; which passages, and what is right, is up to `eval/tune.py`. Try: python -m eval tune --help
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from eval import learn
from eval.learn import Bools, Floats
from eval.twin import SCALE, Batch, Twin, unit
from qa.adapter import Adapter, unpacked
from qa.gguf import Gguf
from qa.llama import Shape
from qa.probe import LAYER, Probe

FIRST = 12  # the first layer that is changed: those below know the language, not the task, and cost as much again
RANK = 8
BATCH, WARM = 16, 30  # questions a step, steps until the full rate
CHUNK = 8  # so many questions of a step are about one article: what they share is computed once
RATE, PROBE_RATE, DECAY = 1e-3, 3e-4, 0.01
SAMPLE, PROBE_C = 4_000, 0.03  # examples looked at before, and the inverse weight of the first probe's penalty
WRONG = 0.5  # what a wrong passage weighs: each question has more of them, and they are the hardest ones

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """The tokens of a passage and of the question behind it; `right` when the one answers the other."""

    passage: Ids
    question: Ids
    right: bool


class Trainer:
    """The reading model over some examples, from which `fit` learns."""

    def __init__(self, gguf: Gguf, shape: Shape, examples: Sequence[Example]) -> None:
        import torch

        self._twin, self._examples = Twin(gguf, shape, LAYER), examples
        numbers: dict[bytes, int] = {}
        self._of = [numbers.setdefault(e.passage.tobytes(), len(numbers)) for e in examples]
        self._passages = [np.frombuffer(key, np.int64) for key in numbers]
        # The states of passages and questions at the first layer that is changed.
        self._below: list[Any] = [None] * len(self._passages)
        self._asked: list[Any] = [None] * len(examples)
        order = sorted(range(len(examples)), key=lambda n: self._of[n])
        with torch.no_grad():
            for part in tqdm([order[n : n + 64] for n in range(0, len(order), 64)], "below", file=sys.stderr):
                batch, first = self._batch(part)
                ids = [self._passages[p] for p in first] + [self._examples[n].question for n in part]
                x = self._twin.words[torch.tensor(np.concatenate(ids))]
                for number in range(FIRST):
                    x = self._twin.layer(number, x, batch, {})
                rows = torch.split(x.half(), [len(row) for row in ids])
                for p, row in zip(first, rows, strict=False):
                    self._below[p] = row.clone()
                for n, row in zip(part, rows[len(first) :], strict=True):
                    self._asked[n] = row.clone()

    def fit(
        self,
        questions: Sequence[Sequence[int]],
        articles: Sequence[str],
        rounds: int,
        start: tuple[Adapter, Probe] | None = None,
    ) -> tuple[Adapter, Probe]:
        """The adapter and the probe of its states, after `rounds` over all questions.

        `questions` hold numbers of examples, and each has its article. Without a `start` the adapter changes nothing
        at first, and the probe is a linear one of the untouched model's states.
        """
        import torch

        torch.manual_seed(0)
        changes = [
            {
                name: _given(start[0], f"{number}.{name}") if start else _factors(weight)
                for name, weight in self._twin.layers[number].items()
            }
            for number in range(FIRST, LAYER)
        ]
        states, answers = self._sample([n for question in questions for n in question], changes)
        # In units of the states' spread, where all weights are of like size.
        center, spread = states.mean(0), states.std(0)
        if start:
            first_bias, first = start[1].bias, np.array(start[1].weights)
        else:
            first_bias, first = learn.logistic(states, answers, PROBE_C, np.where(answers, 1.0, WRONG))
        mean, scale = (torch.tensor(x, dtype=torch.float32) for x in (center, spread))
        weights = torch.tensor(first * spread, dtype=torch.float32, requires_grad=True)
        bias = torch.tensor(first_bias + float(center @ first), dtype=torch.float32, requires_grad=True)
        factors = [factor for layer in changes for pair in layer.values() for factor in pair]
        steps = list(_steps(questions, articles, rounds))
        optimizer = torch.optim.AdamW(
            [
                {"params": factors, "lr": RATE, "weight_decay": DECAY},
                {"params": [weights, bias], "lr": PROBE_RATE, "weight_decay": 0.0},
            ]
        )
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, len(steps)))
        shown = tqdm(steps, "tuning", file=sys.stderr)
        for step in shown:
            optimizer.zero_grad()
            odds = (self._states(step, changes) - mean) / scale @ weights + bias
            right = torch.tensor([self._examples[n].right for n in step])
            weight = torch.where(right, 1.0, WRONG)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                odds, right.float(), weight / weight.sum(), reduction="sum"
            )
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(factors, 1.0)
            optimizer.step()
            rate.step()
            shown.set_postfix(loss=f"{loss.item():.3f}")
        own = (weights.detach() / scale).double().numpy()
        probe = Probe(LAYER, round(bias.item() - float(own @ center), 5), tuple(round(float(w), 5) for w in own))
        return _adapter(changes), probe

    def states(
        self, numbers: Sequence[int], changes: Sequence[Mapping[str, Any]] = ({},) * (LAYER - FIRST)
    ) -> npt.NDArray[np.float32]:
        """What the model holds for the examples of these numbers, in the form of `qa.reader`."""
        import torch

        with torch.no_grad():
            return np.asarray(self._states(numbers, changes).numpy())

    def _sample(self, numbers: Sequence[int], changes: Sequence[Mapping[str, Any]]) -> tuple[Floats, Bools]:
        """The states of some of the examples before the first step, and which of them are right."""
        sample = sorted(int(n) for n in np.random.default_rng(0).permutation(numbers)[:SAMPLE])
        batches = tqdm([sample[n : n + 64] for n in range(0, len(sample), 64)], "probe", file=sys.stderr)
        states = np.concatenate([self.states(batch, changes) for batch in batches]).astype(np.float64)
        return states, np.array([self._examples[n].right for n in sample])

    def _batch(self, numbers: Sequence[int]) -> tuple[Batch, list[int]]:
        """The form of some examples, and the numbers of their passages."""
        import torch

        first = list(dict.fromkeys(self._of[n] for n in numbers))
        row = {p: n for n, p in enumerate(first)}
        passages = torch.tensor([len(self._passages[p]) for p in first])
        questions = torch.tensor([len(self._examples[n].question) for n in numbers])
        return Batch.made(passages, questions, torch.tensor([row[self._of[n]] for n in numbers])), first

    def _states(self, numbers: Sequence[int], changes: Sequence[Mapping[str, Any]]) -> Any:
        """Shape `(examples, 2 * width)`."""
        import torch

        batch, first = self._batch(numbers)
        x = torch.cat([*(self._below[p] for p in first), *(self._asked[n] for n in numbers)]).float()
        for number, change in enumerate(changes, FIRST):
            x = self._twin.layer(number, x, batch, change)
        rows = torch.split(unit(x[int(batch.passages.lengths.sum()) :]), batch.questions.lengths.tolist())
        return torch.stack([torch.cat([row[-1], row.mean(0)]) for row in rows])


def _factors(weight: Any) -> tuple[Any, Any]:
    """A change that is none yet: the first factor random, the second 0."""
    import torch

    outputs, inputs = weight.shape
    low = (torch.randn(RANK, inputs) / math.sqrt(inputs)).requires_grad_()
    return low, torch.zeros(outputs, RANK, requires_grad=True)


def _given(adapter: Adapter, key: str) -> tuple[Any, Any]:
    """The change that an adapter makes to one matrix."""
    import torch

    low, high = adapter.factors[key]
    return torch.tensor(low).requires_grad_(), torch.tensor(high / np.float32(SCALE)).requires_grad_()


def _adapter(changes: Sequence[Mapping[str, Any]]) -> Adapter:
    factors = {
        f"{number}.{name}": (low.detach().numpy(), high.detach().numpy() * np.float32(SCALE))
        for number, layer in enumerate(changes, FIRST)
        for name, (low, high) in layer.items()
    }
    return unpacked(Adapter("", factors).packed())  # with the name and the rounding that it will have


def _steps(questions: Sequence[Sequence[int]], articles: Sequence[str], rounds: int) -> Iterator[list[int]]:
    """The examples of each step: all questions in a random order, by chunks of one article, again and again."""
    random = np.random.default_rng(0)
    for _ in range(rounds):
        of: dict[str, list[int]] = {}
        for n in random.permutation(len(questions)):
            of.setdefault(articles[n], []).append(int(n))
        chunks = [own[n : n + CHUNK] for own in of.values() for n in range(0, len(own), CHUNK)]
        order = [n for chunk in random.permutation(len(chunks)) for n in chunks[chunk]]
        for first in range(0, len(order), BATCH):
            yield [example for n in order[first : first + BATCH] for example in questions[n]]


def _rate(step: int, steps: int) -> float:
    """A warm start, then down along half a cosine."""
    return min(1.0, (step + 1) / WARM) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
