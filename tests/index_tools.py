"""What the tests of the index share: a folder of articles with its store, and the command in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from fakes import HashedEmbedder, settings_for

from index.ingest import IngestReport, ingest
from index.library import Library
from index.verify import differences

ROOT = Path(__file__).parents[1]
PATH = f"import sys; sys.path[:0] = {[str(ROOT / 'tests'), str(ROOT)]!r}; "
# The command with the tests' own embedder: the real one's libraries take seconds to load, in each process anew.
MAIN = (
    "from fakes import HashedEmbedder; from index.__main__ import guarded, main; "
    "guarded(lambda: main(embedder=HashedEmbedder(dimensions=384)))"
)


class Place:
    """A folder of articles and its store, with an embedder that remembers what it was given."""

    def __init__(self, root: Path) -> None:
        self.news, self.store = root / "news", root / "store"
        self.news.mkdir()
        self.embedder = HashedEmbedder()
        self.settings = settings_for(self.store)

    def put(self, name: str, text: str) -> Path:
        path = self.news / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def run(self, *paths: Path) -> IngestReport:
        return ingest(paths or (self.news,), self.settings, embedder=self.embedder)

    @property
    def library(self) -> Library:
        return Library(self.store)

    def ids(self) -> dict[str, str]:
        return {a.article_id: a.source for a in self.library.articles()}

    def check(self) -> None:
        """The store agrees with the files and with itself."""
        assert differences(self.settings) == []


def said(report: IngestReport) -> dict[str, object]:
    names = ("added", "changed", "renamed", "removed", "unchanged", "failed")
    return {name: value for name in names if (value := getattr(report, name))}


def command(*args: object, before: str = "") -> list[str]:
    return [sys.executable, "-c", PATH + before + MAIN, *map(str, args)]


def index(*args: object, before: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; `before` is Python that runs first in it."""
    return run(command(*args, before=before), **environ)


def real_index(*args: object) -> subprocess.CompletedProcess[str]:
    """The command as it is, with the embedder that the settings name."""
    return run([sys.executable, "-m", "index", *map(str, args)])


def run(argv: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CITESPAN_")} | environ
    return subprocess.run(argv, capture_output=True, text=True, env=env, cwd=ROOT, timeout=240)


def untimed(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "(N s)", text)


def refused(ran: subprocess.CompletedProcess[str], line: str) -> None:
    """One line that names the next step, status 2, nothing on the output, no traceback."""
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"citespan: {line}\n"
