"""The ladder of language models: the first rung that applies, and what becomes of a rung that fails.

What the settings name comes first (an endpoint, or a model on this machine), then the embedded model, then none,
which quotes. Every rung below the first is told to the user in one line. The runtimes are in `local.py` and
`endpoint.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from index.errors import ModelError, UserError
from index.settings import Settings
from qa.local import LocalModel

EMBEDDED, NONE = "embedded", "none"
Notify = Callable[[str], None]


class Model(Protocol):
    """What the product needs of a language model. A test's fake has a queue of replies."""

    @property
    def name(self) -> str: ...

    def stream(
        self, messages: Sequence[dict[str, str]], max_tokens: int, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The reply, piece by piece. Raises UserError when the model fails; stops soon after `cancel` is set."""


def open_model(settings: Settings) -> Model | None:
    """The model that the settings name; None for `none`. Raises UserError when it can't be used."""
    if settings.llm == NONE:
        return None
    if settings.llm_url:
        from qa.endpoint import Endpoint

        return Endpoint(settings)
    if settings.llm == EMBEDDED or Path(settings.llm).expanduser().exists():
        return LocalModel.load(settings.llm)
    if settings.llm.endswith(".gguf") or settings.llm.count("/") != 1:
        raise ModelError(
            f"There is no model at {settings.llm}. Set CITESPAN_LLM to embedded, none, a GGUF file, an OpenVINO "
            "folder, a hub's owner/model, or name an endpoint with CITESPAN_LLM_URL."
        )
    from qa.hub import fetch

    return LocalModel.load(fetch(settings.llm))


def climb(settings: Settings, notify: Notify) -> Model | None:
    """The highest rung that can be used; each that can't is told in one line.

    Below what the settings name stands the embedded model, and below that none.
    """
    rungs = [settings]
    if settings.llm_url or settings.llm not in (EMBEDDED, NONE):
        rungs.append(below(settings))
    for rung in rungs:
        try:
            return open_model(rung)
        except UserError as exc:
            lower = "The embedded model is used instead." if rung is not rungs[-1] else "The answer is quotes only."
            notify(f"{exc} {lower}")
    return None


def below(settings: Settings) -> Settings:
    """The settings of the rung below the one that they name."""
    return settings.with_(llm=EMBEDDED, llm_url="", llm_key="")
