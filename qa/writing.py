"""The graph that writes: what comes after some tokens and all those that it was given before.

Try `writer(gguf, shape)`; `qa/local.py` runs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qa.gguf import Gguf
from qa.graph import FAR, Llama, Places, ints, parameter, size_of
from qa.llama import Shape


def writer(gguf: Gguf, shape: Shape, exact: bool = False) -> Any:
    """Logits (1, 1, vocabulary) of the token after `input_ids` (1, length) and all that was given before them.

    It remembers the keys and values of earlier calls until its request is reset. `beam_idx` is always `[0]`.
    """
    from openvino import Model
    from openvino import opset13 as op

    ids = parameter("input_ids")
    beam = op.parameter([-1], dtype=np.int32, name="beam_idx")
    beam.output(0).set_names({"beam_idx"})
    memory = _Memory(shape, ids, beam)
    llama = Llama(gguf, shape, exact)
    positions = op.range(memory.length, op.add(memory.length, size_of(ids, 1)), op.constant(1), "i64")
    everything = op.range(op.constant(0), op.add(memory.length, size_of(ids, 1)), op.constant(1), "i64")
    places = Places(llama.turns(op.unsqueeze(positions, ints(0))))
    mask = op.unsqueeze(_not_after(everything, op.unsqueeze(positions, ints(1))), ints(0, 1))
    x = llama.embed(ids)
    for number in range(shape.layers):
        x = llama.layer(number, x, x, places, places, mask, memory)
    last = op.slice(x, ints(-1), ints(FAR), ints(1), ints(1))
    return Model([op.result(llama.logits(last))], memory.sinks, [ids, beam], "writer")


class _Memory:
    """Keys and values of earlier calls, in the shape of graph that OpenVINO runs as one fast step."""

    def __init__(self, shape: Shape, ids: Any, beam: Any) -> None:
        from openvino import opset13 as op

        self.sinks: list[Any] = []
        rows = op.unsqueeze(size_of(ids, 0), ints(0))
        empty = op.concat([rows, ints(shape.key_heads), ints(0), ints(shape.head)], 0)
        self._start = op.broadcast(op.constant(np.float32(0)), empty)
        self._form = [-1, shape.key_heads, -1, shape.head]
        self._beam = beam
        self._first = self._read("key.0")
        self.length = size_of(self._first, 2)

    def _read(self, name: str) -> Any:
        from openvino import PartialShape, Type
        from openvino import opset13 as op

        value = op.read_value(self._start, name, variable_type=Type.f32, variable_shape=PartialShape(self._form))
        return op.gather(value, self._beam, op.constant(0))

    def __call__(self, name: str, value: Any) -> Any:
        from openvino import opset13 as op

        whole = op.concat([self._first if name == "key.0" else self._read(name), value], -2)
        self.sinks.append(op.assign(whole, name))
        return whole


def _not_after(positions: Any, places: Any) -> Any:
    """What attention adds to its scores: 0 for positions up to each place, very little for those after it."""
    from openvino import opset13 as op

    return op.select(op.less_equal(positions, places), op.constant(np.float32(0)), op.constant(np.float32(-1e9)))
