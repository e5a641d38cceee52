"""How much of the article a chosen sentence is shown with, so that it can be understood. Pure.

One that opens with "He" or "The statement" means little without the sentence before it, and one that only announces
("There are three obstacles.", "The company undertakes:") says nothing without what it announces. What is shown is one
stretch of the article all the same, so that its citation is too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.types import Sentence, Span

# A sentence that opens like this means little without the one before it.
_LEANS = re.compile(
    r"[“\"'‘]?(?:he|she|they|it|this|that|these|those|his|her|their|its|both|the (?:statement|move|decision"
    r"|announcement|comments?|remarks?|visit|meeting|agreement|plan|initiative|latter|former))\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:[-–—*•·▪‣◦]|\(?(?:\d{1,2}|[a-z])[.)])\s")
_SEVERAL = r"(?:two|three|four|five|six|seven|eight|nine|ten|several|a few|many|the following)"
# "There are three obstacles.": a number of things and nothing that says which.
_COUNTS = re.compile(rf"\b{_SEVERAL}(?:\s+[\w’'-]+){{1,4}}[.:]$", re.IGNORECASE)
_FEW = 12  # words of a sentence that does no more than that
_FIRST = re.compile(r"(?:the )?(?:first(?:ly)?|one|to begin with)\b", re.IGNORECASE)
_NEXT = re.compile(
    r"(?:the )?(?:second(?:ly)?|third(?:ly)?|fourth(?:ly)?|fifth(?:ly)?|next|another|last(?:ly)?|final(?:ly)?"
    r"|(?:and )?(?:then|the other))\b",
    re.IGNORECASE,
)
# What is announced, at the most: sentences that are looked at, and characters that are shown.
AHEAD, MOST = 12, 900


def leans(text: str) -> bool:
    """Whether a sentence opens with something that only the sentence before it explains.

    >>> leans("He emphasized the point."), leans("Rutte emphasized the point.")
    (True, False)
    """
    return bool(_LEANS.match(text))


def announces(text: str) -> bool:
    """Whether a sentence may only announce what comes after it; what that is, `announced` tells.

    >>> announces("There are three obstacles."), announces("In return, the carrier undertakes:")
    (True, True)
    >>> announces("Three ministers signed the treaty on Monday.")
    False
    """
    return text.endswith(":") or (len(text.split()) <= _FEW and bool(_COUNTS.search(text)))


def announced(sentence: Sentence, after: Sequence[Sentence]) -> int:
    """Where that ends which a sentence announces, an offset into its source; its own end where it announces nothing.

    `after` are the sentences that follow it in its article. What a colon announces are the items of a list or, where
    there is none, the words up to the next end of a paragraph; what "three obstacles." announces are the sentences
    from "First, ..." to the last one that goes on counting.
    """
    end = sentence.span.end
    if not announces(sentence.text) or not after:
        return end
    if _ITEM.match(after[0].text):
        ends = list(_items(after))
    elif sentence.text.endswith(":"):
        # What remains of the paragraph, or the next one where nothing does.
        ends = [s.span.end for s in after if s.passage == after[0].passage]
    elif _FIRST.match(after[0].text):
        here = [s for s in after if s.passage == sentence.passage]
        ends = [s.span.end for n, s in enumerate(here) if n == 0 or _NEXT.match(s.text)]
        ends = ends if len(ends) > 1 else []
    else:
        ends = []
    return max([end, *(e for e in ends if e - sentence.span.start <= MOST)])


def _items(after: Sequence[Sentence]) -> Iterator[int]:
    """Where each sentence of the list ends: those behind the first mark, as long as each paragraph opens with one."""
    opened = None
    for sentence in after:
        if sentence.passage != opened and not _ITEM.match(sentence.text):
            # The items of one paragraph are cut at their marks; what stands in another one is the list's no more.
            return
        opened = sentence.passage
        yield sentence.span.end


def extent(sentence: Sentence, before: Span | None, after: Sequence[Sentence]) -> Span:
    """The stretch to show and cite for a sentence, with what it leans on and what it announces.

    `before` is where the sentence before it in its passage stands, `after` are those that follow in its article.
    """
    start = before.start if before is not None and leans(sentence.text) else sentence.span.start
    return Span(sentence.span.source, start, announced(sentence, after))


def covers(span: Span, other: Span) -> bool:
    """Whether `other` lies within `span`.

    >>> covers(Span("a.txt", 0, 9), Span("a.txt", 4, 9)), covers(Span("a.txt", 0, 9), Span("b.txt", 4, 9))
    (True, False)
    """
    return span.source == other.source and span.start <= other.start and other.end <= span.end


def by_items(quote: str) -> str:
    """A quote as it is shown: its white space as single spaces, but each item of a list on a line of its own.

    >>> by_items("It  rests\\non:\\n\\n- trust;\\n- money.")
    'It rests on:\\n- trust;\\n- money.'
    """
    return "\n".join(" ".join(part.split()) for part in re.split(rf"\n\s*(?={_ITEM.pattern})", quote))
