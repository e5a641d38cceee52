"""Makes a model's graphs ready to run, and keeps them on disk so that the next start takes a moment.

A llama in a GGUF gets the graphs of `qa/reading.py` and `qa/writing.py`; any other model the graph that it came with,
cut to what is needed. Try `compile_reader(find("embedded"), 18)`.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import ModelError
from index.runtime import cores
from qa.adapter import Adapter
from qa.gguf import Gguf
from qa.llama import Shape, shape_of
from qa.modelfiles import ModelFiles, runtime
from qa.reading import reader
from qa.writing import writer

STREAMS = 4  # batches read at the same time at the most, each on its share of the processor's cores
BUILD = 3  # part of the files' names: count up when a graph changes
# Numbers of a row that share a scale when the processor multiplies in int8. It must divide the sizes of a weight
# (576 and 1536 for the embedded model); the larger, the faster, the smaller, the closer to the exact scores.
GROUP = "192"


def compile_reader(files: ModelFiles, layers: int, adapter: Adapter | None = None) -> tuple[Any, int]:
    """The compiled reading model and how many requests it can run at once. Raises ModelError where there is none.

    One-threaded streams side by side do more in all than one stream on every core.
    """
    streams = min(STREAMS, cores())
    build = functools.partial(reader, layers=layers, adapter=adapter)
    kind = f"reader-{layers}" + (f"-{adapter.name}" if adapter else "")
    return _compile(files, kind, build, _unreadable, {"NUM_STREAMS": str(streams)}), streams


def compile_writer(files: ModelFiles) -> Any:
    """The compiled model that gives the logits of the next token and remembers what it has read."""
    return _compile(files, "writer", writer, _last_position_only, {"PERFORMANCE_HINT": "LATENCY"})


def _compile(
    files: ModelFiles,
    kind: str,
    build: Callable[[Gguf, Shape], Any],
    cut: Callable[[Any], None],
    options: dict[str, str],
) -> Any:
    openvino, _ = runtime()
    core = openvino.Core()
    try:
        if files.gguf is None:
            model = core.read_model(files.folder / "openvino_model.xml")
            cut(model)
            return core.compile_model(model, "CPU", options)
        path = files.folder / f"{kind}-{BUILD}.xml"
        if not path.is_file():
            _save(openvino, files.gguf, build, path)
        options = {
            **options,
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP,
            "CACHE_DIR": str(files.folder / "compiled"),
        }
        return core.compile_model(path, "CPU", options)
    except (RuntimeError, ValueError, OSError) as exc:
        raise ModelError(f"The model {files.name} can't be run. Delete {files.folder} or name another model.") from exc


def _save(openvino: Any, gguf: Path, build: Callable[[Gguf, Shape], Any], path: Path) -> None:
    opened = Gguf.open(gguf)
    shape = shape_of(opened)
    if shape is None:
        raise ValueError(f"{gguf} is not the model that its cache folder was made from")
    model = build(opened, shape)
    with tempfile.TemporaryDirectory(prefix="building-", dir=path.parent) as work:
        made = Path(work, path.name)
        openvino.save_model(model, made, compress_to_fp16=False)
        # The weights first: whoever sees the .xml sees a whole model.
        made.with_suffix(".bin").replace(path.with_suffix(".bin"))
        made.replace(path)


def _unreadable(model: Any) -> None:
    raise ValueError("its states are read only where it is made from a GGUF")


def _last_position_only(model: Any) -> None:
    """Compute the logits of the last token alone: the others are not needed and cost most of a long prompt."""
    from openvino import opset13 as op

    _, head = _head(model)
    one = op.constant(np.array([1]))
    last = op.slice(head.input_value(0), op.constant(np.array([-1])), op.constant(np.array([2**31])), one, one)
    head.input(0).replace_source_output(last.output(0))
    model.validate_nodes_and_infer_types()


def _head(model: Any) -> tuple[Any, Any]:
    """The result that holds the logits, and the multiplication with the vocabulary that makes them."""
    result = model.get_results()[0]
    head = result.input_value(0).get_node()
    if head.get_type_name() != "MatMul":
        raise ValueError("the model's output is not logits")
    return result, head
