"""The reading model in torch, so that gradients flow through it: the twin of `qa/reading.py`.

It runs from the numbers of the model's GGUF, its matrices in the processor's fastest format. A passage that several
questions share is read once for all of them, as in `qa/reader.py`. What is learned is up to `eval/lora.py`.
Try: python -m eval tune --help
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.embed import best_precision
from qa.adapter import WEIGHTS
from qa.gguf import Gguf
from qa.llama import Shape, layer_of

SCALE, DROPOUT = 2.0, 0.1  # of what a change adds


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of tokens that lie end to end, so that nothing is computed for padding."""

    lengths: Any  # (rows,)
    spread: Any  # which token each place of a row holds, any where there is none: (rows, length)
    back: Any  # the place of each token in the flattened rows: (tokens,)
    places: Any  # the position of each place of a row: (rows, length)

    @classmethod
    def of(cls, lengths: Any, first: Any) -> Rows:
        """Rows of these lengths, whose positions begin at `first`."""
        import torch

        places = torch.arange(int(lengths.max()))
        here = places < lengths[:, None]
        spread = torch.zeros(here.shape, dtype=torch.long)
        spread[here] = torch.arange(int(lengths.sum()))
        return cls(lengths, spread, here.flatten().nonzero().flatten(), first[:, None] + places)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some examples: the rows of their passages, each once, then those of their questions."""

    passages: Rows
    questions: Rows
    of: Any  # which passage belongs to a question: (examples,)
    seen: Any  # which places a question's place looks at: (examples, 1, question, passage + question)

    @classmethod
    def made(cls, passages: Any, questions: Any, of: Any) -> Batch:
        """From the lengths of passages and questions in tokens."""
        import torch

        rows = Rows.of(passages, torch.zeros_like(passages)), Rows.of(questions, passages[of])
        length = rows[1].places.shape[1]
        before = (rows[0].places[0] < passages[of][:, None])[:, None].expand(-1, length, -1)
        among = torch.ones(length, length, dtype=torch.bool).tril().expand(len(of), -1, -1)
        return cls(*rows, of, torch.cat([before, among], -1)[:, None])


class Twin:
    """The first `layers` layers of a model."""

    def __init__(self, gguf: Gguf, shape: Shape, layers: int) -> None:
        import torch

        self._shape, self._dtype = shape, getattr(torch, best_precision())
        self.words = torch.tensor(gguf.tensor("token_embd.weight"))
        self.layers = [
            {name: torch.tensor(getattr(layer, name), dtype=self._dtype) for name in WEIGHTS}
            for layer in (layer_of(gguf, shape, number) for number in range(layers))
        ]

    def layer(self, number: int, x: Any, batch: Batch, change: Mapping[str, Any]) -> Any:
        """`x` (tokens, width) after one layer, as in `qa/graph.py`, some of whose matrices have a low-rank change."""
        import torch
        from torch.nn import functional

        shape, cut = self._shape, int(batch.passages.lengths.sum())
        both = batch.passages, batch.questions

        def linear(name: str, given: Any) -> Any:
            out = functional.linear(given, self.layers[number][name])
            if name in change:
                low, high = (factor.to(self._dtype) for factor in change[name])
                few = functional.dropout(functional.linear(given, low), DROPOUT)
                out = out + functional.linear(few, high) * SCALE
            return out

        def heads(name: str, count: int, given: Any) -> list[Any]:
            """(rows, heads, length, head) of passages and of questions."""
            out = linear(name, given)
            return [
                part.index_select(0, of.spread.flatten()).view(*of.spread.shape, count, shape.head).transpose(1, 2)
                for part, of in zip((out[:cut], out[cut:]), both, strict=True)
            ]

        def rotated(rows: list[Any]) -> list[Any]:
            turned = []
            for given, of in zip(rows, both, strict=True):
                cos, sin = self._turns(of.places)
                first, second = given.chunk(2, -1)
                turned.append((given * cos + torch.cat([-second, first], -1) * sin).to(self._dtype))
            return turned

        times = shape.heads // shape.key_heads
        here = unit(x).to(self._dtype)
        query = rotated(heads("query", shape.heads, here))
        keys = [k.repeat_interleave(times, 1) for k in rotated(heads("key", shape.key_heads, here))]
        values = [v.repeat_interleave(times, 1) for v in heads("value", shape.key_heads, here)]
        passages = functional.scaled_dot_product_attention(query[0], keys[0], values[0], is_causal=True)
        all_keys, all_values = (torch.cat([part[0][batch.of], part[1]], 2) for part in (keys, values))
        questions = functional.scaled_dot_product_attention(query[1], all_keys, all_values, attn_mask=batch.seen)
        seen = [
            part.transpose(1, 2).reshape(-1, shape.width).index_select(0, of.back)
            for part, of in zip((passages, questions), both, strict=True)
        ]
        x = x + linear("output", torch.cat(seen))
        here = unit(x).to(self._dtype)
        return x + linear("down", functional.silu(linear("gate", here)) * linear("up", here))

    def _turns(self, places: Any) -> tuple[Any, Any]:
        """Cosine and sine of the angles at some places, for all heads: (rows, 1, length, head)."""
        import torch

        angles = self._shape.base ** (-torch.arange(self._shape.head // 2) * 2 / self._shape.head)
        angles = places[:, None, :, None] * torch.cat([angles, angles])
        return angles.cos(), angles.sin()


def unit(x: Any) -> Any:
    """Each state divided by its root mean square."""
    import torch

    return x * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + 1e-5)
