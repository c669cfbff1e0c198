"""`workbench memory`: an overview of a run's memory with bars, a list, one item in full, a sample."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from workbench.cli.render import SIGNS, console, plain, table_of
from workbench.errors import BadInput
from workbench.run.plan import CONFIG_FILE, RUNS, run_in_store, store_place

if TYPE_CHECKING:
    from workbench.memory.queries import Overview, Sampled
    from workbench.store import MemoryEvent, Store
    from workbench.types import Judged, MemoryItem


BLOCKS = "▁▂▃▄▅▆▇█"
BAR = 30
PIPE_WIDTH = 300
"""Wide enough that no sentence of memory is folded on its way to another program."""


def print_memory(run: str, seen: Overview, items: Sequence[MemoryItem], total: int, retired: bool) -> None:
    """Print what memory holds, what became of the reflections, and the items."""
    out = console()
    held = ", ".join(f"{n} {level}" for level, n in seen.live.items())
    out.print(Text.assemble(("Memory of ", "bold"), (plain(run), "bold"), f": {held}"), soft_wrap=True)
    if seen.retired:
        gone = ", ".join(f"{n} {why}" for why, n in seen.retired.items())
        out.print(f"Retired: {gone}", soft_wrap=True)
    if any(seen.live_by_round):
        out.print(f"Live items by round: {sparkline(seen.live_by_round)} {seen.live_by_round[-1]}", soft_wrap=True)
    if seen.asked:
        _print_fates(seen)
    out.print()
    _print_list(items, total, retired)


def _print_fates(seen: Overview) -> None:
    """Print how many of the reflections that were asked for were kept, and why the others were not."""
    out = console()
    out.print(f"Reflections asked for: {seen.asked}", soft_wrap=True)
    rows = [("kept", seen.kept), *((f"dropped: {drop}", n) for drop, n in seen.dropped.items())]
    for name, count in rows:
        out.print(f"  {name:<17}{count:>6}  {bar(count / seen.asked)}", soft_wrap=True)
    if seen.raises is not None:
        out.print(
            f"New insights that made verified steps likelier for the teacher: {seen.raises:.0%}", soft_wrap=True
        )


def _print_list(items: Sequence[MemoryItem], total: int, retired: bool) -> None:
    out = console()
    if not out.is_terminal:
        out.width = PIPE_WIDTH
    if not items:
        out.print("No retired items." if retired else "No live items.")
        return
    table = table_of(("id", "level", "skill"), ("round", "uses", "helped", "hurt"))
    table.add_column("why retired" if retired else "text", overflow="fold")
    for item in items:
        said = item.retired or "" if retired else _one_line(item.text)
        numbers = (str(n) for n in (item.written_round, item.uses, item.helped, item.hurt))
        table.add_row(item.id[:8], item.level.value, plain(item.skill), *numbers, plain(said))
    out.print(table)
    if total > len(items):
        out.print(f"{total - len(items)} more; --limit {total} shows them all.")


def print_item(
    item: MemoryItem, problem: str | None, evidence: Sequence[Judged], history: Sequence[MemoryEvent]
) -> None:
    """Print one item with the rollouts that it was written from and its history."""
    out = console()
    out.print(Text(f"{item.level.value} {item.id}", style="bold"))
    for line in item.text.split("\n"):
        out.print(f"  {plain(line)}", soft_wrap=True)
    facts = {
        "skill": item.skill,
        "problem": problem or item.problem_id or "all of its skill",
        "malrule": item.malrule or "none named",
        "written": f"in round {item.written_round} by {item.writer}, policy {item.policy_version}",
        "solved then": f"{item.solve_share:.0%} of the group",
        "seen again": "never" if item.confirmed_round is None else f"in round {item.confirmed_round}",
        "record": f"used {item.uses} times; its problem went better {item.helped} times, worse {item.hurt}",
        "state": item.retired or "live",
    }
    for name, value in facts.items():
        out.print(Text.assemble((f"{name:<12}", "dim"), plain(value)), soft_wrap=True)
    out.print()
    _print_evidence(item, evidence)
    _print_history(history)


def _print_evidence(item: MemoryItem, evidence: Sequence[Judged]) -> None:
    out = console()
    shown = f"{len(evidence)} of {len(item.evidence)} rollouts"
    out.print(Text(f"Evidence: {shown}", style="bold"))
    for judged in evidence:
        right = "right" if judged.verdict.answer_correct else "not right"
        out.print(f"  round {judged.rollout.round}, {judged.rollout.id}: answer {right}", soft_wrap=True)
        for step in judged.verdict.steps:
            sign, colour = SIGNS[step.judgement]
            named = f"  ({step.malrule})" if step.malrule else ""
            out.print(Text.assemble("    ", (sign, colour), " ", plain(step.text), (named, "dim")), soft_wrap=True)
    out.print()


def _print_history(history: Sequence[MemoryEvent]) -> None:
    """Print every change, oldest first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("round", "event", "uses", "helped", "hurt", "state"):
        table.add_column(name, justify="right" if name in ("round", "uses", "helped", "hurt") else "left")
    for event in history:
        state = event.item
        if state is None:
            table.add_row(str(event.round), event.event, "", "", "", "not yet written")
        else:
            numbers = (str(n) for n in (state.uses, state.helped, state.hurt))
            table.add_row(str(event.round), event.event, *numbers, plain(state.retired or "live"))
    console().print(table)


