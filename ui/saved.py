"""What is kept of a conversation, turned back into answers; and conversations as Markdown.

A saved answer is `Answer.to_dict()`. It comes from outside again, so every field is checked at this door.
Nothing is stored here: that is up to the page (`ui/history.js`) and, where it is asked for, to `ui/archive.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from index.errors import UserError
from qa.types import Answer, Citation, Differing, Engine, Kind, Statement, Turn, Verdict
from ui.safe import date_words

MOST_TURNS = 500


def answer_from_dict(data: Mapping[str, Any]) -> Answer:
    """The answer that `to_dict` wrote; `hits` are not saved. Raises UserError for anything else."""
    try:
        verdict, engine = data["verdict"], data["engine"]
        if verdict not in get_args(Verdict):
            raise ValueError(verdict)
        statements = tuple(_statement(s) for s in data["statements"])
        return Answer(
            question=_text(data["question"]),
            asked=_text(data["asked"]),
            verdict=cast(Verdict, verdict),
            statements=statements,
            citations=tuple(_citation(c) for c in data["citations"]),
            closest=tuple(_citation(c) for c in data["closest"]),
            hits=(),
            confidence=float(data["confidence"]),
            engine=Engine(
                _text(engine["llm"]),
                _text(engine["embedder"]),
                _text(engine["reranker"]),
                tuple(_text(note) for note in engine["notes"]),
            ),
            timings={_text(step): float(seconds) for step, seconds in data["timings"].items()},
            differing=tuple(_differing(d, len(statements)) for d in data.get("differing", ())),
            unanswered=tuple(_text(part) for part in data.get("unanswered", ())),
            unsure=bool(data.get("unsure", False)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise UserError(
            "This conversation was not written by this program, or it is damaged. Start a new one."
        ) from exc


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not text: {value!r}")
    return value


def _statement(data: Mapping[str, Any]) -> Statement:
    if data["kind"] not in get_args(Kind):
        raise ValueError(data["kind"])
    return Statement(_text(data["text"]), tuple(int(n) for n in data["citations"]), cast(Kind, data["kind"]))


def _differing(data: Mapping[str, Any], statements: int) -> Differing:
    first, second = int(data["first"]), int(data["second"])
    if data["about"] not in ("number", "certainty") or not (0 <= first < statements and 0 <= second < statements):
        raise ValueError(data)
    return Differing(first, second, data["about"])


def _citation(data: Mapping[str, Any]) -> Citation:
    texts = {
        name: _text(data[name])
        for name in ("source", "article_id", "title", "publisher", "published", "quote", "sha256")
    }
    return Citation(n=int(data["n"]), start=int(data["start"]), end=int(data["end"]), **texts)


def turn_of(answer: Answer) -> Turn:
    """What a follow-up question may refer to."""
    return Turn(answer.asked or answer.question, answer.text, answer.verdict)


def check_turns(turns: object) -> Sequence[Mapping[str, Any]]:
    """A list of turns as a browser sends it. Raises UserError when it is none, or too long."""
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise UserError("A conversation is a list of turns, each with a question and an answer.")
    if len(turns) > MOST_TURNS:
        raise UserError(f"A conversation may have {MOST_TURNS} turns at the most. Start a new one.")
    return turns


def to_markdown(answers: Sequence[Answer]) -> str:
    """A conversation for a document or a mail: questions, answers, and every source with quote and offsets."""
    return "\n\n".join(_markdown(answer) for answer in answers) + "\n"


def _markdown(answer: Answer) -> str:
    lines = [f"## {_plain(answer.question)}", ""]
    lines += [f"{line}  " for line in _plain_lines(answer.text)]
    cited = answer.citations or answer.closest
    if cited:
        lines += ["", "Sources:", ""]
    for c in cited:
        about = ", ".join(part for part in (c.title, c.publisher, date_words(c.published)) if part)
        lines.append(f"{c.n}. “{_plain(c.quote)}” — {_plain(about)} ({_plain(c.source)}, characters {c.start}–{c.end})")
    return "\n".join(lines)


def _plain_lines(text: str) -> list[str]:
    return [_plain(line) for line in text.splitlines()]


def _plain(text: str) -> str:
    """One line in which Markdown and HTML mean nothing.

    >>> _plain("a *b*\\n<img src=x> [1]")
    'a \\\\*b\\\\* &lt;img src=x&gt; [1]'
    """
    text = " ".join(text.split()).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign in "*_`#|":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("](", "]\\(").replace("![", "!\\[")
