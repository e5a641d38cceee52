"""A run: every question asked once and in order, conversations with their own history, nothing lost by a stop."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from eval_toys import ENGINE, MAYOR, MONDAY, NEVER, WHEN, WHO, ToyBot, answer, hit, record, write_gold

from eval.__main__ import COMMANDS, main
from eval.clock import clock, peak_memory_mb
from eval.gold import Conversation, Evidence, GoldRow
from eval.pick import Gold, choose, read_gold
from eval.records import Record
from eval.results import Result, ResultError, append, described, load, nameless, part_file, resumed, save
from eval.run import KEPT, OfBot, kept, run
from eval.session import engine_of, measure
from eval.table import plain, table
from eval.table import times as times_of
from index.errors import StoreError, UserError
from index.settings import Settings
from qa.types import Answer, Engine, Turn

ROOT = Path(__file__).parents[1]
GOLD = Gold((WHO, NEVER), (), ({"file": "g.jsonl", "sha256": "0", "rows": 2},), {})
RIGHT = answer(WHO.question, ("rain.txt", MAYOR))


def test_a_question_is_kept_with_all_that_scoring_needs() -> None:
    bot = ToyBot(answer(WHO.question, ("rain.txt", MAYOR), hits=[hit("rain.txt", MONDAY), hit("rain.txt", MAYOR)]))
    (kept,) = run(OfBot(bot), [WHO], quiet=True)
    assert bot.asked == [(WHO.question, ())]
    assert (kept.id, kept.verdict, kept.text) == ("who-1", "answered", "The mayor, Kari Dahl, opened a dam.")
    assert [(h.start, h.end) for h in kept.hits] == [MONDAY, MAYOR]
    assert kept.fact_ranks == (2,)
    assert kept.citations[0].intact
    assert kept.extracts == ()  # it did not fail
    assert kept.timings == {"total": 0.03, "search": 0.01, "first": 0.02}


def test_only_as_many_hits_are_kept_as_metrics_look_at() -> None:
    """The first ten; more where these are of fewer than five paragraphs, so that the fifth paragraph is known."""
    places = [(n, n + 1) for n in range(50)]  # a hit's passage is its own place
    assert len(kept([hit("rain.txt", place) for place in places])) == KEPT == 10
    assert len(kept([hit("rain.txt", places[min(n // 4, 3)]) for n in range(20)] + [hit("rain.txt", places[9])])) == 21
    assert len(kept([hit("rain.txt", places[n // 4]) for n in range(50)])) == 17  # 4 + 4 + 4 + 4 + 1
    assert kept([]) == []


class Slow(ToyBot):
    """Answers no question before a second one is open."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(*answers)
        self.both = threading.Barrier(2)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.both.wait()
        return replace(RIGHT, question=question)


def test_jobs_ask_side_by_side_and_keep_the_order() -> None:
    rows = [replace(WHO, id=f"q{n}", question=f"Who opened dam {n}?") for n in range(8)]
    done: list[str] = []
    records = run(OfBot(Slow()), rows, keep=lambda new: done.extend(r.id for r in new), quiet=True, jobs=2)
    assert [r.id for r in records] == done == [row.id for row in rows]
    alone = run(OfBot(ToyBot(*[RIGHT] * 8)), rows, quiet=True)
    assert [replace(r, asked="") for r in records] == [replace(r, asked="") for r in alone]


def test_a_stop_with_jobs_keeps_what_came_before_and_asks_no_more() -> None:
    rows = [replace(WHO, id=f"q{n}") for n in range(50)]
    bot = ToyBot(RIGHT, RIGHT, KeyboardInterrupt(), *[RIGHT] * 50)  # type: ignore[arg-type]
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run(OfBot(bot), rows, keep=lambda new: done.extend(r.id for r in new), quiet=True, jobs=2)
    assert done == [f"q{n}" for n in range(len(done))]
    assert len(done) <= 3


