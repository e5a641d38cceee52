"""Which files a run of the index is about, and what the store calls each.

A file's `source` is its path relative to the folder that was named when it was first indexed. Hidden files, stores,
links that leave the folder and files of a kind that can't be read are passed over. Try
`find_files([Path("seeds")], {})`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import UserError
from index.read import READABLE

STORE_FILE = "library.db"
"""A folder that holds a file of this name is a store, not a folder of articles."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file, the folder it was found from, its path below that folder, and its name in the store."""

    file: Path
    root: str
    path: str
    source: str


def find_files(
    paths: Sequence[Path], known: Mapping[str, Path], unreadable: list[tuple[Path, str]] | None = None
) -> list[Found]:
    """The readable files among `paths` and below them, in order. `known` is source -> file of what is indexed.

    Folders below them that can't be read are told in `unreadable`, with the reason.

    A file that is known keeps its source, from whatever folder it is found now. Raises UserError for a path that
    doesn't exist or can't be read, and when there is nothing to index and nothing known that could be gone.
    """
    unreadable = [] if unreadable is None else unreadable
    sources = {file: source for source, file in known.items()}
    taken = set(known)
    found: dict[Path, Found] = {}
    for path in paths:
        root = _folder_of(path)
        for file in _walk(root, unreadable) if path.is_dir() else [root / path.resolve().name]:
            if file in found:
                continue
            below = file.relative_to(root).as_posix()
            source = sources.get(file) or _name(below, root, taken)
            taken.add(source)
            found[file] = Found(file, str(root), below, source)
    if not found and not unreadable and not any(is_below(file, paths) for file in known.values()):
        names = ", ".join(str(path) for path in paths)
        raise UserError(f"There is nothing to index in {names}. Put articles there ({', '.join(sorted(READABLE))}).")
    return list(found.values())


def is_below(file: Path, paths: Sequence[Path]) -> bool:
    """Whether one of the folders among `paths` holds the file, or would if the file were there; stores in it don't."""
    folders = [path.resolve() for path in paths if path.is_dir()]
    return any(
        file.is_relative_to(folder)
        and not any(os.path.exists(above / STORE_FILE) for above in file.parents if above.is_relative_to(folder))
        for folder in folders
    )


def _folder_of(path: Path) -> Path:
    try:
        if not path.exists():
            raise UserError(f"{path} does not exist. Name a file, or a folder that holds articles.")
        folder = path.resolve() if path.is_dir() else path.resolve().parent
        next(os.scandir(folder), None)
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise UserError(f"{path} can't be read ({reason}). Check its name and its permissions.") from exc
    return folder


def _walk(root: Path, unreadable: list[tuple[Path, str]]) -> Iterator[Path]:
    def failed(exc: OSError) -> None:
        unreadable.append((Path(exc.filename), exc.strerror or type(exc).__name__))

    # os.walk doesn't follow linked folders, so a link can't lead the index out of the folder or in a circle.
    for folder, subfolders, files in os.walk(root, onerror=failed):
        if STORE_FILE in files:
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in READABLE:
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                continue
            if path.is_file():
                yield path


def _name(below: str, root: Path, taken: set[str]) -> str:
    """The path below the root; behind the root's own name where another file has that name in the store.

    A name that is not UTF-8 is written with escapes, since a source is shown and stored as text.
    """
    source = os.fsencode(below).decode("utf-8", "backslashreplace")
    folder = os.fsencode(root.name).decode("utf-8", "backslashreplace")
    candidate, n = source, 1
    while candidate in taken:
        candidate = f"{folder}/{source}" if n == 1 else f"{folder}-{n}/{source}"
        n += 1
    return candidate
