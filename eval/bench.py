"""Speed and memory as a user meets them: a cold command, a warm process, the chat; each a process of its own.

It asks and measures, and changes nothing. It gates nothing either: a busy machine is slow, so its load is printed with
the figures. Try: python -m eval bench
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from eval.clock import megabytes, peak_memory_mb
from eval.pick import choose, read_gold
from eval.stats import Rows, quantile
from index.errors import UserError
from index.library import Library
from index.settings import Settings, variable

QUESTION = "what is NSATU?"
WARM_UP = "What has happened?"  # another question, so that loading isn't counted as answering
PATIENCE = 180.0  # seconds until a process that does not answer is given up


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured, each time it was; `goal` is what the product promises on two idle cores, 0 for no promise."""

    name: str
    values: tuple[float, ...]
    unit: str
    goal: float = 0.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process printed, how long it took, what it cost."""

    printed: str
    seconds: float
    processor_seconds: float
    memory_mb: float


def bench(settings: Settings, times: int, questions: int) -> dict[str, list[Measure]]:
    """Measures under a heading each. Raises UserError when there is no store, or a process fails."""
    Library(settings.store)
    asked = [row.question for row in choose(read_gold(), limit=questions).rows]
    return {
        f'python -m qa "{QUESTION}", in a new process': cold(settings, times),
        f"{len(asked)} questions in a warm process": warm(settings, asked),
        "python -m ui": chat(settings, asked),
    }


def cold(settings: Settings, times: int) -> list[Measure]:
    """The command as it is typed, some times over."""
    runs = [watched([sys.executable, "-m", "qa", QUESTION], settings) for _ in range(times)]
    return [
        Measure("from start to end", tuple(run.seconds for run in runs), "s", 12.0),
        Measure("processor time", tuple(run.processor_seconds for run in runs), "s"),
        Measure("peak memory", tuple(run.memory_mb for run in runs), "MB", 1600.0),
    ]


def warm(settings: Settings, questions: Sequence[str]) -> list[Measure]:
    """One process that tells how long each part of its start took, then answers; see `inside`."""
    program = "import sys; from eval.bench import inside; inside(sys.argv[1:])"
    told = json.loads(watched([sys.executable, "-c", program, *questions], settings).printed)
    start = [Measure(f"start: {name}", (seconds,), "s") for name, seconds in told["start"].items()]
    return [
        *start,
        Measure(f'"{QUESTION}", once the models are loaded', (told["question"],), "s", 1.5),
        Measure("first words", tuple(told["first"]), "s", 1.0),
        Measure("whole answer", tuple(told["total"]), "s", 2.0),
        Measure("peak memory", (told["memory_mb"],), "MB", 1600.0),
    ]


def inside(questions: Sequence[str]) -> None:
    """What the warm process does: load part by part, ask, and print the seconds as JSON."""
    start, at = {}, time.perf_counter()

    def lap() -> float:
        nonlocal at
        before, at = at, time.perf_counter()
        return round(at - before, 3)

    from qa.bot import Bot

    start["imports"] = lap()
    bot = Bot.open(Settings.load())
    start["store and tokenizer"] = lap()
    bot.search_engine.search(WARM_UP)
    start["embedder, vectors"] = lap()
    bot.search(WARM_UP)
    start["reranker"] = lap()
    bot.ask(QUESTION)
    told = {"start": start, "question": lap()}
    timings = [bot.ask(question).timings for question in questions]
    told["first"] = [t["first"] for t in timings if "first" in t]
    told["total"] = [t["total"] for t in timings]
    print(json.dumps(told | {"memory_mb": peak_memory_mb()}))


def chat(settings: Settings, questions: Sequence[str]) -> list[Measure]:
    """The chat's server from its start: the page over HTTP, the first answer, and its memory after some questions."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = settings.with_(host="127.0.0.1", port=port)
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "ui"], env=environment(there), stdout=subprocess.DEVNULL)
    try:
        page = _get(process, f"http://127.0.0.1:{port}/", started) - started
        answers = []
        for question in (QUESTION, *questions):
            body = json.dumps({"question": question}).encode()
            at = time.perf_counter()
            answers.append(_get(process, f"http://127.0.0.1:{port}/api/ask", at, body) - at)
        process.send_signal(signal.SIGINT)
        usage = _wait(process)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
    return [
        Measure("first page over HTTP", (page,), "s", 12.0),
        Measure("first answer, from the start", (page + answers[0],), "s"),
        Measure("whole answer over HTTP", tuple(answers[1:]), "s", 2.0),
        Measure("peak memory", (megabytes(usage.ru_maxrss),), "MB", 1600.0),
    ]


