"""`workbench memory`: what a run has learned, from which failures, and whether it helped."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.runs import CONFIG_FILE, RUNS, run_in_store, store_place
from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.store import Store
    from workbench.types import Judged, MemoryItem


class LevelChoice(StrEnum):
    """What `--level` takes: a level, or both kinds of insight."""

    EXPERIENCE = "experience"
    INSIGHT = "insight"
    STRATEGY = "strategy"
    LESSON = "lesson"
    PATTERN = "pattern"


def memory(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's name or path, or 'latest'.")],
    skill: Annotated[str | None, typer.Option(help="Only items of this skill.")] = None,
    level: Annotated[LevelChoice | None, typer.Option(help="Only items of this level.")] = None,
    retired: Annotated[bool, typer.Option("--retired", help="The retired items, each with why.")] = False,
    item: Annotated[
        str | None,
        typer.Option(metavar="ID", help="One item whole: its evidence and history. The start of an id does."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="N insights and N/2 patterns, drawn without looking.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of --sample.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="Rows of the list at most.")] = 40,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, all items in it.")] = False,
) -> None:
    """Look into the memory of a run: lessons, strategies, patterns and solved problems.

    Reads the store and writes nothing. Each item is shown with its uses and with how often its problem went
    better or worse after its use, counted on later rounds only.

    \b
    Examples:
      workbench memory latest
      workbench memory latest --skill linear_one --level lesson
      workbench memory latest --retired
      workbench memory latest --item 3fa9
      workbench memory latest --sample 20
    """
    from workbench.cli import memory_tables as tables
    from workbench.memory.looking import INSIGHTS, listed, named, overview, sampled
    from workbench.problems.of_run import problems_of
    from workbench.store import Store
    from workbench.types import Level

    if (Path(run) / CONFIG_FILE).is_file():
        runs_folder = Path(run).parent
    with Store.open(store_place(store, runs_folder)) as opened:
        name = run_in_store(run, opened)
        texts = {key: problem.text for key, problem in problems_of(opened, name).items()}
        items, rounds = opened.memory(name), opened.rounds(name)
        if item is not None:
            found = named(items, item)
            history = opened.memory_events(name, found.id)
            evidence = _evidence(opened, name, found)
            if as_json:
                _print_json(_whole(found, evidence, history, texts))
            else:
                tables.print_item(found, texts.get(found.problem_id or ""), evidence, history)
            return
    if sample is not None:
        drawn = sampled(items, sample, seed)
        if as_json:
            _print_json({kind: [asdict(i) for i in getattr(drawn, kind)] for kind in ("insights", "patterns")})
        else:
            tables.print_sample(drawn, texts, seed)
        return
    _require_skill(skill, items)
    levels = None if level is None else INSIGHTS if level is LevelChoice.INSIGHT else {Level(level.value)}
    chosen = listed(items, skill, levels, retired)
    if as_json:
        _print_json({"run": name, "overview": asdict(overview(items, rounds)), "items": [asdict(i) for i in chosen]})
    else:
        tables.print_memory(name, overview(items, rounds), chosen[:limit], len(chosen), retired)


def _print_json(record: dict[str, Any]) -> None:
    typer.echo(json.dumps(record, ensure_ascii=False))


def _require_skill(skill: str | None, items: list[MemoryItem]) -> None:
    skills = sorted({i.skill for i in items})
    if skill is not None and skill not in skills:
        known = f"it has {', '.join(skills)}" if skills else "it is empty"
        raise BadInput(f"This memory has nothing of a skill {skill!r}; {known}.")


def _evidence(store: Store, run: str, item: MemoryItem) -> list[Judged]:
    """The rollouts that an item was written from, with their verdicts, oldest first."""
    rounds = {e.item.written_round for e in store.memory_events(run, item.id) if e.item is not None}
    judged = [j for at in sorted(rounds) for j in store.judged(run, at)]
    return [j for j in judged if j.rollout.id in item.evidence]


def _whole(item: MemoryItem, evidence: list[Judged], history: list[Any], texts: dict[str, str]) -> dict[str, Any]:
    return {
        **asdict(item),
        "problem": texts.get(item.problem_id or ""),
        "evidence": [
            {"rollout": j.rollout.id, "round": j.rollout.round, "text": j.rollout.text, "verdict": asdict(j.verdict)}
            for j in evidence
        ],
        "history": [{"round": e.round, "event": e.event, "item": e.item and asdict(e.item)} for e in history],
    }
