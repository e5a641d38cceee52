"""The arithmetic of fitting: logistic regressions, always looked at by cross-validation. Pure, no product code.

Everything is pooled by `folds`, so that no figure comes from a model that saw the question. Try the example of
`balance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FOLDS = 5


def folds(groups: Sequence[str]) -> Ints:
    """A fold for each row; rows of one group share it, and all folds get about as many groups.

    >>> folds(["a", "b", "a"]).tolist()
    [0, 1, 0]
    """
    number = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    return np.array([number[group] % FOLDS for group in groups])


def logistic(x: Floats, y: Bools, c: float, weight: Floats | None = None) -> tuple[float, Floats]:
    """Bias and weights, in the features' own units, of a logistic regression with an L2 penalty of 1 / `c`."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = x.mean(0), _scale(x)
    fitted = LogisticRegression(C=c, max_iter=2_000).fit((x - mean) / scale, y, sample_weight=weight)
    weights = fitted.coef_[0] / scale
    return float(fitted.intercept_[0] - (weights * mean).sum()), weights


def crossed(
    x: Floats, y: Bools, fold: Ints, c: float, weight: Floats | None = None, among: Bools | None = None
) -> Floats:
    """Each row's log-odds from a model that was fitted without its fold, on the rows `among` which it is asked."""
    out = np.zeros(len(y))
    for n in range(FOLDS):
        train = (fold != n) if among is None else (fold != n) & among
        bias, weights = logistic(x[train], y[train], c, None if weight is None else weight[train])
        out[fold == n] = x[fold == n] @ weights + bias
    return out


def pairwise(tables: Sequence[Floats], rights: Sequence[Bools], c: float) -> Floats:
    """Weights that put right rows of a table before wrong ones: a logistic regression on their differences.

    Each table counts once, whatever its number of pairs; each pair counts in both directions.
    """
    from sklearn.linear_model import LogisticRegression

    pairs, weights = [], []
    for table, right in zip(tables, rights, strict=True):
        if right.any() and not right.all():
            found = (table[right][:, None] - table[~right][None]).reshape(-1, table.shape[1])
            pairs.append(found)
            weights.append(np.full(len(found), 1 / len(found)))
    x, w = np.concatenate(pairs), np.concatenate(weights)
    scale = _scale(x)
    fitted = LogisticRegression(fit_intercept=False, C=c, max_iter=2_000)
    fitted.fit(np.concatenate([x, -x]) / scale, np.repeat([True, False], len(x)), np.concatenate([w, w]))
    return np.asarray(fitted.coef_[0] / scale)


def balance(chance: Floats, wanted: Bools, weight: Floats, refusal: float = 1.0) -> float:
    """The threshold with the smallest sum of the rate of false alarms and, `refusal` times, that of misses.

    >>> balance(np.array([0.1, 0.4, 0.6, 0.9]), np.array([False, False, True, True]), np.ones(4))
    0.5
    """
    cuts = np.unique(chance)
    middles = np.concatenate([[0.0], (cuts[1:] + cuts[:-1]) / 2, [1.0]])

    def rate(of: Bools, among: Bools) -> float:
        return float(weight[of & among].sum() / weight[among].sum())

    loss = [rate(chance >= t, ~wanted) + refusal * rate(chance < t, wanted) for t in middles]
    return float(middles[int(np.argmin(loss))])


def refusing(share: float, chance: Floats, wanted: Bools, weight: Floats) -> float:
    """The threshold that the chances of `share` of the wanted are below.

    >>> refusing(0.25, np.array([0.1, 0.3, 0.5, 0.6, 0.9]), np.array([False, True, True, True, True]), np.ones(5))
    0.5
    """
    order = np.argsort(chance[wanted], kind="stable")
    below = np.cumsum(weight[wanted][order]) / weight[wanted].sum()
    return float(chance[wanted][order][np.searchsorted(below, share, side="right")])


def sigmoid(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)))


def _scale(x: Floats) -> Any:
    scale = x.std(0)
    return np.where(scale < 1e-6, 1.0, scale)
