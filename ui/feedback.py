"""Feedback as gold: one row a judgement, in the format that the evaluation runs, appended to a JSONL file.

The browser sends it, so it is checked at this door: a quote counts only if the article has it at that place. A row of
the type `correction` is weaker than the others: what is right was typed, and its evidence is what the wrong answer
cited. Who gave it is not kept. Try `python -m eval run --gold STORE/feedback.jsonl`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import StoreError, UserError
from index.library import Library
from qa.types import Answer, Citation
from ui.saved import answer_from_dict

FILE = "feedback.jsonl"
LONGEST = 2_000
_lock = threading.Lock()


def gold_row(data: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The gold row of one judgement. Raises UserError for one that says nothing, has no place in an article where
    it needs one, or quotes what isn't there.

    `data` has `answer` (`Answer.to_dict`), `right` (bool), and for a wrong one `correction` (the words that a right
    answer holds), `evidence` (spans: `source`, `start`, `end`, `quote`) or `unanswerable`.
    """
    answer = answer_from_dict(data.get("answer") or {})
    question = answer.asked or answer.question
    if not question.strip():
        raise UserError("A judgement needs the question that was asked. Ask it again.")
    kind, facts, evidence = "unanswerable", list[list[str]](), list[dict[str, Any]]()
    if data.get("right"):
        if answer.verdict == "answered":
            kind, facts, evidence = "feedback", *_as_given(answer, library)
    elif not data.get("unanswerable"):
        kind, facts, evidence = _corrected(answer, data, library)
    row = {"type": kind, "question": question, "answerable": kind != "unanswerable",
           "key_facts": facts, "evidence": evidence}  # fmt: skip
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:12]
    return {"id": f"feedback-{digest}", **row}


def _as_given(answer: Answer, library: Library) -> tuple[list[list[str]], list[dict[str, Any]]]:
    """What a right answer holds: each statement, in its own words or in those of one of its sources."""
    quotes = {c.n: c.quote for c in answer.citations}
    facts = [[s.text, *(quotes[n] for n in s.citations if n in quotes)] for s in answer.statements]
    facts = [said for fact in facts if (said := [words for words in fact if words.strip()])]
    spans = _standing(answer.citations, library)
    if not spans or len(spans) < len(answer.citations):
        raise UserError("An article has changed since this answer was given. Ask again, and judge the new answer.")
    return facts, spans


def _corrected(
    answer: Answer, data: Mapping[str, Any], library: Library
) -> tuple[str, list[list[str]], list[dict[str, Any]]]:
    """What is right instead: the words that were typed, and where they stand."""
    correction = str(data.get("correction") or "").strip()[:LONGEST]
    selected = data.get("evidence") or []
    evidence = [_checked(e, library) for e in (selected if isinstance(selected, list) else [selected])]
    if evidence:
        return "feedback", [[correction]] if correction else [[e["quote"]] for e in evidence], evidence
    if not correction:
        raise UserError("Say what would be right: type it, select it in an article, or tick that no article says it.")
    # Gold needs a place. The reader had these before the eyes and has not said that another is right.
    evidence = _standing(answer.citations or answer.closest, library)
    if not evidence:
        raise UserError("Select the words that say it in an article, too, or tick that no article says it.")
    return "correction", [[correction]], evidence


def _standing(citations: Sequence[Citation], library: Library) -> list[dict[str, Any]]:
    """The places that are cited, without those that don't hold what is quoted from them."""
    found = []
    for c in citations:
        with contextlib.suppress(UserError):
            found.append(_checked({"source": c.source, "start": c.start, "end": c.end, "quote": c.quote}, library))
    return found


def _checked(evidence: Any, library: Library) -> dict[str, Any]:
    try:
        source, quote = str(evidence["source"]), str(evidence["quote"])
        start, end = int(evidence["start"]), int(evidence["end"])
    except (KeyError, TypeError, ValueError) as exc:
        raise UserError(
            "Evidence needs a source, a start, an end and a quote. Select it in the article again."
        ) from exc
    if not quote.strip() or start < 0 or end - start != len(quote) or library.text(source)[start:end] != quote:
        raise UserError("The article has changed since these words were selected. Select them again.")
    return {"source": source, "start": start, "end": end, "quote": quote}


def append(row: Mapping[str, Any], store: Path) -> int:
    """Put a row at the end of the store's feedback file, once; how many rows that file has now."""
    file = store / FILE
    try:
        with _lock:
            held = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
            lines = [line for line in held.split("\n") if line.strip()]  # a text may hold U+2028: no line ends there
            if any(line.startswith(json.dumps({"id": row["id"]})[:-1]) for line in lines):
                return len(lines)
            with file.open("a", encoding="utf-8") as out:
                # Escaped: a lone surrogate can't be written otherwise.
                out.write("\n" * (held[-1:] not in ("", "\n")) + json.dumps(row) + "\n")
            return len(lines) + 1
    except OSError as exc:
        raise StoreError(f"{file} can't be written ({exc.strerror}). Free some space or make it writable.") from exc
