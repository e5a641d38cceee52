"""`python -m ui` serves the chat on this machine and prints its address when it is up.

The models are loaded behind the page. Ctrl-C ends it. There is no way to share it with the world from here: put a
proxy before it, and set a user and a password.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from index.cli import add_settings, guarded, settings_of
from index.errors import UserError
from index.library import Library
from index.settings import Settings

if TYPE_CHECKING:
    from qa.bot import Bot
    from ui.guard import App


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ui", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--user", default=os.environ.get("CITESPAN_USER", ""), help="ask for this user (CITESPAN_USER)")
    parser.add_argument(
        "--password", default=os.environ.get("CITESPAN_PASSWORD", ""), help="and this password (CITESPAN_PASSWORD)"
    )
    add_settings(
        parser, "store", "host", "port", "embedder", "precision", "llm", "llm_url", "llm_timeout", "reranker",
        "entailment", "composer", "statements", "strictness", "conversations",
    )  # fmt: skip
    args = parser.parse_args(argv)
    settings = settings_of(args)
    if bool(args.user) != bool(args.password):
        raise UserError("A user needs a password, and a password a user. Give both --user and --password.")
    return serve(settings, args.user, args.password)


def serve(settings: Settings, user: str = "", password: str = "") -> int:
    """Serve until it is stopped. Raises UserError when there is no store, or the port can't be had."""
    Library(settings.store)  # before anything heavy is loaded: there must be a store
    listener = listen(settings.host, settings.port)
    with tempfile.TemporaryDirectory(prefix="citespan-") as scratch, listener:
        os.environ["GRADIO_TEMP_DIR"] = scratch  # uploads pass through here and leave nothing behind

        from ui.app import build
        from ui.guard import names_of

        app, desk = build(settings, ready_bot, user=user, password=password)
        if "localhost" not in names_of(settings.host) and not user:
            print("citespan: anybody who reaches this address can use it. Set --user and --password.", file=sys.stderr)
        run(app, listener, f"citespan is at {address(settings)} (Ctrl-C ends it)", desk.warm)
    return 0


def ready_bot(settings: Settings) -> Bot:
    """A bot with everything loaded. Raises UserError when it can't be had."""
    from qa.bot import Bot

    bot = Bot.open(settings)
    for _ in bot.stream("What has happened?"):
        pass  # what is loaded at the first use is loaded now, not while somebody waits
    return bot


def run(app: App, listener: socket.socket, line: str, when_up: Callable[[], None]) -> None:
    """Serve on `listener`; when the server answers, print the line and do what comes next."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(line, flush=True)
            when_up()

    config = uvicorn.Config(cast(Any, app), log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that a port in use is told before anything is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OverflowError as exc:
        listener.close()
        raise UserError(f"{port} is no port. Use one between 1 and 65535.") from exc
    except OSError as exc:
        listener.close()
        raise UserError(f"{host}:{port} can't be used ({exc.strerror}). Choose another with --port or --host.") from exc
    return listener


def address(settings: Settings) -> str:
    """The address to open.

    >>> address(Settings(host="::1", port=7861)), address(Settings(host="0.0.0.0"))
    ('http://[::1]:7861', 'http://127.0.0.1:7860')
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


if __name__ == "__main__":
    guarded(main)
