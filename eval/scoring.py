"""The table of metrics: what each one takes from a record, which way is better, and how records become figures.

The arithmetic itself is in eval/measures.py and below it; intervals in stats.py.
Try: python -c "from eval.scoring import METRICS; print(*(m.name for m in METRICS))"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from eval import measures as q
from eval import metrics as m
from eval.records import Record
from eval.stats import Estimate, Rows, Statistic, estimate, ratio

Values = tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Metric:
    """`of` gives a record's row of numbers, or None where the metric has nothing to say; `statistic` pools them.

    `better` is 1 when more is better, -1 when less is. `each` says whether a unit is a question or a whole
    conversation (then `of` gets all its turns).
    """

    name: str
    label: str
    group: str
    of: Callable[[Sequence[Record]], Values]
    better: int = 1
    statistic: Statistic = ratio
    each: str = "question"


def single(of: Callable[[Record], float | tuple[float, float] | None]) -> Callable[[Sequence[Record]], Values]:
    """A metric of one question; a bare number counts as itself / 1."""

    def row(unit: Sequence[Record]) -> Values:
        value = of(unit[0])
        return value if value is None or isinstance(value, tuple) else (float(value), 1.0)

    return row


def values(metric: Metric, records: Iterable[Record]) -> dict[str, tuple[float, ...]]:
    """The row of every unit that the metric speaks of, by the id of the question or conversation."""
    units: dict[str, list[Record]] = {}
    for record in records:
        if bool(record.conversation) == (metric.each == "conversation"):
            units.setdefault(record.conversation or record.id, []).append(record)
    rows = {name: metric.of(unit) for name, unit in units.items()}
    return {name: row for name, row in rows.items() if row is not None}


def summary(records: Sequence[Record]) -> dict[str, Estimate]:
    """Every metric that can be computed over these records, with its interval."""
    found = {metric.name: estimate(list(values(metric, records).values()), metric.statistic) for metric in METRICS}
    return {name: figure for name, figure in found.items() if figure}


def by_type(records: Sequence[Record]) -> dict[str, dict[str, Estimate]]:
    """`summary` for every type of question. The turns of conversations are one type of their own."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.type, []).append(replace(record, conversation=""))
    return {kind: summary(group) for kind, group in sorted(groups.items())}


def _searched(of: Callable[[Record], float]) -> Callable[[Sequence[Record]], Values]:
    """Asked of answerable questions alone, answered or not."""
    return single(lambda record: of(record) if record.answerable else None)


def _cites(of: Callable[[Record], float | tuple[float, float] | None]) -> Callable[[Sequence[Record]], Values]:
    """Asked of answerable questions that were answered; an answer to another one is a false answer already."""
    return single(lambda record: of(record) if record.answerable and record.answered else None)


def _whole_right(unit: Sequence[Record]) -> Values:
    return float(all(map(q.turn_right, unit))), 1.0


def _turns_right(unit: Sequence[Record]) -> Values:
    return float(sum(map(q.turn_right, unit))), float(len(unit))


def _auroc(rows: Rows) -> float:
    return m.auroc(rows[:, 0].tolist(), [bool(v) for v in rows[:, 1]])


def _aurc(rows: Rows) -> float:
    return m.aurc(rows[:, 0].tolist(), rows[:, 1].tolist())


FINDING, ANSWERS, CITING = "Finding the evidence", "Answers", "Citations"
REFUSING, TALKING = "Refusing", "Conversations"

METRICS: tuple[Metric, ...] = (
    Metric("best_sentence", "gold sentence first", FINDING, _searched(partial(q.hit, k=1))),
    Metric("hit@3", "gold sentence in first 3", FINDING, _searched(partial(q.hit, k=3))),
    Metric("hit@5", "gold sentence in first 5", FINDING, _searched(partial(q.hit, k=5))),
    Metric("hit@10", "gold sentence in first 10", FINDING, _searched(partial(q.hit, k=10))),
    Metric("passage@1", "gold paragraph first", FINDING, _searched(partial(q.passage_hit, k=1))),
    Metric("passage@5", "gold paragraph in first 5", FINDING, _searched(partial(q.passage_hit, k=5))),
    Metric("recall@5", "recall of gold spans at 5", FINDING, _searched(partial(q.span_recall, k=5))),
    Metric("recall@10", "recall of gold spans at 10", FINDING, _searched(partial(q.span_recall, k=10))),
    Metric("ndcg@10", "nDCG at 10", FINDING, _searched(partial(q.span_ndcg, k=10))),
    Metric("mrr", "reciprocal rank at 10", FINDING, _searched(q.reciprocal)),
    Metric("facts@5", "key facts in first 5", FINDING, single(q.facts_found)),
    Metric("success", "questions that did not fail", ANSWERS, single(q.succeeded)),
    Metric("accuracy", "answered right", ANSWERS, single(q.is_right)),
    Metric("fact_recall", "key facts stated", ANSWERS, single(q.facts_stated)),
    Metric("exact_match", "exact match (SQuAD)", ANSWERS, single(q.exact)),
    Metric("token_f1", "token F1 (SQuAD)", ANSWERS, single(q.f1)),
    Metric("rouge_l", "ROUGE-L to the reference", ANSWERS, single(q.rouge)),
    Metric("citation_precision", "citations right, of all", CITING, _cites(q.precision)),
    Metric("citation_precision_macro", "citations right, by answer", CITING, _cites(q.mean_precision)),
    Metric("citation_recall", "statements with a right citation", CITING, _cites(q.statement_recall)),
    Metric("alce_precision", "ALCE precision, facts in spans", CITING, _cites(partial(q.alce_of, which=1))),
    Metric("alce_recall", "ALCE recall, facts in spans", CITING, _cites(partial(q.alce_of, which=0))),
    Metric("words_cited", "words that stand in their quotes", CITING, single(q.words_cited)),
    Metric("facts_cited", "key facts in right citations", CITING, _cites(q.facts_cited)),
    Metric("char_precision", "characters cited that are gold", CITING, _cites(partial(q.share, of="cited"))),
    Metric("char_recall", "gold characters that are cited", CITING, _cites(partial(q.share, of="gold"))),
    Metric("char_iou", "characters cited and gold, IoU", CITING, _cites(partial(q.share, of="either"))),
    Metric("quote_integrity", "quotes at their offsets", CITING, single(q.intact)),
    Metric("false_answers", "unanswerable, yet answered", REFUSING, single(q.false_answer), better=-1),
    Metric("over_refusals", "answerable, yet refused", REFUSING, single(q.over_refusal), better=-1),
    Metric("verdict_match", "verdict as the gold has it", REFUSING, single(q.verdict_match)),
    Metric("auroc", "AUROC of confidence", REFUSING, single(q.answerable), statistic=_auroc),
    Metric("aurc", "AURC (risk-coverage)", REFUSING, single(q.risk), better=-1, statistic=_aurc),
    Metric("conversation_success", "conversations all right", TALKING, _whole_right, each="conversation"),
    Metric("turn_success", "turns right", TALKING, _turns_right, each="conversation"),
)
