"""From the chosen evidence to statements, each with its citations: quoted whole, trimmed, or drafted and proven.

It picks nothing (`compose.choose` has) and decides nothing about the question. Of a model's draft only what the cited
characters prove leaves this file. `Bot` shows how it is called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.errors import StoreError
from index.search import Search
from index.types import Hit, Span
from qa import compose, prompts
from qa.answertype import kind_of
from qa.book import Book
from qa.dates import with_dates
from qa.entail import Verify
from qa.extent import AHEAD, announces, by_items, covers, extent
from qa.llm import Model
from qa.parts import parts
from qa.rerank import ContextOf, ProbeReranker, Reranker
from qa.trim import shortest
from qa.types import Statement

DRAFT_TOKENS = 220


class Editor:
    """Makes statements over one store. Keeps nothing of a question, so that several may be answered at once."""

    def __init__(self, search: Search, reranker: Reranker, contexts: Callable[[], ContextOf], verify: Verify) -> None:
        self._search, self._library = search, search.library
        self._reranker, self._contexts, self._verify = reranker, contexts, verify

    def quoted(
        self, question: str, facts: Sequence[compose.Fact], book: Book, *, trimmed: bool
    ) -> Iterator[Statement]:  # fmt: skip
        """The evidence sentences themselves, each cited; those of other articles that say the same beside it."""
        when = any(kind_of(asked) == "when" for asked in (question, *parts(question)))
        said: list[Span] = []
        for fact in facts:
            span = self._extent(fact.shown)
            if any(covers(other, fact.shown.sentence.span) for other in said):
                continue  # an earlier sentence has announced it, or leans on it
            said.append(span)
            quote = self._quote(span, fact.shown)
            text = by_items(quote)
            if trimmed and span == fact.shown.sentence.span:
                text = self._trimmed(question, fact.shown, text)
            if when:
                text = with_dates(text, book.article(fact.shown).published)
            numbers = [book.cite(fact.shown.sentence.article_id, span, quote)]
            for twin in fact.also:
                words = self._quote(twin.sentence.span, twin)
                if self._verify(text, [words], [book.article(twin).published]).ok or compose.same_fact(text, words):
                    numbers.append(book.cite(twin.sentence.article_id, twin.sentence.span, words))
            yield Statement(text, tuple(numbers), "quote")

    def drafted(
        self, model: Model, question: str, facts: Sequence[compose.Fact], book: Book, limit: int,
        cancel: threading.Event | None,
    ) -> Iterator[Statement]:  # fmt: skip
        """What the model writes from the numbered evidence, as far as the spans that it cites prove it."""
        hits = [hit for fact in facts for hit in fact.hits]
        spans = [self._extent(hit) for hit in hits]
        owners = [book.article(hit) for hit in hits]
        texts = [self._quote(span, hit) for span, hit in zip(spans, hits, strict=True)]
        messages = prompts.messages(question, texts, limit)
        said: set[str] = set()
        for sentence in compose.drafted(model.stream(messages, DRAFT_TOKENS, cancel), len(texts)):
            if (cancel is not None and cancel.is_set()) or len(said) >= limit:
                return
            # A sentence without a marker may still stand in the evidence; it is cited to the first that proves it.
            claimed = [sentence.passages] if sentence.passages else [(n,) for n in range(1, len(texts) + 1)]
            for numbers in claimed:
                shown = [texts[n - 1] for n in numbers]
                days = [owners[n - 1].published for n in numbers]
                if sentence.text not in said and self._verify(sentence.text, shown, days).ok:
                    said.add(sentence.text)
                    cited = tuple(book.cite(owners[n - 1].article_id, spans[n - 1], texts[n - 1]) for n in numbers)
                    yield Statement(sentence.text, cited, "generated")
                    break

    def _extent(self, hit: Hit) -> Span:
        sentence = hit.sentence
        after = self._library.after(sentence, AHEAD) if announces(sentence.text) else ()
        return extent(sentence, self._search.before(sentence), after)

    def _quote(self, span: Span, hit: Hit) -> str:
        """The characters of a span that holds the sentence of a hit.

        Raises StoreError when they aren't there any more: another process may index while a question is answered.
        """
        quote = self._library.quote(span)
        if not quote.startswith(hit.sentence.text, hit.sentence.span.start - span.start):
            raise StoreError(f"{span.source} has changed while this was answered. Ask again.")
        return quote

    def _trimmed(self, question: str, hit: Hit, text: str) -> str:
        """A sentence without the clauses that the reranker can do without."""
        if hit.rerank is None or self._reranker.fitted != ProbeReranker.fitted:
            return text  # `trim.MARGIN` is in the probe's log-odds
        return shortest(
            text,
            lambda part: self._verify(part, [text], [""]).ok,
            lambda texts: self._reranker.judge(
                question, [replace(hit, sentence=replace(hit.sentence, text=t)) for t in texts], self._contexts()
            ),
        )
