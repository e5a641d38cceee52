"""Nothing leaves the machine unless the user names an endpoint: every look-up and connection of a whole run is seen.

An audit hook can't be taken back by the code under it, so it also sees what the libraries do on their own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import SEEDS

WATCHED = """
import runpy, socket, sys
def watch(event, args):
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"LEAK: {event} {address}")
    if event in ("socket.getaddrinfo", "socket.gethostbyname") and args[0] not in (None, "127.0.0.1", "::1", "localhost", b"127.0.0.1"):
        print(f"LEAK: {event} {args[0]}", file=sys.stderr, flush=True)
        raise RuntimeError(f"LEAK: {event} {args[0]}")
sys.addaudithook(watch)
module, *sys.argv[1:] = sys.argv[1:]
sys.argv[0] = module
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""  # noqa: E501 - it is a program of its own


def watched(*args: str, question: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WATCHED, *args]
    return subprocess.run(command, input=question, capture_output=True, text=True, timeout=240)


def test_the_watch_sees_a_leak() -> None:
    ran = watched("timeit", "-n1", "-r1", "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)")
    assert ran.returncode != 0 and "LEAK" in ran.stderr


def test_indexing_and_asking_connect_to_nothing(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    indexed = watched("index", str(SEEDS), "--store", store)
    assert indexed.returncode == 0 and "LEAK" not in indexed.stderr, indexed.stderr
    asked = watched("qa", "--store", store, "--composer", "draft", "--stdin", question="Where is NSATU based?\n")
    assert asked.returncode == 0 and "LEAK" not in asked.stderr, asked.stderr
    assert "Wiesbaden" in asked.stdout
