"""A file's bytes -> text, for every format that is read, and what the format itself says of the article.

It doesn't know articles, chrome or offsets. Plain text is decoded by `index/encodings.py`; for the other formats the
text is what a library extracts, and offsets count that. Try `extract(b"It rained.", ".txt", "a.txt")`.
"""

from __future__ import annotations

import html
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from index.encodings import decode
from index.errors import UserError

_UNSEEN = re.compile(r"<!--.*?-->|<(script|style|head|nav|aside|footer|template)\b.*?</\1\s*>", re.DOTALL | re.I)
_BREAKS = re.compile(r"<(?:/?(?:p|div|h[1-6]|li|ul|ol|tr|table|section|article|blockquote|br|hr|dd|dt)\b)[^>]*>", re.I)
_TAG = re.compile(r"<[^>]*>")
_SEEN = re.compile(r"[^\s\x00\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x7f\ufffd]")
MAX_CONTROL = 0.1  # a larger share of control characters than this is no text
# What a small file may unpack to: a long book has less, and the libraries take seconds for each of these.
MAX_XML = 8 * 1024 * 1024  # bytes of a Word file without its pictures
MAX_UNPACKED = 256 * 1024 * 1024  # bytes of a Word file, which are all read into memory
MAX_PAGES, MAX_CHARACTERS = 3_000, 8_000_000  # of a PDF


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, and title, publisher and publication date (ISO) where its format carries them (else "")."""

    text: str
    title: str = ""
    publisher: str = ""
    published: str = ""


def extract(data: bytes, suffix: str, name: str) -> Extracted:
    """The text in `data`, a file of the kind `suffix` (lower case, with its dot); `name` is for messages.

    >>> extract(b"It rained.", ".txt", "a.txt").text
    'It rained.'

    Raises UserError where there is no text in it, or where the file is damaged or locked.
    """
    reader = FORMATS.get(suffix)
    if reader is None:
        raise UserError(f"{name}: can't read files of this kind. Use one of {', '.join(sorted(FORMATS))}.")
    try:
        extracted = reader(data)
    except UserError as exc:
        raise UserError(f"{name}: {exc}") from exc
    except Exception as exc:  # on a damaged file the libraries raise whatever they meet
        raise UserError(f"{name}: is damaged ({type(exc).__name__}). Save it again, or its text as .txt.") from exc
    if not _SEEN.search(extracted.text):
        raise UserError(f"{name}: there is no text in it. Save its text as .txt and index that.")
    if len(_CONTROL.findall(extracted.text)) > MAX_CONTROL * len(extracted.text):
        raise UserError(f"{name}: isn't text. Save its text as .txt and index that.")
    return extracted


def _plain(data: bytes) -> Extracted:
    return Extracted(decode(data))


def _html(data: bytes) -> Extracted:
    """The main text, with the headline as its first line if the extractor took that for metadata alone."""
    import trafilatura

    page = decode(data)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # an empty page is reported below, in our own words
    sure = {"extensive_search": False, "original_date": True}  # a guessed date is worse than none
    found = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True, date_extraction_params=sure)
    if found is None or not (found.text or "").strip():
        return Extracted(_all_text(page))
    title = " ".join((found.title or "").split())
    text = found.text
    if title and title not in " ".join(text[: 4 * len(title) + 200].split()):
        text = f"{title}\n\n{text}"
    return Extracted(text, title, found.sitename or found.hostname or "", (found.date or "")[:10])


def _all_text(page: str) -> str:
    """The text of a page that is too short, or too odd, for the extractor to tell what its main part is."""
    text = _BREAKS.sub("\n", _UNSEEN.sub("\n", page))
    lines = (" ".join(line.split()) for line in html.unescape(_TAG.sub("", text)).splitlines())
    return "\n".join(line for line in lines if line)


def _pdf(data: bytes) -> Extracted:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every oddity that it copes with
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UserError("is locked with a password. Save it without one.")
    if len(reader.pages) > MAX_PAGES:
        raise UserError(f"has more than {MAX_PAGES:,} pages. Split it into smaller files.")
    pages, length = list[str](), 0
    for page in reader.pages:
        pages.append(page.extract_text().strip("\n"))
        length += len(pages[-1])
        if length > MAX_CHARACTERS:
            raise UserError(f"holds more than {MAX_CHARACTERS:,} characters. Split it into smaller files.")
    if pages and not "".join(pages).strip():
        raise UserError("holds pictures of text alone. Run it through text recognition first.")
    return Extracted("\n".join(pages))  # one line break: a paragraph may go on overleaf


def _docx(data: bytes) -> Extracted:
    from docx import Document

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sizes = [(part.file_size, part.filename.lower().endswith((".xml", ".rels"))) for part in packed.infolist()]
    if sum(size for size, is_xml in sizes if is_xml) > MAX_XML or sum(size for size, _ in sizes) > MAX_UNPACKED:
        raise UserError("unpacks to more than a long book. Split it into smaller files, or save its text as .txt.")
    return Extracted("\n\n".join(_docx_blocks(Document(io.BytesIO(data)))))


def _docx_blocks(container: Any) -> Iterator[str]:
    """Paragraphs, and tables row by row, in the order of the page."""
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield " | ".join(" ".join(cell.text.split()) for cell in row.cells)
        elif block.text.strip():
            yield block.text


FORMATS: dict[str, Callable[[bytes], Extracted]] = {
    ".txt": _plain,
    ".md": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
}
