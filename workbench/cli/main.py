"""The frame of the command line: a table of commands, of which only the one that was asked for is imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command, get_group

from workbench.cli.guard import GuardedGroup


@dataclass(frozen=True)
class Entry:
    """A command or a group of commands, and where it lies."""

    name: str
    place: str
    """`module:attribute`: a function, or a `Typer` of several commands."""
    help: str
    """One line in the list of all commands."""

    def load(self) -> Any:
        """Return the command. Imports its module, and with it what the command needs."""
        module, attribute = self.place.split(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            command: Any = get_group(found)
        else:
            alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
            alone.command(self.name)(found)
            command = get_command(alone)
        command.name = self.name
        return command


COMMANDS = (
    Entry("train", "workbench.cli.train:train", "Train a model, measured before and after."),
    Entry("solve", "workbench.cli.solve:solve", "Solve a problem and judge each step."),
    Entry("app", "workbench.cli.app:serve", "Open the app in the browser."),
    Entry("evaluate", "workbench.cli.solve:evaluate", "Measure a model on a set of problems."),
    Entry("verify", "workbench.cli.verify:verify", "Judge every step of solutions."),
    Entry("grade", "workbench.cli.verify:grade", "Compare final answers."),
    Entry("coverage", "workbench.cli.verify:coverage", "See what the verifier can decide."),
    Entry("compare", "workbench.cli.compare:compare", "Compare methods over seeds."),
    Entry("runs", "workbench.cli.runs:runs", "List all runs."),
    Entry("memory", "workbench.cli.memory:memory", "Look into the memory of a run."),
    Entry("refine", "workbench.cli.refine:refine", "Make the verifier better from labels."),
    Entry("verifiers", "workbench.cli.refine:verifiers", "List versions; use one or go back."),
    Entry("reverify", "workbench.cli.refine:reverify", "Judge a stored run again."),
    Entry("audit", "workbench.cli.audit:audit", "See which steps fail in a run."),
    Entry("export", "workbench.cli.audit:export", "Write a run as a file."),
    Entry("import", "workbench.cli.audit:import_", "Read a run from a file."),
    Entry("labels", "workbench.cli.labels:labels", "Fill the label queue, import, export, agreement."),
    Entry("problems", "workbench.cli.materials:problems", "Look at problems, or write files."),
    Entry("fetch", "workbench.cli.materials:fetch", "Fetch SmolLM2, a real small model."),
    Entry("doctor", "workbench.cli.doctor:doctor", "See what this machine has and lacks."),
)
"""The product's commands, in the order of `workbench --help`."""


class _Commands(Mapping[str, Any]):
    """Commands by name, each loaded when it is looked up."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = {entry.name: entry for entry in entries}
        self.loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.loaded:
            self.loaded[name] = self.entries[name].load()
        return self.loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


class LazyGroup(GuardedGroup):
    """A group that lists its commands from a table, without importing them."""

    entries: Sequence[Entry] = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = _Commands(self.entries)

    def list_commands(self, ctx: Any) -> list[str]:
        return [entry.name for entry in self.entries]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in self.entries])


def _show_version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        typer.echo(__version__)
        raise typer.Exit


def _workbench(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Train small tutor models in mathematics, with a verdict on every step.

    Data goes to stdout and progress to stderr; --json prints for machines. The exit code is 0 when done,
    1 when something failed, 2 for bad input and 130 after Ctrl-C.

    \b
    A first look, on this machine and without a network:
      workbench solve "3(x + 4) = 24"     the shipped tutor solves, every step judged
      workbench train --minutes 5         make it better, measured before and after
      workbench solve "3(x + 4) = 24" --model latest
      workbench evaluate --model latest --n 240
    """


def command_line(entries: Sequence[Entry]) -> typer.Typer:
    """Return the app of the command line that has these commands."""
    # Without rich in the help: it starts twice as fast and keeps the examples' lines as they are.
    made = typer.Typer(
        cls=type("Commands", (LazyGroup,), {"entries": tuple(entries)}),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    made.callback()(_workbench)
    return made
