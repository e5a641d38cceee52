"""True statements made from articles by rule: trims, other spellings, dates and numbers, moved adjuncts, the passive.

Nothing that changes a meaning: no report, hedge, condition or negation is dropped. Its false counterpart is
eval/corrupt.py. Try `faithful(articles_of(Path("seeds")), seed=1)[:3]`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from eval.corrupt import Article, Row
from eval.swaps import MONTH, NAME, WEEKDAY

# Where one of these stands, leaving out a clause may leave out who says it, how sure it is, or when it holds.
_RISKY = re.compile(
    r"\b(?:if|unless|not|never|no|may|might|could|would|reportedly|allegedly|according|say|says|said|told|whether|but|only"
    r"|claims?|claimed|argued|warned|believes?|likely|suggests?|denied|estimated?|than|so|such|between|both|either)\b|n[’']t\b",
    re.IGNORECASE,
)
_SPELLINGS = dict(
    pair.split("/")
    for pair in "defense/defence defence/defense color/colour center/centre centre/center labor/labour labour/labor "
    "organization/organisation organisation/organization program/programme programme/program theatre/theater "
    "harbour/harbor harbor/harbour kilometres/kilometers metres/meters litres/liters neighbour/neighbor favour/favor "
    "neighbours/neighbors emphasize/emphasise emphasized/emphasised emphasizing/emphasising recognize/recognise "
    "cancelled/canceled grey/gray traveled/travelled travelled/traveled fulfil/fulfill "
    "standardization/standardisation".split()
)
_SYNONYMS = {
    "said": "stated", "remarked": "said", "stated": "said", "commented": "remarked",
    "emphasized": "stressed", "underscored": "stressed", "highlighted": "emphasised", "began": "started",
    "started": "began", "help": "assist", "large": "big", "big": "large", "bought": "purchased", "built": "constructed",
    "ended": "finished", "almost": "nearly", "nearly": "almost", "after": "following", "enhance": "strengthen",
    "bolster": "strengthen", "boost": "strengthen", "collaboration": "cooperation", "per cent": "percent",
    "percent": "%", "about": "around", "purchase": "buy", "employees": "workers", "company": "firm", "many": "numerous",
}  # fmt: skip
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()


def faithful(articles: Sequence[Article], seed: int, per_kind: int = 50) -> tuple[Row, ...]:
    """True statements, at most `per_kind` of each kind; half of them cite a second sentence of the article too."""
    rng = random.Random(seed)
    rows: list[Row] = []
    for kind, make in KINDS.items():
        made: list[Row] = []
        for article in articles:
            for i, sentence in enumerate(article):
                other = article[i - 1] if i else article[-1]
                cites = (sentence, other) if rng.random() < 0.5 and other != sentence else (sentence,)
                made += [Row(text, cites, True, kind) for text in make(sentence) if text != sentence]
        made = list(dict.fromkeys(made))
        rng.shuffle(made)
        rows += made[:per_kind]
    return tuple(rows)


def _capital(text: str) -> str:
    text = text.strip(" ,;")
    return text[:1].upper() + text[1:]


def _lower(text: str, small: Sequence[str] = ("The", "A", "An", "It", "This", "There", "In", "About", "At")) -> str:
    """The text as it stands inside a sentence: a small letter where the first word is no name."""
    return text[0].lower() + text[1:] if text.split()[0] in small else text


def _stop(text: str) -> str:
    return text.strip(" ,;—-") + ("" if text.rstrip().endswith((".", "!", "?")) else ".")


def _plain(sentence: str) -> bool:
    return not re.search(r"[“”\"‘]|(?<!\w)'|\(|\)|;|:", sentence)


def _tail(sentence: str) -> Iterator[str]:
    """The main clause without its last, harmless clause."""
    found = re.match(
        r"^(?P<main>[^,]{25,}), (?P<rest>(?:which|who|where|including|while|with|as|and|adding|making|after) .+)$",
        sentence,
    )
    if found and _plain(sentence) and not _RISKY.search(found["rest"]):
        yield _stop(found["main"])


def _head(sentence: str) -> Iterator[str]:
    """The sentence without the adjunct that opens it."""
    found = re.match(
        r"^(?:In|On|At|During|After|Following|Before|For|With|Amid|By|From) [^,]{3,70}, (?P<rest>.+)$", sentence
    )
    if (
        found
        and _plain(sentence)
        and not re.match(rf"(?:{NAME}|[A-Z]\w+), |(?:and|who|which|where)\b|\w+ing\b", found["rest"])
    ):
        yield _capital(found["rest"])


def _halves(sentence: str) -> Iterator[str]:
    """Both halves of "A did this, and B did that."."""
    found = re.match(
        rf"^(?P<a>[^,]{{25,}}), and (?P<b>(?:the [a-z]+|{NAME}) (?:is|are|was|were|has|have|had|will|\w+ed) [^,]+\.)$",
        sentence,
    )
    if found and _plain(sentence) and not re.search(r"\b(?:said|says|told|that|if|between|both)\b", sentence):
        yield _stop(found["a"])
        yield _capital(found["b"])


def _aside(sentence: str) -> Iterator[str]:
    """Without what stands in brackets, between dashes, or in an apposition after a name."""
    for pattern in (r" \([^()]+\)", r" ?(?:—|–|--) ?[^—–-]{3,60} ?(?:—|–|--) ?"):
        shorter = re.sub(pattern, "" if "\\(" in pattern else " ", sentence, count=1).replace("  ", " ")
        if shorter != sentence and not _RISKY.search(_gone(sentence, shorter)):
            yield shorter
    found = re.match(rf"^(?P<a>{NAME}), (?P<b>(?:the|a|an|who|which) [^,]+), (?P<c>(?!and\b).+)$", sentence)
    if found and not _RISKY.search(found["b"]):
        yield f"{found['a']} {found['c']}"


def _gone(longer: str, shorter: str) -> str:
    start = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
    return longer[start : start + len(longer) - len(shorter)]


def _moved(sentence: str) -> Iterator[str]:
    """ "On Monday, X did Y." and "X did Y on Monday."."""
    if not _plain(sentence):
        return
    if found := re.match(rf"^(?P<a>(?:On|In) (?:{WEEKDAY}|{MONTH}(?: \d{{4}})?|\d{{4}})),? (?P<b>[^,]+)\.$", sentence):
        yield f"{_capital(found['b'])} {found['a'][0].lower()}{found['a'][1:]}."
    found = re.match(
        rf"^(?P<b>(?!(?:In|On|At|By|From|For)\b)[^,]+) (?P<a>(?:on {WEEKDAY}|in (?:{MONTH} )?\d{{4}}))\.$", sentence
    )
    if found and not re.search(r"\b(?:that|and|said|since|after|before|who|which)\b", found["b"]):
        yield f"{_capital(found['a'])}, {_lower(found['b'], ('The', 'A', 'It', 'They', 'He', 'She'))}."


def _spelling(sentence: str) -> Iterator[str]:
    if re.search(r"[“”\"]|(?<!\w)['‘]", sentence):
        return
    for old, new in _SPELLINGS.items():
        if re.search(rf"\b{old}\b", sentence):
            yield re.sub(rf"\b{old}\b", new, sentence)


def _synonym(sentence: str) -> Iterator[str]:
    bare = re.sub(r"[“\"][^“”\"]*[”\"]|(?<!\w)['‘].*['’](?!\w)", lambda m: "\0" * len(m[0]), sentence)
    for old, new in _SYNONYMS.items():
        found = re.search(rf"\b{old}\b(?! (?:to|half)\b)", bare)
        if found and not (old in ("about", "after") and not re.match(r" (?:\d|[a-z]+ty|the|a)\b", bare[found.end() :])):
            gap = 1 if new == "%" and sentence[found.start() - 1] == " " else 0
            yield sentence[: found.start() - gap] + new + sentence[found.end() :]


def _number(sentence: str) -> Iterator[str]:
    bare = re.sub(r"[“\"][^“”\"]*[”\"]", lambda m: "\0" * len(m[0]), sentence)
    for n, word in enumerate(_WORDS):
        if n > 1 and (found := re.search(rf"(?<![\w-]){word}(?![\w-])", bare)):
            yield sentence[: found.start()] + str(n) + sentence[found.end() :]
        found = re.search(rf"(?<![\w.,:$€£-]){n} (?!million|billion|{MONTH}|a\.m|p\.m)(?=[a-z])", bare)
        if n > 1 and found and not re.search(rf"{MONTH} $", bare[: found.start()]):
            yield sentence[: found.start()] + word + " " + sentence[found.end() :]
    if found := re.search(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])", bare):
        yield sentence[: found.start()] + found[1] + found[2] + sentence[found.end() :]
    if found := re.search(r"(\d+(?:\.\d+)?)%", bare):
        yield sentence[: found.start()] + found[1] + " per cent" + sentence[found.end() :]
    if found := re.search(r"\$(\d+(?:\.\d+)? (?:million|billion))", bare):
        yield sentence[: found.start()] + found[1] + " dollars" + sentence[found.end() :]
    if found := re.search(r"(\d+)\.(\d) million\b", bare):
        yield sentence[: found.start()] + f"{found[1]},{found[2]}00,000" + sentence[found.end() :]


def _date(sentence: str) -> Iterator[str]:
    if found := re.search(rf"\b(\d\d?) ({MONTH})( \d{{4}})?\b", sentence):
        year = f",{found[3]}" if found[3] else ""
        yield f"{sentence[: found.start()]}{found[2]} {found[1]}{year}{sentence[found.end() :]}"
        yield f"{sentence[: found.start()]}the {found[1]}th of {found[2]}{found[3] or ''}{sentence[found.end() :]}"
    if found := re.search(rf"\b({MONTH}) (\d\d?)(?:, (\d{{4}}))?\b(?!\d)", sentence):
        year = f" {found[3]}" if found[3] else ""
        yield f"{sentence[: found.start()]}{found[2]} {found[1]}{year}{sentence[found.end() :]}"


def _voice(sentence: str) -> Iterator[str]:
    """The passive of "X verbed Y." and the active of "Y was verbed by X.", without anything else in the sentence."""
    if not _plain(sentence):
        return
    agent = rf"(?:the [a-z]+|{NAME})"
    found = re.match(
        rf"^(?P<o>(?:The [a-z ]+|{NAME})) (?:was|were) (?P<v>\w+ed) by (?P<s>{agent})"
        r"(?P<rest> (?:in|on|at|for|from) [^,]+)?\.$",
        sentence,
    )
    if found:
        yield f"{_capital(found['s'])} {found['v']} {_lower(found['o'], ('The',))}{found['rest'] or ''}."
    found = re.match(
        rf"^(?P<s>{NAME}) (?P<v>(?!need|agre)\w{{3,}}ed) (?P<o>(?:the|a|an) [a-z]+(?: [a-z]+)?) "
        r"(?P<rest>(?:in|on|at|for|from) [^,]+)\.$",
        sentence,
    )
    if (
        found
        and not re.search(r"\b(?:and|that|to)\b", found["o"])
        and not re.match(r"(?:The|This|It|She|He|They)\b", found["s"])
    ):
        yield f"{_capital(found['o'])} was {found['v']} by {found['s']} {found['rest']}."


def _indirect(sentence: str) -> Iterator[str]:
    """`"Q," X said.` -> `X said that Q.` and `X said: "Q."`; words about the speaker's self stay quoted."""
    found = re.match(
        rf"^[“\"](?P<q>[^“”\"]+?),[”\"] "
        rf"(?:said (?P<x>{NAME})|(?P<y>{NAME}) (?:said|remarked|commented|stated))\b(?! (?:and|in))[^“”\"]*$",
        sentence,
    )
    if found and not re.search(r"[’']s\b", found["x"] or found["y"]):
        speaker = found["x"] or found["y"]
        yield f"{speaker} said: “{found['q']}.”"
        yield f"“{found['q']},” {speaker} stated."
        if not re.search(r"\b(?:I|we|our|my|us|me|you|your)\b", found["q"], re.IGNORECASE):
            yield f"{speaker} said that {_lower(found['q'])}."


