"""Where the importers put what they read: articles as files, rows as gold, bad rows by name.

An article's text is written byte for byte as it was given, so offsets only shift by what stands before it.
Try: python -m doctest eval/intake.py
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import row as checked
from index.errors import UserError

MANY = 1000  # questions: what takes longer than a break
HINT = (
    "\nMost of the time is the reranker's: --limit 500 asks some questions of every type, --reranker none asks all of\n"
    "them several times as fast. A stopped run goes on with --resume."
)
BREAK = "\n\n"  # between the title and the paragraphs of an article


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came in, and one line for every row that didn't: `dev.json question 17: ...`."""

    articles: int
    questions: int
    unanswerable: int
    bad: tuple[str, ...]

    def described(self, out: Path) -> str:
        """What came of it, and the two commands that come next."""
        return (
            f"{self.articles} articles, {self.questions} questions ({self.unanswerable} unanswerable), "
            f"{len(self.bad)} bad rows left out\n"
            f"next: python -m index {out}/articles --store {out}/store\n"
            f"      python -m eval run --gold {out}/gold.jsonl --store {out}/store --out {out}/result.json"
        ) + (HINT if self.questions > MANY else "")


@dataclass(frozen=True, slots=True)
class Placed:
    """An article's file name, and for each of its parts the offset at which it begins there."""

    source: str
    starts: tuple[int, ...]


class Intake:
    """Collects articles and rows. Nothing is written before `write`."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._placed: dict[str, Placed] = {}
        self._taken: set[str] = set()
        self._rows: dict[str, dict[str, Any]] = {}
        self._bad: list[str] = []

    def article(self, name: str, title: str, parts: Sequence[str]) -> Placed:
        """Add an article; the same text again is the same article. Raises ValueError for text that is no text.

        >>> Intake().article("Rain", "Rain", ["It rained.", "It poured."])
        Placed(source='rain.txt', starts=(6, 18))
        """
        pieces = ([title] if title.strip() else []) + list(parts)
        text = BREAK.join(pieces)
        if not text.strip():
            raise ValueError("the article is empty")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as exc:
            raise ValueError("the article holds half a character (a lone surrogate)") from exc
        if text not in self._placed:
            starts, at = [], 0
            for piece in pieces:
                starts.append(at)
                at += len(piece) + len(BREAK)
            source = self._free(name)
            self._texts[source] = text
            self._placed[text] = Placed(source, tuple(starts[len(pieces) - len(parts) :]))
        return self._placed[text]

    def row(self, where: str, data: Mapping[str, Any]) -> None:
        """Add a gold row, or name what is wrong with it: fields, a repeated id, a quote not at its offsets."""
        try:
            row = checked(dict(data))
            if row.id in self._rows:
                raise ValueError(f"the id {row.id} stands twice")
            for span in row.evidence:
                if self._texts[span.source][span.start : span.end] != span.quote:
                    raise ValueError(f"{span.quote[:40]!r} is not at its offset")
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            self.bad(where, "the row holds half a character (a lone surrogate)")
        except ValueError as exc:
            self.bad(where, str(exc))
        else:
            self._rows[row.id] = dict(data)

    def bad(self, where: str, why: str) -> None:
        self._bad.append(f"{where}: {why}")

    def write(self, folder: Path) -> ImportReport:
        """`folder/articles/*.txt` and `folder/gold.jsonl`. Raises UserError when there is no question, or the folder
        holds an import already: articles of two sets would mix."""
        articles, gold = folder / "articles", folder / "gold.jsonl"
        if not self._rows:
            reason = f" The first reason: {self._bad[0]}" if self._bad else ""
            raise UserError(f"No question could be imported.{reason} Check the format and the file.")
        if gold.exists() or articles.exists():
            raise UserError(f"{folder} holds an import already. Name another folder with --out.")
        try:
            articles.mkdir(parents=True)
            for source, text in self._texts.items():
                (articles / source).write_bytes(text.encode("utf-8"))
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self._rows.values())
            gold.write_bytes(lines.encode("utf-8"))
        except OSError as exc:
            raise UserError(f"{folder} can't be written ({exc.strerror}). Name another folder with --out.") from exc
        unanswerable = sum(not row["answerable"] for row in self._rows.values())
        return ImportReport(len(self._texts), len(self._rows), unanswerable, tuple(self._bad))

    def _free(self, name: str) -> str:
        """A file name that no article has yet, also where case makes no difference."""
        base, n = slug(name), 1
        while (candidate := base if n == 1 else f"{base}-{n}") in self._taken:
            n += 1
        self._taken.add(candidate)
        return f"{candidate}.txt"


def slug(name: str) -> str:
    """A safe file name: ASCII letters, digits and dashes, so that no id can leave the folder.

    >>> slug("../../Beyoncé Knowles"), slug("日本")
    ('beyonce-knowles', 'article')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "article"
