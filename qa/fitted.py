"""What was fitted: the weights of the ranking and of the verdict, by reranker. Reads `fitted.json` and nothing else.

The file is made by `python -m eval fit` on the development questions of the gold sets. Try `fitted("probe").ranking`.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources

Weights = Mapping[str, float]

FILE = "fitted.json"


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by the name of what they weigh, and thresholds by the name of what they decide."""

    ranking: Weights  # of `rank.Signals`
    further: Weights  # of `compose.Further`, with a bias: does a further sentence belong to the answer?
    related: Weights  # of `verdict.Features`, with a bias: are the articles about this?
    answered: Weights  # the same: do they answer it, if they are?
    thresholds: Weights


@functools.lru_cache(maxsize=4)
def fitted(reranker: str) -> Fitted:
    """What belongs to a kind of reranker: `probe`, `none`, or `cross_encoder`, whose score orders alone.

    >>> fitted("cross_encoder").ranking
    {'judge': 1.0}
    """
    read = json.loads(resources.files("qa").joinpath(FILE).read_text(encoding="utf-8"))
    if reranker == "cross_encoder":
        # Nothing is known of a model that a user names but that more is better.
        return replace(fitted("none"), ranking={"judge": 1.0})
    return Fitted(**read[reranker])


def logistic(features: Mapping[str, float], weights: Weights) -> float:
    """The logistic function of bias and weighted features.

    >>> logistic({"x": 2.0}, {"bias": -2.0, "x": 1.0})
    0.5
    """
    z = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))
