"""Metrics of an answer's text (key facts, exact match, token F1, ROUGE-L) and of refusing (AUROC, AURC).

Pure functions over text and numbers; rankings are in eval/ranking.py, citations in eval/spans.py.
Try: python -m doctest eval/metrics.py. Tested by hand and against rouge-score and scikit-learn.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from eval.gold import states

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


def fact_recall(text: str, key_facts: Sequence[Sequence[str]]) -> float:
    """Share of the key facts of which the text holds an alternative. The answer is right at 1.

    >>> fact_recall("Rutte met Ishiba in Tokyo.", [["Mark Rutte", "Rutte"], ["Brussels"]])
    0.5
    """
    return sum(states(text, fact) for fact in key_facts) / len(key_facts)


def squad_tokens(text: str) -> list[str]:
    """Words in the SQuAD manner: lower case, punctuation out, then a/an/the out, white space folded.

    >>> squad_tokens("The U.S., an ally")
    ['us', 'ally']
    """
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return _ARTICLES.sub(" ", bare).split()


def exact_match(text: str, golds: Sequence[str]) -> float:
    """1 when the text equals one of the gold answers, both in the SQuAD manner (Rajpurkar et al., 2016).

    >>> exact_match("The Tokyo!", ["Tokyo"]), exact_match("in Tokyo", ["Tokyo"])
    (1.0, 0.0)
    """
    return float(any(squad_tokens(text) == squad_tokens(gold) for gold in golds))


def token_f1(text: str, golds: Sequence[str]) -> float:
    """The best F1 over the gold answers of the words shared, counted with repeats (Rajpurkar et al., 2016).

    Where either side is empty it is 1 if both are, as in the SQuAD 2.0 script (no answer wanted, none given).

    >>> token_f1("in Tokyo today", ["Tokyo"])                # precision 1/3, recall 1/1
    0.5
    """
    return max((_f1(squad_tokens(text), squad_tokens(gold)) for gold in golds), default=0.0)


def _f1(words: list[str], gold: list[str]) -> float:
    if not words or not gold:
        return float(words == gold)
    shared = sum((Counter(words) & Counter(gold)).values())
    return 2 * shared / (len(words) + len(gold))


def rouge_l(text: str, reference: str) -> float:
    """F1 of the longest common subsequence of words (Lin, ROUGE, 2004), words as rouge-score cuts them.

    >>> rouge_l("the cat sat", "the cat lay there")          # LCS 2; P 2/3, R 2/4
    0.5714285714285714
    """
    words, gold = (_NOT_A_LETTER.sub(" ", t.lower()).split() for t in (text, reference))
    if not words or not gold:
        return 0.0
    row = [0] * (len(gold) + 1)
    for word in words:
        before = row
        row = [0]
        for j, other in enumerate(gold, 1):
            row.append(before[j - 1] + 1 if word == other else max(before[j], row[j - 1]))
    return 2 * row[-1] / (len(words) + len(gold))


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Chance that a positive has a higher score than a negative, ties counted half; nan without both kinds.

    Through ranks: (sum of the positives' ranks - P(P+1)/2) / (P * N) (Mann and Whitney, 1947).

    >>> auroc([0.9, 0.4, 0.4, 0.1], [True, True, False, False])      # 0.9 beats both, 0.4 ties one: 3.5 / 4
    0.875
    """
    p = sum(positive)
    n = len(positive) - p
    if not p or not n:
        return float("nan")
    ranks = _ranks(scores)
    won = sum(rank for rank, is_positive in zip(ranks, positive, strict=True) if is_positive)
    return (won - p * (p + 1) / 2) / (p * n)


def _ranks(scores: Sequence[float]) -> list[float]:
    """Ranks from 1, ties share their mean rank."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks = [0.0] * len(scores)
    i = 0
    while i < len(order):
        j = i
        while j < len(order) and scores[order[j]] == scores[order[i]]:
            j += 1
        for k in order[i:j]:
            ranks[k] = (i + 1 + j) / 2
        i = j
    return ranks


def risk_coverage(confidence: Sequence[float], loss: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """(coverage, risk) after answering the 1, 2, .. n questions it is surest of; risk is their mean loss.

    Questions of equal confidence share their mean loss, so that the order of the file changes nothing.
    El-Yaniv and Wiener, On the foundations of noise-free selective classification (2010).

    >>> risk_coverage([0.9, 0.5], [0, 1])
    ((0.5, 0.0), (1.0, 0.5))
    """
    groups: dict[float, list[float]] = {}
    for c, value in zip(confidence, loss, strict=True):
        groups.setdefault(c, []).append(value)
    spread = [sum(g) / len(g) for _, g in sorted(groups.items(), reverse=True) for _ in g]
    points, total = [], 0.0
    for i, value in enumerate(spread, 1):
        total += value
        points.append((i / len(spread), total / i))
    return tuple(points)


def aurc(confidence: Sequence[float], loss: Sequence[float]) -> float:
    """Area under the risk-coverage curve: the mean of its risks; smaller is better, nan without questions.

    Geifman, Uziel and El-Yaniv, Bias-reduced uncertainty estimation for deep neural classifiers (2019).

    >>> aurc([0.9, 0.5], [0, 1])                             # (0 + 0.5) / 2
    0.25
    """
    points = risk_coverage(confidence, loss)
    return sum(risk for _, risk in points) / len(points) if points else float("nan")
