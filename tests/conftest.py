"""What several tests share: an index of the seeds made with the real models, a bot over it, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from index.ingest import ingest
from index.settings import Settings
from qa.bot import Bot

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from ui.desk import Desk

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# How long an example takes says more about what else the machine does than about what is tested.
hypothesis.settings.register_profile("citespan", deadline=None)
hypothesis.settings.load_profile("citespan")


@pytest.fixture(scope="session", autouse=True)
def own_settings() -> Iterator[None]:
    """The settings of whoever runs the tests don't reach them."""
    patch = pytest.MonkeyPatch()
    import os

    for name in [name for name in os.environ if name.startswith("CITESPAN_")]:
        patch.delenv(name)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, made once. A test that changes a store copies it first."""
    folder = tmp_path_factory.mktemp("seeds") / "store"
    ingest([SEEDS], Settings.load(environ={}, store=folder))
    return folder


@pytest.fixture(scope="session")
def bot(store: Path) -> Bot:
    """The product as it comes out of the box, over the seeds."""
    return Bot.open(Settings.load(environ={}, store=store))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An index of the seeds of a file's own, whose tests may change it."""
    from ui_tools import seeds

    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def desk(settings: Settings) -> Desk:
    """A desk over it whose bot answers without a model."""
    from fake_bot import FakeBot

    from ui.desk import Desk

    desk = Desk(settings, FakeBot)
    desk._load()
    return desk


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. It is a part of the tests' environment: without it the tests fail and say so."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "The browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield chromium
        chromium.close()
