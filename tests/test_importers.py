"""Public formats become articles and gold with offsets that hold, and every bad row has a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval_toys import asked, squad_file

from eval.check import Corpus, check
from eval.gold import GoldRow, load
from eval.importers import import_files


def came(form: str, out: Path, *files: Path) -> tuple[dict[str, GoldRow], tuple[str, ...]]:
    """Import, prove that the gold is sound over the articles as they are read back, and give the rows by id."""
    report = import_files(form, files, out)
    rows = load(out / "gold.jsonl")
    texts = {path.name: path.read_bytes().decode() for path in (out / "articles").iterdir()}
    for row in rows:
        for span in row.evidence:
            assert texts[span.source][span.start : span.end] == span.quote
    assert check(rows, [], Corpus.read(out / "articles")).faults == ()
    assert (report.articles, report.questions) == (len(texts), len(rows))
    return {row.id: row for row in rows}, report.bad


def test_squad_keeps_offsets_through_newlines_emoji_and_repeated_text(tmp_path: Path) -> None:
    first = "It rained. 🌧\r\nIt rained in Oslo."
    second = "It rained in Oslo again."
    path = squad_file(
        tmp_path / "s.json",
        {"context": first, "qas": [asked("a", "Where did it rain?", ("Oslo", 27), ("in Oslo", 24), ("Oslo", 27))]},
        {"context": second, "qas": [asked("b", "How often?", ("again", 18)), asked("c", "Why?", is_impossible=True)]},
    )
    rows, bad = came("squad", tmp_path / "out", path)
    assert bad == ()
    assert rows["a"].key_facts == (("Oslo", "in Oslo"),)
    start = len("Oslo rain\n\n")
    assert [(e.source, e.start) for e in rows["a"].evidence] == [
        ("oslo-rain.txt", start + 27),
        ("oslo-rain.txt", start + 24),
    ]
    assert rows["b"].evidence[0].start == start + len(first) + 2 + 18
    assert (rows["c"].answerable, rows["c"].evidence, rows["c"].type) == (False, (), "why")
    assert rows["a"].type == "where"


def test_bad_rows_of_squad_are_counted_and_named(tmp_path: Path) -> None:
    path = squad_file(
        tmp_path / "s.json",
        {"context": "It rained in Oslo.", "qas": [
            asked("good", "Where?", ("Oslo", 13)),
            asked("moved", "Where?", ("Oslo", 12)),
            asked("before", "Where?", ("Oslo", -4)),
            asked("empty", "Where?"),
            asked("good", "Where else?", ("Oslo", 13)),
            {"id": "lost", "question": "Where?"},
            "not a question",
        ]},
    )  # fmt: skip
    rows, bad = came("squad", tmp_path / "out", path)
    assert set(rows) == {"good"}
    assert bad == (
        "s.json article 1 question moved: 'Oslo' is not at its offset",
        "s.json article 1 question before: 'Oslo' is not at its offset",
        "s.json article 1 question empty: empty: an answerable question needs evidence",
        "s.json article 1 question good: the id good stands twice",
        "s.json article 1 question 6: no 'answers'",
        "s.json article 1 question 7: not as it should be",
    )


def test_what_real_squad_files_hold_besides(tmp_path: Path) -> None:
    """1.1 without `is_impossible`, a byte order mark, plausible answers, rows that are not as they should be."""
    context = " The dam\u2028opened in 1998 . "
    path = squad_file(
        tmp_path / "s.json",
        {"context": context, "qas": [
            asked("year", "When?", ("1998", 19), ("in 1998", 16), ("in 1998 ", 16)),
            {"id": "no", "question": "Who?", "answers": [], "is_impossible": True,
             "plausible_answers": [{"text": "1998", "answer_start": 19}]},
            asked("blank", "When?", (" ", 0)),
            asked("nothing", "When?", ("", 3)),
            asked("float", "When?", ("1998", 19.0)),
            {"id": 7, "question": "When?", "answers": [{"text": "1998", "answer_start": 19}]},
            {"id": "null", "question": None, "answers": [{"text": "1998", "answer_start": 19}]},
        ]},
        {"qas": [asked("lost", "Why?", ("1998", 19))]},
        title="R%C3%A9sum%C3%A9_of_a/dam",
    )  # fmt: skip
    (tmp_path / "bom.json").write_bytes("\ufeff".encode() + path.read_bytes())
    rows, bad = came("squad", tmp_path / "out", tmp_path / "bom.json")
    start = len("Résumé of a/dam\n\n")
    assert {e.source for e in rows["year"].evidence} == {"resume-of-a-dam.txt"}
    assert [(e.start, e.end) for e in rows["year"].evidence] == [
        (start + 19, start + 23), (start + 16, start + 23), (start + 16, start + 24),
    ]  # fmt: skip
    assert (rows["no"].answerable, rows["no"].key_facts) == (False, ())
    where = "bom.json article 1 question"
    assert bad == (
        "bom.json article 1 paragraph 2: no 'context' (1 questions)",
        f"{where} blank: each key fact must be a list of texts, the alternatives",
        f"{where} nothing: each key fact must be a list of texts, the alternatives",
        f"{where} float: evidence must have 0 <= start < end, not {start + 19.0} and {start + 23.0}",
        f"{where} 7: id must be text",
        f"{where} null: question must be text",
    )


def test_beir_documents_are_evidence_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    corpus = [{"_id": "../d1", "title": "Rain", "text": "It rained."}, {"_id": "d2", "title": "", "text": "It snowed."},
              {"_id": "d3", "text": None}]  # fmt: skip
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(d) + "\n" for d in corpus) + "not json\n")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "What fell?"}\n{"_id": "q2", "text": "Unjudged?"}\n')
    qrels = "query-id\tcorpus-id\tscore\nq1\t../d1\t2\nq1\td2\t1\nq1\td3\t1\nq2\td2\t0\n"
    (tmp_path / "qrels" / "test.tsv").write_text(qrels)
    rows, bad = came("beir", tmp_path / "out", tmp_path)
    (row,) = rows.values()
    assert (row.id, row.split, row.key_facts) == ("q1", "test", ())
    assert [(e.source, e.start, e.quote) for e in row.evidence] == [
        ("d1.txt", 6, "It rained."),
        ("d2.txt", 0, "It snowed."),
    ]
    assert bad[0] == "corpus.jsonl:3: not as it should be"
    assert bad[1].startswith("corpus.jsonl:4: not JSON")
    assert bad[2] == "test.tsv:4: no such query or document, or no score: 'q1\\td3\\t1'"


def test_beir_without_a_header_and_with_one_text_twice(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    corpus = [{"_id": name, "title": "Rain", "text": "It rained."} for name in ("d1", "d2")]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(d) + "\n" for d in corpus))
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "What fell?"}\n')
    (tmp_path / "qrels" / "dev.tsv").write_text("q1\td1\t1\r\nq1\td2\t1\r\nq1\td1\n")
    rows, bad = came("beir", tmp_path / "out", tmp_path)
    assert [e.quote for e in rows["q1"].evidence] == ["It rained."]
    assert bad == ("dev.tsv:3: no such query or document, or no score: 'q1\\td1'",)


def clapnq_row(name: str, sentences: list[str], selected: list[str], answer: str) -> dict[str, Any]:
    passage = {"title": "Rain", "text": "  ".join(sentences) + " ", "sentences": sentences}
    output = [{"answer": answer, "selected_sentences": selected, "meta": {}}]
    return {"id": name, "input": "why did it rain", "passages": [passage], "output": output}


def test_clapnq_sentences_are_found_in_their_order(tmp_path: Path) -> None:
    sentences = ["It rained .", "It poured .", "It rained ."]
    path = tmp_path / "c.jsonl"
    lines = [
        clapnq_row("1", sentences, ["It rained .", "It poured ."], "Rain, a lot."),
        clapnq_row("2", sentences, [], ""),
        clapnq_row("3", sentences, ["It hailed ."], "Hail."),
        {"id": "4", "input": "why"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    rows, bad = came("clapnq", tmp_path / "out", path)
    start = len("Rain\n\n")
    assert [(e.start, e.quote) for e in rows["1"].evidence] == [
        (start, "It rained ."), (start + 26, "It rained ."), (start + 13, "It poured ."),
    ]  # fmt: skip
    assert (rows["1"].reference, rows["1"].key_facts) == ("Rain, a lot.", ())
    assert (rows["2"].answerable, rows["2"].reference) == (False, "")
    assert bad == (
        "c.jsonl:3: the selected sentence 'It hailed .' is not a sentence of its passages",
        "c.jsonl:4: no 'output'",
    )


def test_csv_in_the_dialects_of_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes(
        "\ufeffquestion;answer;context;start\r\n"
        'Who came?;Dahl|Kari Dahl;"Kari Dahl came;\r\nshe stayed.";\r\n'
        "Who left?;;;\r\n"
        "Which rain?;rain;rain and rain;9\r\n"
        "What rain?;rain;rain and rain;\r\n"
        "Who is it?;Nobody;Kari Dahl came.;\r\n".encode()
    )
    rows, bad = came("csv", tmp_path / "out", path)
    assert rows["q-1"].key_facts == (("Dahl", "Kari Dahl"),)
    assert [e.quote for e in rows["q-1"].evidence] == ["Dahl", "Kari Dahl"]
    assert not rows["q-2"].answerable
    assert rows["q-3"].evidence[0].start == 9
    assert bad == (
        "q.csv:6: 'rain' stands 2 times in the context; add a column `start`",
        "q.csv:7: q-5: an answerable question needs evidence",
    )
