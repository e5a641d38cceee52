"""Two runs side by side: paired differences, flips, and a gate whose exit code is right in every case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from eval_toys import MONDAY, record

from eval.__main__ import main
from eval.compare import GATED, compare, described, verdict
from eval.gate import judged
from eval.gold import GoldError
from eval.records import Record
from eval.results import Result, ResultError, load, save
from eval.scoring import METRICS
from index.errors import UserError

RIGHT = [record(f"q{i}") for i in range(20)]


def result(records: Sequence[Record], faults: int = 0) -> Result:
    return Result("toy", ({"file": "g.jsonl", "faults": faults},), {}, {"llm": "none"}, {}, (), tuple(records))


def change(base: Sequence[Record], new: Sequence[Record], name: str) -> tuple[float, int, int, int]:
    found = next(c for c in compare(result(base), result(new)).changes if c.metric.name == name)
    return round(found.difference.value, 9), found.wins, found.ties, found.losses


def test_changes_are_paired_by_question_whatever_the_order() -> None:
    new = [replace(r, verdict="closest", statements=(), citations=()) for r in RIGHT[:3]] + RIGHT[3:]
    assert change(RIGHT, new[::-1], "accuracy") == (round(-3 / 20, 9), 0, 17, 3)
    assert change(new, RIGHT, "accuracy") == (round(3 / 20, 9), 3, 17, 0)
    assert change(RIGHT, new, "over_refusals") == (round(3 / 20, 9), 0, 17, 3)  # more is worse: a loss


def test_questions_of_one_run_alone_or_with_changed_gold_are_left_out() -> None:
    new = [replace(RIGHT[0], key_facts=(("nine",),)), *RIGHT[1:10], record("other")]
    found = compare(result(RIGHT), result(new))
    assert (found.common, found.left_out) == (9, 12)  # q1 to q9; q0 and q10 to q19, and the other
    with pytest.raises(ResultError, match="no question in common"):
        compare(result(RIGHT), result([record("other")]))


def test_a_conversation_is_compared_whole_or_not_at_all() -> None:
    talk = [record(f"c/{n}", conversation="c") for n in (1, 2)]
    assert compare(result([*RIGHT, *talk]), result([*RIGHT, talk[0]])).common == 20
    assert change([*RIGHT, *talk], [*RIGHT, *talk], "conversation_success") == (0.0, 0, 1, 0)


def test_a_metric_of_answers_keeps_the_questions_that_one_run_refused() -> None:
    """The difference is that of the printed figures: 1/1 -> 1/2, though one question has citations in both runs."""
    base = [record("a"), record("b", verdict="closest")]
    new = [record("a"), record("b", cites=[MONDAY])]
    assert change(base, new, "citation_precision") == (-0.5, 0, 1, 0)


def test_flips_are_named_with_what_became_of_them() -> None:
    new = [record("q0", answerable=True, verdict="closest"), *RIGHT[1:]]
    text = described(compare(result(RIGHT), result(new)))
    assert "1 questions flipped:\n  now wrong  q0 (answered -> closest)  q0?" in text
    assert described(compare(result(RIGHT), result(RIGHT))).endswith("0 questions flipped")


def broken(n: int, change: Callable[[Record], Record]) -> list[Record]:
    return [change(r) for r in RIGHT[:n]] + RIGHT[n:]


def test_the_gate_closes_beyond_the_margin_and_not_at_it() -> None:
    miss = GATED["accuracy"]
    assert miss == 1 / 20  # one of twenty is exactly the margin: the gate stays open
    forget = lambda r: replace(r, statements=(replace(r.statements[0], text="Somebody opened a dam."),))  # noqa: E731
    names = lambda n: [c.metric.name for c in compare(result(RIGHT), result(broken(n, forget))).regressions]  # noqa: E731
    assert "accuracy" not in names(1)
    assert "accuracy" in names(2)


def test_less_of_what_should_be_less_never_closes_the_gate() -> None:
    wrong = [record(f"n{i}", answerable=False) for i in range(10)]
    right = [replace(r, verdict="closest", statements=(), citations=()) for r in wrong]
    better, worse = compare(result(wrong), result(right)), compare(result(right), result(wrong))
    assert "false_answers" not in {c.metric.name for c in better.regressions}
    assert "false_answers" in {c.metric.name for c in worse.regressions}
    assert "false_answers 0.000 -> 1.000 (margin 0.07)" in verdict(worse)


def test_the_gate_says_what_it_could_not_measure() -> None:
    assert "not measured: " in verdict(compare(result(RIGHT), result(RIGHT)))
    assert "conversation_success" in verdict(compare(result(RIGHT), result(RIGHT))).partition("not measured: ")[2]
    assert GATED.keys() <= {metric.name for metric in METRICS}


def fails(error: Exception) -> Callable[[], Result]:
    def run() -> Result:
        raise error

    return run


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (lambda: result(RIGHT), 0),
        (lambda: result([record(r.id, verdict="closest") for r in RIGHT]), 1),
        (lambda: result(RIGHT, faults=1), 2),
        (fails(GoldError("g.jsonl:1: no id")), 2),
        (fails(UserError("There is no index.")), 3),
        (fails(ZeroDivisionError("a bug")), 3),
        (lambda: result([record("other")]), 3),
    ],
)
def test_exit_codes_of_the_gate(new: Callable[[], Result], code: int) -> None:
    assert judged(lambda: result(RIGHT), new) == code


def test_compare_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [tmp_path / "base.json", tmp_path / "new.json"]
    for path, records in zip(paths, (RIGHT, broken(5, lambda r: replace(r, citations=()))), strict=True):
        save(result(records), path)
    base, new = map(str, paths)
    assert load(base).records == tuple(RIGHT)
    assert main(["compare", base, new]) == 0
    assert main(["compare", base, base, "--gate"]) == 0
    assert main(["compare", base, new, "--gate"]) == 1
    assert "gate: CLOSED" in capsys.readouterr().out
    save(result(RIGHT, faults=1), paths[1])
    assert main(["compare", base, new, "--gate"]) == 2
    assert "gold of the new run is not sound" in capsys.readouterr().err
    paths[1].write_text("{")
    assert main(["compare", base, new, "--gate"]) == 3
    assert "is not a result" in capsys.readouterr().err
    with pytest.raises(ResultError, match="is not a result"):
        main(["compare", base, new])
