"""`workbench contract`: what a tutor model solves alone and how much each kind of help adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.solve import MODEL_HELP
from workbench.run.plan import RUNS, resolve_model

GENERALISATION = ("numbers", "wording", "depth")


def contract(
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    part: Annotated[str, typer.Option(metavar="dev|test", help="Which problems: dev for tuning.")] = "dev",
    n: Annotated[int | None, typer.Option("--n", min=20, help="Problems of each split; all if left out.")] = None,
    samples: Annotated[int, typer.Option(min=1, help="Solutions of each problem; 16 for pass@16.")] = 4,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a tutor model's contract: solve rates by skill, failures by malrule, gains by kind of help.

    Reads a model and generated problems and writes no file. The figures in data/models/tutor/README.md
    come from here.

    \b
    Examples:
      workbench contract --n 240
      workbench contract --part test --samples 16 --json
    """
    from workbench.errors import BadInput

    if part not in ("dev", "test"):
        raise BadInput(f"--part {part!r}: the parts are dev and test.")
    from workbench.cli.runs import open_policy
    from workbench.cli.solve import measure
    from workbench.config import ModelSettings
    from workbench.problems.splits import evenly, load_split
    from workbench.verification import Verifier

    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    from workbench.cli.render import interval_record, progress_bar
    from workbench.lab.contract import measure_alone, measure_help

    problems = evenly(load_split(part), n)
    with progress_bar(f"alone: {len(problems)} problems of {part}", len(problems) * (samples + 1)) as (bar, task):
        alone = measure_alone(policy, problems, samples, lambda rows: bar.advance(task, rows))
    suffix = "-dev" if part == "dev" else ""
    splits = {name: evenly(load_split(name + suffix), n) for name in GENERALISATION}
    general = {
        name: measure(policy, chosen, Verifier(), name, 4, 160).metrics()["solve_rate"]
        for name, chosen in splits.items()
    }
    with progress_bar("with help", None) as (bar, task):
        gains = measure_help(policy, problems, 4, lambda rows: bar.advance(task, rows))
    record: dict[str, Any] = {
        "model": policy.name,
        "part": part,
        "n": len(problems),
        "samples": samples,
        "alone": {name: interval_record(i) for name, i in alone.overall.items()},
        "by_skill": {name: interval_record(i) for name, i in alone.by_skill.items()},
        "generalisation": {name: interval_record(i) for name, i in general.items()},
        "gains": {name: interval_record(i) for name, i in gains.items()},
        "malrules": alone.malrules,
        "rarer_path": alone.rarer_path,
    }
    if as_json:
        typer.echo(json.dumps(record))
    else:
        _print(record)


def _print(record: dict[str, Any]) -> None:
    typer.echo(f"{record['model']} on {record['n']} problems of {record['part']}")
    for part in ("alone", "by_skill", "generalisation", "gains"):
        typer.echo(f"\n{part.replace('_', ' ')}")
        for name, interval in record[part].items():
            sign = "+" if part == "gains" else ""
            value, low, high = (f"{interval[key]:{sign}.3f}" for key in ("value", "low", "high"))
            typer.echo(f"  {name:40} {value}  [{low}, {high}]")
    for part, count in (("malrules", 8), ("rarer_path", 99)):
        typer.echo(f"\n{part.replace('_', ' ')}")
        for name, share in list(record[part].items())[:count]:
            typer.echo(f"  {name:40} {share:.3f}")
