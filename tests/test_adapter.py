"""The adapter changes the weights that it says, for reading alone, and belongs to its probe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tiny_llama import WIDTH, plain_norm, plain_states, tiny_llama

from eval.tune import QA
from qa import adapter, fitted, probe
from qa.adapter import Adapter, unpacked
from qa.gguf import Floats, Gguf
from qa.llama import layer_of
from qa.local import LocalModel
from qa.modelfiles import runtime
from qa.reader import Reader
from qa.reading import reader

NAMES = {"value": "attn_v", "output": "attn_output", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down"}


@dataclass(frozen=True)
class Changed(Gguf):
    """The same file with the changes written into the weights themselves, as the definition has it."""

    made: Adapter

    def tensor(self, name: str) -> Floats:
        own = Gguf.tensor(self, name)
        for key, (low, high) in self.made.factors.items():
            number, weight = key.split(".")
            if name == f"blk.{number}.{NAMES[weight]}.weight":
                gain = {"value": "attn_norm", "gate": "ffn_norm", "up": "ffn_norm"}.get(weight)
                own = own + high @ low / (Gguf.tensor(self, f"blk.{number}.{gain}.weight") if gain else 1)
        return own


def some(weights: tuple[str, ...], sizes: dict[str, tuple[int, int]]) -> Adapter:
    random = np.random.default_rng(3)
    factors = {
        f"1.{name}": (
            random.normal(0, 0.3, (2, sizes[name][1])).astype(np.float32),
            random.normal(0, 0.3, (sizes[name][0], 2)).astype(np.float32),
        )
        for name in weights
    }
    return unpacked(Adapter("", factors).packed())


@pytest.mark.parametrize("weight", NAMES)
def test_a_graph_with_an_adapter_is_that_of_the_changed_weights(tmp_path: Path, weight: str) -> None:
    gguf, shape = tiny_llama(tmp_path / "tiny.gguf")
    sizes = {name: getattr(layer_of(gguf, shape, 1), name).shape for name in NAMES}
    made = some((weight,), sizes)
    openvino, _ = runtime()
    graph = reader(gguf, shape, 2, made, exact=True)
    read = Reader(openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}), 1)
    prefix, question = np.array([3, 1, 4, 1, 5]), np.array([2, 7, 18])
    baked = Changed(gguf.path, gguf.metadata, gguf.tensors, made)
    expected, plain = (plain_norm(plain_states(of, [*prefix, *question], 2))[-3:] for of in (baked, gguf))
    found = read([prefix], question)[0]
    assert found == pytest.approx(np.concatenate([expected[-1], expected.mean(0)]), abs=2e-3)
    assert np.abs(found[:WIDTH] - plain[-1]).max() > 0.05


def test_a_packed_adapter_is_read_back_and_named_by_what_it_holds(tmp_path: Path) -> None:
    sizes = dict.fromkeys(NAMES, (6, 4))
    one, two = some(("gate",), sizes), some(("gate", "down"), sizes)
    assert one.name != two.name and len(one.name) == 12
    again = unpacked(two.packed())
    assert again.name == two.name and again.layers() == [1]
    for key, pair in two.factors.items():
        assert all(np.array_equal(a, b) for a, b in zip(pair, again.factors[key], strict=True))


def test_an_adapter_for_another_model_is_refused(tmp_path: Path) -> None:
    gguf, shape = tiny_llama(tmp_path / "tiny.gguf")
    made = some(("gate",), {"gate": (6, 4)})
    with pytest.raises(ValueError, match=r"1\.gate is not of shape"):
        made.applied(1, layer_of(gguf, shape, 1))
    untouched = layer_of(gguf, shape, 0)
    assert (made.applied(0, untouched).gate == untouched.gate).all()


def test_adapter_probe_and_what_is_fitted_are_of_one_run() -> None:
    name = adapter.load().name
    for path in (QA / probe.FILE, QA / fitted.FILE):
        assert json.loads(path.read_text(encoding="utf-8"))["adapter"] == name
    assert adapter.load().layers()[-1] < probe.load().layer


def test_the_model_reads_with_the_adapter_only_where_it_is_given() -> None:
    model, made = LocalModel.load("embedded"), adapter.load()
    passage, question = ["Passage: Cats purr.\nQuestion answered by the passage:"], "Why do cats purr?"
    plain = model.states(passage, question, 18)
    changed = model.states(passage, question, 18, made)
    assert np.abs(plain - changed).max() > 0.05
    assert np.array_equal(model.states(passage, question, 18), plain)
