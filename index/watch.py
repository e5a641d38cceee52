"""Follow folders: yields at once, and then each time that something in them has changed and has come to rest.

It indexes nothing. What happens while the caller is at work on the last change is not missed, but told next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.read import READABLE

if TYPE_CHECKING:
    from watchfiles import Change

_QUIET = 400  # milliseconds that must pass without a change: a file that is being written is not read half
_START = 100  # milliseconds until the watch is known to stand


def follow(paths: Sequence[Path], store: Path) -> Iterator[None]:
    """Ends with KeyboardInterrupt. Several changes at once count as one; those of the store itself don't count."""
    import watchfiles

    def counts(change: Change, name: str) -> bool:
        return concerns(Path(name), paths, store)

    first = True
    for changes in watchfiles.watch(
        *paths, watch_filter=counts, debounce=_QUIET * 4, step=_QUIET, rust_timeout=_START, yield_on_timeout=True
    ):
        if changes or first:
            yield
        first = False


def concerns(file: Path, paths: Sequence[Path], store: Path) -> bool:
    """Whether a change of `file` may change what is indexed: an article, its sidecar, or a folder.

    >>> concerns(Path("/n/a.txt"), [Path("/n")], Path("/s")), concerns(Path("/n/.a.txt"), [Path("/n")], Path("/s"))
    (True, False)
    """
    for root in (path.resolve() for path in paths):
        if file == root:
            return True
        if file.is_relative_to(root):
            below = file.relative_to(root).parts
            hidden = any(part.startswith(".") for part in below) or file.is_relative_to(store.resolve())
            kind = file.suffix.lower()
            # A folder that was moved in or out brings one event, for itself; it may have a dot in its name.
            return not hidden and (kind in READABLE or kind == ".yaml" or file.is_dir() or not file.exists())
    return False
