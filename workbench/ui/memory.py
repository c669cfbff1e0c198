"""What the Memory tab shows: items as a table, one item with its evidence and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from workbench.store import MemoryEvent
from workbench.store.memory import RUN
from workbench.types import Judged, Level, MemoryItem, Problem
from workbench.ui.audit import examples_html
from workbench.ui.pages import (
    Column,
    TableRow,
    caption,
    figure,
    formula,
    key_of,
    kind_words,
    nothing,
    render,
    table_html,
    words,
)

MOST_ITEMS = 300
"""Rows of the table; a search narrows it down."""
LONGEST = 100
"""Characters of a text in the table."""
MOST_LINES, MOST_EVENTS = 40, 60
LEVEL_ORDER = (Level.PATTERN, Level.STRATEGY, Level.LESSON, Level.EXPERIENCE)
LIVE, PINNED, RETIRED, BY_HAND, EVERY = "live", "pinned", "retired", "changed by people", "all"
STATES = (LIVE, PINNED, RETIRED, BY_HAND, EVERY)
COLUMNS = (
    Column("text"),
    Column("level"),
    Column("skill"),
    Column("uses", figures=True, hint="how often a teacher read it"),
    Column(
        "better after",
        figures=True,
        hint="its problem went better than before, whatever the cause",
    ),
    Column("worse after", figures=True, hint="its problem went worse than before, whatever the cause"),
    Column("age", figures=True, hint="rounds since it was last written"),
    Column("state"),
)


def matching(
    items: Sequence[MemoryItem],
    search: str = "",
    level: str | None = None,
    skill: str | None = None,
    state: str = LIVE,
    touched: frozenset[str] = frozenset(),
) -> list[MemoryItem]:
    """Return the items that fit, patterns first and the most used first. Every word of `search` must occur.

    `touched`: ids of items that people have changed.
    """
    wanted = search.lower().split()
    found = [
        item
        for item in items
        if (level is None or item.level.value == level)
        and (skill is None or item.skill == skill)
        and _in_state(item, state, touched)
        and all(word in _searched(item) for word in wanted)
    ]
    return sorted(found, key=lambda i: (LEVEL_ORDER.index(i.level), -i.uses, -i.written_round, i.id))


def _in_state(item: MemoryItem, state: str, touched: frozenset[str]) -> bool:
    if state == LIVE:
        return item.retired is None
    if state == RETIRED:
        return item.retired is not None
    if state == PINNED:
        return item.pinned
    return item.id in touched if state == BY_HAND else True


def _searched(item: MemoryItem) -> str:
    parts = (item.text, item.skill, kind_words(item.skill), item.malrule or "", item.id, item.retired or "")
    return " ".join(parts).lower()


def summary_html(items: Sequence[MemoryItem], found: int) -> Markup:
    """Return how much memory there is, by level, and how much of it is shown."""
    if not items:
        return nothing("This run has no memory yet.")
    live = [item for item in items if item.retired is None]
    counts = [(sum(i.level is level for i in live), PLURAL[level]) for level in LEVEL_ORDER]
    return render("memory.summary", counts, len(items) - len(live), found, MOST_ITEMS)


PLURAL = {
    Level.PATTERN: "patterns",
    Level.STRATEGY: "strategies",
    Level.LESSON: "lessons",
    Level.EXPERIENCE: "experiences",
}


def items_html(items: Sequence[MemoryItem], round: int, chosen: str | None = None) -> Markup:
    """Return the items as a table that sorts. `round` is the run's last."""
    rows = []
    for item in items[:MOST_ITEMS]:
        cells = (
            formula(item.text, LONGEST),
            words(item.level.value),
            words(kind_words(item.skill)),
            figure(item.uses),
            figure(item.helped),
            figure(item.hurt),
            figure(max(0, round - item.written_round)),
            words(state_words(item)),
        )
        rows.append(TableRow(cells, key_of(item.id), item.id == chosen))
    return table_html("memory", COLUMNS, rows, "No item fits; try another search or state.")


def state_words(item: MemoryItem) -> str:
    """Return whether an item is live, and if not why."""
    if item.retired is not None:
        return f"retired: {item.retired}"
    return "pinned" if item.pinned else "live"


def item_html(item: MemoryItem, round: int, problem: Problem | None) -> Markup:
    """Return one item: its text, where it comes from, how often it was read."""
    about: str = "every problem of the skill" if item.problem_id is None else f"problem {item.problem_id}"
    if problem is not None:
        about = render("memory.about", problem.text)
    share = f", when {item.solve_share:.0%} of its group solved it" if item.level is not Level.PATTERN else ""
    age = max(0, round - item.written_round)
    ago = f"{age:,} rounds ago" if age != 1 else "1 round ago"
    facts = [
        ("Skill", kind_words(item.skill)),
        *([("Malrule", kind_words(item.malrule))] if item.malrule else []),
        ("About", about),
        ("Written", f"in round {item.written_round} ({ago}) by {item.writer}{share}"),
        ("Policy", item.policy_version),
        ("Use", _use(item)),
        ("State", state_words(item)),
    ]
    return render("memory.item", item.level.value, item.text.splitlines()[:MOST_LINES], facts)


def _use(item: MemoryItem) -> str:
    """Return how often it was read, and how its problem went afterwards: nobody knows whether because of it.

    None is counted before a problem's third visit.
    """
    read = f"read {item.uses:,} times by a teacher; afterwards its problem went"
    if item.helped + item.hurt == 0:
        return f"{read} neither better nor worse yet"
    return f"{read} better {item.helped:,} times and worse {item.hurt:,} times"


def evidence_html(item: MemoryItem, judged: Sequence[Judged], problems: Mapping[str, Problem]) -> Markup:
    """Return the rollouts that an item was written from, as step cards."""
    missing = len(item.evidence) - len(judged)
    note = caption(f"{missing} of its rollouts are not in this store.") if missing > 0 else Markup()
    if not item.evidence:
        return nothing("It names no rollouts.")
    return (examples_html(judged, problems, unfold=1) if judged else Markup()) + note


def history_html(events: Sequence[MemoryEvent]) -> Markup:
    """Return every state an item was in, the newest first; runs of mere use are put together."""
    rows = []
    for times, event in list(reversed(_joined(events)))[:MOST_EVENTS]:
        who = "the run" if event.by == RUN else event.by.replace("person:", "")
        rows.append((event.event, times, event.round, who, _what(event)))
    return render("memory.history", rows)


def _joined(events: Sequence[MemoryEvent]) -> list[tuple[int, MemoryEvent]]:
    """Return events with how many of their kind came one after another, where nothing but counts changed."""
    made: list[tuple[int, MemoryEvent]] = []
    for event in events:
        plain = event.event in ("used", "scored")
        if plain and made and made[-1][1].event == event.event:
            made[-1] = (made[-1][0] + 1, event)
        else:
            made.append((1, event))
    return made


def _what(event: MemoryEvent) -> str:
    """Return what the event made of the item, where it is worth a word."""
    if event.item is None:
        return ""
    if event.event == "retired":
        return event.item.retired or ""
    return event.item.text[:LONGEST] if event.event in ("written", "edited", "undone") else ""
