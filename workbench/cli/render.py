"""What people see: tables and step verdicts on stdout, progress bars on stderr."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from workbench.types import Estimate, Judgement, Problem, Round, StepVerdict, Verdict

if TYPE_CHECKING:
    from workbench.judging.cases import CaseTally
    from workbench.judging.coverage import Coverage
    from workbench.judging.rows import Summary

SIGNS = {
    Judgement.CORRECT: ("✓", "green"),
    Judgement.INCORRECT: ("✗", "red"),
    Judgement.UNKNOWN: ("?", "yellow"),
}
PIPE_WIDTH = 110
"""Columns where there is no terminal to ask."""


def console(stderr: bool = False) -> Console:
    """Return a console for one of the streams. Piped output is never folded at 80 columns."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = max(made.width, PIPE_WIDTH)
    return made


def plain(text: str) -> str:
    """Return text of a model or a file without the characters that control a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


# Steps


def print_solution(problem: str, verdict: Verdict) -> None:
    """Print a solution: a sign and a word for each step, the reason if it is wrong, and the answer."""
    out = console()
    out.print(Text(plain(problem), style="bold"), soft_wrap=True)
    for step in verdict.steps:
        for line in _step_lines(step):
            out.print(line, soft_wrap=True)
    if not verdict.steps:
        out.print("  The model wrote nothing.")
    if verdict.answer_judgement is not None:
        right = verdict.answer_judgement is Judgement.CORRECT
        out.print(f"  The final answer is {'right' if right else 'not right'}.")
    elif verdict.answer is None:
        out.print("  There is no final answer.")
    elif verdict.first_error is not None:
        out.print(f"  Step {verdict.first_error + 1} is the first that is wrong, so the answer is not to be trusted.")
    out.print()


def _step_lines(step: StepVerdict) -> Iterator[Text]:
    sign, colour = SIGNS[step.judgement]
    carried = ("   follows from a wrong step", "dim") if step.carried else ""
    yield Text.assemble("  ", (f"{sign} {step.judgement.value:<9}", colour), "  ", plain(step.text), carried)
    if step.judgement is Judgement.INCORRECT:
        yield Text(f"{'':<15}{plain(step.reason)}", style="dim")
        if step.repair is not None:
            yield Text(f"{'':<15}Instead: {plain(step.repair)}", style="dim")


def solution_record(verdict: Verdict) -> dict[str, Any]:
    """Return a judged solution for machines."""
    steps = [
        {
            "text": step.text,
            "judgement": step.judgement.value,
            "diagnosis": step.diagnosis.value,
            "reason": step.reason,
            "scope": step.scope.value,
            "carried": step.carried,
            "repair": step.repair,
        }
        for step in verdict.steps
    ]
    right = verdict.answer_judgement
    return {"answer": verdict.answer, "answer_judgement": right.value if right else None, "steps": steps}


# Tables


def interval_record(interval: Estimate) -> dict[str, float]:
    """Return a figure for machines, as fractions."""
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def percent(figure: Mapping[str, float], signed: bool = False) -> str:
    """Return a figure with its interval in per cent: `61.2 [58, 64]`."""
    sign = "+" if signed else ""
    digits = 1 if signed else 0  # a gain is small, and whether it excludes 0 must be seen
    value, low, high = (100 * figure[key] for key in ("value", "low", "high"))
    return f"{value:{sign}.1f} [{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"


def table_of(left: Sequence[str], right: Sequence[str]) -> Table:
    """Return an empty table with its columns. In a narrow terminal cells are folded and never cut off."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in left:
        table.add_column(name, overflow="fold")
    for name in right:
        table.add_column(name, justify="right", overflow="fold")
    return table


def print_metrics(title: str, metrics: Mapping[str, Estimate | None]) -> None:
    """Print each measure with its interval."""
    table = table_of(("measure",), ("per cent [95 %]",))
    for name, interval in metrics.items():
        shown = percent(interval_record(interval)) if interval else "needs --samples 16"
        table.add_row(name.replace("_", " "), shown)
    print_titled(title, table)


