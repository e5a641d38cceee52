"""Is the gold sound? Quotes at their offsets, ids unique, splits apart; and which sentences no question touches.

It reads articles, not a store, and changes nothing. Try: python -m eval check
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eval.gold import Conversation, Evidence, GoldRow, fold, states
from eval.spans import overlaps
from eval.texts import Texts
from index.files import find_files
from index.read import read_file
from index.split import split
from index.types import Sentence


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`faults` make gold invalid; `notes` are worth a look; `untouched` are sentences no evidence overlaps."""

    rows: int
    turns: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    untouched: tuple[Sentence, ...]
    sentences: int


@dataclass(frozen=True)  # without slots: the sentences are sorted by source once
class Corpus:
    """The articles that gold speaks of, and their sentences."""

    texts: Texts
    sentences: tuple[Sentence, ...]

    @cached_property
    def _by_base(self) -> dict[str, list[Sentence]]:
        found: dict[str, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(_base(sentence.span.source), []).append(sentence)
        return found

    def of(self, source: str) -> list[Sentence]:
        """The sentences of the files of a base name."""
        return self._by_base.get(_base(source), [])

    @classmethod
    def read(cls, folder: Path) -> Corpus:
        """The articles of a folder, read as `python -m index` reads them. Raises UserError as it does."""
        documents = [read_file(found.file, found.source) for found in find_files([folder], {})]
        cut = [s for document in documents for _, sentences in split(document) for s in sentences]
        texts = {document.source: document.text for document in documents}
        return cls(Texts(texts, texts.__getitem__), tuple(cut))


def check(
    rows: Sequence[GoldRow], conversations: Sequence[Conversation], corpus: Corpus, faults: Sequence[str] = ()
) -> CheckReport:
    """Everything there is to say about gold; `faults` are those already found in reading the files."""
    turns = [turn for conversation in conversations for turn in conversation.turns]
    asked = [*rows, *turns]
    evidence: dict[str, list[Evidence]] = {}
    for span in (span for row in asked for span in row.evidence):
        evidence.setdefault(_base(span.source), []).append(span)
    found = [*faults, *unsound(rows, conversations, corpus.texts)]
    near = ((s, evidence.get(_base(s.span.source), [])) for s in corpus.sentences)
    untouched = tuple(s for s, spans in near if not any(overlaps(s.span, span) for span in spans))
    notes = tuple(note for row in asked for note in (*unproved(row), *unread(row, corpus)))
    return CheckReport(len(rows), len(turns), tuple(found), notes, untouched, len(corpus.sentences))


def unsound(rows: Sequence[GoldRow], conversations: Sequence[Conversation], texts: Texts) -> list[str]:
    """One line for everything that makes gold invalid over these articles."""
    asked = [*rows, *(turn for conversation in conversations for turn in conversation.turns)]
    wrong = [fault for row in asked for fault in misplaced(row, texts)]
    return [*repeated_ids(rows, conversations), *wrong, *leaks(rows)]


def repeated_ids(rows: Sequence[GoldRow], conversations: Sequence[Conversation]) -> list[str]:
    """One line for each id that stands more than once."""
    ids = Counter([row.id for row in rows] + [conversation.id for conversation in conversations])
    return [f"{name}: the id stands {n} times" for name, n in ids.items() if n > 1]


def misplaced(row: GoldRow, texts: Texts) -> Iterator[str]:
    """One line for each piece of evidence that is not at its offsets: `text[start:end] == quote`."""
    for span in row.evidence:
        found = [texts.at(source, span.start, span.end) for source in texts.named(span.source)]
        if not found:
            yield f"{row.id}: there is no article {span.source}"
        elif span.quote not in found:
            yield f"{row.id}: {span.source}[{span.start}:{span.end}] is {found[0][:60]!r}, not {span.quote[:60]!r}"


def leaks(rows: Sequence[GoldRow]) -> list[str]:
    """One line for each pair of rows of different splits that ask the same fact of the same sentence.

    They do when pieces of their evidence overlap and they share an alternative of a key fact (folded): what is tuned
    on the one would be measured on the other.
    """
    by_source: dict[str, list[tuple[Evidence, GoldRow]]] = {}
    for row in rows:
        for span in row.evidence:
            by_source.setdefault(_base(span.source), []).append((span, row))
    pairs = {
        (min(one.id, other.id), max(one.id, other.id)): shared
        for spans in by_source.values()
        for one, other in _meeting(spans)
        if one.split != other.split and (shared := _alternatives(one) & _alternatives(other))
    }
    return [
        f"{one} and {other}: of different splits, yet both ask for {min(shared)!r} of one sentence"
        for (one, other), shared in sorted(pairs.items())
    ]


def _meeting(spans: Iterable[tuple[Evidence, GoldRow]]) -> Iterator[tuple[GoldRow, GoldRow]]:
    """Rows whose evidence overlaps: a sweep over the starts, so that thousands of rows take no time."""
    open_: list[tuple[Evidence, GoldRow]] = []
    for span, row in sorted(spans, key=lambda item: (item[0].start, item[0].end)):
        open_ = [(other, owner) for other, owner in open_ if other.end > span.start]
        yield from ((owner, row) for other, owner in open_ if owner.id != row.id and overlaps(other, span))
        open_.append((span, row))


def _base(source: str) -> str:
    return source.rpartition("/")[2]


def _alternatives(row: GoldRow) -> set[str]:
    return {fold(alternative) for fact in row.key_facts for alternative in fact}


def unproved(row: GoldRow) -> Iterator[str]:
    """One line for each key fact of which no alternative stands in the row's evidence: a slip, or a count."""
    quotes = "\n".join(span.quote for span in row.evidence)
    for fact in row.key_facts:
        if not states(quotes, fact):
            yield f"{row.id}: no evidence states {' / '.join(fact)}"


def unread(row: GoldRow, corpus: Corpus) -> Iterator[str]:
    """One line for each piece of evidence at which no sentence is read: page chrome, which no search can find."""
    for span in row.evidence:
        if not any(overlaps(s.span, span) for s in corpus.of(span.source)):
            yield f"{row.id}: no sentence is read at {span.source}[{span.start}:{span.end}]"


def described(report: CheckReport, most: int = 20) -> str:
    """The report as a person reads it; of untouched sentences and notes the first `most`."""
    lines = [f"fault: {fault}" for fault in report.faults]
    lines += [f"note: {note}" for note in report.notes[:most]]
    if len(report.notes) > most:
        lines.append(f"note: and {len(report.notes) - most} more of this kind")
    lines += [f"untouched: {s.span.source}[{s.span.start}:{s.span.end}] {s.text[:80]}" for s in report.untouched[:most]]
    if len(report.untouched) > most:
        lines.append(f"untouched: and {len(report.untouched) - most} more")
    verdict = "sound" if not report.faults else f"INVALID: {len(report.faults)} faults"
    lines.append(
        f"{report.rows} questions, {report.turns} turns of conversations: {verdict}; "
        f"{len(report.untouched)} of {report.sentences} sentences are touched by no question"
    )
    return "\n".join(lines)
