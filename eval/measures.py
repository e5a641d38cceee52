"""What one record is worth: right or not, failed or not, its ranks, its citations. One small function each.

The arithmetic is in eval/metrics.py, ranking.py and spans.py; pooling over questions in eval/scoring.py.
Try: python -c "from eval.measures import is_right; help(is_right)"
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from eval import metrics as m
from eval import ranking as r
from eval.gold import states
from eval.records import Cited, Record
from eval.spans import alce, characters, right


def is_right(record: Record) -> float | None:
    """1 when an answerable question was answered with every key fact; None where no key fact says what is right.

    A false premise or an off-topic question is judged by `false_answers`, not here.
    """
    if not record.answerable or not record.key_facts:
        return None
    return float(record.answered and m.fact_recall(record.text, record.key_facts) == 1)


def failed(record: Record) -> bool:
    """A question that a person would call wrong: a false answer, a refusal, a missing fact, no right citation."""
    if record.answered != record.answerable:
        return True
    cites = not record.answerable or any(right(c, record.evidence) for c in record.citations)
    return is_right(record) == 0 or not cites


def succeeded(record: Record) -> float:
    """1 for a question that did not fail: answerable or not, everything counts."""
    return float(not failed(record))


def fault(record: Record) -> str:
    """Why a failed question failed, in words, with the step to look at first; "" for one that didn't."""
    if not failed(record):
        return ""
    if not record.answerable:
        return "answered, though the articles don't say it"
    rank = r.first_hit(record.hits, record.evidence)
    where = f"the first gold sentence has rank {rank}" if rank else f"no gold sentence in the first {len(record.hits)}"
    if not record.answered:
        return f"not answered; {where}"
    missing = [" / ".join(fact) for fact in record.key_facts if not states(record.text, fact)]
    if missing:
        return f"doesn't state {'; '.join(missing)}; {where}"
    return f"no right citation; {where}"


def loss(record: Record) -> float:
    """0 when what is shown answers the question, else 1; of a refusal, what is shown is its closest passages.

    So the risk-coverage curve can ask "what if it had answered?" of every question.
    """
    shown: Sequence[Cited] = record.citations if record.answered else record.closest
    if not record.answerable:
        return 1.0
    if not record.key_facts:
        return float(not any(right(c, record.evidence) for c in shown))
    text = record.text if record.answered else "\n".join(c.quote for c in shown)
    return float(m.fact_recall(text, record.key_facts) < 1)


def hit(record: Record, k: int) -> float:
    """1 when one of the first k hits overlaps gold evidence."""
    return float(0 < r.first_hit(record.hits, record.evidence) <= k)


def passage_hit(record: Record, k: int) -> float:
    """1 when one of the first k paragraphs, in the order of their best hits, overlaps gold evidence."""
    passages = list(dict.fromkeys(ranked.passage for ranked in record.hits))
    return float(0 < r.first_hit(passages, record.evidence) <= k)


def span_recall(record: Record, k: int) -> float:
    """Share of the relevant items that the first k hits reach. Gold lists all acceptable evidence, also repeats."""
    items = r.items(record.evidence)
    return r.recall(r.gains(record.hits, items), len(items), k)


def span_ndcg(record: Record, k: int) -> float:
    """nDCG at k over the relevant items."""
    items = r.items(record.evidence)
    return r.ndcg(r.gains(record.hits, items), len(items), k)


def reciprocal(record: Record) -> float:
    """1 / rank of the first right hit among the first 10, 0 when there is none."""
    return r.reciprocal_rank(r.gains(record.hits[:10], record.evidence))


def facts_found(record: Record) -> float | None:
    """Share of the key facts that a right hit among the first 5 states: what the writer could know."""
    ranks = record.fact_ranks
    return sum(0 < rank <= 5 for rank in ranks) / len(ranks) if ranks else None


def facts_stated(record: Record) -> float | None:
    """Share of the key facts that the answer states; 0 for a refusal."""
    return m.fact_recall(record.text, record.key_facts) if record.key_facts else None


def golds(record: Record) -> list[str]:
    """What EM and F1 compare with: the reference, and the alternatives when one key fact is the whole answer."""
    if not record.answerable:
        return []
    alone = list(record.key_facts[0]) if len(record.key_facts) == 1 else []
    return ([record.reference] if record.reference else []) + alone


def exact(record: Record) -> float | None:
    """SQuAD's exact match, of answerable questions ("HasAns"); the others are counted by `false_answer`."""
    return m.exact_match(record.text, golds(record)) if golds(record) else None


