"""Query likelihood: the mean log-probability that a language model gives a question after each of some passages.

Sachan et al. 2022, "Improving Passage Retrieval with Zero-Shot Question Generation" (UPR), arXiv:2204.07496. Scores
token ids; text becomes ids in `qa.local`. Try `LocalModel.load("embedded").likelihood(["Cats purr."], "Who purrs?")`.
"""

from __future__ import annotations

import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

ROWS = 4  # passages scored together: fewer leave the processor waiting, more spend it on padding


class Likelihood:
    """A compiled scoring model. Safe for several threads: what they ask waits in one queue."""

    def __init__(self, compiled: Any, streams: int) -> None:
        self._names = {name for port in compiled.inputs for name in port.names}
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(streams):
            self._free.put(compiled.create_infer_request())
        self._threads = ThreadPoolExecutor(streams, thread_name_prefix="likelihood")

    def __call__(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        """Nats per token, shape `(len(prefixes),)`; every prefix and the question hold at least one token id.

        Prefixes of like length share a batch, so that little is spent on padding; the longest go first, so that
        no stream is left with a long one at the end.
        """
        order = sorted(range(len(prefixes)), key=lambda i: -len(prefixes[i]))
        batches = [order[start : start + ROWS] for start in range(0, len(order), ROWS)]
        scores = np.zeros(len(prefixes), np.float32)
        done = self._threads.map(lambda batch: self._batch([prefixes[i] for i in batch], question), batches)
        for batch, values in zip(batches, done, strict=True):
            scores[batch] = values
        return scores

    def _batch(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        given = padded(prefixes, question)
        request = self._free.get()
        try:
            request.reset_state()
            request.infer({name: given[name] for name in self._names})
            return np.asarray(request.get_output_tensor(0).data.mean(1), np.float32)
        finally:
            self._free.put(request)


def padded(prefixes: Sequence[Ids], question: Ids) -> dict[str, npt.NDArray[Any]]:
    """The inputs of a scoring graph: rows of `prefix + question`, padded on the right, and where the question is.

    >>> given = padded([np.array([5, 6]), np.array([7])], np.array([8, 9]))
    >>> given["input_ids"].tolist(), given["at"].tolist()
    ([[5, 6, 8, 9], [7, 8, 9, 0]], [[1, 2], [0, 1]])

    `at` holds the places whose next token is one of the question's. Padding needs no mask: it comes after all that
    counts, and a language model never looks ahead.
    """
    rows, asked = len(prefixes), len(question)
    length = max(map(len, prefixes)) + asked
    ids = np.zeros((rows, length), np.int64)
    for row, prefix in enumerate(prefixes):
        ids[row, : len(prefix) + asked] = np.concatenate([prefix, question])
    lengths = np.array([len(prefix) for prefix in prefixes])
    return {
        "input_ids": ids,
        "at": lengths[:, None] - 1 + np.arange(asked),
        "targets": np.tile(question, (rows, 1)),
        # What OpenVINO's own exports ask for besides.
        "attention_mask": np.ones_like(ids),
        "position_ids": np.tile(np.arange(length), (rows, 1)),
        "beam_idx": np.arange(rows, dtype=np.int32),
    }
