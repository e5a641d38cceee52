"""Whether the words of a statement stand to each other as in the evidence: names, numbers, subjects, order.

By rule along an alignment, without a parser; what is allowed to move is an adjunct, a list, a report or a passive.
Pure. Try `check` in qa/ground.py, which calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.facts import Token
from qa.frames import PRONOUNS, Frame
from qa.words import QUALIFIERS, past

_BE = frozenset("is are was were be been being".split())
_ADJUNCT = frozenset(
    "in on at during after before since until by for from with over under about amid to of as when while because if "
    "near against within between through throughout across despite following although though where who which whose".split()
)
_LINKS = frozenset("and or".split())


def relations(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    """The problems of names, values, subject and order of one part of a statement, empty when it is faithful."""
    path = [(i, where[i]) for i in part if i in where]
    return [
        *_names(said, part, source, where),
        *_values(said, path, source),
        *_agents(said, part, source, where),
        *_subjects(said, path, source),
        *_voices(said, path, source),
        *_directions(said, path, source),
        *_order(said, path, source),
    ]


def _names(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    """The words of one name must stand together in the evidence: "Gen Nakatani", not "Gen" and "Rutte"."""
    problems, run = [], []
    for i in [*part, -1]:
        if i >= 0 and said.tokens[i].kind == "name" and i in where:
            run.append(i)
            continue
        places = [where[j] for j in run]
        if len(places) > 1:
            for left, right in zip(places, places[1:], strict=False):
                between = source.tokens[min(left, right) + 1 : max(left, right)]
                other = [t for t in between if t.claim and t.key not in {said.tokens[j].key for j in run}]
                joined = left > right and not any(t.text in (",", "(") or t.low in ("of", "for", "the") for t in between)
                if len(other) > 2 or any(t.low in _LINKS for t in between) or (joined and right + 1 < left):
                    problems.append(f"name: {' '.join(said.tokens[j].text for j in run)}")
                    break
        run = []
    return problems


def _values(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> list[str]:
    """A number or date stays with its neighbours: no other value of its kind stands between them in the evidence."""
    problems = []
    told = {i for r in said.reports for i in range(len(said.tokens)) if i not in r.scope}
    places = dict(path)
    for n, (i, place) in enumerate(path):
        token = said.tokens[i]
        if token.kind not in ("number", "date"):
            continue
        # An ordinal belongs to what follows it, a date to what stands before it.
        for side in (1,) if token.key.endswith("th") else (-1,) if token.kind == "date" else (-1, 1):
            m = n + side
            while 0 <= m < len(path) and said.tokens[path[m][0]].kind in ("number", "date"):
                m += side
            if not 0 <= m < len(path) or said.clause[path[m][0]] != said.clause[i] or path[m][0] in told:
                continue
            near, there = path[m]
            if side == -1 and said.tokens[near - 1].kind == "number" and near - 1 in places and near < i:
                near, there = near - 1, places[near - 1]  # "5.1 percent in June": June belongs to 5.1
            else:
                stands = source.sentence.where.get(source.tokens[there].key, (there,))
                there = min(stands, key=lambda p: abs(p - place))
            if any(
                source.tokens[p].kind == token.kind and not _shared(said, source, path, (near, i, place, p))
                for p in range(min(place, there) + 1, max(place, there))
            ):
                problems.append(f"{token.kind}: {token.text} is about something else")
                break
    return problems


def _shared(said: Frame, source: Frame, path: Sequence[tuple[int, int]], at: tuple[int, int, int, int]) -> bool:
    """Whether the statement has that other value between the same words, or each value in its own role."""
    near, i, place, other = at
    for j, p in path:
        if p == other:
            between = min(near, i) < j < max(near, i)
            roles = _role(source.tokens, place), _role(source.tokens, other)
            return between or (roles[0] != roles[1] and _role(said.tokens, i) == roles[0])
    return False


def _role(tokens: Sequence[Token], at: int) -> str:
    j = at - 1
    while j >= 0 and (tokens[j].low in QUALIFIERS or tokens[j].low in ("the", "a", "an") or tokens[j].text in ("$", "(")):
        j -= 1
    return tokens[j].key if j >= 0 else ""


def _agents(said: Frame, part: range, source: Frame, where: Mapping[int, int]) -> list[str]:
    """Active and passive: who stands after "by" in one stands before the verb in the other."""
    problems = []
    for mine, theirs, there, way in ((said, source, dict(where), part), (
            source, said, {p: i for i, p in where.items() if i in part}, range(len(source.tokens)))):
        for verb, agent in _passives(mine.tokens, way):
            if verb not in there or agent not in there:
                continue
            v, a = there[verb], there[agent]
            by = any(t.low == "by" for t in theirs.tokens[min(v, a) : a])
            if (a > v) != by:
                problems.append(f"order: by {mine.tokens[agent].text}")
    return problems


def _passives(tokens: Sequence[Token], way: range) -> list[tuple[int, int]]:
    """(verb, agent) for each "was founded by Ana" and "founded by Ana"."""
    found = []
    for i in way:
        if tokens[i].low != "by" or i == 0 or i + 1 >= len(tokens):
            continue
        verb = next((j for j in range(i - 1, max(i - 5, -1), -1) if past(tokens[j].low)), None)
        agent = next((j for j in range(i + 1, min(i + 7, len(tokens))) if tokens[j].claim), None)
        if verb is not None and agent is not None and tokens[agent].kind in ("name", "word"):
            found.append((verb, agent))
    return found


def _subjects(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> list[str]:
    """A past verb whose evidence names its own subject must not be given to another one."""
    problems = []
    used = {p for _, p in path}
    for n, (i, place) in enumerate(path):
        if n == 0 or not past(said.tokens[i].low) or not past(source.tokens[place].low):
            continue
        before, there = path[n - 1]
        if there == place - 1 or said.tokens[before].kind == "mark" or there > place:
            continue
        own = _noun_before(source.tokens, place)
        if own and not any(p in used for p in own) and not any(source.tokens[p].low in PRONOUNS for p in own):
            mine = _noun_before(said.tokens, i)
            if mine and any(said.tokens[p].claim for p in mine):
                problems.append(f"subject: {said.tokens[i].text}")
    return problems


def _noun_before(tokens: Sequence[Token], at: int) -> list[int]:
    j = at - 1
    while j >= 0 and (tokens[j].low in _BE or tokens[j].low in ("has", "have", "had", "also", "not", "would", "will")
                      or tokens[j].low.endswith("ly")):  # fmt: skip
        j -= 1
    found = []
    while j >= 0 and (tokens[j].claim or tokens[j].low in PRONOUNS) and not past(tokens[j].low):
        found.append(j)
        j -= 1
    while j >= 0 and tokens[j].low in ("the", "a", "an", "its", "his", "her", "their", "this"):
        j -= 1
    return [] if j >= 0 and tokens[j].low in _ADJUNCT else found  # "the spill in the bay stopped": not the bay


def _order(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> list[str]:
    """Words may change places only as an adjunct, a report, a list, a passive or a genitive."""
    problems = []
    speech = {i for r in said.reports if not said.tokens[r.verb].low.endswith("ing") for i in {r.verb, *r.who}}
    flipped = _flipped(said, path, source)
    descents = [n for n in range(1, len(path)) if path[n][1] < path[n - 1][1]]
    for n in descents:
        (i, p), (j, q) = path[n - 1], path[n]
        start = max((m for m in descents if m < n), default=0)
        end = min((m for m in descents if m > n), default=len(path))
        # What has moved is the end of the words before the step back, or the beginning of those after it.
        earlier = [at for at in path[start:n] if at[1] > q]
        later = [at for at in path[n:end] if at[1] < p]
        if (
            i in speech
            or j in speech
            or flipped & {k for k, _ in path[start:end]}
            or _adjunct(said.tokens, source.tokens, earlier)
            or _adjunct(said.tokens, source.tokens, later)
            or _listed(said, source, (i, j), (q, p))
            or (_stands_for(source.tokens, p) and (n < 2 or path[n - 2][1] < q))
            or _counted(said.tokens, i, j)
        ):
            continue
        problems.append(f"order: {said.tokens[i].text} {said.tokens[j].text}")
    return problems


def _counted(tokens: Sequence[Token], i: int, j: int) -> bool:
    """ "4,000 people" from "17 people and 4,000 others", "the 29-year-old singer" from "the singer, 29,"."""
    return tokens[i].kind == "number" and all(t.low in ("year", "years", "old") for t in tokens[i + 1 : j])


def _flipped(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> set[int]:
    """The verbs that are passive in one of the two texts and active in the other."""
    return {i for i, p in path if past(source.tokens[p].low) and _passive(said.tokens, i) != _passive(source.tokens, p)}


def _passive(tokens: Sequence[Token], at: int) -> bool:
    if not past(tokens[at].low):
        return False
    j = at - 1
    while j >= 0 and (tokens[j].low.endswith("ly") or tokens[j].low in ("not", "also", "since", "now")):
        j -= 1
    return (j >= 0 and tokens[j].low in _BE) or (at + 1 < len(tokens) and tokens[at + 1].low == "by")


def _voices(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> list[str]:
    """Who is before a passive verb stands behind the active one: "Ana beat Eva" is not "Ana was beaten"."""
    problems = []
    for n, (i, p) in enumerate(path):
        if n == 0 or not past(said.tokens[i].low) or not past(source.tokens[p].low):
            continue
        mine, theirs = _passive(said.tokens, i), _passive(source.tokens, p)
        if mine == theirs or not _object(said.tokens if theirs else source.tokens, i if theirs else p):
            continue
        before, there = path[n - 1]
        if there < p and said.clause[before] == said.clause[i] and _noun_before(said.tokens, i):
            problems.append(f"order: {said.tokens[before].text} {said.tokens[i].text}")
    return problems


def _object(tokens: Sequence[Token], at: int) -> bool:
    """Whether an object seems to follow the verb directly."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return after is not None and (
        after.kind in ("name", "number", "word") or after.low in ("the", "a", "an", "its", "his", "her", "their"))


