"""The embedder's graph gives the library's own vectors, is made once, mends itself, and where it can't be, torch runs.

The small models are made here, untrained. Not here: what the vectors are good for (tests/test_search.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embed import Embedder, Torch, Vectors, cache_name
from index.encoder import EXPECTED, MODEL, TOKENIZER, UNFIT, Encoder, batches, converted
from index.errors import ModelError
from index.runtime import cache_root

WORDS = "the mill harbour council wrote a report about grain and ships [ ] . , ?".split()
TEXTS = ("the council wrote a report.", "grain", "", "ships, ships and the harbour? " * 9, "a mill and a harbour")


def made(folder: Path, pooling: str = "mean", **config: object) -> Path:
    """A small model in the library's own format: a DistilBERT, which takes no token types."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertTokenizerFast, DistilBertConfig, DistilBertModel

    torch.manual_seed(5)  # the same weights whenever the tests run
    part = folder / "part"
    part.mkdir(parents=True)
    (part / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    BertTokenizerFast(str(part / "vocab.txt"), model_input_names=["input_ids", "attention_mask"]).save_pretrained(part)
    shape = DistilBertConfig(vocab_size=30, dim=32, hidden_dim=64, n_layers=2, n_heads=4, max_position_embeddings=48)
    DistilBertModel(shape).save_pretrained(part)
    body = Transformer(str(part), max_seq_length=40)
    model = SentenceTransformer(modules=[body, Pooling(32, pooling_mode=pooling)], device="cpu", **config)
    model.save(str(folder / "model"))
    return folder / "model"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; gives the folder that is in it afterwards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_root()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("small"))


def by_torch(embedder: Embedder, texts: tuple[str, ...] = TEXTS) -> Vectors:
    found = Torch(embedder._by_library("float32"))(texts)
    unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def runs_as_graph(embedder: Embedder) -> bool:
    return isinstance(embedder._loaded, Encoder)


def test_batches_are_of_like_length_and_bounded() -> None:
    assert batches([2, 7, 3, 8], 16) == [[3, 1], [2, 0]]
    assert batches([20, 1, 1], 16) == [[0], [1, 2]]  # one that is too long goes alone
    assert batches([0, 0], 16) == [[0, 1]]
    assert batches([], 16) == []


@pytest.mark.parametrize(("precision", "least"), [("float32", 0.999999), ("bfloat16", 0.9995)])
def test_the_packaged_model_gives_the_librarys_vectors(precision: str, least: float) -> None:
    embedder = Embedder(precision=precision)
    seed = Path(__file__).parents[1] / "seeds" / "000_345f0bbfd32c3127.txt"
    texts = (*TEXTS, seed.read_text("utf-8"), *seed.read_text("utf-8").splitlines()[:20], "東京 “Zürich”\x00\n5 °C")
    found = embedder.encode(texts)
    assert runs_as_graph(embedder)
    assert found.shape == (len(texts), 384) and found.dtype == np.float32
    assert (found * by_torch(embedder, texts)).sum(1).min() > least
    # The same text has the same vector whatever stands beside it, and always.
    assert np.allclose(found, np.vstack([embedder.encode([text]) for text in texts]), atol=2e-3)
    assert np.array_equal(found, embedder.encode(texts))
    assert embedder.encode([]).shape == (0, 384)


@pytest.mark.parametrize("pooling", ["cls", "max"])
def test_another_model_is_run_in_the_same_way(tmp_path: Path, cache: Path, pooling: str) -> None:
    embedder = Embedder(str(made(tmp_path, pooling)), "float32")
    assert np.allclose(embedder.encode(TEXTS), by_torch(embedder), atol=1e-5)
    assert runs_as_graph(embedder)


def test_several_threads_get_what_one_gets(small: Path, cache: Path) -> None:
    embedder = Embedder(str(small), "float32")
    expected = by_torch(embedder)
    with ThreadPoolExecutor(6) as pool:
        for found in pool.map(embedder.encode, [TEXTS] * 30):
            assert np.allclose(found, expected, atol=1e-5)


def test_processes_that_start_at_once_make_one_graph_and_the_next_needs_no_torch(small: Path, cache: Path) -> None:
    program = """
import json, sys
from index.embed import Embedder
found = Embedder(sys.argv[1], "float32").encode(["grain"])[0].tolist()
print(json.dumps({"found": found, "torch": "torch" in sys.modules, "transformers": "transformers" in sys.modules}))
"""

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, str(small)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def told(process: subprocess.Popen[str]) -> dict[str, Any]:
        printed, errors = process.communicate()
        assert errors == ""
        found: dict[str, Any] = json.loads(printed)
        assert np.allclose(found["found"], expected, atol=1e-5)
        return found

    expected = by_torch(Embedder(str(small), "float32"), ("grain",))[0]
    at_once = [told(process) for process in (start(), start())]
    assert at_once[0]["torch"] or at_once[1]["torch"]  # one of them at least has made it
    later = told(start())
    assert not later["torch"] and not later["transformers"]
    assert [path.name for path in cache.iterdir()] == [cache_name(small)]


