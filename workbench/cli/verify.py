"""`workbench coverage`: what the verifier can decide on a data set, and whether that is enough."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.solve import JudgedBy
from workbench.errors import BadInput
from workbench.run.plan import IN_USE, RUNS, store_place, verifier_named
from workbench.types import Knowledge

if TYPE_CHECKING:
    from workbench.judging.cases import Case
    from workbench.judging.rows import AnswerRow, SolutionRow
    from workbench.types import Verdict
    from workbench.verification import Verifier


def coverage(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Problems with solutions, one a line.")],
    mode: Annotated[Knowledge, typer.Option(help="What may be known; training knows the answer.")] = Knowledge.ANSWER,
    n: Annotated[
        int | None, typer.Option("--n", min=1, help="Problems, spread over the whole file; all if left out.")
    ] = None,
    version: JudgedBy = IN_USE,
    as_json: AsJson = False,
) -> None:
    """See what share of steps the verifier decides, by skill and checker, and whether step-level training can pay.

    Reads a file of problems with solutions: this project's shape, GSM8K's, or rows of 'workbench verify'.
    Each step is also altered, once in its result and once in a number that it takes in: the share that is
    flagged tells how many wrong rollouts would get a teacher context at the step that goes wrong. For
    word problems we assume that 95 % of first errors are misread numbers. Writes no file.

    \b
    Examples:
      workbench coverage data/problems/dev.jsonl
      workbench coverage gsm8k.jsonl --n 500 --mode reference
      workbench coverage data/cases/open-ended.jsonl
    """
    from workbench.cli.render import print_coverage, progress_bar
    from workbench.judging.coverage import measure, read_samples, report
    from workbench.problems.splits import evenly

    verifier = verifier_named(version, store_place(None, RUNS))
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


# `workbench verify` and `workbench grade`: verdicts on steps and answers that somebody else wrote.


Jobs = Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Processes that share the work.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DecimalComma = Annotated[
    bool,
    typer.Option("--decimal-comma", help="Read 3,5 as a decimal and 7 : 2 as a division, as Germans do."),
]


def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[IN.jsonl]", help="Solutions to judge, one a line.")] = None,
    mode: Annotated[
        Knowledge, typer.Option(help="What may be known: the problem alone, its answer, or a worked solution.")
    ] = Knowledge.FREE,
    out: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Where the verdicts go; stdout if left out.")
    ] = None,
    jobs: Jobs = 1,
    version: JudgedBy = IN_USE,
    step: Annotated[
        tuple[str, str] | None, typer.Option("--step", metavar="BEFORE STEP", help="Judge one step after another.")
    ] = None,
    cases: Annotated[bool, typer.Option("--cases", help="Sum up the table of known cases.")] = False,
    decimal_comma: DecimalComma = False,
    as_json: AsJson = False,
) -> None:
    """Judge every step of solutions in a file, one step for a person, or the table of known cases.

    A row of IN has `problem`, `steps` (a list) or `solution` (one text), and may have `id`, `answer`,
    `domain`, `reference_solution` and `first_error` (0-based, -1 for none). OUT gets one row for each, in the same
    order; a row without `id` gets its number, counted from 0. Where IN has `first_error`, the summary
    measures against it. With --decimal-comma OUT has the texts as they were read, with points. A bad row
    stops before anything is written.

    \b
    Examples:
      workbench verify --step "3x + 5 = 20" "3x = 25"
      workbench verify rollouts.jsonl --mode answer --out verdicts.jsonl --jobs 2
      workbench verify --decimal-comma --step "2x = 7" "x = 3,5"
      workbench verify --cases
    """
    if (file is not None) + (step is not None) + cases != 1:
        raise BadInput("Give one of the three: a file IN.jsonl, --step BEFORE STEP, or --cases.")
    from workbench.verification.text.decimal_comma import with_decimal_points

    verifier = verifier_named(version, store_place(None, RUNS))
    if step is not None:
        before, line = map(with_decimal_points, step) if decimal_comma else step
        _one_step(verifier, before, line, as_json)
    elif file is None:
        _case_table(verifier, as_json)
    else:
        _file(verifier, file, mode, out, jobs, as_json, decimal_comma)


# A file


def _file(
    verifier: Verifier,
    file: Path,
    mode: Knowledge,
    out: Path | None,
    jobs: int,
    as_json: bool,
    decimal_comma: bool,
) -> None:
    from workbench.cli.render import print_summary
    from workbench.domains import common_domain
    from workbench.files import json_line, write_atomically
    from workbench.judging.rows import read_solutions, summarise, verdict_record

    require_place(out)
    rows = read_solutions(file, decimal_comma)
    _say_what_is_missing(rows, mode)
    verifier = verifier.for_domain(common_domain(row.problem for row in rows))
    began = time.perf_counter()
    verdicts = list(_judged(verifier, rows, mode, jobs))
    seconds = time.perf_counter() - began
    lines = [json_line(verdict_record(row.id, verdict)) for row, verdict in zip(rows, verdicts, strict=True)]
    text = "".join(f"{line}\n" for line in lines)
    summary = summarise([row.first_error for row in rows], verdicts, seconds)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
    facts = {"file": str(file), "mode": mode.value, "verifier": verifier.version, **asdict(summary)}
    if as_json:
        typer.echo(json.dumps(facts), err=out is None)
    else:
        print_summary(f"{len(rows)} solutions of {file.name}, mode {mode.value}", summary, stderr=out is None)


def require_place(out: Path | None) -> None:
    """Raise `BadInput` before the work if the file cannot be written after it."""
    from workbench.files import require_writable

    if out is None:
        return
    if out.is_dir():
        raise BadInput(f"{out} is a folder; name a file in it.")
    if not out.parent.is_dir():
        raise BadInput(f"{out} has no folder to be written in; make the folder {out.parent} or choose another.")
    require_writable(out.parent)


def _say_what_is_missing(rows: Sequence[SolutionRow], mode: Knowledge) -> None:
    answers = sum(row.problem.answer is None for row in rows)
    references = sum(not row.problem.solution for row in rows)
    if mode is Knowledge.ANSWER and answers:
        typer.echo(f"{answers} of {len(rows)} rows have no answer; they are judged by the problem alone.", err=True)
    if mode is Knowledge.REFERENCE and references:
        typer.echo(f"{references} of {len(rows)} rows have no reference solution; they are judged without.", err=True)


def _judged(verifier: Verifier, rows: Sequence[SolutionRow], mode: Knowledge, jobs: int) -> Iterator[Verdict]:
    from workbench.cli.render import progress_bar
    from workbench.judging.rows import permitted
    from workbench.verification.many import VerdictCache, VerificationTask, verify_many

    tasks = [VerificationTask(permitted(row.problem, mode), row.steps, mode) for row in rows]
    with progress_bar(f"judging {len(rows)} solutions", len(rows)) as (bar, task):
        for verdict in verify_many(tasks, verifier, jobs, VerdictCache()):
            yield verdict
            bar.advance(task)


# One step


def _one_step(verifier: Verifier, before: str, step: str, as_json: bool) -> None:
    from workbench.cli.render import print_step
    from workbench.files import json_line
    from workbench.types import Problem

    verdict = verifier.verify(Problem("step", before, None), [before, step], Knowledge.FREE)
    judged = verdict.steps[-1]
    if as_json:
        typer.echo(json_line({"before": before, **asdict(judged), "verifier": verdict.verifier}))
    else:
        print_step(before, judged)


# The table of cases


def _case_table(verifier: Verifier, as_json: bool) -> None:
    from workbench.cli.render import print_cases, progress_bar
    from workbench.judging.cases import load_cases, tally

    cases: Sequence[Case] = load_cases()
    with progress_bar(f"judging {len(cases)} cases", None):
        table = tally(cases, verifier)
    if as_json:
        typer.echo(
            json.dumps({"cases": len(cases), "verifier": verifier.version, "areas": [asdict(t) for t in table]})
        )
    else:
        print_cases(f"{len(cases)} cases, verifier {verifier.version}", table)
    broken = sum(t.broken for t in table)
    if broken:
        typer.echo(f"Cases that do not hold and are not marked as known failures: {broken}.", err=True)
        raise typer.Exit(1)


# Answers


def grade(
    file: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="Pairs of answers, one a line.")],
    out: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Where the grades go; stdout if left out.")
    ] = None,
    decimal_comma: DecimalComma = False,
    last_number: Annotated[
        bool, typer.Option("--last-number", help="Take a solution's last number where it states no answer.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare stated final answers with the known ones: equal, not equal, or undecided, with the reason.

    A row of IN has `gold` and `pred`, or `gold` and `solution`, whose final answer is read first: the last box,
    `Answer: ...`, `A: ...`, `#### ...`, `<answer>`, or a sentence such as `The answer is ...`. OUT gets one row
    for each, in the same order, with `equal` (true, false, or null where one side was not read), `form` and
    `reason`. `equal` is about the value. An answer whose form is not the wanted one, such as 3 + 4 for 7, has
    a `form` that says so: `not worked out`, `in another form` or `not solved`; training pays no reward for
    it. A bad row stops before anything is written.

    \b
    Examples:
      workbench grade answers.jsonl --out grades.jsonl
      workbench grade answers.jsonl --json > grades-and-summary.jsonl
    """
    from workbench.cli.render import print_grades
    from workbench.files import json_line, write_atomically
    from workbench.judging.rows import read_answers

    require_place(out)
    grades = [graded(row) for row in read_answers(file, decimal_comma, last_number)]
    text = "".join(f"{json_line(record)}\n" for record in grades)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
    counts = {name: sum(g["equal"] is value for g in grades) for name, value in EQUAL.items()}
    counts["other_form"] = sum(g["form"] is not None for g in grades)
    if as_json:
        typer.echo(json.dumps({"file": str(file), "rows": len(grades), **counts}), err=out is None)
    else:
        print_grades(f"{len(grades)} answers of {file.name}", counts, stderr=out is None)


EQUAL = {"equal": True, "not_equal": False, "undecided": None}


def graded(row: AnswerRow) -> dict[str, Any]:
    """One row of OUT."""
    from workbench.verification.answers import compare_answers
    from workbench.verification.answers.grades import undecided

    none = "The solution states no final answer."
    found = undecided(none) if row.pred is None else compare_answers(row.gold, row.pred)
    return {
        "id": row.id,
        "gold": row.gold,
        "pred": row.pred,
        "equal": found.equal,
        "form": found.form,
        "reason": found.reason,
    }
