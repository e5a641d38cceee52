"""The product for programs, used by real clients: HTTP, server-sent events, `gradio_client`, an MCP session.

The server is the product's own, over a small bot. The pages of the browser are tested in `test_browser.py`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from hostile import HOSTILE
from ui_tools import SEEDS, Served, copied, serve

from index.settings import Settings
from qa.bot import Bot
from ui.__main__ import listen

http = httpx.Client(timeout=120)  # a busy machine answers late, and that is no failure


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with serve(settings) as served:
        yield served


def test_ask_gives_the_answer_json_and_every_quote_is_in_its_file(served: Served) -> None:
    data = http.post(f"{served.url}/api/ask", json={"question": "What is NSATU?"}).json()
    assert data["verdict"] == "answered" and data["statements"] and "[1]" in data["answer"]
    for c in data["citations"]:
        assert served.desk.library.text(c["source"])[c["start"] : c["end"]] == c["quote"]


def test_ask_takes_history_articles_and_settings(served: Served) -> None:
    only = served.desk.library.articles()[1].article_id
    body = {
        "question": "Where is it based?", "articles": [only], "statements": 1, "strictness": "strict",
        "history": [{"question": "What is NSATU?", "answer": "A mission."}],
    }  # fmt: skip
    data = http.post(f"{served.url}/api/ask", json=body).json()
    assert data["asked"] == "Where is it based (What is NSATU?)"
    _, history, articles, settings = served.bot.asked[-1]
    assert (history[0].answer, articles) == ("A mission.", frozenset({only}))
    assert (settings.statements, settings.strictness) == (1, "strict")


@pytest.mark.parametrize(
    ("body", "says"),
    [({"question": " "}, "Type a question"), ({"question": "x" * 10_001}, "is the most"),
     ({"question": "q", "strictness": "wild"}, "strictness must be one of"),
     ({"question": "q", "statements": 0}, "1 or more")],
)  # fmt: skip
def test_what_a_caller_gets_wrong_is_told(served: Served, body: dict[str, object], says: str) -> None:
    for route in ("ask", "ask/stream"):
        reply = http.post(f"{served.url}/api/{route}", json=body)
        assert says in reply.text
        assert reply.status_code == 400 or reply.text.startswith("event: error")


def test_streaming_gives_stages_statements_and_the_same_answer(served: Served) -> None:
    body = {"question": "What is NSATU?"}
    events = []
    with http.stream("POST", f"{served.url}/api/ask/stream", json=body) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in reply.iter_lines():
            kind, _, value = line.partition(": ")
            if kind == "event":
                name = value
            elif kind == "data":
                events.append((name, json.loads(value)))
    assert [data["stage"] for name, data in events if name == "stage"] == ["searching", "reading", "checking"]
    partial = [len(data["statements"]) for name, data in events if name == "partial"]
    assert partial == sorted(partial) and partial[0] == 1
    assert events[-1] == ("answer", http.post(f"{served.url}/api/ask", json=body).json())


def test_a_client_that_goes_away_stops_the_work(settings: Settings) -> None:
    with serve(settings) as served:
        served.desk._loaded.wait(120)
        served.bot.gate.clear()
        before = {t.name for t in threading.enumerate()}
        with http.stream("POST", f"{served.url}/api/ask/stream", json={"question": "What is NSATU?"}) as reply:
            assert "partial" in next(chunk for chunk in reply.iter_text() if "partial" in chunk)
            worker = next(t for t in threading.enumerate() if t.name == "ask")
        worker.join(60)
        assert not worker.is_alive() and before


def test_the_guide_names_every_route(served: Served) -> None:
    guide = http.get(f"{served.url}/api").text
    routes = http.get(f"{served.url}/api/openapi.json").json()["paths"]
    assert "/api/ask" in routes
    for route in routes:
        assert route in (*("/api", "/api/library"),) or f" {route}" in guide, route
    assert http.get(f"{served.url}/api/nothing").status_code == 404
    assert len(http.get(f"{served.url}/api/articles").json()["articles"]) == 6


def test_gradio_client_asks(served: Served) -> None:
    from gradio_client import Client

    client = Client(served.url, verbose=False)
    data = client.predict(question="What is NSATU?", articles=None, api_name="/ask")
    assert data["verdict"] == "answered" and data["citations"][0]["quote"]
    assert {a["source"] for a in client.predict(api_name="/articles")} == {f.name for f in SEEDS.glob("*.txt")}


def mcp(url: str, headers: dict[str, str] | None = None) -> tuple[dict[str, str], dict[str, object]]:
    """The tools with their descriptions, and what `ask` says."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def talk() -> tuple[dict[str, str], dict[str, object]]:
        async with streamablehttp_client(url, headers) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            tools = {t.name: t.description or "" for t in (await session.list_tools()).tools}
            result = await session.call_tool("ask", {"question": "What is NSATU?"})
            return tools, json.loads(result.content[0].text)  # type: ignore[union-attr]

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: the browser's tests have a loop in this one
        return pool.submit(lambda: asyncio.run(talk())).result()


