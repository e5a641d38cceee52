"""What a question becomes: turns, citations, statements and the answer. Frozen values, nothing else.

`Answer.to_dict` is the machine-readable contract that `python -m qa --json`, the HTTP endpoint, the MCP tool and
the evaluation share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from index.types import Hit

Verdict = Literal["answered", "closest", "not_found"]
Kind = Literal["quote", "generated"]

CLOSEST = "The articles don't answer this. The closest they come:"
QUOTES = "quotes"
"""The `llm` of an answer in the articles' own words."""
NOT_FOUND = "Nothing in these articles is about that."
UNANSWERED = "The articles don't answer this part: {}"
UNSURE = "Not sure that this answers the question: read the source before you rely on it."


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation, as it was understood, with the answer's text."""

    question: str
    answer: str
    verdict: Verdict = "answered"


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact place of some words: `text[start:end] == quote` in the file `source`, always.

    `sha256` is the hash of that file when it was indexed: another hash today means a stale citation.
    """

    n: int
    source: str
    article_id: str
    title: str
    publisher: str
    published: str
    start: int
    end: int
    quote: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with the numbers of the citations that prove it; never without one.

    A `quote` is the article's own words; a `generated` one was written by a model and has passed the check.
    """

    text: str
    citations: tuple[int, ...]
    kind: Kind

    def __post_init__(self) -> None:
        if not self.text.strip() or not self.citations:
            raise ValueError("a statement needs words and at least one citation")


@dataclass(frozen=True, slots=True)
class Differing:
    """Two statements of different articles that don't agree: their places in the answer, from 0, and about what.

    Of two that differ in certainty the first is the one that tells it as settled.
    """

    first: int
    second: int
    about: Literal["number", "certainty"]


@dataclass(frozen=True, slots=True)
class Engine:
    """Which models made an answer, and one line for each rung of the ladder that was passed over."""

    llm: str
    embedder: str
    reranker: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What `Bot.ask` returns. Only an `answered` one has statements; the others have `closest` or nothing.

    `question` is what the user typed, `asked` the self-contained question that was searched. `confidence` is the
    probability that the evidence answers the question (0 to 1); an `unsure` answer would not be given if the settings
    asked for `strict`. `unanswered` are the parts of a question that the articles don't answer. `timings` are seconds
    by step.
    """

    question: str
    asked: str
    verdict: Verdict
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    closest: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    engine: Engine
    timings: Mapping[str, float] = field(default_factory=dict)
    differing: tuple[Differing, ...] = ()
    unanswered: tuple[str, ...] = ()
    unsure: bool = False

    @property
    def text(self) -> str:
        """The text that a person reads, with `[n]` markers."""
        if self.verdict == "answered":
            said = [f"{s.text} {_marks(s)}" for s in self.statements]
            return "\n".join([*said, *map(self.difference, self.differing), *map(UNANSWERED.format, self.unanswered)])
        return CLOSEST if self.verdict == "closest" else NOT_FOUND

    def difference(self, found: Differing) -> str:
        """One line that sets the two sides against each other, each with who says it."""
        sides = [self.statements[n] for n in (found.first, found.second)]
        one, other = (f"{self._publisher(s)} {_marks(s)}" for s in sides)
        if found.about == "number":
            return f"The articles differ: {one} and {other} give different numbers."
        return f"The articles differ: {one} tells it as settled, {other} does not."

    def _publisher(self, statement: Statement) -> str:
        cited = next((c for c in self.citations if c.n in statement.citations), None)
        return (cited.publisher or f"“{cited.title or cited.source}”") if cited else "one"

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: the same fields for the terminal, for HTTP and for the evaluation."""
        return {
            "question": self.question,
            "asked": self.asked,
            "verdict": self.verdict,
            "answer": self.text,
            "statements": [asdict(s) for s in self.statements],
            "citations": [asdict(c) for c in self.citations],
            "closest": [asdict(c) for c in self.closest],
            "differing": [asdict(d) for d in self.differing],
            "unanswered": list(self.unanswered),
            "confidence": round(self.confidence, 4),
            "unsure": self.unsure,
            "engine": asdict(self.engine),
            "timings": {step: round(seconds, 4) for step, seconds in self.timings.items()},
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done now: `searching`, `reading` or `checking`."""

    name: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The self-contained form of a follow-up, before it is searched."""

    question: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The statements that have passed the check so far, with their citations."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]


Event = Stage | Rewritten | Partial | Answer
"""What `Bot.stream` yields; the last one is always the Answer."""


def _marks(statement: Statement) -> str:
    return "".join(f"[{n}]" for n in statement.citations)
