"""The product for programs: questions and articles over plain HTTP, the same Answer JSON as `python -m qa --json`.

The page uses some of these routes too; Gradio's own endpoint and the MCP tool are made in `ui/app.py`. Try
`curl -s 127.0.0.1:7860/api/ask -H 'content-type: application/json' -d '{"question": "Who met Rutte?"}'`.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from index.errors import UserError
from index.settings import Settings
from qa.types import Answer, Event, Partial, Rewritten, Stage, Turn
from ui import archive
from ui.desk import BUG, Desk, Warming
from ui.feedback import append, gold_row
from ui.library import MOST_BYTES, Outcome, add_file, render_list, summary, view
from ui.saved import answer_from_dict, check_turns, to_markdown

READER = ("composer", "statements", "strictness")  # the settings that a reader may change for a question


class Earlier(BaseModel):
    """One earlier turn of the conversation."""

    question: str = Field(max_length=5_000)
    answer: str = Field("", max_length=50_000)
    verdict: str = "answered"


class Ask(BaseModel):
    """A question. Everything but `question` may be left out."""

    question: str = Field(description="what you want to know from the articles")
    history: list[Earlier] = Field(default=[], max_length=100, description="earlier turns, for follow-up questions")
    articles: list[str] | None = Field(None, description="only these articles (`article_id`); all if left out")
    composer: str | None = Field(None, description="who writes: auto, quotes, trim or draft")
    statements: int | None = Field(None, description="statements at the most")
    strictness: str | None = Field(None, description="lenient, balanced or strict")

    def arguments(self, settings: Settings) -> dict[str, Any]:
        """What `Desk.stream` takes. Raises UserError for a setting that can't have this value."""
        changes = {name: value for name in READER if (value := getattr(self, name)) is not None}
        return {
            "question": self.question,
            "history": [Turn(h.question, h.answer, h.verdict) for h in self.history],  # type: ignore[arg-type]
            "articles": frozenset(self.articles) if self.articles is not None else None,
            "settings": settings.with_(**changes) if changes else None,
        }


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Put every route of this file on `app`."""

    @app.exception_handler(UserError)
    async def told(request: Request, exc: Exception) -> JSONResponse:
        return JSONResponse({"error": str(exc)}, status_code=400)

    @app.get("/api", response_class=PlainTextResponse)
    def about() -> str:
        return GUIDE

    @app.get("/api/status")
    def status() -> dict[str, Any]:
        """Whether the models are loaded, and what the library holds."""
        return {"ready": desk.ready, "library": summary(desk.library.articles())}

    @app.post("/api/ask")
    def ask(body: Ask) -> dict[str, Any]:
        """The Answer to one question."""
        return desk.ask(**body.arguments(desk.settings)).to_dict()

    @app.post("/api/ask/stream")
    async def ask_stream(body: Ask) -> StreamingResponse:
        """The same as server-sent events: `stage`, `rewritten`, `partial`, then `answer` or `error`."""
        arguments = body.arguments(desk.settings)
        return StreamingResponse(_events(desk, arguments), media_type="text/event-stream")

    @app.get("/api/articles")
    def articles() -> dict[str, Any]:
        """Every article of the library."""
        return {"articles": [asdict(a) for a in desk.library.articles()]}

    @app.get("/api/read")
    def read(article: str, marks: str = "", stale: bool = False) -> dict[str, Any]:
        """One article as HTML for the reading pane, with `marks` (`12-57,80-99`) highlighted."""
        return view(desk.library, article, marks, stale)

    @app.get("/api/library", response_class=HTMLResponse)
    def library() -> str:
        """The list of articles as HTML."""
        return render_list(desk.library.articles())

    @app.post("/api/upload")
    async def upload(request: Request, name: str) -> dict[str, Any]:
        """Add one file: its bytes are the body, its name is in the query."""
        with tempfile.TemporaryDirectory(dir=desk.settings.store) as folder:
            file, size = Path(folder, "upload"), 0
            with file.open("wb") as out:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise UserError(
                            f"{name} is larger than {MOST_BYTES // 2**20} MB. Split it, or save it as text."
                        )
                    out.write(chunk)
            return asdict(await run_in_threadpool(put, file, name))

    def put(file: Path, name: str) -> Outcome:
        with desk.writing:
            return add_file(file, name, desk.settings, desk.embedder)

    @app.post("/api/export", response_class=PlainTextResponse)
    def export(turns: list[dict[str, Any]]) -> str:
        """A conversation (a list of Answer JSON) as Markdown."""
        return to_markdown([answer_from_dict(turn) for turn in check_turns(turns)])

    @app.post("/api/feedback")
    def feedback(judgement: dict[str, Any]) -> dict[str, Any]:
        """One judgement of an answer, kept as a row of gold."""
        row = gold_row(judgement, desk.library)
        return {"row": row, "rows": append(row, desk.settings.store)}

    archive.add_routes(app, desk.archive)

    @app.api_route("/api/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
    def nothing(rest: str) -> Response:
        return JSONResponse({"error": "There is no such route. GET /api tells which there are."}, status_code=404)


async def _events(desk: Desk, arguments: Mapping[str, Any]) -> AsyncIterator[str]:
    """The desk's events as server-sent events. A client that goes away ends this generator, and with it the work."""
    loop, pipe, cancel = (
        asyncio.get_running_loop(),
        asyncio.Queue[tuple[str, dict[str, Any]] | None](),
        threading.Event(),
    )

    def work() -> None:
        # In a thread of its own: waiting for a model must not keep the generator from being ended.
        for event in named_events(desk, cancel, arguments):
            loop.call_soon_threadsafe(pipe.put_nowait, event)
        loop.call_soon_threadsafe(pipe.put_nowait, None)

    threading.Thread(target=work, name="events", daemon=True).start()
    try:
        while (event := await pipe.get()) is not None:
            name, data = event
            yield f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
    finally:
        cancel.set()


