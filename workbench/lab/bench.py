"""`workbench bench ...`: how fast, safe and right the parts are: verifier, rounds, sampling, app, teacher, labels."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.guard import GuardedGroup
from workbench.cli.verify import AsJson
from workbench.lab.bench_verifier import fuzz, locate, others, steps, styles, verify
from workbench.types import Knowledge

bench = typer.Typer(
    cls=GuardedGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure the verifier, what a round costs, what a teacher can tell, and how fast sampling and the app are.",
)

for _command in (verify, steps, others, locate, styles, fuzz):
    bench.command(_command.__name__)(_command)

OURS = ("tutor", "0.5b", "1.5b")
"""Models of `bench sampling` that need no name of a run, a folder or the hub: the shipped one, and random weights."""


@bench.command("round")
def round_costs(
    methods: Annotated[list[str] | None, typer.Option("--method", help="A method beside pmd; repeatable.")] = None,
    rounds: Annotated[int, typer.Option(min=3, help="Rounds counted, after the first pass over the problems.")] = 50,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of every method; repeatable.")
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="F.json", help="Where the figures go; the report of compare reads them.")
    ] = Path("data/results/bench-round.json"),
    as_json: AsJson = False,
) -> None:
    """Time a round of each method: in turn in one process, evaluation excluded. Nothing else should run.

    The first pass over the problems is trained and not counted, since memory is empty then. Writes the
    medians, their ratios to pmd's and the share of verification, each with an interval over rounds.

    \b
    Examples:
      workbench bench round
      workbench bench round --method grpo --rounds 10 --set training.threads=1 --json
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.runs import prepare
    from workbench.config import config_of, read_overrides
    from workbench.files import write_atomically
    from workbench.lab.tables import print_rounds

    chosen, given = ["pmd", *(methods or ["sdpo", "grpo", "rft"])], read_overrides(settings or ())
    prepare(config_of(given, "--set").model.path)
    from workbench.lab.rounds import round_report, time_rounds

    with progress_bar(f"{rounds} rounds of {', '.join(chosen)} after the first pass", None) as (bar, task):
        report = round_report(time_rounds(chosen, given, rounds, tell=lambda: bar.advance(task)))
    write_atomically(out, json.dumps(report, indent=1) + "\n")
    if as_json:
        typer.echo(json.dumps(report))
    else:
        print_rounds(report)


@bench.command("busy")
def busy_machine(
    rounds: Annotated[int, typer.Option(min=2, help="Rounds timed, three times.")] = 8,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting.")] = None,
) -> None:
    """Time training alone and beside processes that take all cores. Prints one JSON object; writes no file.

    \b
    Example:
      workbench bench busy --rounds 4
    """
    from workbench.lab.busy import busy

    typer.echo(json.dumps(busy(rounds, settings or ())))


@bench.command("sampling")
def sampling(
    models: Annotated[
        list[str] | None,
        typer.Option("--model", help="tutor, smollm2, 0.5b or 1.5b (random weights), or a folder; repeatable."),
    ] = None,
    prompts: Annotated[int, typer.Option(min=1, help="Problems sampled at once.")] = 16,
    group: Annotated[int, typer.Option(min=1, help="Rollouts of each.")] = 8,
    tokens: Annotated[int, typer.Option(min=16, help="Tokens of a rollout at most.")] = 128,
    as_json: AsJson = False,
) -> None:
    """Time the loop's sampling beside transformers' generate and continuous batching; on a GPU, weigh the loss too.

    The prompts are random tokens, so that only the speed means anything. The loss's peak memory is that of 16
    rollouts of 256 tokens, in parts as the loop makes it and with all logits at once. Writes no file.

    \b
    Examples:
      workbench bench sampling
      workbench bench sampling --model smollm2 --model 0.5b --model 1.5b --json
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.runs import prepare
    from workbench.lab.tables import print_sampling
    from workbench.run.plan import resolve_model

    chosen = {name: None if name in OURS else resolve_model(name) for name in models or ["tutor"]}
    for place in chosen.values():
        prepare(place)
    from workbench.lab.throughput import throughput

    with progress_bar(f"sampling with {', '.join(chosen)}", None):
        report = throughput(chosen, prompts, group, tokens)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        print_sampling(report)


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
    from workbench.cli.render import progress_bar
    from workbench.cli.runs import prepare
    from workbench.lab.pace import FIRST_STEP_BUDGET, VERDICT_BUDGET, measure
    from workbench.problems.splits import load_split

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


# `workbench bench teacher`: what a model, as teacher of itself, can tell where it went wrong.


@bench.command("teacher")
def teacher(
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
    from workbench.cli.render import progress_bar
    from workbench.cli.runs import prepare
    from workbench.config import Config, ModelSettings
    from workbench.engine.hardware import describe_machine
    from workbench.lab.tables import print_teaching
    from workbench.problems.splits import evenly, load_split
    from workbench.run.plan import resolve_model

    place = resolve_model(model)
    prepare(place)
    from workbench.engine.policy import load_policy
    from workbench.lab.teaching import slips, told
    from workbench.training.loop import blind

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


# `workbench bench refine`: what labels bring, measured on labels that had no part in it.


@bench.command("refine")
def refine(
    file: Annotated[Path, typer.Argument(metavar="MARKED.jsonl", help="Solutions with `first_error`.")],
    modes: Annotated[
        list[Knowledge] | None, typer.Option("--mode", help="What may be known; repeatable. Free and reference.")
    ] = None,
    sizes: Annotated[list[int] | None, typer.Option("--labels", help="Numbers of labels; 100, 300, 600.")] = None,
    targets: Annotated[list[float] | None, typer.Option("--target", help="Precisions; 0.95, 0.9, 0.85.")] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws of labels for each number.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of draws and splits.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Write the figures there too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure refinement: share of ambiguous steps decided and precision, by number of labels.

    Labels are drawn by whole problems; a judge and its thresholds are made from them as by 'workbench refine',
    and every ambiguous step of the other problems is judged. Intervals are over problems.

    \b
    Examples:
      workbench bench refine marked.jsonl
      workbench bench refine data/labels/rollouts.jsonl --mode answer --labels 80 --draws 3
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.verify import require_place
    from workbench.files import write_atomically
    from workbench.judging.rows import read_solutions
    from workbench.lab.refining import SIZES, TARGETS, measure
    from workbench.lab.tables import print_refinement
    from workbench.verification import Verifier

    require_place(out)
    rows = read_solutions(file)
    chosen = modes or [Knowledge.FREE, Knowledge.REFERENCE]
    numbers, wanted = sizes or list(SIZES), targets or list(TARGETS)
    reports = []
    with progress_bar(f"refining on {len(rows)} solutions", len(chosen) * len(numbers) * draws) as (bar, task):
        for mode in chosen:
            reports.append(
                measure(
                    rows,
                    mode,
                    sizes=numbers,
                    targets=wanted,
                    draws=draws,
                    seed=seed,
                    on_draw=lambda: bar.advance(task),
                )
            )
    facts = {
        "file": f"{file.parent.name}/{file.name}",
        "verifier": Verifier().version,
        "seed": seed,
        "draws": draws,
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "reports": [asdict(report) for report in reports],
    }
    if out is not None:
        write_atomically(out, json.dumps(facts, indent=1) + "\n")
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for report in reports:
        print_refinement(report)
