"""A file that is read and cut, ready to be stored: the texts of its vectors, and its place in catalogue and vectors.

That it gets there whole or not at all is the writer's care (`index/writer.py`). Try
`titled("The river Ashlow", "It rises in the hills.")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.embed import Embeds, Vectors
from index.files import Found
from index.links import pack
from index.read import Document
from index.store import PASSAGES, SENTENCES, VectorStore
from index.types import Passage, Sentence, Span
from index.writable import WritableLibrary


@dataclass(frozen=True, slots=True)
class Cut:
    """One file, read and cut, ready to be embedded."""

    found: Found
    document: Document
    parts: tuple[tuple[Passage, tuple[Sentence, ...]], ...]

    @property
    def sentences(self) -> list[Sentence]:
        return [s for _, sentences in self.parts for s in sentences]

    @property
    def passages(self) -> list[tuple[Span, str, str]]:
        """Span, article and text of each passage."""
        text = self.document.text
        return [(p.span, p.article_id, text[p.span.start : p.span.end]) for p, _ in self.parts]

    def titled(self) -> list[str]:
        """The text of each passage's vector."""
        titles = {a.article_id: a.title for a in self.document.articles}
        return [titled(titles[article], text) for _, article, text in self.passages]

    def signatures(self) -> dict[str, bytes]:
        """article id -> what tells copies of the article; page chrome has no part in it."""
        texts: dict[str, list[str]] = {a.article_id: [] for a in self.document.articles}
        for _, article, text in self.passages:
            texts[article].append(text)
        return {article: pack("\n".join(found)) for article, found in texts.items()}


def embed(embedder: Embeds, group: Sequence[Cut]) -> tuple[Sequence[Cut], Vectors]:
    """The vectors of a group: those of all its sentences, then those of all its passages."""
    sentences = [s.text for cut in group for s in cut.sentences]
    return group, embed_texts(embedder, [*sentences, *(text for cut in group for text in cut.titled())])


def titled(title: str, passage: str) -> str:
    """The text of a passage's vector: behind its article's title, so that a paragraph which never names its subject
    is still found by it.

    >>> titled("The river Ashlow", "It rises in the hills.")
    'The river Ashlow. It rises in the hills.'
    """
    title = title.rstrip(" .…")
    return passage if not title or passage.startswith(title) else f"{title}. {passage}"


def embed_texts(embedder: Embeds, texts: Sequence[str]) -> Vectors:
    """One vector a text; a text that occurs twice, such as a paragraph of one sentence, is embedded once."""
    places = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    found: Vectors = embedder.encode(list(places))[[places[text] for text in texts]]
    return found


def fill(library: WritableLibrary, vectors: VectorStore, embedded: tuple[Sequence[Cut], Vectors]) -> int:
    """Put the files of a group into catalogue and vectors, inside a transaction; how many records that made."""
    group, rows = embedded
    ids: dict[str, list[int]] = {SENTENCES: [], PASSAGES: []}
    for cut in group:
        sentences, passages = library.add(cut.document, cut.found.root, cut.found.path, cut.parts, cut.signatures())
        ids[SENTENCES] += sentences
        ids[PASSAGES] += passages
    spans: dict[str, list[tuple[Span, str]]] = {
        SENTENCES: [(s.span, s.article_id) for cut in group for s in cut.sentences],
        PASSAGES: [(span, article) for cut in group for span, article, _ in cut.passages],
    }
    start = 0
    for name, own in spans.items():
        part = rows[start : start + len(own)]
        vectors.add(name, ids[name], [span for span, _ in own], [article for _, article in own], part)
        start += len(own)
    return len(rows)
