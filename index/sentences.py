"""Sentence boundaries inside one paragraph: the rules below, and `sentencex` where they have nothing to say.

Offsets are counted while cutting; nothing is lost but white space between sentences. The language isn't known: the
rules are those of English, and of the marks that end sentences in any script. Try `sentences("He left. She stayed.")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lines import Range, trim

LONGEST = 1200  # characters; a longer "sentence" is a table, a list or text without full stops. It is cut at the
PIECE = 800  # last mark or space before this many, so that no citation is a whole page

_END = re.compile(r"[.!?…]+|[。！？｡؟۔।॥։‼⁇⁈⁉]+|(?<=[\u0370-\u03ff\u1f00-\u1fff])[;\u037e](?=\s)")
_CLOSERS = re.compile(
    r"""(?: \[\d{1,3}\]                                      # a note: "it fell.[3] Then"
          | ["“”’'»›)\]](?!\w) | [”’»)\]](?=[A-Z"“]) | [」』）】]
          | \s(?=[»”](?:\s|$))                               # French: "« Rien de bon. »"
        )*""",
    re.VERBOSE,
)
_OPENERS = re.compile(r"[\s\"“”„‟‘’'«‹(\[¿¡「『（【\-–—•*]*")
_BEFORE = re.compile(r"[\w.&-]+$")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_WIDE = re.compile(r"[。！？｡]+")  # no space follows these
_HIDDEN = re.compile(r"[\"“”„«»‘()\[\]\s\ud800-\udfff]|['’](?!\w)|(?<!\w)['’]")


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Abbreviations are listed in lower case, without their last full stop.
# They stand before a name or what they explain, and never end a sentence.
TITLES = _words(
    """mr mrs ms mx dr drs dra prof gov govs sen sens rep reps gen lt col sgt sgts capt cpt maj cmdr cdr adm pvt cpl pfc
    rev hon pres supt det insp atty messrs mme mmes mlle brig ald amb asst cllr rt ofc const secy sra srta"""
)
EXPLAIN = _words("vs v e.g eg i.e ie cf approx viz ca d.h z.b u.a bzw bijv p.ej sig dott avv dhr mevr")
# They end a sentence unless a number follows: "No. 2", but "Will it rain? No. It won't."
NUMBERED = _words("no nos nr fig figs vol pp art sec ch op rs abs")
# They end a sentence where the next word begins one: a word of STARTERS, or a word with a lower-case one after it.
TAILS = _words(
    """inc corp co cos ltd llc plc bros ph.d phd m.d b.a m.a b.sc m.sc d.c esq etc al assn gmbh dept univ blvd ave rd
    mio mrd usw
    Calif Fla Wash Mass Conn Ariz Ill Mich Minn Miss Tenn Tex Wis Ore Okla Neb Nev Colo Ala Ark Del Kan Mont Pa Va Md Ga
    Ky La Mo n.y n.j n.c s.c n.h n.m"""
)
# They end a sentence only before a word of STARTERS; otherwise a name or a date follows.
JOINTS = _words(
    "st ste mt ft pt est jr sr ee uu Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri"
)
CLOCK = _words("a.m p.m am pm")
STARTERS = _words(
    """the a an this that these those it its he she his her they their we our i my you your there here in on at by for
    from with without to of as if when while after before since until during under over because although though despite
    but and or so yet then now later last next once both neither either each every all some many most much few several
    other others another one two three no not nobody nothing none what who why how where which whose however
    meanwhile also even still only just such did do does is are was were can
    could will would should has have let according according officials police critics
    el los las der die das ein eine le les il lo gli en im sie er es wir"""
)
_CLOCK_AFTER = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)|\d|[(]"
    r"|[A-Z]{1,3}T\b|GMT|UTC|Eastern|Central|Pacific|Mountain"
)
_MONTH_AFTER = re.compile(r"Jan|Jän|Feb|März|Apr|Mai|Jun|Jul|Aug|Sept|Okt|Nov|Dez|Jahrhundert")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_TOKEN = re.compile(r"\S+$")
_PLAIN = re.compile(r"\W*(?:[a-zß-ÿ’'-]{3,}|\d+)")
_GLUED = re.compile(r"[“„«(]*[A-ZÀ-Ý][\w’']*[\s,]|[“„«]")
_NUMBER = re.compile(r"[\W_]*(?:\d{1,3}|[ivx]{1,4}|[^\W\d_])[.)]\W*", re.IGNORECASE)
_SAID = re.compile(
    r"(?:\S+\s+){1,4}(?:said|says|asked|asks|added|adds|told|wrote|shouted|cried|replied|answered|wondered|recalled"
    r"|joked|exclaimed|demanded|whispered)\b"
)


def sentences(text: str) -> tuple[Range, ...]:
    """The sentences of the paragraph `text` as half-open ranges, without the white space around them.

    >>> sentences("Gov. Ito left at 3.5 p.m. on Monday. “Was it safe?” she asked.")
    ((0, 36), (37, 62))
    """
    found: list[Range] = []
    start = 0
    for cut in [*_cuts(text), len(text)]:
        piece = trim(text, start, cut)
        if piece[0] == piece[1] or (cut < len(text) and _NUMBER.fullmatch(text, *piece)):
            continue  # "1." belongs to what it numbers
        found.extend(_capped(text, *piece))
        start = cut
    return tuple(found)


def _cuts(text: str) -> Iterator[int]:
    """Where sentences end, in order: behind the final mark, and behind the quotation marks or brackets it closes."""
    proposed: set[int] | None = None
    for end in _END.finditer(text):
        closers = _CLOSERS.match(text, end.end())
        cut = closers.end() if closers else end.end()
        openers = _OPENERS.match(text, cut)
        following = openers.end() if openers else cut
        if following == len(text):
            continue
        verdict = _ends(text, end, cut, following)
        if verdict is None:
            proposed = _proposals(text) if proposed is None else proposed
            verdict = any(start in proposed for start in range(end.end(), following + 1))
        if verdict:
            yield cut


def _ends(text: str, end: re.Match[str], cut: int, following: int) -> bool | None:
    """Whether the mark `end` ends a sentence when the next one begins at `following`; None: not for these rules."""
    mark, first = end.group(), text[following]
    if text[end.end() : end.end() + 1] == "]" and mark in ("...", "…"):
        return False  # words left out: "[...]"
    if _WIDE.fullmatch(mark):
        return not (cut > end.end() and first in "とっな")  # Japanese: 「はい。」と言った
    word = _WORD.match(text, following)
    lower = first.islower() and not (word and re.search(r"^[a-z]{1,2}[A-Z]", word.group()))  # "iPhone" may begin
    if lower:
        return False
    if following == end.end() or not any(c.isspace() for c in text[end.end() : following]):
        return _ends_unspaced(text, end, cut, following)
    if mark != ".":
        name = word.group() if word else ""
        if mark[0] in ".…" and text[end.start() - 1 : end.start()].isspace() and cut == end.end():
            return name.lower() in STARTERS and name != "I"  # words left out, as in "the security … of Europe"
        quoted = cut > end.end() and name.lower() not in STARTERS
        return not (quoted and _SAID.match(text, following))
    return _ends_at_stop(text, end.start(), following, word.group() if word else "")


def _ends_unspaced(text: str, end: re.Match[str], cut: int, following: int) -> bool:
    """No space after the mark, as when paragraphs were pasted together; not in "3.5", "U.S.-led", "www.Example.com"."""
    if cut > end.end():
        return text[following].isupper()
    before = _TOKEN.search(text, max(0, end.start() - 40), end.start())
    after = _GLUED.match(text, cut)
    return bool(before and after and _PLAIN.fullmatch(before.group()))


def _ends_at_stop(text: str, stop: int, following: int, word: str) -> bool | None:
    """Whether a single full stop at `stop` ends a sentence, by the words around it."""
    found = _BEFORE.search(text, max(0, stop - 30), stop)
    before = found.group().strip("-&.") if found else ""
    key = before.lower()
    starter = word.lower() in STARTERS and text[following + len(word) : following + len(word) + 1] != "."
    if key in EXPLAIN or (key in TITLES and before[:1].isupper()):
        return False
    if key in NUMBERED:
        return not (text[following].isdigit() and before)
    if key in CLOCK:
        return not _CLOCK_AFTER.match(text, following)
    if key in TAILS or before in TAILS:
        rest = text[following + len(word) : following + len(word) + 2]
        return starter or (bool(word) and rest[:1] == " " and rest[1:].islower())
    if key in JOINTS or before in JOINTS or _INITIALS.fullmatch(before):
        return starter
    if before.isdigit() and len(before) < 3 and _MONTH_AFTER.match(text, following):
        return False  # German: "am 3. Mai"
    return None


def _proposals(text: str) -> set[int]:
    """Where `sentencex` begins a sentence. It doesn't look inside quotations and brackets, so it isn't shown any."""
    from sentencex import get_sentence_boundaries

    plain = _HIDDEN.sub(" ", text)  # one character for another: the offsets stay
    return {boundary["start_index"] for boundary in get_sentence_boundaries("en", plain)}


def _capped(text: str, start: int, end: int) -> Iterator[Range]:
    """A range, in pieces where it is longer than any sentence of news."""
    while end - start > LONGEST:
        window = text[start : start + PIECE]
        marks = max(window.rfind(mark) + 1 for mark in ("; ", "\n", ": ", " – ", "—"))
        cut = start + (marks if marks > PIECE // 2 else window.rfind(" ") + 1 or PIECE)
        yield trim(text, start, cut)
        start = trim(text, cut, end)[0]
    yield start, end
