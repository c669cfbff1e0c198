"""`workbench labels`: fill the queue from a run, import and export labels, and measure agreement."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.guard import GuardedGroup
from workbench.cli.solve import MODEL_HELP
from workbench.run.plan import LATEST, RUNS, run_in_store, store_place

if TYPE_CHECKING:
    from workbench.labeling.agreement import Agreement


StoreAt = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="The store; workbench.db in the runs folder by default.")
]
RunsFolder = Annotated[Path, typer.Option(help="The folder that holds all runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

labels = typer.Typer(
    cls=GuardedGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Fill the queue of steps to label, import and export labels, measure agreement.",
)


@labels.command("fill")
def fill(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="A run's name or path, or 'latest'.")] = LATEST,
    n: Annotated[int, typer.Option("--n", min=1, help="Items to add at most; gold items come on top.")] = 200,
    double: Annotated[float, typer.Option(min=0, max=1, help="Share of items that two people label.")] = 0.2,
    control: Annotated[float, typer.Option(min=0, max=1, help="Share of random steps (control items).")] = 0.1,
    gold: Annotated[float, typer.Option(min=0, max=1, help="Share of gold items (with known labels).")] = 0.05,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Put ambiguous steps of a run's latest rollouts into the queue of the Label tab.

    A step is ambiguous if no checker decided it, if the confidence is low, or if checkers disagree. Steps that are
    in the queue already are not added again.

    \b
    Examples:
      workbench labels fill
      workbench labels fill my-run --n 500 --double 0.3
    """
    from workbench.cli.render import progress_bar
    from workbench.labeling.queue import SOLUTIONS, fill_queue, problems_of_run
    from workbench.store import Store

    bar_of = progress_bar(f"looking through {run}", SOLUTIONS)
    with Store.open(store_place(store, runs_folder)) as opened, bar_of as (bar, task):
        name = run_in_store(run, opened)
        added = fill_queue(
            opened,
            name,
            problems_of_run(opened, name),
            n,
            seed=seed,
            control_share=control,
            double_share=double,
            gold_share=gold,
            on_solution=lambda: bar.advance(task),
        )
    if as_json:
        typer.echo(json.dumps({"run": name, "added": added}))
    else:
        typer.echo(f"Added {added} items to the queue; label them in the app ('workbench app', tab Label).")


