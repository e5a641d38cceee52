"""What several tests share: indexes of the seeds and of made articles, a bot, a server and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from index.ingest import ingest
from index.settings import Settings
from qa.bot import Bot

if TYPE_CHECKING:
    from index_tools import Place
    from playwright.sync_api import Browser, Page
    from ui_tools import Served

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


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    """The chat over a file's own index, its bot loaded."""
    from ui_tools import serve

    with serve(settings) as served:
        served.desk._loaded.wait(120)
        yield served


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A page of it that nobody has used."""
    from ui_tools import opened

    served.bot.gate.set()
    with opened(browser, served.url) as page:
        yield page


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder without articles, to be indexed without a model."""
    from index_tools import Place

    return Place(tmp_path)


@pytest.fixture(scope="session")
def two_articles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of two articles and its index, made by the command. Tests copy it."""
    from fakes import write_articles
    from index_tools import index, untimed

    root = tmp_path_factory.mktemp("cli")
    write_articles(root / "news", 2, 8)
    ran = index(root / "news", "--store", root / "store")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert untimed(ran.stdout) == (
        "added    0000.txt\nadded    0001.txt\n2 added; the index holds 2 articles, 16 sentences (N s)\n"
    )
    return root / "news", root / "store"


@pytest.fixture
def indexed(two_articles: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A copy of that folder and its index, for a test that changes them."""
    from fakes import change_catalogue

    for folder in two_articles:
        shutil.copytree(folder, tmp_path / folder.name)
    # The store names the folder that it was made from; here it's the copy.
    change_catalogue(tmp_path / "store", "UPDATE files SET root = ?", values=[os.fsencode(tmp_path / "news")])
    return tmp_path / "news", tmp_path / "store"


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run `python -m index` in this process, which has its libraries loaded; gives what it prints."""
    from fakes import HashedEmbedder

    from index.__main__ import main

    def run(*args: object) -> str:
        main([*map(str, args)], HashedEmbedder(dimensions=384))
        return capsys.readouterr().out

    return run
