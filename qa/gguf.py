"""Reads the numbers out of a GGUF file: its metadata and its tensors as float32, one at a time.

It knows the formats that the embedded model uses and their plain relatives, no others, and runs nothing.
Format: github.com/ggml-org/ggml, docs/gguf.md. Try `Gguf.open(path).tensor("output_norm.weight").shape`.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Codes of a metadata value's type, and how struct reads it; 8 is a string, 9 an array.
_PLAIN = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9

# Codes of a tensor's type: one record of each holds `count` numbers.
_BLOCKS: Mapping[int, tuple[int, np.dtype[Any]]] = {
    0: (1, np.dtype([("x", "<f4")])),  # F32
    1: (1, np.dtype([("x", "<f2")])),  # F16
    2: (32, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])),  # Q4_0
    3: (32, np.dtype([("scale", "<f2"), ("low", "<f2"), ("nibbles", "u1", 16)])),  # Q4_1
    8: (32, np.dtype([("scale", "<f2"), ("bytes", "i1", 32)])),  # Q8_0
}


@dataclass(frozen=True, slots=True)
class Gguf:
    """A GGUF file. `tensors` gives name -> (shape, type code, offset in the file)."""

    path: Path
    metadata: Mapping[str, Any]
    tensors: Mapping[str, tuple[tuple[int, ...], int, int]]

    @classmethod
    def open(cls, path: Path) -> Gguf:
        """Read the head of the file. Raises ValueError for a file that is not GGUF or ends too early."""
        try:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                gguf, size = _read_head(path, data), len(data)
        except (struct.error, KeyError, TypeError, ArithmeticError, RecursionError) as exc:
            raise ValueError(f"{path} is not a complete GGUF file") from exc
        for name, (shape, code, offset) in gguf.tensors.items():
            count, record = _BLOCKS.get(code, (1, np.dtype([])))
            if offset + math.prod(shape) // count * record.itemsize > size:
                raise ValueError(f"{path} ends within {name}")
        return gguf

    def readable(self) -> bool:
        """True when every tensor is of a format that `tensor` knows."""
        return all(code in _BLOCKS for _, code, _ in self.tensors.values())

    def tensor(self, name: str) -> Floats:
        """One tensor in float32, rows first: a weight has the shape `(outputs, inputs)`. Raises KeyError.

        Q4_1 stores 32 numbers of 4 bits with a scale and a lowest value: `nibble * scale + low`; the low nibbles
        come before the high ones.
        """
        shape, code, offset = self.tensors[name]
        count, record = _BLOCKS[code]
        blocks = np.fromfile(self.path, record, math.prod(shape) // count, offset=offset)
        if code in (0, 1):
            return blocks["x"].astype(np.float32).reshape(shape)
        scale = blocks["scale"].astype(np.float32)[:, None]
        if code == 8:
            return np.asarray(blocks["bytes"] * scale, np.float32).reshape(shape)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
        low = blocks["low"].astype(np.float32)[:, None] if code == 3 else -8 * scale
        return np.asarray(nibbles * scale + low, np.float32).reshape(shape)


def _read_head(path: Path, data: mmap.mmap) -> Gguf:
    place = 0

    def plain(kind: str) -> Any:
        nonlocal place
        (value,) = struct.unpack_from("<" + kind, data, place)
        place += struct.calcsize("<" + kind)
        return value

    def text() -> str:
        nonlocal place
        length = plain("Q")
        value = data[place : place + length].decode("utf-8")
        place += length
        return value

    def value(kind: int) -> Any:
        if kind == _STRING:
            return text()
        if kind == _ARRAY:
            inner, count = plain("I"), plain("Q")
            return [value(inner) for _ in range(count)]
        return plain(_PLAIN[kind])

    if plain("I") != int.from_bytes(b"GGUF", "little") or plain("I") not in (2, 3):
        raise ValueError(f"{path} is not a GGUF file")
    tensor_count, metadata_count = plain("Q"), plain("Q")
    metadata = {text(): value(plain("I")) for _ in range(metadata_count)}
    heads = []
    for _ in range(tensor_count):
        name = text()
        shape = tuple(plain("Q") for _ in range(plain("I")))
        heads.append((name, shape[::-1], plain("I"), plain("Q")))
    alignment = metadata.get("general.alignment", 32)
    start = -(-place // alignment) * alignment
    return Gguf(path, metadata, {name: (shape, code, start + offset) for name, shape, code, offset in heads})
