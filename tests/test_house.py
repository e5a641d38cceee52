"""The house rules that a machine can keep: imports go one way only, and each heavy library has one owner file.

Not here: what the code does. Try `pytest tests/test_house.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = {"index": 0, "qa": 1, "ui": 2, "eval": 2}
FILES = sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py"))

# Library -> the only files of ours that may import it. `eval/peers.py` is the stock pipeline we compare with.
OWNERS = {
    "torch": {"index/embed.py", "index/encoder.py", "eval/lora.py", "eval/twin.py"},  # each second builds on its first
    "sentence_transformers": {"index/embed.py", "qa/entail.py"},
    "transformers": {"index/embed.py"},
    "chromadb": {"index/store.py", "eval/peers.py"},
    "tokenizers": {"index/encoder.py"},
    "openvino": {  # the import itself, and what a graph is made of
        "index/runtime.py",
        "qa/compiled.py",
        "qa/graph.py",
        "qa/reading.py",
        "qa/writing.py",
    },
    "openvino_genai": {"qa/modelfiles.py"},
    "sentencex": {"index/sentences.py"},
    "trafilatura": {"index/formats.py"},
    "pypdf": {"index/formats.py"},
    "docx": {"index/formats.py"},
    "nh3": {"ui/safe.py"},
}
HEAVY = {*OWNERS, "gradio", "llama_index", "openai", "sklearn"} - {"nh3", "sentencex"}


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether that happens when the file itself is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    for test in (n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"):
        inside |= set(ast.walk(test))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node not in inside


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_packages_import_one_way(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0]
    for module, _ in imports(path):
        other = module.partition(".")[0]
        assert other not in ORDER or other == own or ORDER[other] < ORDER[own], f"{path.name} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_have_one_owner_and_are_imported_where_needed(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    for module, at_import in imports(path):
        library = module.partition(".")[0]
        assert library not in OWNERS or name in OWNERS[library], f"{name} imports {module}"
        assert not (library in HEAVY and at_import), f"{name} imports {module} before it is needed"


def test_no_two_files_import_each_other() -> None:
    names = {path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path for path in FILES}
    needs = {name: {m for m, _ in imports(path) if m in names} for name, path in names.items()}

    def reaches(start: str, goal: str, seen: set[str]) -> bool:
        return any(n == goal or (n not in seen and reaches(n, goal, seen | {n})) for n in needs[start])

    circles = [name for name in names if reaches(name, name, set())]
    assert not circles


def test_no_file_becomes_the_place_where_everything_ends_up() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {name: n for name, n in lengths.items() if n > 350}
