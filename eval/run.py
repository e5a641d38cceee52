"""Ask every gold question of a system and keep what came back. Conversations go turn by turn, with their history.

It scores nothing (eval/scoring.py) and prints nothing but a progress bar. Try: python -m eval run --limit 5
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from tqdm import tqdm

from eval.gold import Conversation, GoldRow, states
from eval.measures import failed
from eval.records import Cited, Ranked, Record, Said
from eval.results import nameless
from eval.spans import right
from eval.texts import Library, Texts
from index.errors import EndpointError, ModelError, StoreError, UserError
from index.types import Hit, Span
from qa.types import Answer, Citation, Engine, Turn

T = TypeVar("T")
KEPT, PARAGRAPHS = 10, 5  # the hits that ranking metrics look at: the first 10, and those that lead to 5 paragraphs


@dataclass(frozen=True, slots=True)
class Reply:
    """What any system says to a question. `words` are the texts of the hits; `turn` is its part of a history."""

    verdict: str
    statements: tuple[Said, ...]
    citations: tuple[Cited, ...]
    closest: tuple[Cited, ...]
    hits: tuple[Ranked, ...]
    words: tuple[str, ...]
    confidence: float
    timings: dict[str, float]
    turn: Turn
    notes: tuple[str, ...] = ()


class System(Protocol):
    """What can be measured: the product (`OfBot`), a peer (eval/peers.py), a fake of the tests."""

    @property
    def texts(self) -> Texts: ...
    def reply(self, question: str, history: Sequence[Turn]) -> Reply: ...


class Asks(Protocol):
    """The part of `qa.bot.Bot` that is measured."""

    @property
    def library(self) -> Library: ...
    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer: ...


class OfBot:
    """The product as a system: its answers, each quote compared with the store's text."""

    def __init__(self, bot: Asks) -> None:
        self.bot = bot
        self.texts = Texts.of(bot.library)
        self._known: tuple[str, ...] = ()

    def warm(self, question: str) -> Engine:
        """Ask once what is not measured: models that load at their first use are loaded, and say their names."""
        engine = self.bot.ask(question).engine
        self._known = engine.notes
        return engine

    def reply(self, question: str, history: Sequence[Turn]) -> Reply:
        """An answer, or the refusal that stands for a question the product can't take (too long, empty)."""
        started = time.perf_counter()
        try:
            answer = self.bot.ask(question, history)
        except (StoreError, ModelError, EndpointError):
            raise
        except UserError as exc:
            timings = {"total": time.perf_counter() - started}
            turn = Turn(question, str(exc), "not_found")
            return Reply("not_found", (), (), (), (), (), 0.0, timings, turn, (nameless(str(exc)),))
        seconds = time.perf_counter() - started
        hits = kept(answer.hits)
        sentences = [hit.sentence for hit in hits]
        return Reply(
            verdict=answer.verdict,
            statements=tuple(Said(s.text, tuple(s.citations), s.kind) for s in answer.statements),
            citations=tuple(self._cited(c) for c in answer.citations),
            closest=tuple(self._cited(c) for c in answer.closest),
            hits=tuple(
                Ranked(s.span.source, s.span.start, s.span.end, s.passage.start, s.passage.end, round(hit.score, 6))
                for s, hit in zip(sentences, hits, strict=True)
            ),
            words=tuple(s.text for s in sentences),
            confidence=round(answer.confidence, 6),
            timings={"total": seconds, **answer.timings},
            turn=Turn(answer.asked, answer.text, answer.verdict),
            notes=tuple(nameless(note) for note in answer.engine.notes if note not in self._known),
        )

    def _cited(self, c: Citation) -> Cited:
        intact = self.texts.at(c.source, c.start, c.end) == c.quote
        return Cited(c.n, c.source, c.start, c.end, c.quote, intact)


