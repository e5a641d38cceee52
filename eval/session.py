"""A whole run: gold and settings in, a `Result` out, kept as it grows so that Ctrl-C loses nothing.

The loop over questions is eval/run.py. Try: python -m eval run --limit 5 --out /tmp/r.json
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.check import unsound
from eval.clock import clock, peak_memory_mb
from eval.pick import Gold
from eval.records import Record
from eval.results import Result, append, described, nameless, part_file, resumed, save
from eval.run import OfBot, System, run
from index.settings import Settings
from qa.bot import Bot
from qa.types import Engine

NAME = "citespan"
WARM_UP = "What do the articles say?"


def session(
    gold: Gold, settings: Settings, out: Path | None, *, resume: bool = False, quiet: bool = False, jobs: int = 1
) -> Result:
    """Open the product and measure it. Writes `out` when it is given. Raises UserError as `Bot.open` and `ask` do."""
    started = time.perf_counter()
    system = OfBot(Bot.open(settings, notify=tell))
    engine = system.warm(WARM_UP)
    also = {"open_seconds": round(time.perf_counter() - started, 1), "jobs": jobs}
    result = measure(
        system, gold, NAME, engine_of(engine), described(settings), out, resume=resume, quiet=quiet, jobs=jobs,
        clock_also=also,
    )  # fmt: skip
    if out is not None:
        save(result, out)
        part_file(out).unlink(missing_ok=True)
    return result


def tell(line: str) -> None:
    """What the user should know and the result's reader need not."""
    print(f"citespan: {line}", file=sys.stderr)


def measure(
    system: System,
    gold: Gold,
    name: str,
    engine: Mapping[str, Any],
    settings: Mapping[str, Any],
    out: Path | None = None,
    *,
    resume: bool = False,
    quiet: bool = False,
    jobs: int = 1,
    clock_also: Mapping[str, Any] | None = None,
) -> Result:
    """Ask a system everything. With `out`, every finished question goes to its part file at once."""
    started = time.perf_counter()
    faults = unsound(gold.rows, gold.conversations, system.texts)
    for fault in faults[:5]:
        tell(f"gold: {fault}")
    notes = [f"gold is not sound over these articles: {len(faults)} faults, such as {faults[0]}"] if faults else []
    done: Sequence[Record] = ()
    keep: Callable[[Sequence[Record]], None] = _forget
    if out is not None:
        done, keep = _part(part_file(out), {"gold": list(gold.files), "settings": dict(settings)}, resume)
    records = run(system, gold.rows, gold.conversations, done=done, keep=keep, quiet=quiet, jobs=jobs)
    said = Counter(note for record in records for note in record.notes)
    notes += [f"{n} answers: {note}" for note, n in said.items()]
    times = clock(records, time.perf_counter() - started, peak_memory_mb())
    files = tuple({**part, "faults": len(faults)} for part in gold.files)
    return Result(name, files, gold.chosen, engine, settings, tuple(notes), records, {**times, **(clock_also or {})})


def engine_of(engine: Engine) -> dict[str, Any]:
    """The models' names, without paths."""
    data = asdict(engine)
    notes = tuple(nameless(note) for note in data.pop("notes"))
    return {part: nameless(value) for part, value in data.items()} | {"notes": list(notes)}


def _part(
    path: Path, header: Mapping[str, Any], resume: bool
) -> tuple[Sequence[Record], Callable[[Sequence[Record]], None]]:
    """What a part file holds already, and how to add to it."""
    done: Sequence[Record] = ()
    if resume:
        done = resumed(path, header)
    else:
        path.unlink(missing_ok=True)
        append(path, [header])
    return done, lambda records: append(path, [record.to_dict() for record in records])


def _forget(records: Sequence[Record]) -> None:
    """A run that writes no file keeps nothing on the way."""
