"""What indexing and searching cost: characters per second beside a stock LlamaIndex index, and how search grows.

It measures and gates nothing; each part runs in processes of its own. A busy machine is slow: look at the ratio, which
is of pairs made in turn. Try: python -m eval bench-index --part speed
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from eval.clock import peak_memory_mb
from eval.made import FOLDERS, made_articles, write_made
from index.cli import add_settings, settings_of
from index.embed import Embedder, Vectors
from index.fold import words
from index.ingest import ingest
from index.search import Search
from index.settings import Settings

PARTS = ("speed", "unchanged", "search")
ROUNDS = 3
FILES = 2_000
SIZES = (1_000, 10_000, 100_000)
QUESTIONS = 200
DIMENSIONS = 384


class Stand:
    """Vectors made from words in no time, so that a large store can be made: texts that share words are near.

    With `real`, a question costs what the real model costs, and its vector is still the made one.
    """

    def __init__(self, name: str, real: Embedder | None = None) -> None:
        self.name, self.real = name, real
        self._words: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.real:
            self.real.encode(texts)
        made = np.stack([np.sum([self._word(w) for w in words(text) or ["-"]], axis=0) for text in texts])
        unit: Vectors = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def _word(self, word: str) -> Vectors:
        if word not in self._words:
            draw = np.random.default_rng(zlib.crc32(word.encode()))
            self._words[word] = draw.standard_normal(DIMENSIONS, dtype=np.float32)
        return self._words[word]


class Timed:
    """The real embedder, what it was given, and how long it was at work."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self._embedder = embedder.name, embedder
        self.seconds = 0.0
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        found, (clock, _) = timed(partial(self._embedder.encode, texts))
        self.seconds += clock
        return found


def speed(settings: Settings, rounds: int) -> Iterator[str]:
    """Both pipelines over the same text, in turn: whole articles, and their paragraphs as files of their own."""
    from eval.peers import stock_embedder, stock_index, stock_share

    ours, stock = Embedder(settings.embedder, settings.precision), stock_embedder(settings)
    ours.encode(["warm"])
    stock.get_text_embedding("warm")
    heads = ("characters", "citespan c/s", "stock c/s", "ratio", "processor", "embedding", "of limit")
    yield f"{'':<12}" + " ".join(f"{head:>12}" for head in heads)
    for kind, make in (("articles", _articles), ("paragraphs", _paragraphs)):
        ratios = []
        for n in range(rounds):
            texts = make(n)
            size, watched = sum(map(len, texts.values())), Timed(ours)
            with tempfile.TemporaryDirectory(prefix="citespan-bench-", ignore_cleanup_errors=True) as place:
                news, there = Path(place, "news"), settings.with_(store=Path(place, "store"))
                news.mkdir()
                for name, text in texts.items():
                    (news / name).write_text(text, encoding="utf-8", newline="")
                _, (one, work) = timed(partial(ingest, [news], there, embedder=watched))
                _, (two, stock_work) = timed(partial(stock_index, texts, stock, Path(place, "stock")))
            ratios.append((two / one, stock_work / work))
            limit = ours.operations(watched.texts) / watched.seconds / ours.fastest()
            cells = (f"{size:,}", f"{size / one:,.0f}", f"{size / two:,.0f}", f"{two / one:.2f}",
                     f"{stock_work / work:.2f}", f"{watched.seconds / one:.0%}", f"{limit:.0%}")  # fmt: skip
            yield f"{kind:<12}" + " ".join(f"{cell:>12}" for cell in cells)
        middle, of_work = (statistics.median(column) for column in zip(*ratios, strict=True))
        yield (
            f"{kind}: {middle:.2f} times the stock pipeline by the clock, {of_work:.2f} by processor time (goal 1.5). "
            f"Its embedder reads {stock_share(make(0), stock):.0%} of the text; citespan's reads all of it, twice."
        )


def _articles(seed: int) -> dict[str, str]:
    """The real articles, and as many made ones, which are others for each seed."""
    real = {path.name: path.read_text("utf-8") for folder in FOLDERS for path in sorted(folder.glob("*.txt"))}
    return real | {f"made-{i}.txt": text for i, text in enumerate(made_articles(len(real), seed))}


def _paragraphs(seed: int) -> dict[str, str]:
    """The paragraphs of all of these, but for the shortest, such as headlines."""
    lines = [line for text in _articles(seed).values() for line in text.splitlines() if len(line) > 200]
    return {f"{n:04}.txt": line for n, line in enumerate(lines)}


