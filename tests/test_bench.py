"""The benchmark measures real processes, tells what it measured on, and says which goals are missed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.bench import Measure, chat, described, environment, inside, machine, watched
from index.errors import UserError
from index.settings import Settings


def test_the_figures_as_they_are_printed() -> None:
    found = {  # the 95th percentile of 1, 2, 3 is 2 + 0.9 * (3 - 2)
        "a process": [Measure("seconds", (1.0, 2.0, 3.0), "s", 2.5), Measure("peak memory", (1200.4,), "MB", 1600.0)],
        "another": [Measure("no promise", (9.0,), "s"), Measure("nothing came of it", (), "s", 1.0)],
    }
    assert described(found, "some machine") == (
        "some machine\n"
        "\n"
        "a process                                                   p50      p95     goal\n"
        "  seconds (s)                                              2.00     2.90     2.50  MISSED\n"
        "  peak memory (MB)                                         1200     1200     1600\n"
        "\n"
        "another                                                     p50      p95     goal\n"
        "  no promise (s)                                           9.00     9.00\n"
        "\n"
        "1 goals missed: seconds"
    )
    assert described({}, "m").endswith("0 goals missed")


def test_a_process_is_watched_to_its_end_and_its_own_memory_counted(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path)
    program = "import os; held = bytearray(200_000_000); print(os.environ['CITESPAN_STORE'])"
    ran = watched([sys.executable, "-c", program], settings)
    assert ran.printed == f"{tmp_path}\n"
    assert ran.memory_mb > 200
    assert ran.processor_seconds > 0
    with pytest.raises(UserError, match="ended with status 7"):
        watched([sys.executable, "-c", "raise SystemExit(7)"], settings)


def test_a_key_reaches_the_processes_by_the_environment() -> None:
    assert environment(Settings(llm_key="secret"))["CITESPAN_LLM_KEY"] == "secret"


def test_the_machine_is_named_without_its_name() -> None:
    assert " cores, " in machine() and "load " in machine()


def test_the_warm_process_tells_every_part_of_its_start(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(Settings(store=store, reranker="none")).items():
        monkeypatch.setenv(name, value)
    inside(["Who is Mark Rutte?", "Who won the cup in curling?"])
    told = json.loads(capsys.readouterr().out)
    assert list(told["start"]) == ["imports", "store and tokenizer", "embedder, vectors", "reranker"]
    assert len(told["total"]) == 2
    assert len(told["first"]) == 1  # the second is not answered: it has no first words


@pytest.mark.timeout(600)
def test_the_chat_is_started_asked_and_ended(store: Path) -> None:
    found = chat(Settings(store=store, reranker="none", llm="none"), ["Who is Mark Rutte?"])
    page, first, answers, memory = (measure.values for measure in found)
    assert 0 < page[0] < first[0]
    assert len(answers) == 1
    assert memory[0] > 100


def test_without_a_store_the_benchmark_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="python -m index"):
        main(["bench", "--store", str(tmp_path / "none")])