def watched(command: Sequence[str], settings: Settings) -> Ran:
    """Run a command to its end. Raises UserError when it fails; what it says on standard error is shown."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment(settings), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        printed = process.stdout.read()
    usage = _wait(process)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise UserError(f"`python {' '.join(command[1:3])} ...` ended with status {process.returncode}; see above why.")
    return Ran(printed, seconds, usage.ru_utime + usage.ru_stime, megabytes(usage.ru_maxrss))


def environment(settings: Settings) -> Mapping[str, str]:
    """The settings as variables: a key must not stand in a command line, where everybody can read it."""
    named = {variable(f.name): str(getattr(settings, f.name)) for f in fields(settings)}
    return {**os.environ, **named}


def machine() -> str:
    """What it was measured on, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()}, Python {platform.python_version()}"
    load = f"load {os.getloadavg()[0]:.1f} before it began"
    return f"{models[0] if models else platform.machine()}, {_cores()} cores, {memory:.0f} GB, {system}; {load}"


def described(found: Mapping[str, Sequence[Measure]], where: str) -> str:
    """The figures as a person reads them: middle and 95th percentile, and whether the goal is kept at the latter."""
    lines = [where]
    for heading, measures in found.items():
        lines += ["", f"{heading:<54} {'p50':>8} {'p95':>8} {'goal':>8}"]
        lines += [_line(measure) for measure in measures if measure.values]
    missed = [m for measures in found.values() for m in measures if _missed(m)]
    lines += ["", f"{len(missed)} goals missed" + (": " + ", ".join(m.name for m in missed) if missed else "")]
    return "\n".join(lines)


def arguments(parser: argparse.ArgumentParser) -> None:
    from eval.commands import ENGINE
    from index.cli import add_settings

    parser.add_argument("--times", type=int, default=3, help="how often the cold command is run (default 3)")
    parser.add_argument("--questions", type=int, default=12, help="how many warm questions (default 12)")
    add_settings(parser, *ENGINE)


def run(args: argparse.Namespace) -> int:
    from index.cli import settings_of

    where = machine()
    print(described(bench(settings_of(args), max(1, args.times), max(1, args.questions)), where))
    return 0


def _line(measure: Measure) -> str:
    digits = 0 if measure.unit == "MB" else 2
    middle, high = (f"{quantile(q)(_rows(measure)):8.{digits}f}" for q in (0.5, 0.95))
    goal = f"{measure.goal:8.{digits}f}" if measure.goal else " " * 8
    line = f"  {f'{measure.name} ({measure.unit})':<52} {middle} {high} {goal}"
    return f"{line}  MISSED" if _missed(measure) else line.rstrip()


def _missed(measure: Measure) -> bool:
    return bool(measure.goal and measure.values) and quantile(0.95)(_rows(measure)) > measure.goal


def _rows(measure: Measure) -> Rows:
    return np.array([[value] for value in measure.values])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _wait(process: subprocess.Popen[Any]) -> resource.struct_rusage:
    """Wait for a process and take what it used; `Popen.wait` would throw that away."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _get(process: subprocess.Popen[Any], url: str, since: float, body: bytes | None = None) -> float:
    """The moment at which the server has answered; until it listens, it is tried again."""
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    while process.poll() is None and time.perf_counter() < since + PATIENCE:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                reply.read()
                return time.perf_counter()
        except urllib.error.HTTPError as exc:
            raise UserError(f"The chat answered {exc.code} to {url}. Try it with python -m ui.") from exc
        except OSError:
            time.sleep(0.02)
    raise UserError("The chat did not answer. Start it with python -m ui and see what it says.")
