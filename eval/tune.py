"""Tune what judges evidence: development questions in, `qa/adapter.npz` and `qa/probe.json` out.

Of each question the right passages and the wrong ones that look best without a judge are learned by `eval/lora.py`. A
part is left out: what comes after the probe in a question's walk must not be fitted on answers that the adapter has
learned by heart. What was learned is on record in `learned.json`, and `eval fit` and `eval ablate` look at other
questions only. With `--go-on` the judge of before learns from more questions; those that it knew are learned again, or
it would forget them. Try: python -m eval tune eval/events/gold.jsonl=STORE
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.asked import Asked, fold_of, gather, pair_arguments
from eval.gold import VERDICTS
from eval.learn import Bools
from eval.lora import Example, Trainer
from index.errors import UserError
from qa import adapter, probe
from qa.adapter import Adapter
from qa.fitted import fitted
from qa.gguf import Gguf
from qa.llama import shape_of
from qa.local import LocalModel
from qa.modelfiles import find
from qa.probe import Probe
from qa.rank import weigh
from qa.rerank import NoReranker

QA, LEARNED = Path(__file__).parents[1] / "qa", Path(__file__).parent / "learned.json"
# What is learned of each question: up to so many right passages, and the wrong ones that look best.
MOST_RIGHT, MOST_WRONG = 2, 4


def arguments(parser: argparse.ArgumentParser) -> None:
    pair_arguments(parser)
    parser.add_argument(
        "--rounds", type=int, choices=range(1, 10), default=2, metavar="N",
        help="how often each question is learned from (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--go-on", action="store_true", help="start from the judge that there is")


def run(args: argparse.Namespace) -> int:
    asked = gather(args)
    known, start = (learned_before(), (adapter.load(), probe.load())) if args.go_on else (frozenset[str](), None)
    learned = [a for a, out in zip(asked, left_out(asked, known), strict=True) if not out]
    made, read = tuned(learned, LocalModel.load("embedded"), args.rounds, start)
    then = f", going on from {start[0].name}" if start else ""
    head = {
        "made": f"python -m eval tune over {len(learned)} development questions, {args.rounds} times{then}",
        "adapter": made.name,
    }
    questions = sorted(known | {digest(a.row.question) for a in learned})
    (QA / adapter.FILE).write_bytes(made.packed())
    write_lines(QA / probe.FILE, {**head, "layer": read.layer, "bias": read.bias, "weights": read.weights})
    write_lines(LEARNED, {**head, "questions": questions})
    return 0


def left_out(asked: Sequence[Asked], known: Set[str]) -> Bools:
    """Which questions aren't learned from: a fifth of the articles, and golds with few articles wholly.

    What the judge knows already, by `digest`, is past being left out.
    """
    out = np.array([a.small for a in asked], dtype=bool) | (fold_of(asked) == 0)
    return np.asarray(out & [digest(a.row.question) not in known for a in asked])


def learned_before() -> frozenset[str]:
    """The questions that the judge has learned from, by `digest`."""
    return frozenset(json.loads(LEARNED.read_text(encoding="utf-8"))["questions"])


def judged(asked: Sequence[Asked]) -> list[Asked]:
    """The questions that the tuned model has not learned from, with the odds that it gives to their hits.

    Raises UserError when these are not of all three verdicts, which the fits behind need.
    """
    known = learned_before()
    own = [a for a in asked if digest(a.row.question) not in known]
    there = {"answered" if a.row.answerable else a.row.verdict for a in own}
    if missing := [verdict for verdict in VERDICTS if verdict not in there]:
        raise UserError(
            f"Of {len(asked)} questions the judge has learned from {len(asked) - len(own)}, and none of the others is "
            f"{' or '.join(missing)}. Name more gold, or tune the judge anew: python -m eval tune --help"
        )
    model, made, read = LocalModel.load("embedded"), adapter.load(), probe.load()
    states = (model.states(a.passages, a.row.question, read.layer, made) for a in own)
    shown = tqdm(zip(own, states, strict=True), "reading", len(own), file=sys.stderr)
    return [a.judged(read.logits(found).astype(np.float64)) for a, found in shown]


def digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:8]


def tuned(
    asked: Sequence[Asked], model: LocalModel, rounds: int, start: tuple[Adapter, Probe] | None = None
) -> tuple[Adapter, Probe]:
    """The adapter and its probe, by these questions, and by what they were at the `start`.

    Raises UserError without the embedded model.
    """
    files = find("embedded")
    gguf = Gguf.open(files.gguf) if files.gguf else None
    shape = shape_of(gguf) if gguf else None
    if gguf is None or shape is None:
        raise UserError("Only the embedded model can be tuned, and it is missing. Run: make test, which installs it.")
    examples: list[Example] = []
    questions: list[range] = []
    for a in asked:
        passages, question = model.tokens(a.passages, a.row.question)
        first = len(examples)
        examples += [Example(passages[hit], question, bool(a.right[hit])) for hit in hardest(a)]
        questions.append(range(first, len(examples)))
    return Trainer(gguf, shape, examples).fit(questions, [a.group for a in asked], rounds, start)


def hardest(a: Asked) -> list[int]:
    """Which of a question's hits are learned from."""
    weights = fitted(NoReranker.fitted).ranking
    scores = [weigh(of, weights) for _, of in a.head]
    wrong = [int(n) for n in np.argsort(-np.array(scores), kind="stable") if not a.right[n]]
    return [int(n) for n in np.flatnonzero(a.right)[:MOST_RIGHT]] + wrong[:MOST_WRONG]


def write_lines(path: Path, value: Mapping[str, object]) -> None:
    """JSON with one part a line: a weight is nothing that anyone edits by hand."""
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"written: {path.name}")