def test_a_quote_that_is_not_at_its_offsets_is_seen() -> None:
    lying = replace(RIGHT, citations=(replace(RIGHT.citations[0], start=0, end=35),))
    assert not run(OfBot(ToyBot(lying)), [WHO], quiet=True)[0].citations[0].intact


def test_a_failed_question_keeps_the_text_around_both_spans() -> None:
    (kept,) = run(OfBot(ToyBot(answer(WHEN.question, ("rain.txt", MAYOR)))), [WHEN], quiet=True)
    assert [extract.source for extract in kept.extracts] == ["rain.txt", "snow.txt"]
    assert kept.extracts[0].start == 0


def test_turns_get_the_history_that_the_product_made_itself() -> None:
    talk = Conversation("c", "dev", (replace(WHO, id="c/1"), replace(NEVER, id="c/2")), ("Who opened it?", "Who won?"))
    first = replace(answer("raw", ("rain.txt", MAYOR)), asked="Who opened a dam in Oslo?")
    bot = ToyBot(first, answer("Who won the cup?"))
    records = run(OfBot(bot), [], [talk], quiet=True)
    assert bot.asked[1][1] == (Turn("Who opened a dam in Oslo?", first.text, "answered"),)
    assert [(r.id, r.conversation, r.wanted) for r in records] == [
        ("c/1", "c", "Who opened it?"),
        ("c/2", "c", "Who won?"),
    ]
    assert records[0].asked == "Who opened a dam in Oslo?"


def test_what_is_done_is_not_asked_again_and_a_half_conversation_is() -> None:
    talk = Conversation("c", "", (replace(WHO, id="c/1"), replace(NEVER, id="c/2")), ("", ""))
    kept: list[list[Record]] = []
    bot = ToyBot(RIGHT, RIGHT)
    with pytest.raises(IndexError):  # the queue is empty at the second turn: the run is torn there
        run(OfBot(bot), [WHO], [talk], keep=lambda records: kept.append(list(records)), quiet=True)
    assert [[r.id for r in records] for records in kept] == [["who-1"]]
    again = ToyBot(RIGHT, answer("?"))
    records = run(OfBot(again), [WHO], [talk], done=kept[0], quiet=True)
    assert [r.id for r in records] == ["who-1", "c/1", "c/2"]
    assert len(again.asked) == 2


def test_a_question_that_is_refused_by_name_counts_and_a_broken_store_stops_the_run() -> None:
    bot = ToyBot(UserError("The question has 3,000 characters."), StoreError("The index is gone."))  # type: ignore[arg-type]
    (kept,) = run(OfBot(bot), [WHO], quiet=True)
    assert (kept.verdict, kept.notes) == ("not_found", ("The question has 3,000 characters.",))
    with pytest.raises(StoreError):
        run(OfBot(bot), [WHO], quiet=True)


def test_notes_of_single_answers_reach_the_result_and_those_of_the_start_do_not() -> None:
    loud = replace(RIGHT, engine=replace(ENGINE, notes=("known", "The endpoint broke off.")))
    system = OfBot(ToyBot(replace(RIGHT, engine=replace(ENGINE, notes=("known",))), loud, answer("?")))
    system.warm("?")
    result = measure(system, GOLD, "toy", {}, {}, quiet=True)
    assert result.notes == ("1 answers: The endpoint broke off.",)


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


def test_gold_that_is_not_sound_is_told_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    moved = replace(WHO, evidence=(replace(WHO.evidence[0], start=0),))
    result = measure(OfBot(ToyBot(RIGHT)), replace(GOLD, rows=(moved,)), "toy", {}, {}, quiet=True)
    assert result.gold[0]["faults"] == 1
    assert result.notes[0].startswith("gold is not sound over these articles: 1 faults, such as who-1: rain.txt[0:77]")
    assert "citespan: gold: who-1" in capsys.readouterr().err


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
