"""How well qa/ground.py tells true statements from false ones: recall of false kinds, false alarms on true ones.

The statements are made by rule from folders of articles (eval/corrupt.py, eval/paraphrase.py) or read from a file of
hand-written ones. It knows no bot and no model. Try: python -m eval ground
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.corrupt import Row, articles_of, corrupted
from eval.paraphrase import faithful
from eval.table import plain
from index.cli import guarded
from index.errors import UserError
from qa.ground import check

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "seeds", ROOT / "eval" / "varied" / "articles")
WRITTEN = ROOT / "tests" / "data" / "ground.jsonl"


@dataclass(frozen=True, slots=True)
class Tally:
    """Of `total` statements of a kind, how many were judged right: false ones refused, true ones passed."""

    kind: str
    ok: bool
    right: int
    total: int


def tallies(rows: Sequence[Row]) -> tuple[tuple[Tally, ...], tuple[Row, ...]]:
    """The figures by kind in the order of the rows, and the rows that were judged wrongly."""
    count: dict[tuple[bool, str], list[int]] = defaultdict(lambda: [0, 0])
    wrong = []
    for row in rows:
        right = check(row.statement, row.evidence).ok == row.ok
        count[row.ok, row.kind][0] += right
        count[row.ok, row.kind][1] += 1
        if not right:
            wrong.append(row)
    return tuple(Tally(kind, ok, *pair) for (ok, kind), pair in count.items()), tuple(wrong)


def table(title: str, found: Sequence[Tally]) -> str:
    """One set of statements: recall of each kind of corruption, then false alarms, then the precision of an alarm."""
    caught = [sum(getattr(t, field) for t in found if not t.ok) for field in ("right", "total")]
    passed = [sum(getattr(t, field) for t in found if t.ok) for field in ("right", "total")]
    alarms = passed[1] - passed[0]
    lines = [title, f"  {'false statements':<24}{'caught':>8}{'of':>6}{'recall':>9}"]
    lines += [f"    {t.kind:<22}{t.right:>8}{t.total:>6}{t.right / t.total:>9.3f}" for t in found if not t.ok]
    lines.append(f"    {'all':<22}{caught[0]:>8}{caught[1]:>6}{_share(*caught):>9}")
    lines.append(f"  {'true statements':<24}{'alarms':>8}{'of':>6}{'rate':>9}")
    lines += [f"    {t.kind:<22}{t.total - t.right:>8}{t.total:>6}{1 - t.right / t.total:>9.3f}" for t in found if t.ok]
    lines.append(f"    {'all':<22}{alarms:>8}{passed[1]:>6}{_share(alarms, passed[1]):>9}")
    lines.append(f"  precision of an alarm {_share(caught[0], caught[0] + alarms)}")
    return "\n".join(lines)


def written(path: Path) -> dict[str, tuple[Row, ...]]:
    """Hand-written rows by the half they belong to: "tune" shaped the rules, "late" was written when they stood.

    "mended" and "held out" are rewordings in a model's own words: the rules were mended on the first half of them.

    Raises UserError when the file can't be read or a line lacks a field.
    """
    halves: dict[str, list[Row]] = defaultdict(list)
    try:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            halves[row["half"]].append(Row(row["statement"], tuple(row["evidence"]), row["ok"], row["kind"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} holds no statements to check: one JSON object a line, see {WRITTEN.name}.") from error
    return {half: tuple(rows) for half, rows in halves.items()}


def ground_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval ground`."""
    parser.add_argument("folders", nargs="*", type=Path, default=FOLDERS, help="folders of articles (default: ours)")
    parser.add_argument("--rows", type=Path, default=WRITTEN, help="hand-written statements, one JSON object a line")
    parser.add_argument("--seed", type=int, default=1, help="seed of the replacements (default 1)")
    parser.add_argument("--show", action="store_true", help="print every statement that was judged wrongly")


def ground(args: argparse.Namespace) -> int:
    """Prints a table for each folder and for each half of the hand-written statements; 0 unless nothing was found."""
    sets = {}
    for folder in args.folders:
        articles = articles_of(folder)
        sets[f"{folder.name}: made by rule"] = (*corrupted(articles, args.seed), *faithful(articles, args.seed))
    if args.rows.exists():
        sets |= {f"{args.rows.name}: {half}": rows for half, rows in written(args.rows).items()}
    began, judged = time.perf_counter(), 0
    for title, rows in sets.items():
        found, wrong = tallies(rows)
        judged += len(rows)
        print(table(f"{plain(title)} ({len(rows)})", found), end="\n\n")
        for row in wrong if args.show else ():
            print(f"  {'alarm' if row.ok else 'missed'} ({row.kind}): {plain(row.statement, 300)}")
            print("".join(f"      < {plain(text, 300)}\n" for text in row.evidence))
    print(f"{judged} statements, {(time.perf_counter() - began) / max(judged, 1) * 1000:.2f} ms each")
    return 0 if judged else 1


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m eval ground` without the rest of `python -m eval`."""
    parser = argparse.ArgumentParser(prog="python -m eval ground", description=__doc__)
    ground_arguments(parser)
    return ground(parser.parse_args(argv))


if __name__ == "__main__":
    guarded(lambda: main(sys.argv[1:]))
