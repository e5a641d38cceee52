"""Copies of an article are told from other articles about the same event."""

from __future__ import annotations

import random
import textwrap
from itertools import combinations
from pathlib import Path

import pytest

from index.copies import is_copy, resemblance, signature
from index.read import read_file

ROOT = Path(__file__).parent.parent
FILES = [*sorted((ROOT / "seeds").glob("*.txt")), *sorted((ROOT / "tests/data/pages").glob("*.txt"))]
DOCUMENTS = [read_file(path, path.name) for path in FILES]
ARTICLES = [d.text[a.start : a.end] for d in DOCUMENTS for a in d.articles]
LONG = [text for text in ARTICLES if len(text.split()) >= 80]


def test_no_two_articles_are_copies_though_they_tell_of_the_same_event() -> None:
    signatures = [signature(text) for text in ARTICLES]
    assert max(resemblance(a, b) for a, b in combinations(signatures, 2)) < 0.2
    assert len(ARTICLES) >= 50


@pytest.mark.parametrize("width", [50, 72, 100])
def test_a_rewrapped_copy_has_the_same_signature(width: int) -> None:
    for text in LONG:
        assert signature("\n".join(textwrap.wrap(text, width))) == signature(text)


def edited(text: str, seed: int) -> str:
    """As another paper prints it: other quotation marks, a byline, a credit, its tail cut, one word in 40 changed."""
    dice = random.Random(seed)
    words = [word if dice.random() > 1 / 40 else "other" for word in text.split()]
    kept = " ".join(words[: len(words) * 9 // 10]).replace("“", '"').replace("”", '"')
    return f"By Our Staff\n{kept}\n(Reporting by A. Roe; editing by C. Doe)"


def test_a_copy_with_small_edits_is_a_copy() -> None:
    assert len(LONG) >= 40
    assert all(is_copy(signature(text), signature(edited(text, n))) for n, text in enumerate(LONG))


def test_the_estimate_is_near_the_true_resemblance() -> None:
    words = [f"w{n}" for n in range(402)]
    a, b = words[:302], words[100:]  # 300 shingles each, 200 in common: 200 / 400
    assert resemblance(signature(" ".join(a)), signature(" ".join(b))) == pytest.approx(200 / 400, abs=0.13)


def test_texts_too_short_to_compare_are_no_copies() -> None:
    assert signature("It rained in Ost.") == ()
    assert not is_copy((), ())
