"""The Makefile, run by make itself in a folder of its own. Its Python is a small stand-in that writes down what it is
asked to do; only `index list` is the product's own, over a real store. Nothing is installed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PYTHON = f"""#!{sys.executable}
import json, os, subprocess, sys
from pathlib import Path
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
with open("ran.jsonl", "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:4] == ["-m", "index", "list"]:
    own = {{**os.environ, "PYTHONPATH": {str(ROOT)!r}}}
    sys.exit(subprocess.run([sys.executable, *sys.argv[1:]], env=own).returncode)
if sys.argv[1:3] == ["-m", "index"]:
    from fakes import HashedEmbedder, settings_for
    from index.errors import UserError
    from index.ingest import ingest
    class Damaged(HashedEmbedder):
        def encode(self, texts):
            raise UserError("The weights are damaged.")
    embedder = Damaged() if Path("damaged").exists() else HashedEmbedder()
    try:
        ingest([Path("seeds")], settings_for(Path("store")), embedder=embedder)
    except UserError as exc:
        sys.exit(str(exc))
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    python, ready = tmp_path / ".venv" / "bin" / "python", tmp_path / ".venv" / "ready"
    python.parent.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    ready.touch()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("The mill in Ost burned down on Monday.\n", encoding="utf-8")
    return tmp_path


def make(here: Path, *words: str) -> tuple[int, list[list[str]]]:
    """The exit status, and what the stand-in was asked to do meanwhile, without looking at the list."""
    log = here / "ran.jsonl"
    log.unlink(missing_ok=True)
    ran = subprocess.run(["make", "STORE=store", *words], cwd=here, capture_output=True, text=True, timeout=300)
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return ran.returncode, [words for line in lines if (words := json.loads(line)[1:])[:2] != ["index", "list"]]


def test_a_first_indexing_that_failed_is_made_up_for(here: Path) -> None:
    (here / "damaged").touch()
    indexing, chat = ["index", "seeds", "--store", "store"], ["ui", "--store", "store", "--port", "7860"]
    assert make(here, "chat") == (2, [indexing])
    assert (here / "store" / "library.db").exists(), "an empty library was left behind"
    (here / "damaged").unlink()
    assert make(here, "chat") == (0, [indexing, chat])
    assert make(here, "chat") == (0, [chat])


QUESTIONS = (
    "what is NSATU?",
    """who said "we can't" and 'never'?""",
    "is it $5, $(HOME), $$ or ${PATH}?",
    "`touch run` $(shell touch run) $(touch run); touch run",
    "-5 degrees, where? 日本",
    "a \\ and a # and a % and an !",
)


def test_a_question_reaches_the_program_as_it_was_typed(here: Path) -> None:
    make(here, "index")
    for question in QUESTIONS:
        assert make(here, "ask", f"Q={question}") == (0, [["qa", "--store", "store", "--", question]])
        assert not (here / "run").exists()
