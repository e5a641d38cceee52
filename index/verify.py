"""Does the store agree with the files it was made from, and with itself? It reads and changes nothing."""

from __future__ import annotations

from pathlib import Path

from index.errors import UserError
from index.library import Library
from index.read import sha256_of
from index.settings import Settings
from index.store import PASSAGES, SENTENCES, VectorStore


def differences(settings: Settings) -> list[str]:
    """One line for each thing that differs; empty when all is well."""
    library, vectors = Library(settings.store), VectorStore(settings.store)
    found = []
    for source, (root, sha256) in sorted(library.files().items()):
        path = file_of(root, source)
        try:
            if sha256_of(path) != sha256:
                found.append(f"{source}: the file has changed since it was indexed")
        except UserError:
            found.append(f"{source}: the file is not there any more")
    for name, rows in ((SENTENCES, library.sentence_rows()), (PASSAGES, library.passage_rows())):
        ids = vectors.ids(name)
        if missing := rows.keys() - ids:
            found.append(f"{len(missing)} {name} have no vector; mend it with: python -m index verify --repair")
        if orphans := ids - rows.keys():
            found.append(
                f"{len(orphans)} vectors belong to no {name}; mend it with: python -m index verify --repair"
            )
    vectors.close()
    return found


def file_of(root: str, source: str) -> Path:
    """The file behind a source; one whose name another folder had taken lies below its root without the prefix."""
    path = Path(root, source)
    return path if path.exists() else Path(root, source.partition("/")[2] or source)
