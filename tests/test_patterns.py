"""No line of a file can make a regular expression take for ever: each is run over long lines that repeat themselves.

A pattern that can divide a line in more and more ways takes twice as long for each word more, and Python's `re` lets no
other thread run meanwhile. Try `python tests/test_patterns.py index`: it names each pattern before it runs it.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LENGTH = 400  # characters: what doubles with each word of such a line never ends, and what grows with its square does
LIMIT = 600  # seconds, a hundred times what all patterns of a package take together
FRAGMENTS = (
    "1", "12 ", "1,", "1.", "1, ", "1 | ", "1: ", "1-", "1/", "2024 ", ".", ",", "…", ". ", " ", "\t", "\n", "\n\n",
    "a", "A", "a ", "a.", "A. ", "a, ", "a | ", "a > ", "a / ", "a - ", "a-", "| ", "|", "· ", "> ", "- ", "–", "# ",
    "#a ", "#a,", "@a ", "'", "a'", "\"a\" ", "(", "(a) ", "?", ": ", "a:", "[1]", "<", "<p>", "<nav ", "<!--", "---\n",
    "*", "東", "東。", "é", "a\u0301", "News | ", "next ", "» ", "1 day ago ", "page 1 of 2 ", "May 1 ", "1 May ",
    "the ", "more ", "of and ", "terms of use ", "share this ", "article ", "read more: ", "follow us ", "newsletter ",
    "you ", "we ", "cookies ", "sign up ", "copyright © ", "by ", "and ", "million ", "ae", "our", "ll", "U.S. ",
)  # fmt: skip
ENDS = ("", "\0", "!x", "9", " n/a", "| 2025", "x" * 80)


def lines() -> list[str]:
    """One fragment again and again, two or three by turns, and then something that may not fit."""
    pick = random.Random(0)
    mixed = ["".join(pick.sample(FRAGMENTS, n)) for n in (2, 3) for _ in range(60)]
    repeated = [(part * LENGTH)[:LENGTH] for part in (*FRAGMENTS, *mixed)]
    return [line + end for line, end in itertools.product(repeated, ENDS)]


def patterns(package: str) -> dict[re.Pattern[str], str]:
    """The regular expressions for text that a package's modules hold or give to a function of `re`, and their names."""
    found: dict[re.Pattern[str], str] = {}
    for path in sorted((ROOT / package).glob("*.py")):
        if path.stem != "__main__":
            for name, value in vars(importlib.import_module(f"{package}.{path.stem}")).items():
                for pattern in _held(value):
                    found.setdefault(pattern, f"{path.stem}.{name}")
        for call in (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)):
            given = call.args[0] if ast.unparse(call.func).startswith("re.") and call.args else None
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.setdefault(re.compile(given.value), f"{path.name}:{call.lineno}")
    return found


def _held(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        yield from _held(tuple(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _held(part)


def try_all(found: dict[re.Pattern[str], str]) -> None:
    """Run each pattern over every line, its name printed first. From a line's start: its other places are like it."""
    for pattern, name in found.items():
        print(name, flush=True)
        for line in lines():
            pattern.fullmatch(line)
            pattern.match(line)


@pytest.mark.parametrize("package", ["index", "qa"])
def test_every_pattern_comes_to_an_end(package: str) -> None:
    argv = [sys.executable, __file__, package]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, env=env, timeout=LIMIT, check=True).stdout
    except subprocess.TimeoutExpired as exc:
        done = (exc.stdout or b"").decode()
        pytest.fail(f"{done.split()[-1]} does not come to an end")
    assert done.split() == list(patterns(package).values())


if __name__ == "__main__":
    try_all(patterns(sys.argv[1]))
