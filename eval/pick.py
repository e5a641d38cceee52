"""Which gold is asked: the files, and the choice by type, split and number.

The choice of a subset is the same every time and on every machine. Try: python -m eval run --type who --limit 5
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.gold import Conversation, GoldError, GoldRow, load, load_conversations
from eval.results import gold_part

HERE = Path(__file__).parent
GOLD, CONVERSATIONS = HERE / "gold.jsonl", HERE / "conversations.jsonl"
ARTICLES = HERE.parent / "seeds"
TALK = "conversation"


@dataclass(frozen=True, slots=True)
class Gold:
    """Questions and conversations, what a result says of their files, and how they were chosen."""

    rows: tuple[GoldRow, ...]
    conversations: tuple[Conversation, ...]
    files: tuple[Mapping[str, Any], ...]
    chosen: Mapping[str, Any]


def read_gold(gold: Path | None = None, conversations: Path | None = None) -> Gold:
    """The named files; without a gold file the product's own questions and conversations. Raises GoldError."""
    if gold is None:
        gold, conversations = GOLD, conversations or CONVERSATIONS
    rows = load(gold)
    files = [gold_part(gold, len(rows))]
    talks: tuple[Conversation, ...] = ()
    if conversations is not None:
        talks = load_conversations(conversations)
        files.append(gold_part(conversations, len(talks)))
    return Gold(rows, talks, tuple(files), {})


def choose(gold: Gold, types: Sequence[str] = (), split: str = "", limit: int = 0) -> Gold:
    """Some of the gold, in its order. Raises GoldError when nothing is left.

    `limit` questions are taken from all types in turn; of conversations a tenth as many, or as many as the limit
    when nothing else is asked.
    """
    rows = [row for row in gold.rows if row.type in types or not types]
    talks = list(gold.conversations) if TALK in types or not types else []
    if split:
        rows = [row for row in rows if row.split == split]
        talks = [talk for talk in talks if talk.split == split]
    if limit:
        few = limit if not rows else max(1, limit // 10)
        rows = _some(rows, limit)
        talks = sorted(sorted(talks, key=lambda talk: _shuffled(talk.id))[:few], key=talks.index)
    if not rows and not talks:
        known = sorted({row.type for row in gold.rows} | ({TALK} if gold.conversations else set()))
        splits = sorted({row.split for row in gold.rows})
        raise GoldError(f"No question is left. Types: {', '.join(known)}; splits: {', '.join(splits)}.")
    chosen = {"types": sorted(types), "split": split, "limit": limit}
    return replace(gold, rows=tuple(rows), conversations=tuple(talks), chosen=chosen)


def _some(rows: Sequence[GoldRow], limit: int) -> list[GoldRow]:
    """`limit` rows: the first of every type, then the second of every type, in an order that the ids fix."""
    by_type: dict[str, list[GoldRow]] = {}
    for row in sorted(rows, key=lambda row: _shuffled(row.id)):
        by_type.setdefault(row.type, []).append(row)
    turns = [(turn, kind, row) for kind, group in by_type.items() for turn, row in enumerate(group)]
    taken = {row.id for _, _, row in sorted(turns, key=lambda item: item[:2])[:limit]}
    return [row for row in rows if row.id in taken]


def _shuffled(name: str) -> str:
    """A hash: an order that has nothing to do with who wrote which question when."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
