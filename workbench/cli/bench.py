"""`workbench bench verify`, `fuzz` and `app`: how fast and how safe the verifier is, and how fast the app."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.guard import GuardedGroup
from workbench.cli.verify import AsJson

bench = typer.Typer(
    cls=GuardedGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure how fast the verifier and the app are, and what hostile input does.",
)


@bench.command("verify")
def verify(
    pairs: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Rows with `before` and `after`; generated if left out.")
    ] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="Generated pairs.")] = 1000,
    peer_pairs: Annotated[int, typer.Option(min=1, help="Pairs that the slow peers get.")] = 100,
    steps: Annotated[int, typer.Option(min=1, help="Mixed steps for one and for two jobs.")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Time the verifier against Math-Verify and SymPy, as ratios in one run.

    Caches are cold, every row is distinct, and parsing counts. Times are this process's CPU time, those of
    jobs wall time. Math-Verify is an extra: pip install 'tutor-workbench[bench]'. Writes no file.

    \b
    Examples:
      workbench bench verify
      workbench bench verify --pairs moves.jsonl --peer-pairs 50 --json
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.tables import print_speed
    from workbench.evaluation.peers import read_pairs
    from workbench.evaluation.speed import generated_pairs, measure

    source = "generated solutions" if pairs is None else pairs.name
    chosen = generated_pairs(n, 0) if pairs is None else read_pairs(pairs)
    with progress_bar(f"timing {len(chosen)} pairs and {steps} steps", None):
        speed = measure(chosen, source, peer_pairs, steps)
    if as_json:
        typer.echo(json.dumps(asdict(speed)))
    else:
        print_speed(speed)


@bench.command("fuzz")
def fuzz(
    n: Annotated[int, typer.Option("--n", min=1, help="Fuzzed strings.")] = 100_000,
    bombs: Annotated[int, typer.Option(min=1, help="Hand-made bombs; there are over 200.")] = 1000,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads of the second half.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of the strings.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Give the verifier hostile input: no crash, no hang, no growth of memory, nothing executed.

    Half of the strings come from the main thread, half from eight at once, the hand-made bombs from both.
    A worker is killed in mid-check. Exit code 1 if anything bad happened. Writes no file.

    \b
    Examples:
      workbench bench fuzz
      workbench bench fuzz --n 2000 --bombs 20 --json
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.tables import print_fuzz
    from workbench.evaluation.fuzz import fuzz as run_fuzz

    with progress_bar(f"{n} strings", None) as (bar, task):
        report = run_fuzz(n, bombs, threads, seed, lambda count: bar.advance(task, count))
    if as_json:
        typer.echo(json.dumps({**asdict(report), "passed": report.passed}))
    else:
        print_fuzz(report)
    if not report.passed:
        raise typer.Exit(1)


@bench.command("app")
def app(
    n: Annotated[int, typer.Option("--n", min=1, help="Clicks on Solve.")] = 20,
    problems: Annotated[int, typer.Option(min=1, help="Problems whose steps' verdicts are timed.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Time the app in a real browser: from a click to the first step with its verdict on the page.

    Starts an app of its own with the shipped model on both sides, on an empty store that is thrown away.
    Needs Chromium and Playwright. Exit code 1 if a budget is missed: 1 s for the first step (median), 50 ms
    from a step's last token to its verdict (95th percentile).

    \b
    Examples:
      workbench bench app
      workbench bench app --n 5 --json
    """
    from workbench.cli.models import prepare
    from workbench.cli.render import progress_bar
    from workbench.problems.splits import load_split
    from workbench.ui.pace import FIRST_STEP_BUDGET, VERDICT_BUDGET, measure

    prepare(None)
    import torch

    torch.set_num_threads(1)
    chosen = load_split("dev")[:: max(1, 720 // problems)][:problems]
    with progress_bar(f"clicking {n} times", n) as (bar, task):
        pace = measure(n, chosen, lambda: bar.advance(task))
    if as_json:
        found = {"first_step": pace.first_step, "verdict_p95": pace.verdict, "within_budget": pace.within_budget}
        typer.echo(json.dumps({**found, **asdict(pace)}))
    else:
        typer.echo(f"page open                       {pace.opening:.2f} s")
        typer.echo(f"first step on the page, median  {pace.first_step:.3f} s of {FIRST_STEP_BUDGET:.0f} s")
        typer.echo(f"verdict after its step, p95     {1e3 * pace.verdict:.1f} ms of {1e3 * VERDICT_BUDGET:.0f} ms")
    if not pace.within_budget:
        raise typer.Exit(1)
