"""Reading files: the articles of the seeds, encodings, newlines, front matter, sidecars, and what can't be read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UserError
from index.read import READABLE, article_id, from_text, read_file, sha256_of

SEEDS = Path(__file__).parent.parent / "seeds"
STORY = "Port Reopens\nThe port of Ost reopened on Monday after a strike of nine days.\n"


def write(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_the_five_seeds_are_six_articles() -> None:
    found = [a for path in sorted(SEEDS.glob("*.txt")) for a in read_file(path, path.name).articles]
    assert [(a.source[:3], a.title, a.publisher, a.published) for a in found] == [
        (
            "000",
            "NATO Secretary General Mark Rutte and Japanese Prime Minister Shigeru Ishiba have committed to enhancing"
            " military…",
            "",
            "",
        ),
        ("001", "Japan Enhances Security Ties with NATO", "", ""),
        (
            "002",
            "In a significant step towards strengthening Japan’s partnership with NATO, Japan announced on Tuesday its"
            " interest in…",
            "",
            "",
        ),
        (
            "003",
            "Japan, NATO pledge increased defense cooperation to counter Russia, China",
            "Yahoo",
            "2025-04-09",
        ),
        ("003", "NATO chief says China military expansion ‘staggering'", "Al Arabiya", "2025-04-08"),
        (
            "004",
            "Japan Prime Minister Ishiba, NATO Secretary General Rutte Agree to Boost Security Cooperation During Talks"
            " in Tokyo",
            "",
            "2025-04-10",
        ),
    ]


def test_an_article_begins_with_its_title_and_ends_with_its_last_word() -> None:
    page = read_file(SEEDS / "003_84d37e802162fb71.txt", "003.txt")
    for article in page.articles:
        assert page.text[article.start :].startswith(article.title)
    assert page.text[: page.articles[1].end].endswith("security and defense partnership.")


def test_the_same_file_gives_the_same_document() -> None:
    path = SEEDS / "003_84d37e802162fb71.txt"
    assert read_file(path, "a.txt") == read_file(path, "a.txt")
    ids = [a.article_id for a in read_file(path, "a.txt").articles]
    assert ids == [article_id("a.txt", 0), article_id("a.txt", 1)]
    assert all(len(i) == 12 and int(i, 16) >= 0 for i in ids)


def test_the_hash_is_that_of_the_bytes_and_of_the_sidecar(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", STORY)
    alone = hashlib.sha256(STORY.encode()).hexdigest()
    assert sha256_of(path) == alone == read_file(path, "a.txt").sha256 == read_file(path, "a.txt").articles[0].sha256
    write(tmp_path, "a.meta.yaml", "title: Ost")
    assert sha256_of(path) == read_file(path, "a.txt").sha256 != alone


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_offsets_count_the_files_own_characters(tmp_path: Path, newline: str, mark: str) -> None:
    path = write(tmp_path, "a.txt", mark + STORY.replace("\n", newline))
    page = read_file(path, "a.txt")
    with open(path, encoding="utf-8", newline="") as file:
        assert page.text == file.read()
    assert page.articles[0].start == len(mark)
    assert page.articles[0].title == "Port Reopens"
    assert page.articles[0].end == len(page.text.rstrip())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "iso-8859-15"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    story = "La cloche de Vaubrun\nLe tribunal a donné raison à la commune, a déclaré le maire Étienne Salvat.\n"
    page = read_file(write(tmp_path, "a.txt", story.encode(encoding)), "a.txt")
    assert page.text.removeprefix("\ufeff") == story


@pytest.mark.parametrize(
    ("encoding", "story"),
    [
        ("cp1251", "Президент заявил в среду, что переговоры продолжатся на следующей неделе."),
        ("koi8-r", "Президент заявил в среду, что переговоры продолжатся на следующей неделе."),
        ("shift_jis", "市議会は火曜日、新しい図書館の建設を承認した。総工費は三十億円で、二年後に完成する。"),
        ("gb18030", "大桥昨天通车了。工程历时五年。市政府说，设计曾经三次修改，费用比计划少了两成。"),
        ("euc-kr", "시의회는 화요일 새 도서관 건설을 승인했다. 총공사비는 삼백억 원이다."),
        ("cp1256", "افتتح المتحف أبوابه يوم السبت. قالت المديرة إن التذاكر ستباع ابتداء من الشهر المقبل."),
    ],
)
def test_legacy_encodings_are_detected(tmp_path: Path, encoding: str, story: str) -> None:
    assert read_file(write(tmp_path, "a.txt", (story * 3).encode(encoding)), "a.txt").text == story * 3


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = write(tmp_path_factory.getbasetemp(), "any.txt", data)
    try:
        page = read_file(path, "any.txt")
    except UserError as refused:
        assert str(refused).startswith("any.txt: ") and "\n" not in str(refused)
    else:
        assert page.articles


def test_nul_bytes_lone_surrogates_and_broken_bytes_are_no_error(tmp_path: Path) -> None:
    page = read_file(
        write(tmp_path, "a.txt", "Café été né là à\x00 Port\nIt rained.".encode() + b"\xff It snowed \xc3"), "a.txt"
    )
    assert page.text.startswith("Café été né là à\x00 Port\nIt rained.")
    surrogates = "Port\ud800\nIt rained in Ost."
    assert from_text(surrogates, "a.txt").articles[0].end == len(surrogates)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "a.txt: there is no text in it. Save its text as .txt and index that."),
        ("a.txt", b"\xef\xbb\xbf \r\n", "a.txt: there is no text in it. Save its text as .txt and index that."),
        ("a.txt", bytes(range(32)) * 9, "a.txt: isn't text. Save its text as .txt and index that."),
        ("a.png", b"x", "a.png: can't read files of this kind. Use one of .docx, .htm, .html, .md, .pdf, .txt."),
    ],
)
def test_what_cant_be_read_is_said_in_one_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(UserError) as refused:
        read_file(write(tmp_path, name, data), name)
    assert str(refused.value) == message


def test_a_missing_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for name, part in [("none.txt", "no such file"), (".", "is a folder"), ("pipe.txt", "isn't a file")]:
        with pytest.raises(UserError, match=part):
            read_file(tmp_path / name, name)
        with pytest.raises(UserError, match=part):
            sha256_of(tmp_path / name)


def test_front_matter_overrides_and_is_no_content(tmp_path: Path) -> None:
    front = "---\ntitle: 'Ost: a port'\nsource: Ost Post\ndate: 2025-04-09\n---\n"
    page = read_file(write(tmp_path, "a.md", front + STORY), "a.md")
    (article,) = page.articles
    assert (article.title, article.publisher, article.published) == ("Ost: a port", "Ost Post", "2025-04-09")
    assert (article.start, page.chrome[0].end) == (len(front), len(front))


@pytest.mark.parametrize("where", ["front matter", "sidecar"])
def test_an_escaped_surrogate_pair_in_metadata_is_one_character(tmp_path: Path, where: str) -> None:
    said = r'title: "Party \ud83c\udf89 in Ost \ud83c"'
    front, aside = (f"---\n{said}\n---\n", "") if where == "front matter" else ("", said)
    write(tmp_path, "a.meta.yaml", aside)
    page = read_file(write(tmp_path, "a.md", front + STORY), "a.md")
    assert [a.title for a in page.articles] == ["Party 🎉 in Ost \ufffd"]
    assert page.text == front + STORY


@pytest.mark.parametrize("front", ["---\nIt rained.\n---\n", "---\n{]: x\n---\n", "---\nfoo: 1\n---\n", "---\n"])
def test_rules_that_are_no_front_matter_stay_text(front: str) -> None:
    page = from_text(front + STORY, "a.txt")
    assert page.articles[0].end == len(front + STORY) - 1
    assert "Port Reopens" in page.text[page.articles[0].start : page.articles[0].end]


def test_a_sidecar_goes_before_front_matter_and_the_text(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "---\ntitle: In front\npublisher: Front Post\n---\nApril 1, 2024\n" + STORY)
    write(tmp_path, "a.meta.yaml", "Title: Aside\npublished: 2 May 2024\n")
    (article,) = read_file(path, "a.txt").articles
    assert (article.title, article.publisher, article.published) == ("Aside", "Front Post", "2024-05-02")


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        (
            "- a\n- b",
            "a.meta.yaml: isn't a sidecar. Write lines such as `title: Port reopens` or `published: 2025-04-09`.",
        ),
        (
            "title: [",
            "a.meta.yaml: isn't a sidecar. Write lines such as `title: Port reopens` or `published: 2025-04-09`.",
        ),
        ("published: soon", "a.meta.yaml: `published` isn't a date. Write it as 2025-04-09."),
    ],
)
def test_a_damaged_sidecar_is_named(tmp_path: Path, sidecar: str, message: str) -> None:
    path = write(tmp_path, "a.txt", STORY)
    write(tmp_path, "a.meta.yaml", sidecar)
    with pytest.raises(UserError) as refused:
        read_file(path, "a.txt")
    assert str(refused.value) == message


def test_a_given_title_makes_a_file_one_article(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", (SEEDS / "003_84d37e802162fb71.txt").read_bytes())
    write(tmp_path, "a.meta.yaml", "title: Two reports from Tokyo")
    assert [a.title for a in read_file(path, "a.txt").articles] == ["Two reports from Tokyo"]


def test_readable_names_suffixes() -> None:
    assert sorted(READABLE) == [".docx", ".htm", ".html", ".md", ".pdf", ".txt"]
