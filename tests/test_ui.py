"""The parts behind the page, without a browser: the desk, the guard, saved conversations, feedback, uploads.

What they look like is in `test_render.py`, what they do together in `test_browser.py`.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from fake_bot import FakeBot, FakeEmbedder
from fakes import HashedEmbedder, article, change_catalogue, settings_for, write_articles
from hypothesis import given
from hypothesis import strategies as st
from ui_tools import SEEDS, answer, citation, copied, seeds

from eval.check import unsound
from eval.gold import load
from eval.texts import Texts
from index.embed import Embeds
from index.errors import UserError
from index.ingest import ingest
from index.library import Library
from index.rebuild import rebuild
from index.settings import Settings
from qa.types import Answer
from ui import library
from ui.archive import Archive
from ui.chat import Frame, order_of, reopen, run
from ui.desk import LONGEST, Desk, Warming
from ui.examples import example_questions
from ui.feedback import append, gold_row
from ui.guard import Guard, names_of
from ui.saved import answer_from_dict, to_markdown


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return seeds(tmp_path_factory.mktemp("ui"))


@pytest.fixture
def desk(settings: Settings) -> Desk:
    desk = Desk(settings, FakeBot)
    desk._load()
    return desk


# --- asking ---------------------------------------------------------------------------------------------------


def test_the_first_event_while_the_models_load_says_so(settings: Settings) -> None:
    desk = Desk(settings, FakeBot)
    events = desk.stream("What is NSATU?")
    assert next(events) == Warming()
    desk.warm()
    assert isinstance([*events][-1], Answer)


def test_a_bot_that_cannot_be_loaded_tells_whoever_asks(settings: Settings) -> None:
    def broken(settings: Settings) -> FakeBot:
        raise UserError("The embedder is gone. Install it again.")

    desk = Desk(settings, broken)
    desk._load()
    with pytest.raises(UserError, match="Install it again"):
        desk.ask("What is NSATU?")


@pytest.mark.parametrize(("question", "says"), [("  \n ", "Type a question"), ("x" * 10_001, "10,001 characters")])
def test_a_question_that_cannot_be_asked_is_told(desk: Desk, question: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        desk.ask(question)
    assert len("x" * LONGEST) < 10_001


def test_stop_ends_at_once_and_keeps_what_was_checked(desk: Desk) -> None:
    desk._bot.gate.clear()  # type: ignore[union-attr]
    cancel = threading.Event()
    frames = run(desk, "What is NSATU?", (), cancel=cancel)
    for frame in frames:
        if 'class="said' in frame.said[-1].html:
            cancel.set()
            break
    last = [*frames][-1]
    assert last.final and last.done == {"index": 0, "question": "What is NSATU?", "answer": None}
    assert "What stands here was checked" in last.said[-1].html


def test_a_bug_in_the_bot_does_not_leave_the_page_waiting(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken(FakeBot):
        def stream(self, *args: object, **more: object):  # type: ignore[no-untyped-def,override]
            raise ZeroDivisionError("bug")

    desk = Desk(settings, Broken)
    desk._load()
    last: Frame = [*run(desk, "q", (), cancel=threading.Event())][-1]
    assert last.final and "Something went wrong" in last.said[-1].html
    assert "ZeroDivisionError: bug" in capfd.readouterr().err


def test_a_follow_up_gets_the_turns_before_it_and_an_edited_one_only_those(desk: Desk) -> None:
    said = [*run(desk, "What is NSATU?", (), cancel=threading.Event())][-1].said
    order = order_of('{"at": 1}', said)
    [*run(desk, "Where is it based?", order.earlier, cancel=threading.Event())]
    assert [t.question for t in desk._bot.asked[-1][1]] == ["What is NSATU?"]  # type: ignore[union-attr]
    assert order_of('{"at": 0}', said).earlier == ()


@pytest.mark.parametrize("order", ["[]", "{", '{"at": "x"}', '{"articles": 3}', '{"settings": "x"}'])
def test_an_order_that_makes_no_sense_is_told(order: str) -> None:
    with pytest.raises(UserError, match="Reload"):
        order_of(order, ())


def test_examples_are_about_words_of_the_articles() -> None:
    texts = [f.read_text(encoding="utf-8") for f in sorted(SEEDS.glob("*.txt"))]
    questions = example_questions(texts)
    assert len(set(questions)) == 4
    for question in questions:
        name = question.rstrip("?").split()[-1]
        assert any(name in text for text in texts), question
    assert example_questions([]) == ()


@given(st.lists(st.text(), max_size=4))
def test_any_articles_give_examples_or_none(texts: list[str]) -> None:
    assert len(example_questions(texts)) <= 4


# --- conversations --------------------------------------------------------------------------------------------


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


# --- feedback -------------------------------------------------------------------------------------------------


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


# --- the library ----------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_no_name_leaves_the_folder(name: str) -> None:
    safe = library.safe_name(name)
    assert Path("/up", safe).resolve().parent == Path("/up")
    assert not safe.startswith(".") and len(safe) <= 130


def test_files_that_cannot_be_added_are_told_one_by_one(settings: Settings, tmp_path: Path) -> None:
    store = copied(settings, tmp_path / "store")
    binary, large = tmp_path / "a.exe", tmp_path / "b.txt"
    binary.write_bytes(b"MZ")
    large.write_bytes(b"x" * (library.MOST_BYTES + 1))
    assert "can't be read. Use one of" in library.add_file(binary, "a.exe", store, FakeEmbedder()).message
    assert "larger than 20 MB" in library.add_file(large, "b.txt", store, FakeEmbedder()).message
    assert not (store.store / library.UPLOADS).exists()
    held = store.store / library.UPLOADS
    held.mkdir()
    for n in range(library.MOST_HELD):
        (held / f"{n}.txt").touch()
    small = tmp_path / "c.txt"
    small.write_text("It rained.", encoding="utf-8")
    assert "is one too many: 2,000" in library.add_file(small, "c.txt", store, FakeEmbedder()).message
    assert not (held / "c.txt").exists()
    with pytest.raises(UserError, match="Paste the text"):
        library.add_text("t", "  ", store, FakeEmbedder())
    with pytest.raises(UserError, match="are too many"):
        library.add_text("t", "x" * 200_001, store, FakeEmbedder())


def test_texts_that_share_a_title_are_different_articles_and_the_same_text_is_one(tmp_path: Path) -> None:
    store = settings_for(tmp_path / "store")
    write_articles(tmp_path / "news", 1)
    ingest([tmp_path / "news"], store, embedder=FakeEmbedder())

    def paste(title: str, text: str) -> str:
        return library.add_text(title, text, store, FakeEmbedder()).message

    first, second = "The mill in Ost burned down on Monday.", "The bridge in West was closed on Friday."
    long = "Two newspapers begin their headlines in the very same words, and then: "
    assert [paste("Live updates", first), paste("Live updates", second)] == ["was added."] * 2
    assert [paste(f"{long}alpha", first), paste(f"{long}beta", first)] == ["was added."] * 2
    again = ["is in the library already."] * 2
    assert [paste("Live updates", first), paste("Live updates", second)] == again
    texts = [Library(store.store).text(source) for source in held(store)]
    assert len(texts) == 5 and {f"Live updates\n{first}", f"Live updates\n{second}"} < set(texts)
    library.remove_file("Live updates.txt", store, FakeEmbedder())
    assert paste("Live updates", second) == "is in the library already."  # also where its plain name is free again
    assert paste("Live updates", first) == "was added."


def test_an_upload_that_cannot_be_read_takes_the_place_of_no_other(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 3)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news" / "0000.txt"], store, embedder=FakeEmbedder())
    uploads = store.store / library.UPLOADS

    def add(file: Path, embedder: Embeds | None = None) -> library.Outcome:
        return library.add_file(file, "report.txt", store, embedder or FakeEmbedder())

    assert add(tmp_path / "news" / "0001.txt").message == "was added."
    damaged = tmp_path / "damaged"
    damaged.write_bytes(bytes(range(8)) * 100)
    assert add(damaged).message.startswith("report.txt: isn't text.")
    assert (uploads / "report.txt").read_text(encoding="utf-8") == article(1)
    assert library.reindex(store, FakeEmbedder()).message == "nothing has changed."
    assert add(tmp_path / "news" / "0002.txt").message == "was brought up to date."
    assert Library(store.store).text("report.txt") == article(2)
    library.remove_file("report.txt", store, FakeEmbedder())
    assert not add(tmp_path / "news" / "0001.txt", HashedEmbedder("another")).good
    assert not list(uploads.iterdir()), "what could not be indexed is not left behind"


def held(settings: Settings) -> list[str]:
    return sorted(Library(settings.store).files())


def test_a_file_that_was_named_alone_lets_nothing_beside_it_in(tmp_path: Path) -> None:
    news, own = tmp_path / "news", tmp_path / "own"
    write_articles(news, 2)
    write_articles(own, 3)
    store = settings_for(tmp_path / "store")
    ingest([news, own / "0001.txt"], store, embedder=FakeEmbedder())
    assert library.reindex(store, FakeEmbedder()).message == "nothing has changed."
    (news / "new.txt").write_text(article(7), encoding="utf-8")
    (own / "0001.txt").write_text(article(8), encoding="utf-8")
    assert library.reindex(store, FakeEmbedder()).message == "1 added, 1 changed."
    assert held(store) == ["0000.txt", "0001.txt", "new.txt", "own/0001.txt"]
    (own / "0001.txt").unlink()
    rebuild(store, embedder=FakeEmbedder())  # what was named is known afterwards, too
    assert library.reindex(store, FakeEmbedder()).message == "1 removed."
    assert held(store) == ["0000.txt", "0001.txt", "new.txt"]


def test_a_store_that_noted_no_folders_reads_its_own_files_alone_and_says_so(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 2)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news"], store, embedder=FakeEmbedder())
    change_catalogue(store.store, "DELETE FROM meta WHERE key = 'folders'")
    (tmp_path / "news" / "new.txt").write_text(article(7), encoding="utf-8")
    told = library.reindex(store, FakeEmbedder()).message
    assert told == "nothing has changed. For new files, name their folder once more: python -m index FOLDER"
    ingest([tmp_path / "news"], store, embedder=FakeEmbedder())
    assert held(store) == ["0000.txt", "0001.txt", "new.txt"]
    assert library.reindex(store, FakeEmbedder()).message == "nothing has changed."


def test_an_index_of_files_that_are_all_gone_keeps_its_articles(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 1)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news" / "0000.txt"], store, embedder=FakeEmbedder())
    (tmp_path / "news" / "0000.txt").unlink()
    with pytest.raises(UserError, match="is not there any more"):
        library.reindex(store, FakeEmbedder())
    assert held(store) == ["0000.txt"]


def test_what_becomes_of_a_removed_file_is_said_and_so_it_is(tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 2)
    write_articles(tmp_path / "own", 1)
    store = settings_for(tmp_path / "store")
    ingest([tmp_path / "news", tmp_path / "own" / "0000.txt"], store, embedder=FakeEmbedder())
    library.add_text("Rain", "It rained on Kilkenny all day.", store, FakeEmbedder())
    stays = "was removed. The file itself stays where it is."
    back = " It comes back when the folders are read again, unless it is moved."
    assert library.remove_file("0001.txt", store, FakeEmbedder()).message == stays + back
    assert library.remove_file("own/0000.txt", store, FakeEmbedder()).message == stays
    assert library.remove_file("Rain.txt", store, FakeEmbedder()).message == "was removed."
    assert (tmp_path / "news" / "0001.txt").exists() and not list((store.store / library.UPLOADS).iterdir())
    library.reindex(store, FakeEmbedder())
    assert held(store) == ["0000.txt", "0001.txt"]


def test_an_article_shows_the_chrome_around_it_and_not_its_neighbours(desk: Desk) -> None:
    shared = [a for a in desk.library.articles() if a.source.startswith("003")]
    shown = [library.view(desk.library, a.article_id)["html"] for a in shared]
    assert len(shared) == 2
    assert "Let us not be naive about China" in shown[1] and "naive about China" not in shown[0]
    tail = next(a for a in desk.library.articles() if a.source.startswith("004"))
    assert 'class="chrome"' in library.view(desk.library, tail.article_id)["html"]


# --- the guard ------------------------------------------------------------------------------------------------


def refused(path: str = "/", method: str = "GET", guard: Guard | None = None, **headers: str) -> int:
    guard = guard or Guard(None, names_of("127.0.0.1"))  # type: ignore[arg-type]
    given = {"host": "127.0.0.1:7860", **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = guard.refuse(method, path, {k.encode(): v.encode() for k, v in given.items()})
    return answer[0] if answer else 200


def test_only_its_own_names_and_pages_may_ask() -> None:
    assert refused() == refused(host="localhost:1") == 200
    assert refused(host="evil.example") == 421
    assert refused("/api/ask", "POST") == 200
    assert refused("/api/ask", "POST", origin="http://evil.example") == 403
    assert refused("/api/ask", "POST", sec_fetch_site="cross-site") == 403
    assert refused("/api/ask", "POST", origin="http://127.0.0.1:7860", sec_fetch_site="same-origin") == 200


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/file=/etc/passwd", "/gradio_api/proxy=http://a/",
     "/gradio_api/vibe-edit", "/gradio_api/stream/x", "/monitoring", "/gradio_api/dev/reload", "/login", "/x",
     "/assets/../../etc/passwd", "/static/..\\..\\x", "/gradio_api/deep_link", "/gradio_api/process_recording",
     "/gradio_api/upload", "/gradio_api/upload_progress"],
)  # fmt: skip
def test_paths_that_the_product_does_not_need_do_not_exist(path: str) -> None:
    assert refused(path) == 404


def test_user_and_password_stand_before_everything() -> None:
    guard = Guard(None, (), "ada", "s3cret")  # type: ignore[arg-type]
    right = "Basic " + base64.b64encode(b"ada:s3cret").decode()
    wrong = "Basic " + base64.b64encode(b"ada:secret").decode()
    for path in ("/", "/api/ask", "/config", "/gradio_api/mcp/", "/assets/x.js"):
        assert refused(path, guard=guard) == 401
        assert refused(path, guard=guard, authorization=wrong) == 401
        assert refused(path, guard=guard, authorization="Basic ***") == 401
        assert refused(path, guard=guard, authorization=right) == 200


# --- the command ----------------------------------------------------------------------------------------------


def command(*args: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "ui", *args], capture_output=True, text=True, timeout=200, check=False)
    return done.returncode, done.stderr


def test_what_a_user_gets_wrong_is_one_line_and_status_2(settings: Settings, tmp_path: Path) -> None:
    from ui.__main__ import listen

    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    store = str(settings.store)
    for args, says in [
        (["--store", str(tmp_path)], "There is no index"),
        (["--store", store, "--port", str(port)], f"127.0.0.1:{port} can't be used"),
        (["--store", store, "--port", "70000"], "70000 is no port"),
        (["--store", store, "--user", "ada"], "A user needs a password"),
    ]:
        status, error = command(*args)
        assert (status, error.count("\n")) == (2, 1), error
        assert error.startswith("citespan: ") and says in error
    taken.close()
