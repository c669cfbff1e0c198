"""`workbench refine`, `verifiers` and `reverify`: labels make the verifier better, and it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.guard import GuardedGroup
from workbench.cli.labels import AsJson, RunsFolder, StoreAt
from workbench.errors import BadInput
from workbench.run.plan import LATEST, RUNS, run_in_store, store_place, verifier_named

if TYPE_CHECKING:
    from workbench.labeling.refine import LabelledStep

verifiers = typer.Typer(
    cls=GuardedGroup,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="List verifier versions with what each changed; put one in use, or take that back.",
)
Given = Annotated[str, typer.Argument(metavar="VERSION", help="A version's hash or its beginning, or 'builtin'.")]


def refine(
    target: Annotated[float, typer.Option(help="Precision that must be certain for a decision.")] = 0.95,
    files: Annotated[
        list[Path] | None,
        typer.Option("--labels", metavar="F.jsonl", help="Learn from these labels, not the store's; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the split into parts.")] = 0,
    at_once: Annotated[bool, typer.Option("--use", help="Put the version in use, as 'verifiers use' does.")] = False,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Make a new verifier version from labels.

    It weighs each rule of the checkers by how often people bore it out, and lets a learned judge decide open
    steps where its precision is certain to reach the target. Labels are split by problem: the judge and its
    thresholds are made from three quarters, what is printed is measured on the rest. Writes
    verifiers/VERSION.json beside the store. A model's reading counts only where no person marked the step.

    \b
    Examples:
      workbench refine
      workbench refine --target 0.9 --use
      workbench refine --labels data/labels/rollouts.jsonl --json
    """
    from workbench.cli.render import progress_bar
    from workbench.labeling.refine import MODES
    from workbench.labeling.refine import refine as make
    from workbench.labeling.versions import save, use, versions_folder
    from workbench.store.connection import store_path

    place = store_place(store, runs_folder)
    steps = steps_of(files or (), place)
    with progress_bar(f"learning from {len(steps)} marked steps", len(steps) * len(MODES)) as (bar, task):
        version = make(steps, target, seed=seed, on_step=lambda: bar.advance(task))
    folder = versions_folder(store_path(place))
    path = save(folder, version)
    if at_once:
        use(folder, version.hash)
    if as_json:
        typer.echo(json.dumps({"version": version.hash, "file": str(path), "in_use": at_once, **_facts(version)}))
        return
    _print_version(version)
    typer.echo(f"version {version.hash} in {path}")
    if not at_once:
        typer.echo(f"put it in use: workbench verifiers use {version.hash}")


def steps_of(files: Sequence[Path], place: str) -> list[LabelledStep]:
    """The marked steps of files, or of a store."""
    from workbench.labeling.exchange import read_labels
    from workbench.labeling.refine import marked, steps_in_store, whole_in_file
    from workbench.store import Store
    from workbench.store.connection import store_path

    found: list[LabelledStep] = []
    for file in files:
        reads, items = read_labels(file, {})
        found += marked(items.values(), [read.label for read in reads], whole_in_file(file))
    if files:
        return found
    if not store_path(place).exists():
        raise BadInput(f"There is no store {place}, so there are no labels; give --labels F.jsonl.")
    with Store.open(place) as opened:
        return steps_in_store(opened)


def _facts(version: Any) -> dict[str, Any]:
    """A version for machines, without the judges' weights."""
    from workbench.types import to_json

    facts: dict[str, Any] = json.loads(to_json(version))
    judges = facts.pop("judges")
    facts["thresholds"] = {mode: judge["thresholds"] for mode, judge in judges.items()}
    return facts


def _print_version(version: Any) -> None:
    from workbench.cli.render import percent, print_titled, table_of

    table = table_of(("what is known",), ("marked open steps", "decided before", "decided after", "precision"))
    for mode, trial in version.trials.items():
        report = trial.report
        precision = percent(asdict(report.precision)) if report.decided else "–"
        table.add_row(mode.value, str(trial.labels), "0.0", percent(asdict(report.share)), precision)
    print_titled(f"On labels without a part in it, target {100 * version.target:g} %", table)
    for mode, trial in version.trials.items():
        typer.echo(f"{mode.value}: {trial.note}")
    rules = table_of(("checker", "rule", "says"), ("right", "wrong", "reliability"))
    rules.add_column("standing")
    for rule in version.rules:
        row = (rule.checker or "none", rule.rule, rule.judgement.value, str(rule.right), str(rule.wrong))
        rules.add_row(*row, percent(asdict(rule.interval)), rule.standing.value)
    typer.echo()
    print_titled("The checkers' rules against the labels", rules)


