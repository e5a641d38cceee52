"""Does the store agree with the files it was made from, and with itself? It reads and changes nothing.

Try `python -m index verify`; `--repair` mends what is wrong inside the store.
"""

from __future__ import annotations

from index.errors import StoreError, UserError
from index.library import Library
from index.read import sha256_of
from index.settings import Settings
from index.store import PASSAGES, SENTENCES, VectorStore

_MEND = "mend it with: python -m index verify --repair"


def differences(settings: Settings) -> list[str]:
    """One line for each thing that differs; empty when all is well. Raises StoreError when there is no store."""
    library = Library(settings.store)
    try:
        return [*_files(library), *_words(library), *_vectors(library)]
    finally:
        library.close()


def _files(library: Library) -> list[str]:
    found = []
    paths = library.paths()
    for source, (_, sha256) in sorted(library.files().items()):
        try:
            if sha256_of(paths[source]) != sha256:
                found.append(f"{source}: the file has changed since it was indexed")
        except UserError:
            found.append(f"{source}: the file is not there any more, or can't be read")
    return found


def _words(library: Library) -> list[str]:
    missing, lost = library.wrong_words()
    found = [f"{len(missing)} sentences can't be found by their words; {_MEND}"] if missing else []
    return found + ([f"the words of {len(lost)} sentences belong to none; {_MEND}"] if lost else [])


def _vectors(library: Library) -> list[str]:
    found = []
    try:
        vectors = VectorStore(library.folder, library.generation)
        for name, rows in ((SENTENCES, library.sentence_rows()), (PASSAGES, library.passage_rows())):
            held = vectors.records(name)
            if missing := len(rows.keys() - held.keys()):
                found.append(f"{missing} {name} have no vector; {_MEND}")
            if orphans := len(held.keys() - rows.keys()):
                found.append(f"{orphans} vectors belong to no {name}; {_MEND}")
            if wrong := sum(held[i] != where for i, where in rows.items() if i in held):
                found.append(f"{wrong} vectors of {name} stand in another place than the catalogue says; {_MEND}")
        vectors.close()
    except StoreError as exc:
        found.append(str(exc))
    return found
