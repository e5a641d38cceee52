"""Development questions as the fitting sees them: their first hits with signals, and which are right.

It asks the product's own search and fits nothing. Try: python -m eval ablate eval/gold.jsonl=.citespan
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.gold import GoldRow, load
from eval.learn import FOLDS, Bools, Floats, Ints, folds
from eval.spans import right
from index.cli import add_settings, settings_of
from index.errors import UserError
from index.types import Hit
from qa.bot import Bot
from qa.rank import Signals, signals
from qa.rerank import DEEPER, DEPTH, doubtful, prefixes

# Where there are fewer articles than this, a fold of whole articles would be a corpus of its own.
MANY = 2 * FOLDS


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its first hits, in the order of the search."""

    row: GoldRow
    gold: str  # the gold file's path
    group: str  # what must not be split over two folds: an article, or in a small gold the question alone
    bot: Bot
    head: tuple[tuple[Hit, Signals], ...]
    tail: tuple[Hit, ...]
    passages: tuple[str, ...]  # what is read before the question, one a hit
    right: Bools  # which hits overlap the gold evidence
    small: bool  # whether its gold has few articles

    def table(self, names: Sequence[str]) -> Floats:
        """Signals by hit: shape (hits, signals)."""
        return np.array([[getattr(of, name) for name in names] for _, of in self.head]).reshape(-1, len(names))

    def judged(self, odds: Floats) -> Asked:
        """The same with other words of the judge, and only the hits that it would be asked about."""
        size = len(odds) if doubtful([float(x) for x in odds[:DEPTH]]) else min(DEPTH, len(odds))
        pairs = zip(self.head[:size], odds[:size].tolist(), strict=True)
        head = [(replace(h, rerank=x), replace(s, judge=x)) for (h, s), x in pairs]
        return replace(
            self,
            head=tuple(head),
            tail=(*(h for h, _ in self.head[size:]), *self.tail),
            passages=self.passages[:size],
            right=self.right[:size],
        )

    def scored(self, number: int, score: float) -> Hit:
        """One of the hits, as the ranking gives it."""
        return replace(self.head[number][0], score=score)


def pair_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pairs", nargs="+", metavar="GOLD=STORE", help="a gold file and the store of its articles")
    add_settings(parser, "precision")


def gather(args: argparse.Namespace) -> list[Asked]:
    """The development questions of all pairs that have hits. Raises UserError for a pair that isn't one."""
    settings = settings_of(args)
    found: list[Asked] = []
    for pair in args.pairs:
        gold, _, store = pair.partition("=")
        if not store:
            raise UserError(f"'{pair}' is not GOLD=STORE. For example: python -m eval fit eval/gold.jsonl=.citespan")
        bot = Bot.open(settings.with_(store=store, reranker="none"), _tell)
        rows = [row for row in load(Path(gold)) if row.split == "dev"]
        many = len(bot.library.articles()) >= MANY
        each = (_asked(bot, row, gold, many) for row in tqdm(rows, gold, file=sys.stderr))
        found += [asked for asked in each if asked is not None]
    return found


def _tell(line: str) -> None:
    print(f"citespan: {line}", file=sys.stderr)


def _asked(bot: Bot, row: GoldRow, gold: str, many: bool) -> Asked | None:
    engine = bot.search_engine
    hits = engine.search(row.question)
    if not hits:
        return None
    context_of = bot.finder.context_of()
    first = hits[:DEEPER]
    found = signals(row.question, first, [context_of(hit) for hit in first], engine.frequency, engine.size)
    source = row.evidence[0].source if row.evidence else hits[0].sentence.span.source
    return Asked(
        row=row,
        gold=gold,
        group=f"{gold} {source if many else row.id}",
        bot=bot,
        head=tuple(zip(first, found, strict=True)),
        tail=hits[DEEPER:],
        passages=tuple(prefixes(first, context_of)),
        right=np.array([right(hit.sentence.span, row.evidence) for hit in first], dtype=bool),
        small=not many,
    )


def fold_of(asked: Sequence[Asked]) -> Ints:
    """Questions about one article share a fold where there are many articles."""
    return folds([a.group for a in asked])
