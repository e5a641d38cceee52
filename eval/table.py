"""The tables that a person reads in the terminal: one run, or several side by side.

Text only, and nothing that a model or an article says can move the cursor (`plain`). The page is eval/report.py.
Try: python -m eval run --limit 5
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.results import Result
from eval.scoring import METRICS
from eval.stats import Estimate

# The columns of the table by type: enough to see where a type fails, narrow enough for a terminal.
COLUMNS = {
    "hit@5": "found@5",
    "best_sentence": "first",
    "accuracy": "right",
    "citation_precision": "cited",
    "over_refusals": "refused",
    "false_answers": "false",
}

LESS = " (less is better)"


def plain(text: str, most: int = 100) -> str:
    """One line without control characters, cut to `most`: questions and answers are untrusted.

    >>> plain("a\\x1b[31m red\\n b")
    'a[31m red b'
    """
    clean = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def heading(result: Result) -> str:
    """What was run: the questions, and the models."""
    turns = sum(bool(record.conversation) for record in result.records)
    files = ", ".join(str(part["file"]) for part in result.gold)
    engine = "; ".join(f"{part}: {plain(str(result.engine.get(part, '')))}" for part in ("llm", "embedder", "reranker"))
    return f"{len(result.records) - turns} questions and {turns} turns of {files}\n{engine}"


def table(result: Result) -> str:
    """The whole table of one run."""
    parts = [heading(result), figures(result.figures), types(result.types), times(result.clock)]
    if result.judge:
        parts.append(judged(result.judge))
    parts += [f"note: {plain(note, 300)}" for note in result.notes]
    return "\n\n".join(part for part in parts if part)


def figures(found: Mapping[str, Estimate]) -> str:
    """One line a metric, by group: value, 95% interval, questions."""
    lines, group = [], ""
    for metric in METRICS:
        figure = found.get(metric.name)
        if figure is None:
            continue
        if metric.group != group:
            group = metric.group
            lines += ["", f"{group:<42} {'value':>6}  {'95% interval':^16} {'n':>5}"]
        label = metric.label + (LESS if metric.better < 0 else "")
        interval = f"{figure.low:.3f} .. {figure.high:.3f}"
        lines.append(f"  {label:<40} {figure.value:6.3f}  {interval:^16} {figure.n:>5}  {metric.name}")
    return "\n".join(lines[1:])


def types(found: Mapping[str, Mapping[str, Estimate]]) -> str:
    """One line a type of question; intervals are in the page and in the JSON."""
    lines = [f"{'By type':<24} {'n':>4} " + " ".join(f"{short:>8}" for short in COLUMNS.values())]
    for kind, of in found.items():
        n = max(figure.n for figure in of.values())
        cells = (f"{of[name].value:8.3f}" if name in of else f"{'':>8}" for name in COLUMNS)
        lines.append(f"  {plain(kind, 22):<22} {n:>4} " + " ".join(cells))
    return "\n".join(lines)


def times(clock: Mapping[str, Any]) -> str:
    """Seconds by step, whole run, memory."""
    if not clock:
        return ""
    lines = [f"{'Seconds by step':<24} {'p50':>8} {'p95':>8}"]
    for step, of in clock["steps"].items():
        name = {"first": "first words", "total": "whole answer"}.get(step, step)
        lines.append(f"  {name:<22} " + " ".join(f"{of[q]['value']:8.3f}" if q in of else "" for q in ("p50", "p95")))
    jobs = f", {clock['jobs']} questions side by side" if clock.get("jobs", 1) > 1 else ""
    lines.append(f"  whole run {clock['seconds']:.1f} s, peak memory {clock['peak_memory_mb']} MB{jobs}")
    return "\n".join(lines)


def judged(judge: Mapping[str, Any]) -> str:
    """What an LLM judge said, under its name; it gates nothing."""
    lines = [f"Judged by {plain(str(judge['model']))} (not gated)"]
    for name, of in judge["figures"].items():
        lines.append(f"  {name:<40} {of['value']:6.3f}  {of['low']:.3f} .. {of['high']:.3f} {of['n']:>7}")
    return "\n".join(lines)


def beside(results: Sequence[Result]) -> str:
    """Several systems over the same gold, a column each: quality, then speed and memory."""
    found = [result.figures for result in results]
    width = max(14, *(len(result.name) for result in results))
    lines = [f"{'':<42}" + "".join(f" {result.name:>{width}}" for result in results)]
    for metric in METRICS:
        values = [f"{of[metric.name].value:.3f}" if metric.name in of else "-" for of in found]
        if any(metric.name in of for of in found):
            label = metric.label + (LESS if metric.better < 0 else "")
            lines.append(f"{label:<42}" + "".join(f" {value:>{width}}" for value in values))
    for label, cell in _CLOCK_ROWS.items():
        lines.append(f"{label:<42}" + "".join(f" {_cell(result.clock, *cell):>{width}}" for result in results))
    return "\n".join(lines)


_CLOCK_ROWS = {
    "first words, p50 (s)": ("steps", "first", "p50", "value"),
    "whole answer, p50 (s)": ("steps", "total", "p50", "value"),
    "whole answer, p95 (s)": ("steps", "total", "p95", "value"),
    "index made in (s)": ("index_seconds",),
    "peak memory (MB)": ("peak_memory_mb",),
}


def _cell(clock: Mapping[str, Any], *path: str) -> str:
    value: Any = clock
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return "-"
        value = value[step]
    return f"{value:.2f}" if isinstance(value, float) else str(value)
