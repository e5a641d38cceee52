"""A language model behind an OpenAI-compatible endpoint (OpenAI, Ollama, vLLM, llama.cpp, LM Studio).

The only owner of LlamaIndex's OpenAI-like client; its library does timeouts and retries (Retry-After respected).
The question and the chosen evidence are sent to the endpoint that the user named, and nothing else anywhere.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from index.errors import EndpointError
from index.settings import Settings

# Two more tries after a refusal that may pass (429, 5xx, a connection that fails), by the library's own backoff.
RETRIES = 2
LOOK = 0.05  # seconds between two looks at `cancel` while the endpoint is silent


class Endpoint:
    """One model of one endpoint; nothing is sent before the first question."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.llm_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise EndpointError(
                f"'{settings.llm_url}' is not the URL of an endpoint. Set CITESPAN_LLM_URL, for example to "
                "http://127.0.0.1:11434/v1"
            )
        if settings.llm in ("embedded", "none"):
            raise EndpointError(
                "An endpoint is named but no model of it. Set CITESPAN_LLM to the model's name, for example llama3.2"
            )
        self.name = settings.llm
        self._where = parts.netloc.rpartition("@")[2]
        self._settings = settings

    def stream(
        self, messages: Sequence[dict[str, str]], max_tokens: int, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The reply, piece by piece; hangs up soon after `cancel`, also on an endpoint that is silent.

        Raises EndpointError, its cause kept.
        """
        import httpx
        import openai
        from llama_index.core.base.llms.types import ChatMessage
        from llama_index.llms.openai_like import OpenAILike

        model = OpenAILike(
            model=self.name, api_base=self._settings.llm_url, api_key=self._settings.llm_key or "none",
            is_chat_model=True, temperature=0.0, max_tokens=max_tokens, max_retries=RETRIES,
            timeout=self._settings.llm_timeout, http_client=(client := _Client(self._settings.llm_timeout)).http,
        )  # fmt: skip
        chat = [ChatMessage(role=m["role"], content=m["content"]) for m in messages]
        said = finished = False
        try:
            for part in _until(cancel, lambda: model.stream_chat(chat)):
                if cancel is not None and cancel.is_set():
                    return
                finished = finished or _finishes(part.raw)
                if part.delta:
                    said = True
                    yield part.delta
        except (openai.OpenAIError, httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError) as exc:
            # The last four are how a malformed chunk shows itself in the client.
            raise EndpointError(self._reason(exc)) from exc
        finally:
            client.hang_up()
        if cancel is not None and cancel.is_set():
            return
        if said and not finished:
            # A connection that is cut between two chunks looks to the client like an end.
            raise EndpointError(f"The endpoint {self._where} broke off in the middle. Ask again.")
        if not said:
            raise EndpointError(f"The model {self.name} at {self._where} said nothing. Try another with CITESPAN_LLM.")

    def _reason(self, exc: Exception) -> str:
        import httpx
        import openai

        who = f"The endpoint {self._where}"
        if isinstance(exc, openai.AuthenticationError | openai.PermissionDeniedError):
            return f"{who} refuses the key. Set CITESPAN_LLM_KEY to a valid one."
        if isinstance(exc, openai.NotFoundError):
            return f"{who} has no model '{self.name}'. Set CITESPAN_LLM to one that it has."
        if isinstance(exc, openai.RateLimitError):
            return f"{who} is over its rate limit. Wait a little and ask again."
        if isinstance(exc, openai.APITimeoutError | httpx.TimeoutException):
            return (
                f"{who} did not answer within {self._settings.llm_timeout:g} s. Check that it runs, or raise "
                "CITESPAN_LLM_TIMEOUT."
            )
        if isinstance(exc, openai.InternalServerError):
            return f"{who} failed ({exc.status_code}). Look at its log, then ask again."
        if isinstance(exc, openai.APIConnectionError | httpx.HTTPError):
            return f"{who} can't be reached or broke off. Check that it runs and that CITESPAN_LLM_URL is right."
        return f"{who} sent something that can't be read. Check that it speaks OpenAI's chat protocol."


class _Client:
    """An HTTP client that can be hung up from another thread while it waits for the endpoint."""

    def __init__(self, timeout: float) -> None:
        import httpx

        self._sockets: list[socket.socket] = []
        self._gone = False
        self.http = httpx.Client(timeout=timeout, event_hooks={"request": [self._watch]})

    def _watch(self, request: Any) -> None:
        if self._gone:
            raise ConnectionAbortedError("hung up")  # no further try
        request.extensions["trace"] = self._note

    def _note(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.append(info["return_value"].get_extra_info("socket"))

    def hang_up(self) -> None:
        self._gone = True
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # the endpoint was first, or TLS took the plain socket over
                sock.shutdown(socket.SHUT_RDWR)
        self.http.close()


def _until(cancel: threading.Event | None, start: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """What an iterator gives, read by a thread of its own, so that `cancel` is seen while it waits."""
    got: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()
    end = object()

    def read() -> None:
        try:
            for part in start():
                got.put((part, None))
                if cancel is not None and cancel.is_set():
                    break
            got.put((end, None))
        except Exception as exc:  # raised again where it is read
            got.put((end, exc))

    threading.Thread(target=read, daemon=True, name="endpoint").start()
    while cancel is None or not cancel.is_set():
        try:
            part, failure = got.get(timeout=LOOK)
        except queue.Empty:
            continue
        if failure is not None:
            raise failure
        if part is end:
            return
        yield part


def _finishes(raw: object) -> bool:
    """Whether a chunk says that the reply is complete."""
    choices = getattr(raw, "choices", None) or []
    return any(getattr(choice, "finish_reason", None) for choice in choices)
