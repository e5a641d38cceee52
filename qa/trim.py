"""Shorter quotes: the part of a sentence that the answer needs, cut at clause borders only.

A part is the article's own words without an opening adjunct or a closing clause. It is offered only when nothing
that is left out says who says it, how sure it is or when it holds. Which part still answers, the reranker tells;
whether the whole proves it, `ground.py`. Pure. Try
`list(parts("On Monday, Ann Lee opened the bridge in York, which had cost a million pounds."))`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

ELLIPSIS = "…"
SHORTEST = 5  # words of a part at the least
# A part must be judged at most this much worse than the whole sentence, in the reranker's log-odds.
MARGIN = 0.5

_OPENING = re.compile(
    r"(?:In|On|At|During|After|Following|Before|For|With|Amid|By|From|Since|Under|While|As|Though|Although|Having|\w+ing)"
    r"\b[^,;:—–]*, (?="
    # What follows opens like a main clause: not like an apposition ("a minister, he ...") or the rest of a list.
    r"(?!(?:the|an?)\b[^,]*,)(?!(?:[A-Z]\S* )+and\b[^,]*,)"
    r"(?:[A-Z\d]|(?:the|an?|this|that|these|those|his|her|its|their|he|she|it|they|we|there|both|many|some)\b))"
)
# An adjunct with a verb of its own and its object is a main clause: "In 1989 a jet suffered the same fate, ...".
_MAIN_VERB = re.compile(r" \w+ed (?!(?:in|on|at|by|with|from|to|for|of|after|before|under|over|as|and)\b)\S")
# Nothing but the clause itself may follow: where another comma does, the main clause may go on behind it.
_CLOSING = re.compile(r"(?:,| [—–-]{1,2}) (?:which|who|whose|where|while|with|as|after|before|amid|\w+ing)\b[^,;:—–]*$")
# Where one of these is left out, so may be a speaker, a doubt, a condition or a limit.
_NEEDED = re.compile(
    r"\b(?:if|unless|until|not|never|no|none|may|might|could|would|should|reportedly|allegedly|apparently|according|says?"
    r"|said|saying|told|tells?|telling|whether|but|only|except|without|claim\w*|argu\w+|warn\w*|believ\w+|likely|suggest\w*"
    r"|den(?:y|ies|ied|ying)|estimat\w+|stat(?:ed|es|ing)|insist\w*|despite|than|so|such)\b|n[’']t\b|[“”\"]",
    re.IGNORECASE,
)


def parts(sentence: str) -> Iterator[str]:
    """The parts of a sentence that may stand for it, as they stand in it, the longest first; the whole is none.

    >>> for part in parts("On Monday, Ann Lee opened the bridge in York, which had cost a million pounds."): print(part)
    Ann Lee opened the bridge in York, which had cost a million pounds.
    On Monday, Ann Lee opened the bridge in York
    Ann Lee opened the bridge in York
    >>> list(parts("The bridge was closed on Monday, according to Ann Lee."))
    []
    """
    opening = _OPENING.match(sentence)
    closing = _CLOSING.search(sentence, opening.end() if opening else 0)
    starts, ends = [0], [len(sentence)]
    if opening and not _NEEDED.search(opening[0]) and not _MAIN_VERB.search(opening[0]):
        starts.append(opening.end())
    if closing and not _NEEDED.search(closing[0]):
        ends.append(closing.start())
    found = {sentence[start:end] for start in starts for end in ends} - {sentence}
    for part in sorted(found, key=len, reverse=True):
        if len(part.split()) >= SHORTEST and part.count("(") == part.count(")"):
            yield part


def shortest(sentence: str, proven: Callable[[str], bool], judge: Callable[[Sequence[str]], Sequence[float]]) -> str:
    """The shortest part of a sentence that it proves and that answers nearly as well, with ellipses; else the sentence.

    `judge` gives one score a text, log-odds that it answers the question.

    >>> sentence = "On Monday, Ann Lee opened the bridge in York, which had cost a million pounds."
    >>> shortest(sentence, lambda part: True, lambda texts: [3.0 if "Monday" in text else 1.0 for text in texts])
    'On Monday, Ann Lee opened the bridge in York …'
    """
    offered = [part for part in parts(sentence) if proven(part)]
    if not offered:
        return sentence
    whole, *scores = judge([sentence, *offered])
    good = [part for part, score in zip(offered, scores, strict=True) if score >= whole - MARGIN]
    return marked(min(good, key=len), sentence) if good else sentence


def marked(part: str, sentence: str) -> str:
    """A part with an ellipsis where something is left out.

    >>> marked("Ann opened it", "On Monday, Ann opened it, which had cost a million.")
    '… Ann opened it …'
    """
    before = "" if sentence.startswith(part) else f"{ELLIPSIS} "
    after = "" if sentence.endswith(part) else f" {ELLIPSIS}"
    return f"{before}{part}{after}"
