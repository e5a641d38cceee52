"""A set is taken in whole: files of its own, a folder of its own, one line for what is no set, and on to the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from eval_toys import asked, squad_file
from hypothesis import given
from hypothesis import strategies as st

from eval.__main__ import main
from eval.gold import GoldRow, load
from eval.importers import import_files
from eval.intake import ImportReport, Intake, slug
from eval.results import load as load_result
from index.errors import UserError
from index.ingest import ingest
from index.settings import Settings

VARIED = Path(__file__).parents[1] / "eval" / "varied"
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(
    st.lists(st.tuples(TEXT, TEXT.filter(lambda t: t.strip() and t.casefold().split()), TEXT), min_size=1, max_size=4)
)
def test_any_squad_answer_stands_where_its_gold_says(parts: list[tuple[str, str, str]]) -> None:
    intake = Intake()
    contexts = [before + answer + after for before, answer, after in parts]
    placed = intake.article("t", "A title", contexts)
    text = "\n\n".join(["A title", *contexts])
    for (before, answer, _), start in zip(parts, placed.starts, strict=True):
        assert text[start + len(before) :].startswith(answer)


@given(st.lists(st.text(max_size=30), min_size=2, max_size=6))
def test_no_id_leaves_the_folder_and_no_two_articles_share_a_file(names: list[str]) -> None:
    intake = Intake()
    sources = [intake.article(name, "", [f"text {n}"]).source for n, name in enumerate(names)]
    assert len({source.lower() for source in sources}) == len(sources)
    assert all(slug(source.removesuffix(".txt")) + ".txt" == source for source in sources)
    assert all("/" not in source and not source.startswith(".") for source in sources)


def test_two_sets_never_mix_and_half_a_character_is_no_article(tmp_path: Path) -> None:
    path = squad_file(
        tmp_path / "s.json", {"context": "It rained in Oslo.", "qas": [asked("a", "Where?", ("Oslo", 13))]}
    )
    import_files("squad", [path], tmp_path / "out")
    with pytest.raises(UserError, match="holds an import already"):
        import_files("squad", [path], tmp_path / "out")
    with pytest.raises(ValueError, match="half a character"):
        Intake().article("a", "", ["\ud83c rain"])


@pytest.mark.parametrize(
    ("form", "text", "says"),
    [
        ("squad", "{", "is not JSON"),
        ("squad", "[]", "has no list 'data'"),
        ("squad", '{"data": []}', "No question could be imported"),
        ("clapnq", "{}", "The first reason: f:1: no 'output'"),
        ("csv", "a,b\n", "has no column answer, context, question"),
    ],
)
def test_a_file_of_another_format_is_an_error_for_people(tmp_path: Path, form: str, text: str, says: str) -> None:
    path = tmp_path / "f"
    path.write_text(text)
    with pytest.raises(UserError, match=says):
        import_files(form, [path], tmp_path / "out")
    with pytest.raises(UserError, match="can't be read"):
        import_files(form, [tmp_path / "missing"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_import_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = squad_file(
        tmp_path / "s.json",
        {
            "context": "It rained in Oslo.",
            "qas": [asked("a", "Where?", ("Oslo", 13)), asked("b", "Where?", ("Oslo", 1))],
        },
    )
    out = tmp_path / "out"
    assert main(["import", "squad", str(path), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.err == "bad: s.json article 1 question b: 'Oslo' is not at its offset\n"
    assert printed.out == (
        f"1 articles, 1 questions (0 unanswerable), 1 bad rows left out\n"
        f"next: python -m index {out}/articles --store {out}/store\n"
        f"      python -m eval run --gold {out}/gold.jsonl --store {out}/store --out {out}/result.json\n"
    )


def test_a_large_set_comes_with_advice_about_its_time() -> None:
    assert "--limit 500" in ImportReport(48, 6000, 3000, ()).described(Path("o"))
    assert "--limit" not in ImportReport(48, 600, 300, ()).described(Path("o"))


def as_squad(articles: Path, rows: Sequence[GoldRow]) -> dict[str, Any]:
    """Some of the gold over other articles in the form of SQuAD 2.0: a line is a paragraph."""
    data = []
    for path in sorted(articles.iterdir()):
        text, at, paragraphs = path.read_bytes().decode(), 0, []
        for line in text.splitlines(keepends=True):
            context, end = line.rstrip("\r\n"), at + len(line)
            qas = []
            for row in rows:
                inside = [e for e in row.evidence[:1] if e.source == path.name and at <= e.start < end]
                places = [(a, context.find(a, e.start - at)) for e in inside for a in row.key_facts[0]]
                answers = [{"text": a, "answer_start": start} for a, start in places if start >= 0]
                if answers:
                    qas.append({"id": row.id, "question": row.question, "answers": answers, "is_impossible": False})
            if context.strip():
                paragraphs.append({"context": context, "qas": qas})
            at = end
        paragraphs[-1]["qas"].append(asked(path.stem, "Who won the cup in curling?", is_impossible=True))
        data.append({"title": path.stem.title(), "paragraphs": paragraphs})
    return {"version": "v2.0", "data": data}


@pytest.mark.timeout(900)
def test_from_a_squad_file_to_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import, index, run: what finds the evidence in articles finds it in a set made of them."""
    some = tmp_path / "some"
    some.mkdir()
    for name in ("archaeology.txt", "battle.txt"):
        (some / name).write_bytes((VARIED / "articles" / name).read_bytes())
    rows = [r for r in load(VARIED / "gold.jsonl") if r.evidence and (some / r.evidence[0].source).exists()]
    (tmp_path / "s.json").write_text(json.dumps(as_squad(some, rows)))
    out, store, result = tmp_path / "out", tmp_path / "store", tmp_path / "r.json"
    assert main(["import", "squad", str(tmp_path / "s.json"), "--out", str(out)]) == 0
    assert ", 0 bad rows left out" in capsys.readouterr().out
    ingest([out / "articles"], Settings.load(environ={}, store=store))
    gold = str(out / "gold.jsonl")
    assert main(["check", "--gold", gold, "--articles", str(out / "articles"), "--all"]) == 0
    assert "no sentence is read" not in capsys.readouterr().out  # no paragraph was taken for page chrome
    assert main(["run", "--gold", gold, "--store", str(store), "--out", str(result), "--reranker", "none"]) == 0
    assert "gold paragraph first" in capsys.readouterr().out
    found = load_result(result)
    assert found.gold[0]["faults"] == 0
    assert found.figures["passage@5"].value > found.figures["passage@1"].value - 1e-9
    assert min(found.figures[name].value for name in ("passage@1", "best_sentence")) > 0.5
    assert found.figures["false_answers"].n == 2