def test_an_mcp_client_finds_the_tools_and_asks(served: Served) -> None:
    tools, data = mcp(f"{served.url}/gradio_api/mcp/")
    assert sorted(tools) == ["articles", "ask"]
    assert "every statement cites" in tools["ask"]
    assert data["verdict"] == "answered"


def test_five_people_at_once_each_get_their_own_answer(store: Path, bot: Bot) -> None:
    """The product as it comes out of the box: what five get at the same time is what each gets alone."""
    questions = ["What is NSATU?", "Who visited the Yokosuka naval base?", "What is the IP4?", "Who is Gen Nakatani?",
                 "Who paints the bridges of Lisbon?"]  # fmt: skip
    with serve(Settings(store=store), lambda settings: bot) as served, ThreadPoolExecutor(5) as pool:
        post = lambda q: http.post(f"{served.url}/api/ask", json={"question": q}).json()  # noqa: E731
        together = [*pool.map(post, questions)]
    for question, given in zip(questions, together, strict=True):
        alone = bot.ask(question).to_dict()
        for name in ("question", "verdict", "answer", "citations", "closest"):
            assert given[name] == json.loads(json.dumps(alone[name])), (question, name)


def test_conversations_in_a_file_are_had_with_their_own_key_alone(
    settings: Settings, served: Served, tmp_path: Path
) -> None:
    question = {"question": "What is NSATU?"}
    turns = [{**question, "answer": http.post(f"{served.url}/api/ask", json=question).json()}]
    ada, bob = {"x-citespan-key": "ada-ada-ada"}, {"x-citespan-key": "bob-bob-bob"}
    path = "/api/conversations/one-one-one"
    own = replace(copied(settings, tmp_path / "store"), conversations="file")
    with serve(own) as keeping, httpx.Client(base_url=keeping.url, timeout=120) as client:
        assert client.put(path, json=turns, headers=ada).json() == {"kept": 1}
        assert client.get(path, headers=ada).json() == {"turns": turns}
        assert client.get(path, headers=bob).json() == {"turns": []}
        assert client.get("/api/conversations", headers=bob).json() == {"conversations": []}
        assert client.get("/api/conversations").status_code == 422
        assert client.put(path, json=[{"question": "q", "answer": {"a": 1}}], headers=ada).status_code == 400
        assert client.put(path, content=b"x" * (8 * 2**20 + 1), headers=ada).status_code == 400
        assert client.delete(path, headers=ada).status_code == 200
        assert client.get("/api/conversations", headers=ada).json() == {"conversations": []}
    told = http.get(served.url + path, headers=ada)
    assert (told.status_code, "--conversations file" in told.json()["error"]) == (400, True)
    assert not (served.store / "conversations.db").exists()


def test_feedback_over_http_is_gold_on_disk(settings: Settings, served: Served) -> None:
    data = http.post(f"{served.url}/api/ask", json={"question": "What is NSATU?"}).json()
    reply = http.post(f"{served.url}/api/feedback", json={"answer": data, "right": True}).json()
    assert reply["rows"] == 1
    assert json.loads((settings.store / "feedback.jsonl").read_text(encoding="utf-8")) == reply["row"]
    assert http.post(f"{served.url}/api/feedback", json={"answer": {}, "right": True}).status_code == 400


# --- what must not be had ---------------------------------------------------------------------------------------


