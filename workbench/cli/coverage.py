"""`workbench coverage`: what the verifier can decide on a data set, and whether that is enough."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.verify import AsJson, verifier_named
from workbench.problems.splits import evenly
from workbench.types import Knowledge


def coverage(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Problems with solutions, one a line.")],
    mode: Annotated[Knowledge, typer.Option(help="What may be known; training knows the answer.")] = Knowledge.ANSWER,
    n: Annotated[
        int | None, typer.Option("--n", min=1, help="Problems, spread over the whole file; all if left out.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--verifier", metavar="VERSION", help="'builtin' or a version's hash.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See what share of steps the verifier decides, by skill and checker, and whether step-level training can pay.

    Reads a file of problems with solutions: this project's shape, GSM8K's, or rows of 'workbench verify'.
    Each step is also altered, once in its result and once in a number that it takes in: the share that is
    flagged tells how many wrong rollouts would get a teacher context at the step that goes wrong. In word
    problems nineteen in twenty first errors count as misread numbers. Writes no file.

    \b
    Examples:
      workbench coverage data/problems/dev.jsonl
      workbench coverage gsm8k.jsonl --n 500 --mode reference
      workbench coverage data/cases/open-ended.jsonl
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.tables import print_coverage
    from workbench.verification.coverage import measure, read_samples, report

    verifier = verifier_named(version)
    samples = evenly(read_samples(file), n)
    trials = []
    with progress_bar(f"trying {len(samples)} problems", len(samples)) as (bar, task):
        for trial in measure(samples, verifier, mode):
            trials.append(trial)
            bar.advance(task)
    found = report(trials, mode)
    if as_json:
        typer.echo(json.dumps({"file": str(file), "verifier": verifier.version, **asdict(found)}))
    else:
        print_coverage(f"{len(samples)} problems of {file.name}, mode {mode.value}", found)
