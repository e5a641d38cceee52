"""Public question sets as gold: SQuAD 1.1 and 2.0, BEIR, CLAPNQ and CSV, read into an `Intake` with exact offsets.

A reader never fixes a row: what is not as its format says is named and left out.
Try: python -m eval import squad dev-v2.0.json --out /tmp/squad
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from eval.intake import ImportReport, Intake
from index.errors import UserError

KINDS = ("how many", "how much", "how", "who", "whom", "whose", "what", "when", "where", "which", "why")


def import_files(form: str, files: Sequence[Path], out: Path) -> ImportReport:
    """Read files of one format and write `out`. Raises UserError for a file that can't be read at all."""
    intake = Intake()
    READERS[form](files, intake)
    return intake.write(out)


def squad(files: Sequence[Path], intake: Intake) -> None:
    """SQuAD: an article's paragraphs become one file; the answers are the key fact, their places the evidence.

    An unanswerable question (2.0) is one that its paragraph does not answer. Rajpurkar, Jia, Liang (2018).
    """
    for path in files:
        data = _json(_text(path), str(path))
        for a, article in enumerate(_list(data, "data", path)):
            where = f"{path.name} article {a + 1}"
            try:
                given = enumerate(article["paragraphs"], 1)
                paragraphs = [p for n, p in given if _has_context(p, f"{where} paragraph {n}", intake)]
                title = unquote(str(article.get("title", ""))).replace("_", " ")
                placed = intake.article(title, title, [paragraph["context"] for paragraph in paragraphs])
            except (TypeError, KeyError, AttributeError, ValueError) as exc:
                intake.bad(where, _why(exc))
                continue
            for paragraph, start in zip(paragraphs, placed.starts, strict=True):
                for n, question in enumerate(paragraph.get("qas", [])):
                    try:
                        intake.row(f"{where} question {question['id']}", _squad_row(question, placed.source, start))
                    except (TypeError, KeyError, AttributeError) as exc:
                        intake.bad(f"{where} question {n + 1}", _why(exc))


def _has_context(paragraph: Any, where: str, intake: Intake) -> bool:
    """A paragraph without text takes its own questions with it, not those of the whole article."""
    context = paragraph.get("context") if isinstance(paragraph, dict) else None
    if isinstance(context, str) and context.strip():
        return True
    lost = len(paragraph.get("qas") or []) if isinstance(paragraph, dict) else 0
    intake.bad(where, f"no 'context' ({lost} questions)")
    return False


def _squad_row(question: dict[str, Any], source: str, start: int) -> dict[str, Any]:
    impossible = bool(question.get("is_impossible", False))
    answers = [] if impossible else [(start + a["answer_start"], a["text"]) for a in question["answers"]]
    spans = [_span(source, at, text) for at, text in dict.fromkeys(answers)]
    facts = [list(dict.fromkeys(text for _, text in answers))] if answers else []
    return _row(question["id"], question["question"], not impossible, facts, spans)


def beir(files: Sequence[Path], intake: Intake) -> None:
    """BEIR: a folder with corpus.jsonl, queries.jsonl and qrels/*.tsv; after it, the qrels to use (default: all).

    Every document is an article; a relevant one is evidence as a whole, the name of the qrels file the split. There
    are no answers in it: only finding and citing can be scored. Thakur et al. (2021).
    """
    folder, *chosen = files
    documents: dict[str, dict[str, Any]] = {}
    for where, data in _json_lines(folder / "corpus.jsonl", intake):
        try:
            name, title, text = data["_id"], data.get("title") or "", data["text"]
            placed = intake.article(name, title, [text])
            documents[name] = _span(placed.source, placed.starts[0], text)
        except (TypeError, KeyError, AttributeError, ValueError) as exc:
            intake.bad(where, _why(exc))
    queries = {str(q.get("_id")): q.get("text") for _, q in _json_lines(folder / "queries.jsonl", intake)}
    for path in chosen or sorted((folder / "qrels").glob("*.tsv")):
        relevant: dict[str, list[dict[str, Any]]] = {}
        for n, line in enumerate(_text(path).split("\n"), 1):
            query, _, rest = line.rstrip("\r").partition("\t")
            document, _, score = rest.partition("\t")
            number = score.strip().lstrip("-").isdigit()
            if not line.strip() or (n == 1 and not number):  # the header
                continue
            if not number or query not in queries or document not in documents:
                intake.bad(f"{path.name}:{n}", f"no such query or document, or no score: {line[:60]!r}")
            elif int(score) > 0 and documents[document] not in relevant.setdefault(query, []):
                relevant[query].append(documents[document])  # two documents of the same text are one article
        for query, spans in relevant.items():
            row = _row(query, queries[query], True, [], spans, split=path.stem)
            intake.row(f"{path.name} query {query}", row)


def clapnq(files: Sequence[Path], intake: Intake) -> None:
    """CLAPNQ: every passage is an article, the selected sentences are the evidence, the last answer the reference.

    Of several annotations the last is that of the second round; what any annotator selected counts as evidence. Its
    long answers have no key facts: ROUGE-L, token F1, finding and citing are scored. Rosenthal et al. (2024).
    """
    for path in files:
        for where, data in _json_lines(path, intake):
            try:
                answers = [o for o in data["output"] if o["answer"].strip()]
                placed = [_clapnq_article(passage, intake) for passage in data["passages"]]
                selected = list(dict.fromkeys(s for o in answers for s in o["selected_sentences"]))
                spans = [_find(s, placed) for s in selected]
                reference = answers[-1]["answer"] if answers else ""
                row = _row(data["id"], data["input"], bool(answers), [], [s for of in spans for s in of])
                intake.row(where, row | ({"reference": reference} if reference else {}))
            except (TypeError, KeyError, AttributeError, ValueError) as exc:
                intake.bad(where, _why(exc))


