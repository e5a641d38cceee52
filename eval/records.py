"""What a run keeps of one question: the gold beside the answer, enough to score, compare and show it again.

Plain frozen values and their JSON form; nothing is scored here and no model is known.
Try: python -c "from eval.records import Record; help(Record)"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.gold import Evidence


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of the answer with the numbers of its citations."""

    text: str
    citations: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation; `intact` when its quote stood at its offsets in the store's text at the time of the run."""

    n: int
    source: str
    start: int
    end: int
    quote: str
    intact: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """A hit, best first, with the place of its paragraph."""

    source: str
    start: int
    end: int
    passage_start: int
    passage_end: int
    score: float

    @property
    def passage(self) -> Evidence:
        return Evidence(self.source, self.passage_start, self.passage_end)


@dataclass(frozen=True, slots=True)
class Extract:
    """A stretch of article text around gold and cited spans, kept for the report; it begins at `start`."""

    source: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """One question asked. `expected` is the gold verdict or ""; `conversation` is "" for a question on its own.

    `fact_ranks` holds for every key fact the rank (from 1) of the first hit that overlaps gold evidence and
    states the fact, 0 when none does. `timings` are seconds by step. `wanted` is the gold reading of a turn.
    """

    id: str
    type: str
    split: str
    question: str
    answerable: bool
    expected: str
    key_facts: tuple[tuple[str, ...], ...]
    evidence: tuple[Evidence, ...]
    reference: str
    asked: str
    verdict: str
    statements: tuple[Said, ...]
    citations: tuple[Cited, ...]
    closest: tuple[Cited, ...]
    hits: tuple[Ranked, ...]
    fact_ranks: tuple[int, ...]
    confidence: float
    extracts: tuple[Extract, ...] = ()
    conversation: str = ""
    wanted: str = ""
    notes: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        return self.verdict == "answered"

    @property
    def text(self) -> str:
        """The words of the answer, without citation marks: a mark `[5]` must not state the fact `5`."""
        return "\n".join(said.text for said in self.statements)

    def to_dict(self) -> dict[str, Any]:
        """JSON form; hits are lists, for there are many of them."""
        data = asdict(self)
        data["hits"] = [list(asdict(hit).values()) for hit in self.hits]
        data["timings"] = dict(self.timings)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Record:
        """The inverse of `to_dict`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            **{
                **data,
                "key_facts": tuple(tuple(fact) for fact in data["key_facts"]),
                "evidence": tuple(Evidence(**span) for span in data["evidence"]),
                "statements": tuple(Said(s["text"], tuple(s["citations"]), s["kind"]) for s in data["statements"]),
                "citations": tuple(Cited(**c) for c in data["citations"]),
                "closest": tuple(Cited(**c) for c in data["closest"]),
                "hits": tuple(Ranked(*hit) for hit in data["hits"]),
                "fact_ranks": tuple(data["fact_ranks"]),
                "notes": tuple(data["notes"]),
                "extracts": tuple(Extract(**e) for e in data["extracts"]),
            }
        )
