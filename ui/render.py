"""An `Answer` as safe HTML for one message of the chat. Pure: no files, no network, no Gradio.

Articles are rendered by `ui/article.py`; what markers do when they are clicked is in `ui/reader.js`.
Each message is one line of HTML: the chat's Markdown leaves such a block alone, and nothing in it can end it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.types import Article
from qa.types import CLOSEST, NOT_FOUND, UNANSWERED, UNSURE, Answer, Citation, Statement
from ui.safe import date_words, esc, flat, message, plural, range_words, read_link, time_tag

STAGES = ("searching", "reading", "checking")
EMPTY = "The library is empty. Add articles under “Articles” first."
LONG_WORD = 24  # a longer one may need to be broken


def render_answer(
    answer: Answer,
    *,
    turn: int = 0,
    about: Sequence[Article] = (),
    roots: Mapping[str, str] | None = None,
    stale: frozenset[int] = frozenset(),
) -> str:
    """The whole message: prose with numbered markers, its sources, one line on how it was made, and the actions.

    `about` is what the library holds (shown when nothing is about the question), `roots` maps an article to the
    one that it repeats, and `stale` holds the numbers of citations whose file has changed since.
    """
    body = {
        "answered": lambda: _answered(answer, turn, roots or {}, stale),
        "closest": lambda: _closest(answer, turn, stale),
        "not_found": lambda: _not_found(about),
    }[answer.verdict]()
    kind = answer.verdict.replace("_", "-")
    inner = f"{_asked(answer)}{body}{_made(answer)}{_actions(turn)}"
    return message(f'<div class="answer is-{kind}" id="a-{turn}">{inner}</div>')


def render_live(
    stage: str,
    turn: int = 0,
    asked: str = "",
    statements: Sequence[Statement] = (),
    citations: Sequence[Citation] = (),
) -> str:
    """The message while it is being made: the statements verified so far and the step that is under way."""
    return message(
        f'<div class="answer is-live" id="a-{turn}">{_understood(asked)}{_said(statements, citations, turn)}'
        f"{_sources(citations, turn, frozenset())}{_progress(stage)}</div>"
    )


def render_stopped(
    turn: int = 0, asked: str = "", statements: Sequence[Statement] = (), citations: Sequence[Citation] = ()
) -> str:
    """The message after the user stopped it: what had been verified until then stays."""
    words = "Stopped. What stands here was checked before you stopped it." if statements else "Stopped."
    return message(
        f'<div class="answer is-stopped" id="a-{turn}">{_understood(asked)}{_said(statements, citations, turn)}'
        f'{_sources(citations, turn, frozenset())}<p class="fine">{words}</p>'
        f"{_actions(turn, retry_only=True)}</div>"
    )


def _said(statements: Sequence[Statement], citations: Sequence[Citation], turn: int) -> str:
    cited = {c.n: c for c in citations}
    return "".join(_statement(s, cited, turn, {}, frozenset()) for s in statements)


def _progress(stage: str) -> str:
    if stage not in STAGES:  # such as a model that is still being loaded
        return f'<p class="stages"><span class="now">{flat(stage)}</span></p>'
    at = STAGES.index(stage)
    classes = ["done"] * at + ["now"] + ["next"] * (len(STAGES) - at - 1)
    steps = "".join(f'<li class="{c}">{name.capitalize()}</li>' for c, name in zip(classes, STAGES, strict=True))
    return f'<ol class="stages">{steps}</ol>'


def render_question(question: str, turn: int) -> str:
    """What the user typed, every sign shown as typed, with a button to change it."""
    text = "<br>".join(flat(line) for line in question.strip().splitlines())
    edit = _button("edit", turn, "Edit", "Change this question and ask again")
    return message(f'<div class="question"><p>{text}</p>{edit}</div>')


def render_error(words: str, turn: int) -> str:
    """A message for the user in place of an answer."""
    return message(
        f'<div class="answer is-error" id="a-{turn}"><p>{flat(words)}</p>{_actions(turn, retry_only=True)}</div>'
    )


def _asked(answer: Answer) -> str:
    return "" if answer.asked.strip() == answer.question.strip() else _understood(answer.asked)


def _understood(asked: str) -> str:
    return f'<p class="asked">Understood as: <span>{flat(asked)}</span></p>' if asked.strip() else ""


def _answered(answer: Answer, turn: int, roots: Mapping[str, str], stale: frozenset[int]) -> str:
    by_number = {c.n: c for c in answer.citations}
    prose = "".join(_statement(s, by_number, turn, roots, stale) for s in answer.statements)
    differ = "".join(f'<p class="caution">{flat(answer.difference(d))}</p>' for d in answer.differing)
    silent = "".join(f'<p class="caution">{flat(UNANSWERED.format(part))}</p>' for part in answer.unanswered)
    unsure = f'<p class="caution unsure">{UNSURE}</p>' if answer.unsure else ""
    return prose + differ + silent + unsure + _sources(answer.citations, turn, stale)


def _statement(
    statement: Statement, cited: Mapping[int, Citation], turn: int, roots: Mapping[str, str], stale: frozenset[int]
) -> str:
    proofs = [cited[n] for n in statement.citations if n in cited]
    markers = "".join(_marker(c, turn, c.n in stale) for c in proofs)
    independent = len({roots.get(c.article_id) or c.article_id for c in proofs})
    agree = f'<span class="agree">{independent} independent articles</span>' if independent > 1 else ""
    start, end = _last_word(statement.text)
    return (
        f'<p class="said is-{statement.kind}"><span>{_lines(start)} </span>'
        f'<span class="end">{flat(end)} {markers}</span>{agree}</p>'
    )


def _lines(text: str) -> str:
    """Escaped text on one line of HTML that is shown on several (`chat.css`), such as the items of a list.

    >>> _lines("Two:\\n- <b>;\\n\\n- c")
    'Two:&#10;- &lt;b&gt;;&#10;- c'
    """
    return "&#10;".join(flat(line) for line in text.splitlines() if line.strip())


def _last_word(text: str) -> tuple[str, str]:
    """A text cut before its last word, if that is short: its marker then never stands alone on a line.

    >>> _last_word("It rained hard."), _last_word("x" * 99)[1]
    (('It rained', 'hard.'), '')
    """
    start, _, end = text.strip().rpartition(" ")
    return (start, end) if len(end) <= LONG_WORD else (text, "")


def _marker(c: Citation, turn: int, stale: bool) -> str:
    # The sanitiser of the chat drops aria-label, so the name is text that only a screen reader meets. The card that
    # opens over a focused marker describes it: the quote is heard from there.
    name = ", ".join(part for part in (c.publisher, date_words(c.published), c.title or c.source) if part)
    sr = f'<span class="sr">Source {c.n}: {flat(name)}</span>'
    old = " is-stale" if stale else ""
    link = read_link(c.article_id, c.start, c.end)
    return f'<a class="cite{old}" id="c-{turn}-{c.n}" href="{esc(link)}">{sr}<span class="n">{c.n}</span></a>'


def _sources(citations: Sequence[Citation], turn: int, stale: frozenset[int]) -> str:
    if not citations:
        return ""
    articles = len({c.article_id for c in citations})
    label = f"{plural(len(citations), 'passage')} from {plural(articles, 'article')}"
    label += ", side by side" if articles > 1 else ""
    return f'<details class="sources"><summary>{label}</summary>{_side_by_side(citations, turn, stale)}</details>'


def _side_by_side(citations: Sequence[Citation], turn: int, stale: frozenset[int]) -> str:
    """One column for each article with what it says, so that those that differ can be compared at a glance."""
    found: dict[str, list[Citation]] = {}
    for c in citations:
        found.setdefault(c.article_id, []).append(c)
    return f'<ol class="beside">{"".join(_source(cited, turn, stale) for cited in found.values())}</ol>'


def _source(cited: Sequence[Citation], turn: int, stale: frozenset[int]) -> str:
    """An article and its cited words; the card over a marker shows the head and that marker's passage."""
    c = cited[0]
    where = " · ".join(part for part in (flat(c.publisher), time_tag(c.published)) if part) or flat(c.source)
    cards = "".join(_card(c, turn, c.n in stale) for c in cited)
    return (
        f'<li class="source"><div class="head"><p class="where">{where}</p><p class="from">'
        f'<a class="open" href="{esc(read_link(c.article_id))}">{flat(c.title or c.source)}</a></p></div>{cards}</li>'
    )


