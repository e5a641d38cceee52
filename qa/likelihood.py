"""Query likelihood: the mean log-probability that a language model gives a question after each of some passages.

Sachan et al. 2022, "Improving Passage Retrieval with Zero-Shot Question Generation" (UPR), arXiv:2204.07496. Scores
token ids; text becomes ids in `qa.local`. Try `LocalModel.load("embedded").likelihood(["Cats purr."], "Who purrs?")`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


class Likelihood:
    """A scoring model, compiled once. Safe for several threads: one batch at a time."""

    def __init__(self, openvino: Any, folder: Path) -> None:
        model = openvino.Core().read_model(folder / "openvino_model.xml")
        _score_targets(model)
        self._request = (
            openvino.Core().compile_model(model, "CPU", {"PERFORMANCE_HINT": "LATENCY"}).create_infer_request()
        )
        self._lock = threading.Lock()

    def __call__(self, prefixes: Sequence[Ids], question: Ids) -> npt.NDArray[np.float32]:
        """Nats per token, shape `(len(prefixes),)`; every prefix and the question hold at least one token id."""
        rows, longest = len(prefixes), max(map(len, prefixes)) + len(question)
        ids, mask = np.zeros((rows, longest), np.int64), np.zeros((rows, longest), np.int64)
        for row, prefix in enumerate(prefixes):
            used = len(prefix) + len(question)
            ids[row, longest - used :] = np.concatenate([prefix, question])
            mask[row, longest - used :] = 1
        with self._lock:
            self._request.reset_state()
            self._request.infer(
                {
                    "input_ids": ids,
                    "attention_mask": mask,
                    "position_ids": np.maximum(np.cumsum(mask, 1) - 1, 0),
                    "beam_idx": np.arange(rows, dtype=np.int32),
                    "targets": np.tile(question, (rows, 1)),
                }
            )
            scores = self._request.get_output_tensor(0).data.copy()
        return np.asarray(scores.mean(1), np.float32)


def _score_targets(model: Any) -> None:
    """Give the model an input `targets` and, instead of all logits, the log-probabilities of those last tokens."""
    from openvino import opset13 as op

    result = model.get_results()[0]
    head = result.input_value(0).get_node()
    targets = op.parameter([-1, -1], dtype=np.int64, name="targets")
    targets.output(0).set_names({"targets"})
    length = op.gather(op.shape_of(targets), op.constant(np.array([1])), op.constant(0))
    start = op.subtract(op.constant(np.array([-1])), length)
    hidden = op.slice(
        head.input_value(0), start, op.constant(np.array([-1])), op.constant(np.array([1])), op.constant(np.array([1]))
    )
    head.input(0).replace_source_output(hidden.output(0))
    chances = op.log_softmax(head.output(0), -1)
    chosen = op.gather_elements(chances, op.unsqueeze(targets, op.constant(2)), 2)
    model.add_parameters([targets])
    model.remove_result(result)
    model.add_results([op.result(op.squeeze(chosen, op.constant(2)))])
    model.validate_nodes_and_infer_types()
