"""Small real objects for tests of the index: an embedder without a model, made articles, and runs that can be killed.

The embedder is a hashed bag of words: texts that share words are near each other, the same text has the same vector.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embed import Vectors
from index.fold import words
from index.settings import Settings

DIMENSIONS = 64


class HashedEmbedder:
    """An `index.embed.Embeds` that counts words in so many places; `seen` holds every text that it was given."""

    def __init__(self, name: str = "hashed/float32", dimensions: int = DIMENSIONS) -> None:
        self._name, self._dimensions = name, dimensions
        self.seen: list[str] = []

    @property
    def name(self) -> str:
        return self._name

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        found = np.full((len(texts), self._dimensions), 1e-3, dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for word in words(text):
                row[zlib.crc32(word.encode("utf-8", "replace")) % self._dimensions] += 1.0
        unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


def settings_for(store: Path) -> Settings:
    """The defaults, whatever the environment of the tests says."""
    return Settings.load(environ={}, store=store)


_PLACES = "harbour mill bridge market school library station theatre orchard quarry lighthouse brewery".split()
_DEEDS = "reopened closed burned flooded expanded struck voted celebrated moved merged froze prospered".split()
_NAMES = "Abel Berta Carlo Dora Emil Frieda Gustav Hedda Ivo Jonna Klaas Lotte Mirko Nell Otto Petra".split()


def article(seed: int, sentences: int = 12, version: int = 0) -> str:
    """A made article of plain prose, always the same for the same numbers; no two of them share a paragraph.

    Its first sentence holds the words `marker{seed}v{version}`, so that a search can tell which version it found.
    """
    draw = random.Random(seed * 1_000 + version)
    lines = []
    for n in range(sentences):
        who, what, deed = draw.choice(_NAMES), draw.choice(_PLACES), draw.choice(_DEEDS)
        lines.append(f"{who} said that the {what} number {draw.randrange(9_000)} had {deed} {n} weeks before the fair.")
    lines[0] = f"The council wrote marker{seed}v{version} on the wall of the {draw.choice(_PLACES)} this year."
    paragraphs = [" ".join(lines[i : i + 4]) for i in range(0, sentences, 4)]
    return "\n".join(paragraphs) + "\n"


def write_articles(folder: Path, count: int, sentences: int = 12) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        (folder / f"{seed:04}.txt").write_text(article(seed, sentences), encoding="utf-8")


def run_ingest(folder: Path, store: Path) -> None:
    """What a process that is going to be killed does."""
    from index.ingest import ingest

    ingest([folder], settings_for(store), embedder=HashedEmbedder())


def change_catalogue(store: Path, *statements: str, values: Sequence[object] = ()) -> None:
    """Change a store's database behind its back. It's closed at once: `with` alone leaves that to some later collection
    of garbage, and when the last connection closes, SQLite removes its log under whoever walks the folder just then.
    """
    with contextlib.closing(sqlite3.connect(store / "library.db")) as db, db:
        for statement in statements:
            db.execute(statement, values)


def drop_rights() -> None:
    """Let the permissions of files count for this process, even for root: the user of a product is not root."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of Linux's capabilities, this process
    assert libc.capset(header, (ctypes.c_uint32 * 6)()) == 0
