"""A run: every question asked once and in order, conversations with their own history, nothing lost by a stop.

What is kept of it is in `test_eval_results.py`, the command in `test_eval_command.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from eval_toys import ENGINE, GOLD, MAYOR, MONDAY, NEVER, RIGHT, WHEN, WHO, ToyBot, answer, hit

from eval.gold import Conversation
from eval.records import Record
from eval.run import KEPT, OfBot, kept, run
from eval.session import measure
from index.errors import StoreError, UserError
from qa.types import Answer, Turn


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


def test_gold_that_is_not_sound_is_told_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    moved = replace(WHO, evidence=(replace(WHO.evidence[0], start=0),))
    result = measure(OfBot(ToyBot(RIGHT)), replace(GOLD, rows=(moved,)), "toy", {}, {}, quiet=True)
    assert result.gold[0]["faults"] == 1
    assert result.notes[0].startswith("gold is not sound over these articles: 1 faults, such as who-1: rain.txt[0:77]")
    assert "citespan: gold: who-1" in capsys.readouterr().err
