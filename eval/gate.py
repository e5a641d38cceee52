"""The gate of `make test`: a fixed part of the gold, over a fresh index of the articles, against the baseline.

It never touches the user's store. Exit codes: 0 open, 1 a gated metric has fallen, 2 invalid gold, 3 the run
itself failed. Try: python -m eval gate
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from eval.check import Corpus, unsound
from eval.compare import compare, described
from eval.gold import GoldError
from eval.pick import ARTICLES, HERE, Gold, choose, read_gold
from eval.results import Result, load
from index.errors import UserError
from index.settings import Settings

BASELINE = HERE / "results" / "baseline.json"
SIZE = 48  # questions, and four conversations: with indexing and loading well under 90 s on two idle cores
OPEN, CLOSED, BAD_GOLD, FAILED = 0, 1, 2, 3


def gate(settings: Settings, baseline: Path = BASELINE, size: int = SIZE, articles: Path = ARTICLES) -> int:
    """Run the subset and compare it with the baseline; prints the comparison."""

    def run() -> Result:
        from eval.session import session
        from index.ingest import ingest

        with tempfile.TemporaryDirectory(prefix="citespan-gate-") as folder:
            fresh = settings.with_(store=Path(folder) / "store")
            ingest([articles], fresh)
            return session(_sound(size, articles), fresh, None)

    return judged(lambda: load(baseline), run)


def judged(base: Callable[[], Result], new: Callable[[], Result]) -> int:
    """The exit code for two results that are still to be had, whatever becomes of having them."""
    try:
        then, now = base(), new()
        if any(part.get("faults") for part in now.gold):
            raise GoldError("The gold of the new run is not sound. See `python -m eval check`.")
        found = compare(then, now)
    except GoldError as exc:
        print(f"citespan: {exc}", file=sys.stderr)
        return BAD_GOLD
    except UserError as exc:
        print(f"citespan: {exc}", file=sys.stderr)
        return FAILED
    except Exception:
        # A crash is the run's failure, not a verdict on quality; its traceback says where.
        traceback.print_exc()
        return FAILED
    print(described(found, gate=True))
    return CLOSED if found.regressions else OPEN


def _sound(size: int, articles: Path) -> Gold:
    """The subset, after all of the gold has been checked. Raises GoldError."""
    gold = read_gold()
    faults = unsound(gold.rows, gold.conversations, Corpus.read(articles).texts)
    if faults:
        raise GoldError(f"{faults[0]} (one of {len(faults)} faults). See `python -m eval check`.")
    return choose(gold, limit=size)
