"""`python -m eval COMMAND`: score gold questions, compare two runs, look at the figures.

Without a command the help is printed. To add a command, add a line to COMMANDS; its two functions live with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval import ablate, bench, fit, indexing, tune, verify
from eval import commands as c
from index.cli import guarded


@dataclass(frozen=True, slots=True)
class Command:
    """One line of help, the options, and what is done; the number it returns is the exit status."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    "check": Command("prove that the gold is sound; exit 2 when it isn't", c.check_arguments, c.check),
    "run": Command("ask the gold questions; print the table, write the result and its page", c.run_arguments, c.run),
    "compare": Command("pair two results by question; --gate exits 1 on a regression", c.compare_arguments, c.compare),
    "gate": Command("run a subset and compare it with the committed baseline", c.gate_arguments, c.gate),
    "report": Command("one self-contained page of a result", c.report_arguments, c.report),
    "import": Command("SQuAD, BEIR, CLAPNQ or CSV: articles and gold", c.import_arguments, c.import_),
    "ablate": Command("what each part of ranking and verdict is worth", ablate.arguments, ablate.run),
    "fit": Command("fit the ranking and the verdict on development questions", fit.arguments, fit.run),
    "tune": Command("tune what judges evidence on development questions; takes long", tune.arguments, tune.run),
    "ground": Command("how the check tells true from false statements", verify.ground_arguments, verify.ground),
    "bench": Command("speed and memory: a cold command, a warm process, the chat", bench.arguments, bench.run),
    "bench-index": Command("what indexing and searching cost, beside a stock index", indexing.arguments, indexing.run),
    "peers": Command("a stock LlamaIndex pipeline over the same gold, side by side", c.peers_arguments, c.peers),
}


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    made = argparse.ArgumentParser(
        prog="python -m eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = made.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.arguments(commands.add_parser(name, help=command.help, description=command.help))
    return made


def main(argv: Sequence[str] | None = None) -> int:
    made = parser()
    args = made.parse_args(argv)
    if args.command is None:
        made.print_help()
        return 0
    return COMMANDS[args.command].run(args)


if __name__ == "__main__":
    guarded(lambda: main(sys.argv[1:]))
