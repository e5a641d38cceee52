"""What stands before every request: host, origin, user and password, the paths that exist, and security headers.

A plain ASGI layer, so that events stream through it. It doesn't know what lies behind. Try
`curl -i http://127.0.0.1:7860/gradio_api/file=/etc/passwd`: 404.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio's routes that this product needs. Those that read files, fetch pages or write code are not among them.
GRADIO = (
    *("queue/", "call/", "run/", "info", "heartbeat/", "startup-events", "reset"),
    *("cancel", "app_id", "login_check", "mcp", "theme.css", "component_server"),
)
MOST_BODY = 8 * 2**20  # bytes of one request; only an upload may be longer, and it counts for itself
UPLOAD = "/api/upload"
PAGES = ("", "config", "theme.css", "favicon.ico", "manifest.json", "robots.txt", "gradio_api/info")
FOLDERS = ("assets/", "static/", "svelte/", "api/")

# Nothing may be fetched from, or sent to, any other host, whatever a text in the page says.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Guard:
    """`Guard(app, hosts=("127.0.0.1",), user="ada", password="s3cret")` around an ASGI app.

    `hosts` are the names that a browser may have used to come here; () allows any.
    """

    def __init__(self, app: App, hosts: Iterable[str] = (), user: str = "", password: str = "") -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.login = f"{user}:{password}".encode() if user else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self.refuse(scope["method"], scope["path"], dict(scope["headers"]))
        if refused:
            status, text = refused
            extra = ((b"www-authenticate", b'Basic realm="citespan", charset="UTF-8"'),) if status == 401 else ()
            await _plain(send, status, text, extra)
            return

        if scope["method"] in ("POST", "PUT") and scope["path"] != UPLOAD:
            body = await _whole(receive)
            if body is None or (scope["path"].startswith("/gradio_api/") and names_files(body)):
                await _plain(send, 400, "Files are not taken here, nor such long texts. See GET /api.")
                return
            receive = _again(body, receive)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self.app(scope, receive, with_headers)

    def refuse(self, method: str, path: str, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        """Why a request goes no further (status and text), or None."""
        # A page on another site may have pointed its own name at this address, or send forms here.
        host = _name(headers.get(b"host", b"").decode("latin-1"))
        if self.hosts and host not in self.hosts:
            return 421, f"This server does not answer to the name '{host}'."
        if method not in ("GET", "HEAD", "OPTIONS") and not _same_origin(headers):
            return 403, "Requests from other sites are refused."
        if self.login and not self._knows(headers.get(b"authorization", b"")):
            return 401, "User and password, please."
        if not _exists(path):
            return 404, "There is nothing here."
        return None

    def _knows(self, header: bytes) -> bool:
        kind, _, value = header.partition(b" ")
        if kind.lower() != b"basic":
            return False
        try:
            given = base64.b64decode(value, validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(given, self.login)


def names_files(body: bytes) -> bool:
    """Whether an event's data names a file or an address: Gradio would read or fetch it, and this page never does so.

    >>> names_files(b'{"data": [[{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]]}')
    True
    >>> names_files(b'{"data": ["a path, and its meta"]}'), names_files(b"no json")
    (False, False)
    """
    try:
        open_ends = [json.loads(body)]
    except (ValueError, RecursionError):
        return False
    while open_ends:
        match open_ends.pop():
            case {"path": _, **rest} if "meta" in rest or "url" in rest:
                return True
            case dict() as found:
                open_ends.extend(found.values())
            case list() as found:
                open_ends.extend(found)
    return False


async def _whole(receive: Receive) -> bytes | None:
    """The body of a request; None when it is too long."""
    body = b""
    while len(body) <= MOST_BODY:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body if len(body) <= MOST_BODY else None
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read already, and then what comes after it."""
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _exists(path: str) -> bool:
    """Only paths that this product has; none that climbs.

    >>> [_exists(p) for p in ("/", "/api/ask", "/gradio_api/queue/join", "/gradio_api/file=/etc/passwd", "/api/../x")]
    [True, True, True, False, False]
    """
    path = path.lstrip("/")
    if ".." in path.replace("\\", "/").split("/") or "\x00" in path:
        return False
    if path.startswith("gradio_api/"):
        return path.removeprefix("gradio_api/").startswith(GRADIO)
    return path.rstrip("/") in (*PAGES, "api") or path.startswith(FOLDERS)


def _same_origin(headers: dict[bytes, bytes]) -> bool:
    """Programs send neither header; browsers send both, and can't be made to lie."""
    site = headers.get(b"sec-fetch-site", b"none")
    origin = headers.get(b"origin")
    same = origin is None or origin.partition(b"//")[2] == headers.get(b"host")
    return site in (b"none", b"same-origin") and same


def _name(host: str) -> str:
    """The name in a Host header, without its port.

    >>> _name("localhost:7860"), _name("[::1]:7860")
    ('localhost', '[::1]')
    """
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]


def names_of(host: str) -> tuple[str, ...]:
    """The names by which a browser reaches a server that listens on `host`; () when they can't be known.

    >>> names_of("127.0.0.1"), names_of("0.0.0.0"), names_of("news.example")
    (('127.0.0.1', 'localhost', '[::1]'), (), ('news.example',))
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ("127.0.0.1", "localhost", "[::1]") if host == "localhost" else (host,)
    if address.is_unspecified:
        return ()
    name = f"[{address}]" if address.version == 6 else str(address)
    return tuple(dict.fromkeys((name, "localhost", "[::1]"))) if address.is_loopback else (name,)


async def _plain(send: Send, status: int, text: str, extra: Iterable[tuple[bytes, bytes]] = ()) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS, *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
