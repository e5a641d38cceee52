"""What the OpenVINO graphs of a llama are made of, with int8 weights.

OpenVINO's own reader of GGUF files rounds the lowest value of each group of a Q4_1 weight to a whole step, which costs
the embedded model 0.14 nats a token on news text; these graphs are made from the numbers in the file, and int8 costs
0.01. `exact` keeps float32, to check the others against. The graphs are `qa/reading.py` and `qa/writing.py`; running
them is `qa/compiled.py`. Try `reader(gguf, shape, 18)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.adapter import Adapter
from qa.gguf import Floats, Gguf
from qa.llama import Shape, layer_of, product, turn_of, turned

FAR = 2**31 - 1


@dataclass
class Places:
    """Where tokens stand: the angles of their positions and, for packed ones, the way into their rows and back."""

    turns: tuple[Any, Any]
    rows: Any = None
    back: Any = None

    def spread(self, x: Any) -> Any:
        """Packed tokens `(total, n)` -> rows `(rows, length, n)`; rows stay as they are."""
        from openvino import opset13 as op

        return x if self.rows is None else op.gather(x, self.rows, op.constant(0))

    def pack(self, x: Any) -> Any:
        from openvino import opset13 as op

        if self.back is None:
            return x
        width = x.get_output_partial_shape(0)[2].get_length()
        return op.gather(op.reshape(x, ints(-1, width), False), self.back, op.constant(0))


@dataclass
class Llama:
    """The parts that both graphs are made of."""

    gguf: Gguf
    shape: Shape
    exact: bool
    adapter: Adapter | None = None

    def __post_init__(self) -> None:
        self._turn, self._head_turn = turn_of(self.shape.width, 0), turn_of(self.shape.head, 1)

    def embed(self, ids: Any) -> Any:
        from openvino import opset13 as op

        return op.gather(self._weight(product(self.gguf.tensor("token_embd.weight"), self._turn)), ids, op.constant(0))

    def logits(self, x: Any) -> Any:
        tied = "output.weight" not in self.gguf.tensors
        head = self.gguf.tensor("token_embd.weight" if tied else "output.weight")
        return self._linear(self._norm(x), product(head * self.gguf.tensor("output_norm.weight"), self._turn))

    def plain(self, x: Any) -> Any:
        """The states without the turn that int8 needs, which is only this code's own."""
        from openvino import opset13 as op

        return op.matmul(self._norm(x), op.constant(self._turn), False, True)

    def layer(self, number: int, x: Any, read: Any, at: Places, of: Places, mask: Any, memory: Any) -> Any:
        """`x`, which stands `at` some places, after one layer that looks at `read` and the places `of` it."""
        from openvino import opset13 as op

        w = layer_of(self.gguf, self.shape, number)
        if self.adapter:
            w = self.adapter.applied(number, w)
        w = turned(w, self.shape, self._turn, self._head_turn)
        here, there = self._norm(x), self._norm(read)
        query = self._rotate(self._heads(at.spread(self._linear(here, w.query)), self.shape.heads), at.turns)
        key = self._rotate(self._heads(of.spread(self._linear(there, w.key)), self.shape.key_heads), of.turns)
        value = self._heads(of.spread(self._linear(there, w.value)), self.shape.key_heads)
        key, value = memory(f"key.{number}", key), memory(f"value.{number}", value)
        seen = op.scaled_dot_product_attention(query, self._shared(key), self._shared(value), mask)
        seen = op.reshape(op.transpose(seen, ints(0, 2, 1, 3)), ints(0, 0, self.shape.width), True)
        x = op.add(x, self._linear(at.pack(seen), w.output))
        here = self._norm(x)
        gated = op.multiply(op.swish(self._linear(here, w.gate)), self._linear(here, w.up))
        return op.add(x, self._linear(gated, w.down))

    def turns(self, positions: Any) -> tuple[Any, Any]:
        """Cosines and sines of rotary positions (Su et al. 2021, arXiv:2104.09864): `(rows, 1, length, head)`."""
        from openvino import opset13 as op

        frequencies = self.shape.base ** (-np.arange(self.shape.head // 2, dtype=np.float32) * 2 / self.shape.head)
        places = op.unsqueeze(op.convert(positions, "f32"), ints(1, 3))
        angles = op.multiply(places, op.constant(frequencies.astype(np.float32).reshape(1, 1, 1, -1)))
        angles = op.concat([angles, angles], -1)
        return op.cos(angles), op.sin(angles)

    def _rotate(self, x: Any, turns: tuple[Any, Any]) -> Any:
        from openvino import opset13 as op

        half = ints(self.shape.head // 2)
        first = op.slice(x, ints(0), half, ints(1), ints(3))
        second = op.slice(x, half, ints(FAR), ints(1), ints(3))
        turned = op.concat([op.multiply(second, op.constant(np.float32(-1))), first], -1)
        return op.add(op.multiply(x, turns[0]), op.multiply(turned, turns[1]))

    def _heads(self, x: Any, heads: int) -> Any:
        from openvino import opset13 as op

        return op.transpose(op.reshape(x, ints(0, 0, heads, self.shape.head), True), ints(0, 2, 1, 3))

    def _shared(self, x: Any) -> Any:
        """Each key head serves several query heads (Ainslie et al. 2023, grouped-query attention, arXiv:2305.13245)."""
        from openvino import opset13 as op

        times = self.shape.heads // self.shape.key_heads
        wide = op.broadcast(op.unsqueeze(x, ints(2)), ints(1, 1, times, 1, 1), broadcast_spec="BIDIRECTIONAL")
        return op.reshape(wide, ints(0, self.shape.heads, -1, self.shape.head), True)

    def _norm(self, x: Any) -> Any:
        from openvino import opset13 as op

        mean = op.reduce_mean(op.power(x, op.constant(np.float32(2))), ints(-1), True)
        root = op.sqrt(op.add(mean, op.constant(np.float32(self.shape.epsilon))))
        return op.multiply(x, op.divide(op.constant(np.float32(1)), root))

    def _linear(self, x: Any, values: Floats) -> Any:
        from openvino import opset13 as op

        return op.matmul(x, self._weight(values), False, True)

    def _weight(self, values: Floats) -> Any:
        from openvino import opset13 as op

        if self.exact:
            return op.constant(np.ascontiguousarray(values))
        scale = np.maximum(np.abs(values).max(1, keepdims=True), 1e-12) / 127
        whole = np.rint(values / scale).astype(np.int8)
        return op.multiply(op.convert(op.constant(whole), "f32"), op.constant(scale))


def parameter(name: str, axes: int = 2) -> Any:
    from openvino import opset13 as op

    made = op.parameter([-1] * axes, dtype=np.int64, name=name)
    made.output(0).set_names({name})
    return made


def ints(*values: int) -> Any:
    from openvino import opset13 as op

    return op.constant(np.array(values, np.int64))


def size_of(x: Any, axis: int) -> Any:
    from openvino import opset13 as op

    return op.gather(op.shape_of(x), op.constant(axis), op.constant(0))