def run(
    system: System,
    rows: Sequence[GoldRow],
    conversations: Sequence[Conversation] = (),
    *,
    done: Iterable[Record] = (),
    keep: Callable[[Sequence[Record]], None] = lambda records: None,
    quiet: bool = False,
    jobs: int = 1,
) -> tuple[Record, ...]:
    """The records of all questions, in the order of the gold; those in `done` are not asked again.

    `keep` gets the records of each question or conversation as soon as it is finished. What the system raises goes
    through: everything kept so far can be resumed. With `jobs` so many are asked side by side: that helps where answers
    are waited for (an endpoint), hardly where the embedded models use all cores; latencies are then those of so many
    users. The system has to be safe for several threads.
    """
    known: dict[str, list[Record]] = {}
    for record in done:
        known.setdefault(record.conversation or record.id, []).append(record)
    items: tuple[GoldRow | Conversation, ...] = (*rows, *conversations)
    left = [item for item in items if item.id not in known]

    def ask(item: GoldRow | Conversation) -> list[Record]:
        return [_single(system, item)] if isinstance(item, GoldRow) else _talk(system, item)

    answers = map(ask, left) if jobs == 1 else _side_by_side(ask, left, jobs)
    bar = tqdm(
        answers, "asking", len(items), initial=len(items) - len(left), unit="", file=sys.stderr, disable=quiet or None,
        dynamic_ncols=True,
    )  # fmt: skip
    for item, new in zip(left, bar, strict=True):
        keep(new)
        known[item.id] = new
    return tuple(record for item in items for record in known[item.id])


def _side_by_side(ask: Callable[[T], list[Record]], items: Sequence[T], jobs: int) -> Iterator[list[Record]]:
    """The answers in the order of the items. Where it is broken off, what has not begun is not asked any more."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(ask, items)


def kept(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The first hits, as many as any ranking metric looks at."""
    passages: set[Span] = set()
    for n, hit in enumerate(hits, 1):
        passages.add(hit.sentence.passage)
        if n >= KEPT and len(passages) >= PARAGRAPHS:
            return hits[:n]
    return hits


def _single(system: System, row: GoldRow) -> Record:
    return record_of(row, system.reply(row.question, ()), system.texts)


def _talk(system: System, conversation: Conversation) -> list[Record]:
    """Every turn with the history that the system itself made of the turns before it, not with the gold's."""
    history: list[Turn] = []
    records = []
    for turn, wanted in zip(conversation.turns, conversation.asked, strict=True):
        reply = system.reply(turn.question, tuple(history))
        record = record_of(turn, reply, system.texts)
        records.append(replace(record, conversation=conversation.id, wanted=wanted))
        history.append(reply.turn)
    return records


def record_of(row: GoldRow, reply: Reply, texts: Texts) -> Record:
    """Gold and reply side by side; with the article text around both where the question failed."""
    record = Record(
        id=row.id,
        type=row.type,
        split=row.split,
        question=row.question,
        answerable=row.answerable,
        expected=row.verdict,
        key_facts=row.key_facts,
        evidence=row.evidence,
        reference=row.reference,
        asked=reply.turn.question,
        verdict=reply.verdict,
        statements=reply.statements,
        citations=reply.citations,
        closest=reply.closest,
        hits=reply.hits,
        fact_ranks=tuple(_fact_rank(fact, row, reply) for fact in row.key_facts),
        confidence=reply.confidence,
        notes=reply.notes,
        timings={step: round(seconds, 4) for step, seconds in reply.timings.items()},
    )
    if not failed(record):
        return record
    return replace(record, extracts=texts.around((*row.evidence, *record.citations)))


def _fact_rank(fact: Sequence[str], row: GoldRow, reply: Reply) -> int:
    """Rank of the first hit that overlaps gold evidence and states the fact, 0 when there is none."""
    ranked = enumerate(zip(reply.hits, reply.words, strict=True), 1)
    return next((n for n, (hit, words) in ranked if right(hit, row.evidence) and states(words, fact)), 0)
