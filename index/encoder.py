"""A sentence-transformers model as an OpenVINO graph: converted once, kept on disk, then run without torch.

The whole model is traced (transformer, pooling and what comes after), and the graph is used only where it gives the
library's own vectors; which library that is, and what is done where it can't be used, is told in `embed.py`. Try
`python -m index search "what is NSATU?"` and look into the folder that `index.runtime.cache_root()` names.
"""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.runtime import cores, openvino, publish

Floats = npt.NDArray[np.float32]

MODEL, TOKENIZER, EXPECTED, UNFIT = "model.xml", "tokenizer.json", "expected.npy", "unfit"
PADDING = ("direction", "pad_id", "pad_type_id", "pad_token")
BUILD = 1  # part of the folders' names: count up when what is in them changes
HINTS = {"float32": "f32", "bfloat16": "bf16"}
STREAMS = 8  # batches read at the same time at the most, each on its share of the processor's cores
TOKENS = 1024  # of a batch, padding included: more keep the processor no busier and take more memory

# What a graph must give the library's vectors for, alone and side by side: nothing, white space, letters of other
# scripts, and more words than the model reads.
PROBES = ("When was it?", "", "  Two\n\nlines,\tTWO  words.  ", "“Zürich” – 東京, 5 °C: don't", "all the words " * 400)
# The least cosine to them: of a graph that is new, in float32, and of one from the disk, in any precision.
SAME, UNDAMAGED = 0.99999, 0.99


_making = threading.Lock()


class Unfit(Exception):
    """The model can't be made into a graph that gives its vectors."""


class Encoder:
    """The graph in a folder, ready to run. Safe for several threads: what they ask waits in one queue.

    Raises RuntimeError, OSError or ValueError for a damaged folder, whatever part of it is damaged.
    """

    def __init__(self, folder: Path, precision: str, least: float = UNDAMAGED) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as exc:  # the library raises nothing more precise
            raise ValueError(f"{folder / TOKENIZER} can't be read") from exc
        padding = self._tokenizer.padding or {}
        self._padding = {name: padding[name] for name in PADDING}
        self._tokenizer.no_padding()
        # One-threaded streams side by side do more in all than one stream on every core.
        streams = min(STREAMS, cores())
        core = openvino().Core()
        # A processor without bfloat16 runs it in float32: the vectors are the same up to rounding.
        able = precision == "float32" or "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options = {"INFERENCE_PRECISION_HINT": HINTS[precision if able else "float32"], "NUM_STREAMS": str(streams)}
        compiled = core.compile_model(folder / MODEL, "CPU", options)
        self._inputs = [given.any_name for given in compiled.inputs]
        self._width: int = compiled.output(0).partial_shape[1].get_length()
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(streams):
            self._requests.put(compiled.create_infer_request())
        self._threads = ThreadPoolExecutor(streams, thread_name_prefix="encoder")
        # Alone first: the runtime's Python layer finds its types then, which two threads must not do at once.
        self._batch(self._tokenizer.encode_batch(list(PROBES[:1])))
        expected = np.load(folder / EXPECTED)
        if cosines(self(PROBES), expected).min() < least:
            raise ValueError(f"{folder} doesn't give the vectors that it should")

    def __call__(self, texts: Sequence[str]) -> Floats:
        """The model's vectors, of shape (texts, dimensions), not always of unit length."""
        encoded = self._tokenizer.encode_batch(list(texts))
        groups = batches([len(one) for one in encoded], TOKENS)
        done = self._threads.map(lambda group: self._batch([encoded[i] for i in group]), groups)
        vectors = np.zeros((len(texts), self._width), np.float32)
        for group, found in zip(groups, done, strict=True):
            vectors[group] = found
        return vectors

    def _batch(self, encoded: Sequence[Any]) -> Floats:
        longest = max(map(len, encoded))
        for one in encoded:
            one.pad(longest, **self._padding)
        given = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        request = self._requests.get()
        try:
            request.infer({name: np.array(given[name], np.int64) for name in self._inputs})
            return np.array(request.get_output_tensor(0).data, np.float32)
        finally:
            self._requests.put(request)


