"""`workbench train`: its options, what it shows on the way, and what it prints at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.guard import INTERRUPTED
from workbench.cli.solve import MODEL_HELP
from workbench.run.plan import IN_USE, LATEST, RUNS, plan_new, plan_resumed, store_place, verifier_named

if TYPE_CHECKING:
    from workbench.run.scores import Tell
    from workbench.run.service import Run


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
    method: Annotated[
        str | None, typer.Option(metavar="NAME", help="How to train: pmd, grpo, sdpo, rft or sft; pmd.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Training time, evaluation not counted; 5.")] = None,
    rounds: Annotated[int | None, typer.Option(help="Rounds, instead of minutes.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random; 0.")] = None,
    run: Annotated[
        str | None, typer.Option(metavar="NAME", help="The run's name; method and time if left out.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume --run NAME, a run's path, or the latest run.")
    ] = False,
    verifier: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Verifier version (default: the one in use, or the run's own)."),
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
) -> None:
    """Train a model on problems, measured on held-out problems before and after.

    Reads a model and problems; writes runs/NAME/ (config.yaml, metrics.jsonl with a line per round,
    checkpoints/, model/, results.json) and the store runs/workbench.db. Ctrl-C stops it cleanly and
    --resume continues it; there, --minutes and --rounds count from the run's start. With --problems,
    before and after are measured on a sample of that file. One verifier judges the whole run, its
    evaluations included: the version in use when it starts.

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
    from workbench.config import load_config

    place = store_place(store, runs_folder)
    if resume:
        judge = verifier_named(verifier, place) if verifier is not None else None
        plan = plan_resumed(
            run or LATEST, runs_folder=runs_folder, store=store, config=config, overrides=given, verifier=judge
        )
    else:
        wanted = load_config(config, given)
        judge = verifier_named(verifier or IN_USE, place)
        plan = plan_new(wanted, name=run, runs_folder=runs_folder, store=store, verifier=judge)
    from workbench.cli.runs import prepare

    prepare(plan.config.model.path)
    from workbench.run.service import Run

    typer.echo(f"Run {plan.name} in {plan.folder}", err=True)
    started = Run(plan)
    try:
        with started, _bars() as tell:
            results = _train(started, tell)
    except KeyboardInterrupt as error:
        typer.echo(f"Interrupted. Resume with: {plan.resume}", err=True)
        raise typer.Exit(INTERRUPTED) from error
    if as_json:
        typer.echo(json.dumps(results))
    else:
        _print(results)


def overrides(settings: Sequence[str], **options: object) -> tuple[str, ...]:
    """Return `--set` settings and then the options that are short for one; `training__seed=3` is `training.seed`."""
    # JSON is YAML: a file called "null" or "1e5" stays a name.
    given = {key.replace("__", "."): value for key, value in options.items() if value is not None}
    return (*settings, *(f"{key}={json.dumps(value)}" for key, value in given.items()))


def _train(run: Run, tell: Tell) -> dict[str, Any]:
    """Measure, train with a line for each round, measure and save."""
    from workbench.cli.render import progress_bar, round_line

    limits = run.plan.config.training
    run.measure("before", tell)
    tell("", 0, 0)
    with progress_bar(f"training {run.name}", 1.0 if limits.rounds or limits.minutes else None) as (bar, task):
        bar.update(task, completed=run.share_done)
        for done in run.rounds():
            bar.console.print(round_line(done), soft_wrap=True)
            bar.update(task, completed=run.share_done)
    return run.finish(tell)


@contextmanager
def _bars() -> Iterator[Tell]:
    """Show each long part that is told of as a bar of its own, one after the other."""
    from workbench.cli.render import progress_bar

    with ExitStack() as shown:
        now: tuple[str, Any, Any] = ("", None, None)

        def tell(what: str, done: int, total: int) -> None:
            nonlocal now
            if what != now[0]:
                shown.close()
                now = (what, *shown.enter_context(progress_bar(what, total))) if what else ("", None, None)
            if what:
                now[1].update(now[2], completed=done)

        yield tell


def _print(results: Mapping[str, Any]) -> None:
    """Print what the training brought, what it cost, and what can be done now."""
    from workbench.cli.render import print_gains

    print_gains(results["title"], results["splits"])
    shares = ", ".join(f"{name} {share:.0%}" for name, share in results["stages"].items())
    seconds, rounds = round(results["seconds"]), results["rounds"]
    done = f"{rounds} round" if rounds == 1 else f"{rounds} rounds"
    typer.echo(f"{done}, {results['rollouts']:,} rollouts, {seconds // 60} min {seconds % 60} s")
    typer.echo(f"time: {shares}")
    typer.echo(f"run: {results['folder']}")
    typer.echo("\nTrain on, or ask the trained model:")
    typer.echo(f"  {results['resume']} --rounds {2 * results['rounds']}")
    typer.echo(f'  workbench solve --model {results["model"]} "3(x + 4) = 24"')
    typer.echo(f"  workbench evaluate --model {results['model']} --split test")
