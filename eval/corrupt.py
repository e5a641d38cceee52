"""False statements made from articles by rule: another name, number, date, speaker or order, a changed quotation.

Seeded and deterministic; it judges nothing (eval/verify.py does) and changes no article. The ways are in
eval/swaps.py and eval/opposites.py, the true counterpart is eval/paraphrase.py. Try
`corrupted(articles_of(Path("seeds")), seed=1)[:3]`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.opposites import OPPOSITES
from eval.swaps import KINDS, LOSSES, NAME, SAYS, Maker, Pool, names_in
from index.errors import UserError
from index.read import read_file
from index.split import split

Article = tuple[str, ...]  # its sentences, in order
_ROUNDS = 4  # each round draws other replacements, so that few numbers still give many statements


@dataclass(frozen=True, slots=True)
class Row:
    """One statement with the spans it cites, whether they support it, and what was done to it."""

    statement: str
    evidence: tuple[str, ...]
    ok: bool
    kind: str


def articles_of(folder: Path) -> tuple[Article, ...]:
    """The articles below a folder as sentences; page chrome and headlines are left out.

    Raises UserError when the folder holds no text.
    """
    found: list[Article] = []
    for path in sorted(p for p in folder.rglob("*.txt") if p.is_file()):
        document = read_file(path, path.name)
        by_article: dict[str, list[str]] = {}
        for passage, sentences in split(document):
            kept = [
                s.text for s in sentences if re.search(r"[.!?][”’\"')]*$", s.text) and 6 <= len(s.text.split()) <= 60
            ]
            by_article.setdefault(passage.article_id, []).extend(kept)
        found += [tuple(texts) for texts in by_article.values() if texts]
    if not found:
        raise UserError(f"No articles in {folder}: name a folder that holds .txt files.")
    return tuple(found)


def corrupted(articles: Sequence[Article], seed: int, per_kind: int = 40) -> tuple[Row, ...]:
    """False statements, at most `per_kind` of each kind, each with the spans that it pretends to rest on.

    Half of them cite a second sentence of the article too, so that a foreign word often stands in what is cited.
    """
    rng = random.Random(seed)
    pool = pool_of(articles, rng)
    rows: list[Row] = []
    for kind, make in {**KINDS, **OPPOSITES}.items():
        made = [r for _ in range(_ROUNDS) for a in articles for r in _of_article(a, kind, make, pool)]
        made = list(dict.fromkeys(made))
        rng.shuffle(made)
        rows += made[:per_kind]
    return tuple(rows)


def pool_of(articles: Sequence[Article], rng: random.Random) -> Pool:
    """The replacements that a set of articles offers, in a fixed order."""
    text = "\n".join(s for a in articles for s in a)
    names = {n for a in articles for s in a for n in names_in(s)}
    speakers = {m[1] for m in re.finditer(rf"({NAME}) (?:{SAYS})\b", text)} & names
    words = set(re.findall(r"\b[a-z]{6,}\b", text))
    return Pool(tuple(sorted(names)), tuple(sorted(speakers)), tuple(sorted(words)), rng)


def _of_article(article: Article, kind: str, make: Maker, pool: Pool) -> Iterator[Row]:
    for i, sentence in enumerate(article):
        other = article[i - pool.rng.randint(1, min(3, len(article)))]
        cites = (sentence, other) if pool.rng.random() < 0.5 and other != sentence else (sentence,)
        for statement, evidence in make(sentence, other, cites, pool):
            if (statement not in evidence and statement.strip(" .") not in sentence.strip(" .")) or kind in LOSSES:
                yield Row(statement, evidence, False, kind)
