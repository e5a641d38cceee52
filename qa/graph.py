"""A llama as OpenVINO graphs with int8 weights: one that reads, one that writes.

OpenVINO's own reader of GGUF files rounds the lowest value of each group of a Q4_1 weight to a whole step, which costs
the embedded model 0.14 nats a token on news text; these graphs are made from the numbers in the file, and int8 costs
0.01. `exact` keeps float32, to check the others against. Running them is `qa.compiled`. Try `reader(gguf, shape, 18)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.adapter import Adapter
from qa.gguf import Floats, Gguf
from qa.llama import Shape, layer_of, product, turn_of, turned

FAR = 2**31 - 1


def reader(gguf: Gguf, shape: Shape, layers: int, adapter: Adapter | None = None, exact: bool = False) -> Any:
    """Hidden states at chosen places after the first `layers` layers, and the keys and values of what was read.

    `tokens` (total,) are all rows one after the other, so that nothing is computed for padding; `rows` (rows, length)
    says which of them each place of a row holds, and `back` (total,) at which place of the flattened rows each token
    stands. Each row goes on from `past` (2 * layers, rows, key heads, before, head), of which its first `start`
    (rows,) places count. Outputs: for the places `at` (rows, asked) the `states` (rows, asked, width), each of unit
    root mean square, in the directions that the file's own weights use; and `kept`, what `past` is made of, for the
    places of this call.
    """
    from openvino import Model
    from openvino import opset13 as op

    tokens, back, rows, at = _parameter("tokens", 1), _parameter("back", 1), _parameter("rows"), _parameter("at")
    start = _parameter("start", 1)
    past = _Past(shape, layers, exact)
    llama = _Llama(gguf, shape, exact, adapter)
    here = op.range(op.constant(0), _size(rows, 1), op.constant(1), "i64")
    packed = _Places(llama.turns(op.add(op.unsqueeze(start, _ints(1)), here)), rows, back)
    before = op.less(op.range(op.constant(0), past.length, op.constant(1), "i64"), op.unsqueeze(start, _ints(1, 2)))

    def mask(places: Any) -> Any:
        """Rows look at all that counts of their past, and among the places of this call at those not after their own.

        `places` are (1 or rows, asked, 1); the mask is (rows, 1, asked, before + length).
        """
        among = op.less_equal(here, places)
        size = op.concat([op.unsqueeze(_size(rows, 0), _ints(0)), op.unsqueeze(_size(places, 1), _ints(0))], 0)
        parts = [
            op.broadcast(part, op.concat([size, op.unsqueeze(length, _ints(0))], 0), broadcast_spec="BIDIRECTIONAL")
            for part, length in ((before, past.length), (among, _size(rows, 1)))
        ]
        seen = op.select(op.concat(parts, -1), op.constant(np.float32(0)), op.constant(np.float32(-1e9)))
        return op.unsqueeze(seen, _ints(1))

    x = llama.embed(tokens)
    everywhere = mask(op.unsqueeze(here, _ints(0, 2)))
    for number in range(layers - 1):
        x = llama.layer(number, x, x, packed, packed, everywhere, past)
    # The last layer at the places alone that are asked for.
    asked = op.gather(x, op.gather_elements(rows, at, 1), op.constant(0))
    turns = llama.turns(op.add(op.unsqueeze(start, _ints(1)), at))
    x = llama.layer(layers - 1, asked, x, _Places(turns), packed, mask(op.unsqueeze(at, _ints(2))), past)
    return Model([op.result(llama.plain(x)), past.result()], [tokens, rows, back, at, start, past.given], "reader")


def writer(gguf: Gguf, shape: Shape, exact: bool = False) -> Any:
    """Logits (1, 1, vocabulary) of the token after `input_ids` (1, length) and all that was given before them.

    It remembers the keys and values of earlier calls until its request is reset. `beam_idx` is always `[0]`.
    """
    from openvino import Model
    from openvino import opset13 as op

    ids = _parameter("input_ids")
    beam = op.parameter([-1], dtype=np.int32, name="beam_idx")
    beam.output(0).set_names({"beam_idx"})
    memory = _Memory(shape, ids, beam)
    llama = _Llama(gguf, shape, exact)
    positions = op.range(memory.length, op.add(memory.length, _size(ids, 1)), op.constant(1), "i64")
    everything = op.range(op.constant(0), op.add(memory.length, _size(ids, 1)), op.constant(1), "i64")
    places = _Places(llama.turns(op.unsqueeze(positions, _ints(0))))
    mask = op.unsqueeze(_not_after(everything, op.unsqueeze(positions, _ints(1))), _ints(0, 1))
    x = llama.embed(ids)
    for number in range(shape.layers):
        x = llama.layer(number, x, x, places, places, mask, memory)
    last = op.slice(x, _ints(-1), _ints(FAR), _ints(1), _ints(1))
    return Model([op.result(llama.logits(last))], memory.sinks, [ids, beam], "writer")


class _Past:
    """Keys and values that come in with a call, in front of the call's own, which go out."""

    def __init__(self, shape: Shape, layers: int, exact: bool) -> None:
        from openvino import opset13 as op

        self._type = np.float32 if exact else np.float16
        form = [2 * layers, -1, shape.key_heads, -1, shape.head]
        self.given = op.parameter(form, dtype=self._type, name="past")
        self.given.output(0).set_names({"past"})
        self.length = _size(self.given, 3)
        self._kept: list[Any] = []

    def __call__(self, name: str, value: Any) -> Any:
        """The keys or values of a layer, all of them; they are asked for in the order of `past`."""
        from openvino import opset13 as op

        before = op.convert(op.gather(self.given, op.constant(len(self._kept)), op.constant(0)), "f32")
        self._kept.append(op.unsqueeze(op.convert(value, self._type), _ints(0)))
        return op.concat([before, value], 2)

    def result(self) -> Any:
        from openvino import opset13 as op

        kept = op.concat(self._kept, 0)
        kept.output(0).set_names({"kept"})
        return op.result(kept)