def _report(sentence: str) -> Iterator[str]:
    """ "C, X said." and "According to X, C.", "X said that C."."""
    if not _plain(sentence):
        return
    found = re.match(rf"^(?P<c>[^,]+), (?P<x>(?:the [a-z ]+|{NAME})) said\.$", sentence) or re.match(
        rf"^(?P<c>[^,]+), according to (?P<x>(?:the [a-z ]+|{NAME}))\.$", sentence
    )
    if found:
        lower = _lower(found["c"])
        yield f"{_capital(found['x'])} said that {lower}."
        yield f"According to {found['x']}, {lower}."
    found = re.match(
        rf"^(?P<x>(?:The [a-z]+|{NAME})) said (?:that )?(?P<c>(?:the|it|its|there|{NAME}) [^,]+)\.$", sentence
    )
    if found and not re.match(r"(?:He|She|They|It|This)\b", found["x"]):
        yield f"{_capital(found['c'])}, {_lower(found['x'])} said."


Maker = Callable[[str], Iterator[str]]
KINDS: dict[str, Maker] = {
    "trim: tail": _tail, "trim: head": _head, "trim: halves": _halves, "trim: aside": _aside, "moved adjunct": _moved,
    "spelling": _spelling, "synonym": _synonym, "number form": _number, "date form": _date, "voice": _voice,
    "indirect speech": _indirect, "report moved": _report,
}  # fmt: skip
