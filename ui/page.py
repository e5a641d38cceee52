"""The parts of the page that don't change while it is used: theme, head, fixed HTML, and the tools for programs.

Everything here is the product's own text, apart from what goes through `ui/safe.py`. The wiring is in `ui/app.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.read import READABLE
from index.settings import Settings
from index.types import Article
from qa.llm import EMBEDDED
from ui.archive import FILE
from ui.feedback import LONGEST
from ui.library import MOST_BYTES, MOST_FILES, Outcome, summary
from ui.render import EMPTY
from ui.safe import esc, flat, wash

if TYPE_CHECKING:
    import gradio

STYLES = ("base.css", "chat.css", "panes.css")
SCRIPTS = ("app.js", "library.js", "reader.js", "history.js", "feedback.js")
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gradio.themes.Base:
    """Gradio's plainest theme with fonts that are on the reader's machine: its own would come from the web."""
    import gradio as gr

    return gr.themes.Base(font=SANS, font_mono=MONO, primary_hue="stone", neutral_hue="stone")


def head(folder: Path, settings: Settings) -> str:
    """Styles and scripts, in the head: there Gradio neither rewrites selectors nor strips handlers."""
    styles = "".join(f"<style>{(folder / name).read_text(encoding='utf-8')}</style>" for name in STYLES)
    scripts = "".join(f"<script>{(folder / name).read_text(encoding='utf-8')}</script>" for name in SCRIPTS)
    metas = {"color-scheme": "light dark", "referrer": "no-referrer", "citespan-kept": settings.conversations}
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in metas.items()) + styles + scripts


def thread() -> gradio.Chatbot:
    import gradio as gr

    return gr.Chatbot(
        elem_id="thread", show_label=False, label="Conversation", container=False, height="100%", layout="panel",
        buttons=[], latex_delimiters=[], feedback_options=None, allow_tags=False, group_consecutive_messages=False,
        placeholder=" ", autoscroll=False,
    )  # fmt: skip


def question_box() -> gradio.Textbox:
    import gradio as gr

    return gr.Textbox(
        elem_id="question", label="Your question", show_label=False, placeholder="Ask a question",
        lines=1, max_lines=8, scale=1, autofocus=True, container=False, html_attributes=gr.InputHTMLAttributes(
            autocomplete="off", spellcheck=True
        ),
    )  # fmt: skip


def drop_zone() -> str:
    """Where files are chosen or dropped. Not Gradio's: that takes paths from the page, and shows file names as HTML."""
    kinds = sorted(READABLE)
    return (
        f'<label class="drop" for="files"><input type="file" id="files" multiple accept="{",".join(kinds)}">'
        f"<b>Choose files, or drop them anywhere</b><small>{', '.join(k.lstrip('.') for k in kinds)}; up to "
        f'{MOST_BYTES // 2**20} MB each, {MOST_FILES} at once</small></label><ul id="uploaded" role="status"></ul>'
    )


def busy() -> tuple[Any, Any]:
    """Send and Stop while a question runs."""
    import gradio as gr

    return gr.update(visible="hidden"), gr.update(visible=True)


def idle() -> tuple[Any, Any]:
    import gradio as gr

    return gr.update(visible=True), gr.update(visible="hidden")


def welcome(articles: Sequence[Article], questions: Sequence[str]) -> str:
    """What an empty conversation shows."""
    buttons = "".join(f'<li><button type="button" class="example">{flat(q)}</button></li>' for q in questions)
    lead = EMPTY
    if articles:
        holds = f'<span class="end">{flat(summary(articles))}.</span>'
        lead = f"Every sentence of an answer shows where it comes from. The library holds {holds}"
    tries = f'<p class="try">For example</p><ul class="examples">{buttons}</ul>' if buttons else ""
    return wash(f'<div class="welcome"><h2>What do you want to know?</h2><p>{lead}</p>{tries}</div>')


def report(outcomes: Sequence[Outcome]) -> str:
    """What became of what was asked for, a line each."""
    lines = "".join(
        f'<li class="{"good" if o.good else "bad"}"><b>{flat(o.name)}</b> {flat(o.message)}</li>' for o in outcomes
    )
    return wash(f'<div class="told" role="status"><ul>{lines}</ul></div>')


