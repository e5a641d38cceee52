"""Small changes to the embedded model's weights, so that its states tell better what answers a question.

Each changed weight W becomes W + B A with few rows in A: a low-rank adapter (Hu et al. 2021, "LoRA: Low-Rank Adaptation
of Large Language Models", arXiv:2106.09685). They are in `adapter.npz`, made by `python -m eval tune` on development
questions, and are meant for reading alone: what the model writes comes from its own weights. Pure.
Try `load().layers()`.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

import numpy as np

from qa.gguf import Floats
from qa.llama import Layer, product

FILE = "adapter.npz"
WEIGHTS = tuple(field.name for field in fields(Layer))


@dataclass(frozen=True, slots=True)
class Adapter:
    """Factors by `"layer.weight"`: A of shape `(rank, inputs)` and B of shape `(outputs, rank)`.

    `name` tells two adapters apart where something made with one is kept.
    """

    name: str
    factors: Mapping[str, tuple[Floats, Floats]]

    def layers(self) -> list[int]:
        """The numbers of the layers that are changed."""
        return sorted({int(key.partition(".")[0]) for key in self.factors})

    def applied(self, number: int, layer: Layer) -> Layer:
        """The layer of this number with its changes.

        Raises ValueError for a layer of other sizes than those that the adapter was made for.
        """
        changed = {}
        for weight in WEIGHTS:
            own = getattr(layer, weight)
            if f"{number}.{weight}" in self.factors:
                low, high = self.factors[f"{number}.{weight}"]
                if (len(high), low.shape[1]) != own.shape:
                    raise ValueError(f"the adapter's {number}.{weight} is not of shape {own.shape}")
                own = own + product(high, low)
            changed[weight] = own
        return Layer(**changed)

    def packed(self) -> bytes:
        """The content of an `adapter.npz`."""
        file = io.BytesIO()
        parts = {f"{key}.{side}": pair[n] for key, pair in self.factors.items() for n, side in enumerate("AB")}
        rounded: dict[str, Any] = {name: part.astype(np.float16) for name, part in parts.items()}
        np.savez(file, **rounded)
        return file.getvalue()


def unpacked(data: bytes) -> Adapter:
    """The adapter of an `adapter.npz`; `unpacked(a.packed())` is `a`, rounded to float16."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        parts = {name: np.asarray(file[name], np.float32) for name in file.files}
    keys = dict.fromkeys(name.rpartition(".")[0] for name in parts)
    digest = hashlib.sha256(data).hexdigest()[:12]
    return Adapter(digest, {key: (parts[f"{key}.A"], parts[f"{key}.B"]) for key in keys})


@functools.lru_cache(maxsize=1)
def load() -> Adapter:
    """The adapter that the probe's weights were made with."""
    return unpacked(resources.files("qa").joinpath(FILE).read_bytes())
