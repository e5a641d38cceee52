"""The weights of a llama, read from a GGUF and put in a form that int8 suits.

The residual stream is turned by a random orthogonal matrix, which changes nothing in exact arithmetic but spreads the
few huge values of a llama over all columns, so that rounding to int8 costs little (Ashkboos et al. 2024, "QuaRot",
arXiv:2404.00456). The graphs over these weights are made in `qa.graph`. Try `shape_of(Gguf.open(path))`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa.gguf import Floats, Gguf

NAMES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down", "attn_norm", "ffn_norm")


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a llama, as its GGUF states them."""

    layers: int
    width: int
    heads: int
    key_heads: int
    base: float
    epsilon: float

    @property
    def head(self) -> int:
        """Numbers in one attention head."""
        return self.width // self.heads


def shape_of(gguf: Gguf) -> Shape | None:
    """The sizes, or None for a model that isn't a plain llama: other tensors, other formats, scaled positions.

    The embedded model gives `Shape(layers=30, width=576, heads=9, key_heads=3, base=100000.0, epsilon=1e-05)`.
    """
    data = gguf.metadata
    if data.get("general.architecture") != "llama" or not gguf.readable():
        return None
    heads = data["llama.attention.head_count"]
    shape = Shape(
        layers=data["llama.block_count"],
        width=data["llama.embedding_length"],
        heads=heads,
        key_heads=data.get("llama.attention.head_count_kv", heads),
        base=data.get("llama.rope.freq_base", 10000.0),
        epsilon=data["llama.attention.layer_norm_rms_epsilon"],
    )
    expected = {f"blk.{layer}.{name}.weight" for layer in range(shape.layers) for name in NAMES}
    expected |= {"token_embd.weight", "output_norm.weight"}
    if set(gguf.tensors) - {"output.weight"} != expected or any(k.startswith("llama.rope.scaling") for k in data):
        return None
    return shape if data.get("llama.rope.dimension_count", shape.head) == shape.head else None


@dataclass(frozen=True, slots=True)
class Layer:
    """The seven weights of one layer, each `(outputs, inputs)`, ready for inputs of unit root mean square."""

    query: Floats
    key: Floats
    value: Floats
    output: Floats
    gate: Floats
    up: Floats
    down: Floats


def layer_of(gguf: Gguf, shape: Shape, number: int) -> Layer:
    """One layer with its norms folded into the weights that follow: W becomes W diag(norm)."""
    w = {name: gguf.tensor(f"blk.{number}.{name}.weight") for name in NAMES}
    return Layer(
        query=_halves(w["attn_q"], shape.heads) * w["attn_norm"],
        key=_halves(w["attn_k"], shape.key_heads) * w["attn_norm"],
        value=w["attn_v"] * w["attn_norm"],
        output=w["attn_output"],
        gate=w["ffn_gate"] * w["ffn_norm"],
        up=w["ffn_up"] * w["ffn_norm"],
        down=w["ffn_down"],
    )


def turned(layer: Layer, shape: Shape, turn: Floats, head_turn: Floats) -> Layer:
    """The same layer with its sides turned.

    With R = `turn`: weights that read the stream become W R, weights that add to it R^T W. Each head's values are
    turned by `head_turn` and turned back by the output weight: attention only averages them.
    """
    heads, keys, size, width = shape.heads, shape.key_heads, shape.head, shape.width
    value = head_turn.T @ product(layer.value, turn).reshape(keys, size, width)
    output = (layer.output.reshape(width * heads, size) @ head_turn).reshape(width, width)
    return Layer(
        query=product(layer.query, turn),
        key=product(layer.key, turn),
        value=value.reshape(keys * size, width),
        output=product(turn.T, output),
        gate=product(layer.gate, turn),
        up=product(layer.up, turn),
        down=product(turn.T, layer.down),
    )


def product(a: Floats, b: Floats) -> Floats:
    """`a @ b`, in float32 for the type checker too."""
    return np.asarray(a @ b, np.float32)


def _halves(weight: Floats, heads: int) -> Floats:
    """GGUF keeps the pairs that positions rotate side by side; the graph wants them half a head apart."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def turn_of(size: int, seed: int) -> Floats:
    """A random orthogonal matrix, the same at each call: `turn_of(2, 0) @ turn_of(2, 0).T` is the identity."""
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diag(r)), np.float32)
