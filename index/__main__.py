"""`python -m index PATH...` indexes; `list`, `remove`, `verify` and `search` look after what is indexed.

A folder that has the name of a command is named with its path: `./list`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index.cli import add_settings, guarded, settings_of
from index.database import FILE
from index.embed import Embedder, Embeds
from index.errors import StoreError, UserError
from index.ingest import IngestReport, Progress, ingest, remove
from index.library import Library
from index.search import Search
from index.settings import Settings

COMMANDS = ("list", "remove", "verify", "search")


def main(argv: Sequence[str] | None = None, embedder: Embeds | None = None) -> int:
    """`embedder` takes the place of the one that the settings name."""
    argv = list(sys.argv[1:] if argv is None else argv)
    command = argv.pop(0) if argv and argv[0] in COMMANDS else "add"
    parser = argparse.ArgumentParser(
        prog=f"python -m index{'' if command == 'add' else ' ' + command}",
        description=None if command != "add" else __doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    if command == "add":
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders of articles")
        parser.add_argument("--rebuild", action="store_true", help="make the index anew, all of it")
        parser.add_argument("--watch", action="store_true", help="stay, and follow what changes")
    elif command == "remove":
        parser.add_argument("sources", nargs="+", metavar="SOURCE", help="as `list` prints it")
    elif command == "verify":
        parser.add_argument("--repair", action="store_true", help="make the vectors agree with the catalogue")
    elif command == "search":
        parser.add_argument("question")
    add_settings(parser, "store", "embedder", "precision")
    args = parser.parse_args(argv)
    settings = settings_of(args)
    run = {"add": _add, "list": _list, "remove": _remove, "verify": _verify, "search": _search}[command]
    return run(args, settings, embedder)


def _add(args: argparse.Namespace, settings: Settings, embedder: Embeds | None) -> int:
    if args.rebuild:
        remade = _rebuild(args.paths, settings, embedder)
        if not args.paths:
            print(json.dumps({"rebuilt": remade}) if args.json else f"{len(remade)} files made anew")
            return 0
    if not args.paths:
        raise UserError("Name what to index: python -m index FOLDER")
    if not args.watch:
        return 2 if _once(args, settings, embedder).failed else 0

    from index.watch import follow

    for _ in follow(args.paths, settings.store):
        try:
            _once(args, settings, embedder)
        except UserError as exc:  # somebody else may be writing now, a folder may be away: the watch goes on
            print(f"citespan: {exc}", file=sys.stderr, flush=True)
    return 0


def _rebuild(paths: Sequence[Path], settings: Settings, embedder: Embeds | None) -> tuple[str, ...]:
    from index.rebuild import clear, is_damaged, rebuild

    if paths and not (settings.store / FILE).exists():
        return ()
    try:
        return rebuild(settings, embedder=embedder)
    except StoreError as exc:
        if not (paths and is_damaged(exc)):
            raise
    # Nothing can be read from it any more, and the user has said what to make it from.
    clear(settings.store)
    return ()


def _once(args: argparse.Namespace, settings: Settings, embedder: Embeds | None) -> IngestReport:
    from tqdm import tqdm

    with tqdm(unit=" files", disable=args.json or not sys.stderr.isatty(), leave=False) as bar:

        def show(done: int, total: int, source: str) -> None:
            bar.total = total
            bar.update(done - bar.n)
            bar.set_postfix_str(source[-40:])

        progress: Progress = show
        report = ingest(args.paths, settings, embedder=embedder, progress=progress)
    for _, reason in report.failed:
        print(f"citespan: {reason}", file=sys.stderr)
    print(json.dumps(asdict(report), ensure_ascii=False) if args.json else summary(report), flush=True)
    return report


def summary(report: IngestReport) -> str:
    """What a run did, a line for each file that it touched, and the sum of it at the end."""
    lines = [f"added    {source}" for source in report.added]
    lines += [f"changed  {source}" for source in report.changed]
    lines += [f"renamed  {old} -> {new}" for old, new in report.renamed]
    lines += [f"removed  {source}" for source in report.removed]
    counts = (
        (len(report.added), "added"), (len(report.changed), "changed"), (len(report.renamed), "renamed"),
        (len(report.removed), "removed"), (report.unchanged, "unchanged"), (len(report.failed), "failed"),
    )  # fmt: skip
    done = ", ".join(f"{n} {what}" for n, what in counts if n) or "nothing to do"
    lines.append(
        f"{done}; the index holds {report.articles} articles, {report.sentences} sentences ({report.seconds:.1f} s)"
    )
    return "\n".join(lines)


def _list(args: argparse.Namespace, settings: Settings, embedder: Embeds | None) -> int:
    articles = Library(settings.store).articles()
    if args.json:
        print(json.dumps({"articles": [asdict(a) for a in articles]}, ensure_ascii=False))
        return 0
    for a in articles:
        about = ", ".join(part for part in (a.publisher, a.published) if part)
        copy = f"  (a copy of {a.copy_of})" if a.copy_of else ""
        print(f"{a.source}[{a.start}:{a.end}]  {a.title}{f'  ({about})' if about else ''}{copy}")
    return 0


def _remove(args: argparse.Namespace, settings: Settings, embedder: Embeds | None) -> int:
    remove(args.sources, settings, embedder=embedder)
    print(json.dumps({"removed": args.sources}) if args.json else f"{len(args.sources)} removed")
    return 0


def _verify(args: argparse.Namespace, settings: Settings, embedder: Embeds | None) -> int:
    from index.verify import differences

    if args.repair:
        from index.writer import Writer

        Library(settings.store)  # there must be a store: repairing never makes one
        with Writer(settings, embedder, mending=True) as writer:
            writer.repair()
    found = differences(settings)
    if args.json:
        print(json.dumps({"differences": found}, ensure_ascii=False))
    else:
        print("\n".join(found) or "The index agrees with the files and with itself.")
    return 1 if found else 0


def _search(args: argparse.Namespace, settings: Settings, embedder: Embeds | None) -> int:
    library = Library(settings.store)
    search = Search.open(settings.store, embedder or Embedder.for_store(settings, library.meta("embedder")))
    if not args.question.strip():
        raise UserError('The question is empty. Ask one: python -m index search "what is ...?"')
    hits = search.search(args.question, k=10)
    if args.json:
        print(json.dumps({"hits": [asdict(hit) for hit in hits]}, ensure_ascii=False))
        return 0
    print("score  cosine  passage  bm25")
    for h in hits:
        s = h.sentence
        print(f"{h.score:5.2f}  {h.cosine:6.2f}  {h.passage_cosine:7.2f}  {h.bm25:4.1f}  {s.span.source} {s.text}")
    return 0


if __name__ == "__main__":
    guarded(main)
