"""A second opinion on a statement by a cross-encoder for entailment, where its weights are on this machine.

It makes the check stricter, never looser: what `qa.ground` refuses is not asked about. Nothing is downloaded.
Try `verifier("", print) is check` and, with weights, `verifier("/models/nli-deberta", print)`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.errors import ModelError
from qa.ground import Check, check

Verify = Callable[[str, Sequence[str], Sequence[str]], Check]
# Below this probability of entailment a statement is dropped: an even chance, as the models are trained.
LEAST = 0.5


class Entailment:
    """A sentence-transformers cross-encoder from a folder on this machine. Safe for several threads.

    It has one output (the probability that the evidence proves the statement), or several, of which one is labelled
    "entailment". Raises ModelError for a folder that can't be loaded or has other outputs.
    """

    def __init__(self, folder: str) -> None:
        path = Path(folder).expanduser()
        self._model = cross_encoder(path, "CITESPAN_ENTAILMENT")
        labels = [str(name).lower() for _, name in sorted(self._model.model.config.id2label.items())]
        places = [n for n, name in enumerate(labels) if name == "entailment"]
        if len(labels) > 1 and not places:
            raise ModelError(
                f"The model in {path} judges {', '.join(labels)} and no entailment. Set CITESPAN_ENTAILMENT to the "
                "folder of a cross-encoder for entailment, or leave it empty."
            )
        self._place = places[0] if len(labels) > 1 else None
        self._lock = threading.Lock()
        self.name = path.name

    def probability(self, statement: str, evidence: Sequence[str]) -> float:
        """How likely it is that the evidence, read as one text, proves the statement: 0 to 1."""
        pair = [(" ".join(evidence), statement)]
        with self._lock:
            scores = self._model.predict(pair, apply_softmax=self._place is not None, show_progress_bar=False)
        return float(scores[0] if self._place is None else scores[0][self._place])


def cross_encoder(path: Path, variable: str) -> Any:
    """The cross-encoder in a folder; `variable` is the setting that names it. Raises ModelError."""
    from sentence_transformers import CrossEncoder

    if not path.is_dir():
        raise ModelError(f"There is no folder {path}. Set {variable} to the folder of a cross-encoder.")
    try:
        return CrossEncoder(str(path), device="cpu", local_files_only=True)
    except Exception as exc:  # the library raises whatever its files make it raise
        raise ModelError(
            f"The model in {path} can't be loaded. Set {variable} to the folder of a cross-encoder."
        ) from exc


def stricter(verify: Verify, judge: Callable[[str, Sequence[str]], float], least: float = LEAST) -> Verify:
    """The same check, but what passes must also be at least that likely for `judge`.

    >>> passes = stricter(check, lambda statement, evidence: 0.2)("Rutte came.", ["Mark Rutte came on Tuesday."], [])
    >>> passes.ok, passes.problems
    (False, ('entailment: 0.20',))
    """

    def checked(statement: str, evidence: Sequence[str], published: Sequence[str] = ()) -> Check:
        found = verify(statement, evidence, published)
        if not found.ok:
            return found
        likely = judge(statement, evidence)
        return found if likely >= least else replace(found, ok=False, problems=(f"entailment: {likely:.2f}",))

    return checked


def verifier(folder: str, notify: Callable[[str], None]) -> Verify:
    """The check that a setting asks for: by rule alone for "", else with the cross-encoder in that folder.

    When it can't be used the rules stand alone, and `notify` is told so in one line.
    """
    if not folder:
        return check
    try:
        return stricter(check, Entailment(folder).probability)
    except ModelError as exc:
        notify(f"{exc} Statements are checked by rule alone.")
        return check
