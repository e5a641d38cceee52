"""Gold questions and conversations: their types, and reading them from JSON lines, checked at the door.

Not here: whether the quotes stand in the articles (eval/check.py), and any scoring.
Try: python -c "from eval.gold import load; print(load('eval/gold.jsonl')[0])"
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UserError

VERDICTS = ("answered", "closest", "not_found")
_QUOTES = str.maketrans({**dict.fromkeys("‘’‚‛", "'"), **dict.fromkeys("“”„‟", '"')})


class GoldError(UserError):
    """The gold file is not what it should be. `python -m eval check` lists every fault; exit code 2."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters of a source that prove an answer: `text[start:end] == quote`."""

    source: str
    start: int
    end: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class GoldRow:
    """One question. `key_facts` is what a right answer states: of every list, at least one alternative.

    `verdict` ("" when the file gives none) is the verdict wanted of an unanswerable question; `reference` an
    answer in a person's words, or "".
    """

    id: str
    type: str
    question: str
    answerable: bool
    key_facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    split: str = ""
    verdict: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that are asked one after the other. A turn is a `GoldRow` with the id `<conversation>/<n>`.

    `asked` holds for every turn the question as it is understood with the turns before it.
    """

    id: str
    split: str
    turns: tuple[GoldRow, ...]
    asked: tuple[str, ...]


def fold(text: str) -> str:
    """What key facts are compared by: case, curly quotes and white space folded.

    >>> fold("  “Japan’s\\n ROLE” ")
    '"japan\\'s role"'
    """
    return " ".join(text.translate(_QUOTES).casefold().split())


def states(text: str, alternatives: Sequence[str]) -> bool:
    """Does the text hold one of the alternatives of a key fact?

    >>> states("He arrived on June  5th.", ["june 5", "5 June"]), states("On May 5.", ["June 5"])
    (True, False)
    """
    folded = fold(text)
    return any(fold(alternative) in folded for alternative in alternatives)


def load(path: str | Path) -> tuple[GoldRow, ...]:
    """The rows of a gold file, in its order. Raises GoldError that names the first bad line."""
    rows, faults = read_rows(path)
    return rows if not faults else _raise(faults)


def load_conversations(path: str | Path) -> tuple[Conversation, ...]:
    """The conversations of a file, in its order. Raises GoldError that names the first bad line."""
    found, faults = read_conversations(path)
    return found if not faults else _raise(faults)


def read_rows(path: str | Path) -> tuple[tuple[GoldRow, ...], tuple[str, ...]]:
    """The good rows of a gold file, and one line for each bad one: `gold.jsonl:7: no question`."""
    rows, faults = [], []
    for where, line in _lines(Path(path)):
        try:
            rows.append(row(json.loads(line)))
        except ValueError as exc:
            faults.append(f"{where}: {exc}")
    return tuple(rows), tuple(faults)


def read_conversations(path: str | Path) -> tuple[tuple[Conversation, ...], tuple[str, ...]]:
    """The good conversations of a file, and one line for each bad one."""
    found, faults = [], []
    for where, line in _lines(Path(path)):
        try:
            found.append(conversation(json.loads(line)))
        except ValueError as exc:
            faults.append(f"{where}: {exc}")
    return tuple(found), tuple(faults)


def row(given: Any) -> GoldRow:
    """A row from parsed JSON. Unknown fields are left alone. Raises ValueError with what is wrong.

    >>> given = {"id": "a", "type": "who", "question": "Who?", "answerable": False}
    >>> row({**given, "key_facts": [], "evidence": []}).id
    'a'
    """
    data = _object(given)
    made = GoldRow(
        id=_text(data, "id"),
        type=_text(data, "type"),
        question=_text(data, "question"),
        answerable=_flag(data, "answerable"),
        key_facts=tuple(_alternatives(fact) for fact in _list(data, "key_facts")),
        evidence=tuple(_evidence(span) for span in _list(data, "evidence")),
        split=_text(data, "split", ""),
        verdict=_text(data, "verdict", ""),
        reference=_text(data, "reference", ""),
    )
    if made.answerable and not made.evidence:
        raise ValueError(f"{made.id}: an answerable question needs evidence")
    if not made.answerable and (made.evidence or made.key_facts):
        raise ValueError(f"{made.id}: an unanswerable question can't have evidence or key facts")
    if made.verdict and made.verdict not in VERDICTS:
        raise ValueError(f"{made.id}: verdict must be one of {', '.join(VERDICTS)}")
    if made.verdict and (made.verdict == "answered") != made.answerable:
        raise ValueError(f"{made.id}: verdict {made.verdict!r} contradicts answerable {made.answerable}")
    return made


def conversation(given: Any) -> Conversation:
    """A conversation from parsed JSON. Raises ValueError with what is wrong."""
    data = _object(given)
    name, split = _text(data, "id"), _text(data, "split", "")
    turns = [_object(turn) for turn in _list(data, "turns")]
    if not turns:
        raise ValueError(f"{name}: a conversation needs turns")
    shared = {"type": "conversation", "split": split}
    return Conversation(
        id=name,
        split=split,
        turns=tuple(row({**turn, **shared, "id": f"{name}/{n}"}) for n, turn in enumerate(turns, 1)),
        asked=tuple(_text(turn, "asked", "") or _text(turn, "question") for turn in turns),
    )


def _lines(path: Path) -> list[tuple[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise GoldError(f"Can't read the gold file {path}: {exc}. Name one with --gold.") from exc
    lines = [(f"{path.name}:{n}", line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise GoldError(f"The gold file {path} holds no rows.")
    return lines


def _raise(faults: Sequence[str]) -> Any:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise GoldError(f"{faults[0]}{more}. `python -m eval check` lists every fault.")


def _object(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise ValueError("not a JSON object")
    return given


def _text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = data.get(name)
    if value is None:
        value = default
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise ValueError(f"{name} must be text")
    return value


def _flag(data: Mapping[str, Any], name: str) -> bool:
    if not isinstance(data.get(name), bool):
        raise ValueError(f"{name} must be true or false")
    return bool(data[name])


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list")
    return value


def _alternatives(fact: Any) -> tuple[str, ...]:
    if not isinstance(fact, list) or not fact or not all(isinstance(a, str) and fold(a) for a in fact):
        raise ValueError("each key fact must be a list of texts, the alternatives")
    return tuple(fact)


def _evidence(span: Any) -> Evidence:
    data = _object(span)
    start, end = data.get("start"), data.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise ValueError(f"evidence must have 0 <= start < end, not {start!r} and {end!r}")
    return Evidence(_text(data, "source"), start, end, _text(data, "quote"))
