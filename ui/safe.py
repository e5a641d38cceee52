"""Small pieces of HTML made from untrusted text: escaping, the last wash, dates and links.

Everything that the page shows and that came from an article, a user or a model passes through `esc`, and whole
fragments through `wash` as a second layer. Nothing here knows about answers. Try `python -m doctest ui/safe.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from html import escape
from urllib.parse import quote

TAGS = {
    *(
        "a",
        "article",
        "b",
        "blockquote",
        "br",
        "button",
        "cite",
        "details",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "header",
    ),
    *("input", "label", "li", "mark", "ol", "p", "section", "small", "span", "strong", "summary", "time", "ul"),
}
COMMON = {"class", "id", "hidden", "title", "tabindex", "role"}
ATTRIBUTES = {
    "*": COMMON,
    "a": {"href"},
    "button": {"type"},
    "input": {"type", "checked", "value", "aria-label"},
    "p": {"data-o"},
    "h3": {"data-o"},
    "div": {"aria-label", "data-source", "data-sha", "data-article"},
    "mark": {"data-n"},
    "time": {"datetime"},
}
# Control characters that can hide, reorder or cut text. Each becomes one visible sign, so offsets stay right.
MARKDOWN = {ord(sign): f"&#{ord(sign)};" for sign in "*_`~$[]!|\\{}\n"}
UNSAFE = re.compile("[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")


def esc(text: str) -> str:
    """Text that means only itself in HTML, also inside a quoted attribute; one sign in, one sign shown.

    >>> esc('<img src=x onerror="alert(1)">'), esc("abc\\u202etxt")
    ('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;', 'abc\\ufffdtxt')
    """
    return escape(UNSAFE.sub("\ufffd", text), quote=True)


def flat(text: str) -> str:
    """Escaped text on one line: white space that the page would fold anyway is folded here.

    A blank line would end the HTML block that the chat's Markdown leaves alone.

    >>> flat(" a\\n\\n b ")
    'a b'
    """
    return esc(" ".join(text.split()))


def wash(html: str) -> str:
    """The fragment with nothing left that could run or fetch: only `TAGS`, `ATTRIBUTES` and links inside the page.

    >>> wash('<p onclick="x()">hi<script>x()</script></p><a href="https://evil.example">a</a>')
    '<p>hi</p><a>a</a>'
    """
    import nh3

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "href" and not value.startswith("#"):
            return None
        return value

    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=keep, link_rel=None, url_schemes=set())


def message(html: str) -> str:
    """A washed fragment for the chat, whose Markdown must find nothing to do in it: its signs become entities.

    Tag and attribute names hold none of these signs, and in values and texts an entity means the sign.

    >>> message('<p class="a_b">![x](y) <script>*</script></p>')
    '<p class="a&#95;b">&#33;&#91;x&#93;(y) </p>'
    """
    return wash(html).translate(MARKDOWN)


def date_words(iso: str) -> str:
    """A date as a reader writes it; what isn't an ISO date is given back as it is.

    >>> date_words("2025-04-09"), date_words("2025-04-09T14:15:00+09:00"), date_words("spring"), date_words("")
    ('9 April 2025', '9 April 2025', 'spring', '')
    """
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{day.day} {day:%B %Y}"


def range_words(dates: Iterable[str]) -> str:
    """From the first to the last of some ISO dates; "" when there is none.

    >>> range_words(["2025-04-10", "2025-04-08"]), range_words(["2025-04-08"]), range_words([""])
    ('8–10 April 2025', '8 April 2025', '')
    >>> range_words(["2024-12-30", "2025-01-02"])
    '30 December 2024 – 2 January 2025'
    """
    days = sorted(day[:10] for day in dates if day)
    if not days:
        return ""
    first, last = days[0], days[-1]
    if first == last:
        return date_words(first)
    same_month = first[:7] == last[:7] and len(first) == len(last) == 10
    return f"{int(first[8:])}–{date_words(last)}" if same_month else f"{date_words(first)} – {date_words(last)}"


def time_tag(iso: str) -> str:
    """`date_words` in a `<time>` element, or nothing when there is no date."""
    return f'<time datetime="{esc(iso[:10])}">{flat(date_words(iso))}</time>' if iso else ""


def read_link(article_id: str, start: int = 0, end: int = 0) -> str:
    """The link that opens an article beside the chat, at a passage if one is given.

    >>> read_link("a b.txt#0", 5, 9), read_link("x")
    ('#read/a%20b.txt%230/5-9', '#read/x')
    """
    return f"#read/{quote(article_id, safe='')}" + (f"/{start}-{end}" if end else "")


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "article"), plural(2, "article"), plural(2, "copy", "copies")
    ('1 article', '2 articles', '2 copies')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"
