"""BM25 over the same sentences, by SQLite's FTS5.

It finds what vectors blur: acronyms, names, numbers, rare words. The scores are FTS5's `bm25()` with the sign
turned, so that larger is better (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from index.fold import fold, words
from index.library import Library

# They stand in nearly every sentence, so they cost the most and tell the least. English, from the closed classes.
STOPWORDS = frozenset(
    """a about after all also am an and any are as at be been being but by can could did do does doing during each for
    from had has have having he her hers him his how i if in into is it its itself just let may me might more most must
    my no nor not of off on or our ours out over own please she should so some such tell than that the their theirs
    them then there these they this those through to too under until up us very was we were what when where which while
    who whom whose why will with would you your yours""".split()
)


def terms(question: str) -> list[str]:
    """The words of a question that are worth looking up, each once; all of them when none is.

    >>> terms("What is the NATO command in Wiesbaden?")
    ['nato', 'command', 'wiesbaden']
    """
    found = list(dict.fromkeys(words(question)))
    return [w for w in found if w not in STOPWORDS] or found


def bm25(
    library: Library, question: str, k: int, articles: frozenset[str] | None = None, also: Sequence[int] = ()
) -> dict[int, float]:
    """sentence id -> BM25 of the best `k` sentences, best first, and of those in `also` that share a word with it.

    Both come from one pass over the words, which is most of what a search in a large store costs: the sort puts `also`
    in front, so that the rest of the limit holds the best others.
    """
    query = _query(question)
    if not query:
        return {}
    wanted, limit = json.dumps(list(also)), k + len(also)
    order = "ORDER BY words.rowid IN (SELECT value FROM json_each(?)) DESC, bm25(words), words.rowid LIMIT ?"
    if articles is None:
        rows = library.rows(
            f"SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? {order}", (query, wanted, limit)
        )
    else:
        rows = library.rows(
            "SELECT words.rowid, -bm25(words) FROM words JOIN sentences s ON s.id = words.rowid "
            "JOIN passages p ON p.id = s.passage_id "
            f"WHERE words MATCH ? AND p.article_id IN (SELECT value FROM json_each(?)) {order}",
            (query, json.dumps(sorted(articles)), wanted, limit),
        )
    best = sorted(((int(i), float(score)) for i, score in rows), key=lambda row: (-row[1], row[0]))
    kept = set(also)
    return dict(best[:k]) | {i: score for i, score in best[k:] if i in kept}


def document_frequency(library: Library, term: str) -> int:
    """In how many sentences a word occurs, its other forms counted too."""
    folded = fold(term)
    if not folded:
        return 0
    return int(library.rows("SELECT count(*) FROM words WHERE words MATCH ?", (_quoted(folded),))[0][0])


def _query(question: str) -> str:
    return " OR ".join(_quoted(term) for term in terms(question))


def _quoted(term: str) -> str:
    # A quoted string is a word to FTS5, never an operator.
    return '"' + term.replace('"', '""') + '"'
