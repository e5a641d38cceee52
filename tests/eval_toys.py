"""Toy articles, gold and systems for the tests of `eval`: small real objects, no models.

`ToyBot` answers from a queue and remembers what it was asked; an empty queue is an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.gold import Evidence, GoldRow
from eval.pick import Gold
from eval.records import Cited, Ranked, Record, Said
from eval.scoring import METRICS
from index.types import Article, Hit, Sentence, Span
from qa.types import Answer, Citation, Engine, Statement, Turn

RAIN = "Rain in Oslo\nIt rained in Oslo on Monday. The mayor, Kari Dahl, opened a dam. Nobody was hurt."
SNOW = "Snow in Oslo\nSnow fell on Tuesday. It rained in Oslo on Monday."
ARTICLES = {"rain.txt": RAIN, "snow.txt": SNOW}
MAYOR = (RAIN.index("The mayor"), RAIN.index(" Nobody"))
MONDAY = (RAIN.index("It rained"), RAIN.index(" The mayor"))
MONDAY_TOO = (SNOW.index("It rained"), len(SNOW))
ENGINE = Engine("none", "toy", "none")

BY_NAME = {metric.name: metric for metric in METRICS}


def evidence(source: str, span: tuple[int, int]) -> Evidence:
    return Evidence(source, *span, ARTICLES[source][slice(*span)])


WHO = GoldRow(
    "who-1", "who", "Who opened a dam?", True, (("Kari Dahl", "Dahl"),), (evidence("rain.txt", MAYOR),), "dev"
)
WHEN = GoldRow(
    "when-1", "when", "When did it rain?", True, (("Monday",),),
    (evidence("rain.txt", MONDAY), evidence("snow.txt", MONDAY_TOO)), "test",
)  # fmt: skip
NEVER = GoldRow("off-1", "off_topic", "Who won the cup?", False, split="dev", verdict="not_found")
GOLD = Gold((WHO, NEVER), (), ({"file": "g.jsonl", "sha256": "0", "rows": 2},), {})


class ToyLibrary:
    def __init__(self, texts: Mapping[str, str] = ARTICLES) -> None:
        self._texts = texts

    def articles(self) -> tuple[Article, ...]:
        return tuple(Article(s, s, 0, len(t), s, "", "", "0") for s, t in self._texts.items())

    def text(self, source: str) -> str:
        return self._texts[source]


class ToyBot:
    """Gives the answers of its queue, in turn. `asked` is what it was asked, with the history of each."""

    def __init__(self, *answers: Answer, library: ToyLibrary | None = None) -> None:
        self.library = library or ToyLibrary()
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self._queue = list(answers)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        answer = self._queue.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def hit(source: str, span: tuple[int, int], score: float = 1.0) -> Hit:
    place = Span(source, *span)
    return Hit(Sentence(place, place, source, ARTICLES[source][slice(*span)]), score, 0.5, 0.5, 1.0, 1.0)


def cited(n: int, source: str, span: tuple[int, int]) -> Citation:
    return Citation(n, source, source, source, "", "", *span, ARTICLES[source][slice(*span)], "0")


def answer(
    question: str,
    *spans: tuple[str, tuple[int, int]],
    text: str = "",
    hits: Sequence[Hit] = (),
    confidence: float = 0.9,
) -> Answer:
    """An answer whose one statement cites the spans; without spans, a refusal."""
    citations = tuple(cited(n, *span) for n, span in enumerate(spans, 1))
    said = text or " ".join(c.quote for c in citations)
    statements = (Statement(said, tuple(c.n for c in citations), "quote"),) if citations else ()
    found = tuple(hits) or tuple(hit(*span) for span in spans)
    verdict = "answered" if citations else "not_found"
    timings = {"search": 0.01, "first": 0.02, "total": 0.03}
    return Answer(question, question, verdict, statements, citations, (), found, confidence, ENGINE, timings)


RIGHT = answer(WHO.question, ("rain.txt", MAYOR))


def record(
    name: str = "a",
    *,
    answerable: bool = True,
    facts: Sequence[Sequence[str]] = (("Dahl",),),
    gold: Sequence[tuple[int, int]] = (MAYOR,),
    verdict: str = "answered",
    said: Sequence[tuple[str, Sequence[int]]] = (("Kari Dahl opened it.", (1,)),),
    cites: Sequence[tuple[int, int]] = (MAYOR,),
    hits: Sequence[tuple[int, int]] = (MAYOR,),
    confidence: float = 0.9,
    **more: Any,
) -> Record:
    """A record over rain.txt; all spans are of that article."""
    given: dict[str, Any] = {
        "id": name, "type": "who", "split": "", "question": f"{name}?", "answerable": answerable, "expected": "",
        "key_facts": tuple(map(tuple, facts)) if answerable else (),
        "evidence": tuple(evidence("rain.txt", span) for span in gold) if answerable else (),
        "reference": "", "asked": f"{name}?", "verdict": verdict,
        "statements": tuple(Said(text, tuple(ns), "generated") for text, ns in said) if verdict == "answered" else (),
        "citations": tuple(Cited(n, "rain.txt", *span, RAIN[slice(*span)], True) for n, span in enumerate(cites, 1))
        if verdict == "answered" else (),
        "closest": (), "hits": tuple(Ranked("rain.txt", *span, *span, 1.0) for span in hits),
        "fact_ranks": (), "confidence": confidence,
    }  # fmt: skip
    return Record(**{**given, **more})


def write_gold(path: Path, rows: Sequence[GoldRow]) -> Path:
    """A gold file as the contract has it: the optional fields only where they are set."""
    lines = []
    for row in rows:
        spans = [{"source": e.source, "start": e.start, "end": e.end, "quote": e.quote} for e in row.evidence]
        data = {"id": row.id, "type": row.type, "question": row.question, "answerable": row.answerable}
        data |= {"key_facts": row.key_facts, "evidence": spans}
        data |= {name: value for name in ("split", "verdict", "reference") if (value := getattr(row, name))}
        lines.append(json.dumps(data) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def one(name: str, given_record: Record) -> float | None:
    """The value of one metric for one record."""
    row = BY_NAME[name].of([given_record])
    return None if row is None else row[0] / row[1]


def squad_file(path: Path, *paragraphs: dict[str, Any], title: str = "Oslo_rain") -> Path:
    """A file of SQuAD 2.0 with one article of these paragraphs."""
    path.write_text(json.dumps({"version": "v2.0", "data": [{"title": title, "paragraphs": list(paragraphs)}]}))
    return path


def asked(name: str, question: str, *answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    """A question of such a paragraph; each answer with its offset there."""
    return {"id": name, "question": question, "answers": [{"text": t, "answer_start": s} for t, s in answers], **more}