def f1(record: Record) -> float | None:
    """SQuAD's token F1, of answerable questions ("HasAns")."""
    return m.token_f1(record.text, golds(record)) if golds(record) else None


def rouge(record: Record) -> float | None:
    """ROUGE-L where a reference answer is given."""
    return m.rouge_l(record.text, record.reference) if record.reference and record.answerable else None


def precision(record: Record) -> tuple[float, float]:
    """Right citations, citations: pooled over questions this is the micro average."""
    return sum(right(c, record.evidence) for c in record.citations), len(record.citations)


def mean_precision(record: Record) -> float:
    """Right citations / citations of one answer, 0 for an answer without any.

    This is ALCE's precision when "supports" means "one of the cited spans is a gold span": a wrong citation
    beside a right one is irrelevant, and a right one never is.
    """
    good, cited = precision(record)
    return good / cited if cited else 0.0


def statement_recall(record: Record) -> float | None:
    """ALCE's recall when "supports" means "one of the cited spans is a gold span"."""
    good = {c.n for c in record.citations if right(c, record.evidence)}
    return fmean(not good.isdisjoint(said.citations) for said in record.statements) if record.statements else None


def alce_of(record: Record, which: int) -> float | None:
    """ALCE's recall (`which` 0) or precision (1) with a stricter "supports" than overlap.

    Cited spans support a statement when a gold span is among them and they hold, in right citations, every key
    fact that the statement states.
    """
    if not record.statements:
        return None
    good = {c.n: c.quote for c in record.citations if right(c, record.evidence)}
    stated = [[fact for fact in record.key_facts if states(said.text, fact)] for said in record.statements]

    def supports(i: int, cited: frozenset[int]) -> bool:
        quotes = "\n".join(good[n] for n in sorted(cited & good.keys()))
        return bool(quotes) and all(states(quotes, fact) for fact in stated[i])

    return alce([said.citations for said in record.statements], supports)[which]


def words_cited(record: Record) -> tuple[float, float] | None:
    """Words of the statements that stand in the quotes they cite, words in all: K-precision.

    Adlakha et al., Evaluating Correctness and Faithfulness of Instruction-Following Models for QA (2023). It needs
    no gold, so it is asked of every answer, false ones too; a verifier that lets words through shows here.
    """
    quotes = {c.n: c.quote for c in record.citations}
    found = total = 0
    for said in record.statements:
        known = set(m.squad_tokens(" ".join(quotes.get(n, "") for n in said.citations)))
        words = m.squad_tokens(said.text)
        found += sum(word in known for word in words)
        total += len(words)
    return (found, total) if total else None


def facts_cited(record: Record) -> float | None:
    """Evidence recall: share of the key facts that stand in the quotes of right citations."""
    quotes = "\n".join(c.quote for c in record.citations if right(c, record.evidence))
    return m.fact_recall(quotes, record.key_facts) if record.key_facts else None


def share(record: Record, of: str) -> float:
    """Characters both cited and gold, as a share of those `cited`, of the `gold` ones, or of `either` (IoU)."""
    both, cited, gold = characters(record.citations, record.evidence)
    whole = {"cited": cited, "gold": gold, "either": cited + gold - both}[of]
    return both / whole if whole else 0.0


def intact(record: Record) -> tuple[float, float] | None:
    """Citations whose quote stands at its offsets, citations shown (those of a refusal too)."""
    shown = record.citations + record.closest
    return (sum(c.intact for c in shown), len(shown)) if shown else None


def false_answer(record: Record) -> float | None:
    """1 for an unanswerable question that was answered."""
    return None if record.answerable else float(record.answered)


def over_refusal(record: Record) -> float | None:
    """1 for an answerable question that was not answered."""
    return float(not record.answered) if record.answerable else None


def verdict_match(record: Record) -> float | None:
    """1 when the verdict is the one that the gold names."""
    return float(record.verdict == record.expected) if record.expected else None


def answerable(record: Record) -> tuple[float, float]:
    """Confidence, and whether the question can be answered: the columns of the AUROC."""
    return record.confidence, float(record.answerable)


def risk(record: Record) -> tuple[float, float]:
    """Confidence and loss: the columns of the risk-coverage curve."""
    return record.confidence, loss(record)


def turn_right(record: Record) -> bool:
    """A turn is right when it is answered exactly if it can be, and then states every key fact."""
    if record.answered != record.answerable:
        return False
    return not record.answerable or not record.key_facts or m.fact_recall(record.text, record.key_facts) == 1