def _card(c: Citation, turn: int, stale: bool) -> str:
    note = '<p class="stale">The article has changed since</p>' if stale else ""
    return (
        f'<div class="card" id="card-{turn}-{c.n}"><a class="open n" href="'
        f'{esc(read_link(c.article_id, c.start, c.end))}"><span class="sr">Read passage </span>{c.n}</a>'
        f'<blockquote><mark>{flat(c.quote)}</mark></blockquote>{note}</div>'
    )  # fmt: skip


def _closest(answer: Answer, turn: int, stale: frozenset[int]) -> str:
    return f'<p class="verdict">{esc(CLOSEST)}</p>{_side_by_side(answer.closest, turn, stale)}'


def _not_found(about: Sequence[Article]) -> str:
    head = f'<p class="verdict">{esc(NOT_FOUND)}</p>'
    if not about:
        return f"{head}<p>{EMPTY}</p>"
    when = range_words(a.published for a in about)
    dated = f" from {flat(when)}" if when else ""
    items = "".join(
        f'<li><a class="open" href="{esc(read_link(a.article_id))}">{flat(a.title or a.source)}</a>'
        f'<span class="where">{" · ".join(p for p in (flat(a.publisher), time_tag(a.published)) if p)}</span></li>'
        for a in about[:6]
    )
    more = f'<p class="fine">and {len(about) - 6} more in the library</p>' if len(about) > 6 else ""
    holds = f'<span class="end">{plural(len(about), "article")}{dated}:</span>'
    return f'{head}<p>The library holds {holds}</p><ul class="about">{items}</ul>{more}'


