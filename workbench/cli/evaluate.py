"""`workbench evaluate`: a model's measures on a set of problems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.runs import RUNS
from workbench.cli.solve import MODEL_HELP
from workbench.errors import BadInput
from workbench.problems.splits import evenly, load_split

if TYPE_CHECKING:
    from workbench.evaluation.evaluate import Evaluation
    from workbench.training.policy import Policy
    from workbench.types import Problem

ORDER = ("solve_rate", "greedy", "process_rate", "right_for_wrong_reasons", "decided_share", "pass_at_16")


def measure(
    policy: Policy,
    problems: Sequence[Problem],
    what: str,
    samples: int,
    max_tokens: int,
    seed: int = 0,
    greedy: bool = False,
) -> Evaluation:
    """Evaluate with a progress bar."""
    from workbench.cli.render import progress_bar
    from workbench.evaluation.evaluate import evaluate as run_evaluation

    with progress_bar(what, len(problems) * (samples + greedy)) as (bar, task):
        return run_evaluation(
            policy,
            problems,
            samples,
            greedy,
            seed,
            max_tokens,
            progress=lambda rows: bar.advance(task, rows),
        )


def evaluate(
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    problems: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Problems with `text` and `answer`, or GSM8K's shape.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="A shipped split; 'test' if neither is given.")] = None,
    n: Annotated[
        int | None, typer.Option("--n", min=1, help="Problems, spread over the whole set; all if left out.")
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Solutions of each problem at temperature 1.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of the sampling.")] = 0,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="Longest solution, in tokens: 160 for tutor models, 300 for others."),
    ] = None,
    show: Annotated[int, typer.Option(min=0, help="Solutions to show with their verdicts.")] = 0,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a model: solve rate, greedy, process rate, right for wrong reasons, pass@16.

    Reads a model and a set of problems and writes no file. Each measure has its 95 % interval over
    problems. pass@16 needs --samples 16.

    \b
    Examples:
      workbench evaluate --n 240
      workbench evaluate --model latest --split depth --json
      workbench evaluate --model smollm2 --problems mine.jsonl --n 20 --show 3
    """
    if problems is not None and split is not None:
        raise BadInput(f"--problems {problems} and --split {split} are both given; leave one out.")
    from workbench.problems.readers import read_problems

    source = str(problems) if problems is not None else split or "test"
    chosen = evenly(read_problems(problems) if problems is not None else load_split(source), n)
    from workbench.cli.models import longest_solution, open_policy, resolve_model
    from workbench.config import ModelSettings

    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    limit = longest_solution(policy, max_tokens)
    found = measure(policy, chosen, f"{len(chosen)} problems of {source}", samples, limit, seed, greedy=True)
    facts = {"model": policy.name, "problems": source, "n": len(chosen), "samples": samples, "seed": seed}
    _print(found, facts, show, as_json)


def _print(found: Evaluation, facts: dict[str, Any], show: int, as_json: bool) -> None:
    from workbench.cli.render import interval_record, print_metrics, print_solution, solution_record

    metrics = {name: found.metrics().get(name) for name in ORDER}
    shown = [(group.problem, group.members[0].verdict) for group in evenly(found.groups, show)]
    if not as_json:
        for problem, verdict in shown:
            print_solution(problem.text, verdict)
        title = f"{facts['model']} on {facts['n']} problems of {facts['problems']}, {facts['samples']} samples each"
        print_metrics(title, metrics)
        return
    figures = {name: interval_record(interval) if interval else None for name, interval in metrics.items()}
    record = {**facts, **figures}
    if show:
        record["solutions"] = [{"problem": p.text, **solution_record(v)} for p, v in shown]
    typer.echo(json.dumps(record, ensure_ascii=False))
