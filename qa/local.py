"""A language model that runs on this machine: it writes, and it reads passages for a probe to judge.

The only owner of OpenVINO. Text from articles and users is untrusted: it can't end its message, for the model's
special tokens are broken up in it. Try `"".join(LocalModel.load("embedded").stream([{"role": "user",
"content": "What is the capital of France?"}], max_tokens=20))`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from qa.adapter import Adapter
from qa.compiled import compile_reader, compile_writer
from qa.modelfiles import ModelFiles, find, runtime
from qa.reader import Ids, Reader

CHUNK = 64  # tokens of a prompt read between two looks at `cancel`: about 0.05 s on two cores
PROMPT = 4096  # tokens of a prompt at the most
PREFIX, QUESTION = 256, 64  # tokens of a passage and of a question that are read
PREFIX_END = 32  # of those, the last ones, which hold the instruction after the passage


class LocalModel:
    """One model; writing and reading load separately, each when it is first used. Safe for several threads."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files
        self.name = files.name
        _, genai = runtime()
        self._step, self._load_reader, self._load_writer = threading.Lock(), threading.Lock(), threading.Lock()
        self._readers: dict[tuple[int, str], Reader] = {}
        self._writer: Any = None
        try:
            self._tokenizer = genai.Tokenizer(str(files.folder))
            self._special = _special_tokens(self._tokenizer)
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"The tokenizer of {files.folder} can't be opened. Export the model once more.") from exc
        names = sorted(self._special.values(), key=len, reverse=True)
        self._special_text = re.compile("|".join(map(re.escape, names)) or r"(?!)")

    @classmethod
    def load(cls, model: str) -> LocalModel:
        """`"embedded"`, the path of a `.gguf` file, or of an OpenVINO folder.

        >>> LocalModel.load("embedded").name
        'SmolLM2-135M-Instruct'

        Raises ModelError for files that are missing, damaged or of a kind that can't be run.
        """
        return cls(find(model))

    def tokens(self, prefixes: Sequence[str], question: str) -> tuple[list[Ids], Ids]:
        """What `states` reads: the token ids of each prefix, cut to 256, and those of the question, cut to 64."""
        asked = self._ids(" " + question.strip(), QUESTION)[:QUESTION]
        heads = [self._ids(prefix, PREFIX) for prefix in prefixes]
        return [h if len(h) <= PREFIX else np.r_[h[: PREFIX - PREFIX_END], h[-PREFIX_END:]] for h in heads], asked

    def states(
        self, prefixes: Sequence[str], question: str, layer: int, adapter: Adapter | None = None
    ) -> npt.NDArray[np.float32]:
        """What the model holds after each prefix and the question, `(len(prefixes), 2 * width)`.

        The states after `layer` layers, changed by `adapter`, at the question's last token, and their mean over the
        question's tokens.

        >>> LocalModel.load("embedded").states(["Passage: Cats purr."], "Why do cats purr?", 18).shape
        (1, 1152)

        Raises ModelError for a model that was not made from a GGUF, or not of the adapter's sizes.
        """
        if not prefixes:
            return np.zeros((0, 0), np.float32)
        return self._open_reader(layer, adapter)(*self.tokens(prefixes, question))

    def stream(
        self, messages: Sequence[dict[str, str]], max_tokens: int, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The model's reply in pieces as they are written: greedy, so the same messages give the same reply.

        `messages` are `{"role": "system" | "user" | "assistant", "content": ...}`. Ends at the end of the reply, after
        `max_tokens`, or within one step of the model (about 0.05 s) once `cancel` is set. The model is held for a step
        at a time: replies to several threads advance in turns.

        Raises ModelError for a prompt of more than 4,096 tokens.
        """
        prompt = self._encode(self._chat(messages))
        if len(prompt) > PROMPT:
            raise ModelError(f"The prompt has {len(prompt)} tokens, {PROMPT} is the limit. Ask a shorter question.")
        request = self._open_writer().create_infer_request()
        written: list[int] = []
        shown, past = "", 0
        ids = prompt
        while len(written) < max_tokens:
            for chunk in np.array_split(ids, range(CHUNK, len(ids), CHUNK)):
                if cancel is not None and cancel.is_set():
                    return
                with self._step:
                    logits = _forward(request, chunk, past)
                past += len(chunk)
            token = int(logits.argmax())
            if token in self._special:
                return
            written.append(token)
            ids = np.array([token])
            text = self._tokenizer.decode(written)
            if not text.endswith("\ufffd"):  # a character whose bytes are not all there yet
                yield text[len(shown) :]
                shown = text

    def _open_reader(self, layer: int, adapter: Adapter | None) -> Reader:
        key = layer, adapter.name if adapter else ""
        with self._load_reader:
            if key not in self._readers:
                self._readers[key] = Reader(*compile_reader(self._files, layer, adapter))
            return self._readers[key]

    def _open_writer(self) -> Any:
        with self._load_writer:
            if self._writer is None:
                self._writer = compile_writer(self._files)
            return self._writer

    def _chat(self, messages: Sequence[dict[str, str]]) -> str:
        safe = [{"role": m["role"], "content": self._harmless(m["content"])} for m in messages]
        return str(self._tokenizer.apply_chat_template(safe, add_generation_prompt=True))

    def _harmless(self, text: str) -> str:
        """The text with a space inside each special token: `<|im_end|>` -> `< |im_end|>`, which is plain text."""
        text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates, which the tokenizer refuses
        return self._special_text.sub(lambda m: f"{m[0][0]} {m[0][1:]}", text)

    def _ids(self, text: str, limit: int) -> Ids:
        most = 12 * limit  # characters: far more than a token has, so only absurd lengths are cut here
        if len(text) > most:
            text = text[: most // 2] + text[-most // 2 :]
        ids = self._encode(self._harmless(text))
        return ids if len(ids) else self._encode("\n")

    def _encode(self, text: str) -> Ids:
        return np.asarray(self._tokenizer.encode(text, add_special_tokens=False).input_ids.data[0], np.int64)


def _special_tokens(tokenizer: Any) -> dict[int, str]:
    """The tokens that steer a model, which decoding can leave out: `{1: "<|im_start|>", 2: "<|im_end|>", ...}`."""
    names = {int(i): bytes(name).decode("utf-8", "replace") for name, i in tokenizer.get_vocab().items()}
    ids = sorted(names)
    plain = tokenizer.decode([[i] for i in ids], skip_special_tokens=True)
    full = tokenizer.decode([[i] for i in ids], skip_special_tokens=False)
    return {i: f for i, p, f in zip(ids, plain, full, strict=True) if f and not p}


def _forward(request: Any, ids: Ids, past: int) -> npt.NDArray[np.float32]:
    """Read some tokens after `past` earlier ones; the logits of what comes next, shape `(vocabulary,)`."""
    given = {
        "input_ids": ids[None],
        "attention_mask": np.ones((1, past + len(ids)), np.int64),
        "position_ids": np.arange(past, past + len(ids))[None],
        "beam_idx": np.zeros(1, np.int32),
    }
    asked = {name for port in request.get_compiled_model().inputs for name in port.names}
    request.infer({name: given[name] for name in asked})
    return np.asarray(request.get_output_tensor(0).data[0, -1], np.float32)
