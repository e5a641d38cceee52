"""The story of one article: from a file to sentences that can be found. Read this file first.

Only what has changed since the last time is read, cut, embedded and written. The catalogue's commit is the moment
at which a change counts: a crash at any time leaves either the old articles or the new ones, and the next run
finishes the job. Try `python -m index seeds/`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.cut import Cut
from index.database import FILE
from index.embed import Embeds
from index.errors import UserError
from index.files import Found, find_files, is_below
from index.library import Library
from index.read import Document, article_id, read_file, sha256_of
from index.settings import Settings
from index.split import split
from index.writable import WritableLibrary
from index.writer import Writer

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the file at hand."""

# Files are embedded and committed in groups of about this many sentences: large batches embed faster.
_GROUP = 512


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did, by source. `failed` has (source, reason)."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[tuple[str, str], ...]
    articles: int
    sentences: int
    seconds: float


def ingest(
    paths: Sequence[Path], settings: Settings, *, embedder: Embeds | None = None, progress: Progress | None = None
) -> IngestReport:
    """Bring the store up to date with some files and folders.

    A file that can't be read is named in the report and leaves what the store held of it. Raises UserError when
    there is nothing to index, StoreError when the store can't be written or another process writes to it.
    """
    started = time.perf_counter()
    report = progress or (lambda done, total, source: None)
    if not (settings.store / FILE).exists():
        find_files(paths, {})  # a mistyped path makes no store
    with Writer(settings, embedder) as writer:
        library = writer.library
        # 1. Which files are there, and which does the store hold that are not there any more?
        known, unreadable = library.files(), list[tuple[Path, str]]()
        found = find_files(paths, library.paths(), unreadable)
        _note_folders(library, paths)
        gone: dict[tuple[str, str], list[str]] = {}
        for source in _gone(found, library.paths(), paths, unreadable):
            gone.setdefault((known[source][1], _suffix(source)), []).append(source)
        failed = [(str(folder), f"{folder}: can't be read ({reason}).") for folder, reason in unreadable]

        # 2. A file with the same hash costs no more than that.
        new: list[Found] = []
        renamed: list[tuple[str, Found]] = []
        unchanged = 0
        for file in found:
            try:
                sha256 = sha256_of(file.file)
            except UserError as exc:
                failed.append((file.source, str(exc)))
                continue
            if file.source in known:
                same = known[file.source][1] == sha256
                unchanged += same
                new += [] if same else [file]
            # 3. The same bytes under another name, read in the same way: the article moves, its ids and vectors stay.
            elif same_file := gone.get((sha256, _suffix(file.source))):
                old = same_file.pop(0)
                renamed.append((old, file))
            else:
                new.append(file)
        removed = sorted(source for sources in gone.values() for source in sources)
        writer.rename(renamed)
        writer.remove(removed)

        # 4. Read the others, mark their page chrome, cut them into passages and sentences.
        added: list[str] = []
        changed: list[str] = []
        group: list[Cut] = []
        for done, file in enumerate(new):
            report(len(found) - len(new) + done, len(found), file.source)
            try:
                document = own_ids(library, read_file(file.file, file.source))
                group.append(Cut(file, document, split(document)))
            except UserError as exc:
                failed.append((file.source, str(exc)))
                continue
            (changed if file.source in known else added).append(file.source)
            # 5. Embed and commit, a group at a time.
            if sum(len(cut.sentences) for cut in group) >= _GROUP:
                writer.write(group)
                group = []
        writer.write(group)
        report(len(found), len(found), "")
    # 6. On leaving, the writer has linked the copies and put the vectors' index in order.
    return IngestReport(
        tuple(added), tuple(changed), tuple((old, file.source) for old, file in renamed), tuple(removed), unchanged,
        tuple(failed), len(library.articles()), library.size, time.perf_counter() - started,
    )  # fmt: skip


def remove(sources: Sequence[str], settings: Settings, *, embedder: Embeds | None = None) -> None:
    """Take files out of the store; the files themselves stay. Raises UserError for one that isn't in it."""
    Library(settings.store)  # there must be a store: removing never makes one
    with Writer(settings, embedder) as writer:
        known = writer.library.files()
        for source in sources:
            if source not in known:
                raise UserError(f"{source} is not in the index. See what is: python -m index list")
        writer.remove(sources)


def folders_of(library: Library) -> list[Path] | None:
    """The folders that were named to be indexed, so not those of files that were named alone; None where a version of
    the program that noted no folders made the store."""
    noted = library.meta("folders")
    return [Path(folder) for folder in json.loads(noted)] if noted else None


def _note_folders(library: WritableLibrary, paths: Sequence[Path]) -> None:
    before = folders_of(library)
    now = sorted({*(before or ()), *(path.resolve() for path in paths if path.is_dir())})
    if now != before:
        library.set_meta("folders", json.dumps([str(folder) for folder in now]))


def _suffix(source: str) -> str:
    """A page's text depends on it: an HTML file that is called .txt now is read as it stands."""
    return Path(source).suffix.lower()


def _gone(
    found: Sequence[Found], known: Mapping[str, Path], paths: Sequence[Path], unreadable: Sequence[tuple[Path, str]]
) -> list[str]:
    """Sources of the store whose files are no longer in the folders that are indexed now."""
    here = {file.file for file in found}
    lost = [folder for folder, _ in unreadable]  # what is in them is not gone, it can't be seen
    return [
        source
        for source, file in known.items()
        if file not in here and is_below(file, paths) and not any(file.is_relative_to(folder) for folder in lost)
    ]


def own_ids(library: Library, document: Document) -> Document:
    """A renamed file keeps its ids, so a new file at the old name must not take them again."""
    articles = []
    for n, article in enumerate(document.articles):
        new, salt = article.article_id, 0
        while library.owner(new) not in ("", document.source):
            salt += 1
            new = article_id(f"{document.source}#{salt}", n)
        articles.append(replace(article, article_id=new))
    return replace(document, articles=tuple(articles))