def batches(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Which texts go together: of like length, longest first, at most so many tokens with their padding.

    >>> batches([2, 7, 3, 8], 16)
    [[3, 1], [2, 0]]
    """
    found: list[list[int]] = []
    room = 0
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not room:
            found.append([])
            room = max(1, most // max(1, lengths[i]))
        found[-1].append(i)
        room -= 1
    return found


def cosines(some: Floats, others: Floats) -> Floats:
    """Row by row; -1 where that can't be told, such as for tables of different shapes."""
    if some.shape != others.shape:
        return np.full(1, -1, np.float32)
    length = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    found: Floats = np.nan_to_num((some * others).sum(1) / np.maximum(length, 1e-12), nan=-1)
    return found


def converted(target: Path, precision: str, load: Callable[[], Any]) -> Encoder | None:
    """The graph that is kept in `target`, or else made there from the model that `load` gives, in float32.

    None where the model can't be made into one, and where there is no room on the disk. What `load` raises is passed
    on.
    """
    with _making:  # tracing is not for two threads at once, and the second one finds what the first has made
        try:
            return opened(target, precision)
        except (RuntimeError, ValueError, OSError):  # not there, or damaged
            shutil.rmtree(target, ignore_errors=True)
        model = load()
        try:
            make(target, model)
            return opened(target, precision)
        except (RuntimeError, ValueError, OSError):
            return None


def opened(target: Path, precision: str) -> Encoder | None:
    """The graph in a folder; None where it says that there can't be one. Raises what `Encoder` does."""
    return None if (target / UNFIT).is_file() else Encoder(target, precision)


def make(target: Path, model: Any) -> None:
    """Fill the folder with the model's graph, or with the word that there is none, and let it appear as a whole."""
    with tempfile.TemporaryDirectory(prefix="converting-", dir=target.parent, ignore_cleanup_errors=True) as place:
        work = Path(place, target.name)
        work.mkdir()
        try:
            convert(model, work)
        except Unfit:
            shutil.rmtree(work)
            work.mkdir()
            (work / UNFIT).touch()
        publish(work, target)


def convert(model: Any, folder: Path) -> None:
    """Write the graph, its tokenizer and the library's vectors of the probes. Raises Unfit, RuntimeError or OSError."""
    import torch

    class Whole(torch.nn.Module):
        """From token ids to vectors; tracing needs arguments by name where the library takes a dictionary."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> Any:
            given = {"input_ids": input_ids, "attention_mask": attention_mask}
            if token_type_ids is not None:
                given["token_type_ids"] = token_type_ids
            return self.model(given)["sentence_embedding"]

    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tracing tells of every test that it takes for a constant
            expected = model.encode(list(PROBES), show_progress_bar=False, convert_to_numpy=True)
            features = model.preprocess(list(PROBES[:2]))
            example = {name: value for name, value in features.items() if isinstance(value, torch.Tensor)}
            graph = openvino().convert_model(Whole().eval(), example_input=example)
        tokenizer = model.tokenizer.backend_tokenizer
        tokenizer.enable_truncation(model.max_seq_length or tokenizer.truncation["max_length"])
        own = model.tokenizer
        tokenizer.enable_padding(
            direction=own.padding_side, pad_id=own.pad_token_id, pad_type_id=own.pad_token_type_id,
            pad_token=own.pad_token,
        )  # fmt: skip
    except Exception as exc:  # a model may be of any kind, and tracing it may raise anything
        raise Unfit(str(exc)) from exc
    np.save(folder / EXPECTED, expected)
    tokenizer.save(str(folder / TOKENIZER))
    openvino().save_model(graph, folder / MODEL, compress_to_fp16=False)
    try:
        Encoder(folder, "float32", SAME)
    except (ValueError, KeyError, RuntimeError) as exc:
        raise Unfit(str(exc)) from exc
