"""`workbench solve`: one problem, its solution, and a verdict on each step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.runs import RUNS
from workbench.errors import BadInput
from workbench.problems.asking import LONGEST, in_words

MODEL_HELP = "The shipped tutor if left out; else 'smollm2', a folder, a hub id, a run's name or path, or 'latest'."


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
    if len(problem) > LONGEST:
        raise BadInput(f"The problem has {len(problem):,} characters and at most {LONGEST:,} are read; shorten it.")
    if samples > 1 and temperature == 0:
        raise BadInput(f"{samples} samples at temperature 0 would all be the same; give --temperature 1.")
    from workbench.cli.models import longest_solution, open_policy, resolve_model
    from workbench.cli.render import print_solution, solution_record
    from workbench.config import ModelSettings
    from workbench.types import Knowledge, Problem, content_id
    from workbench.verification import Verifier

    text = in_words(problem)
    asked = Problem(id=content_id(text, answer), text=text, answer=answer)
    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    from workbench.training.sampling import rollout_seed, sample

    warmth = temperature if temperature is not None else float(samples > 1)
    seeds = [rollout_seed("solve", seed, asked.id, k) for k in range(samples)]
    limit = longest_solution(policy, max_tokens)
    made = sample(policy, [policy.problem_ids(text)], [seeds], limit, warmth)[0]
    knowledge = Knowledge.FREE if answer is None else Knowledge.ANSWER
    verifier = Verifier()
    verdicts = [verifier.verify(asked, policy.text(one.ids), knowledge) for one in made]
    if not as_json:
        for verdict in verdicts:
            print_solution(text, verdict)
        return
    records = [solution_record(verdict) for verdict in verdicts]
    several = {"solutions": records} if samples > 1 else {}
    typer.echo(json.dumps({"problem": text, **records[0], **several}, ensure_ascii=False))
