"""One result as one HTML page that needs nothing else: figures, curves, and every failed question with its evidence.

All text from questions, answers and articles is untrusted and escaped; the page has no script and loads nothing.
Try: python -m eval report eval/results/baseline.json --out /tmp/page.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

from eval.charts import Bar, bars, curve
from eval.measures import failed, fault, loss
from eval.metrics import risk_coverage
from eval.records import Extract, Record
from eval.results import Result, ResultError
from eval.scoring import METRICS
from eval.spans import same_source
from eval.stats import Estimate
from eval.style import STYLE
from eval.table import COLUMNS, LESS, heading

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write(result: Result, path: Path) -> Path:
    """Write the page. Raises ResultError when the place can't be written to."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Half a character, which an article may hold, can't be written; a question mark stands for it.
        path.write_text(page(result), encoding="utf-8", errors="replace")
    except OSError as exc:
        raise ResultError(f"{path} can't be written ({exc.strerror}). Choose another place with --out.") from exc
    return path


def page(result: Result) -> str:
    """The whole page as text."""
    wrong = [record for record in result.records if failed(record)]
    body = [
        f"<h1>{escape(result.name)}: how good is it?</h1>",
        f"<p>{escape(heading(result)).replace(chr(10), '<br>')}</p>",
        "".join(f"<p class='bad'>{escape(note)}</p>" for note in result.notes),
        "<h2>Figures</h2>",
        _figures(result.figures),
        "<h2>Risk and coverage</h2>",
        _risk([record for record in result.records if not record.conversation]),
        "<h2>Seconds by step</h2>",
        _times(result),
        "<h2>By type of question</h2>",
        _types(result.types),
        f"<h2>Failed questions ({len(wrong)} of {len(result.records)})</h2>",
        "<p>In the articles' text: <mark class='gold'>gold evidence</mark>, <mark class='cited'>cited by the "
        "answer</mark>, <mark class='both'>both</mark>.</p>",
        *(_question(record) for record in wrong),
    ]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(result.name)}: evaluation</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _figures(found: Mapping[str, Estimate]) -> str:
    rows, group = [], ""
    for metric in METRICS:
        figure = found.get(metric.name)
        if figure is None:
            continue
        if metric.group != group:
            group = metric.group
            heads = "<th>value</th><th>95% interval</th><th>questions</th>"
            rows.append(f"<tr class='group'><th>{escape(group)}</th>{heads}</tr>")
        label = metric.label + (LESS if metric.better < 0 else "")
        rows.append(f"<tr><td>{escape(label)}</td>{_cells(figure)}<td>{figure.n}</td></tr>")
    return f"<div class='scroll' tabindex='0'><table>{''.join(rows)}</table></div>"


def _cells(figure: Estimate) -> str:
    return f"<td>{figure.value:.3f}</td><td>{figure.low:.3f} – {figure.high:.3f}</td>"


def _risk(records: Sequence[Record]) -> str:
    points = risk_coverage([r.confidence for r in records], [loss(r) for r in records])
    if not points:
        return ""
    drawing = curve(points, "risk", "coverage", "risk by coverage")
    words = (
        "If only the questions that it is surest of were answered (coverage), this share of them would be wrong "
        "(risk). For a refused question the closest passages count as its answer."
    )
    return f"<figure>{drawing}<figcaption>{words}</figcaption></figure>"


def _times(result: Result) -> str:
    steps = result.clock.get("steps", {})
    rows = [
        Bar(_STEPS.get(step, step), of["p50"]["value"], of["p50"]["value"], of["p95"]["value"],
            f"{of['p50']['value']:.2f} s")
        for step, of in steps.items()
        if of
    ]  # fmt: skip
    if not rows:
        return ""
    drawing = bars(rows, "seconds by step", max(row.high for row in rows))
    words = f"Half of the answers took no longer than the bar, 95% no longer than the whisker. Whole run: \
{result.clock['seconds']:.0f} s; peak memory: {result.clock['peak_memory_mb']} MB."
    return f"<figure>{drawing}<figcaption>{escape(words)}</figcaption></figure>"


