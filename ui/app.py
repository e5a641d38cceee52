"""The page and its server, wired together: widgets and events here, what they do in `ui/actions.py`.

`build(settings, open_bot)` gives the ASGI app; `ui/__main__.py` serves it. What happens in the browser alone
(citations, reading pane, saved conversations) is in the `ui/*.js` files.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from index.embed import Embeds
from index.settings import Settings
from ui import page
from ui.actions import Actions
from ui.api import add_routes
from ui.desk import Asks, Desk
from ui.guard import App, Guard, names_of
from ui.tools import add_tools

if TYPE_CHECKING:
    import gradio

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it reports home otherwise

HERE = Path(__file__).parent
AT_ONCE = 8  # questions answered at the same time; the others wait their turn
HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
PLAIN: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}


def build(
    settings: Settings,
    open_bot: Callable[[Settings], Asks],
    *,
    user: str = "",
    password: str = "",
    embedder: Embeds | None = None,
) -> tuple[App, Desk]:
    """The guarded ASGI app over the store of `settings`, and the desk whose `warm()` loads the bot.

    Raises UserError when there is no store.
    """
    import gradio as gr

    desk = Desk(settings, open_bot, embedder)
    server = FastAPI(title="citespan", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    add_routes(server, desk)
    whole = blocks(desk)
    gr.mount_gradio_app(
        server,
        whole,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        allowed_paths=[],
        ssr_mode=False,
        pwa=False,
        mcp_server=True,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        theme=page.theme(),
        head=page.head(HERE, settings),
    )
    whole.has_launched = True  # a mounted page would otherwise take any path in an event's data for an upload
    return Guard(server, names_of(settings.host), user, password), desk


def blocks(desk: Desk) -> gradio.Blocks:
    """The page: chat on the left, one pane beside it."""
    import gradio as gr

    actions = Actions(desk)
    with gr.Blocks(title="citespan", fill_width=True, fill_height=True) as whole:
        add_tools(desk, AT_ONCE)
        gr.HTML(page.HEADER, elem_id="top", **PLAIN)
        with gr.Row(elem_id="room", equal_height=True):
            with gr.Column(elem_id="talk", scale=3, min_width=0):
                _talk(whole, actions)
            with gr.Column(elem_id="side", scale=2, min_width=0):
                gr.HTML(page.READER, elem_id="reader-view", **PLAIN)
                with gr.Column(elem_id="library-view"):
                    _library(actions)
                gr.HTML(page.history(desk.settings), elem_id="history-view", **PLAIN)
                gr.HTML(page.settings_form(desk.settings), elem_id="settings-view", **PLAIN)
        gr.HTML(page.DIALOG, **PLAIN)
    whole.queue(default_concurrency_limit=AT_ONCE, max_size=100)
    return whole


def _talk(whole: gradio.Blocks, actions: Actions) -> None:
    """The thread and the box below it. Hidden widgets carry what the page's own scripts know to the handlers."""
    import gradio as gr

    said = gr.State(())
    chat = page.thread()
    gr.HTML(page.EDITING, **PLAIN)
    with gr.Row(elem_id="composer"):
        box = page.question_box()
        send = gr.Button("Ask", variant="primary", elem_id="send", scale=0, min_width=72)
        halt = gr.Button("Stop", elem_id="stop", scale=0, min_width=72, visible="hidden")
    carried, kept = gr.Textbox(visible="hidden"), gr.JSON(visible="hidden")
    opener, turns = gr.Button(visible="hidden", elem_id="do-open"), gr.JSON(visible="hidden")
    # One event for both ways to ask, so that a second question waits until the first has ended.
    asked = gr.on(
        [box.submit, send.click], actions.ask, [box, carried, said], [chat, said, box, send, halt, kept],
        js="(...given) => citespan.order(given)", concurrency_limit=AT_ONCE, **HIDDEN,
    )  # fmt: skip
    for ended in (asked.then, asked.failure):
        ended(None, kept, None, js="turn => citespan.keep(turn)")
    halt.click(actions.stop, carried, None, js="() => citespan.asking", queue=False, **HIDDEN)
    shown = [chat, said, send, halt, turns]
    # Stop has ended the question before another conversation is opened; one that still waits for its turn is cancelled.
    for opening, cancelled in ((whole.load, None), (opener.click, [asked])):
        opened = opening(actions.restore, carried, shown, js="() => citespan.saved()", cancels=cancelled, **HIDDEN)
        opened.then(None, turns, None, js="turns => citespan.opened(turns?.shown)")


def _library(actions: Actions) -> None:
    """The list of articles and what changes it. One change at a time: the index has one writer."""
    import gradio as gr

    gr.HTML(page.LIBRARY, **PLAIN)
    gr.HTML(page.drop_zone(), **PLAIN)
    with gr.Accordion("Or paste a text", open=False, elem_id="add"):
        title = gr.Textbox(label="Title", max_lines=1, max_length=300, elem_id="paste-title")
        text = gr.Textbox(label="Text", lines=3, max_lines=10, elem_id="paste-text")
        put = gr.Button("Add this text", elem_id="put", size="sm")
    told = gr.HTML(elem_id="told", **PLAIN)
    gr.HTML(page.LIST, **PLAIN)
    again = gr.Button("Read the folders again", elem_id="reindex", size="sm")
    carried, remover = gr.Textbox(visible="hidden"), gr.Button(visible="hidden", elem_id="do-remove")
    write: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "write", **HIDDEN}
    events = (
        put.click(actions.paste, [title, text], [told, title, text], **write),
        again.click(actions.reindex, None, told, **write),
        remover.click(actions.remove, carried, told, js="() => citespan.wish()", **write),
    )
    for event in events:
        event.then(None, None, None, js="() => citespan.relist()")