@verifiers.callback()
def listed(
    context: typer.Context, store: StoreAt = None, runs_folder: RunsFolder = RUNS, as_json: AsJson = False
) -> None:
    """List verifier versions with what each changed; put one in use, or take that back.

    \b
    Examples:
      workbench verifiers
      workbench verifiers use 3fa9
      workbench verifiers revert
    """
    from workbench.labeling.versions import BUILTIN, changed, chosen, load, names
    from workbench.verification import Verifier

    context.obj = (store, runs_folder)
    if context.invoked_subcommand is not None:
        return
    folder = _folder(context)
    now = chosen(folder)
    found = [load(folder, name) for name in names(folder)]
    if as_json:
        rows = [{"version": v.hash, "in_use": v.hash == now, **_facts(v)} for v in found]
        base = {"version": BUILTIN, "in_use": now == BUILTIN, "base": Verifier().version}
        typer.echo(json.dumps([base, *rows]))
        return
    typer.echo(f"{'*' if now == BUILTIN else ' '} {BUILTIN:<16}  the symbolic verifier, {Verifier().version}")
    for version in found:
        typer.echo(f"{'*' if version.hash == now else ' '} {version.hash}  {version.made}  {changed(version)}")


@verifiers.command("use")
def use_(context: typer.Context, version: Given) -> None:
    """Put a version in use: new runs, solve, evaluate, verify and the app then judge with it; compare does not.

    \b
    Examples:
      workbench verifiers use 3fa9
      workbench verifiers use builtin
    """
    from workbench.labeling.refined import refined
    from workbench.labeling.versions import BUILTIN, load, use

    folder = _folder(context)
    if version != BUILTIN:
        refined(load(folder, version))  # complains of a version that today's verifier cannot take
    typer.echo(f"in use: {use(folder, version)}")


@verifiers.command("revert")
def revert_(
    context: typer.Context,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="Take this one back, and all chosen after it.")
    ] = None,
) -> None:
    """Take back the last choice; nothing is deleted.

    \b
    Examples:
      workbench verifiers revert
      workbench verifiers revert 3fa9
    """
    from workbench.labeling.versions import revert

    typer.echo(f"in use: {revert(_folder(context), version)}")


def _folder(context: typer.Context) -> Path:
    from workbench.labeling.versions import versions_folder
    from workbench.store.connection import store_path

    store, runs_folder = context.obj
    return versions_folder(store_path(store_place(store, runs_folder)))


def reverify(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="A run's name or path, or 'latest'.")] = LATEST,
    version: Annotated[
        str, typer.Option("--verifier", metavar="VERSION", help="'chosen', 'builtin', or a version's hash or file.")
    ] = "chosen",
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Changed steps to print.")] = 10,
    dry: Annotated[bool, typer.Option("--dry-run", help="Compare only; store nothing.")] = False,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Judge a stored run again and show which verdicts and rewards change, before anything trains on them.

    The new verdicts are stored beside the old ones; none is overwritten.

    \b
    Examples:
      workbench reverify --verifier 3fa9
      workbench reverify my-run --verifier 3fa9 --dry-run --show 30
    """
    from workbench.cli.render import progress_bar
    from workbench.labeling.refined import reverify as judge_again
    from workbench.labeling.sources import problems_of_run
    from workbench.store import Store

    place = store_place(store, runs_folder)
    verifier = verifier_named(version, place)
    with Store.open(place) as opened:
        name = run_in_store(run, opened)
        total = len(opened.verdicts.rollouts(name))
        with progress_bar(f"judging {total} rollouts of {name}", total) as (bar, task):
            changes = judge_again(
                opened,
                name,
                problems_of_run(opened, name),
                verifier,
                keep=not dry,
                on_rollout=lambda: bar.advance(task),
            )
    if as_json:
        typer.echo(json.dumps(asdict(changes)))
    else:
        _print_changes(changes, show)


def _print_changes(changes: Any, show: int) -> None:
    from workbench.cli.render import plain

    typer.echo(f"{changes.run}: {', '.join(changes.old)} -> {changes.new}")
    typer.echo(
        f"{changes.steps_changed} of {changes.steps} steps and {changes.rollouts_changed} of "
        f"{changes.rollouts} rollouts change"
    )
    for kind, count in changes.kinds.items():
        typer.echo(f"  {kind}: {count}")
    typer.echo(
        f"rewards: {changes.rewards_lost} lost, {changes.rewards_won} won; "
        f"first errors moved: {changes.first_errors_moved}"
    )
    for change in changes.examples[:show]:
        typer.echo(f"\n{plain(change.problem)}\n  step {change.step + 1}: {plain(change.text)}")
        typer.echo(f"  {change.before} -> {change.after} ({change.checker or 'none'}) {plain(change.reason)}")
