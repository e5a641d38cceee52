"""A model by its name on a hub (`owner/model`): one file that can be run is fetched, once, and found again offline.

Only for a name that the user has set. The hub is Hugging Face's or, as its library has it, the one at `HF_ENDPOINT`;
files are kept where that library keeps them. Running a model is `qa.local`. Try
`CITESPAN_LLM=owner/model-GGUF python -m qa "who came?"`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from index.errors import ModelError
from qa.modelfiles import MODEL, TOKENIZER

# Of the number formats that can be run, the best ones for their size first. A repository holds a file in each.
FORMATS = ("Q4_K_M", "Q4_K_S", "Q4_1", "Q4_0", "Q8_0", "F16")


def fetch(name: str) -> str:
    """The path of a GGUF file or of an OpenVINO folder on this machine; the network is asked only for what isn't here.

    Raises ModelError when the hub can't be reached, and for a repository without a file that can be run.
    """
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download

    try:
        if here := _here(name):
            return here
        files = HfApi().list_repo_files(name)
        if set(MODEL) <= set(files):
            return str(snapshot_download(name, allow_patterns=["*.xml", "*.bin", "*.json", "*.txt"]))
        if gguf := best(files):
            return str(hf_hub_download(name, gguf))
    except Exception as exc:  # of many kinds: its own, and those of whatever HTTP client its version has
        raise ModelError(
            f"The model {name} could not be fetched from the hub. Check the name and the network, or set CITESPAN_LLM "
            "to a GGUF file or an OpenVINO folder on this machine."
        ) from exc
    raise ModelError(
        f"{name} on the hub holds no GGUF file in one of the formats {', '.join(FORMATS)} and no OpenVINO model. "
        "Set CITESPAN_LLM to a repository that does."
    )


def _here(name: str) -> str | None:
    """What an earlier fetch has left on this machine, if it is all there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    if all((folder / file).is_file() for file in (*MODEL, *TOKENIZER)):
        return str(folder)
    gguf = best([path.name for path in folder.iterdir()])
    return str(folder / gguf) if gguf else None


def best(files: Sequence[str]) -> str | None:
    """The GGUF file to take; none that is one part of several.

    >>> best(["m-Q8_0.gguf", "m-q4_k_m.gguf", "m-Q2_K.gguf", "README.md"])
    'm-q4_k_m.gguf'
    """
    for form in FORMATS:
        for file in sorted(files):
            if re.search(rf"(?<![a-z0-9]){form}\.gguf$", file, re.IGNORECASE):
                return file
    return None