T = TypeVar("T")


def timed(run: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What `run` returns, and its seconds by the clock and of processor time, which tell of an idle machine."""
    started, before = time.perf_counter(), time.process_time()
    found = run()
    return found, (time.perf_counter() - started, time.process_time() - before)


def unchanged(settings: Settings, files: int) -> Iterator[str]:
    """A folder that is indexed again though nothing in it has changed, by the command."""
    name = Embedder(settings.embedder, settings.precision).name
    with tempfile.TemporaryDirectory(prefix="citespan-bench-", ignore_cleanup_errors=True) as place:
        news, store = Path(place, "news"), Path(place, "store")
        write_made(news, files)
        ingest([news], settings.with_(store=store), embedder=Stand(name))
        command = [sys.executable, "-m", "index", str(news), "--store", str(store), "--json"]
        for _ in range(ROUNDS):
            started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            ran = subprocess.run(command, capture_output=True, text=True, check=True)
            whole, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
            work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            report = json.loads(ran.stdout)
            assert report["unchanged"] == files
            yield (
                f"{files} unchanged files: {report['seconds']:.2f} s after start (goal 3), {whole:.2f} s in all, "
                f"{work:.2f} s of processor time"
            )


def search(settings: Settings, sizes: Sequence[int], questions: int) -> Iterator[str]:
    """One store that grows; at each size a new process searches it."""
    stand = Stand(Embedder(settings.embedder, settings.precision).name)
    heads = ("p50", "p95", "processor", "embedding", "opening", "memory", "on disk")
    yield f"{'sentences':>10} " + " ".join(f"{head:>9}" for head in heads)
    with tempfile.TemporaryDirectory(prefix="citespan-bench-", ignore_cleanup_errors=True) as place:
        news, there = Path(place, "news"), settings.with_(store=Path(place, "store"))
        held = 0
        for n, size in enumerate(sizes):
            while held < size:
                write_made(news, (size - held + 19) // 20, seed=1_000 * n + held % 997)
                held = ingest([news], there, embedder=stand).sentences
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found = pool.submit(searched, there, questions).result()
            disk = sum(path.stat().st_size for path in there.store.rglob("*") if path.is_file())
            cells = [f"{found[name]:.0f} ms" for name in ("p50", "p95", "processor", "embedding")]
            cells += [f"{found['opening']:.1f} s", f"{found['memory']:,.0f} MB", f"{disk / 1e6:,.0f} MB"]
            yield f"{held:>10,} " + " ".join(f"{cell:>9}" for cell in cells)
    yield "goals at 100,000: p50 40 ms, p95 80 ms, 2,500 MB"


def searched(settings: Settings, questions: int) -> dict[str, float]:
    """Milliseconds of a search in this process, seconds of the first one, and the memory of all of it."""
    real = Embedder(settings.embedder, settings.precision)
    real.encode(["warm"])
    asked = [text.splitlines()[1].split(". ")[0] + "?" for text in made_articles(questions, seed=999_983)]
    engine = Search.open(settings.store, Stand(real.name, real))
    _, (opening, _) = timed(partial(engine.search, asked[0]))
    for question in asked[:20]:
        engine.search(question)
    searches = [timed(partial(engine.search, question))[1] for question in asked]
    embedded = [timed(partial(real.encode, [question]))[1] for question in asked]
    clock, processor = (1_000 * np.array(column) for column in zip(*searches, strict=True))
    return {
        "p50": float(np.quantile(clock, 0.5)), "p95": float(np.quantile(clock, 0.95)),
        "processor": float(np.quantile(processor, 0.5)),
        "embedding": 1_000 * statistics.median(seconds for seconds, _ in embedded),
        "opening": opening, "memory": peak_memory_mb(),
    }  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"pairs that are timed (default {ROUNDS})")
    parser.add_argument("--files", type=int, default=FILES, help=f"unchanged files (default {FILES:,})")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="sentences that are searched")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help=f"searches timed (default {QUESTIONS})")
    add_settings(parser, "embedder", "precision")


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    parts: dict[str, Callable[[], Iterator[Any]]] = {
        "speed": lambda: speed(settings, args.rounds),
        "unchanged": lambda: unchanged(settings, args.files),
        "search": lambda: search(settings, sorted(args.sizes), args.questions),
    }
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began")
    for part in args.part or PARTS:
        print(f"\n{part}", flush=True)
        for line in parts[part]():
            print(line, flush=True)
    return 0
