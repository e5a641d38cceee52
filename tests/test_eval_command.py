"""`python -m eval run` as a person types it, over the real index: table, result and page, and a stop by Ctrl-C."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from eval_toys import write_gold

from eval.__main__ import COMMANDS, main
from eval.gold import Evidence, GoldRow
from eval.pick import choose, read_gold
from eval.records import Record
from eval.results import load, part_file

ROOT = Path(__file__).parents[1]


def test_without_a_command_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(re.search(rf"^    {name}\s", printed, re.MULTILINE) for name in COMMANDS)


def test_the_product_runs_over_its_own_gold(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The real bot, a few questions, the command a person types: table, result and page."""
    out = tmp_path / "r.json"
    arguments = [
        "run",
        "--store",
        str(store),
        "--limit",
        "4",
        "--split",
        "dev",
        "--out",
        str(out),
        "--reranker",
        "none",
    ]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "quotes at their offsets" in printed
    assert f"result: {out}\npage:   {out.with_suffix('.html')}\n" in printed
    result = load(out)
    assert len([r for r in result.records if not r.conversation]) == 4
    assert all(cited.intact for r in result.records for cited in (*r.citations, *r.closest))
    assert result.gold[0]["faults"] == 0
    assert not part_file(out).exists()
    assert str(tmp_path) not in out.read_text()


@pytest.mark.timeout(900)
def test_ctrl_c_keeps_what_is_done_and_resume_finishes_it(store: Path, tmp_path: Path) -> None:
    """A real process and a real signal, in the middle of the questions."""
    out = tmp_path / "r.json"
    command = [sys.executable, "-m", "eval", "run", "--store", str(store), "--out", str(out), "--no-report"]
    command += ["--reranker", "none", "--limit", "40", "--quiet"]
    # Where the tests run in the background of a script, Ctrl-C is ignored, and so it would be in what they start.
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        while not (part_file(out).exists() and part_file(out).read_text().count("\n") > 2):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    finally:
        process.kill()
    assert process.returncode == 130
    assert said.endswith(f"citespan: stopped; what is done is in {part_file(out)}. Go on with --resume.\n")

    done = part_file(out).read_text().count("\n") - 1  # the first line is the header
    assert main([*command[3:], "--resume"]) == 0
    records, gold = load(out).records, choose(read_gold(), limit=40)
    turns = [turn for talk in gold.conversations for turn in talk.turns]
    assert [r.id for r in records] == [row.id for row in (*gold.rows, *turns)]
    assert 0 < done < len(records)

    # Another process with other hash seeds began it: asked again in one go, every record is the same.
    again = [*command[3:], "--out", str(tmp_path / "again.json")]
    assert main(again) == 0
    assert [timeless(r) for r in load(tmp_path / "again.json").records] == [timeless(r) for r in records]


def timeless(record: Record) -> Record:
    return replace(record, timings={})


def test_a_gold_file_of_ones_own_with_plain_rows(store: Path, tmp_path: Path) -> None:
    text = (ROOT / "seeds" / "004_e429cedbafb3f5ea.txt").read_bytes().decode()
    start = text.index("October 2024")
    evidence = Evidence("004_e429cedbafb3f5ea.txt", start, start + 12, "October 2024")
    row = GoldRow("mine", "when", "When did he become secretary general?", True, (("October 2024",),), (evidence,))
    gold, out = write_gold(tmp_path / "g.jsonl", [row]), tmp_path / "r.json"
    arguments = [
        "run",
        "--gold",
        str(gold),
        "--store",
        str(store),
        "--out",
        str(out),
        "--reranker",
        "none",
        "--no-report",
    ]
    assert main(arguments) == 0
    assert [r.id for r in load(out).records] == ["mine"]
    assert not out.with_suffix(".html").exists()
