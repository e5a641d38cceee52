"""A tiny llama made here, and the same in numpy, that graphs are checked against."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.gguf import Gguf
from qa.llama import Shape, shape_of

LAYERS, WIDTH, HEADS, KEY_HEADS, INNER, WORDS = 2, 64, 4, 2, 96, 50


def write_gguf(path: Path, metadata: dict[str, Any], tensors: dict[str, tuple[tuple[int, ...], int, bytes]]) -> Path:
    """A GGUF file of version 3; a tensor is its shape with the rows first, its type's code and its bytes."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    def pair(key: str, value: Any) -> bytes:
        if isinstance(value, str):
            return text(key) + struct.pack("<I", 8) + text(value)
        if isinstance(value, list):
            return text(key) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
        kind, form = (6, "f") if isinstance(value, float) else (4, "I")
        return text(key) + struct.pack(f"<I{form}", kind, value)

    head = (
        b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(map(pair, metadata, metadata.values()))
    )
    body = b""
    for name, (shape, code, data) in tensors.items():
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape[::-1], code, len(body))
        body += data + bytes(-len(data) % 32)
    path.write_bytes(head + bytes(-len(head) % 32) + body)
    return path


def tiny_llama(path: Path) -> tuple[Gguf, Shape]:
    """A llama of random weights, written to a file."""
    rng = np.random.default_rng(7)
    sizes: dict[str, tuple[int, ...]] = {"token_embd": (WORDS, WIDTH), "output_norm": (WIDTH,)}
    narrow = WIDTH // HEADS * KEY_HEADS
    for layer in range(LAYERS):
        each: dict[str, tuple[int, ...]] = {
            "attn_q": (WIDTH, WIDTH),
            "attn_k": (narrow, WIDTH),
            "attn_v": (narrow, WIDTH),
        }
        each |= {"attn_output": (WIDTH, WIDTH), "ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH)}
        each |= {"ffn_down": (WIDTH, INNER), "attn_norm": (WIDTH,), "ffn_norm": (WIDTH,)}
        sizes |= {f"blk.{layer}.{name}": size for name, size in each.items()}
    tensors = {
        f"{name}.weight": (size, 0, rng.normal(0.0, 0.3, size).astype("<f4").tobytes()) for name, size in sizes.items()
    }
    metadata = {
        "general.architecture": "llama",
        "llama.block_count": LAYERS,
        "llama.embedding_length": WIDTH,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": KEY_HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.freq_base": 10000.0,
        "tokenizer.ggml.tokens": ["a", "b"],
    }
    gguf = Gguf.open(write_gguf(path, metadata, tensors))
    shape = shape_of(gguf)
    assert shape is not None
    return gguf, shape


def plain_norm(x: npt.NDArray[np.float64], gain: npt.NDArray[np.float64] | float = 1.0) -> npt.NDArray[np.float64]:
    return np.asarray(x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * gain)


def plain_states(gguf: Gguf, ids: list[int], layers: int) -> npt.NDArray[np.float64]:
    """What each of `ids` becomes after some layers, shape (len(ids), width): the definition, in float64 and loops."""
    size = WIDTH // HEADS

    def t(name: str) -> npt.NDArray[np.float64]:
        return gguf.tensor(f"{name}.weight").astype(np.float64)

    def turned(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Each pair of neighbours is a complex number, turned by its place times its frequency."""
        pairs = x.reshape(len(x), -1, size // 2, 2)
        angle = np.arange(len(x))[:, None] * 10000.0 ** (-np.arange(size // 2) * 2 / size)
        spun = (pairs[..., 0] + 1j * pairs[..., 1]) * np.exp(1j * angle)[:, None]
        return np.stack([spun.real, spun.imag], -1).reshape(len(x), -1, size)

    x = t("token_embd")[ids]
    for layer in range(layers):
        h = plain_norm(x, t(f"blk.{layer}.attn_norm"))
        q, k = turned(h @ t(f"blk.{layer}.attn_q").T), turned(h @ t(f"blk.{layer}.attn_k").T)
        v = (h @ t(f"blk.{layer}.attn_v").T).reshape(len(ids), KEY_HEADS, size)
        seen = np.zeros((len(ids), HEADS, size))
        for place in range(len(ids)):
            for head in range(HEADS):
                shared = head * KEY_HEADS // HEADS
                weight = np.exp(k[: place + 1, shared] @ q[place, head] / np.sqrt(size))
                seen[place, head] = weight @ v[: place + 1, shared] / weight.sum()
        x = x + seen.reshape(len(ids), WIDTH) @ t(f"blk.{layer}.attn_output").T
        h = plain_norm(x, t(f"blk.{layer}.ffn_norm"))
        gate = h @ t(f"blk.{layer}.ffn_gate").T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ t(f"blk.{layer}.ffn_up").T)) @ t(f"blk.{layer}.ffn_down").T
    return np.asarray(x)


def plain_llama(gguf: Gguf, ids: list[int]) -> npt.NDArray[np.float64]:
    """log p of every word after each of `ids`, shape (len(ids), words)."""
    last, head = (gguf.tensor(f"{name}.weight").astype(np.float64) for name in ("output_norm", "token_embd"))
    logits = plain_norm(plain_states(gguf, ids, LAYERS), last) @ head.T
    return np.asarray(logits - np.log(np.exp(logits).sum(-1, keepdims=True)))
