"""Gold is read at the door and proved against the articles: what is wrong is named, by line and by id."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval_toys import ARTICLES, MAYOR, MONDAY, NEVER, WHEN, WHO, evidence, write_gold
from hypothesis import given
from hypothesis import strategies as st

from eval.__main__ import main
from eval.check import Corpus, check, leaks
from eval.gold import Conversation, GoldError, fold, load, load_conversations, row, states
from eval.pick import ARTICLES as SEEDS
from eval.pick import choose, read_gold
from eval.texts import Texts
from index.read import read_file
from index.split import split


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Corpus.read(folder)


def test_a_plain_row_of_the_contract_is_enough(tmp_path: Path) -> None:
    plain = replace(WHO, split="")
    assert load(write_gold(tmp_path / "g.jsonl", [plain])) == (plain,)
    assert (plain.split, plain.verdict, plain.reference) == ("", "", "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": ""}, "id must be text"),
        ({"answerable": "yes"}, "answerable must be true or false"),
        ({"key_facts": [[]]}, "each key fact must be a list of texts"),
        ({"key_facts": [["  "]]}, "each key fact must be a list of texts"),
        ({"evidence": []}, "an answerable question needs evidence"),
        ({"evidence": [{"source": "a", "start": 5, "end": 5, "quote": "x"}]}, "0 <= start < end"),
        ({"evidence": [{"source": "a", "start": True, "end": 5, "quote": "x"}]}, "0 <= start < end"),
        ({"answerable": False}, "an unanswerable question can't have evidence"),
        ({"verdict": "maybe"}, "verdict must be one of"),
        ({"verdict": "closest"}, "contradicts answerable True"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, change: dict[str, object], says: str) -> None:
    path = write_gold(tmp_path / "g.jsonl", [NEVER, WHO])
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{json.dumps(json.loads(second) | change)}\n")
    with pytest.raises(GoldError, match=r"g\.jsonl:2: ") as caught:
        load(path)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "not json\n", "[1]\n"])
def test_a_file_that_holds_no_rows_is_an_error_for_people(tmp_path: Path, text: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(text)
    with pytest.raises(GoldError):
        load(path)
    with pytest.raises(GoldError, match="Can't read the gold file"):
        load(tmp_path / "missing.jsonl")


@given(st.text(), st.text())
def test_folding_forgives_case_quotes_and_space_alone(before: str, after: str) -> None:
    assert fold(fold(before)) == fold(before)
    assert states(f"{before} “Japan’s\n\tROLE” {after}", ["nothing of the kind", '"japan\'s role"'])
    assert not states("Japan role", ["Japan's role"])


def test_sound_gold_has_no_fault_and_names_the_sentences_that_nobody_asks_about(corpus: Corpus) -> None:
    report = check([WHO, WHEN, NEVER], [], corpus)
    assert report.faults == ()
    assert [s.text for s in report.untouched] == [
        "Rain in Oslo", "Nobody was hurt.", "Snow in Oslo", "Snow fell on Tuesday.",
    ]  # fmt: skip


def test_each_kind_of_fault_is_found(corpus: Corpus) -> None:
    moved = replace(WHO, id="moved", evidence=(replace(WHO.evidence[0], start=MAYOR[0] + 1),))
    lost = replace(WHO, id="lost", evidence=(replace(WHO.evidence[0], source="gone.txt"),))
    talk = Conversation("who-1", "dev", (replace(moved, id="who-1/1"),), ("Who?",))
    faults = check([WHO, moved, lost], [talk], corpus, ["g.jsonl:9: not a JSON object"]).faults
    assert faults[:2] == ("g.jsonl:9: not a JSON object", "who-1: the id stands 2 times")
    assert [fault.split(":")[0] for fault in faults[2:]] == ["moved", "lost", "who-1/1"]
    assert "there is no article gone.txt" in faults[3]


def test_a_fact_that_no_evidence_states_is_worth_a_note(corpus: Corpus) -> None:
    odd = replace(WHO, key_facts=(("Dahl",), ("twice", "two times")))
    assert check([odd], [], corpus).notes == ("who-1: no evidence states twice / two times",)


def test_evidence_in_page_chrome_is_worth_a_note(corpus: Corpus) -> None:
    read = replace(corpus, sentences=tuple(s for s in corpus.sentences if s.span.source != "rain.txt"))
    assert check([WHO], [], read).notes == (f"who-1: no sentence is read at rain.txt[{MAYOR[0]}:{MAYOR[1]}]",)
    assert check([WHO], [], corpus).notes == ()


def test_splits_leak_when_they_ask_one_fact_of_one_sentence() -> None:
    other = replace(WHO, id="z", split="test", key_facts=(("KARI  DAHL",),))
    assert leaks([WHO, other]) == ["who-1 and z: of different splits, yet both ask for 'kari dahl' of one sentence"]
    assert leaks([WHO, replace(other, split="dev")]) == []  # the same split
    assert leaks([WHO, replace(other, key_facts=(("dam",),))]) == []  # another fact of the same sentence
    assert leaks([WHO, replace(other, evidence=(evidence("rain.txt", MONDAY),))]) == []  # another sentence


def test_a_base_name_finds_its_file_and_a_path_does_not_find_another() -> None:
    texts = Texts(["new/a.txt", "old/a.txt", "b.txt"], {}.__getitem__)
    assert texts.named("a.txt") == ("new/a.txt", "old/a.txt")
    assert texts.named("old/a.txt") == ("old/a.txt",)
    assert texts.named("other/a.txt") == ()
    assert texts.named("news/b.txt") == ("b.txt",)


def test_a_choice_is_balanced_and_the_same_every_time() -> None:
    gold = read_gold()
    few = choose(gold, limit=30)
    assert few == choose(gold, limit=30)
    assert len(few.rows) == 30
    assert len({row.type for row in few.rows}) == min(30, len({row.type for row in gold.rows}))
    assert [r for r in gold.rows if r in few.rows] == list(few.rows)
    assert {row.split for row in choose(gold, split="test").rows} == {"test"}
    assert {row.type for row in choose(gold, ["who"]).rows} == {"who"}
    with pytest.raises(GoldError, match=r"No question is left\. Types: "):
        choose(gold, ["nonsense"])


def test_the_products_own_gold_is_sound() -> None:
    gold = read_gold()
    faults = check(gold.rows, gold.conversations, Corpus.read(SEEDS)).faults
    assert faults == ()
    assert len(gold.rows) >= 200
    assert {row.split for row in gold.rows} == {"dev", "test"}


def test_the_gold_over_other_articles_is_sound_too() -> None:
    varied = SEEDS.parent / "eval" / "varied"
    rows = load(varied / "gold.jsonl")
    assert check(rows, [], Corpus.read(varied / "articles")).faults == ()
    assert len(rows) >= 200


def test_check_exits_2_on_invalid_gold_and_prints_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "rain.txt").write_text(ARTICLES["rain.txt"])
    good = write_gold(tmp_path / "good.jsonl", [WHO])
    assert main(["check", "--gold", str(good), "--articles", str(folder)]) == 0
    assert capsys.readouterr().out == (
        "untouched: rain.txt[0:12] Rain in Oslo\n"
        "untouched: rain.txt[13:41] It rained in Oslo on Monday.\n"
        "untouched: rain.txt[78:94] Nobody was hurt.\n"
        "1 questions, 0 turns of conversations: sound; 3 of 4 sentences are touched by no question\n"
    )
    bad = write_gold(tmp_path / "bad.jsonl", [replace(WHO, evidence=(replace(WHO.evidence[0], quote="It was."),))])
    assert main(["check", "--gold", str(bad), "--articles", str(folder)]) == 2
    out = capsys.readouterr().out
    assert out.startswith("fault: who-1: rain.txt[42:77] is 'The mayor, Kari Dahl, opened a dam.', not 'It was.'\n")
    assert "INVALID: 1 faults" in out


def test_offsets_count_characters_of_the_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffÉté\r\nIl a plu à Oslo. 🌧 Oui.\r\n".encode())
    document = read_file(tmp_path / "a.txt", "a.txt")
    for _, sentences in split(document):
        for sentence in sentences:
            assert document.text[sentence.span.start : sentence.span.end] == sentence.text


def test_a_conversation_is_read_with_its_turns_as_rows(tmp_path: Path) -> None:
    turn = {"question": "And when?", "asked": "When did it rain?", "answerable": False, "key_facts": [], "evidence": []}
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"id": "c", "split": "dev", "turns": [turn, turn]}))
    (talk,) = load_conversations(path)
    assert [t.id for t in talk.turns] == ["c/1", "c/2"]
    assert talk.asked == ("When did it rain?", "When did it rain?")
    path.write_text(json.dumps({"id": "c", "split": "dev", "turns": []}))
    with pytest.raises(GoldError, match="a conversation needs turns"):
        load_conversations(path)
    assert row({**turn, "id": "x", "type": "t"}).verdict == ""
