"""What the benchmarks print: speed, finds and safety of the verifier, rounds, teachers, sampling, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from workbench.cli.render import console, percent, percent_of, plain, print_titled, table_of

if TYPE_CHECKING:
    from workbench.lab.fuzz import FuzzReport
    from workbench.lab.others import FaultCase, Report
    from workbench.lab.refining import RefinementReport
    from workbench.lab.speed import Speed
    from workbench.lab.step_figures import StepFigures
    from workbench.lab.style_figures import StyleReport


def print_speed(speed: Speed) -> None:
    """Print each measure of speed with its target."""
    table = table_of(("measure",), ("found", "wanted"))
    table.add_row(f"a step, over {speed.steps:,}", milliseconds(speed.step_seconds), milliseconds(speed.step_target))
    for found in speed.ratios:
        peer = f"{found.peer} {milliseconds(found.peer_seconds)} ({found.pairs:,} pairs)"
        what = f"to decide a pair of equations: {milliseconds(found.decision_seconds)}, {peer}"
        table.add_row(what, f"{found.decision_ratio:,.0f} times faster", f"{found.target:,.0f} times")
        what = f"with malrule and repair: {milliseconds(found.verdict_seconds)}"
        table.add_row(what, f"{found.verdict_ratio:,.0f} times faster", "")
        table.add_row(f"same verdict as {found.peer}, where both decide", percent_of(found.agree), "")
    for jobs, seconds in speed.mixed_seconds:
        table.add_row(f"{speed.mixed_steps:,} steps, {jobs} job{'s' * (jobs > 1)}", f"{seconds:.2f} s", "seconds")
    print_titled(f"Verifier {speed.verifier}, pairs from {speed.pairs_from}", table)
    for note in speed.notes:
        console().print(note, soft_wrap=True)


def print_figures(report: StepFigures | Report) -> None:
    """Print what the verifier finds and what it flags wrongly, each with its target."""
    table = table_of(("share",), ("found", "of", "wanted", "met"))
    marks = {True: "yes", False: "NO", None: ""}
    group = ""
    for f in report.figures:
        if group != (group := f"{f.data}, {f.mode}"):
            table.add_row(group)
        wanted = "" if f.target is None else f"{'at most' if f.at_most else 'at least'} {percent_of(f.target)}"
        table.add_row(f"  {f.what}", percent_of(f.share), f"{f.of:,}", wanted, marks[f.met])
    print_titled(f"Verifier {report.verifier}", table)
    if report.absent:
        console().print(f"Left out, for it is not in the folder: {', '.join(report.absent)}.", soft_wrap=True)


def print_faults(cases: Sequence[FaultCase]) -> None:
    """Print the reported inputs that are not judged right, those judged the opposite first."""
    for case in sorted(cases, key=lambda c: (not c.opposite, c.kind)):
        said = f"{case.said}, right: {case.right}"
        line = f"{'OPPOSITE ' * case.opposite}{case.kind}: {case.input!r}: {said}. {case.why}"
        console().print(Text(line), soft_wrap=True)


def print_styles(report: StyleReport) -> None:
    """Print for each style the right solutions in red and the twins found, with the target."""
    columns = ("right", "red", "answers not read as right", "steps decided", "twins", "found", "met")
    table = table_of(("style",), columns)
    for f in report.figures:
        counts = (
            f"{f.right:,}",
            str(f.red),
            str(f.answers_wrong),
            f"{f.decided:.1%}",
            f"{f.twins:,}",
            f"{f.found:,}",
        )
        table.add_row(f.style, *counts, "yes" if f.met else "NO")
    right, red = (sum(getattr(f, name) for f in report.figures) for name in ("right", "red"))
    print_titled(f"{right:,} right solutions in {len(report.figures)} styles, {red} of them red", table)


def milliseconds(seconds: float) -> str:
    """Return a short time."""
    return f"{1000 * seconds:.3f} ms"


def print_fuzz(report: FuzzReport) -> None:
    """Print what happened under hostile input."""
    table = table_of(("measure",), ("found",))
    yes = {True: "yes", False: "NO"}
    table.add_row("strings and bombs", f"{report.strings:,} and {report.bombs:,}")
    table.add_row("threads in the second half", str(report.threads))
    table.add_row("time", f"{report.seconds:.1f} s")
    table.add_row("crashes", str(len(report.crashes)))
    table.add_row("over the deadline", str(report.hangs))
    table.add_row("slowest", f"{report.slowest_seconds:.2f} s")
    table.add_row("growth of RAM in the second half", f"{report.growth_bytes / 2**20:.1f} MiB")
    table.add_row("anything executed", str(len(report.executed)))
    table.add_row("checks given up", str(report.lost_checks))
    table.add_row("killing a worker in mid-check gives unknown", yes[report.kill_gives_unknown])
    table.add_row("the next check works", yes[report.next_check_works])
    print_titled("Hostile input", table)
    for line in (*report.crashes, *report.executed, f"Slowest: {report.slowest_text}"):
        console().print(plain(line), soft_wrap=True)


def print_rounds(report: Mapping[str, Any]) -> None:
    """Print what a round of each method costs, and the shares of its stages."""
    stages = sorted({stage for own in report["stages"].values() for stage in own})
    table = table_of(("method",), ("s a round", "pmd, times this", *stages))
    for method, seconds in report["seconds"].items():
        ratio = report.get(f"round_cost_ratio_{method}")
        shown = f"{ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]" if ratio else ""
        shares = (f"{report['stages'][method].get(stage, 0.0):.1%}" for stage in stages)
        table.add_row(method, f"{seconds:.2f}", shown, *shares)
    print_titled(f"A round, median of {report['rounds']}", table)


def print_teaching(report: Mapping[str, Any]) -> None:
    """Print what each kind of context does to a teacher at the wrong steps."""
    measures = {
        "prefers": "corrected step likelier",
        "gain": "its log-odds rise by, nats",
        "better": "more than by another's",
        "moved": "wrong step moved",
        "most": "more than by another's",
    }
    table = table_of(("teacher reads",), tuple(measures.values()))
    for kind, effect in report["contexts"].items():
        shown = (effect[name] for name in measures)
        table.add_row(kind, *(f"{e['value']:.2f} [{e['low']:.2f}, {e['high']:.2f}]" for e in shown))
    print_titled(f"{report['steps']} wrong steps in rollouts of {report['problems']} problems", table)


def print_sampling(report: Mapping[str, Any]) -> None:
    """Print the speed of each way of sampling, and the peak GPU memory of the loss."""
    table = table_of(("model", "way"), ("tokens/s", "rollouts/s", "loss in parts, GB", "at once, GB"))
    reasons = []
    for name, found in report["models"].items():
        memory = found["loss_bytes"]
        for way, pace in found["sampling"].items():
            weighed = memory and way == "loop"
            shown = [_gigabytes(memory[key]) for key in ("in_parts", "all_at_once")] if weighed else []
            if pace["why_not"]:
                reasons.append(f"{name}, {way}: {plain(pace['why_not'])}")
                table.add_row(name, way, "failed", "", *shown)
            else:
                speed = f"{pace['tokens_per_second']:,.0f}", f"{pace['rollouts_per_second']:,.1f}"
                table.add_row(name, way, *speed, *shown)
    shape = f"{report['prompts']} x {report['group']} rollouts of {report['tokens']} tokens"
    print_titled(f"Sampling {shape}, {report['machine']}", table)
    for reason in reasons:
        console().print(Text(reason))


def _gigabytes(count: float | None) -> str:
    return "out of memory" if count is None else f"{count / 1e9:.1f}"


def print_refinement(report: RefinementReport) -> None:
    """Print what labels bring, by number of labels and target, and how certain features make a step."""
    table = table_of(("labels", "target"), ("certified in", "decided", "precision", "decisions"))
    for cell in report.cells:
        precision = percent(asdict(cell.precision)) if cell.precision else "–"
        shown: tuple[Any, ...] = (
            str(cell.labels),
            f"{cell.target:g}",
            f"{round(cell.certified * cell.draws)} of {cell.draws}",
            percent(asdict(cell.decided)),
            precision,
            str(cell.decisions),
        )
        table.add_row(*shown)
    title = (
        f"Mode {report.mode.value}: {report.ambiguous} ambiguous of {report.steps} marked steps, "
        f"{report.problems} problems, {100 * report.correct_share:.0f} % marked correct"
    )
    print_titled(title, table)
    curve = table_of(("features", "says"), ("most certain", "steps", "precision"))
    for p in report.curves:
        curve.add_row(
            p.features, p.judgement.value, f"{100 * p.share:.0f} %", str(p.steps), percent(asdict(p.precision))
        )
    print_titled("The most certain steps, cross-fitted over all marks", curve)
    for target, least in report.least_labels.items():
        fewest = report.fewest_decisions[target]
        typer.echo(
            f"target {target}: {fewest} decisions without an error at one threshold, so never below {least} "
            "marked ambiguous steps"
        )
