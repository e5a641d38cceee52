"""Two runs paired by question: what changed, by how much, which questions flipped; and the gate.

It asks nothing again: a result holds all that is needed. Try: python -m eval compare BASE.json NEW.json --gate
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.measures import failed
from eval.records import Record
from eval.results import Result, ResultError
from eval.scoring import METRICS, Metric, values
from eval.stats import Estimate, paired, ratio
from eval.table import plain

# What a change may cost before the gate closes, in the metric's own unit. Runs are deterministic on one machine;
# the margins leave room for another processor's arithmetic (one or two questions of a subset), no more.
GATED: Mapping[str, float] = {
    "hit@10": 0.04,  # the retriever
    "best_sentence": 0.05,  # the reranker
    "accuracy": 0.05,
    "citation_precision": 0.05,
    "citation_recall": 0.05,
    "words_cited": 0.03,  # the verifier: words that no cited quote holds
    "quote_integrity": 0.0,  # a promise, not a score
    "false_answers": 0.07,  # the refusal, on one side
    "over_refusals": 0.05,  # and on the other
    "auroc": 0.05,
    "conversation_success": 0.15,  # few conversations: one is worth a lot
}


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in both runs; `difference` is new - base. A win is a question where the new run is better."""

    metric: Metric
    base: float
    new: float
    difference: Estimate
    wins: int
    ties: int
    losses: int

    @property
    def regressed(self) -> bool:
        """Worse by more than the metric's margin. The epsilon is for 0.05 = 0.9 - 0.85 in floating point."""
        margin = GATED.get(self.metric.name)
        return margin is not None and -self.metric.better * (self.new - self.base) > margin + 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes over the questions that both runs asked; `flipped` is (record then, record now)."""

    changes: tuple[Change, ...]
    flipped: tuple[tuple[Record, Record], ...]
    common: int
    left_out: int

    @property
    def regressions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.regressed)


def compare(base: Result, new: Result) -> Comparison:
    """Pair two results by question. Raises ResultError when they have no question in common.

    Questions of only one run, and those whose gold has changed in between, are left out and counted.
    """
    then = {record.id: record for record in base.records}
    now = {record.id: record for record in new.records}
    shared = [name for name in now if name in then and _gold(then[name]) == _gold(now[name])]
    shared = _whole(shared, base, new)
    if not shared:
        raise ResultError("The two results have no question in common. Run both over the same gold.")
    old_records, new_records = [then[name] for name in shared], [now[name] for name in shared]
    changes = [change for metric in METRICS if (change := _change(metric, old_records, new_records))]
    flipped = [(a, b) for a, b in zip(old_records, new_records, strict=True) if failed(a) != failed(b)]
    left_out = len({*then, *now}) - len(shared)
    return Comparison(tuple(changes), tuple(flipped), len(shared), left_out)


def _gold(record: Record) -> tuple[object, ...]:
    return record.question, record.answerable, record.key_facts, record.evidence, record.conversation


def _whole(shared: Sequence[str], *results: Result) -> list[str]:
    """A conversation counts when all of its turns are in both runs: success is of the whole."""
    kept = set(shared)
    torn = {r.conversation for result in results for r in result.records if r.conversation and r.id not in kept}
    talks = {r.id: r.conversation for r in results[0].records}
    return [name for name in shared if talks[name] not in torn]


def _change(metric: Metric, base: Sequence[Record], new: Sequence[Record]) -> Change | None:
    """The metric over the same questions in both runs.

    A question that only one run has something to say of (a citation needs an answer) stays in the pairs as 0 / 0,
    so that the difference is that of the two figures as each run prints them.
    """
    then, now = values(metric, base), values(metric, new)
    if metric.statistic is ratio:
        names = list({**then, **now})
        rows = [[of.get(name, (0.0, 0.0)) for name in names] for of in (then, now)]
    else:
        names = [name for name in then if name in now]
        rows = [[of[name] for name in names] for of in (then, now)]
    difference = paired(rows[0], rows[1], metric.statistic)
    if difference is None:
        return None
    wins = ties = losses = 0
    for name in names:
        if metric.statistic is ratio and name in then and name in now:
            gain = metric.better * (ratio_of(now[name]) - ratio_of(then[name]))
            wins, ties, losses = wins + (gain > 0), ties + (gain == 0), losses + (gain < 0)
    old, fresh = (metric.statistic(np.asarray(part)) for part in rows)
    return Change(metric, old, fresh, difference, wins, ties, losses)


def ratio_of(row: Sequence[float]) -> float:
    """What one question is worth to a metric that is a ratio."""
    return row[0] / row[1] if row[1] else 0.0


def described(found: Comparison, gate: bool = False) -> str:
    """The comparison as a person reads it, with the verdict of the gate at its end when asked for."""
    left = f" ({found.left_out} of one run alone, or with changed gold, left out)" if found.left_out else ""
    lines = [
        f"{found.common} questions in both runs{left}",
        "",
        f"{'':<38} {'base':>6} {'new':>6} {'change':>7}  {'95% interval':^16} {'win/tie/loss':>13}",
    ]
    for change in found.changes:
        mark = "  REGRESSED" if change.regressed else ""
        counts = f"{change.wins}/{change.ties}/{change.losses}" if change.wins + change.ties + change.losses else "-"
        interval = f"{change.difference.low:+.3f} .. {change.difference.high:+.3f}"
        lines.append(
            f"{change.metric.label:<38} {change.base:6.3f} {change.new:6.3f} {change.new - change.base:+7.3f}  "
            f"{interval:^16} {counts:>13}{mark}"
        )
    lines += ["", f"{len(found.flipped)} questions flipped" + (":" if found.flipped else "")]
    for before, after in found.flipped:
        way = "now wrong" if failed(after) else "now right"
        lines.append(
            f"  {way}  {plain(after.id, 24)} ({before.verdict} -> {after.verdict})  {plain(after.question, 70)}"
        )
    if gate:
        lines += ["", verdict(found)]
    return "\n".join(lines)


def verdict(found: Comparison) -> str:
    """One line: the gate is open, or which metrics have fallen beyond their margin; and what wasn't measured."""
    measured = {change.metric.name for change in found.changes} & GATED.keys()
    unknown = [name for name in GATED if name not in measured]
    rest = f"; not measured: {', '.join(unknown)}" if unknown else ""
    if not found.regressions:
        return f"gate: open, {len(measured)} metrics within their margins{rest}"
    fallen = (
        f"{c.metric.name} {c.base:.3f} -> {c.new:.3f} (margin {GATED[c.metric.name]:g})" for c in found.regressions
    )
    return f"gate: CLOSED, {'; '.join(fallen)}{rest}"
