"""`workbench labels blind`: ambiguous steps of a model's fresh rollouts, without what the verifier said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.labels import RunsFolder
from workbench.cli.runs import RUNS
from workbench.cli.solve import MODEL_HELP


def blind(
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    split: Annotated[str, typer.Option(help="A shipped split.")] = "dev",
    problems: Annotated[int, typer.Option(min=1, help="Problems, spread over the split.")] = 400,
    samples: Annotated[int, typer.Option(min=1, help="Solutions of each problem at temperature 1.")] = 4,
    n: Annotated[int, typer.Option("--n", min=1, help="Steps to choose at most.")] = 160,
    seed: Annotated[int, typer.Option(help="Seed of the sampling and the choice.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Where the rows go; stdout if left out.")
    ] = None,
    runs_folder: RunsFolder = RUNS,
) -> None:
    """Sample a model and write ambiguous steps for a reader who must not see what the verifier said.

    Steps come in turn from every skill. A row is in PRM800K's shape with an empty rating: fill in `labeler`
    and the last step's `rating` (1, 0 or -1) and `workbench.reason`, then 'workbench labels import' or
    'workbench refine --labels' take the file.

    \b
    Examples:
      workbench labels blind --out to-read.jsonl
      workbench labels blind --model latest --n 200 --seed 1 --out to-read.jsonl
    """
    from workbench.cli.models import longest_solution, open_policy, resolve_model
    from workbench.cli.render import progress_bar
    from workbench.cli.verify import require_place
    from workbench.config import ModelSettings
    from workbench.evaluation.evaluate import evaluate
    from workbench.files import json_line, write_atomically
    from workbench.labeling.blind import ambiguous_steps, blind_row
    from workbench.problems.splits import evenly, load_split

    require_place(out)
    chosen = evenly(load_split(split), problems)
    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    with progress_bar(f"sampling {len(chosen)} problems of {split}", len(chosen) * samples) as (bar, task):
        made = evaluate(
            policy,
            chosen,
            samples,
            seed=seed,
            max_tokens=longest_solution(policy, None),
            progress=lambda rows: bar.advance(task, rows),
        )
    steps = ambiguous_steps(made.groups, f"{policy.name}, {split}", n, seed)
    text = "".join(f"{json_line(dict(blind_row(item, whole)))}\n" for item, whole in steps)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
    skills = len({item.problem.skill for item, _ in steps})
    typer.echo(json.dumps({"steps": len(steps), "skills": skills, "model": policy.name}), err=True)
