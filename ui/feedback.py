"""Feedback as gold: one row a judgement, in the format that the evaluation runs, appended to a JSONL file.

The browser sends it, so it is checked at this door: a quote counts only if the article has it at that place. Who gave
it is not kept. Try `python -m eval run --gold STORE/feedback.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import StoreError, UserError
from index.library import Library
from qa.types import Answer
from ui.saved import answer_from_dict

FILE = "feedback.jsonl"
LONGEST = 2_000
_lock = threading.Lock()


def gold_row(data: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The gold row of one judgement. Raises UserError for one that says nothing, or quotes what isn't there.

    `data` has `answer` (`Answer.to_dict`), `right` (bool), and for a wrong one `correction` (the words that a right
    answer holds), `evidence` (spans: `source`, `start`, `end`, `quote`) or `unanswerable`.
    """
    answer = answer_from_dict(data.get("answer") or {})
    if data.get("right"):
        key_facts, evidence = _as_given(answer)
        answerable = answer.verdict == "answered"
    else:
        answerable = not data.get("unanswerable")
        correction = str(data.get("correction") or "").strip()[:LONGEST]
        evidence = [_checked(e, library) for e in data.get("evidence") or ()] if answerable else []
        if answerable and not correction and not evidence:
            raise UserError(
                "Say what would be right: type it, select it in an article, or tick that no article says it."
            )
        key_facts = [[correction]] if answerable and correction else [[e["quote"]] for e in evidence]
    kind = "feedback" if answerable else "unanswerable"
    row = {"type": kind, "question": answer.asked or answer.question, "answerable": answerable,
           "key_facts": key_facts, "evidence": evidence}  # fmt: skip
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:12]
    return {"id": f"feedback-{digest}", **row}


def _as_given(answer: Answer) -> tuple[list[list[str]], list[dict[str, Any]]]:
    """What a right answer holds: each statement, in its own words or in those of one of its sources."""
    quotes = {c.n: c.quote for c in answer.citations}
    facts = [[s.text, *(quotes[n] for n in s.citations if n in quotes)] for s in answer.statements]
    spans = [{"source": c.source, "start": c.start, "end": c.end, "quote": c.quote} for c in answer.citations]
    return facts, spans


def _checked(evidence: Mapping[str, Any], library: Library) -> dict[str, Any]:
    try:
        source, quote = str(evidence["source"]), str(evidence["quote"])
        start, end = int(evidence["start"]), int(evidence["end"])
    except (KeyError, TypeError, ValueError) as exc:
        raise UserError(
            "Evidence needs a source, a start, an end and a quote. Select it in the article again."
        ) from exc
    if not quote.strip() or start < 0 or library.text(source)[start:end] != quote:
        raise UserError("The article has changed since these words were selected. Select them again.")
    return {"source": source, "start": start, "end": end, "quote": quote}


def append(row: Mapping[str, Any], store: Path) -> int:
    """Put a row at the end of the store's feedback file, once; how many rows that file has now."""
    file = store / FILE
    try:
        with _lock:
            lines: Sequence[str] = file.read_text(encoding="utf-8").splitlines() if file.exists() else ()
            if any(json.loads(line)["id"] == row["id"] for line in lines):
                return len(lines)
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
            return len(lines) + 1
    except OSError as exc:
        raise StoreError(f"{file} can't be written ({exc.strerror}). Free some space or make it writable.") from exc
