"""`workbench train`: its options, and what it prints at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.plan import Options, RunPlan, overrides, plan_new, plan_resumed
from workbench.cli.runs import RUNS
from workbench.cli.solve import MODEL_HELP
from workbench.errors import BadInput

ROOM = 64 << 20
"""Bytes for the store and the logs."""
COPIES = 16
"""Of the weights: policy, average, teacher and two moments in three checkpoints at most, and the trained model."""


def train(
    config: Annotated[
        Path | None, typer.Option(metavar="F.yaml", help="Settings; what it leaves out has its default.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="One setting, such as training.lr=1e-4; repeatable."),
    ] = None,
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    problems: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Problems with `text` and `answer`, or GSM8K's shape.")
    ] = None,
    method: Annotated[str | None, typer.Option(metavar="pmd|sdpo|grpo|rft|sft", help="How to train; pmd.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Training time, evaluation not counted; 5.")] = None,
    rounds: Annotated[int | None, typer.Option(help="Rounds, instead of minutes.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random; 0.")] = None,
    run: Annotated[
        str | None, typer.Option(metavar="NAME", help="The run's name; method and time if left out.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with --run NAME, a run's path, or the latest run.")
    ] = False,
    verifier: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Who judges the steps: 'builtin' or a version; the one in use."),
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
) -> None:
    """Train a model on problems, measured on held-out problems before and after.

    Reads a model and problems; writes runs/NAME/ (config.yaml, metrics.jsonl with a line per round,
    checkpoints/, model/, results.json) and the store runs/workbench.db. Ctrl-C ends it cleanly, and
    --resume goes on where it was; there, --minutes and --rounds count from the run's start. With
    --problems, before and after are measured on a sample of that file.

    \b
    Examples:
      workbench train
      workbench train --minutes 20 --method grpo --seed 1
      workbench train --set preset=tiny --run first-look
      workbench train --model smollm2 --problems mine.jsonl --set model.lora_rank=8 --rounds 30
      workbench train --resume --minutes 10
    """
    given = overrides(
        settings or (),
        model__path=model,
        problems__path=str(problems) if problems is not None else None,
        method__name=method,
        training__minutes=minutes,
        training__rounds=rounds,
        training__seed=seed,
    )
    options = Options(config, given, run, runs_folder, store, verifier)
    plan = _ready(options, resume)
    from workbench.cli.scores import read_material

    material = read_material(plan.config)
    from workbench.cli.runs import prepare

    prepare(plan.config.model.path)
    from workbench.cli.session import train_run

    typer.echo(f"Run {plan.name} in {plan.folder}", err=True)
    results = train_run(plan, material)
    if as_json:
        typer.echo(json.dumps(results))
    else:
        _print(results)


def _ready(options: Options, resume: bool) -> RunPlan:
    """The plan, once it is sure that the disk will take the run."""
    from workbench.engine.fetch import model_folder
    from workbench.files import free_space_check, require_writable
    from workbench.store import Store

    plan = plan_resumed(options) if resume else plan_new(options)
    weights = sum(file.stat().st_size for file in Path(model_folder(plan.config.model.path)).glob("*.safetensors"))
    copies = 1 if plan.config.model.lora_rank else COPIES
    require_writable(plan.folder if resume else plan.folder.parent)
    free_space_check(plan.folder.parent, ROOM + (0 if resume else copies * weights))
    with Store.open(plan.store) as store:
        known = plan.name in store.run_names()
        status = store.run_info(plan.name).status if known else None
    # A kill may come between a run's folder and its first row: what has no checkpoint yet just starts.
    if known != resume and (known or plan.checkpoints.exists()):
        remedy = "give the --store it was made with" if resume else "resume it or choose another --run"
        raise BadInput(f"{plan.store} has {'no' if resume else 'a'} run {plan.name!r}; {remedy}.")
    if status == "finished" and not plan.extended:
        raise BadInput(f"The run {plan.name!r} is finished; give larger --minutes or --rounds to train on.")
    return plan


def _print(results: Mapping[str, Any]) -> None:
    """What the training brought, what it cost, and what can be done now."""
    from workbench.cli.render import print_gains

    print_gains(results["title"], results["splits"])
    shares = ", ".join(f"{name} {share:.0%}" for name, share in results["stages"].items())
    seconds = round(results["seconds"])
    typer.echo(f"{results['rounds']} rounds, {results['rollouts']:,} rollouts, {seconds // 60} min {seconds % 60} s")
    typer.echo(f"time: {shares}")
    typer.echo(f"run: {results['folder']}")
    typer.echo("\nTrain on, or ask the trained model:")
    typer.echo(f"  {results['go_on']} --rounds {2 * results['rounds']}")
    typer.echo(f'  workbench solve --model {results["model"]} "3(x + 4) = 24"')
    typer.echo(f"  workbench evaluate --model {results['model']} --split test")
