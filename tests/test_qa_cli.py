"""`python -m qa` as a person and as a program use it, in processes of its own. Whole outputs are compared."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SEEDS


def qa(*args: str, questions: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qa", *args], input=questions, capture_output=True, text=True, timeout=240
    )


def test_one_line_of_json_a_question_with_the_models_loaded_once(store: Path) -> None:
    ran = qa("--json", "--stdin", "--store", str(store), questions="Where is NSATU based?\n\nWho is Pete Hegseth?\n")
    first, empty, second = map(json.loads, ran.stdout.splitlines())
    assert first["verdict"] == second["verdict"] == "answered"
    assert "Wiesbaden" in first["answer"] and "Defense Secretary" in second["answer"]
    for answer in (first, second):
        for c in answer["citations"]:
            assert (SEEDS / c["source"]).read_bytes().decode()[c["start"] : c["end"]] == c["quote"]
    # A bad line answers with its own error, doesn't end the others, and the run isn't called a success.
    assert empty == {"question": "", "error": "The question is empty. Type one, for example: what is NATO?"}
    assert ran.returncode == 2


def test_what_is_printed_for_a_person(store: Path) -> None:
    ran = qa("How long did Ishiba and Rutte meet?", "--store", str(store), "--statements", "1")
    quote = (
        "Prime Minister Shigeru Ishiba met with NATO Secretary General Mark Rutte for about 45 minutes at the Prime "
        "Minister’s Office on Wednesday."
    )
    *page, last = ran.stdout.splitlines()
    assert page == [
        f"{quote} [1]",
        "",
        "[1] 2025-04-10, Japan Prime Minister Ishiba, NATO Secretary General Rutte Agree to Boost Security Cooperation "
        "During Talks in Tokyo",
        "    004_e429cedbafb3f5ea.txt[477:615]",
        f"    “{quote}”",
        "",
    ]
    assert last.startswith("(in the articles' own words; ")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_help_lists_each_setting_with_its_variable() -> None:
    ran = qa("--help")
    for name in ("STORE", "EMBEDDER", "LLM", "LLM_URL", "RERANKER", "STATEMENTS", "STRICTNESS"):
        assert f"CITESPAN_{name}" in ran.stdout


def foreign_store(store: Path, tmp_path: Path) -> list[str]:
    copy = tmp_path / "copy"
    shutil.copytree(store, copy)
    with sqlite3.connect(copy / "library.db") as db:
        db.execute("UPDATE meta SET value = 'other-model/float32' WHERE key = 'embedder'")
    return ["what is NATO?", "--store", str(copy)]


@pytest.mark.parametrize(("case", "line"), [
    ("empty", "The question is empty. Type one, for example: what is NATO?"),
    ("long", "The question has 10,000 characters; at most 2,000 can be read. Ask a shorter one."),
    ("nothing", 'Ask one question, or use --stdin. For example: python -m qa "what is NATO?"'),
    ("no store", "Make one with: python -m index FOLDER --store"),
    ("other embedder", "was made with the embedder other-model/float32"),
    ("damaged", "is damaged. Make it anew: python -m index FOLDER --rebuild"),
    ("bad setting", "strictness must be one of lenient, balanced, strict, not 'very'."),
    ("bad number", "statements must be int, not 'many'."),
])  # fmt: skip
def test_bad_input_is_one_line_and_status_2(store: Path, tmp_path: Path, case: str, line: str) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "library.db").write_bytes(b"this is no database, whatever its name says" * 100)
    args = {
        "empty": ["", "--store", str(store)],
        "long": ["x" * 10_000, "--store", str(store)],
        "nothing": [],
        "no store": ["what is NATO?", "--store", str(tmp_path / "none")],
        "other embedder": foreign_store(store, tmp_path),
        "damaged": ["what is NATO?", "--store", str(damaged)],
        "bad setting": ["what is NATO?", "--strictness", "very"],
        "bad number": ["what is NATO?", "--statements", "many"],
    }[case]
    ran = qa(*args)
    assert ran.returncode == 2 and ran.stdout == ""
    assert ran.stderr.startswith("citespan: ") and line in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_model_that_can_not_be_used_is_told_and_the_answer_is_given(store: Path, tmp_path: Path) -> None:
    corrupt = tmp_path / "model.gguf"
    corrupt.write_bytes(b"GGUF but nothing else")
    ran = qa("Where is NSATU based?", "--store", str(store), "--llm", str(corrupt))
    assert "Wiesbaden" in ran.stdout and ran.returncode == 2
    (line,) = ran.stderr.strip().splitlines()
    assert line.startswith("citespan: ") and "The embedded model is used instead." in line
