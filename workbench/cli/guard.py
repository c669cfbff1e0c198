"""What ends a command early: an error as one sentence and its exit code, never a traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from workbench.errors import WorkbenchError

INTERRUPTED = 130


class GuardedGroup(TyperGroup):
    """A group of commands that report errors as people should see them."""

    def invoke(self, ctx: Any) -> Any:
        with guard():
            return super().invoke(ctx)


@contextmanager
def guard() -> Iterator[None]:
    """Turn what people can do something about into `Error: ...` and an exit code."""
    _survive_any_encoding()
    try:
        yield
    except WorkbenchError as error:
        raise _failed(str(error), error.exit_code) from error
    except KeyboardInterrupt as error:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        # Whoever read our output has left, as `| head` does. Python would complain once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from error
    except OSError as error:
        raise _failed(f"{error}.", 1) from error
    except (MemoryError, RuntimeError) as error:
        if not _out_of_memory(error):
            raise
        remedy = "use a smaller model, fewer sampling.problems_per_round or fewer sampling.max_tokens"
        raise _failed(f"Out of RAM or GPU memory; {remedy}.", 1) from error


def _failed(message: str, code: int) -> typer.Exit:
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    return typer.Exit(code)


def _out_of_memory(error: Exception) -> bool:
    # By name, since torch may not have been imported and must not be for this.
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def _survive_any_encoding() -> None:
    """A terminal that cannot show a sign gets a question mark, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
