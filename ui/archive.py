"""Conversations in a SQLite file of the store, for those who turn it on (`--conversations file`).

Each browser has a key of its own and sees what was kept under it, nobody else's; the file holds only the key's hash.
By default there is no such file, and conversations never leave the browser. Answers are checked by `ui/saved.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Header

from index.errors import StoreError, UserError
from ui.saved import answer_from_dict, check_turns

FILE = "conversations.db"
MOST_KEPT = 500  # conversations of one browser; the oldest go first
_NAME = re.compile(r"[A-Za-z0-9-]{8,64}")
_TABLE = """CREATE TABLE IF NOT EXISTS conversations (
    owner TEXT, id TEXT, title TEXT, changed TEXT, asked INTEGER, turns TEXT, PRIMARY KEY (owner, id))"""

Key = Annotated[str, Header(alias="x-citespan-key")]


class Archive:
    """`Archive(store)`; every method takes the key of a browser. Raises UserError for a key or an id that is none."""

    def __init__(self, store: Path) -> None:
        self.path = store / FILE

    def listed(self, key: str) -> list[dict[str, Any]]:
        """`id`, `title`, `when` and number of `turns` of each conversation, the latest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id, title, changed, asked FROM conversations WHERE owner = ? ORDER BY changed DESC",
                (_owner(key),),
            )
            return [dict(zip(("id", "title", "when", "turns"), row, strict=True)) for row in rows]

    def load(self, key: str, name: str) -> list[dict[str, Any]]:
        """The turns of one conversation; none when it isn't there."""
        with self._open() as db:
            where = (_owner(key), _checked(name))
            row = db.execute("SELECT turns FROM conversations WHERE owner = ? AND id = ?", where).fetchone()
            return list(json.loads(row[0])) if row else []

    def save(self, key: str, name: str, turns: object) -> None:
        """Keep the conversation as it is now. Raises UserError for turns that this program didn't write."""
        kept = [_turn(turn) for turn in check_turns(turns)]
        if not kept:
            raise UserError("A conversation without a question can't be kept. Ask one first.")
        owner, title, now = _owner(key), kept[0]["question"][:120], datetime.now(UTC).isoformat()
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?, ?)",
                (owner, _checked(name), title, now, len(kept), json.dumps(kept, ensure_ascii=False)),
            )
            db.execute(
                "DELETE FROM conversations WHERE owner = ? AND id NOT IN "
                "(SELECT id FROM conversations WHERE owner = ? ORDER BY changed DESC LIMIT ?)",
                (owner, owner, MOST_KEPT),
            )

    def drop(self, key: str, name: str) -> None:
        """Forget one conversation."""
        with self._open() as db:
            db.execute("DELETE FROM conversations WHERE owner = ? AND id = ?", (_owner(key), _checked(name)))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            # What people asked is theirs alone: nobody else on this machine may read the file.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
                db.execute("PRAGMA secure_delete = ON")
                db.execute(_TABLE)
                yield db
        except (OSError, sqlite3.Error) as exc:
            raise StoreError(f"{self.path} can't be used ({exc}). Make it writable, or move it away.") from exc


def _owner(key: str) -> str:
    return hashlib.sha256(_checked(key).encode()).hexdigest()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UserError("A key or an id has 8 to 64 letters, digits and hyphens. Reload the page.")
    return name


def _turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    """One turn with nothing in it but a question and an Answer that can be shown again."""
    given = turn.get("answer")
    answer = answer_from_dict(given).to_dict() if given else None
    return {"question": str(turn.get("question", "")), "answer": answer}


def add_routes(app: FastAPI, archive: Archive | None) -> None:
    """Put the archive on `app`; without one each route tells how to have it."""

    def opened() -> Archive:
        if archive is None:
            raise UserError("Conversations are kept in the browser. Start with --conversations file to change that.")
        return archive

    @app.get("/api/conversations")
    def listed(key: Key) -> dict[str, Any]:
        """The conversations of one key, the latest first."""
        return {"conversations": opened().listed(key)}

    @app.get("/api/conversations/{name}")
    def load(name: str, key: Key) -> dict[str, Any]:
        """The turns of one conversation."""
        return {"turns": opened().load(key, name)}

    @app.put("/api/conversations/{name}")
    def save(name: str, turns: list[dict[str, Any]], key: Key) -> dict[str, Any]:
        """Keep a conversation: a list of turns, each with `question` and `answer` (Answer JSON or null)."""
        opened().save(key, name, turns)
        return {"kept": len(turns)}

    @app.delete("/api/conversations/{name}")
    def drop(name: str, key: Key) -> dict[str, Any]:
        """Forget a conversation."""
        opened().drop(key, name)
        return {}
