"""Reads passages with a question behind each, and gives the hidden states that a probe judges by.

One state a passage: what the model holds at the question's last token, and the mean over all of the question's
tokens. Takes token ids; text becomes ids in `qa.local`. Try `LocalModel.load("embedded").states(["Cats purr."], "Who
purrs?", 18).shape`.
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

TOKENS = 512  # read together at the most: many keep the processor busy, and memory bounds them


class Reader:
    """A compiled reading model. Safe for several threads: what they ask waits in one queue."""

    def __init__(self, compiled: Any, streams: int) -> None:
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(streams):
            request = compiled.create_infer_request()
            # The runtime's Python layer finds its types at the first inference, which two threads must not do at once.
            request.infer(packed([np.zeros(1, np.int64)], np.zeros(1, np.int64)))
            tuple(request.get_output_tensor(0).shape)
            self._free.put(request)
        self._streams = streams
        self._threads = ThreadPoolExecutor(streams, thread_name_prefix="reader")

    def __call__(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        """States of shape `(len(prefixes), 2 * width)`; every prefix and the question hold at least one token id.

        Prefixes of like length share a batch, and batches hold the same number of tokens, so that all streams end
        together.
        """
        batches = shares([len(prefix) + len(question) for prefix in prefixes], self._streams)
        done = list(self._threads.map(lambda batch: self._batch([prefixes[i] for i in batch], question), batches))
        states = np.zeros((len(prefixes), done[0].shape[1]), np.float32)
        for batch, values in zip(batches, done, strict=True):
            states[batch] = values
        return states

    def _batch(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        request = self._free.get()
        try:
            request.infer(packed(prefixes, question))
            read = request.get_output_tensor(0).data
            return np.concatenate([read[:, -1], read.mean(1)], axis=1, dtype=np.float32)
        finally:
            self._free.put(request)


def shares(lengths: Sequence[int], streams: int) -> list[list[int]]:
    """Which rows go together: the same number of batches for each stream, of about as many tokens each.

    >>> shares([10, 30, 10, 10], 2)
    [[1], [0, 2, 3]]
    """
    total, batches = sum(lengths), []
    count = streams * math.ceil(total / (TOKENS * streams))
    filled = 0
    for row in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        # The batch that the middle of this row falls in, when all rows lie end to end.
        batches.append((int((filled + lengths[row] / 2) * count / total), row))
        filled += lengths[row]
    return [[row for _, row in group] for _, group in itertools.groupby(batches, key=lambda b: b[0])]


def packed(prefixes: Sequence[Ids], question: Ids) -> dict[str, npt.NDArray[Any]]:
    """The inputs of a reading graph: rows of `prefix + question`, and where the question is.

    >>> given = packed([np.array([5, 6]), np.array([7])], np.array([8, 9]))
    >>> given["tokens"].tolist(), given["rows"].tolist(), given["back"].tolist()
    ([5, 6, 8, 9, 7, 8, 9], [[0, 1, 2, 3], [4, 5, 6, 0]], [0, 1, 2, 3, 4, 5, 6])
    >>> given["at"].tolist()
    [[2, 3], [1, 2]]

    The places after a row's end hold any token: a language model never looks ahead.
    """
    lengths = np.array([len(prefix) + len(question) for prefix in prefixes])
    here = np.arange(lengths.max()) < lengths[:, None]
    rows = np.zeros(here.shape, np.int64)
    rows[here] = np.arange(lengths.sum())
    return {
        "tokens": np.concatenate([part for prefix in prefixes for part in (prefix, question)]),
        "rows": rows,
        "back": np.flatnonzero(here),
        "at": lengths[:, None] - len(question) + np.arange(len(question)),
    }
