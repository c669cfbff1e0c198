"""What people see of the verifier: one step, a file's summary, coverage, the case table, speed, safety, rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from workbench.cli.render import SIGNS, console, plain, print_titled, table_of
from workbench.types import StepVerdict

if TYPE_CHECKING:
    from workbench.judging.cases import CaseTally
    from workbench.judging.coverage import Coverage
    from workbench.judging.rows import Summary
    from workbench.lab.fuzz import FuzzReport
    from workbench.lab.speed import Speed
    from workbench.lab.step_figures import StepFigures


def print_step(before: str, step: StepVerdict) -> None:
    """One step for a person: the verdict, why, what shows it, the rule behind it, and the corrected step."""
    out = console()
    out.print(Text(f"    {'':<9}  {plain(before)}", style="dim"), soft_wrap=True)
    sign, colour = SIGNS[step.judgement]
    out.print(
        Text.assemble("  ", (f"{sign} {step.judgement.value:<9}", colour), "  ", plain(step.text)), soft_wrap=True
    )
    facts = [
        ("Why", step.reason),
        ("Diagnosis", step.diagnosis.value.replace("_", " ")),
        *((fact.kind.capitalize(), fact.text) for fact in step.evidence if fact.text != step.reason),
        ("Malrule", step.malrule),
        ("Instead", step.repair),
        ("Checker", step.checker),
    ]
    for name, text in facts:
        if text:
            out.print(Text(f"{'':<15}{name}: {plain(text)}", style="dim"), soft_wrap=True)


def print_summary(title: str, summary: Summary, stderr: bool = False) -> None:
    """How a file of solutions came out, and how that agrees with what people marked in it."""
    table = table_of(("measure",), ("",))
    table.add_row("steps", f"{summary.steps:,}")
    table.add_row("decided", percent_of(summary.decided))
    table.add_row("judged incorrect", percent_of(summary.flagged))
    if summary.marked:
        table.add_row("first error found exactly, wrong solutions", percent_of(summary.right_on_wrong))
        table.add_row("nothing flagged, right solutions", percent_of(summary.right_on_right))
        table.add_row("F1 as ProcessBench counts", percent_of(summary.f1))
        table.add_row("precision: exact among flagged rows", percent_of(summary.precision))
    table.add_row("time per step", f"{1000 * summary.seconds_per_step:.3f} ms")
    print_titled(title, table, stderr)


def percent_of(share: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.2f} %"


def print_grades(title: str, counts: Mapping[str, int], stderr: bool = False) -> None:
    """How many answers are equal, not equal, undecided."""
    table = table_of(("grade",), ("answers",))
    for name, number in counts.items():
        table.add_row(name.replace("_", " "), f"{number:,}")
    print_titled(title, table, stderr)


def print_coverage(title: str, found: Coverage) -> None:
    """Shares decided by skill and checker, what wrong twins would get, and the sentence."""
    table = table_of(("steps of", ""), ("steps", "decided", "incorrect"))
    groups = [("skill", found.by_skill), ("checker", found.by_checker), ("all", [found.all])]
    for group, shares in groups:
        for share in shares:
            name = share.name if share is not found.all else ""
            decided = percent_of(share.decided / share.steps if share.steps else None)
            table.add_row(group, plain(name), f"{share.steps:,}", decided, f"{share.incorrect:,}")
    print_titled(title, table)
    measures = table_of(("measure",), ("",))
    measures.add_row("problems in words alone", f"{found.word_problems:,} of {found.problems:,}")
    measures.add_row("problems with an answer to check", f"{found.with_answer:,} of {found.problems:,}")
    measures.add_row("altered results that are flagged", percent_of(found.slips_caught))
    measures.add_row("misread numbers that are flagged", percent_of(found.misreadings_caught))
    measures.add_row("expected wrong rollouts with a teacher context at their error", percent_of(found.usable))
    out = console()
    out.print(measures)
    out.print()
    out.print(found.sentence, soft_wrap=True)


def print_cases(title: str, tallies: Sequence[CaseTally]) -> None:
    """The case table by area and by what is right to say."""
    table = table_of(("area", "right to say"), ("holds", "known failures", "broken"))
    for row in tallies:
        table.add_row(row.area, row.judgement.value, str(row.holds), str(row.known_failures), str(row.broken))
    sums = [sum(getattr(t, name) for t in tallies) for name in ("holds", "known_failures", "broken")]
    table.add_row("all", "", *map(str, sums))
    print_titled(title, table)


def print_speed(speed: Speed) -> None:
    """Each measure with its target."""
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


def print_figures(report: StepFigures) -> None:
    """What the verifier finds and what it flags wrongly, each with what was wanted."""
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


def milliseconds(seconds: float) -> str:
    """A short time."""
    return f"{1000 * seconds:.3f} ms"


def print_fuzz(report: FuzzReport) -> None:
    """What happened under hostile input."""
    table = table_of(("measure",), ("found",))
    yes = {True: "yes", False: "NO"}
    table.add_row("strings and bombs", f"{report.strings:,} and {report.bombs:,}")
    table.add_row("threads in the second half", str(report.threads))
    table.add_row("time", f"{report.seconds:.1f} s")
    table.add_row("crashes", str(len(report.crashes)))
    table.add_row("over the deadline", str(report.hangs))
    table.add_row("slowest", f"{report.slowest_seconds:.2f} s")
    table.add_row("growth of memory in the second half", f"{report.growth_bytes / 2**20:.1f} MiB")
    table.add_row("anything executed", str(len(report.executed)))
    table.add_row("checks given up", str(report.lost_checks))
    table.add_row("killing a worker in mid-check gives unknown", yes[report.kill_gives_unknown])
    table.add_row("the next check works", yes[report.next_check_works])
    print_titled("Hostile input", table)
    for line in (*report.crashes, *report.executed, f"Slowest: {report.slowest_text}"):
        console().print(plain(line), soft_wrap=True)


def print_rounds(report: Mapping[str, Any]) -> None:
    """What a round of each method costs, and the share of its stages."""
    stages = sorted({stage for own in report["stages"].values() for stage in own})
    table = table_of(("method",), ("s a round", "pmd is so many times", *stages))
    for method, seconds in report["seconds"].items():
        ratio = report.get(f"round_cost_ratio_{method}")
        shown = f"{ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]" if ratio else ""
        shares = (f"{report['stages'][method].get(stage, 0.0):.1%}" for stage in stages)
        table.add_row(method, f"{seconds:.2f}", shown, *shares)
    print_titled(f"A round, median of {report['rounds']}", table)


def print_teaching(report: Mapping[str, Any]) -> None:
    """What each kind of context does to a teacher at the steps that went wrong."""
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
    """Tokens a second of each way of sampling, and the memory of the loss."""
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