@pytest.mark.parametrize("damage", [MODEL, "model.bin", TOKENIZER, EXPECTED, "missing", "weights"])
def test_a_damaged_graph_is_made_anew(small: Path, cache: Path, damage: str) -> None:
    first = Embedder(str(small), "float32")
    expected = first.encode(TEXTS)
    folder = cache / cache_name(small)
    (folder / "the first one").touch()
    if damage == "missing":
        (folder / "model.bin").unlink()
    elif damage == "weights":  # still a model, but another one; what is no weight is an integer, tiny as a float
        whole = (folder / "model.bin").read_bytes()
        values = np.frombuffer(whole[: len(whole) // 4 * 4], np.float32)
        other = np.where((abs(values) > 1e-4) & (abs(values) < 10), values[::-1], values).tobytes()
        (folder / "model.bin").unlink()  # a new file: the first model still reads the old one
        (folder / "model.bin").write_bytes(other + whole[len(other) :])
    else:
        half = (folder / damage).read_bytes()
        (folder / damage).unlink()
        (folder / damage).write_bytes(half[: len(half) // 2])
    again = Embedder(str(small), "float32")
    assert np.allclose(again.encode(TEXTS), expected, atol=1e-6)
    assert runs_as_graph(again) and not (folder / "the first one").exists()
    assert np.allclose(first.encode(TEXTS), expected, atol=1e-6)  # whoever had it open is not disturbed


def test_threads_that_start_at_once_make_one_graph(small: Path, cache: Path) -> None:
    loaded: list[str] = []

    def load() -> object:
        loaded.append("once")
        return Embedder(str(small))._by_library("float32")

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: converted(cache / "target", "float32", load), range(3)))
    for graph in found:
        assert graph is not None and np.allclose(graph(TEXTS), found[0](TEXTS), atol=1e-6)
    assert loaded == ["once"]
    assert [path.name for path in cache.iterdir()] == ["target"]


def test_a_model_whose_vectors_the_graph_does_not_give_is_run_by_torch(tmp_path: Path, cache: Path) -> None:
    # It puts words of its own before every text, which the graph knows nothing of.
    folder = made(tmp_path, prompts={"all": "a report about "}, default_prompt_name="all")
    for _ in range(2):
        embedder = Embedder(str(folder), "float32")
        assert np.allclose(embedder.encode(TEXTS), by_torch(embedder), atol=1e-6)
        assert embedder.encode([]).shape == (0, 32)
        assert not runs_as_graph(embedder)
    assert [path.name for path in (cache / cache_name(folder)).iterdir()] == [UNFIT]
    # It is known from now on: the model isn't even asked for.
    assert converted(cache / cache_name(folder), "float32", lambda: pytest.fail("tried again")) is None


def test_without_a_cache_that_can_be_written_it_works_too(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    embedder = Embedder(str(small), "float32")
    assert np.allclose(embedder.encode(TEXTS), by_torch(embedder), atol=1e-5)


def test_where_nothing_can_be_written_the_model_is_left_to_torch(small: Path, tmp_path: Path) -> None:
    model = Embedder(str(small), "float32")._by_library("float32")
    assert converted(tmp_path / "gone" / "target", "float32", lambda: model) is None


def test_the_graph_belongs_to_the_files_of_its_model(tmp_path: Path) -> None:
    folder = made(tmp_path)
    before = cache_name(folder)
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_text("for another runtime")
    assert cache_name(folder) == before
    settings = folder / "config.json"
    settings.write_text(settings.read_text().replace('"n_heads": 4', '"n_heads": 2'))
    assert cache_name(folder) != before


def test_a_folder_that_is_no_models_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of a model")
    assert cache_name(tmp_path) == ""
    with pytest.raises(ModelError, match="can't be loaded"):
        Embedder(str(tmp_path), "float32").encode(TEXTS)


@pytest.mark.parametrize("precision", ["float32", "float64"])  # as a graph, and by the library
def test_surrogates_are_joined_or_replaced(small: Path, cache: Path, precision: str) -> None:
    embedder = Embedder(str(small), precision)
    some, others = (
        embedder.encode(["a mill \ud83c\udf89", "the caf\udce9"]),
        embedder.encode(["a mill 🎉", "the caf\ufffd"]),
    )
    assert runs_as_graph(embedder) == (precision == "float32")
    assert np.array_equal(some, others)