def _adjunct(said: Sequence[Token], source: Sequence[Token], block: Sequence[tuple[int, int]]) -> bool:
    """Whether a block is a phrase that can move: it opens with the same preposition, or after a mark, in both texts."""
    if all(said[k].kind == "date" for k, _ in block):
        return True
    mine, theirs = _opener(said, block[0][0]), _opener(source, block[0][1])
    return bool(mine) and mine == theirs and (mine != "," or len(block) < 5)


def _opener(tokens: Sequence[Token], at: int) -> str:
    """The preposition or conjunction that opens the phrase of a word, "," for any mark or the start of a date."""
    if tokens[at].kind == "date":
        return ","
    j = at - 1
    while j >= 0 and ((tokens[j].kind == "free" and tokens[j].low not in _ADJUNCT) or tokens[j].low in QUALIFIERS):
        j -= 1
    if j < 0:
        return ""
    return "," if tokens[j].kind == "mark" and tokens[j].text != '"' else tokens[j].low if tokens[j].low in _ADJUNCT else ""


def _stands_for(tokens: Sequence[Token], at: int) -> bool:
    """Whether a pronoun follows in the evidence: the statement has its name there ("ordered it", "ordered the firm")."""
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return after in ("it", "him", "her", "them", "he", "she", "they")


