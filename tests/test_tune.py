"""Tuning: the twin in torch is the model that the product runs, and what is tuned judges better there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from eval_toys import hit
from numpy.typing import NDArray

from eval import tune
from eval.asked import Asked
from eval.gold import GoldRow, load
from eval.lora import Example, Trainer
from eval.tune import digest, hardest, judged, left_out
from index.errors import UserError
from qa import adapter
from qa.bot import Bot
from qa.gguf import Gguf
from qa.llama import shape_of
from qa.local import LocalModel
from qa.modelfiles import find
from qa.probe import LAYER
from qa.rank import Context, signals
from qa.rerank import DEPTH

ROOT = Path(__file__).parents[1]
PASSAGES = [f"Passage: {text}\nQuestion answered by the passage:" for text in (
    "The mill opened in 1802.", "The mill belongs to the town.", "Bread is baked there on Fridays.",
    "The river has two bridges.",
)]  # fmt: skip
QUESTIONS = (
    "When did the mill open?", "Who owns the mill?", "On which day is bread baked?", "How many bridges are there?",
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalModel.load("embedded")


@pytest.fixture(scope="module")
def trainer(model: LocalModel) -> Trainer:
    """Each question with each passage; the passage of the same number is the right one."""
    examples = []
    for n, question in enumerate(QUESTIONS):
        passages, asked = model.tokens(PASSAGES, question)
        examples += [Example(p, asked, n == m) for m, p in enumerate(passages)]
    path = find("embedded").gguf
    assert path
    gguf = Gguf.open(path)
    shape = shape_of(gguf)
    assert shape
    return Trainer(gguf, shape, examples)


def test_the_twin_in_torch_holds_what_the_product_reads(model: LocalModel, trainer: Trainer) -> None:
    mine = trainer.states(range(4))
    own = model.states(PASSAGES, QUESTIONS[0], LAYER)
    near = (mine * own).sum(1) / np.linalg.norm(mine, axis=1) / np.linalg.norm(own, axis=1)
    assert near.min() > 0.99


def test_what_is_tuned_judges_better_in_the_product(model: LocalModel, trainer: Trainer) -> None:
    each = [range(4 * n, 4 * n + 4) for n in range(4)]
    # Little at first: where a fit has learned all that there is, going on can only be as good.
    made, probe = trainer.fit(each * 2, ["mill"] * 8, 1)

    def odds() -> NDArray[np.float32]:
        return np.array([probe.logits(model.states(PASSAGES, question, LAYER, made)) for question in QUESTIONS])

    def loss(odds: NDArray[np.float32]) -> float:
        """The mean cross-entropy: each question's own passage answers it, and no other does."""
        return float(np.log1p(np.exp(np.where(np.eye(4, dtype=bool), -odds, odds))).mean())

    before = odds()
    assert before.argmax(1).tolist() == [0, 1, 2, 3]
    made, probe = trainer.fit(each * 8, ["mill"] * 32, 2, start=(made, probe))
    assert odds().argmax(1).tolist() == [0, 1, 2, 3] and loss(odds()) < loss(before)


def asked(question: str, rights: tuple[bool, ...]) -> Asked:
    hits = [hit("rain.txt", (n, n + 5)) for n in range(len(rights))]
    found = signals(question, hits, [Context("", "")] * len(hits), lambda _: 1, 10)
    row = GoldRow("q", "fact", question, True, split="dev")
    head, nobody = tuple(zip(hits, found, strict=True)), cast(Bot, None)
    return Asked(row, "gold", "group", nobody, head, (), ("a", "b", "c"), np.array(rights), True)


def test_a_question_is_learned_from_its_right_and_its_hardest_passages() -> None:
    of = asked("Why?", (False, False, True, True, False, False, False, True))
    assert hardest(of)[:2] == [2, 3]
    assert sorted(hardest(of)[2:]) == [0, 1, 4, 5]


def test_what_a_judge_would_not_be_asked_about_is_left_to_the_search() -> None:
    many = asked("Why?", (True,) * 20)
    many = replace(many, passages=tuple(f"p{n}" for n in range(20)))
    sure, unsure = many.judged(np.array([1.0] + [-1.0] * 19)), many.judged(np.full(20, -1.0))
    assert [len(of.head) for of in (sure, unsure)] == [DEPTH, 20]
    for of in (sure, unsure):
        assert len(of.passages) == len(of.right) == len(of.head) and len(of.head) + len(of.tail) == 20
    assert sure.head[0][0].rerank == sure.head[0][1].judge == 1.0


def test_small_golds_and_a_fifth_of_the_articles_are_left_out() -> None:
    small = [replace(asked(str(n), (True,)), group=str(n)) for n in range(3)]
    large = [replace(asked(str(n), (True,)), group=f"article {n // 2}", small=False) for n in range(20)]
    out = left_out([*large, *small], set())
    assert out[20:].all() and out[:20].sum() == 4
    assert all(out[n] == out[n + 1] for n in range(0, 20, 2))
    known = left_out([*large, *small], {digest("0")})
    assert out[20] and not known[20] and (known[21:] == out[21:]).all()


def test_nothing_is_looked_at_that_was_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, other, near, off = (
        replace(asked(q, (True, False, False)), passages=tuple(PASSAGES[:3])) for q in ("Why?", "When?", "Who?", "So?")
    )
    near = replace(near, row=replace(near.row, answerable=False, verdict="closest"))
    off = replace(off, row=replace(off.row, answerable=False, verdict="not_found"))
    path = tmp_path / "learned.json"
    path.write_text(json.dumps({"questions": [digest("Why?")]}))
    monkeypatch.setattr(tune, "LEARNED", path)
    found = judged([known, other, near, off])
    assert [a.row.question for a in found] == ["When?", "Who?", "So?"]
    assert any(h.rerank for h, _ in found[0].head)
    with pytest.raises(UserError, match="has learned from 1, and none of the others is not_found"):
        judged([known, other, near])


def test_what_was_learned_is_on_record() -> None:
    record = json.loads(tune.LEARNED.read_text(encoding="utf-8"))
    tests = {
        digest(row.question) for path in ROOT.glob("eval/**/gold.jsonl") for row in load(path) if row.split == "test"
    }
    assert record["adapter"] == adapter.load().name
    assert record["questions"] and tests.isdisjoint(record["questions"])
