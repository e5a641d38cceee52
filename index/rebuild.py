"""Make a store empty, so that it can be made anew. Only files that a store consists of are touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import filelock

from index.errors import StoreError
from index.library import FILE


def clear(store: Path) -> None:
    """Raises StoreError when another process is writing, or when the folder can't be written to."""
    if not store.exists():
        return
    try:
        with filelock.FileLock(store / "writer.lock", timeout=0):
            for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
                (store / name).unlink(missing_ok=True)
            shutil.rmtree(store / "vectors", ignore_errors=True)
    except filelock.Timeout as exc:
        raise StoreError(f"Another process is writing to the index in {store}. Wait until it has ended.") from exc
    except OSError as exc:
        raise StoreError(
            f"{store} can't be written to ({exc.strerror}). Choose another folder with --store."
        ) from exc
