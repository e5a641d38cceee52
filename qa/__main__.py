"""`python -m qa "question"` prints an answer with its sources; `--json` prints the machine-readable form.

`--stdin` reads one question a line and answers each on its own, with the models loaded once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence

from index.cli import add_settings, guarded, settings_of
from index.errors import UserError
from qa.bot import Bot
from qa.types import QUOTES, UNSURE, Answer, Citation


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m qa", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("question", nargs="?", help="what you want to know")
    parser.add_argument("--json", action="store_true", help="print one JSON object an answer")
    parser.add_argument("--stdin", action="store_true", help="read one question a line from standard input")
    add_settings(
        parser, "store", "embedder", "precision", "llm", "llm_url", "llm_timeout", "reranker", "entailment", "composer",
        "statements", "strictness",
    )  # fmt: skip
    args = parser.parse_args(argv)
    if (args.question is None) != args.stdin:
        raise UserError('Ask one question, or use --stdin. For example: python -m qa "what is NATO?"')

    status = 0

    def notify(line: str) -> None:
        # Told at once and kept to the end: what the settings asked for could not be done, so it isn't a success.
        nonlocal status
        status = 2
        print(f"citespan: {line}", file=sys.stderr)

    bot = Bot.open(settings_of(args), notify)
    for question in _questions(args):
        try:
            answer = bot.ask(question)
        except UserError as exc:
            if not args.stdin:
                raise
            # One bad line doesn't end the others; it still answers with one line.
            status = 2
            print(
                json.dumps({"question": question, "error": str(exc)}) if args.json else f"citespan: {exc}", flush=True
            )
            continue
        for line in answer.engine.notes[len(bot.notes) :]:
            notify(line)
        print(json.dumps(answer.to_dict(), ensure_ascii=False) if args.json else page(answer), flush=True)
    return status


def _questions(args: argparse.Namespace) -> Iterator[str]:
    if args.stdin:
        yield from (line.rstrip("\r\n") for line in sys.stdin)
    else:
        yield args.question


def page(answer: Answer) -> str:
    """What a person reads in the terminal: the answer, then each citation with its source and its words."""
    lines = [answer.text, ""]
    lines += [cited(c) for c in answer.citations or answer.closest]
    seconds = answer.timings.get("total", 0.0)
    by = "in the articles' own words" if answer.engine.llm == QUOTES else f"written by {answer.engine.llm}, checked"
    if answer.unsure:
        lines.append(UNSURE)
    if answer.verdict == "answered":
        lines.append(f"({by}; {seconds:.1f} s)")
    return "\n".join(lines).strip()


def cited(citation: Citation) -> str:
    """One citation: number, publisher, date and title where there are, place, and the quoted words."""
    about = ", ".join(part for part in (citation.publisher, citation.published, citation.title) if part)
    place = f"{citation.source}[{citation.start}:{citation.end}]"
    return f"[{citation.n}] {about}\n    {place}\n    “{' '.join(citation.quote.split())}”\n"


if __name__ == "__main__":
    guarded(main)
