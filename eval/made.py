"""Made articles for benchmarks: any number of them, no two sentences alike, with the words of real articles.

Each sentence is the first half of one real sentence, a number, and the second half of another, so that words are as
frequent and as rare as in news; it means nothing. Try: python -c "from eval.made import *; print(*made_articles(1))"
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from index.read import read_file
from index.split import split

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "seeds", ROOT / "eval" / "varied" / "articles")
SENTENCES = 20  # of an article, some 2,000 characters
PARAGRAPH = 3  # sentences of a paragraph


def made_articles(count: int, seed: int = 0) -> Iterator[str]:
    """The texts of `count` articles, always the same for the same numbers."""
    draw = random.Random(seed)
    pool = _real_sentences()
    for n in range(count):
        lines = [f"Report {seed}-{n} on {_half(draw.choice(pool), 1)}"]
        numbers = range(n * SENTENCES, (n + 1) * SENTENCES - 1)
        made = [f"{_half(draw.choice(pool), 0)} {number} {_half(draw.choice(pool), 1)}" for number in numbers]
        lines += [" ".join(made[i : i + PARAGRAPH]) for i in range(0, len(made), PARAGRAPH)]
        yield "\n".join(lines) + "\n"


def write_made(folder: Path, count: int, seed: int = 0) -> int:
    """Write them into a folder; how many characters they have."""
    folder.mkdir(parents=True, exist_ok=True)
    characters = 0
    for n, text in enumerate(made_articles(count, seed)):
        (folder / f"{seed:04}-{n:05}.txt").write_text(text, encoding="utf-8")
        characters += len(text)
    return characters


@lru_cache(maxsize=1)
def _real_sentences() -> tuple[str, ...]:
    """Those with a full stop and nothing inside that would end a sentence when it is cut in two."""
    files = sorted(path for folder in FOLDERS for path in folder.glob("*.txt"))
    found = [s.text for path in files for _, cut in split(read_file(path, path.name)) for s in cut]
    plain = (text for text in found if text.endswith(".") and text.count(".") == 1 and text[0].isupper())
    return tuple(text for text in plain if 60 < len(text) < 220 and not set("“”‘\"'()?!:;") & set(text))


def _half(sentence: str, which: int) -> str:
    words = sentence.split()
    middle = len(words) // 2
    return " ".join(words[middle:] if which else words[:middle])
