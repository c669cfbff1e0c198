"""The run service: one training run from its settings to its results. It knows no command line and prints nothing.

Four users share it, and so none of them trains, measures, saves or resumes in a way of its own:

- the command line (`workbench train`): `plan_new` or `plan_resumed`, then `with Run(plan) as run:`, with a bar for
  `run.measure("before", tell)`, a line for each of `run.rounds()`, and a table of what `run.finish(tell)` returns;
- the app: the names, folders and stores of runs, and the verifier in use, all from `workbench.run.plan`;
- notebooks: `Run.scratch(config, problems)` for a run that leaves nothing behind, or, for one that is kept,

      with Run.create(config, name="mine") as run:
          for done in run.rounds(): ...
          run.finish()

- comparisons: `Run(plan, check)` in a work folder, with a store of its own and their own evaluation on `dev`.

`plan` needs no torch, so that a mistake in the settings is told at once; `Run` loads it when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.run.service import Run

__all__ = ["Run"]


def __getattr__(name: str) -> Any:
    if name == "Run":
        from workbench.run.service import Run

        return Run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
