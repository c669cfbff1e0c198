"""`workbench bench verify`, `steps`, `others`, `locate`, `styles`, `fuzz`: how fast, right and safe it is."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.verify import AsJson
from workbench.errors import BadInput


def verify(
    pairs: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Rows with `before` and `after`; generated if left out.")
    ] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="Generated pairs.")] = 1000,
    peer_pairs: Annotated[int, typer.Option(min=1, help="Pairs that the slow peers get.")] = 100,
    steps: Annotated[int, typer.Option(min=1, help="Mixed steps for one and for two jobs.")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Time the verifier against Math-Verify, SymPy and pycodemath, as ratios in one run.

    Caches are cold, every row is distinct, and parsing counts. Times are this process's CPU time, those of
    jobs wall time. Math-Verify and pycodemath are extras: pip install 'tutor-workbench[bench]'. Writes no file.

    \b
    Examples:
      workbench bench verify
      workbench bench verify --pairs moves.jsonl --peer-pairs 50 --json
    """
    from workbench.cli.render import progress_bar
    from workbench.lab.speed import generated_pairs, measure, read_pairs
    from workbench.lab.tables import print_speed

    source = "generated solutions" if pairs is None else pairs.name
    chosen = generated_pairs(n, 0) if pairs is None else read_pairs(pairs)
    with progress_bar(f"timing {len(chosen)} pairs and {steps} steps", None):
        speed = measure(chosen, source, peer_pairs, steps)
    if as_json:
        typer.echo(json.dumps(asdict(speed)))
    else:
        print_speed(speed)


