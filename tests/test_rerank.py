"""How many of the search's hits are read, and that their order is by what was read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from eval_toys import hit

from index.types import Hit
from qa.rank import Context
from qa.rerank import DEEPER, DEPTH, ContextOf, judge, order


class Counting:
    """Says the same of every hit but one, and keeps how many it was shown."""

    name = fitted = "probe"

    def __init__(self, usual: float, best: int) -> None:
        self.usual, self.best, self.shown = usual, best, list[int]()

    def judge(self, question: str, hits: Sequence[Hit], context_of: ContextOf) -> list[float]:
        self.shown += [h.sentence.span.start for h in hits]
        return [2.0 if h.sentence.span.start == self.best else self.usual for h in hits]


HITS = [hit("rain.txt", (n, n + 5)) for n in range(40)]


@pytest.mark.parametrize(("best", "read"), [(3, DEPTH), (DEPTH - 1, DEPTH), (DEPTH, DEEPER), (39, DEEPER)])
def test_more_is_read_only_where_nothing_of_the_first_answers(best: int, read: int) -> None:
    reader = Counting(-1.0, best)
    judged = judge(reader, "Why?", HITS, lambda _: Context("", ""), lambda _: 1, 40)
    assert reader.shown == list(range(read)) and len(judged) == read
    ranked = order(judged, HITS[read:], {"judge": 1.0})
    assert len(ranked) == len(HITS)
    assert (ranked[0].sentence.span.start == best) == (best < read)


def test_there_may_be_fewer_hits_than_are_read() -> None:
    for few in (0, 1, DEPTH, DEPTH + 1):
        judged = judge(Counting(-1.0, -1), "Why?", HITS[:few], lambda _: Context("", ""), lambda _: 1, 40)
        assert len(judged) == few
