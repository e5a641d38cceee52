"""Reads passages with a question behind each, and gives the hidden states that a probe judges by.

One state a passage: what the model holds at the question's last token, and the mean over all of the question's
tokens. What a passage alone has told the model is remembered, so that the next question about it costs a third or
less. Takes token ids; text becomes ids in `qa.local`.
Try `LocalModel.load("embedded").states(["Cats purr."], "Who purrs?", 18).shape`.
"""

from __future__ import annotations

import itertools
import math
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Kept = npt.NDArray[Any]  # keys and values of a passage: (2 * layers, key heads, tokens, head)

TOKENS = 512  # read together at the most: many keep the processor busy, and memory bounds them
MEMORY = 160_000_000  # bytes of passages that are remembered: some 200 sentences of the embedded model


class Reader:
    """A compiled reading model. Safe for several threads: what they ask waits in one queue."""

    def __init__(self, compiled: Any, streams: int, memory: int = MEMORY) -> None:
        past = compiled.input("past")
        layers, _, heads, _, size = (d.get_length() if d.is_static else 0 for d in past.partial_shape)
        self._nothing = np.zeros((layers, heads, 0, size), past.element_type.to_dtype())
        self._known: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock, self._memory, self._held = threading.Lock(), memory, 0
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(streams):
            request = compiled.create_infer_request()
            # The runtime's Python layer finds its types at the first inference, which two threads must not do at once.
            request.infer(packed([np.zeros(1, np.int64)], [self._nothing], 1))
            tuple(request.get_output_tensor(0).shape)
            self._free.put(request)
        self._streams = streams
        self._threads = ThreadPoolExecutor(streams, thread_name_prefix="reader")

    def __call__(self, prefixes: Sequence[Ids], question: Ids) -> Floats:
        """States of shape `(len(prefixes), 2 * width)`; every prefix and the question hold at least one token id."""
        passages = self._passages(prefixes)

        def read(batch: Sequence[int]) -> list[Floats]:
            states, _ = self._infer([question] * len(batch), [passages[i] for i in batch], len(question))
            return list(np.concatenate([states[:, -1], states.mean(1)], axis=1, dtype=np.float32))

        return np.stack(self._in_batches(read, [len(question)] * len(prefixes)))

    def _passages(self, prefixes: Sequence[Ids]) -> list[Kept]:
        """What the model keeps of each prefix, read now where it is not known."""
        keys = [prefix.tobytes() for prefix in prefixes]
        found: dict[bytes, Kept] = {}
        with self._lock:
            for key in keys:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key] = self._known[key]
        new = {key: prefix for key, prefix in zip(keys, prefixes, strict=True) if key not in found}
        rows = list(new.values())

        def read(batch: Sequence[int]) -> list[Kept]:
            _, kept = self._infer([rows[i] for i in batch], [self._nothing] * len(batch), 1)
            return [kept[:, n, :, : len(rows[i])].copy() for n, i in enumerate(batch)]

        if new:
            read_now = dict(zip(new, self._in_batches(read, [len(row) for row in rows]), strict=True))
            found |= read_now
            self._remember(read_now)
        return [found[key] for key in keys]

    def _remember(self, passages: dict[bytes, Kept]) -> None:
        with self._lock:
            for key, kept in passages.items():
                if key not in self._known:
                    self._known[key] = kept
                    self._held += kept.nbytes
            while self._held > self._memory:
                _, oldest = self._known.popitem(last=False)
                self._held -= oldest.nbytes

    def _in_batches(self, read: Callable[[Sequence[int]], list[Any]], lengths: Sequence[int]) -> list[Any]:
        """What `read` gives for the rows of these lengths, in their order; it is asked for a batch at a time."""
        batches = shares(lengths, self._streams)
        found = dict[int, Any]()
        for batch, values in zip(batches, self._threads.map(read, batches), strict=True):
            found.update(zip(batch, values, strict=True))
        return [found[n] for n in range(len(lengths))]

    def _infer(self, rows: Sequence[Ids], past: Sequence[Kept], asked: int) -> tuple[Floats, Kept]:
        """States at the last `asked` places of each row, and what is kept of the rows."""
        request = self._free.get()
        try:
            request.infer(packed(rows, past, asked))
            return request.get_output_tensor(0).data.copy(), request.get_output_tensor(1).data.copy()
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


def packed(rows: Sequence[Ids], past: Sequence[Kept], asked: int) -> dict[str, npt.NDArray[Any]]:
    """The inputs of a reading graph: rows of tokens, each going on from its past, whose last `asked` places count.

    >>> given = packed([np.array([5, 6]), np.array([7])], [np.ones((1, 1, 3, 1)), np.ones((1, 1, 2, 1))], 1)
    >>> given["tokens"].tolist(), given["rows"].tolist(), given["back"].tolist(), given["at"].tolist()
    ([5, 6, 7], [[0, 1], [2, 0]], [0, 1, 2], [[1], [0]])
    >>> given["start"].tolist(), given["past"].shape
    ([3, 2], (1, 2, 1, 3, 1))

    The places after a row's end hold any token: a language model never looks ahead.
    """
    lengths = np.array([len(row) for row in rows])
    here = np.arange(lengths.max()) < lengths[:, None]
    places = np.zeros(here.shape, np.int64)
    places[here] = np.arange(lengths.sum())
    start = np.array([kept.shape[2] for kept in past])
    layers, heads, _, size = past[0].shape
    before = np.zeros((layers, len(rows), heads, start.max(), size), past[0].dtype)
    for row, kept in enumerate(past):
        before[:, row, :, : kept.shape[2]] = kept
    return {
        "tokens": np.concatenate(rows),
        "rows": places,
        "back": np.flatnonzero(here),
        "at": lengths[:, None] - asked + np.arange(asked),
        "start": start,
        "past": before,
    }
