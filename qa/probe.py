"""How well a passage answers a question, read off the embedded model's hidden states by a linear probe.

A language model that reads a passage and then a question knows more about whether the one answers the other than it
can say: a logistic regression on the states of a middle layer tells it (Alain and Bengio 2016, "Understanding
intermediate layers using linear classifier probes", arXiv:1610.01644; Kadavath et al. 2022, "Language Models (Mostly)
Know What They Know", arXiv:2207.05221). The weights are in `probe.json`, made by `python -m eval fit` on development
questions. Pure; the states come from `qa.local`. Try `load().logits(states)`.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LAYER = 18  # of 30: ranks best and tells best in cross-validation; see `python -m eval fit`
FILE = "probe.json"


@dataclass(frozen=True, slots=True)
class Probe:
    """A linear function of a state; `weights` has as many numbers as a state, `layer` is where states are taken."""

    layer: int
    bias: float
    weights: tuple[float, ...]

    def logits(self, states: Floats) -> Floats:
        """Log-odds that each passage answers the question: `(passages, size)` -> `(passages,)`.

        >>> Probe(1, 0.5, (1.0, -2.0)).logits(np.array([[3.0, 1.0], [0.0, 0.0]], np.float32)).tolist()
        [1.5, 0.5]
        """
        return np.asarray(states @ np.array(self.weights, np.float32) + np.float32(self.bias), np.float32)


@functools.lru_cache(maxsize=1)
def load() -> Probe:
    """The probe of the embedded model."""
    read = json.loads(resources.files("qa").joinpath(FILE).read_text(encoding="utf-8"))
    return Probe(read["layer"], read["bias"], tuple(read["weights"]))
