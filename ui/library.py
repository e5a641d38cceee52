"""The articles as the page shows them: the list, one article beside the chat, and what is put in or taken out.

The index does the reading and writing (`index/ingest.py`); here are the limits for uploads and the words of each
outcome. Files that are added live in the store's `uploads` folder, and nothing outside the library is ever read.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.embed import Embeds
from index.errors import UserError
from index.files import is_below
from index.library import Library
from index.read import READABLE, read_file
from index.settings import Settings
from index.types import Article, Span
from ui.article import render_article
from ui.safe import date_words, esc, flat, plural, range_words, read_link, time_tag, wash

UPLOADS = "uploads"
MOST_FILES = 50  # the page sends them one by one
MOST_BYTES = 20 * 1024 * 1024
MOST_HELD = 2_000  # files that were uploaded or pasted; a folder of one's own may hold more
MOST_PASTED = 200_000  # characters
MOST_MARKS = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: a name, a line for the reader, and whether it went well."""

    name: str
    message: str
    good: bool


def render_list(articles: Sequence[Article], chosen: frozenset[str] | None = None) -> str:
    """The list of articles, newest first, each with a box to choose it and a button to remove its file."""
    if not articles:
        return wash('<p class="empty">No articles yet. Drop files anywhere on this page, or paste a text.</p>')
    held = Counter(a.source for a in articles)
    rows = []
    for n, a in enumerate(sorted(articles, key=lambda a: (a.published, a.title), reverse=True)):
        checked = " checked" if chosen is None or a.article_id in chosen else ""
        title = flat(a.title or a.source)
        about = " · ".join(part for part in (flat(a.publisher), time_tag(a.published)) if part) or flat(a.source)
        copy = '<span class="copy">a copy</span>' if a.copy_of else ""
        hint = "Remove the file, with all of its articles" if held[a.source] > 1 else "Remove from the library"
        rows.append(
            f'<li class="row"><input type="checkbox" class="choose" id="choose-{n}" value="{esc(a.article_id)}"'
            f' aria-label="Use {title}"{checked}><a class="open" href="{esc(read_link(a.article_id))}">{title}</a>'
            f'<span class="where">{about}{copy}</span><button type="button" class="remove" id="remove-{n}"'
            f' title="{hint}">Remove<span class="sr"> {title}</span></button></li>'
        )
    return wash(f'<ul class="library">{"".join(rows)}</ul>')


def summary(articles: Sequence[Article]) -> str:
    """The library in a few words.

    >>> a = Article("a", "a.txt", 0, 9, "T", "P", "2025-04-09", "00")
    >>> summary([a]), summary([])
    ('1 article, 9 April 2025', 'no articles yet')
    """
    if not articles:
        return "no articles yet"
    when = range_words(a.published for a in articles)
    return f"{plural(len(articles), 'article')}{when and f', {when}'}"


def find(library: Library, article_id: str) -> Article:
    """The article of that id. Raises UserError when it has gone."""
    for article in library.articles():
        if article.article_id == article_id:
            return article
    raise UserError("This article is no longer in the library. Add it again, or ask about the others.")


def parse_marks(words: str, source: str) -> tuple[Span, ...]:
    """Spans from the page, such as `12-57,80-99`; what isn't one is passed over.

    >>> parse_marks("12-57,9-3,x", "a.txt")
    (Span(source='a.txt', start=12, end=57),)
    """
    found = re.findall(r"(?:^|,)(\d{1,9})-(\d{1,9})(?=,|$)", words)[:MOST_MARKS]
    return tuple(Span(source, int(a), int(b)) for a, b in found if int(a) < int(b))


def view(library: Library, article_id: str, marks: str = "", stale: bool = False) -> dict[str, Any]:
    """One article for the reading pane. A `stale` citation's characters stand elsewhere now: nothing is highlighted.

    Raises UserError when the library doesn't hold it any more.
    """
    article = find(library, article_id)
    spans = () if stale else parse_marks(marks, article.source)
    text, chrome = library.text(article.source), library.chrome(article.source)
    html = render_article(text, article, chrome, spans, window(article, library.articles(), len(text)))
    about = (article.publisher, date_words(article.published), article.title or article.source)
    return {"html": html, "changed": stale, "about": " · ".join(part for part in about if part)}


def window(article: Article, articles: Sequence[Article], length: int) -> Span:
    """The part of the file to show with an article: up to its neighbours in that file, so with the chrome around it.

    >>> a, b = (Article(n, "f", s, e, "", "", "", "") for n, s, e in (("a", 5, 9), ("b", 12, 20)))
    >>> window(a, (a, b), 25), window(b, (a, b), 25)
    (Span(source='f', start=0, end=9), Span(source='f', start=9, end=25))
    """
    others = [o for o in articles if o.source == article.source and o.article_id != article.article_id]
    start = max((o.end for o in others if o.end <= article.start), default=0)
    later = any(o.start >= article.end for o in others)
    return Span(article.source, start, article.end if later else max(length, article.end))


