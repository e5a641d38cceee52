"""What the commands share: settings as options, and errors for people as one line with exit status 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any, NoReturn

from index.errors import UserError
from index.settings import Settings, variable


def add_settings(parser: argparse.ArgumentParser, *names: str) -> None:
    """Options for some settings, with the help, the default and the variable of the settings table."""
    known = {f.name: f for f in fields(Settings)}
    group = parser.add_argument_group("settings")
    for name in names:
        f = known[name]
        default = f.default if str(f.default) else "none"
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"setting_{name}",
            metavar=name.rpartition("_")[2].upper(),
            help=f"{f.metadata['help']} (default {default}; {variable(name)})".replace("%", "%%"),
        )


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings that the options, the environment and the defaults give together."""
    given: dict[str, Any] = {
        name.removeprefix("setting_"): value for name, value in vars(args).items() if name.startswith("setting_")
    }
    return Settings.load(**given)


def guarded(main: Callable[[], int]) -> NoReturn:
    """Run a command: an error for people is one line and exit status 2; Ctrl-C is 130; a bug keeps its traceback."""
    try:
        status = main()
        sys.stdout.flush()
    except UserError as exc:
        print(f"citespan: {exc}", file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        print("citespan: stopped", file=sys.stderr)
        status = 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    sys.exit(status)
