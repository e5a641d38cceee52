"""What the commands of `python -m eval` take and do. The work is in the modules that each imports when it runs.

Heavy libraries are loaded by the command that needs them alone. Try: python -m eval run --help
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TypeAlias

from eval.pick import ARTICLES, CONVERSATIONS, GOLD
from index.cli import add_settings, settings_of
from index.errors import UserError

ENGINE = (
    "store", "embedder", "precision", "llm", "llm_url", "llm_key", "llm_timeout", "reranker", "entailment", "composer",
    "statements", "strictness",
)  # fmt: skip
Parser: TypeAlias = argparse.ArgumentParser
Args: TypeAlias = argparse.Namespace


def check_arguments(parser: Parser) -> None:
    _gold_arguments(parser)
    parser.add_argument("--articles", type=Path, default=ARTICLES, help="folder of the articles (default: seeds)")
    parser.add_argument("--all", action="store_true", help="print every note and every untouched sentence")


def check(args: Args) -> int:
    from eval.check import Corpus, described
    from eval.check import check as look
    from eval.gold import read_conversations, read_rows

    talks = args.conversations or (CONVERSATIONS if args.gold is None else None)
    rows, faults = read_rows(args.gold or GOLD)
    conversations, more = read_conversations(talks) if talks else ((), ())
    report = look(rows, conversations, Corpus.read(args.articles), (*faults, *more))
    print(described(report, most=len(report.untouched) + len(report.notes) if args.all else 20))
    return 2 if report.faults else 0


def run_arguments(parser: Parser) -> None:
    _gold_arguments(parser)
    _choice_arguments(parser)
    parser.add_argument("--out", type=Path, default=Path("eval-result.json"), help="where the result goes")
    parser.add_argument("--no-report", action="store_true", help="don't write the page beside the result")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped (same --out)")
    parser.add_argument("--jobs", type=int, default=1, help="questions asked side by side; helps with an endpoint")
    parser.add_argument("--judge", metavar="URL", default="", help="endpoint of an LLM judge; never gated")
    parser.add_argument("--judge-model", default="", help="its model; the key is read from CITESPAN_JUDGE_KEY")
    add_settings(parser, *ENGINE)


def run(args: Args) -> int:
    from dataclasses import replace

    from eval.pick import choose, read_gold
    from eval.report import write
    from eval.results import part_file, save
    from eval.session import session
    from eval.table import table

    if args.judge and not args.judge_model:
        raise UserError("A judge needs a model's name. Add --judge-model NAME.")
    settings = settings_of(args)
    gold = choose(read_gold(args.gold, args.conversations), args.type or (), args.split, args.limit)
    try:
        result = session(gold, settings, args.out, resume=args.resume, quiet=args.quiet, jobs=max(1, args.jobs))
    except KeyboardInterrupt:
        part = part_file(args.out)
        done = f"; what is done is in {part}. Go on with --resume" if part.exists() else " before the first question"
        print(f"\ncitespan: stopped{done}.", file=sys.stderr)
        return 130
    if args.judge:
        from eval.judge import endpoint, judged

        judge = endpoint(args.judge, args.judge_model, os.environ.get("CITESPAN_JUDGE_KEY", ""))
        result = replace(result, judge=judged(result.records, judge, args.judge_model, args.quiet))
        save(result, args.out)
    print(table(result))
    print(f"\nresult: {args.out}")
    if not args.no_report:
        print(f"page:   {write(result, args.out.with_suffix('.html'))}")
    return 0


def compare_arguments(parser: Parser) -> None:
    parser.add_argument("base", type=Path, help="a result")
    parser.add_argument("new", type=Path, help="another one")
    parser.add_argument(
        "--gate", action="store_true", help="exit 1 on a regression, 2 on invalid gold, 3 when there is no result"
    )


def compare(args: Args) -> int:
    from eval.compare import compare as pair
    from eval.compare import described
    from eval.gate import judged
    from eval.results import load

    if args.gate:
        return judged(lambda: load(args.base), lambda: load(args.new))
    print(described(pair(load(args.base), load(args.new))))
    return 0


def gate_arguments(parser: Parser) -> None:
    from eval.gate import BASELINE, SIZE

    parser.add_argument("--baseline", type=Path, default=BASELINE, help="the result to compare with")
    parser.add_argument("--size", type=int, default=SIZE, help=f"how many questions (default {SIZE})")
    add_settings(parser, *(name for name in ENGINE if name != "store"))


def gate(args: Args) -> int:
    from eval.gate import gate as guard

    return guard(settings_of(args), args.baseline, args.size)


def report_arguments(parser: Parser) -> None:
    parser.add_argument("result", type=Path, help="a result of `run`")
    parser.add_argument("--out", type=Path, help="the page (default: the result's name with .html)")


def report(args: Args) -> int:
    from eval.report import write
    from eval.results import load

    print(write(load(args.result), args.out or args.result.with_suffix(".html")))
    return 0


def import_arguments(parser: Parser) -> None:
    from eval.importers import READERS

    parser.add_argument("format", choices=sorted(READERS), help="what it is")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="file, or the folder of a BEIR set")
    parser.add_argument("--out", type=Path, required=True, help="folder for articles/ and gold.jsonl")


def import_(args: Args) -> int:
    from eval.importers import import_files

    report = import_files(args.format, args.files, args.out)
    for line in report.bad:
        print(f"bad: {line}", file=sys.stderr)
    print(report.described(args.out))
    return 0


def peers_arguments(parser: Parser) -> None:
    _gold_arguments(parser)
    _choice_arguments(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("eval-peers.json"), help="the product's result; peers beside it"
    )
    add_settings(parser, *ENGINE)


def peers(args: Args) -> int:
    from eval.peers import side_by_side
    from eval.pick import choose, read_gold

    gold = choose(read_gold(args.gold, args.conversations), args.type or (), args.split, args.limit)
    print(side_by_side(gold, settings_of(args), args.out, quiet=args.quiet))
    return 0


def _gold_arguments(parser: Parser) -> None:
    parser.add_argument("--gold", type=Path, help="gold questions (default: the product's own, with conversations)")
    parser.add_argument("--conversations", type=Path, help="gold conversations")


def _choice_arguments(parser: Parser) -> None:
    parser.add_argument("--type", action="append", help="only this type of question; may be repeated")
    parser.add_argument("--split", default="", help="only this split: dev or test")
    parser.add_argument("--limit", type=int, default=0, help="at most so many questions, of all types in turn")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
