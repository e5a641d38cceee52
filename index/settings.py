"""Every setting of the product, in one table: name, default, help, environment variable.

A setting is looked up in this order: the command line or page, the environment (`CITESPAN_` and the name in
capitals), the default. Try `python -m qa --help`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from index.errors import UserError


def setting(default: Any, help: str, choices: tuple[str, ...] = (), low: float | None = None) -> Any:
    """A field of `Settings` that carries its own help text, and what values it takes."""
    return field(default=default, metadata={"help": help, "choices": choices, "low": low})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. `Settings.load(store="/tmp/s")` takes the rest from the environment."""

    store: Path = setting(Path(".citespan"), "folder that holds the index")
    embedder: str = setting("all-MiniLM-L6-v2", "sentence-transformers model: a name, or a folder on disk")
    precision: str = setting(
        "auto",
        "number format of the embedder: `auto` (the processor's fastest), `float32` or `bfloat16`",
        choices=("auto", "float32", "bfloat16"),
    )
    llm: str = setting(
        "embedded",
        "language model: `embedded`, `none`, a GGUF file, an OpenVINO folder, a hub's `owner/model`, or an endpoint's "
        "model name",
    )
    llm_url: str = setting("", "base URL of an OpenAI-compatible endpoint; questions and evidence are sent to it")
    llm_key: str = setting("", "key for that endpoint; never shown, never logged")
    llm_timeout: float = setting(30.0, "seconds an endpoint may take to send its next words", low=0.1)
    reranker: str = setting(
        "auto",
        "judge of evidence: `auto`, `none`, `probe` (the embedded model), or a cross-encoder's folder",
    )
    entailment: str = setting(
        "", "folder of a cross-encoder for entailment, which every drafted statement must pass besides"
    )
    composer: str = setting(
        "auto",
        "who writes: `auto`, `quotes` (the articles' own words), `trim` (the same without clauses that don't answer), "
        "`draft` (the model, each statement checked)",
        choices=("auto", "quotes", "trim", "draft"),
    )
    statements: int = setting(5, "statements in an answer at the most", low=1)
    strictness: str = setting(
        "balanced",
        "how sure it must be to answer: `lenient`, `balanced` or `strict`",
        choices=("lenient", "balanced", "strict"),
    )
    conversations: str = setting(
        "browser",
        "where conversations are kept: `browser`, or `file` (`conversations.db` in the store)",
        choices=("browser", "file"),
    )
    host: str = setting("127.0.0.1", "address that the chat listens on")
    port: int = setting(7860, "port that the chat listens on", low=1)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Defaults, then the environment, then what is `given` (None means not given).

        Raises UserError for a value that a setting can't take or a setting that doesn't exist.
        """
        environ = os.environ if environ is None else environ
        known = {f.name: f for f in fields(cls)}
        for name in given:
            if name not in known:
                raise UserError(f"There is no setting '{name}'. The settings are: {', '.join(known)}.")
        values: dict[str, Any] = {}
        for name, f in known.items():
            value = given.get(name)
            if value is None:
                value = environ.get(variable(name)) or None
            if value is not None:
                values[name] = _convert(name, value, _kind(f.default), f.metadata)
        return cls(**values)

    def with_(self, **changes: Any) -> Settings:
        """The same settings with some changed, checked in the same way."""
        known = {f.name: f for f in fields(self)}
        checked = {n: _convert(n, v, _kind(known[n].default), known[n].metadata) for n, v in changes.items()}
        return replace(self, **checked)


def variable(name: str) -> str:
    """The environment variable of a setting.

    >>> variable("llm_url")
    'CITESPAN_LLM_URL'
    """
    return f"CITESPAN_{name.upper()}"


def _kind(default: Any) -> type:
    """The type of a setting's values; a path's own class depends on the system."""
    return Path if isinstance(default, Path) else type(default)


def _convert(name: str, value: Any, kind: type, metadata: Mapping[str, Any]) -> Any:
    make: Callable[[Any], Any] = kind
    try:
        value = make(value)
    except (TypeError, ValueError) as exc:
        raise UserError(f"{name} must be {kind.__name__}, not {value!r}. Set {variable(name)} or --{name}.") from exc
    choices, low = metadata["choices"], metadata["low"]
    if choices and value not in choices:
        raise UserError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    if low is not None and value < low:
        raise UserError(f"{name} must be {low:g} or more, not {value:g}.")
    return value
