"""What is kept and shown of a run: its file, the part that a stop leaves, the table, and the clock."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval_toys import GOLD, NEVER, RIGHT, ToyBot, answer, record

from eval.clock import clock, peak_memory_mb
from eval.results import Result, ResultError, append, described, load, nameless, part_file, resumed, save
from eval.run import OfBot
from eval.session import engine_of, measure
from eval.table import plain, table
from eval.table import times as times_of
from index.settings import Settings
from qa.types import Engine


def test_two_runs_are_identical_apart_from_the_clock(tmp_path: Path) -> None:
    texts = []
    for n in (1, 2):
        slow = replace(RIGHT, timings={"total": float(n)})
        result = measure(OfBot(ToyBot(slow, answer("?"))), GOLD, "toy", {"llm": "none"}, {}, quiet=True)
        save(result, tmp_path / "r.json")
        data = json.loads((tmp_path / "r.json").read_text())
        assert data.pop("clock")["steps"]["total"]["p95"]["value"] > 0
        for each in data["records"]:
            each.pop("timings")
        texts.append(json.dumps(data))
    assert texts[0] == texts[1]


def test_a_result_survives_its_file(tmp_path: Path) -> None:
    """Also text that is no text: half a character, quotes, line separators."""
    odd = record("a", said=[('\ud83c \u2028 "quoted" [1]', [1])], reference="x", fact_ranks=(1,), notes=("n",))
    result = Result(
        "toy", ({"file": "g"},), {"limit": 3}, {"llm": "none"}, {"strictness": "strict"}, ("n",), (odd,), {"s": 1}
    )
    save(result, tmp_path / "deep" / "r.json")
    assert load(tmp_path / "deep" / "r.json") == result
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["r.json"]


def test_a_result_names_no_key_and_no_path_of_this_machine() -> None:
    settings = Settings(
        store=Path("/home/me/store"), embedder="/home/me/models/minilm", llm="/home/me/x.gguf", llm_key="secret",
        llm_url="https://me:pw@host.example:8000/v1",
    )  # fmt: skip
    text = json.dumps(described(settings)) + json.dumps(
        engine_of(Engine("/home/me/x.gguf", "e", "r", ("no /home/me/y",)))
    )
    assert all(word not in text for word in ("secret", "/home", "pw", "8000"))
    assert described(settings)["embedder"] == "minilm"
    assert nameless("a/b stays, /c/d goes") == "a/b stays, d goes"


def test_a_stopped_run_is_resumed_only_with_the_same_gold_and_settings(tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    bot = ToyBot(RIGHT, KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        measure(OfBot(bot), GOLD, "toy", {}, {"a": 1}, out, quiet=True)
    part_file(out).write_text(part_file(out).read_text() + '{"id": "torn')  # the machine went off in the middle
    with pytest.raises(ResultError, match="other gold or settings"):
        measure(OfBot(ToyBot()), GOLD, "toy", {}, {"a": 2}, out, resume=True, quiet=True)
    rest = ToyBot(answer("?"))
    result = measure(OfBot(rest), GOLD, "toy", {}, {"a": 1}, out, resume=True, quiet=True)
    assert [r.id for r in result.records] == ["who-1", "off-1"]
    assert rest.asked == [(NEVER.question, ())]
    with pytest.raises(ResultError, match="nothing to resume"):
        resumed(tmp_path / "no.part", {})


def test_the_part_file_grows_by_whole_units(tmp_path: Path) -> None:
    append(tmp_path / "p", [{"head": 1}])
    append(tmp_path / "p", [record("c/1").to_dict(), record("c/2").to_dict()])
    assert [r.id for r in resumed(tmp_path / "p", {"head": 1})] == ["c/1", "c/2"]


def test_the_table_shows_every_group_and_nothing_that_moves_the_cursor() -> None:
    talk = record("c/1", conversation="c", type="conversation")
    bad = record("b", answerable=False, type="\x1b[2Joff")
    times = clock([record(timings={"total": 1.0, "search": 0.2})], 9.0, 100.0)
    text = table(
        Result("toy", ({"file": "g.jsonl"},), {}, {"llm": "none"}, {}, ("\x1b]0;x",), (record(), bad, talk), times)
    )
    assert text.startswith("2 questions and 1 turns of g.jsonl\nllm: none; embedder: ; reranker: \n")
    for words in ("Finding the evidence", "Refusing", "Conversations", "By type", "whole answer", "peak memory 100 MB"):
        assert words in text
    assert "\x1b" not in text
    assert plain("a\u202eb\x07\n c") == "ab c"
    assert "side by side" not in text
    assert times_of({"steps": {}, "seconds": 2.0, "peak_memory_mb": 90, "jobs": 4}).endswith(
        "whole run 2.0 s, peak memory 90 MB, 4 questions side by side"
    )


def test_the_clock_knows_every_step_and_ends_with_the_whole() -> None:
    found = clock([record(timings={"total": t, "search": t / 2}) for t in (1.0, 2.0, 3.0)], 6.0, peak_memory_mb())
    assert list(found["steps"]) == ["search", "total"]
    assert found["steps"]["total"]["p50"]["value"] == 2.0
    assert found["steps"]["total"]["p95"]["value"] == 2.9  # interpolated: 2 + 0.9 * (3 - 2)
    assert found["peak_memory_mb"] > 10