def add_file(path: Path, name: str, settings: Settings, embedder: Embeds) -> Outcome:
    """Put one uploaded file into the store's own folder and index it. Never raises for a bad file."""
    from index.ingest import ingest

    clean = safe_name(name)
    if Path(clean).suffix.lower() not in READABLE:
        return Outcome(name, f"can't be read. Use one of {', '.join(sorted(READABLE))}.", False)
    if path.stat().st_size > MOST_BYTES:
        return Outcome(name, f"is larger than {MOST_BYTES // 2**20} MB. Split it, or save it as text.", False)
    folder = settings.store / UPLOADS
    target, scratch = folder / clean, folder / f".incoming{Path(clean).suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        existed = target.exists()
        if not existed and len(list(folder.glob("[!.]*.*"))) >= MOST_HELD:
            return Outcome(name, f"is one too many: {MOST_HELD:,} is the most. Remove some, or index a folder.", False)
        shutil.copyfile(path, scratch)
        read_file(scratch, clean)  # a file that can't be read takes the place of no other
        scratch.replace(target)
        try:
            report = ingest([target], settings, embedder=embedder)
        except UserError:
            if not existed:
                target.unlink(missing_ok=True)
            raise
    except UserError as exc:
        return Outcome(name, str(exc), False)
    except OSError as exc:
        return Outcome(name, f"can't be stored ({exc.strerror}). Free some space and add it again.", False)
    finally:
        scratch.unlink(missing_ok=True)
    if report.failed:
        return Outcome(name, report.failed[0][1], False)
    if report.unchanged:
        return Outcome(name, "is in the library already.", True)
    return Outcome(name, "was brought up to date." if report.changed else "was added.", True)


def add_text(title: str, text: str, settings: Settings, embedder: Embeds) -> Outcome:
    """Put a pasted text into the library as a file of its own, the title as its first line and its name.

    Raises UserError when there is no text, or too much of it.
    """
    if not text.strip():
        raise UserError("Paste the text of an article first.")
    if len(text) > MOST_PASTED:
        raise UserError(f"{len(text):,} characters are too many to paste; {MOST_PASTED:,} is the most. Upload a file.")
    title = " ".join(title.split()) or " ".join(text.strip().splitlines()[0].split())[:80]
    body = text if text.lstrip().startswith(title) else f"{title}\n{text}"
    data = body.encode("utf-8", "replace")
    with tempfile.TemporaryDirectory(dir=settings.store) as folder:
        scratch = Path(folder, "pasted")
        scratch.write_bytes(data)
        return add_file(scratch, _name_of(data, title[:60], settings.store / UPLOADS), settings, embedder)


def _name_of(data: bytes, title: str, folder: Path) -> str:
    """A file name for a pasted text: its title, and behind it a hash where a file of that name holds something else.

    The same text has the same name again, so that it stays one article.
    """
    plain, own = f"{title}.txt", f"{title} {hashlib.sha256(data).hexdigest()[:8]}.txt"
    target = folder / safe_name(plain)
    taken = target.exists() and target.read_bytes() != data
    return own if taken or (folder / safe_name(own)).exists() else plain


def remove_file(source: str, settings: Settings, embedder: Embeds) -> Outcome:
    """Take a file out of the library; one that was uploaded is deleted too. Raises UserError when it isn't there."""
    from index.ingest import folders_of, remove

    held = Library(settings.store)
    file = held.paths().get(source)
    remove([source], settings, embedder=embedder)
    if not file or not file.exists():
        return Outcome(source, "was removed.", True)
    if file.resolve().parent == (settings.store / UPLOADS).resolve():
        file.unlink(missing_ok=True)
        return Outcome(source, "was removed.", True)
    comes_back = is_below(file, folders_of(held) or ())
    back = " It comes back when the folders are read again, unless it is moved." if comes_back else ""
    return Outcome(source, f"was removed. The file itself stays where it is.{back}", True)


def reindex(settings: Settings, embedder: Embeds) -> Outcome:
    """Bring the index up to date with the folders and the single files that were named to it; what was done, in one
    line. What stands beside a file that was named alone is not looked at."""
    from index.ingest import folders_of, ingest, remove

    held = Library(settings.store)
    noted = folders_of(held)
    folders = [folder for folder in noted or () if folder.is_dir()]
    roots = {source: root for source, (root, _) in held.files().items()}
    alone = {source: file for source, file in held.paths().items() if not is_below(file, folders)}
    there = {source: file for source, file in alone.items() if os.path.isfile(file)}
    if not folders and not there:
        raise UserError("What was indexed is not there any more. Index it again: python -m index FOLDER")
    report = ingest([*folders, *there.values()], settings, embedder=embedder)
    # Gone is what its folder doesn't have; of a folder that can't be read, or of a disk that was taken out, who knows?
    gone = [s for s in alone if s not in there and s in held.files() and os.access(roots[s], os.R_OK | os.X_OK)]
    if gone:
        remove(gone, settings, embedder=embedder)
    removed = len(report.removed) + len(gone)
    counts = ((len(report.added), "added"), (len(report.changed), "changed"), (removed, "removed"),
              (len(report.failed), "failed"))  # fmt: skip
    done = ", ".join(f"{n} {what}" for n, what in counts if n) or "nothing has changed"
    new = "" if noted is not None else " For new files, name their folder once more: python -m index FOLDER"
    return Outcome("Re-indexed:", f"{done}.{new}", True)


def safe_name(name: str) -> str:
    """A file name of plain letters that stays in its folder.

    >>> safe_name("../../etc/pass wd<b>.txt"), safe_name(".txt"), safe_name("Ünïcode 漢字.TXT")
    ('pass wd_b_.txt', 'article.txt', 'Ünïcode 漢字.TXT')
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r"[^\w .()'’,-]", "_", name)[-120:].lstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    return f"{stem.strip()}.{suffix}" if dot and stem.strip() else f"article.{name or 'txt'}"
