"""The parts of the indexing benchmark that can be right or wrong: its made text and its stand-in for the embedder."""

from __future__ import annotations

from pathlib import Path

from eval.indexing import Stand, unchanged
from eval.made import SENTENCES, made_articles, write_made
from index.read import from_text, read_file
from index.settings import Settings
from index.split import split


def test_made_articles_are_the_same_for_the_same_numbers_and_no_two_sentences_are_alike(tmp_path: Path) -> None:
    texts = list(made_articles(30, seed=4))
    assert texts == list(made_articles(30, seed=4)) != list(made_articles(30, seed=5))
    found = [s.text for text in texts for _, cut in split(from_text(text, "a.txt")) for s in cut]
    assert len(found) == len(set(found)) == 30 * SENTENCES
    assert write_made(tmp_path, 30, seed=4) == sum(map(len, texts))
    assert [len(read_file(path, path.name).articles) for path in sorted(tmp_path.iterdir())] == [1] * 30


def test_the_stand_in_puts_texts_that_share_words_near() -> None:
    port, harbour, frogs = Stand("any").encode(["The port of Ost", "Port of Ost closed", "Frogs returned"])
    assert port @ harbour > 0.5 > abs(port @ frogs)
    assert abs(float(port @ port) - 1) < 1e-6


def test_unchanged_files_are_timed_in_the_command_itself() -> None:
    first, *_ = unchanged(Settings.load(environ={}), 3)
    assert first.startswith("3 unchanged files: ")