def print_gains(title: str, splits: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the solve rate before and after with the gain, and the process rates, by split."""
    table = table_of(("split",), ("solve before", "solve after", "gain", "process rate"))
    for name, found in splits.items():
        solve, process = found["solve_rate"], found["process_rate"]
        table.add_row(
            plain(name),
            percent(solve["before"]),
            percent(solve["after"]),
            percent(solve["gain"], signed=True),
            " → ".join(f"{100 * process[when]['value']:.1f}" for when in ("before", "after")),
        )
    print_titled(title, table)


def print_titled(title: str, table: Table, stderr: bool = False) -> None:
    """Print a table under its title."""
    out = console(stderr)
    out.print(Text(plain(title), style="bold"), soft_wrap=True)
    out.print(table)
    out.print()


def print_runs(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print all runs."""
    table = table_of(("name", "method", "status"), ("rounds", "dev solve rate"))
    for row in rows:
        rate = row["dev_solve_rate"]
        shown = "–" if rate is None else f"{100 * rate:.1f} %"
        table.add_row(plain(row["name"]), row["method"], row["status"], str(row["rounds"]), shown)
    console().print(table)


def print_skills(rows: Sequence[tuple[str, Problem]]) -> None:
    """Print all skills, each with an example."""
    table = table_of(("skill",), ())
    table.add_column("example", overflow="fold")
    for name, problem in rows:
        table.add_row(name, plain(problem.text))
    console().print(table)


# Verdicts, files and tables of the verifier


def print_step(before: str, step: StepVerdict) -> None:
    """Print one step: the verdict, the reason, the evidence, the malrule and the corrected step."""
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
    """Print the verdicts on a file of solutions, and how they agree with what people marked in it."""
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
    """Return a share in per cent; a dash if there is none."""
    return "–" if share is None else f"{100 * share:.2f} %"


def print_grades(title: str, counts: Mapping[str, int], stderr: bool = False) -> None:
    """Print how many answers are equal, not equal and undecided."""
    table = table_of(("grade",), ("answers",))
    for name, number in counts.items():
        table.add_row(name.replace("_", " "), f"{number:,}")
    print_titled(title, table, stderr)


def print_coverage(title: str, found: Coverage) -> None:
    """Print the shares decided by skill and checker, what altered steps would get, and the conclusion."""
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
    measures.add_row("steps that two readings take differently", f"{found.misread:,}")
    measures.add_row("expected wrong rollouts with a teacher context at their error", percent_of(found.usable))
    out = console()
    out.print(measures)
    out.print()
    out.print(found.sentence, soft_wrap=True)


def print_cases(title: str, tallies: Sequence[CaseTally]) -> None:
    """Print the case table by area and by the right judgement."""
    table = table_of(("area", "right to say"), ("holds", "known failures", "broken"))
    for row in tallies:
        table.add_row(row.area, row.judgement.value, str(row.holds), str(row.known_failures), str(row.broken))
    sums = [sum(getattr(t, name) for t in tallies) for name in ("holds", "known_failures", "broken")]
    table.add_row("all", "", *map(str, sums))
    print_titled(title, table)


# Progress


@contextmanager
def progress_bar(what: str, total: float | None) -> Iterator[tuple[Progress, Any]]:
    """Show a bar on stderr that goes away when it is done. Yield it with its task. A log gets one line instead."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    err = console(stderr=True)
    if not err.is_terminal:
        err.print(what, soft_wrap=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield progress, progress.add_task(what, total=total)


def round_line(done: Round) -> str:
    """Return a round in one line."""
    numbers = done.metrics
    losses = [value for name, value in numbers.items() if name.startswith("loss_")]
    cells = [
        f"round {done.index:>4}",
        f"epoch {done.epoch:5.2f}",
        f"seen before {numbers['seen_before']:4.0%}",
        f"solved {numbers['solve_share']:4.0%}",
        f"process {numbers['process_share']:4.0%}",
        f"loss {sum(losses):7.4f}" if losses else "loss    none",
    ]
    if "solve_rate" in done.evaluation:
        cells.append(f"dev solve rate {percent(interval_record(done.evaluation['solve_rate']))} %")
    return "  ".join(cells)
