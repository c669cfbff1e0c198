"""`workbench refine`, `verifiers` and `reverify`: improve the verifier by labels, and take it back."""

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
    from workbench.labeling.refined import Changes
    from workbench.labeling.versions import Version

verifiers = typer.Typer(
    cls=GuardedGroup,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="List verifier versions and what each changes; choose one, or take the choice back.",
)
Given = Annotated[str, typer.Argument(metavar="VERSION", help="A version's hash, a unique prefix, or 'builtin'.")]


def refine(
    target: Annotated[float, typer.Option(help="Minimum certified precision.")] = 0.95,
    files: Annotated[
        list[Path] | None,
        typer.Option("--labels", metavar="F.jsonl", help="Learn from this file instead of the store; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the split by problem.")] = 0,
    at_once: Annotated[bool, typer.Option("--use", help="Use the new version, as 'verifiers use' does.")] = False,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Make a new verifier version from labels.

    Estimates each rule's reliability from the labels, and lets a classifier decide undecided steps where its
    precision is certified (95 % confidence) to reach the target. Labels are split by problem: three quarters
    train the classifier and its thresholds, the printed figures are measured on the rest. Writes
    verifiers/VERSION.json next to the store. A model's label counts only where no person labelled the step.

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
    with progress_bar(f"learning from {len(steps)} labelled steps", len(steps) * len(MODES)) as (bar, task):
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
        typer.echo(f"use it: workbench verifiers use {version.hash}")


def steps_of(files: Sequence[Path], place: str) -> list[LabelledStep]:
    """Return the labelled steps of files, or of a store."""
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
        raise BadInput(f"There is no store {place}, so there are no labels; give a file with --labels F.jsonl.")
    with Store.open(place) as opened:
        return steps_in_store(opened)


def _facts(version: Version) -> dict[str, Any]:
    """Return a version for machines, without the judges' weights."""
    from workbench.types import to_json

    facts: dict[str, Any] = json.loads(to_json(version))
    judges = facts.pop("judges")
    facts["thresholds"] = {mode: judge["thresholds"] for mode, judge in judges.items()}
    return facts


def _print_version(version: Version) -> None:
    from workbench.cli.render import percent, print_titled, table_of

    table = table_of(("knowledge",), ("labelled open steps", "decided before", "decided after", "precision"))
    for mode, trial in version.trials.items():
        report = trial.report
        precision = percent(asdict(report.precision)) if report.decided else "–"
        table.add_row(mode.value, str(trial.labels), "0.0", percent(asdict(report.share)), precision)
    print_titled(f"Measured on held-out labels, required precision {100 * version.target:g} %", table)
    for mode, trial in version.trials.items():
        typer.echo(f"{mode.value}: {trial.note}")
    rules = table_of(("checker", "rule", "verdict"), ("right", "wrong", "reliability"))
    rules.add_column("status")
    for rule in version.rules:
        row = (rule.checker or "none", rule.rule, rule.judgement.value, str(rule.right), str(rule.wrong))
        rules.add_row(*row, percent(asdict(rule.interval)), rule.standing.value)
    typer.echo()
    print_titled("Reliability of the checkers' rules, by the labels", rules)


@verifiers.callback()
def listed(
    context: typer.Context, store: StoreAt = None, runs_folder: RunsFolder = RUNS, as_json: AsJson = False
) -> None:
    """List verifier versions and what each changes; choose one, or take the choice back.

    The version in use is marked with a star.

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
        refined(load(folder, version))  # raises for a version made from other symbolic verdicts
    typer.echo(f"in use: {use(folder, version)}")


@verifiers.command("revert")
def revert_(
    context: typer.Context,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="Take back this choice and all later ones.")
    ] = None,
) -> None:
    """Take back the last choice. No version is deleted.

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
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Print at most N changed steps.")] = 10,
    dry: Annotated[bool, typer.Option("--dry-run", help="Compare without storing the verdicts.")] = False,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Verify a stored run again and show which verdicts and rewards change, before training on them.

    The new verdicts are stored together with the old ones; none is overwritten.

    \b
    Examples:
      workbench reverify --verifier 3fa9
      workbench reverify my-run --verifier 3fa9 --dry-run --show 30
    """
    from workbench.cli.render import progress_bar
    from workbench.labeling.queue import problems_of_run
    from workbench.labeling.refined import reverify as judge_again
    from workbench.store import Store

    place = store_place(store, runs_folder)
    verifier = verifier_named(version, place)
    with Store.open(place) as opened:
        name = run_in_store(run, opened)
        total = len(opened.verdicts.rollouts(name))
        with progress_bar(f"verifying {total} rollouts of {name}", total) as (bar, task):
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


def _print_changes(changes: Changes, show: int) -> None:
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
