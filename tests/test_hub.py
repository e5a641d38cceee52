"""A model by its name on a hub, against a local server that plays the hub, with the library that real hubs are read by.

The file that it serves is the embedded model's own, so that what was fetched also writes.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import ROOT

from qa.modelfiles import _embedded

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORIES = {
    "owner/model-GGUF": ["README.md", "model.Q2_K.gguf", "model.Q4_1.gguf", "model.Q8_0.gguf"],
    "owner/weights": ["README.md", "model.safetensors"],
}
TRY = """
import sys
from index.settings import Settings
from qa.llm import climb
for name in sys.argv[1:]:
    model = climb(Settings.load(environ={}, llm=name), print)
    print("model:", model.name, "|", "".join(model.stream([{"role": "user", "content": "Say hello."}], 4)).strip())
"""


class Hub(BaseHTTPRequestHandler):
    """What huggingface_hub asks for: the tree of a repository, and the head and the body of one file."""

    protocol_version = "HTTP/1.1"
    asked: list[str]
    weights: Path

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].strip("/")
        type(self).asked.append(f"{self.command} {path}")
        for name, files in REPOSITORIES.items():
            if path == f"api/models/{name}/tree/main":
                rows = [{"type": "file", "path": f, "size": 1, "oid": COMMIT} for f in files]
                return self.reply(json.dumps(rows).encode(), "application/json")
            if path.startswith(f"{name}/resolve/") and path.endswith(".gguf"):
                return self.reply(self.weights.read_bytes(), "application/octet-stream")
        return self.reply(b"{}", "application/json", 404)

    def reply(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[ThreadingHTTPServer]:
    Hub.asked, Hub.weights = [], _embedded()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def climb(hub: ThreadingHTTPServer, home: Path, *names: str) -> list[str]:
    """What a process of its own prints that has this hub; the library reads its address when it is imported."""
    environ = {**os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_address[1]}", "HF_HOME": str(home)}
    for offline in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environ.pop(offline, None)
    done = subprocess.run(
        [sys.executable, "-c", TRY, *names], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_hubs_model_is_fetched_once_and_writes(hub: ThreadingHTTPServer, tmp_path: Path) -> None:
    first = climb(hub, tmp_path, "owner/model-GGUF", "owner/weights", "owner/nothing", "no name/at all")
    assert first[0].startswith("model: model.Q4_1 | ") and len(first[0]) > len("model: model.Q4_1 | ")
    assert first[1].startswith("owner/weights on the hub holds no GGUF file") and "embedded model is used" in first[1]
    assert first[3].startswith("The model owner/nothing could not be fetched from the hub.")
    assert first[5].startswith("The model no name/at all could not be fetched from the hub.")
    fetched = [line for line in Hub.asked if line.startswith("GET") and line.endswith(".gguf")]
    assert len(fetched) == 1 and "Q4_1" in fetched[0]  # one file of the three

    hub.shutdown()
    hub.server_close()
    assert climb(hub, tmp_path, "owner/model-GGUF") == first[:1]  # without a network, what was fetched is found