def _made(answer: Answer) -> str:
    """One line: who wrote it, what was verified, how long it took."""
    written = sum(s.kind == "generated" for s in answer.statements)
    quoted = len(answer.statements) - written
    parts = []
    if written:
        parts.append(f"Written by {answer.engine.llm}")
        parts.append(f"{plural(written, 'statement')} checked against {'its' if written == 1 else 'their'} sources")
    if quoted:
        lead = "" if written else "No model wrote this: "
        parts.append(f"{lead}{plural(quoted, 'passage')} quoted word for word")
    if not answer.statements:
        parts.append("Nothing was written, because nothing could be proved from the articles")
    parts.append(f"{answer.timings.get('total', sum(answer.timings.values())):.1f} s")
    notes = "".join(f'<p class="fine note">{flat(note)}</p>' for note in answer.engine.notes)
    return f'<p class="fine">{" · ".join(flat(p) for p in parts)}</p>{notes}'


def _actions(turn: int, retry_only: bool = False) -> str:
    retry = _button("retry", turn, "Ask again", "Ask the same question again")
    if retry_only:
        return f'<div class="acts">{retry}</div>'
    copy = _button("copy", turn, "Copy", "Copy the answer with its sources")
    right = _button("right", turn, "Right", "Keep this answer as a correct one")
    wrong = _button("wrong", turn, "Wrong", "Say what would be right")
    return f'<div class="acts">{copy}{retry}{right}{wrong}</div>'


def _button(name: str, turn: int, label: str, title: str) -> str:
    # The number tells screen-reader users and scripts apart which of many such buttons this is.
    sr = f'<span class="sr"> (question {turn + 1})</span>'
    return f'<button type="button" class="act {name}" id="{name}-{turn}" title="{title}">{label}{sr}</button>'