@labels.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="F.jsonl", help="A file of labels, one row per line.")],
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Import labels from a file into the store, all or none.

    A row is a solution with ratings as in PRM800K; a marked solution with `steps`, `first_error` and
    `annotator`; or `item`, `labeler` and `rating` for an item of the queue. Ratings are 1, 0 (can't tell) and -1.
    If any row is wrong, nothing is written. Labels that the store has already are counted and left unchanged.

    \b
    Examples:
      workbench labels import data/labels/rollouts.jsonl
      workbench labels import labels.jsonl --json
    """
    from workbench.labeling.exchange import import_labels
    from workbench.store import Store

    with Store.open(store_place(store, runs_folder)) as opened:
        done = import_labels(opened, file)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    else:
        typer.echo(
            f"Imported {done.new_labels} labels of {', '.join(done.annotators)} with {done.new_items} new items; "
            f"{done.repeated} labels were in the store already."
        )
        if done.cant_tell:
            typer.echo(f"{done.cant_tell} of them are neutral (a rating of 0) or flagged, and taken as can't tell.")
        if done.asked_again:
            typer.echo(f"{done.asked_again} of them contradict a proof; those steps wait first for a second reader.")


@labels.command("export")
def export(
    out: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Output file; standard output if left out.")
    ] = None,
    people: Annotated[bool, typer.Option("--people", help="Leave out models and adjudicated labels.")] = False,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
) -> None:
    """Write the active labels in PRM800K's format: one solution of one labeler per line.

    \b
    Examples:
      workbench labels export --out labels.jsonl
      workbench labels export --people | head -1
    """
    from workbench.cli.verify import require_place
    from workbench.labeling.exchange import export_labels
    from workbench.store import Store

    require_place(out)
    with Store.open(store_place(store, runs_folder)) as opened:
        text = export_labels(opened, out, people)
    if out is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{text.count(chr(10))} solutions in {out}.", err=True)


@labels.command("agreement")
def agreement(
    models: Annotated[bool, typer.Option("--models", help="Count labels by models, too.")] = False,
    store: StoreAt = None,
    runs_folder: RunsFolder = RUNS,
    as_json: AsJson = False,
) -> None:
    """Measure how far annotators agree: Cohen's kappa by pair, Krippendorff's alpha with its 95 % interval.

    Only labels by people count unless --models is given. Writes nothing.

    \b
    Examples:
      workbench labels agreement
      workbench labels agreement --models --json
    """
    from workbench.labeling.agreement import agreement_of, disagreements, gold_accuracy
    from workbench.store import Store

    with Store.open(store_place(store, runs_folder)) as opened:
        given = opened.labels.active()
        gold = {key: place.gold for key, place in opened.labels.places().items() if place.gold is not None}
    found = agreement_of(given, models)
    open_ = sum(d.adjudicated is None for d in disagreements(given, models))
    accuracy = gold_accuracy(given, gold)
    if as_json:
        readers = {name: {"right": right, "of": of} for name, (right, of) in accuracy.items()}
        typer.echo(json.dumps({**asdict(found), "gold": readers, "to_adjudicate": open_}))
    else:
        _print_agreement(found, models, accuracy, open_)


def _print_agreement(found: Agreement, models: bool, gold: dict[str, tuple[int, int]], open_: int) -> None:
    from workbench.cli.render import plain, print_titled, table_of

    by = "" if models else " by people"
    table = table_of(("first", "second"), ("items", "agreed", "kappa"))
    for pair in found.pairs:
        kappa = "–" if pair.kappa is None else f"{pair.kappa:.2f}"
        table.add_row(plain(pair.first), plain(pair.second), str(pair.items), f"{100 * pair.agreed:.0f} %", kappa)
    title = f"{found.labels} labels{by} on {found.items} items, {found.doubles} read twice or more"
    if found.pairs:
        print_titled(title, table)
    else:
        typer.echo(f"{title}.")
    if found.models_left_out:
        typer.echo(f"{found.models_left_out} labels by models are not counted; count them with --models.")
    if found.alpha is None:
        typer.echo("Krippendorff's alpha: undefined; it needs items with two labels, and two different labels.")
    else:
        alpha = found.alpha
        typer.echo(f"Krippendorff's alpha: {alpha.value:.2f} [{alpha.low:.2f}, {alpha.high:.2f}]")
    for name, (right, of) in sorted(gold.items()):
        typer.echo(f"Gold items, {plain(name)}: {right} of {of} right.")
    typer.echo(f"Open disagreements: {open_}.")


@labels.command("overruled")
def overruled_(store: StoreAt = None, runs_folder: RunsFolder = RUNS, as_json: AsJson = False) -> None:
    """List the kinds of proof that people contradict, and which of them 'workbench refine' withdraws.

    A step counts once people agree on it. A kind is withdrawn when they overruled three steps, or two that were read
    twice, and when more than one in ten of its verdicts must be wrong by all labels on it. Writes nothing.

    \b
    Examples:
      workbench labels overruled
      workbench labels overruled --json
    """
    from workbench.cli.render import plain, print_titled, table_of
    from workbench.labeling.overruled import MarkedProof, overruled, proof_on
    from workbench.labeling.refine import steps_in_store
    from workbench.store import Store

    with Store.open(store_place(store, runs_folder)) as opened:
        steps = [one for one in steps_in_store(opened) if one.by_people]
    proofs = [(one, step) for one in steps if (step := proof_on(one.item)) is not None]
    found = overruled(MarkedProof(one.item.id, step, one.mark, one.readers) for one, step in proofs)
    if as_json:
        typer.echo(json.dumps([{**asdict(rule), "withdrawn": rule.withdrawn} for rule in found]))
        return
    if not found:
        typer.echo(f"People contradict no proof; they agree on {len(proofs)} steps that are proved.")
        return
    table = table_of(("checker", "rule", "evidence", "says"), ("overruled", "read twice", "confirmed", "withdrawn"))
    for rule in found:
        counts = (str(rule.overruled), str(rule.read_twice), str(rule.confirmed), "yes" if rule.withdrawn else "no")
        table.add_row(rule.checker, plain(rule.rule), rule.evidence, rule.judgement.value, *counts)
    print_titled("Proofs that people contradict", table)


# `workbench labels blind`


@labels.command("blind")
def blind(
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    split: Annotated[str, typer.Option(help="A shipped split.")] = "dev",
    problems: Annotated[int, typer.Option(min=1, help="Evenly spaced problems of the split.")] = 400,
    samples: Annotated[int, typer.Option(min=1, help="Solutions per problem, at temperature 1.")] = 4,
    n: Annotated[int, typer.Option("--n", min=1, help="Steps to write at most.")] = 160,
    seed: Annotated[int, typer.Option(help="Seed of the sampling and of the choice.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Output file; standard output if left out.")
    ] = None,
    runs_folder: RunsFolder = RUNS,
) -> None:
    """Sample a model and write ambiguous steps for blind labelling, without the verifier's verdicts.

    Steps come in turn from every skill. A row is in PRM800K's format with an empty rating. Fill in `labeler`
    and the last step's `rating` (1, 0 or -1) and `workbench.reason`; then use the file with 'workbench labels
    import' or 'workbench refine --labels'.

    \b
    Examples:
      workbench labels blind --out to-read.jsonl
      workbench labels blind --model latest --n 200 --seed 1 --out to-read.jsonl
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.runs import longest_solution, open_policy
    from workbench.cli.verify import require_place
    from workbench.config import ModelSettings
    from workbench.evaluation.evaluate import evaluate
    from workbench.files import json_line, write_atomically
    from workbench.labeling.queue import ambiguous_steps, blind_row
    from workbench.problems.splits import evenly, load_split
    from workbench.run.plan import resolve_model
    from workbench.verification import Verifier

    require_place(out)
    chosen = evenly(load_split(split), problems)
    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    with progress_bar(f"sampling {len(chosen)} problems of {split}", len(chosen) * samples) as (bar, task):
        made = evaluate(
            policy,
            chosen,
            Verifier(),
            samples,
            seed=seed,
            max_tokens=longest_solution(policy, None),
            progress=lambda rows: bar.advance(task, rows),
        )
    steps = ambiguous_steps(made.groups, f"{policy.name}, {split}", n, seed)
    text = "".join(f"{json_line(dict(blind_row(item, whole)))}\n" for item, whole in steps)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
    skills = len({item.problem.skill for item, _ in steps})
    typer.echo(json.dumps({"steps": len(steps), "skills": skills, "model": policy.name}), err=True)
