"""Seconds by step (p50, p95) and peak memory: everything in a result that differs between two equal runs.

Try: python -c "from eval.clock import peak_memory_mb; print(peak_memory_mb())"
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from eval.records import Record
from eval.stats import estimate, quantile


def clock(records: Sequence[Record], seconds: float, memory_mb: float) -> dict[str, Any]:
    """Quantiles with intervals for every step that any record names, `total` last; seconds of the whole run."""
    steps = [*dict.fromkeys(step for r in records for step in r.timings if step != "total"), "total"]
    return {
        "steps": {
            step: _quantiles([r.timings[step] for r in records if step in r.timings]) for step in [*steps, "total"]
        },
        "seconds": round(seconds, 1),
        "peak_memory_mb": round(memory_mb),
    }


def peak_memory_mb() -> float:
    """The most memory this process ever held (resident set), in MB."""
    return megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def megabytes(maxrss: int) -> float:
    """`ru_maxrss` in MB: Linux counts it in kB, macOS in bytes."""
    return maxrss / 1e6 if sys.platform == "darwin" else maxrss * 1024 / 1e6


def _quantiles(seconds: Sequence[float]) -> dict[str, Any]:
    rows = [(value,) for value in seconds]
    found = {name: estimate(rows, quantile(q)) for name, q in (("p50", 0.5), ("p95", 0.95))}
    return {name: {k: round(v, 4) for k, v in asdict(f).items()} for name, f in found.items() if f}