def steps(
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Other people's data; what is absent is left out."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="F.json", help="Where the figures go.")] = Path(
        "data/results/bench-steps.json"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="A tenth of the solutions.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure what the verifier finds and what it flags wrongly.

    On generated solutions: wrong twins and other right paths. On other people's data, read where it lies: worked
    solutions, the same rewritten, wrong solutions that teachers marked, pupils' moves, pairs of answers.

    \b
    Examples:
      workbench bench steps
      workbench bench steps --data ../shared/data
    """
    from workbench.cli.render import progress_bar
    from workbench.files import require_writable, write_atomically
    from workbench.lab.step_figures import FILES, Sizes, measure
    from workbench.lab.tables import print_figures

    if data is not None and not data.is_dir():
        raise BadInput(f"{data} is no folder; give the one that holds {', '.join(FILES)}.")
    require_writable(out.parent)
    sizes = Sizes(700, 100, 1, 1, 4) if quick else Sizes()
    with progress_bar("measuring", len(FILES) + 2) as (bar, task):
        report = measure(data, sizes, lambda name: bar.update(task, description=name, advance=1))
    found = {
        "command": "workbench bench steps" + (" --data FOLDER" if data else "") + (" --quick" if quick else ""),
        **asdict(report),
        "figures": [{**asdict(f), "met": f.met} for f in report.figures],
    }
    write_atomically(out, json.dumps(found, indent=2) + "\n")
    if as_json:
        typer.echo(json.dumps(found))
    else:
        print_figures(report)


def others(
    data: Annotated[Path, typer.Argument(metavar="FOLDER", help="Other people's data; what is absent is left out.")],
    only: Annotated[str, typer.Option(metavar="TEXT", help="Measure only the files whose path has this text.")] = "",
    flags: Annotated[Path | None, typer.Option(metavar="F.jsonl", help="Write each red step here, to read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the verifier on mathematics that others wrote: false alarms, coverage, first errors, reported faults.

    \b
    Examples:
      workbench bench others ../shared/data
      workbench bench others ../shared/data --only math-dev --flags flags.jsonl
    """
    from workbench.cli.render import progress_bar
    from workbench.files import require_writable, write_atomically
    from workbench.lab.others import FILES, measure
    from workbench.lab.tables import print_faults, print_figures

    if not data.is_dir():
        raise BadInput(f"{data} is no folder; give the one that holds {', '.join(FILES)}.")
    wanted = [name for name in FILES if only in name]
    if not wanted:
        raise BadInput(f"No file has {only!r} in its path; there are {', '.join(FILES)}.")
    if flags is not None:
        require_writable(flags.parent)
    with progress_bar("measuring", len(wanted)) as (bar, task):
        report = measure(data, lambda name: bar.update(task, description=name, advance=1), wanted)
    if flags is not None:
        write_atomically(flags, "".join(json.dumps({**asdict(f), "true": f.true}) + "\n" for f in report.flags))
    if as_json:
        typer.echo(json.dumps({**asdict(report), "figures": [{**asdict(f), "met": f.met} for f in report.figures]}))
    else:
        print_figures(report)
        print_faults(report.faults)


def locate(
    data: Annotated[Path, typer.Argument(metavar="FOLDER", help="Other people's data.")],
    synthetic: Annotated[int, typer.Option(min=0, help="Worked solutions of GSM8K to make wrong.")] = 6000,
    seed: Annotated[int, typer.Option(help="Seed of these.")] = 0,
    write: Annotated[bool, typer.Option("--write", help="Write the weights into the verifier's module.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit which step reference mode flags, and measure that on problems that had no part in the fit.

    \b
    Examples:
      workbench bench locate ../shared/data
      workbench bench locate ../shared/data --write
    """
    from workbench.cli.render import progress_bar
    from workbench.files import write_atomically
    from workbench.lab.locating import FILE, NEEDED, fit, written
    from workbench.lab.step_figures import StepFigures
    from workbench.lab.tables import print_figures
    from workbench.verification import Verifier

    absent = [name for name in NEEDED if not (data / name).exists()]
    if absent:
        raise BadInput(f"{data} has no {', '.join(absent)}.")
    with progress_bar("reading", len(NEEDED) + 1) as (bar, task):
        found = fit(data, synthetic, seed, lambda name: bar.update(task, description=name, advance=1))
    if write:
        write_atomically(FILE, written(found))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        print_figures(StepFigures(Verifier().version, found.figures, ()))


def styles(
    n: Annotated[int, typer.Option("--n", min=1, help="Problems of each skill and level.")] = 6,
    only: Annotated[str, typer.Option(metavar="TEXT", help="Measure only the styles whose name has this text.")] = "",
    faults: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Write red right steps and lost twins here, to read.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write generated solutions and their wrong twins in the styles of people and models, and see what is judged.

    The right ones must stay without red, and of the twins that are found in plain writing 98 % must be found in
    each style. Exit code 1 where a style misses that.

    \b
    Examples:
      workbench bench styles
      workbench bench styles --n 2 --only LaTeX --faults faults.jsonl
    """
    from workbench.cli.render import progress_bar
    from workbench.files import require_writable, write_atomically
    from workbench.lab.style_figures import measure
    from workbench.lab.styles import STYLES
    from workbench.lab.tables import print_styles

    wanted = [name for name in STYLES if only in name]
    if not wanted:
        raise BadInput(f"No style has {only!r} in its name; there are {', '.join(STYLES)}.")
    if faults is not None:
        require_writable(faults.parent)
    with progress_bar("writing twins", len(wanted)) as (bar, task):
        report = measure(n, wanted, lambda name: bar.update(task, description=name, advance=1))
    if faults is not None:
        write_atomically(faults, "".join(json.dumps(asdict(f)) + "\n" for f in report.faults))
    if as_json:
        figures = [{**asdict(f), "met": f.met} for f in report.figures]
        typer.echo(json.dumps({"verifier": report.verifier, "figures": figures}))
    else:
        print_styles(report)
    if not report.met:
        raise typer.Exit(1)


def fuzz(
    n: Annotated[int, typer.Option("--n", min=1, help="Fuzzed strings.")] = 100_000,
    bombs: Annotated[int, typer.Option(min=1, help="Hand-made bombs; there are over 200.")] = 1000,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads of the second half.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of the strings.")] = 0,
    seeds: Annotated[
        list[Path] | None, typer.Option(metavar="F.jsonl", help="Rows with `steps` to mutate too; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give the verifier hostile input: no crash, no hang, no growth of RAM, nothing executed.

    Half of the strings come from the main thread, half from eight at once, the hand-made bombs from both.
    A worker is killed in mid-check. Exit code 1 if anything bad happened. Writes no file.

    \b
    Examples:
      workbench bench fuzz
      workbench bench fuzz --n 2000 --bombs 20 --json
      workbench bench fuzz --seeds ../shared/data/processbench/math-dev.jsonl
    """
    from workbench.cli.render import progress_bar
    from workbench.files import json_object, read_jsonl
    from workbench.lab.fuzz import fuzz as run_fuzz
    from workbench.lab.tables import print_fuzz

    rows = [r for path in seeds or () for r in read_jsonl(path, partial(json_object, example='{"steps": ["..."]}'))]
    others = [str(step) for row in rows for step in row.get("steps") or ()]
    if rows and not others:
        raise BadInput(f"No row of {', '.join(map(str, seeds or ()))} has `steps`, a list of texts.")
    with progress_bar(f"{n} strings", None) as (bar, task):
        report = run_fuzz(n, bombs, threads, seed, lambda count: bar.advance(task, count), others)
    if as_json:
        typer.echo(json.dumps({**asdict(report), "passed": report.passed}))
    else:
        print_fuzz(report)
    if not report.passed:
        raise typer.Exit(1)