def _clapnq_article(passage: dict[str, Any], intake: Intake) -> list[tuple[str, dict[str, Any]]]:
    """The sentences of a passage, each with its place: they stand in the text one after the other."""
    placed = intake.article(passage["title"], passage["title"], [passage["text"]])
    found, at = [], 0
    for sentence in passage["sentences"]:
        start = passage["text"].find(sentence, at)
        if start < 0:
            raise ValueError(f"the sentence {sentence[:40]!r} is not in its passage")
        found.append((sentence, _span(placed.source, placed.starts[0] + start, sentence)))
        at = start + len(sentence)
    return found


def _find(sentence: str, placed: Sequence[list[tuple[str, dict[str, Any]]]]) -> list[dict[str, Any]]:
    found = [span for passage in placed for text, span in passage if text == sentence]
    if not found:
        raise ValueError(f"the selected sentence {sentence[:40]!r} is not a sentence of its passages")
    return found


def csv_rows(files: Sequence[Path], intake: Intake) -> None:
    """CSV with a header: `question`, `answer` (alternatives between `|`; empty when there is none) and `context`;
    if you like `id`, `title`, `type`, `split`, `evidence` (words of the context; else the answer's own) and `start`
    (their offset in the context, needed where they stand more than once)."""
    for path in files:
        text = _text(path)
        head = text.partition("\n")[0]
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
        if missing := {"question", "answer", "context"} - set(reader.fieldnames or ()):
            raise UserError(f"{path} has no column {', '.join(sorted(missing))}. Its header must name it.")
        try:
            rows = [(reader.line_num, row) for row in reader]
        except csv.Error as exc:
            raise UserError(f"{path}: line {reader.line_num} is not CSV ({exc}). Mend it and run again.") from exc
        for n, (line, row) in enumerate(rows, 1):
            where = f"{path.name}:{line}"
            try:
                intake.row(where, _csv_row({k: v or "" for k, v in row.items() if k}, f"{path.stem}-{n}", intake))
            except ValueError as exc:
                intake.bad(where, _why(exc))


def _csv_row(row: dict[str, str], name: str, intake: Intake) -> dict[str, Any]:
    facts = [a.strip() for a in row["answer"].split("|") if a.strip()]
    context, spans = row["context"], []
    if context.strip():
        title = row.get("title", "")
        placed = intake.article(title or name, title, [context])
        for words in ([row["evidence"]] if row.get("evidence") else facts)[: len(facts)]:
            spans += [_span(placed.source, placed.starts[0] + at, words) for at in _places(words, row, context)]
    extra = {key: row[key] for key in ("type", "split") if row.get(key)}
    return _row(row.get("id") or name, row["question"], bool(facts), [facts] if facts else [], spans) | extra


def _places(words: str, row: dict[str, str], context: str) -> list[int]:
    """Where the words stand: at `start`, or at their only place. Alternatives that don't stand there are no fault."""
    if row.get("start", "").strip():
        at = int(row["start"])
        return [at] if context.startswith(words, at) else []
    if context.count(words) > 1:
        raise ValueError(f"{words[:40]!r} stands {context.count(words)} times in the context; add a column `start`")
    return [context.index(words)] if words in context else []


READERS: dict[str, Callable[[Sequence[Path], Intake], None]] = {
    "squad": squad, "beir": beir, "clapnq": clapnq, "csv": csv_rows,
}  # fmt: skip


def kind(question: str) -> str:
    """The first question word, as the type of an imported question.

    >>> kind("In which year did how many people vote?"), kind("Name a river.")
    ('which', 'other')
    """
    padded = " ".join(["", *re.findall(r"[^\W_]+", question.lower()), ""])
    found = [(padded.index(f" {word} "), -len(word), word) for word in KINDS if f" {word} " in padded]
    return min(found)[2] if found else "other"


def _row(
    name: Any, question: Any, answerable: bool, facts: list[list[str]], spans: list[dict[str, Any]], split: str = ""
) -> dict[str, Any]:
    row = {"id": name, "type": kind(str(question)), "question": question, "answerable": answerable}
    row |= {"key_facts": facts, "evidence": spans}
    return row | ({"split": split} if split else {})


def _span(source: str, start: int, quote: str) -> dict[str, Any]:
    return {"source": source, "start": start, "end": start + len(quote), "quote": quote}


def _text(path: Path) -> str:
    try:
        # Not read_text: it would turn \r\n into \n, and every offset after it would be wrong.
        return path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as exc:
        raise UserError(f"{path} can't be read: {exc}. Name a file in UTF-8.") from exc


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise UserError(f"{name} is not JSON ({exc}). Name a file of this format.") from exc


def _json_lines(path: Path, intake: Intake) -> Iterator[tuple[str, Any]]:
    for n, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError as exc:
            intake.bad(f"{path.name}:{n}", f"not JSON ({exc})")
            continue
        if isinstance(data, dict):
            yield f"{path.name}:{n}", data
        else:
            intake.bad(f"{path.name}:{n}", "not a JSON object")


def _list(data: Any, name: str, path: Path) -> list[Any]:
    value = data.get(name) if isinstance(data, dict) else None
    if not isinstance(value, list):
        raise UserError(f"{path} has no list '{name}'. Is it a file of this format?")
    return value


def _why(exc: Exception) -> str:
    if isinstance(exc, KeyError):
        return f"no {exc}"
    return str(exc) if isinstance(exc, ValueError) else "not as it should be"
