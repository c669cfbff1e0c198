"""What people see of a run's memory: an overview with bars, a list, one item whole, a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from workbench.cli.render import SIGNS, console, plain, table_of

if TYPE_CHECKING:
    from workbench.memory.looking import Overview, Sampled
    from workbench.store import MemoryEvent
    from workbench.types import Judged, MemoryItem

BLOCKS = "▁▂▃▄▅▆▇█"
BAR = 30
PIPE_WIDTH = 300
"""Wide enough that no sentence of memory is folded on its way to another program."""


def print_memory(run: str, seen: Overview, items: Sequence[MemoryItem], total: int, retired: bool) -> None:
    """What memory holds, what became of what was written, and the items."""
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
    """Of all reflections that were asked for: how many were kept, and why the others were not."""
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
    """One item with the rollouts that it was written from and all that happened to it."""
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
    """Every change, oldest first."""
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
    """Insights and patterns as they were drawn."""
    out = console()
    counts = f"{len(drawn.insights)} insights and {len(drawn.patterns)} patterns"
    out.print(Text(f"{counts}, drawn with seed {seed}, none left out", style="bold"), soft_wrap=True)
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
    """A share of 1 as a row of blocks, at least one for anything above 0."""
    return "█" * max(round(share * BAR), share > 0)


def sparkline(values: Sequence[int], width: int = 60) -> str:
    """Values as a row of blocks, the last of every few where there are more than the width."""
    step = -(-len(values) // width)
    shown = [values[min(at + step, len(values)) - 1] for at in range(0, len(values), step)]
    top = max(1, *shown)
    return "".join(BLOCKS[min(len(BLOCKS) - 1, value * len(BLOCKS) // (top + 1))] for value in shown)
