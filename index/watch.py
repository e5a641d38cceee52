"""Follow folders: yields each time that something in them has changed and has come to rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path


def follow(paths: Sequence[Path]) -> Iterator[None]:
    """Ends with KeyboardInterrupt. Several changes at once count as one."""
    import watchfiles

    for _ in watchfiles.watch(*paths, debounce=800, raise_interrupt=True):
        yield
