"""Which files a run of the index is about, and what the store calls each.

A file's `source` is its path relative to the folder that was named. Hidden files, links that leave the folder and
files of a kind that can't be read are passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import UserError
from index.read import READABLE


@dataclass(frozen=True, slots=True)
class Found:
    """A file, the folder it was found from, and its name in the store."""

    path: Path
    root: str
    source: str


def find_files(paths: Sequence[Path], known: Mapping[str, str]) -> list[Found]:
    """The readable files among `paths` and below them, in order. `known` is source -> root of what is indexed.

    Raises UserError for a path that doesn't exist and when there is no file to index.
    """
    found: dict[Path, Found] = {}
    taken = dict(known)
    for path in paths:
        if not path.exists():
            raise UserError(f"{path} does not exist. Name a file, or a folder that holds articles.")
        root = (path if path.is_dir() else path.parent).resolve()
        for file in _walk(root) if path.is_dir() else [path.resolve()]:
            if file not in found:
                source = _name(file, root, taken)
                taken[source] = str(root)
                found[file] = Found(file, str(root), source)
    if not found and not any(root in {str(p.resolve()) for p in paths} for root in known.values()):
        names = ", ".join(str(path) for path in paths)
        raise UserError(
            f"There is nothing to index in {names}. Put articles there ({', '.join(sorted(READABLE))})."
        )
    return list(found.values())


def _walk(root: Path) -> Iterator[Path]:
    # os.walk doesn't follow linked folders, so a link can't lead the index out of the folder or in a circle.
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in READABLE:
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                continue
            if path.is_file():
                yield path


def _name(file: Path, root: Path, taken: Mapping[str, str]) -> str:
    """The path below the root; behind the root's own name where another folder has a file of that name."""
    source = file.relative_to(root).as_posix()
    candidate, n = source, 1
    while taken.get(candidate, str(root)) != str(root):
        candidate = f"{root.name}/{source}" if n == 1 else f"{root.name}-{n}/{source}"
        n += 1
    return candidate
