"""The rung that talks to an endpoint, against a real HTTP server: every way in which one can misbehave.

Not here: how the answer goes on without it (`test_bot.py`, and the last test here, end to end in a process).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.errors import EndpointError
from index.settings import Settings
from qa.endpoint import Endpoint
from qa.llm import climb

Behave = Callable[["Handler"], None]
MESSAGES = [{"role": "user", "content": "Who came?"}]


class Handler(BaseHTTPRequestHandler):
    """Plays an OpenAI-compatible endpoint: each request takes the next behaviour of the server's queue."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((dict(self.headers), body))
        self.server.queue.pop(0)(self)

    def status(self, code: int, **headers: str) -> None:
        body = json.dumps({"error": {"message": "no", "type": "none", "code": None, "param": None}}).encode()
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def chunk(self, text: str, finish: str | None = None) -> None:
        delta = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [delta]}
        self.line(json.dumps(chunk))

    def line(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *queue: Behave) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.queue = list(queue)
        self.requests: list[tuple[dict[str, str], dict[str, object]]] = []

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of these tests, not an error of the server."""


def says(*pieces: str, then: Behave | None = None) -> Behave:
    def behave(handler: Handler) -> None:
        handler.start_stream()
        for piece in pieces:
            handler.chunk(piece)
        if then is None:
            handler.chunk("", finish="stop")
            handler.line("[DONE]")
        else:
            then(handler)
        handler.close_connection = True

    return behave


def refuses(code: int, **headers: str) -> Behave:
    return lambda handler: handler.status(code, **headers)


def garbage(handler: Handler) -> None:
    handler.line("{not json at all")


def stalls(handler: Handler) -> None:
    time.sleep(3)


def cut(handler: Handler) -> None:
    # Half a chunk, then the connection is gone: no [DONE], no clean end.
    handler.wfile.write(b'data: {"id": "1", "cho')
    handler.wfile.flush()
    handler.connection.shutdown(2)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(*queue: Behave) -> Server:
        server = Server(*queue)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def endpoint(server: Server, timeout: float = 10.0, key: str = "secret-key") -> Endpoint:
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    return Endpoint(Settings.load(environ={}, llm="m", llm_url=url, llm_key=key, llm_timeout=timeout))


def test_the_reply_comes_piece_by_piece(serve: Callable[..., Server]) -> None:
    server = serve(says("Ann ", "came ", "[1]."))
    assert list(endpoint(server).stream(MESSAGES, 50)) == ["Ann ", "came ", "[1]."]
    headers, body = server.requests[0]
    assert headers["Authorization"] == "Bearer secret-key"
    assert (body["model"], body["stream"], body["temperature"], body["max_tokens"]) == ("m", True, 0.0, 50)
    assert body["messages"] == MESSAGES


def test_stopping_hangs_up(serve: Callable[..., Server]) -> None:
    server, cancel = serve(says(*["word "] * 1000)), threading.Event()
    got = []
    for piece in endpoint(server).stream(MESSAGES, 50, cancel):
        got.append(piece)
        cancel.set()
    assert len(got) == 1


@pytest.mark.parametrize("pieces", [(), ("Ann ",)])
def test_stopping_hangs_up_on_an_endpoint_that_is_silent(serve: Callable[..., Server], pieces: tuple[str, ...]) -> None:
    waiting, gone = threading.Event(), threading.Event()

    def silent(handler: Handler) -> None:
        waiting.set()
        if not handler.connection.recv(1):  # returns when the other side hangs up, and not before
            gone.set()

    def stop() -> None:
        waiting.wait()
        cancel.set()

    server, cancel = serve(says(*pieces, then=silent) if pieces else silent), threading.Event()
    reply = endpoint(server, timeout=60.0).stream(MESSAGES, 50, cancel)
    assert [next(reply) for _ in pieces] == list(pieces)
    threading.Thread(target=stop, daemon=True).start()
    assert list(reply) == []
    assert gone.wait(20)  # long before the timeout of 60 s


def test_a_rate_limit_is_waited_out_as_the_server_asks(serve: Callable[..., Server]) -> None:
    server = serve(refuses(429, Retry_After="0.2"), says("fine"))
    started = time.monotonic()
    assert list(endpoint(server).stream(MESSAGES, 50)) == ["fine"]
    assert time.monotonic() - started >= 0.2
    assert len(server.requests) == 2


def test_a_passing_server_error_is_tried_again(serve: Callable[..., Server]) -> None:
    server = serve(refuses(500, Retry_After="0.1"), says("fine"))
    assert list(endpoint(server).stream(MESSAGES, 50)) == ["fine"]


@pytest.mark.parametrize(("behave", "times", "line"), [
    (refuses(401), 1, "refuses the key. Set CITESPAN_LLM_KEY to a valid one."),
    (refuses(404), 1, "has no model 'm'. Set CITESPAN_LLM to one that it has."),
    (refuses(429, Retry_After="0.05"), 3, "is over its rate limit. Wait a little and ask again."),
    (refuses(500, Retry_After="0.05"), 3, "failed (500). Look at its log, then ask again."),
    (refuses(400), 1, "sent something that can't be read. Check that it speaks OpenAI's chat protocol."),
    (says("Ann ", then=cut), 1, "broke off"),
    (says("Ann ", then=garbage), 1, "sent something that can't be read."),
    (says(), 1, "said nothing. Try another with CITESPAN_LLM."),
])  # fmt: skip
def test_each_failure_is_one_line_with_the_next_step(
    serve: Callable[..., Server], behave: Behave, times: int, line: str
) -> None:
    server = serve(*[behave] * times)
    with pytest.raises(EndpointError) as caught:
        list(endpoint(server).stream(MESSAGES, 50))
    assert line in str(caught.value) and "\n" not in str(caught.value)
    assert "secret-key" not in str(caught.value)
    assert len(server.requests) == times


def test_a_stall_in_mid_answer_ends_with_the_timeout(serve: Callable[..., Server]) -> None:
    server = serve(says("Ann ", then=stalls))
    started = time.monotonic()
    with pytest.raises(EndpointError, match=r"did not answer within 0\.5 s"):
        list(endpoint(server, timeout=0.5).stream(MESSAGES, 50))
    assert time.monotonic() - started < 2.5


def test_nobody_there() -> None:
    settings = Settings.load(environ={}, llm="m", llm_url="http://127.0.0.1:9/v1", llm_timeout=2.0)
    with pytest.raises(EndpointError, match="can't be reached"):
        list(Endpoint(settings).stream(MESSAGES, 50))


def test_what_can_not_be_an_endpoint_falls_to_the_embedded_model_with_one_line() -> None:
    lines: list[str] = []
    model = climb(Settings.load(environ={}, llm="m", llm_url="not a url"), lines.append)
    assert model is not None and model.name == "SmolLM2-135M-Instruct"
    assert len(lines) == 1 and "is not the URL of an endpoint" in lines[0]


def test_a_key_in_the_environment_names_no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-lying-around")
    settings = Settings.load(environ={"CITESPAN_LLM_KEY": "k"})
    assert settings.llm_url == "" and settings.llm == "embedded"


def test_end_to_end_the_answer_is_given_all_the_same(serve: Callable[..., Server], store: Path) -> None:
    server = serve(refuses(401), says("NSATU is based in Wiesbaden, Germany [1][2]. Its head is Ann Lee [1]."))
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    command = [sys.executable, "-m", "qa", "--store", str(store), "--llm", "m", "--llm-url", url, "--stdin"]
    ran = subprocess.run(
        command, input="Where is NSATU based?\nWhere is NSATU based?\n", capture_output=True, text=True, timeout=120
    )
    assert ran.stdout.count("Wiesbaden") >= 2 and "Ann Lee" not in ran.stdout
    assert "written by m, checked" in ran.stdout
    (line,) = ran.stderr.strip().splitlines()
    assert line.startswith("citespan: The endpoint 127.0.0.1") and "refuses the key" in line
    assert ran.returncode == 2
    assert "Where is NSATU based?" in json.dumps(server.requests[1][1])