def settings_form(settings: Settings) -> str:
    """The settings that a reader may change; the browser keeps them and sends them with each question."""

    def choice(name: str, value: str, label: str, hint: str) -> str:
        on = " checked" if value == getattr(settings, name) else ""
        return (
            f'<label class="choice"><input type="radio" name="{name}" value="{value}"{on}><span><b>{label}</b>'
            f"<small>{hint}</small></span></label>"
        )

    composer = (
        choice("composer", "auto", "Automatic", "A model that you named; else the articles’ own words")
        + choice("composer", "quotes", "The articles’ own words", "Nothing but quotations")
        + choice("composer", "trim", "Their own words, shortened", "Without the clauses that don’t answer")
        + choice("composer", "draft", "The language model", "Each statement is checked; what fails is left out")
    )
    strictness = (
        choice("strictness", "lenient", "Lenient", "Answers more, is wrong more often")
        + choice("strictness", "balanced", "Balanced", "Answers where the articles most likely do")
        + choice("strictness", "strict", "Strict", "Rather says that the articles don’t answer")
    )
    host = urlsplit(settings.llm_url).hostname
    where = f", at {esc(host)}" if host else ", on this machine" if settings.llm != "none" else ""
    model = "SmolLM2-135M, which comes with citespan" if settings.llm == EMBEDDED else Path(settings.llm).name
    return (
        '<section class="view" aria-labelledby="settings-title"><div class="bar"><h2 id="settings-title">Settings</h2>'
        '<button type="button" class="close" aria-label="Close settings">Close</button></div>'
        f"<fieldset><legend>Who writes</legend>{composer}"
        f'<p class="fine">Language model: {esc(model)}{where}</p></fieldset>'
        '<fieldset><legend>Length</legend><label class="line" for="statements">Statements at the most '
        f'<input type="number" id="statements" name="statements" min="1" max="12" value="{settings.statements}">'
        "</label>"
        f"</fieldset><fieldset><legend>How sure it must be</legend>{strictness}</fieldset>"
        '<p class="fine">Kept in this browser only.</p></section>'
    )


def history(settings: Settings) -> str:
    """The list of conversations, and the word on where they are kept."""
    kept = '<p class="fine">Kept in this browser only.</p>'
    if settings.conversations == "file":
        kept = (
            f'<p class="fine">Kept in {esc(FILE)} in the index, on the machine that runs citespan.</p>'
            '<div class="export"><button type="button" id="mine">Copy a link for another browser</button></div>'
        )
    return (
        '<section class="view" aria-labelledby="history-title"><div class="bar"><h2 id="history-title">History</h2>'
        '<button type="button" class="close" aria-label="Close the history">Close</button></div>'
        '<ul id="conversations"></ul><div class="export"><h3>This conversation</h3>'
        '<button type="button" id="export-md">Export as Markdown</button>'
        f'<button type="button" id="export-json">Export as JSON</button></div>{kept}</section>'
    )


HEADER = """
<header class="top"><h1>cite<span>span</span></h1>
<nav aria-label="Panels">
<button type="button" class="nav" id="nav-new">New</button>
<button type="button" class="nav" id="nav-library" aria-expanded="false">Articles</button>
<button type="button" class="nav" id="nav-history" aria-expanded="false">History</button>
<button type="button" class="nav" id="nav-settings" aria-expanded="false">Settings</button>
</nav></header>
"""

READER = """
<section class="view" id="reader" aria-label="Article" tabindex="-1">
<div class="bar"><div class="steps"><button type="button" id="prev" title="Previous citation ([)">
<span aria-hidden="true">←<kbd>[</kbd></span><span class="sr">Previous citation</span></button>
<span id="place" role="status"></span>
<button type="button" id="next" title="Next citation (])"><span aria-hidden="true">→<kbd>]</kbd></span>
<span class="sr">Next citation</span></button></div>
<button type="button" id="pick" hidden>Use as the right answer</button>
<button type="button" class="close" aria-label="Close the article">Close</button></div>
<p id="what"></p>
<div id="reader-body" tabindex="0" role="region" aria-label="Text of the article"></div></section>
"""

LIBRARY = """
<section class="view" aria-labelledby="library-title"><div class="bar"><h2 id="library-title">Articles</h2>
<button type="button" class="close" aria-label="Close articles">Close</button></div></section>
"""

LIST = """
<section class="view" aria-label="List of articles"><div class="filter">
<label class="sr" for="filter">Filter the articles</label>
<input type="search" id="filter" placeholder="Filter: title, publisher, date">
<label class="all"><input type="checkbox" id="choose-all" checked> Use all</label></div>
<p class="fine" id="chosen" role="status"></p><div id="articles"></div></section>
"""

EDITING = '<p id="editing" role="status" data-at=""></p>'

DIALOG = f"""
<dialog id="correction" aria-labelledby="correction-title"><form method="dialog">
<h2 id="correction-title">What would be right?</h2><p class="fine" id="correction-question"></p>
<label for="correct">The right answer, in a few words</label>
<textarea id="correct" rows="3" maxlength="{LONGEST}"></textarea>
<ul id="picked"></ul>
<button type="button" id="select">Select the words in an article</button>
<label class="line"><input type="checkbox" id="unanswerable"> No article says it</label>
<p class="bad" id="correction-error" role="alert"></p>
<div class="buttons"><button type="submit" id="correction-send" value="send">Keep as a correction</button>
<button type="submit" value="cancel" formnovalidate>Cancel</button></div></form></dialog>
<div id="toast" role="status" aria-live="polite"></div><p id="heard" class="sr" role="status"></p>
<div id="tip" role="tooltip"></div>
"""