def _directions(said: Frame, path: Sequence[tuple[int, int]], source: Frame) -> list[str]:
    """ "from Oslo" is not "to Oslo"."""
    problems = []
    for i, p in path:
        mine, theirs = _opener(said.tokens, i), _opener(source.tokens, p)
        if mine != theirs and {mine, theirs} <= {"from", "to", "into", "for"} and "from" in (mine, theirs):
            problems.append(f"order: {mine} {said.tokens[i].text}")
    return problems


def _listed(said: Frame, source: Frame, mine: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """Neighbours in a list ("A and B"), a genitive or a name with its apposition may change places."""
    left = said.tokens[mine[0] + 1 : mine[1]]
    right = source.tokens[theirs[0] + 1 : theirs[1]]
    near = sum(t.claim and t.kind != "name" for t in right) < 2 and theirs[1] - theirs[0] < 10
    linked = all(any(t.low in _LINKS or t.text == "," for t in side) for side in (left, right))
    bare = not any(t.claim for t in (*left, *right)) and theirs[1] - theirs[0] <= 4
    genitive = bare and any(t.low == "of" for t in left) != any(t.low == "of" for t in right)
    names = said.tokens[mine[0]].kind == said.tokens[mine[1]].kind == "name" and mine[1] - mine[0] == 1
    paired = any(t.low in _LINKS for t in (*left, *said.tokens[max(mine[0] - 3, 0) : mine[0]]))
    met = paired and any(t.low == "with" or t.key == "meet" for t in source.tokens[theirs[0] : theirs[1]])
    made = any(t.low == "by" for t in left)  # "the visit by Ana" and "Ana's visit"; _agents sees to verbs
    return (linked and near) or genitive or made or (names and near) or met