_STEPS = {"first": "first words", "total": "whole answer"}


def _types(found: Mapping[str, Mapping[str, Estimate]]) -> str:
    rows = [
        Bar(kind, of["success"].value, of["success"].low, of["success"].high, f"{of['success'].value:.2f}")
        for kind, of in found.items()
    ]
    drawing = f"<figure>{bars(rows, 'share not failed, by type', 1.0)}<figcaption>Share of the questions that did not \
fail, with its 95% interval.</figcaption></figure>"
    heads = "".join(f"<th>{escape(short)}</th>" for short in COLUMNS.values())
    lines = "".join(
        f"<tr><td>{escape(kind)}</td>"
        + "".join(f"<td>{_small(of[name]) if name in of else ''}</td>" for name in COLUMNS)
        + "</tr>"
        for kind, of in found.items()
    )
    return f"{drawing}<div class='scroll' tabindex='0'><table><tr><th>type</th>{heads}</tr>{lines}</table></div>"


def _small(figure: Estimate) -> str:
    return f"{figure.value:.3f}<br><small class='soft'>{figure.low:.2f} – {figure.high:.2f}</small>"


def _question(record: Record) -> str:
    """One failed question: what was asked, why it failed, what was said, and both kinds of span in the text."""
    asked = f"<p class='soft'>understood as: {escape(record.asked)}</p>" if record.asked != record.question else ""
    facts = "; ".join(" / ".join(fact) for fact in record.key_facts)
    wanted = f"states {facts}" if facts else ("an answer" if record.answerable else "no answer")
    said = "".join(
        f"<blockquote><bdi>{escape(s.text)}</bdi> {''.join(f'[{n}]' for n in s.citations)}</blockquote>"
        for s in record.statements
    )
    said += "".join(f"<blockquote class='soft'>closest: {escape(c.quote)}</blockquote>" for c in record.closest)
    texts = "".join(_extract(extract, record) for extract in record.extracts)
    return (
        f"<section class='question'><h3>{escape(record.id)} · {escape(record.type)}: "
        f"<bdi>{escape(record.question)}</bdi></h3>{asked}"
        f"<p class='bad'>{escape(fault(record))}</p>"
        f"<p>Wanted: <bdi>{escape(wanted)}</bdi></p>"
        f"<p>Given ({escape(record.verdict)}, confidence {record.confidence:.2f}):</p>"
        f"{said or '<blockquote>nothing</blockquote>'}{texts}</section>"
    )


def _extract(extract: Extract, record: Record) -> str:
    gold = [(s.start, s.end) for s in record.evidence if same_source(s.source, extract.source)]
    cited = [(c.start, c.end) for c in record.citations if same_source(c.source, extract.source)]
    return (
        f"<p class='soft'>{escape(extract.source)}, from character {extract.start}</p>"
        f"<blockquote>…{marked(extract, gold, cited)}…</blockquote>"
    )


def marked(extract: Extract, gold: Sequence[tuple[int, int]], cited: Sequence[tuple[int, int]]) -> str:
    """The text with its gold and cited characters marked, escaped piece by piece.

    >>> marked(Extract("a.txt", 10, "a<b c"), [(10, 13)], [(12, 15)])
    "<mark class='gold'>a&lt;</mark><mark class='both'>b</mark><mark class='cited'> c</mark>"
    """
    end = extract.start + len(extract.text)
    cuts = sorted({extract.start, end, *(p for span in (*gold, *cited) for p in span if extract.start < p < end)})
    parts = []
    for start, stop in pairwise(cuts):
        text = escape(extract.text[start - extract.start : stop - extract.start])
        in_gold, in_cited = (any(a <= start < b for a, b in spans) for spans in (gold, cited))
        kind = "both" if in_gold and in_cited else "gold" if in_gold else "cited" if in_cited else ""
        parts.append(f"<mark class='{kind}'>{text}</mark>" if kind else text)
    return "".join(parts)
