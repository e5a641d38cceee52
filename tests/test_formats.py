"""HTML, PDF and Word: the text that comes out, what the format says of the article, and damaged files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from index.encodings import decode
from index.errors import UserError
from index.formats import FORMATS, MAX_CHARACTERS, MAX_PAGES, MAX_UNPACKED, MAX_XML, extract
from index.read import read_file
from index.split import split

BODY = (
    "<p>The port of Ost reopened on Monday after a strike of nine days, its director said. Ships had waited.</p>"
    "<p>“We are glad,” said the director, Ana Ruiz. The union agreed to talks about pay and hours in May.</p>"
    "<h2>What comes next</h2>"
    "<p>A judge will hear the case on June 3. The union wants five percent more; the port has offered two.</p>"
)
PAGE = f"""<!doctype html><html><head><title>Port reopens | Ost Post</title>
<meta property="og:title" content="Port reopens after strike"><meta property="og:site_name" content="Ost Post">
<meta property="article:published_time" content="2025-04-09T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Port reopens after strike</h1>{BODY}</article>
<aside><h3>Most read</h3><ul><li><a href="/x">Fish eats dog</a></li></ul></aside>
<footer>© 2025 Ost Post. All rights reserved.</footer><script>var x = 1;</script></body></html>"""


def pdf(*pages: list[str]) -> bytes:
    """A PDF with these lines on its pages, written by hand: a reader's library can't write text."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, lines in enumerate(pages):
        stream = "BT /F1 12 Tf 50 750 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * i} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{n} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    ).encode("latin-1")


def locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["Port reopens"]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("Port reopens after strike", 0)
    document.add_paragraph("The port of Ost reopened on Monday. Ships had waited outside.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Ships", "12"
    document.add_paragraph("A judge will hear the case on June 3.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sentences_of(folder: Path, name: str, data: bytes) -> list[str]:
    (folder / name).write_bytes(data)
    page = read_file(folder / name, name)
    found = [s for _, of_passage in split(page) for s in of_passage]
    assert all(page.text[s.span.start : s.span.end] == s.text for s in found)
    return [s.text for s in found]


@pytest.mark.parametrize("name", ["a.html", "a.htm", "A.HTML"])
def test_html_gives_the_main_text_and_its_metadata(tmp_path: Path, name: str) -> None:
    found = sentences_of(tmp_path, name, PAGE.encode())
    assert found[0] == "Port reopens after strike"
    assert found[-1] == "The union wants five percent more; the port has offered two."
    assert len(found) == 8
    (article,) = read_file(tmp_path / name, name).articles
    assert (article.title, article.publisher, article.published) == (
        "Port reopens after strike",
        "Ost Post",
        "2025-04-09",
    )


def test_html_keeps_a_headline_that_stands_in_the_metadata_alone() -> None:
    page = PAGE.replace("<h1>Port reopens after strike</h1>", "")
    assert extract(page.encode(), ".html", "a.html").text.startswith("Port reopens after strike\n\nThe port of Ost")


def test_html_of_one_sentence_and_html_without_any() -> None:
    assert (
        extract(b"<p>It <b>rained</b> &amp; snowed.</p><script>x()</script>", ".html", "a").text
        == "It rained & snowed."
    )
    deep = b"<div>" * 3000 + b"It rained in Ost." + b"</div>" * 3000
    assert extract(deep, ".html", "a").text == "It rained in Ost."
    with pytest.raises(UserError, match=r"^a\.html: there is no text in it\."):
        extract(b"<html><body><script>x()</script></body></html>", ".html", "a.html")


def test_html_in_the_encoding_that_it_declares() -> None:
    story = "<meta charset='windows-1250'><p>Premiér ve středu oznámil, že jednání budou pokračovat příští týden.</p>"
    assert "středu oznámil, že" in extract(story.encode("cp1250"), ".html", "a").text
    unknown = story.replace("windows-1250", "klingon-7").encode("cp1250")
    assert "Premi" in decode(unknown)


def test_html_without_a_date_gets_none() -> None:
    page = f"<html><head><title>Port</title></head><body><article><h1>Port</h1>{BODY}</article><p>© 2024 Ost</p></body>"
    assert extract(page.encode(), ".html", "a").published == ""


def test_pdf_lines_are_paragraphs_again_even_overleaf(tmp_path: Path) -> None:
    data = pdf(
        ["Port reopens after strike", "The port of Ost reopened on Monday after a strike of nine days, its"],
        ["director said. Ships had waited outside. The union agreed to talks about", "pay and hours."],
    )
    assert [" ".join(s.split()) for s in sentences_of(tmp_path, "a.pdf", data)] == [
        "Port reopens after strike",
        "The port of Ost reopened on Monday after a strike of nine days, its director said.",
        "Ships had waited outside.",
        "The union agreed to talks about pay and hours.",
    ]


def test_docx_gives_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    assert sentences_of(tmp_path, "a.docx", docx()) == [
        "Port reopens after strike",
        "The port of Ost reopened on Monday.",
        "Ships had waited outside.",
        "Ships | 12",
        "A judge will hear the case on June 3.",
    ]


def test_markdown_is_read_as_it_stands(tmp_path: Path) -> None:
    found = sentences_of(tmp_path, "a.md", b"# Port reopens\n\nThe *port* reopened. It\nis [open](http://x.example).\n")
    assert found == ["# Port reopens", "The *port* reopened.", "It\nis [open](http://x.example)."]
    assert read_file(tmp_path / "a.md", "a.md").articles[0].title == "Port reopens"


@pytest.mark.parametrize(
    ("suffix", "data", "message"),
    [
        (".pdf", b"%PDF-1.4 junk", "a.pdf: is damaged (PdfStreamError). Save it again, or its text as .txt."),
        (".pdf", pdf([]), "a.pdf: holds pictures of text alone. Run it through text recognition first."),
        (".pdf", locked_pdf(), "a.pdf: is locked with a password. Save it without one."),
        (".docx", b"PK\x03\x04junk", "a.docx: is damaged (BadZipFile). Save it again, or its text as .txt."),
        (".html", b"\x00\x01\x02" * 99, "a.html: isn't text. Save its text as .txt and index that."),
    ],
)
def test_damaged_files_are_said_in_one_line(suffix: str, data: bytes, message: str) -> None:
    with pytest.raises(UserError) as refused:
        extract(data, suffix, f"a{suffix}")
    assert str(refused.value) == message


def swollen(part: str, size: int) -> bytes:
    """A Word file with one more part, which is nothing but spaces."""
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed, packed.open(part, "w") as member:
        for _ in range(size // 2**20):
            member.write(b" " * 2**20)
    return out.getvalue()


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_before_it_is_read() -> None:
    for part, size in (("word/document2.xml", 2 * MAX_XML), ("word/media/a.bin", 2 * MAX_UNPACKED)):
        data = swollen(part, size)
        assert len(data) < 2**20
        with pytest.raises(UserError) as refused:
            extract(data, ".docx", "a.docx")
        assert str(refused.value) == (
            "a.docx: unpacks to more than a long book. Split it into smaller files, or save its text as .txt."
        )
    assert extract(swollen("word/media/a.bin", 2 * MAX_XML), ".docx", "a.docx").text  # pictures may be larger


def test_a_pdf_of_very_many_pages_is_refused() -> None:
    with pytest.raises(UserError) as refused:
        extract(pdf(*[["a"]] * (MAX_PAGES + 1)), ".pdf", "a.pdf")
    assert str(refused.value) == "a.pdf: has more than 3,000 pages. Split it into smaller files."


def test_a_pdf_of_very_much_text_is_refused() -> None:
    page = ["a" * 1_000] * 900
    with pytest.raises(UserError) as refused:
        extract(pdf(*[page] * (1 + MAX_CHARACTERS // 900_000)), ".pdf", "a.pdf")
    assert str(refused.value) == "a.pdf: holds more than 8,000,000 characters. Split it into smaller files."


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_half_a_file_is_read_or_refused(suffix: str) -> None:
    whole = {".pdf": pdf(["Port reopens"]), ".docx": docx()}.get(suffix, PAGE.encode())
    for size in range(0, len(whole), max(1, len(whole) // 12)):
        try:
            assert extract(whole[:size], suffix, "a").text
        except UserError as refused:
            assert str(refused).startswith("a: ")
