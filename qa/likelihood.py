"""Query likelihood: the mean log-probability that a language model gives a question after each of some passages.

Sachan et al. 2022, "Improving Passage Retrieval with Zero-Shot Question Generation" (UPR), arXiv:2204.07496. Scores
token ids; text becomes ids in `qa.local`. Try `LocalModel.load("embedded").likelihood(["Cats purr."], "Who purrs?")`.
"""

from __future__ import annotations

import itertools
import math
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

TOKENS = 512  # scored together at the most: many keep the processor busy, and memory bounds them


class Likelihood:
    """A compiled scoring model. Safe for several threads: what they ask waits in one queue."""

    def __init__(self, compiled: Any, streams: int) -> None:
        self._names = {name for port in compiled.inputs for name in port.names}
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(streams):
            self._free.put(compiled.create_infer_request())
        self._streams = streams
        self._threads = ThreadPoolExecutor(streams, thread_name_prefix="likelihood")

    def __call__(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        """Nats per token, shape `(len(prefixes),)`; every prefix and the question hold at least one token id.

        Prefixes of like length share a batch, and batches hold the same number of tokens, so that all streams end
        together.
        """
        lengths = [len(prefix) + len(question) - 1 for prefix in prefixes]
        batches = shares(lengths, self._streams)
        scores = np.zeros(len(prefixes), np.float32)
        done = self._threads.map(lambda batch: self._batch([prefixes[i] for i in batch], question), batches)
        for batch, values in zip(batches, done, strict=True):
            scores[batch] = values
        return scores

    def _batch(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        given = packed(prefixes, question)
        request = self._free.get()
        try:
            request.reset_state()
            request.infer({name: given[name] for name in self._names})
            return np.asarray(request.get_output_tensor(0).data.mean(1), np.float32)
        finally:
            self._free.put(request)


def shares(lengths: Sequence[int], streams: int) -> list[list[int]]:
    """Which rows go together: the same number of batches for each stream, of about as many tokens each.

    >>> shares([10, 30, 10, 10], 2)
    [[1], [0, 2, 3]]
    """
    total = sum(lengths)
    batches: list[tuple[int, int]] = []
    count = streams * math.ceil(total / (TOKENS * streams))
    filled = 0
    for row in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        # The batch that the middle of this row falls in, when all rows lie end to end.
        batches.append((int((filled + lengths[row] / 2) * count / total), row))
        filled += lengths[row]
    return [[row for _, row in group] for _, group in itertools.groupby(batches, key=lambda b: b[0])]


def packed(prefixes: Sequence[Ids], question: Ids) -> dict[str, npt.NDArray[Any]]:
    """The inputs of a scoring graph: rows of `prefix + question`, and where the question is.

    >>> given = packed([np.array([5, 6]), np.array([7])], np.array([8, 9]))
    >>> given["tokens"].tolist(), given["rows"].tolist(), given["back"].tolist()
    ([5, 6, 8, 7, 8], [[0, 1, 2], [3, 4, 0]], [0, 1, 2, 3, 4])
    >>> given["at"].tolist()
    [[1, 2], [0, 1]]

    `at` holds the places whose next token is one of the question's; the last token of the question predicts nothing
    that is asked. The places after a row's end hold any token: a language model never looks ahead.
    """
    lengths = np.array([len(prefix) + len(question) - 1 for prefix in prefixes])
    longest = int(lengths.max())
    here = np.arange(longest) < lengths[:, None]
    rows = np.zeros((len(lengths), longest), np.int64)
    rows[here] = np.arange(lengths.sum())
    tokens = np.concatenate([part for prefix in prefixes for part in (prefix, question[:-1])])
    return {
        "tokens": tokens,
        "rows": rows,
        "back": np.flatnonzero(here),
        "at": lengths[:, None] - len(question) + np.arange(len(question)),
        "targets": np.tile(question, (len(prefixes), 1)),
        # What OpenVINO's own exports ask for instead of the first three: the same rows, padded on the right.
        "input_ids": tokens[rows],
        "attention_mask": np.ones_like(rows),
        "position_ids": np.tile(np.arange(longest), (len(rows), 1)),
        "beam_idx": np.arange(len(rows), dtype=np.int32),
    }
