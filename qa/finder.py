"""From a question to the facts that its answer is made of: search, rerank, judge, choose.

One `Finder` belongs to one store and one reranker. It writes nothing and keeps nothing of a question, so that several
may be answered at once. `Bot.stream` shows the order in which its methods are called.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.search import Search
from index.settings import Settings
from index.types import Hit, Span
from qa import compose
from qa.compose import Fact
from qa.fitted import fitted
from qa.followup import self_contained
from qa.parts import parts, stands_alone
from qa.question import content_words
from qa.rank import Context, unjudged
from qa.rerank import ContextOf, CrossEncoderReranker, NoReranker, Reranker, rerank
from qa.types import Turn, Verdict
from qa.verdict import Features, features
from qa.verdict import decide as verdict_of

# The first hits whose passages the verdict looks at, and how many passages are shown when nothing answers.
LOOK, NEAREST = 5, 3

Decide = Callable[[Features, str], tuple[Verdict, float]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether there is an answer, and the facts that it is made of."""

    verdict: Verdict
    confidence: float  # the probability that the evidence answers the question, or a part of it
    facts: tuple[Fact, ...]  # none unless the verdict is "answered"
    unanswered: tuple[str, ...]  # the parts of an answered question that nothing answers


class Finder:
    """Finds evidence in one store and says whether it answers."""

    def __init__(self, search: Search, reranker: Reranker, decide: Decide | None = None) -> None:
        self._search, self._library, self._reranker = search, search.library, reranker
        self._fitted = fitted(reranker.fitted)
        self._decide = decide or functools.partial(verdict_of, model=self._fitted)

    def candidates(self, question: str, articles: frozenset[str] | None) -> Sequence[Hit]:
        """What the search finds, from all articles or only some (ids)."""
        return self._search.search(question, articles=articles)

    def ranked(self, question: str, candidates: Sequence[Hit]) -> tuple[Hit, ...]:
        """The same, best evidence first."""
        engine = self._search
        return rerank(self._reranker, question, candidates, self.context_of(), engine.frequency, engine.size)

    def sure(self, confidence: float) -> bool:
        """Whether the strictest setting would still answer."""
        return confidence >= self._fitted.thresholds["strict"]

    def features(self, question: str, hits: Sequence[Hit]) -> Features:
        """What the verdict is made from, and fitted on."""
        passages = [self._library.quote(h.sentence.passage) for h in hits[:LOOK]]
        context = self.context_of()(hits[0]) if hits else Context("", "")
        return features(question, hits, passages, context, self._search.frequency, self._search.size)

    def context_of(self) -> ContextOf:
        """What tells the context of a hit."""
        titles = {a.article_id: a.title for a in self._library.articles()}

        def context_of(hit: Hit) -> Context:
            before = self._search.before(hit.sentence)
            return Context(self._library.quote(before) if before else "", titles.get(hit.sentence.article_id, ""))

        return context_of

    def decide(
        self,
        question: str,
        hits: Sequence[Hit],
        articles: frozenset[str] | None,
        settings: Settings,
        cancel: threading.Event | None = None,
    ) -> Decision:
        """Whether ranked hits answer the question, and by which facts, at most as many as the settings allow.

        Each part of a question that asks several is judged alone, as a follow-up of the part before it, and the best
        that is found for it alone comes first; what the whole question finds follows. A part that is answered answers
        the question, and the others are named. After `cancel` no further part is looked for.
        """
        verdict, confidence = self._judged(question, hits, settings)
        past: list[Turn] = []
        facts: list[Fact] = []
        doubted: list[tuple[str, Hit]] = []
        whole = self._chosen(question, hits, settings.statements, confidence) if verdict == "answered" else ()
        for part in parts(question):
            if cancel is not None and cancel.is_set():
                break
            asked = self_contained(part, past)
            found = self.ranked(asked, self.candidates(asked, articles))
            said, chance = self._judged(asked, found, settings)
            if past and not (whole or facts or stands_alone(part)):
                said = "closest"  # what leans on a part that nothing answers can't be answered by itself
            best = self._chosen(asked, found, 1, chance) if said == "answered" else ()
            facts += best
            past.append(Turn(asked, best[0].shown.sentence.text if best else "", said))
            if best and not whole:
                verdict, confidence = said, max(chance, confidence)
            # "How high was it?", where nobody knows what "it" is, is no part that the articles could be silent about.
            if found and not best and len(content_words(asked)) > 1:
                doubted.append((asked, found[0]))
        chosen = compose.merged([*facts, *whole], settings.statements)
        shown = {hit.sentence.span for fact in chosen for hit in fact.hits}
        unanswered = tuple(asked for asked, hit in doubted if hit.sentence.span not in shown)
        return Decision(verdict, confidence, chosen, unanswered if chosen else ())

    def _judged(self, question: str, hits: Sequence[Hit], settings: Settings) -> tuple[Verdict, float]:
        return self._decide(self.features(question, hits), settings.strictness)

    def _chosen(self, question: str, hits: Sequence[Hit], limit: int, chance: float) -> tuple[Fact, ...]:
        return compose.choose(question, self._comparable(question, hits), limit, self._fitted, chance)

    def _comparable(self, question: str, hits: Sequence[Hit]) -> Sequence[Hit]:
        """The hits in their order, scored in the unit that a further sentence is weighed in.

        A cross-encoder's scores are log-odds or probabilities of its own: the ranking without it was fitted instead.
        """
        if self._reranker.fitted != CrossEncoderReranker.fitted:
            return hits
        engine, context_of = self._search, self.context_of()
        weights = fitted(NoReranker.fitted).ranking
        return unjudged(question, hits, [context_of(h) for h in hits], engine.frequency, engine.size, weights)


def nearest(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each of the first passages."""
    seen: dict[Span, Hit] = {}
    for hit in hits:
        seen.setdefault(hit.sentence.passage, hit)
    return list(seen.values())[:NEAREST]
