"""The second opinion: real loading of small made cross-encoders, and that it can only refuse.

Not here: how good a trained one is; none comes with the product. Try `pytest tests/test_entail.py`.
"""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import qa.entail
from index.errors import ModelError
from qa.entail import Entailment, stricter, verifier
from qa.ground import check

TRUE, FALSE = "Rutte visited Tokyo.", "Rutte visited Kyoto."
EVIDENCE = ["Mark Rutte visited Tokyo on Tuesday."]
NLI = ("contradiction", "entailment", "neutral")


def made(folder: Path, labels: tuple[str, ...], says: str | None = None) -> Path:
    """A cross-encoder of one small random layer, saved as the library saves them; it always `says` the same label."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast  # type: ignore[attr-defined]

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"mark rutte visited tokyo kyoto on tuesday .".split()]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label=dict(enumerate(labels)), label2id={name: n for n, name in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    if says is not None:
        with torch.no_grad():
            model.classifier.weight.zero_()
            model.classifier.bias.copy_(torch.tensor([9.0 if name == says else 0.0 for name in labels]))
    model.save_pretrained(folder)
    return folder


def test_the_worked_examples_are_true() -> None:
    assert doctest.testmod(qa.entail).failed == 0


@pytest.mark.parametrize(("says", "passes"), [("entailment", True), ("contradiction", False), ("neutral", False)])
def test_what_passes_the_rules_must_pass_the_model_too(tmp_path: Path, says: str, passes: bool) -> None:
    lines: list[str] = []
    verify = verifier(str(made(tmp_path / "nli", NLI, says)), lines.append)
    assert verify(TRUE, EVIDENCE, []).ok is passes
    assert verify(FALSE, EVIDENCE, []) == check(FALSE, EVIDENCE)  # refused by the rules, whatever the model says
    assert lines == []


def test_a_model_with_one_output_gives_the_probability_itself(tmp_path: Path) -> None:
    sure = Entailment(str(made(tmp_path / "sure", ("consistent",), "consistent")))
    assert sure.probability(TRUE, EVIDENCE) == pytest.approx(1 / (1 + 2.718281828**-9), abs=1e-3)


def test_the_probabilities_of_a_random_model_differ_by_text(tmp_path: Path) -> None:
    model = Entailment(str(made(tmp_path / "random", NLI)))
    one, other = model.probability(TRUE, EVIDENCE), model.probability("Mark on Tuesday", ["Kyoto"])
    assert 0 < one < 1 and 0 < other < 1 and one != other
    assert model.probability(TRUE, EVIDENCE) == one


def test_the_model_is_not_asked_about_what_the_rules_refuse() -> None:
    asked: list[str] = []

    def judge(statement: str, evidence: object) -> float:
        asked.append(statement)
        return 1.0

    verify = stricter(check, judge)
    assert not verify(FALSE, EVIDENCE, []).ok and verify(TRUE, EVIDENCE, []).ok
    assert asked == [TRUE]


def test_a_folder_that_can_not_be_used_leaves_the_rules_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    topics = made(tmp_path / "topics", ("sports", "politics"))
    for folder in (tmp_path / "none", tmp_path / "empty", topics):
        lines: list[str] = []
        assert verifier(str(folder), lines.append) is check
        assert len(lines) == 1 and str(folder) in lines[0] and "\n" not in lines[0]
        assert lines[0].endswith("Statements are checked by rule alone.")
    with pytest.raises(ModelError, match="sports, politics and no entailment"):
        Entailment(str(topics))


def test_without_a_folder_the_rules_are_the_check() -> None:
    assert verifier("", print) is check