def named_events(
    desk: Desk, cancel: threading.Event, arguments: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, JSON) of each event."""
    try:
        for event in desk.stream(**arguments, cancel=cancel):
            yield named(event)
    except UserError as exc:
        yield "error", {"error": str(exc)}
    except Exception:
        traceback.print_exc()
        yield "error", {"error": BUG}


def named(event: Event | Warming) -> tuple[str, dict[str, Any]]:
    """The name and the JSON of one event.

    >>> named(Stage("reading")), named(Warming())[0]
    (('stage', {'stage': 'reading'}), 'stage')
    """
    match event:
        case Stage(name):
            return "stage", {"stage": name}
        case Warming(message):
            return "stage", {"stage": "warming", "message": message}
        case Rewritten(question):
            return "rewritten", {"question": question}
        case Partial(statements, citations):
            return "partial", {
                "statements": [asdict(s) for s in statements],
                "citations": [asdict(c) for c in citations],
            }
        case Answer():
            return "answer", event.to_dict()


GUIDE = """citespan over HTTP. Send and receive JSON; errors are {"error": "what to do"} with status 400.

POST /api/ask           {"question": "...", "history": [{"question": "...", "answer": "..."}], "articles": ["id"],
                         "composer": "auto|quotes|trim|draft", "statements": 5, "strictness": "lenient|balanced|strict"}
                        -> the Answer: question, asked, verdict, answer, statements, citations, closest, confidence,
                           unsure, engine, timings. Only `question` is needed.
POST /api/ask/stream    the same, as server-sent events: stage, rewritten, partial, and last answer or error
GET  /api/articles      -> {"articles": [{"article_id", "source", "start", "end", "title", "publisher", ...}]}
GET  /api/read?article=ID&marks=12-57   -> {"html", "changed", "about"}
POST /api/upload?name=a.txt     the file's bytes -> {"name", "message", "good"}
POST /api/export        [Answer, ...] -> Markdown
POST /api/feedback      {"answer": Answer, "right": true}, or {"answer": Answer, "right": false, "correction": "...",
                         "evidence": [{"source", "start", "end", "quote"}], "unanswerable": false} -> the row of gold
GET  /api/conversations -> {"conversations": [{"id", "title", "when", "turns"}]}, with the header X-Citespan-Key; only
                           where they are kept in a file. Likewise GET, PUT and DELETE /api/conversations/{name}
GET  /api/status        -> {"ready": true, "library": "6 articles, ..."}
GET  /api/openapi.json  the same for machines
MCP  /gradio_api/mcp/   tools `ask` and `articles` (streamable HTTP)
"""