def raw(url: str, path: str) -> tuple[int, bytes]:
    """A request whose path no client tidies up."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.endheaders()
    reply = connection.getresponse()
    return reply.status, reply.read()


def test_no_file_outside_the_library_can_be_read(served: Served, settings: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET", encoding="utf-8")
    link = settings.store / "link.txt"
    link.symlink_to(secret)
    targets = [str(secret), str(link), "/etc/passwd", str(settings.store / "library.db"), "ui/app.py"]
    ways = ["/gradio_api/file={}", "/file={}", "/gradio_api/file/{}", "/gradio_api/file=../..{}", "/assets/../../..{}",
            "/static/..%2f..%2f..{}", "/assets/%2e%2e/%2e%2e/%2e%2e{}", "/svelte/../../../..{}", "{}",
            "/gradio_api/proxy=file://{}", "/assets//{}",
            "/gradio_api/component_server?path={}", "/api/read?article={}",
            "/gradio_api/stream/{}/x/1/playlist-file"]  # fmt: skip
    for target in targets:
        for way in ways:
            path = way.format(target)
            status, body = raw(served.url, path if path.startswith("/") else f"/{path}")
            assert b"TOP-SECRET" not in body and b"root:" not in body and b"SQLite format" not in body, path
            assert b"def build(" not in body, path
            assert status in (400, 403, 404, 405, 422), (path, status)
    link.unlink()


@pytest.mark.parametrize("where", ["{path}", "http://127.0.0.1:{port}/x.txt", "http://evil.example/x.txt"])
def test_no_event_makes_the_server_read_or_fetch_a_file(served: Served, tmp_path: Path, where: str) -> None:
    """Gradio takes files by their path or address in an event's data; this page never sends any."""
    (tmp_path / "secret.txt").write_text("TOP-SECRET", encoding="utf-8")
    with listen("127.0.0.1", 0) as trap, httpx.Client(base_url=served.url, timeout=120) as client:
        trap.setblocking(False)
        target = where.format(path=tmp_path / "secret.txt", port=trap.getsockname()[1])
        file = {"path": target, "meta": {"_type": "gradio.FileData"}}
        config = client.get("/config").json()
        for event in config["dependencies"]:
            body = {"data": [file, [file], {"a": file}], "fn_index": event["id"], "session_hash": "abc"}
            assert client.post("/gradio_api/queue/join", json=body).status_code == 400
        for route in ("call/ask", "run/ask", "mcp/"):
            assert client.post(f"/gradio_api/{route}", json={"data": [file]}).status_code == 400
        with pytest.raises(BlockingIOError):
            trap.accept()


def test_gradios_own_uploads_are_closed_and_ours_take_only_articles(served: Served) -> None:
    before = served.desk.library.articles()
    files = {"files": ("a.txt", b"It rained.")}
    assert http.post(f"{served.url}/gradio_api/upload", files=files).status_code == 404
    for name in ("a.exe", "../../etc/passwd", "a\x00.sh"):
        told = http.post(f"{served.url}/api/upload", params={"name": name}, content=b"x").json()
        assert not told["good"] and "can't be read" in told["message"]
    large = http.post(f"{served.url}/api/upload", params={"name": "a.txt"}, content=b"x" * (20 * 2**20 + 1))
    assert (large.status_code, large.json()["error"]) == (
        400,
        "a.txt is larger than 20 MB. Split it, or save it as text.",
    )
    assert served.desk.library.articles() == before
    assert {p.name for p in served.store.iterdir() if p.is_dir()} <= {"vectors", "uploads"}


def test_an_uploaded_article_is_in_the_library_at_once(settings: Settings, tmp_path: Path) -> None:
    with serve(copied(settings, tmp_path / "store")) as served:
        told = http.post(
            f"{served.url}/api/upload", params={"name": "../rain.txt"}, content=b"Rain\nIt rained on Kilkenny."
        )
        assert told.json() == {"name": "../rain.txt", "message": "was added.", "good": True}
        data = http.post(f"{served.url}/api/ask", json={"question": "Rained Kilkenny?"}).json()
        assert data["citations"][0]["quote"] == "It rained on Kilkenny."
        assert (served.store / "uploads" / "rain.txt").is_file()


@pytest.mark.parametrize("text", HOSTILE[:12] + HOSTILE[-6:])
def test_hostile_questions_are_data_like_any_other(served: Served, text: str) -> None:
    reply = http.post(f"{served.url}/api/ask", json={"question": text[:2000]})
    assert reply.headers["content-type"] == "application/json"
    assert reply.json()["question"] == text[:2000].strip()


def test_with_a_password_nothing_is_open(settings: Settings) -> None:
    with serve(settings, user="ada", password="s3cret") as served:
        for path in ("/", "/config", "/api/articles", "/gradio_api/info", "/gradio_api/mcp/"):
            assert http.get(served.url + path).status_code == 401
        reply = http.get(f"{served.url}/api/articles", auth=("ada", "s3cret"))
        assert len(reply.json()["articles"]) == 6
        token = "Basic " + base64.b64encode(b"ada:s3cret").decode()
        assert mcp(f"{served.url}/gradio_api/mcp/", {"authorization": token})[1]["verdict"] == "answered"
        assert "s3cret" not in http.get(f"{served.url}/config", auth=("ada", "s3cret")).text


def test_a_key_is_in_no_page(settings: Settings) -> None:
    with serve(replace(settings, llm_key="sk-verysecret", llm_url="http://127.0.0.1:9")) as served:
        for path in ("/", "/config", "/api", "/api/status", "/api/openapi.json", "/gradio_api/info"):
            assert "sk-verysecret" not in http.get(served.url + path).text
