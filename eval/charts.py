"""Charts as inline SVG: a curve and horizontal bars. Pure: numbers and labels in, escaped text out.

Colours are CSS variables of the page, so that light, dark and print need no second drawing.
Try: python -c "from eval.charts import curve; print(curve([(0.5, 0.0), (1.0, 0.25)], 'risk', 'coverage'))"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 640, 170, 70
ROW = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar from 0 to `value`, with a whisker from `low` to `high`, and what is written at its ends."""

    label: str
    value: float
    low: float
    high: float
    text: str


def bars(rows: Sequence[Bar], title: str, top: float) -> str:
    """Horizontal bars on an axis from 0 to `top`; the whisker is the interval (or p50 to p95 of a time)."""
    height = ROW * len(rows) + 10
    scale = (WIDTH - LEFT - RIGHT) / top if top > 0 else 0.0
    parts = []
    for n, row in enumerate(rows):
        y = n * ROW + 5
        low, high, end = (LEFT + scale * min(v, top) for v in (row.low, row.high, row.value))
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 14}" class="end">{escape(row.label[:26])}</text>'
            f'<rect x="{LEFT}" y="{y + 3}" width="{max(1.0, end - LEFT):.1f}" height="{ROW - 10}" class="bar"/>'
            f'<path d="M{low:.1f} {y + 10}H{high:.1f}M{low:.1f} {y + 6}v8M{high:.1f} {y + 6}v8" class="whisker"/>'
            f'<text x="{WIDTH - RIGHT + 6}" y="{y + 14}">{escape(row.text)}</text>'
        )
    axis = f'<path d="M{LEFT} 2V{height - 2}" class="axis"/>'
    return _svg(WIDTH, height, title, "".join(parts) + axis)


def curve(points: Sequence[tuple[float, float]], up: str, right: str, title: str = "") -> str:
    """A line through points of the unit square, with ticks at every fifth."""
    size, left, bottom = 320, 46, 34
    span = size - left - 12

    def x(value: float) -> float:
        return left + span * value

    def y(value: float) -> float:
        return size - bottom - span * value

    ticks = "".join(
        f'<path d="M{x(t):.1f} {y(0):.1f}V{y(1):.1f}M{x(0):.1f} {y(t):.1f}H{x(1):.1f}" class="grid"/>'
        f'<text x="{x(t):.1f}" y="{size - bottom + 15}" class="mid">{t:.1f}</text>'
        f'<text x="{left - 6}" y="{y(t) + 4:.1f}" class="end">{t:.1f}</text>'
        for t in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    path = "".join(f"{'L' if n else 'M'}{x(a):.1f} {y(b):.1f}" for n, (a, b) in enumerate(points))
    names = (
        f'<text x="{x(0.5):.1f}" y="{size - 3}" class="mid">{escape(right)}</text>'
        f'<text x="12" y="{y(0.5):.1f}" class="mid" transform="rotate(-90 12 {y(0.5):.1f})">{escape(up)}</text>'
    )
    return _svg(size, size, title or f"{up} by {right}", f'{ticks}{names}<path d="{path}" class="line"/>')


def _svg(width: int, height: int, title: str, inside: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{inside}</svg>'
    )