def print_sample(drawn: Sampled, texts: Mapping[str, str], seed: int) -> None:
    """Print a sample of insights and patterns."""
    out = console()
    counts = f"{len(drawn.insights)} insights and {len(drawn.patterns)} patterns"
    out.print(Text(f"{counts}, drawn at random with seed {seed}", style="bold"), soft_wrap=True)
    for item in (*drawn.insights, *drawn.patterns):
        record = f"round {item.written_round}, used {item.uses}, better {item.helped}, worse {item.hurt}"
        out.print(Text.assemble((f"{item.level.value} ", "bold"), _one_line(item.text)), soft_wrap=True)
        about = texts.get(item.problem_id or "", "")
        out.print(
            Text(f"    {plain(item.skill)}; {record}; {plain(about)}".rstrip("; "), style="dim"), soft_wrap=True
        )


def _one_line(text: str) -> str:
    return plain(" / ".join(text.split("\n")))


def bar(share: float) -> str:
    """Return a share of 1 as a row of blocks, at least one for anything above 0."""
    return "█" * max(round(share * BAR), share > 0)


def sparkline(values: Sequence[int], width: int = 60) -> str:
    """Return values as a row of blocks. If there are too many for the width, every few are shown by their last."""
    step = -(-len(values) // width)
    shown = [values[min(at + step, len(values)) - 1] for at in range(0, len(values), step)]
    top = max(1, *shown)
    return "".join(BLOCKS[min(len(BLOCKS) - 1, value * len(BLOCKS) // (top + 1))] for value in shown)


# The command


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
    retired: Annotated[bool, typer.Option("--retired", help="Show the retired items, each with the reason.")] = False,
    item: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Show one item in full. A unique id prefix is enough."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Show a random sample of N insights and N/2 patterns.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of --sample.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="Most rows of the list.")] = 40,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, all items in it.")] = False,
) -> None:
    """Look into the memory of a run: lessons, strategies, patterns and solved problems.

    Reads the store and writes nothing. Each item is shown with its uses and with how often its problem was
    solved better or worse afterwards. This does not prove that the item was the cause.

    \b
    Examples:
      workbench memory latest
      workbench memory latest --skill linear_one --level lesson
      workbench memory latest --retired
      workbench memory latest --item 3fa9
      workbench memory latest --sample 20
    """
    from workbench.memory.queries import INSIGHTS, listed, named, overview, sampled
    from workbench.problems.splits import problems_of
    from workbench.store import Store
    from workbench.types import Level

    if (Path(run) / CONFIG_FILE).is_file():
        runs_folder = Path(run).parent
    with Store.open(store_place(store, runs_folder)) as opened:
        name = run_in_store(run, opened)
        texts = {key: problem.text for key, problem in problems_of(opened, name).items()}
        items, rounds = opened.memory.items(name), opened.runs.rounds(name)
        if item is not None:
            found = named(items, item)
            history = opened.memory.events(name, found.id)
            evidence = _evidence(opened, name, found)
            if as_json:
                _print_json(_whole(found, evidence, history, texts))
            else:
                print_item(found, texts.get(found.problem_id or ""), evidence, history)
            return
    if sample is not None:
        drawn = sampled(items, sample, seed)
        if as_json:
            _print_json({kind: [asdict(i) for i in getattr(drawn, kind)] for kind in ("insights", "patterns")})
        else:
            print_sample(drawn, texts, seed)
        return
    _require_skill(skill, items)
    levels = None if level is None else INSIGHTS if level is LevelChoice.INSIGHT else {Level(level.value)}
    chosen = listed(items, skill, levels, retired)
    if as_json:
        _print_json({"run": name, "overview": asdict(overview(items, rounds)), "items": [asdict(i) for i in chosen]})
    else:
        print_memory(name, overview(items, rounds), chosen[:limit], len(chosen), retired)


def _print_json(record: dict[str, Any]) -> None:
    typer.echo(json.dumps(record, ensure_ascii=False))


def _require_skill(skill: str | None, items: list[MemoryItem]) -> None:
    skills = sorted({i.skill for i in items})
    if skill is not None and skill not in skills:
        known = f"it has {', '.join(skills)}" if skills else "it is empty"
        raise BadInput(f"This memory has nothing of a skill {skill!r}; {known}.")


def _evidence(store: Store, run: str, item: MemoryItem) -> list[Judged]:
    """Return the rollouts that an item was written from, with their verdicts, oldest first."""
    rounds = {e.item.written_round for e in store.memory.events(run, item.id) if e.item is not None}
    judged = [j for at in sorted(rounds) for j in store.verdicts.judged(run, at)]
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
