"""The product for programs through Gradio: endpoints for `gradio_client`, and tools for MCP clients.

Plain HTTP is in `ui/api.py`. Gradio hands an MCP client Python's spelling of a dict, so the MCP tools return JSON text
of their own. Try `Client("http://127.0.0.1:7860").predict(question="Who met Rutte?", api_name="/ask")`.
"""

from __future__ import annotations

import json
from typing import Any

from ui.desk import Desk

LISTED = ("article_id", "source", "title", "publisher", "published")


def add_tools(desk: Desk, at_once: int) -> None:
    """Put them on the Blocks that are being made; before its events, so that the names are free."""
    import gradio as gr

    def answer(question: str, articles: list[str] | None = None) -> dict[str, Any]:
        """The Answer JSON of one question; `articles` (ids) limits it to some."""
        only = frozenset(articles) if articles else None
        return desk.ask(question, articles=only, settings=desk.settings).to_dict()

    def listing() -> list[dict[str, str]]:
        """The indexed articles."""
        return [{name: getattr(a, name) for name in LISTED} for a in desk.library.articles()]

    def ask(question: str, articles: str = "") -> str:
        """Answer a question from the indexed news articles; every statement cites the exact characters it rests on.

        Args:
            question: What you want to know, as a self-contained question.
            articles: Only use these articles: their article_id, separated by commas. All of them if left out.

        Returns:
            JSON: verdict, answer, statements, citations (source, start, end, quote), closest.
        """
        return json.dumps(answer(question, [a.strip() for a in articles.split(",") if a.strip()]), ensure_ascii=False)

    def articles() -> str:
        """List the indexed news articles: JSON with article_id, source, title, publisher and date of each."""
        return json.dumps(listing(), ensure_ascii=False)

    for function in (answer, listing):
        # Gradio's MCP server lists what is a "tool", a "resource" or a "prompt": these two are none of them.
        vars(function)["_mcp_type"] = "endpoint"
    gr.api(answer, api_name="ask", concurrency_limit=at_once)
    gr.api(listing, api_name="articles")
    # Unqueued calls stay in this process: queued ones would come back over HTTP, without the caller's password.
    gr.api(ask, api_name="ask_text", queue=False)
    gr.api(articles, api_name="articles_text", queue=False)
