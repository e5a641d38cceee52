"""Fits a low-rank adapter of the reading model and the probe on top of it, together, by gradient descent.

The model is run in torch from the numbers of its GGUF, its matrices in bfloat16; what stands below the changed layers
is computed once and kept, about half a gigabyte for 10,000 passages. Which passages, and what is right, is up to
`eval/tune.py`. Try: python -m eval tune --help
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

from eval.learn import Floats, Ints
from qa.adapter import WEIGHTS, Adapter, unpacked
from qa.gguf import Gguf
from qa.llama import Shape, layer_of
from qa.probe import LAYER, Probe

FIRST = 12  # the first layer that is changed: those below know the language, not the task, and cost as much again
RANK, SCALE, DROPOUT = 8, 2.0, 0.1
EPOCHS, BATCH, WARM = 2, 8, 30  # rounds over all questions, questions a step, steps until the full rate
RATE, PROBE_RATE, DECAY = 1e-3, 3e-4, 0.01
WRONG = 0.5  # what a wrong passage weighs: each question has more of them, and they are the hardest ones


@dataclass(frozen=True, slots=True)
class Example:
    """A passage with a question behind it, whose tokens are the last `asked`; `right` when it answers it."""

    ids: npt.NDArray[np.int64]
    asked: int
    right: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The probe that the fit starts from, with the mean and the spread of the states that it was made on."""

    mean: Floats
    scale: Floats
    bias: float
    weights: Floats

    def odds(self, states: npt.NDArray[Any]) -> Floats:
        return np.asarray(states @ self.weights + self.bias)


