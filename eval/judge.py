"""An LLM as judge, only when its endpoint is named: LlamaIndex's faithfulness and correctness evaluators.

Its figures stand beside the others and never gate. Nothing is sent unless `--judge URL` is given; then questions,
answers and quotes go there. Try: python -m eval run --judge http://127.0.0.1:11434/v1 --judge-model llama3.2
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tqdm import tqdm

from eval.records import Record
from eval.stats import estimate, ratio
from index.errors import EndpointError, UserError


def endpoint(url: str, model: str, key: str) -> Any:
    """The judge behind an OpenAI-compatible endpoint. Raises UserError without a model's name."""
    from llama_index.llms.openai_like import OpenAILike

    if not model:
        raise UserError("A judge needs a model's name. Add --judge-model NAME.")
    # Two retries: a judge that is away should say so soon, not after a minute of backing off.
    return OpenAILike(
        model=model, api_base=url, api_key=key or "none", is_chat_model=True, temperature=0.0, max_retries=2
    )


def judged(records: Sequence[Record], llm: Any, model: str, quiet: bool = False) -> dict[str, Any]:
    """Figures over the answered questions: `{"model": ..., "figures": {name: {value, low, high, n}}, "unread": 2}`.

    Faithfulness (0 or 1): do the cited quotes support the answer? Correctness (1 to 5): the answer against the
    reference, or the key facts, of an answerable question. `unread` counts replies that hold no verdict. The prompts
    are LlamaIndex's own. Raises EndpointError when the endpoint fails.
    """
    import httpx
    import openai
    from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator

    faithful, correct = FaithfulnessEvaluator(llm=llm), CorrectnessEvaluator(llm=llm, parser_function=score_of)
    rows: dict[str, list[tuple[float, float]]] = {"faithfulness (0 to 1)": [], "correctness (1 to 5)": []}
    unread = 0
    answered = [record for record in records if record.answered]
    try:
        for record in tqdm(answered, desc="judging", unit="", disable=quiet or None):
            quotes = [c.quote for c in record.citations]
            seen = faithful.evaluate(query=record.asked, response=record.text, contexts=quotes)
            rows["faithfulness (0 to 1)"].append((float(bool(seen.passing)), 1.0))
            wanted = record.reference or "; ".join(fact[0] for fact in record.key_facts)
            if record.answerable and wanted:
                seen = correct.evaluate(query=record.asked, response=record.text, reference=wanted)
                if seen.score is None:
                    unread += 1
                else:
                    rows["correctness (1 to 5)"].append((float(seen.score), 1.0))
    except (openai.OpenAIError, httpx.HTTPError) as exc:
        raise EndpointError(f"The judge failed ({type(exc).__name__}). Check --judge and CITESPAN_JUDGE_KEY.") from exc
    figures = {name: asdict(found) for name, of in rows.items() if (found := estimate(of, ratio))}
    return {"model": model, "figures": figures, "unread": unread}


def score_of(reply: str) -> tuple[float | None, str]:
    """The score in the first line of a judge's reply. LlamaIndex's own parser fails on a reply of one line.

    >>> score_of("4.0\\nSays the same."), score_of("Score: 3"), score_of("I can't say."), score_of("10\\nGreat!")
    ((4.0, 'Says the same.'), (3.0, ''), (None, ''), (None, 'Great!'))
    """
    first, _, reason = reply.strip().partition("\n")
    found = re.search(r"(?<![\d.])[1-5](?:\.\d+)?(?![\d.])", first)
    score = float(found[0]) if found else None
    return (score if score is not None and score <= 5 else None), reason.strip()
