"""`Document` -> passages (paragraphs) and their sentences, with exact offsets counted while cutting.

It reads no file and knows no model. Each character of an article that is neither white space nor chrome is in exactly
one sentence; a passage runs from its first sentence's start to its last one's end.
Try `split(read_file(path, "a.txt"))`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.lines import Range, paragraphs, trim
from index.read import Document
from index.sentences import sentences
from index.types import Article, Passage, Sentence, Span

LONG = 1000  # characters; a longer paragraph is cut: the embedder reads 256 tokens, which is about this much
PIECE = 700  # characters of such a cut, at the most, unless one sentence is longer


def split(document: Document) -> tuple[tuple[Passage, tuple[Sentence, ...]], ...]:
    """The passages of a document in order, each with its sentences.

    A document with one article "Rain\\nIt rained. It poured." gives two passages: the headline with one sentence, and
    the paragraph (5, 24) with the sentences (5, 15) and (16, 24).
    """
    text = document.text
    blocks = paragraphs(text)
    found: list[tuple[Passage, tuple[Sentence, ...]]] = []
    at = 0  # the first paragraph that may still be needed
    for article, start, end in _kept(document):
        while at < len(blocks) and blocks[at][1] <= start:
            at += 1
        for first, last in _from(blocks, at):
            if first >= end:
                break
            begin, stop = trim(text, max(first, start), min(last, end))
            cuts = [(begin + a, begin + b) for a, b in sentences(text[begin:stop])]
            found.extend(_passage(text, article, piece) for piece in _pieces(cuts))
    return tuple(found)


def _kept(document: Document) -> Iterator[tuple[Article, int, int]]:
    """The stretches of each article that aren't chrome, in order."""
    chrome = sorted((span.start, span.end) for span in document.chrome)
    at = 0
    for article in document.articles:
        start = article.start
        while at < len(chrome) and chrome[at][1] <= start:
            at += 1
        for first, last in _from(chrome, at):
            if first >= article.end:
                break
            if start < first:
                yield article, start, first
            start = max(start, last)
        if start < article.end:
            yield article, start, article.end


def _from(ranges: Sequence[Range], at: int) -> Iterator[Range]:
    """`ranges[at:]` without a copy of it."""
    return (ranges[i] for i in range(at, len(ranges)))


def _pieces(cuts: Sequence[Range]) -> Iterator[Sequence[Range]]:
    """A paragraph's sentences, in groups where it is too long for one passage."""
    if cuts and cuts[-1][1] - cuts[0][0] <= LONG:
        yield cuts
        return
    group: list[Range] = []
    for cut in cuts:
        if group and cut[1] - group[0][0] > PIECE:
            yield group
            group = []
        group.append(cut)
    if group:
        yield group


def _passage(text: str, article: Article, cuts: Sequence[Range]) -> tuple[Passage, tuple[Sentence, ...]]:
    whole = Span(article.source, cuts[0][0], cuts[-1][1])
    return Passage(whole, article.article_id), tuple(
        Sentence(Span(article.source, start, end), whole, article.article_id, text[start:end]) for start, end in cuts
    )
