"""The graph that reads: hidden states of rows of tokens, and what each row leaves for the next that goes on from it.

Try `reader(gguf, shape, 18)`; `qa/reader.py` runs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qa.adapter import Adapter
from qa.gguf import Gguf
from qa.graph import Llama, Places, ints, parameter, size_of
from qa.llama import Shape


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

    tokens, back, rows, at = parameter("tokens", 1), parameter("back", 1), parameter("rows"), parameter("at")
    start = parameter("start", 1)
    past = _Past(shape, layers, exact)
    llama = Llama(gguf, shape, exact, adapter)
    here = op.range(op.constant(0), size_of(rows, 1), op.constant(1), "i64")
    packed = Places(llama.turns(op.add(op.unsqueeze(start, ints(1)), here)), rows, back)
    before = op.less(op.range(op.constant(0), past.length, op.constant(1), "i64"), op.unsqueeze(start, ints(1, 2)))

    def mask(places: Any) -> Any:
        """Rows look at all that counts of their past, and among the places of this call at those not after their own.

        `places` are (1 or rows, asked, 1); the mask is (rows, 1, asked, before + length).
        """
        among = op.less_equal(here, places)
        size = op.concat([op.unsqueeze(size_of(rows, 0), ints(0)), op.unsqueeze(size_of(places, 1), ints(0))], 0)
        parts = [
            op.broadcast(part, op.concat([size, op.unsqueeze(length, ints(0))], 0), broadcast_spec="BIDIRECTIONAL")
            for part, length in ((before, past.length), (among, size_of(rows, 1)))
        ]
        seen = op.select(op.concat(parts, -1), op.constant(np.float32(0)), op.constant(np.float32(-1e9)))
        return op.unsqueeze(seen, ints(1))

    x = llama.embed(tokens)
    everywhere = mask(op.unsqueeze(here, ints(0, 2)))
    for number in range(layers - 1):
        x = llama.layer(number, x, x, packed, packed, everywhere, past)
    # The last layer at the places alone that are asked for.
    asked = op.gather(x, op.gather_elements(rows, at, 1), op.constant(0))
    turns = llama.turns(op.add(op.unsqueeze(start, ints(1)), at))
    x = llama.layer(layers - 1, asked, x, Places(turns), packed, mask(op.unsqueeze(at, ints(2))), past)
    return Model([op.result(llama.plain(x)), past.result()], [tokens, rows, back, at, start, past.given], "reader")


class _Past:
    """Keys and values that come in with a call, in front of the call's own, which go out."""

    def __init__(self, shape: Shape, layers: int, exact: bool) -> None:
        from openvino import opset13 as op

        self._type = np.float32 if exact else np.float16
        form = [2 * layers, -1, shape.key_heads, -1, shape.head]
        self.given = op.parameter(form, dtype=self._type, name="past")
        self.given.output(0).set_names({"past"})
        self.length = size_of(self.given, 3)
        self._kept: list[Any] = []

    def __call__(self, name: str, value: Any) -> Any:
        """The keys or values of a layer, all of them; they are asked for in the order of `past`."""
        from openvino import opset13 as op

        before = op.convert(op.gather(self.given, op.constant(len(self._kept)), op.constant(0)), "f32")
        self._kept.append(op.unsqueeze(op.convert(value, self._type), ints(0)))
        return op.concat([before, value], 2)

    def result(self) -> Any:
        from openvino import opset13 as op

        kept = op.concat(self._kept, 0)
        kept.output(0).set_names({"kept"})
        return op.result(kept)
