"""`workbench bench teacher`: what a model, as teacher of itself, can tell where it went wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from workbench.cli.verify import AsJson


def bench_teacher(
    model: Annotated[
        str | None, typer.Option("--model", help="A run, a folder or a hub id; the shipped tutor if left out.")
    ] = None,
    split: Annotated[str, typer.Option(help="A shipped split.")] = "train",
    n: Annotated[int, typer.Option("--n", min=2, help="Problems, spread over the whole split.")] = 120,
    seed: Annotated[int, typer.Option(help="Of the rollouts.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure what a model as teacher of itself can tell, for each kind of context, where it went wrong.

    Practises the problems twice without learning, so that the second time has a memory to read. At each wrong
    step with a known correction the teacher reads nothing, memory, the critique, both, or both of another problem.
    A context in which the corrected step is no likelier than without has nothing to distil. Writes no file.

    \b
    Examples:
      workbench bench teacher
      workbench bench teacher --model data/models/tutor-pmd --split dev --n 480 --json
    """
    from workbench.cli.models import prepare, resolve_model
    from workbench.cli.render import progress_bar
    from workbench.cli.tables import print_teaching
    from workbench.config import Config, ModelSettings
    from workbench.problems.splits import evenly, load_split
    from workbench.training.hardware import describe_machine

    place = resolve_model(model)
    prepare(place)
    from workbench.evaluation.teaching import slips, told
    from workbench.training.loop import blind
    from workbench.training.policy import load_policy

    policy, config = load_policy(ModelSettings(path=place)), Config()
    chosen = [blind(problem) for problem in evenly(load_split(split), n)]
    with progress_bar("practising twice", 2 * len(chosen) * config.sampling.group_size) as (bar, task):
        found = slips(policy, chosen, config, seed, lambda count: bar.advance(task, count))
    report = {
        "machine": describe_machine(),
        "model": policy.name,
        "split": split,
        "problems": len(chosen),
        "seed": seed,
        "steps": len(found),
        "contexts": {kind: asdict(effect) for kind, effect in told(policy, found, seed).items()},
    }
    if as_json:
        typer.echo(json.dumps(report))
    else:
        print_teaching(report)
