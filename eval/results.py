"""A result: what was run on what, and its records; as a JSON file, and as a part file while it is being made.

It names models and settings, never a key, an address with a password, or a path of this machine.
Try: python -c "from eval.results import load; print(load('eval/results/baseline.json').engine)"
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eval.records import Record
from eval.scoring import by_type, summary
from eval.stats import Estimate
from index.errors import UserError
from index.settings import Settings

FORMAT = "citespan-eval/1"
_LEFT_OUT = frozenset({"store", "host", "port", "llm_key", "llm_timeout", "conversations"})


class ResultError(UserError):
    """A result file that can't be read, or two that can't be compared."""


@dataclass(frozen=True)  # without slots: the figures are worked out once, when they are first asked for
class Result:
    """One run. `clock` holds everything that differs between two runs of the same: seconds and megabytes."""

    name: str
    gold: tuple[Mapping[str, Any], ...]
    chosen: Mapping[str, Any]
    engine: Mapping[str, Any]
    settings: Mapping[str, Any]
    notes: tuple[str, ...]
    records: tuple[Record, ...]
    clock: Mapping[str, Any] = field(default_factory=dict)
    judge: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def figures(self) -> Mapping[str, Estimate]:
        """Every metric over all records, with its interval."""
        return summary(self.records)

    @cached_property
    def types(self) -> Mapping[str, Mapping[str, Estimate]]:
        """The same for every type of question."""
        return by_type(self.records)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, with the figures worked out from the records."""
        return {
            "format": FORMAT,
            "name": self.name,
            "gold": [dict(part) for part in self.gold],
            "chosen": dict(self.chosen),
            "engine": dict(self.engine),
            "settings": dict(self.settings),
            "notes": list(self.notes),
            "summary": _figures(self.figures),
            "types": {kind: _figures(figures) for kind, figures in self.types.items()},
            "clock": dict(self.clock),
            "judge": dict(self.judge),
            "records": [record.to_dict() for record in self.records],
        }


def gold_part(path: Path, rows: int) -> dict[str, Any]:
    """What a result says of a gold file: name, hash and rows."""
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": rows}


def described(settings: Settings) -> dict[str, Any]:
    """The settings that make a difference to the answers, without keys and without paths.

    >>> described(Settings(llm_url="https://me:pw@host.example/v1", llm_key="secret"))["llm_url"]
    'host.example'
    """
    values = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in _LEFT_OUT}
    values["llm_url"] = urlsplit(values["llm_url"]).hostname or ""
    return {name: nameless(value) if isinstance(value, str) else value for name, value in values.items()}


def nameless(text: str) -> str:
    """Absolute paths in a text become their last part.

    >>> nameless("read /home/me/models/x.gguf, by OpenVINO")
    'read x.gguf, by OpenVINO'
    """
    return " ".join(word.rsplit("/", 1)[-1] if word.startswith(("/", "~/")) else word for word in text.split(" "))


def save(result: Result, path: Path) -> None:
    """Write the file, whole or not at all. One record a line, so that a change of it can be read."""
    data = result.to_dict()
    records = data.pop("records")
    head = json.dumps(data, ensure_ascii=False, indent=1)
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    with _writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(path.name + ".new")
        text = f'{head[:-2]},\n "records": [\n{lines}\n ]\n}}\n'
        scratch.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(scratch, path)


def load(path: str | Path) -> Result:
    """Read a result. Raises ResultError for a file that is missing, damaged or something else."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}, this program reads {FORMAT!r}")
        kept = {f.name: data[f.name] for f in fields(Result) if f.name in data}
        kept["records"] = tuple(Record.from_dict(record) for record in data["records"])
        return Result(**{**kept, "gold": tuple(data["gold"]), "notes": tuple(data["notes"])})
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ResultError(f"{path} is not a result of `python -m eval run` ({exc}). Run it again.") from exc


def part_file(path: Path) -> Path:
    """Where a run keeps what is done so far.

    >>> part_file(Path("out/a.json")).name
    'a.json.part'
    """
    return path.with_name(path.name + ".part")


def append(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Add JSON lines to the part file, all in one write: a stop between two leaves whole lines."""
    lines = "".join(json.dumps(entry, ensure_ascii=True) + "\n" for entry in entries)
    with _writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(lines)


def resumed(path: Path, header: Mapping[str, Any]) -> tuple[Record, ...]:
    """The records of a part file, if it was begun with the same header. A torn last line is left out.

    Raises ResultError when there is none, or it was begun with other gold or settings.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as exc:
        raise ResultError(f"There is nothing to resume: no {path}. Run without --resume.") from exc
    entries = []
    for line in lines:
        with contextlib.suppress(ValueError):
            entries.append(json.loads(line))
    if not entries or entries[0] != json.loads(json.dumps(header)):
        raise ResultError(f"{path} was begun with other gold or settings. Run without --resume.")
    return tuple(Record.from_dict(entry) for entry in entries[1:])


def _figures(figures: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: {k: round(v, 6) for k, v in asdict(figure).items()} for name, figure in figures.items()}


@contextlib.contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise ResultError(f"{path} can't be written ({exc.strerror}). Choose another place with --out.") from exc
