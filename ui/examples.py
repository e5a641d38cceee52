"""Questions to start with, made from the indexed articles themselves. Pure; no model is asked.

The names that most articles share make the questions: what somebody said, what an abbreviation stands for, what is
said about whom. Every question is about words that stand in the library. It knows no article by heart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

_WORD = r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-z]+)?"
_NAME = rf"{_WORD}(?: {_WORD}){{1,3}}"
_MIDDLE = re.compile(rf"(?<=[a-z,] )({_NAME})(?![\w’'-])")
_SPELLED = re.compile(r"\(([A-Z]{3,8})\)")
_SAID = r"(?:said|told|stated|added|remarked|warned|announced|argued|noted|explained|commented)"
_SPEAKER = re.compile(rf"(?:(?<=[a-z,”\"’'] )|^)((?:{_WORD} )?{_WORD})(?: [a-z]+ly)? {_SAID}\b", re.MULTILINE)
_PRONOUNS = {"He", "She", "They", "It", "We", "Both", "This", "That", "Who", "Which", "Officials", "Sources"}


def example_questions(texts: Sequence[str], most: int = 4) -> tuple[str, ...]:
    """Up to `most` different questions; `texts` are the articles, one string each.

    >>> example_questions(["In May, Low said the Rain Agency (NRA) grew, and the Rain Agency paid."])
    ('What did Low say about the Rain Agency?', 'What is NRA?')
    """
    speakers = [s for s in _common(_SPEAKER.findall(text) for text in texts) if s not in _PRONOUNS]
    names = [n for n in _common(_MIDDLE.findall(text) for text in texts) if not any(s in n for s in speakers)]
    spelled = _common(_SPELLED.findall(text) for text in texts)
    questions = []
    for speaker in speakers[:2]:
        near = _common(_near(speaker, text, names) for text in texts)
        about = f" about {_with_article(near[0], texts)}" if near else ""
        questions.append(f"What did {speaker} say{about}?")
        names = [n for n in names if not near or n[:8] != near[0][:8]]
    questions += [f"What is {short}?" for short in spelled[:1]]
    questions += [f"What do the articles say about {_with_article(name, texts)}?" for name in names]
    return tuple(dict.fromkeys(questions))[:most]


def _near(speaker: str, text: str, names: Sequence[str]) -> list[str]:
    """The names that stand in one sentence with what somebody said.

    >>> _near("Low", "Low said the Rain Agency grew. The Sun Fund did not.", ["Sun Fund", "Rain Agency"])
    ['Rain Agency']
    """
    said = re.compile(rf"{re.escape(speaker)}(?: [a-z]+ly)? {_SAID}\b")
    sentences = [s for s in re.split(r"(?<=[.!?”\"]) (?=[A-Z“\"])|\n", text) if said.search(s)]
    return [n for n in names if any(n in s for s in sentences)]


def _common(found: Iterable[Iterable[T]]) -> list[T]:
    """What was found, in the order of how many texts hold it, then of first appearance.

    >>> _common([["a", "b", "b"], ["b", "c"]])
    ['b', 'a', 'c']
    """
    counts = Counter(item for items in found for item in dict.fromkeys(items))
    return [item for item, _ in counts.most_common()]


def _with_article(name: str, texts: Sequence[str]) -> str:
    """`the` before a name that the articles mostly write so.

    >>> _with_article("Rain Agency", ["of the Rain Agency"]), _with_article("Ada Low", ["by Ada Low"])
    ('the Rain Agency', 'Ada Low')
    """
    with_the = sum(text.count(f"the {name}") for text in texts)
    return f"the {name}" if 2 * with_the > sum(text.count(name) for text in texts) else name
