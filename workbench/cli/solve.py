"""`workbench solve`: one problem, its solution, and a verdict on each step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.errors import BadInput
from workbench.run.plan import IN_USE, RUNS, resolve_model, store_place, verifier_named

if TYPE_CHECKING:
    from workbench.engine.protocol import Engine
    from workbench.evaluation.evaluate import Evaluation
    from workbench.types import Problem
    from workbench.verification import Verifier


MODEL_HELP = "The shipped tutor if left out; else 'smollm2', a folder, a hub id, a run's name or path, or 'latest'."
JudgedBy = Annotated[
    str,
    typer.Option(
        "--verifier", metavar="VERSION", help="'builtin', 'chosen' (the one in use), or a version's hash or file."
    ),
]


def solve(
    problem: Annotated[str, typer.Argument(help="A problem in words, or a bare equation or expression.")],
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    answer: Annotated[
        str | None, typer.Option(help="The right answer, if known; without it the verdicts see the text alone.")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(min=0, help="0 writes the likeliest solution (the default for one sample), 1 samples."),
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Solutions to write.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the sampling.")] = 0,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Longest solution, in tokens.")] = None,
    version: JudgedBy = IN_USE,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Solve a problem and judge each step of the solution.

    Reads a model and writes no file. A bare equation is put into words first. Each step is shown as
    correct, incorrect with the reason, or unknown. Put -- before a problem that starts with a minus.

    \b
    Examples:
      workbench solve "3(x + 4) = 24"
      workbench solve "What is 15% of 80?" --answer 12
      workbench solve "2x - 7 = 9" --model latest --samples 3
      workbench solve --json -- "-3 + 5 * 2"
    """
    if not problem.strip():
        raise BadInput("The problem is empty; write an equation or a question.")
    from workbench.problems.notation import LONGEST, in_words

    if len(problem) > LONGEST:
        raise BadInput(f"The problem has {len(problem):,} characters and at most {LONGEST:,} are read; shorten it.")
    if samples > 1 and temperature == 0:
        raise BadInput(f"{samples} samples at temperature 0 would all be the same; give --temperature 1.")
    from workbench.cli.render import print_solution, solution_record
    from workbench.cli.runs import longest_solution, open_policy
    from workbench.config import ModelSettings
    from workbench.types import Knowledge, Problem, content_id

    text = in_words(problem)
    asked = Problem(id=content_id(text, answer), text=text, answer=answer)
    verifier = verifier_named(version, store_place(None, runs_folder))
    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    from workbench.engine.protocol import rollout_seed

    warmth = temperature if temperature is not None else float(samples > 1)
    seeds = [rollout_seed("solve", seed, asked.id, k) for k in range(samples)]
    limit = longest_solution(policy, max_tokens)
    made = policy.sample([policy.problem_ids(text)], [seeds], limit, warmth)[0]
    knowledge = Knowledge.FREE if answer is None else Knowledge.ANSWER
    verdicts = [verifier.verify(asked, policy.text(one.ids), knowledge) for one in made]
    if not as_json:
        for verdict in verdicts:
            print_solution(text, verdict)
        return
    records = [solution_record(verdict) for verdict in verdicts]
    several = {"solutions": records} if samples > 1 else {}
    typer.echo(
        json.dumps({"problem": text, "verifier": verifier.version, **records[0], **several}, ensure_ascii=False)
    )


# `workbench evaluate`: a model's measures on a set of problems.


def measure(
    policy: Engine,
    problems: Sequence[Problem],
    verifier: Verifier,
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
            verifier,
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
    version: JudgedBy = IN_USE,
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
    from workbench.domains import common_domain
    from workbench.problems.readers import read_problems
    from workbench.problems.splits import evenly, load_split

    source = str(problems) if problems is not None else split or "test"
    chosen = evenly(read_problems(problems) if problems is not None else load_split(source), n)
    from workbench.cli.runs import longest_solution, open_policy
    from workbench.config import ModelSettings

    verifier = verifier_named(version, store_place(None, runs_folder)).for_domain(common_domain(chosen))
    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    limit = longest_solution(policy, max_tokens)
    what = f"{len(chosen)} problems of {source}"
    found = measure(policy, chosen, verifier, what, samples, limit, seed, greedy=True)
    facts = {
        "model": policy.name,
        "problems": source,
        "n": len(chosen),
        "samples": samples,
        "seed": seed,
        "verifier": verifier.version,
    }
    _print(found, facts, show, as_json)


def _print(found: Evaluation, facts: dict[str, Any], show: int, as_json: bool) -> None:
    from workbench.cli.render import interval_record, print_metrics, print_solution, solution_record
    from workbench.evaluation.evaluate import MEASURES
    from workbench.problems.splits import evenly

    made = found.metrics()
    metrics = {name: made.get(name) for name in MEASURES}
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
