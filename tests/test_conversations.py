"""Conversations that are kept: what comes back of them, and who sees whose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ui_tools import answer, citation

from index.errors import UserError
from ui.archive import Archive
from ui.chat import order_of, reopen
from ui.desk import Desk
from ui.saved import answer_from_dict, to_markdown


def test_an_answer_comes_back_from_its_json() -> None:
    for verdict in ("answered", "closest", "not_found"):
        given = answer(verdict=verdict)
        assert answer_from_dict(json.loads(json.dumps(given.to_dict()))) == given


@pytest.mark.parametrize(
    "broken", [{}, {"verdict": "x"}, {**answer().to_dict(), "citations": [{"n": 1}]}, {"engine": 3}]
)
def test_a_damaged_answer_is_told(broken: dict[str, object]) -> None:
    with pytest.raises(UserError, match="Start a new one"):
        answer_from_dict(broken)


def test_a_reopened_conversation_marks_what_has_changed_since(desk: Desk) -> None:
    kept = desk.ask("What is NSATU?").to_dict()
    html = reopen(desk, json.dumps([{"question": "What is NSATU?", "answer": kept}]))[0].html
    assert "is-stale" not in html
    for c in kept["citations"]:
        c["sha256"] = "0" * 64
    html = reopen(desk, json.dumps([{"question": "What is NSATU?", "answer": kept}]))[0].html
    assert html.count("has changed since") == len(kept["citations"])


def test_markdown_holds_quotes_and_offsets_and_nothing_that_runs() -> None:
    text = to_markdown([answer("It *rained*.", citations=(citation(1, quote="<img src=x>"), citation(2)))])
    assert text == (
        "## Did it rain?\n\nIt \\*rained\\*. [1][2]  \n\nSources:\n\n"
        "1. “&lt;img src=x&gt;” — Rain in April, The Gazette, 9 April 2025 (a.txt, characters 3–17)\n"
        "2. “It rained hard.” — Rain in April, The Gazette, 9 April 2025 (a.txt, characters 3–17)\n"
    )


def test_each_key_sees_its_own_conversations_alone(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    given = json.loads(json.dumps(answer().to_dict()))  # as it comes from a browser
    turns = [{"question": "Did it rain?", "answer": given}, {"question": "Where?", "answer": None}]
    archive.save("ada-ada-ada", "one-one-one", turns)
    archive.save("ada-ada-ada", "two-two-two", turns[:1])
    archive.save("bob-bob-bob", "one-one-one", turns[:1])
    assert archive.load("ada-ada-ada", "one-one-one") == turns
    assert [(c["id"], c["title"], c["turns"]) for c in archive.listed("ada-ada-ada")] == [
        ("two-two-two", "Did it rain?", 1), ("one-one-one", "Did it rain?", 2),
    ]  # fmt: skip
    archive.drop("ada-ada-ada", "one-one-one")
    assert archive.load("ada-ada-ada", "one-one-one") == [] and len(archive.load("bob-bob-bob", "one-one-one")) == 1
    assert archive.path.stat().st_mode & 0o777 == 0o600
    assert b"ada-ada-ada" not in archive.path.read_bytes(), "who can read the file must not get the keys"


@pytest.mark.parametrize(
    ("key", "name", "turns"),
    [("short", "one-one-one", []), ("ada-ada-ada", "../../etc", []), ("ada-ada-ada", "one-one-one", []),
     ("ada-ada-ada", "one-one-one", [{"question": "q", "answer": {"verdict": "x"}}]),
     ("ada-ada-ada", "one-one-one", [{"question": "q"}] * 501)],
)  # fmt: skip
def test_what_is_no_conversation_is_not_kept(
    tmp_path: Path, key: str, name: str, turns: list[dict[str, object]]
) -> None:
    with pytest.raises(UserError):
        Archive(tmp_path).save(key, name, turns)
    assert Archive(tmp_path).listed("ada-ada-ada") == []


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    Archive(tmp_path).path.write_text("not a database, and longer than a header of SQLite needs to be" * 20)
    with pytest.raises(UserError, match=r"conversations\.db can't be used"):
        Archive(tmp_path).listed("ada-ada-ada")


def test_a_page_whose_conversation_the_server_forgot_loses_nothing() -> None:
    with pytest.raises(UserError, match="Reload the page"):
        order_of('{"at": 3}', ())