class _Memory:
    """Keys and values of earlier calls, in the shape of graph that OpenVINO runs as one fast step."""

    def __init__(self, shape: Shape, ids: Any, beam: Any) -> None:
        from openvino import opset13 as op

        self.sinks: list[Any] = []
        rows = op.unsqueeze(_size(ids, 0), _ints(0))
        empty = op.concat([rows, _ints(shape.key_heads), _ints(0), _ints(shape.head)], 0)
        self._start = op.broadcast(op.constant(np.float32(0)), empty)
        self._form = [-1, shape.key_heads, -1, shape.head]
        self._beam = beam
        self._first = self._read("key.0")
        self.length = _size(self._first, 2)

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


@dataclass
class _Places:
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
        return op.gather(op.reshape(x, _ints(-1, width), False), self.back, op.constant(0))


@dataclass
class _Llama:
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

    def layer(self, number: int, x: Any, read: Any, at: _Places, of: _Places, mask: Any, memory: Any) -> Any:
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
        seen = op.reshape(op.transpose(seen, _ints(0, 2, 1, 3)), _ints(0, 0, self.shape.width), True)
        x = op.add(x, self._linear(at.pack(seen), w.output))
        here = self._norm(x)
        gated = op.multiply(op.swish(self._linear(here, w.gate)), self._linear(here, w.up))
        return op.add(x, self._linear(gated, w.down))

    def turns(self, positions: Any) -> tuple[Any, Any]:
        """Cosines and sines of rotary positions (Su et al. 2021, arXiv:2104.09864): `(rows, 1, length, head)`."""
        from openvino import opset13 as op

        frequencies = self.shape.base ** (-np.arange(self.shape.head // 2, dtype=np.float32) * 2 / self.shape.head)
        places = op.unsqueeze(op.convert(positions, "f32"), _ints(1, 3))
        angles = op.multiply(places, op.constant(frequencies.astype(np.float32).reshape(1, 1, 1, -1)))
        angles = op.concat([angles, angles], -1)
        return op.cos(angles), op.sin(angles)

    def _rotate(self, x: Any, turns: tuple[Any, Any]) -> Any:
        from openvino import opset13 as op

        half = _ints(self.shape.head // 2)
        first = op.slice(x, _ints(0), half, _ints(1), _ints(3))
        second = op.slice(x, half, _ints(FAR), _ints(1), _ints(3))
        turned = op.concat([op.multiply(second, op.constant(np.float32(-1))), first], -1)
        return op.add(op.multiply(x, turns[0]), op.multiply(turned, turns[1]))

    def _heads(self, x: Any, heads: int) -> Any:
        from openvino import opset13 as op

        return op.transpose(op.reshape(x, _ints(0, 0, heads, self.shape.head), True), _ints(0, 2, 1, 3))

    def _shared(self, x: Any) -> Any:
        """Each key head serves several query heads (Ainslie et al. 2023, grouped-query attention, arXiv:2305.13245)."""
        from openvino import opset13 as op

        times = self.shape.heads // self.shape.key_heads
        wide = op.broadcast(op.unsqueeze(x, _ints(2)), _ints(1, 1, times, 1, 1), broadcast_spec="BIDIRECTIONAL")
        return op.reshape(wide, _ints(0, self.shape.heads, -1, self.shape.head), True)

    def _norm(self, x: Any) -> Any:
        from openvino import opset13 as op

        mean = op.reduce_mean(op.power(x, op.constant(np.float32(2))), _ints(-1), True)
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


def _parameter(name: str, axes: int = 2) -> Any:
    from openvino import opset13 as op

    made = op.parameter([-1] * axes, dtype=np.int64, name=name)
    made.output(0).set_names({name})
    return made


def _ints(*values: int) -> Any:
    from openvino import opset13 as op

    return op.constant(np.array(values, np.int64))


def _size(x: Any, axis: int) -> Any:
    from openvino import opset13 as op

    return op.gather(op.shape_of(x), op.constant(axis), op.constant(0))


def _not_after(positions: Any, places: Any) -> Any:
    """What attention adds to its scores: 0 for positions up to each place, very little for those after it."""
    from openvino import opset13 as op

    return op.select(op.less_equal(positions, places), op.constant(np.float32(0)), op.constant(np.float32(-1e9)))