class Trainer:
    """The reading model over some examples, for several fits on parts of them."""

    def __init__(self, gguf: Gguf, shape: Shape, examples: Sequence[Example]) -> None:
        import torch

        self._shape, self._examples = shape, examples
        self._layers = [
            {name: torch.tensor(getattr(layer, name), dtype=torch.bfloat16) for name in WEIGHTS}
            for layer in (layer_of(gguf, shape, number) for number in range(LAYER))
        ]
        self._below: list[Any] = [None] * len(examples)
        words = torch.tensor(gguf.tensor("token_embd.weight"))
        order = sorted(range(len(examples)), key=lambda n: len(examples[n].ids))
        with torch.no_grad():
            for batch in tqdm([order[n : n + 32] for n in range(0, len(order), 32)], "below", file=sys.stderr):
                x = self._padded([words[torch.tensor(examples[n].ids)] for n in batch])
                turns = self._turns(x.shape[1])
                for layer in self._layers[:FIRST]:
                    x = self._layer(x, turns, layer, {})
                for row, n in zip(x, batch, strict=True):
                    self._below[n] = row[: len(examples[n].ids)].half()

    def fit(self, questions: Sequence[Sequence[int]], start: Start) -> tuple[Adapter, Probe]:
        """The adapter and the probe of its states; `questions` hold numbers of examples."""
        import torch

        torch.manual_seed(0)
        changes = [
            {name: _factors(weight) for name, weight in self._layers[number].items()} for number in range(FIRST, LAYER)
        ]
        # In units of the states' spread, where all weights are of like size.
        mean, scale = (torch.tensor(x, dtype=torch.float32) for x in (start.mean, start.scale))
        weights = torch.tensor(start.weights * start.scale, dtype=torch.float32, requires_grad=True)
        bias = torch.tensor(start.odds(start.mean), dtype=torch.float32, requires_grad=True)
        factors = [factor for layer in changes for pair in layer.values() for factor in pair]
        steps = list(_steps(questions))
        optimizer = torch.optim.AdamW(
            [
                {"params": factors, "lr": RATE, "weight_decay": DECAY},
                {"params": [weights, bias], "lr": PROBE_RATE, "weight_decay": 0.0},
            ]
        )
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, len(steps)))
        shown = tqdm(steps, "tuning", file=sys.stderr)
        for step in shown:
            loss = 0.0
            optimizer.zero_grad()
            total = sum(1.0 if self._examples[n].right else WRONG for n in step)
            # Two batches of like lengths waste less on padding than one.
            for part in np.array_split(sorted(step, key=lambda n: len(self._examples[n].ids)), min(2, len(step))):
                odds = (self._states(part, changes) - mean) / scale @ weights + bias
                wanted = torch.tensor([float(self._examples[n].right) for n in part])
                each = torch.nn.functional.binary_cross_entropy_with_logits(odds, wanted, reduction="none")
                lost = (each * torch.where(wanted > 0, 1.0, WRONG)).sum() / total
                lost.backward()  # type: ignore[no-untyped-call]
                loss += lost.item()
            torch.nn.utils.clip_grad_norm_(factors, 1.0)
            optimizer.step()
            rate.step()
            shown.set_postfix(loss=f"{loss:.3f}")
        own = (weights.detach() / scale).double().numpy()
        probe = Probe(LAYER, round(bias.item() - float(own @ start.mean), 5), tuple(round(float(w), 5) for w in own))
        return _adapter(changes), probe

    def states(self, batch: Ints) -> npt.NDArray[np.float32]:
        """What the untouched model holds for the examples of these numbers, in the form of `qa.reader`."""
        import torch

        with torch.no_grad():
            return np.asarray(self._states(batch, [{}] * (LAYER - FIRST)).numpy())

    def _states(self, batch: Ints, changes: Sequence[Mapping[str, Any]]) -> Any:
        """Shape `(batch, 2 * width)`."""
        import torch

        x = self._padded([self._below[n].float() for n in batch])
        turns = self._turns(x.shape[1])
        for layer, change in zip(self._layers[FIRST:], changes, strict=True):
            x = self._layer(x, turns, layer, change)
        x = _unit(x)
        ends = torch.tensor([len(self._examples[n].ids) for n in batch])
        asked = torch.tensor([self._examples[n].asked for n in batch])
        places = torch.arange(x.shape[1])
        inside = ((places < ends[:, None]) & (places >= (ends - asked)[:, None])).float()
        mean = (x * inside[..., None]).sum(1) / asked[:, None]
        return torch.cat([x[torch.arange(len(batch)), ends - 1], mean], -1)

    def _layer(self, x: Any, turns: tuple[Any, Any], layer: Mapping[str, Any], change: Mapping[str, Any]) -> Any:
        """`x` (rows, length, width) after one layer, as in `qa.graph`; without `change` nothing is trained."""
        import torch
        from torch.nn import functional

        shape, (rows, length, width) = self._shape, x.shape

        def linear(name: str, given: Any) -> Any:
            out = functional.linear(given, layer[name])
            if name in change:
                low, high = (factor.to(torch.bfloat16) for factor in change[name])
                out = out + functional.linear(functional.linear(functional.dropout(given, DROPOUT), low), high) * SCALE
            return out

        def heads(name: str, count: int, given: Any) -> Any:
            return linear(name, given).view(rows, length, count, shape.head).transpose(1, 2)

        def rotated(given: Any) -> Any:
            first, second = given.chunk(2, -1)
            return (given * turns[0] + torch.cat([-second, first], -1) * turns[1]).to(torch.bfloat16)

        here = _unit(x).to(torch.bfloat16)
        times = shape.heads // shape.key_heads
        query = rotated(heads("query", shape.heads, here))
        key = rotated(heads("key", shape.key_heads, here)).repeat_interleave(times, 1)
        value = heads("value", shape.key_heads, here).repeat_interleave(times, 1)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + linear("output", seen.transpose(1, 2).reshape(rows, length, width))
        here = _unit(x).to(torch.bfloat16)
        return x + linear("down", functional.silu(linear("gate", here)) * linear("up", here))

    def _turns(self, length: int) -> tuple[Any, Any]:
        import torch

        angles = self._shape.base ** (-torch.arange(self._shape.head // 2) * 2 / self._shape.head)
        angles = torch.arange(length)[:, None] * torch.cat([angles, angles])[None]
        return angles.cos(), angles.sin()

    @staticmethod
    def _padded(rows: Sequence[Any]) -> Any:
        import torch

        return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True)


def _factors(weight: Any) -> tuple[Any, Any]:
    """A change that is none yet: the first factor random, the second 0."""
    import torch

    outputs, inputs = weight.shape
    low = (torch.randn(RANK, inputs) / math.sqrt(inputs)).requires_grad_()
    return low, torch.zeros(outputs, RANK, requires_grad=True)


def _adapter(changes: Sequence[Mapping[str, Any]]) -> Adapter:
    factors = {
        f"{number}.{name}": (low.detach().numpy(), high.detach().numpy() * np.float32(SCALE))
        for number, layer in enumerate(changes, FIRST)
        for name, (low, high) in layer.items()
    }
    return unpacked(Adapter("", factors).packed())  # with the name and the rounding that it will have


def _unit(x: Any) -> Any:
    """Each state divided by its root mean square."""
    import torch

    return x * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + 1e-5)


def _steps(questions: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The examples of each step: all questions in a random order, again and again."""
    random = np.random.default_rng(0)
    for _ in range(EPOCHS):
        order: Ints = random.permutation(len(questions))
        for n in range(0, len(order), BATCH):
            yield [example for q in order[n : n + BATCH] for example in questions[q]]


def _rate(step: int, steps: int) -> float:
    """A warm start, then down along half a cosine."""
    return min(1.0, (step + 1) / WARM) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
