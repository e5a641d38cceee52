"""A judgement of an answer becomes gold that the evaluation reads, or is told what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from ui_tools import answer

from eval.check import unsound
from eval.gold import load
from eval.texts import Texts
from index.errors import UserError
from ui.desk import Desk
from ui.feedback import append, gold_row


def test_a_right_answer_becomes_gold_with_its_evidence(desk: Desk, tmp_path: Path) -> None:
    given = desk.ask("What is NSATU?")
    row = gold_row({"answer": given.to_dict(), "right": True}, desk.library)
    assert row["answerable"] and row["question"] == "What is NSATU?"
    assert [e["quote"] for e in row["evidence"]] == [c.quote for c in given.citations]
    assert len(row["key_facts"]) == len(given.statements)
    assert append(row, tmp_path) == append(row, tmp_path) == 1
    assert json.loads((tmp_path / "feedback.jsonl").read_text(encoding="utf-8")) == row
    (kept,) = load(tmp_path / "feedback.jsonl")  # as the evaluation reads it
    assert (kept.question, kept.answerable) == ("What is NSATU?", True)


def test_a_correction_is_kept_and_its_evidence_must_be_what_the_article_says(desk: Desk) -> None:
    sentence = next(iter(desk.library.sentences()))
    span = {"source": sentence.span.source, "start": sentence.span.start, "end": sentence.span.end}
    wrong = {"answer": answer().to_dict(), "right": False, "correction": "Rutte"}
    row = gold_row({**wrong, "evidence": [{**span, "quote": sentence.text}]}, desk.library)
    assert row["key_facts"] == [["Rutte"]] and row["evidence"] == [{**span, "quote": sentence.text}]
    with pytest.raises(UserError, match="Select them again"):
        gold_row({**wrong, "evidence": [{**span, "quote": "something else"}]}, desk.library)
    with pytest.raises(UserError, match="Say what would be right"):
        gold_row({"answer": answer().to_dict(), "right": False}, desk.library)
    assert not gold_row({**wrong, "unanswerable": True}, desk.library)["answerable"]


def test_every_kind_of_judgement_is_a_row_that_the_evaluation_reads(desk: Desk, tmp_path: Path) -> None:
    right, near, none = (
        desk.ask(q) for q in ("What is NSATU?", "What did Rutte say about football in Germany?", "Who paints bridges?")
    )
    assert [a.verdict for a in (right, near, none)] == ["answered", "closest", "not_found"]
    wrong = {"right": False, "correction": "typed\u2028on two\x85lines \ud800"}
    selected = [{"source": c.source, "start": c.start, "end": c.end, "quote": c.quote} for c in right.citations[:1]]
    judgements = [
        *({"answer": a.to_dict(), "right": True} for a in (right, near, none)),
        *({"answer": a.to_dict(), "right": False, "unanswerable": True} for a in (right, near)),
        *({"answer": a.to_dict(), **wrong} for a in (right, near)),
        *({"answer": a.to_dict(), **wrong, "evidence": selected} for a in (right, near, none)),
        *({"answer": a.to_dict(), "right": False, "evidence": selected} for a in (right, none)),
    ]
    written = [gold_row(judgement, desk.library) for judgement in judgements]
    for n, row in enumerate(dict.fromkeys(json.dumps(row) for row in written), 1):
        assert append(json.loads(row), tmp_path) == n
    rows = load(tmp_path / "feedback.jsonl")
    assert unsound(rows, (), Texts.of(desk.library)) == []
    assert Counter(row.type for row in rows) == {"feedback": 6, "correction": 2, "unanswerable": 3}
    typed = [row for row in rows if row.type == "correction"]
    assert [[e.quote for e in row.evidence] for row in typed] == [
        [c.quote for c in cited] for cited in (right.citations, near.closest)
    ]
    with pytest.raises(UserError, match="Select the words that say it"):
        gold_row({"answer": none.to_dict(), **wrong}, desk.library)


def test_a_judgement_of_what_no_article_says_is_not_kept(desk: Desk) -> None:
    given = desk.ask("What is NSATU?").to_dict()
    first, *others = given["citations"]
    for change in ({"source": "nowhere.txt"}, {"quote": "made up"}, {"start": first["start"] + 1}):
        forged = {**given, "citations": [{**first, **change}, *others]}
        with pytest.raises(UserError, match="Ask again, and judge the new answer"):
            gold_row({"answer": forged, "right": True}, desk.library)
        row = gold_row({"answer": forged, "right": False, "correction": "Rutte"}, desk.library)
        assert [e["quote"] for e in row["evidence"]] == [c["quote"] for c in others]
    for evidence in (5, "x", [5], {"source": "a"}):
        with pytest.raises(UserError, match="Evidence needs a source"):
            gold_row({"answer": given, "right": False, "evidence": evidence}, desk.library)
    with pytest.raises(UserError, match="needs the question"):
        gold_row({"answer": {**given, "asked": "", "question": " "}, "right": True}, desk.library)


def test_a_line_that_was_torn_or_damaged_spoils_no_later_judgement(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_bytes(b'{"id": "feedback-1", "question": "Wh\xff')
    assert append({"id": "feedback-2"}, tmp_path) == append({"id": "feedback-2"}, tmp_path) == 2
    assert file.read_bytes().endswith(b'\n{"id": "feedback-2"}\n')
