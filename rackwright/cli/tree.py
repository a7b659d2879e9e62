"""Which module has which command. Only the modules that a command line needs are loaded: all cost seconds."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import typer

from rackwright import __version__
from rackwright.cli.console import out

COMMANDS: dict[str, tuple[str, ...]] = {
    "cluster": ("up", "preview", "destroy"),
    "status": ("status", "ssh"),
    "upgrade": ("upgrade", "rollback"),
    "bake": ("bake",),
    "audit": ("audit",),
    "judge": ("judge",),
    "docs": ("docs",),
    "enrol": ("enrol",),
    "drift": ("refresh", "drift", "adopt"),
    "lock": ("lock",),
    "model": ("check", "design", "explain", "rules"),
    "anonymise": ("anonymise",),
    "testing": ("test",),
}
"""Module of ``rackwright.cli`` -> the commands that it adds, in the order of the help."""

GROUPS = ("catalog", "cloud", "evidence", "fabric", "mirror", "tools")
"""Modules that are a group of commands of their own name."""


def tree(words: Iterable[str] | None = None) -> typer.Typer:
    """The command tree with what a command line of `words` can mean; the whole one without words that are known."""
    app = typer.Typer(
        name="rw",
        help="GPU clusters from one typed spec: provisioned, configured and proven.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(lambda: None)  # keeps a tree with one command a tree
    app.command()(version)
    first = next((word for word in words or () if not word.startswith("-")), None)
    wanted = [name for name, commands in COMMANDS.items() if first in commands]
    groups = [name for name in GROUPS if name == first]
    known = bool(wanted or groups) or first == "version"
    for name in wanted if known else COMMANDS:
        import_module(f"rackwright.cli.{name}").add_to(app)
    for name in groups if known else GROUPS:
        app.add_typer(import_module(f"rackwright.cli.{name}").app, name=name)
    return app


def version() -> None:
    """Print the version."""
    out.print(__version__)
