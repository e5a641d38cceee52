"""A file -> `Document`: its text, its articles with title, publisher and date, and its page chrome marked.

It doesn't cut sentences and stores nothing. Formats are `index/formats.py`, where articles begin `index/bounds.py`,
chrome `index/chrome.py`, front matter and sidecars `index/meta.py`.
Try `read_file(Path("seeds/001_0d0589c825a232b9.txt"), "001.txt").articles`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from index.bounds import Layout, layout, publisher_of
from index.errors import UserError
from index.formats import FORMATS, extract
from index.meta import Meta, front_matter, publication_date, short_title, sidecar_meta
from index.types import Article, Span

READABLE: frozenset[str] = frozenset(FORMATS)
UNKNOWN = Meta()
MAX_BYTES = 256 * 1024 * 1024  # larger files are archives or dumps, and are read into memory as a whole


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was read. Every offset counts characters of `text`."""

    source: str
    text: str
    sha256: str
    articles: tuple[Article, ...]
    chrome: tuple[Span, ...]


def read_file(path: Path, source: str) -> Document:
    """The articles of the file `path`, which the store calls `source`.

    What a sidecar says of title, publisher and date goes before the front matter, that before what the format carries,
    and that before what stands in the text. A file whose title is given so is one article.
    Raises UserError for a file that is missing, not readable, damaged, or without text, and for a damaged sidecar.
    """
    data = _bytes(path)
    aside = _sidecar_bytes(path)
    digest = _digest(data, aside)
    extracted = extract(data, path.suffix.lower(), source)
    carried = Meta(extracted.title, extracted.publisher, extracted.published)
    return from_text(extracted.text, source, digest, sidecar_meta(aside, sidecar_of(path).name), carried)


def from_text(text: str, source: str, sha256: str = "", given: Meta = UNKNOWN, carried: Meta = UNKNOWN) -> Document:
    """The articles of a text that has been read already; `given` goes before its front matter, `carried` after that.

    >>> [a.title for a in from_text("Port Reopens\\n\\nShips came in.\\n\\nPost a Comment", "a.txt").articles]
    ['Port Reopens']
    """
    in_front, start = front_matter(text)
    meta = given.over(in_front).over(carried)
    found = layout(text, start, single=bool(meta.title))
    articles = tuple(_article(source, n, text, found, meta, sha256) for n in range(len(found.articles)))
    front = (Span(source, 0, start),) if start else ()
    return Document(source, text, sha256, articles, front + tuple(Span(source, *marked) for marked in found.chrome))


def sha256_of(path: Path) -> str:
    """The hash of the file's bytes and, if it has one, of its sidecar's: a change of either is noticed.

    Raises UserError for a file that can't be read.
    """
    return _digest(_bytes(path), _sidecar_bytes(path))


def sidecar_of(path: Path) -> Path:
    """The file that may stand beside `path` and name its title, publisher and date.

    >>> sidecar_of(Path("news/a.txt")).name
    'a.meta.yaml'
    """
    return path.with_name(f"{path.stem}.meta.yaml")


def article_id(source: str, ordinal: int) -> str:
    """The same file and place always give the same id.

    >>> article_id("a.txt", 0)
    'd1f0c837c3b3'
    """
    return hashlib.sha256(f"{source}#{ordinal}".encode(errors="surrogatepass")).hexdigest()[:12]


def _article(source: str, ordinal: int, text: str, found: Layout, given: Meta, digest: str) -> Article:
    piece = found.articles[ordinal]
    header = [text[start:end] for start, end in piece.header]
    lines = [text[start:end] for start, end in piece.paragraphs[:10]]
    return Article(
        article_id=article_id(source, ordinal),
        source=source,
        start=piece.paragraphs[0][0],
        end=piece.paragraphs[-1][1],
        title=given.title or short_title(lines),
        publisher=given.publisher or (publisher_of(header[0]) if header else ""),
        published=given.published or publication_date(header) or publication_date(lines),
        sha256=digest,
    )


def _digest(data: bytes, aside: bytes) -> str:
    return hashlib.sha256(data + aside).hexdigest()


def _sidecar_bytes(path: Path) -> bytes:
    sidecar = sidecar_of(path)
    return _bytes(sidecar) if sidecar.is_file() else b""


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise UserError(f"{path}: isn't a file. Copy its text into one.")
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: is larger than {MAX_BYTES // 2**20} MB. Split it into smaller files.")
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise UserError(f"{path}: no such file. Check the path.") from exc
    except IsADirectoryError as exc:
        raise UserError(f"{path}: is a folder, not a file. Index the folder to index what is in it.") from exc
    except (OSError, ValueError) as exc:
        raise UserError(f"{path}: can't be read ({exc}). Check its name and its permissions.") from exc
