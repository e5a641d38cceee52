"""The LLM judge: LlamaIndex's evaluators over a judge with a queue of replies; it never reaches the gate."""

from __future__ import annotations

from typing import Any

import pytest
from eval_toys import record
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

from eval.compare import GATED
from eval.judge import endpoint, judged, score_of
from eval.scoring import METRICS
from index.errors import EndpointError, UserError


class QueueJudge(CustomLLM):  # type: ignore[misc]
    """Replies from a queue, prompts kept."""

    replies: list[str]
    prompts: list[str] = []  # noqa: RUF012 - a pydantic field

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="queue")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self.prompts.append(prompt)
        return CompletionResponse(text=self.replies.pop(0))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        yield self.complete(prompt)


def test_each_answer_is_judged_against_its_quotes_and_its_reference() -> None:
    judge = QueueJudge(replies=["YES", "4.0\nRight.", "NO", "I can't say.", "YES"])
    records = [
        record("a", reference="Kari Dahl did."), record("b"), record("c", answerable=False),
        record("d", verdict="closest"),
    ]  # fmt: skip
    found = judged(records, judge, "queue", quiet=True)
    figures = found["figures"]
    assert figures["faithfulness (0 to 1)"]["value"] == pytest.approx(2 / 3)  # a and c of a, b, c
    assert (figures["correctness (1 to 5)"]["value"], figures["correctness (1 to 5)"]["n"]) == (4.0, 1)
    assert (found["unread"], judge.replies) == (1, [])
    assert "The mayor, Kari Dahl, opened a dam." in judge.prompts[0]
    assert "Kari Dahl did." in judge.prompts[1]


def test_the_judge_gates_nothing() -> None:
    assert GATED.keys() <= {metric.name for metric in METRICS}
    assert not any("faithful" in name or "correctness" in name for name in GATED)


@pytest.mark.parametrize(
    ("reply", "score"), [("4.5\nGood", 4.5), ("**3**", 3.0), ("12", None), ("", None), ("0", None)]
)
def test_scores_are_read_from_the_first_line(reply: str, score: float | None) -> None:
    assert score_of(reply)[0] == score


def test_a_judge_that_is_not_there_is_an_error_for_people() -> None:
    with pytest.raises(UserError, match="--judge-model"):
        endpoint("http://127.0.0.1:9/v1", "", "")
    with pytest.raises(EndpointError, match="The judge failed"):
        judged([record()], endpoint("http://127.0.0.1:9/v1", "m", ""), "m", quiet=True)
