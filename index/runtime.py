"""OpenVINO and the folder where models made ready for it are kept, for every package that runs one.

Nothing is downloaded, and OpenVINO's telemetry is switched off. What is made and run is the business of
`index/encoder.py` and of `qa/`. Try `python -c "from index.runtime import cache_root; print(cache_root())"`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any


def openvino() -> Any:
    """The module, imported without its telemetry.

    `import openvino` sends an event to a web analytics service unless the package `openvino_telemetry` can't be
    imported; then it falls back to its own stub, which sends nothing.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino as module

    return module


def cores() -> int:
    """The processor's cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cache_root() -> Path:
    """Where converted models are kept: `$XDG_CACHE_HOME/citespan`, or `~/.cache/citespan`.

    When that can't be written it is a folder that is deleted when the process ends.
    """
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "citespan"
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        writable = os.access(root, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    return root if writable else _passing_root()


@lru_cache(maxsize=1)
def _passing_root() -> Path:
    # A new folder of our own: a fixed name in a shared folder could have been filled by somebody else.
    root = Path(tempfile.mkdtemp(prefix="citespan-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root


def publish(work: Path, target: Path) -> None:
    """Rename a finished folder into place: whoever looks sees all of it or nothing.

    When another process was first its folder stays, for both hold the same.
    """
    try:
        work.rename(target)
    except OSError:
        if not target.is_dir():
            raise
