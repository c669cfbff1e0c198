"""What the Memory tab shows: items as a table, one item with its evidence and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.store import MemoryEvent
from workbench.store.memory_log import RUN
from workbench.types import Judged, Level, MemoryItem, Problem
from workbench.ui.audit import examples_html, kind_words
from workbench.ui.tables import Column, TableRow, escaped, figure, formula, key_of, table_html, words
from workbench.verification.display import clean, maths_html

MOST_ITEMS = 300
"""Rows of the table; a search narrows it down."""
LONGEST = 100
"""Characters of a text in the table."""
LEVEL_ORDER = (Level.PATTERN, Level.STRATEGY, Level.LESSON, Level.EXPERIENCE)
LIVE, PINNED, RETIRED, BY_HAND, EVERY = "live", "pinned", "retired", "changed by people", "all"
STATES = (LIVE, PINNED, RETIRED, BY_HAND, EVERY)
COLUMNS = (
    Column("text"),
    Column("level"),
    Column("skill"),
    Column("uses", figures=True, hint="how often a teacher read it"),
    Column("helped", figures=True, hint="its problem was solved more often after it was read than before"),
    Column("hurt", figures=True, hint="its problem was solved less often after it was read than before"),
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
    """The items that fit, patterns first and the most used first. Every word of `search` must occur.

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


def summary_html(items: Sequence[MemoryItem], found: int) -> str:
    """How much memory there is, by level, and how much of it is shown."""
    if not items:
        return '<p class="wb-none">This run has no memory yet.</p>'
    live = [item for item in items if item.retired is None]
    counts = ", ".join(f"{sum(i.level is level for i in live):,} {PLURAL[level]}" for level in LEVEL_ORDER)
    gone = len(items) - len(live)
    shown = f"{found:,} match" + ("es" if found == 1 else "")
    more = f", of which the first {MOST_ITEMS} are listed" if found > MOST_ITEMS else ""
    return f'<p class="wb-note">Live: {counts}. Retired: {gone:,}. <b>{shown}</b>{more}.</p>'


PLURAL = {
    Level.PATTERN: "patterns",
    Level.STRATEGY: "strategies",
    Level.LESSON: "lessons",
    Level.EXPERIENCE: "experiences",
}


def items_html(items: Sequence[MemoryItem], round: int, chosen: str | None = None) -> str:
    """The items as a table that sorts. `round` is the run's last."""
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
    """Whether an item lives, and if not why."""
    if item.retired is not None:
        return f"retired: {item.retired}"
    return "pinned" if item.pinned else "live"


def item_html(item: MemoryItem, round: int, problem: Problem | None) -> str:
    """One item: its text, where it comes from, whether it helped."""
    about = f"problem <bdi>{maths_html(problem.text)}</bdi>" if problem is not None else ""
    if not about and item.problem_id is not None:
        about = f"problem {escaped(item.problem_id)}"
    share = f", when {item.solve_share:.0%} of its group solved it" if item.level is not Level.PATTERN else ""
    age = max(0, round - item.written_round)
    ago = f"{age:,} rounds ago" if age != 1 else "1 round ago"
    facts = [
        ("Skill", escaped(kind_words(item.skill))),
        ("About", about or "every problem of the skill"),
        ("Written", f"in round {item.written_round} ({ago}) by {escaped(item.writer)}{share}"),
        ("Policy", escaped(item.policy_version)),
        ("Use", _use(item)),
        ("State", escaped(state_words(item))),
    ]
    if item.malrule:
        facts.insert(1, ("Malrule", escaped(kind_words(item.malrule))))
    listed = "".join(f"<dt>{term}</dt><dd>{said}</dd>" for term, said in facts)
    text = "<br>".join(f"<bdi>{maths_html(line)}</bdi>" for line in item.text.splitlines()[:40])
    return (
        f'<p><span class="wb-level">{escaped(item.level.value)}</span></p>'
        f'<blockquote class="wb-item">{text}</blockquote><dl class="wb-facts">{listed}</dl>'
    )


def _use(item: MemoryItem) -> str:
    """How often it was read, and with what effect; none is counted before a problem's third visit."""
    if item.helped + item.hurt == 0:
        return f"read {item.uses:,} times by a teacher; no visit to its problem was better or worse for it yet"
    return f"read {item.uses:,} times by a teacher, helped {item.helped:,}, hurt {item.hurt:,}"


def evidence_html(item: MemoryItem, judged: Sequence[Judged], problems: Mapping[str, Problem]) -> str:
    """The rollouts that an item was written from, as step cards."""
    missing = len(item.evidence) - len(judged)
    note = f'<p class="wb-note">{missing} of its rollouts are not in this store.</p>' if missing > 0 else ""
    if not item.evidence:
        return '<p class="wb-none">It names no rollouts.</p>'
    return (examples_html(judged, problems, unfold=1) if judged else "") + note


def history_html(events: Sequence[MemoryEvent]) -> str:
    """Every state an item was in, the newest first; runs of mere use are put together."""
    rows: list[str] = []
    lines = _joined(events)
    for count, event in reversed(lines):
        who = "the run" if event.by == RUN else event.by.replace("person:", "")
        times = f" {count} times" if count > 1 else ""
        what = _what(event)
        rows.append(
            f'<li><b>{escaped(event.event)}</b>{times} <span class="wb-sub">round {event.round}, by '
            f"{escaped(who)}</span>{what}</li>"
        )
    return f'<ul class="wb-said">{"".join(rows[:60])}</ul>'


def _joined(events: Sequence[MemoryEvent]) -> list[tuple[int, MemoryEvent]]:
    """Events with how many of their kind came one after another, where nothing but counts changed."""
    made: list[tuple[int, MemoryEvent]] = []
    for event in events:
        plain = event.event in ("used", "scored")
        if plain and made and made[-1][1].event == event.event:
            made[-1] = (made[-1][0] + 1, event)
        else:
            made.append((1, event))
    return made


def _what(event: MemoryEvent) -> str:
    """What the event made of the item, where it is worth a word."""
    if event.item is None:
        return ""
    if event.event == "retired":
        return f": {escaped(event.item.retired or '')}"
    if event.event in ("written", "edited", "undone"):
        text = event.item.text
        return f": <bdi>{escaped(clean(text[:LONGEST]))}</bdi>"
    return ""


MEMORY_STYLE = """
.wb-item { border-left: 3px solid #0072B2; margin: 6px 0; padding: 4px 12px; font-size: 1.02rem;
  overflow-wrap: anywhere; }
.wb-facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; font-size: 0.9rem; margin: 6px 0; }
.wb-facts dt { opacity: .65; margin: 0; }
.wb-facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.wb-live { color: #009E73; }
"""
