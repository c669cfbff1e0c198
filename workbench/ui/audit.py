"""What the audit shows: the map of skills and kinds of failure, the table of cells, trends, examples."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from workbench.evaluation.audit import (
    NOT_LOCATED,
    Audit,
    Cell,
    Failure,
    by_kind,
    cells,
    failures_of,
    said_by_memory,
    trends,
)
from workbench.store import Store
from workbench.types import Diagnosis, Judged, MemoryItem, Problem
from workbench.ui.cards import card_style, solution_cards
from workbench.ui.context import Audited, audited
from workbench.ui.curves import curves_figure, health_figure, plain_label, stages_figure
from workbench.ui.palette import GREY, SERIES, themed
from workbench.ui.tables import (
    SORT_SCRIPT,
    TABLE_STYLE,
    Column,
    TableRow,
    escaped,
    figure,
    key_of,
    per_cent,
    share,
    table_html,
    words,
)
from workbench.verification.display import maths_html
from workbench.verification.malrules.catalogue import CATALOGUE

MOST_COLUMNS = 14
"""Kinds in the map; the rest stand in the table."""
MOST_ROWS = 400
"""Cells in the table."""
Key = Callable[[Failure], str]


def kind_words(kind: str) -> str:
    """A malrule or a diagnosis in words: `sign_kept` is `sign kept`."""
    return kind.replace("_", " ")


def kind_sentence(kind: str) -> str:
    """What a kind of failure is, for people who do not know its name."""
    if kind in CATALOGUE:
        return CATALOGUE[kind].misconception
    if kind == NOT_LOCATED:
        return "The final answer is wrong, and no step was found to be."
    sentences = {
        Diagnosis.NOT_EQUIVALENT: "The line does not follow from the one before it; no known malrule explains it.",
        Diagnosis.BUGGY: "A known buggy rule makes the line.",
        Diagnosis.WRONG_RULE: "A true line, but not what its words claim.",
        Diagnosis.ROUNDED: "Rounded where the exact value was due.",
        Diagnosis.UNGROUNDED: "A quantity from nowhere.",
        Diagnosis.OFF_PATH: "Worked out rightly, but the wrong thing to work out.",
    }
    return next((text for diagnosis, text in sentences.items() if diagnosis.value == kind), "")


def summary_html(found: Audit, partial: str = "") -> str:
    """How much was tried and how much of it failed, in a sentence."""
    tried, failed = found.count(), len(found.failures)
    if not tried:
        return '<p class="wb-note">No rollout has been judged yet.</p>'
    right = sum(f.right_answer for f in found.failures)
    lost = sum(f.diagnosis == NOT_LOCATED for f in found.failures)
    named = sum(f.malrule is not None for f in found.failures)
    said = (
        f"<b>{failed:,}</b> of {tried:,} rollouts failed ({per_cent(failed / tried)}): in {named:,} the first wrong "
        f"step is explained by a malrule, in {right:,} the answer is right all the same, and in {lost:,} no step "
        "was found to be wrong."
    )
    return f'<p class="wb-note">{said}{f" {escaped(partial)}" if partial else ""}</p>'


def heatmap_html(found: Audit, key: Key = by_kind, chosen: tuple[str, str] | None = None) -> str:
    """Skills by kinds of failure: the share of a skill's rollouts that first failed so. Each cell can be picked."""
    made = {(c.skill, c.kind): c for c in cells(found, key)}
    counts = Counter(key(f) for f in found.failures)
    kinds = [kind for kind, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_COLUMNS]]
    if not kinds:
        return '<p class="wb-none">Nothing failed.</p>'
    failing = {skill: sum(c.share for c in made.values() if c.skill == skill) for skill in found.skills}
    heads = "".join(
        f'<th scope="col" title="{html.escape(kind_sentence(kind))}"><span>{escaped(kind_words(kind))}</span></th>'
        for kind in kinds
    )
    rows = []
    for skill in sorted(found.skills, key=lambda s: (-failing[s], s)):
        boxes = "".join(_box(made.get((skill, kind)), chosen) for kind in kinds)
        total = f'<td class="wb-figures">{per_cent(failing[skill])}</td>'
        rows.append(f'<tr><th scope="row">{escaped(kind_words(skill))}</th>{total}{boxes}</tr>')
    top = (
        f'<tr><th scope="col">skill</th><th scope="col" class="wb-figures"><span>all failures</span></th>{heads}</tr>'
    )
    return f'<div class="wb-scroll wb-heat"><table><thead>{top}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def _box(cell: Cell | None, chosen: tuple[str, str] | None) -> str:
    if cell is None:
        return '<td class="wb-box">·</td>'
    # The square root, so that rare kinds can still be told from none.
    strength = min(0.9, 0.08 + 0.82 * cell.share**0.5)
    now = ' aria-current="true"' if chosen == (cell.skill, cell.kind) else ""
    said = f"{cell.count} of the rollouts of {kind_words(cell.skill)}: {kind_words(cell.kind)}"
    button = (
        f'<button type="button" data-pick="{html.escape(key_of(cell.skill, cell.kind))}"{now} '
        f'title="{escaped(said)}" aria-label="{escaped(said)}">{per_cent(cell.share)}</button>'
    )
    return f'<td class="wb-box" style="background: rgba(213,94,0,{strength:.2f})">{button}</td>'


CELL_COLUMNS = (
    Column("skill"),
    Column("first error"),
    Column("times", figures=True),
    Column("share", figures=True, hint="of the skill's rollouts"),
    Column("problems", figures=True),
    Column("right answer", figures=True, hint="the final answer was right all the same"),
    Column("first third", figures=True, hint="share in the first third of the rounds"),
    Column("last third", figures=True, hint="share in the last third of the rounds"),
)


def cells_html(found: Audit, key: Key = by_kind, chosen: tuple[str, str] | None = None) -> str:
    """All cells as a table that sorts, the most frequent first."""
    rows = []
    for cell in cells(found, key)[:MOST_ROWS]:
        shown = (words(kind_words(cell.skill)), words(kind_words(cell.kind)), figure(cell.count), share(cell.share))
        more = (figure(cell.problems), figure(cell.right_answers), share(cell.early), share(cell.late))
        picked = chosen == (cell.skill, cell.kind)
        rows.append(TableRow((*shown, *more), key_of(cell.skill, cell.kind), picked))
    return table_html("cells", CELL_COLUMNS, rows, "Nothing failed.")


def trends_figure(found: Audit, key: Key = by_kind) -> go.Figure:
    """The commonest kinds of failure over the rounds, as shares of all rollouts."""
    spans, lines = trends(found, key=key)
    figure = go.Figure()
    dashes = ("solid", "dash", "dot", "dashdot", "longdash", "solid")
    for k, line in enumerate(lines):
        figure.add_scatter(
            x=[f"{a}–{b}" if a != b else str(a) for a, b in spans],
            y=line.shares,
            name=plain_label(kind_words(line.kind)),
            mode="lines+markers",
            line={"color": SERIES[k % len(SERIES)], "width": 2, "dash": dashes[k % len(dashes)]},
            hovertemplate="%{y:.1%}",
        )
    themed(figure)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title_text="of all rollouts")
    figure.update_xaxes(title_text="rounds", type="category")
    legend: dict[str, Any] = {"orientation": "v", "x": 1.02, "y": 1, "font": {"color": GREY}}
    figure.update_layout(height=340, legend=legend, margin={"t": 24, "r": 12})
    return figure


def cell_html(cell: Cell | None, skill: str, kind: str) -> str:
    """The head of an opened cell."""
    if cell is None:
        return '<p class="wb-none">This cell is empty now; pick another.</p>'
    change = ""
    if cell.early is not None and cell.late is not None:
        change = (
            f" From {per_cent(cell.early)} in the first third of the rounds to {per_cent(cell.late)} in the last."
        )
    sentence = kind_sentence(kind)
    return (
        f'<div class="wb-opened"><h3>{escaped(kind_words(skill))} · {escaped(kind_words(kind))}</h3></div>'
        f'<p class="wb-note">{maths_html(sentence)} {cell.count:,} times on {cell.problems:,} problems, '
        f"{per_cent(cell.share)} of the skill's rollouts.{change}</p>"
    )


def memory_html(items: Sequence[MemoryItem], most: int = 12) -> str:
    """What memory says about a cell, live items first."""
    if not items:
        return '<p class="wb-none">Memory says nothing about this.</p>'
    rows = []
    for item in items[:most]:
        gone = f'<span class="wb-gone">retired: {escaped(item.retired)}</span>' if item.retired is not None else ""
        counts = f"used {item.uses}, helped {item.helped}, hurt {item.hurt}"
        rows.append(
            f'<li><span class="wb-level">{escaped(item.level.value)}</span> <bdi>{maths_html(item.text)}</bdi> '
            f'<span class="wb-sub">{counts}</span> {gone}</li>'
        )
    more = f'<p class="wb-note">and {len(items) - most} more</p>' if len(items) > most else ""
    return f'<ul class="wb-said">{"".join(rows)}</ul>{more}'


def examples_html(judged: Sequence[Judged], problems: Mapping[str, Problem], unfold: int = 1) -> str:
    """Rollouts as step cards, each folded under its problem; the first `unfold` are open."""
    if not judged:
        return '<p class="wb-none">No rollout is at hand.</p>'
    return "".join(example_html(j, problems.get(j.rollout.problem_id), i < unfold) for i, j in enumerate(judged))


def example_html(member: Judged, problem: Problem | None, unfolded: bool = False) -> str:
    """One rollout as step cards under its problem's text."""
    rollout = member.rollout
    text = maths_html(problem.text) if problem is not None else f"problem {escaped(rollout.problem_id)}"
    answer = ""
    if problem is not None and problem.answer is not None:
        answer = f' <span class="wb-sub">answer {maths_html(problem.answer)}</span>'
    where = f'<span class="wb-sub">round {rollout.round}, sample {rollout.index}</span>'
    return (
        f'<details class="wb-example"{" open" if unfolded else ""}>'
        f"<summary><bdi>{text}</bdi>{answer} {where}</summary>"
        f"{solution_cards(member.verdict)}</details>"
    )


AUDIT_STYLE = """
.wb-heat table { border-collapse: separate; border-spacing: 2px; font-size: 0.82rem; margin: 0; }
.wb-heat th, .wb-heat td { border: 0; padding: 0 6px; }
.wb-heat thead th { position: sticky; top: 0; z-index: 1; background: var(--block-background-fill, Canvas);
  vertical-align: bottom; font-weight: 550; padding: 6px; text-align: left; }
.wb-heat thead th span { display: inline-block; width: 6.8em; overflow-wrap: anywhere; line-height: 1.2; }
.wb-heat tbody th { text-align: left; font-weight: 550; white-space: nowrap; position: sticky; left: 0;
  background: var(--block-background-fill, Canvas); }
.wb-heat .wb-figures { text-align: right; font-variant-numeric: tabular-nums; }
.wb-heat .wb-box { text-align: center; padding: 0; border-radius: 4px; min-width: 3.6em;
  color: var(--body-text-color, CanvasText); }
.wb-heat .wb-box button { all: unset; display: block; box-sizing: border-box; width: 100%; padding: 4px 6px;
  cursor: pointer; text-align: center; font-variant-numeric: tabular-nums; }
.wb-heat .wb-box button:hover, .wb-heat .wb-box button[aria-current] {
  box-shadow: inset 0 0 0 2px currentColor; border-radius: 4px; }
.wb-opened h3 { font-size: 1.05rem; font-weight: 650; margin: 8px 2px 2px; }
.wb-said { margin: 4px 0; padding-left: 18px; font-size: 0.92rem; list-style: disc; }
.wb-said a, .wb-note a { text-decoration: underline; }
.wb-said li { margin: 3px 0; }
.wb-level { font-size: 0.78rem; font-weight: 600; padding: 1px 7px; border-radius: 9px;
  border: 1px solid rgba(128,128,128,.45); }
.wb-sub { font-size: 0.82rem; opacity: .72; }
.wb-gone { font-size: 0.82rem; opacity: .72; font-style: italic; }
.wb-example { border: 1px solid rgba(128,128,128,.28); border-radius: 8px; padding: 6px 10px; margin: 6px 0; }
.wb-example > summary { cursor: pointer; padding: 2px 0; }
.wb-example .wb-cards { margin-top: 8px; }
"""


# The audit of a run as one self-contained page: nothing is loaded, everything is escaped.


MOST_OPENED = 60
"""Cells whose examples stand on the page, the most frequent ones."""
EXAMPLES = 3
"""Rollouts of each."""

PAGE_STYLE = """
:root { color-scheme: light dark; --block-background-fill: Canvas; --body-text-color: CanvasText; }
body { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; max-width: 1160px;
  margin: 0 auto; padding: 24px 20px 60px; line-height: 1.5; }
h1 { font-size: 1.5rem; margin: 0 0 2px; } h2 { font-size: 1.15rem; margin: 32px 0 8px; }
.wb-cell { border-top: 1px solid rgba(128,128,128,.3); padding: 4px 0 10px; scroll-margin-top: 12px; }
.wb-cell > summary { cursor: pointer; padding: 6px 0; font-weight: 550; }
"""

OPEN_SCRIPT = """
element.addEventListener('click', (event) => {
  const picked = event.target.closest('[data-pick]');
  const cells = [...document.querySelectorAll('[data-cell]')];
  const cell = picked && cells.find((c) => c.dataset.cell === picked.dataset.pick);
  if (cell) { cell.open = true; cell.scrollIntoView({behavior: 'smooth'}); }
});
"""


def audit_page(store: Store, run: str, key: Callable[[Failure], str] = by_kind) -> str:
    """The whole page of a run. Raises `BadInput` for an unknown run."""
    found, rounds, info = audited(store, run), store.rounds(run), store.run_info(run)
    name = escaped(run)
    drawn = {"curves": curves_figure({run: rounds}), "trends": trends_figure(found.audit, key)}
    drawn |= {"health": health_figure({run: rounds}), "stages": stages_figure(rounds)}
    figures = {part: _figure(made) for part, made in drawn.items()}
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Audit of {name}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{PAGE_STYLE}{TABLE_STYLE}{AUDIT_STYLE}{card_style(tag=False)}</style>"
        f"<script>{get_plotlyjs()}</script></head><body>"
        f'<h1>Audit of {name}</h1><p class="wb-note">{escaped(info.status)}, begun {escaped(info.created[:16])} UTC, '
        f"{len(rounds):,} rounds</p>{summary_html(found.audit, found.note)}"
        f"<h2>First errors by skill</h2>{heatmap_html(found.audit, key)}"
        f"<h2>All cells</h2>{cells_html(found.audit, key)}"
        f"<h2>The commonest first errors over the rounds</h2>{figures['trends']}"
        f"<h2>Examples</h2>{_opened_cells(store, run, found, key)}"
        f"<h2>Curves</h2>{figures['curves']}<h2>Health and time</h2>{figures['health']}{figures['stages']}"
        f"<script>const element = document.body;{SORT_SCRIPT}{OPEN_SCRIPT}</script></body></html>\n"
    )


def _figure(made: go.Figure) -> str:
    """A figure as a piece of the page, drawn by the one copy of plotly in its head."""
    html: str = made.to_html(include_plotlyjs=False, full_html=False, config={"displaylogo": False})
    return html


def _opened_cells(store: Store, run: str, found: Audited, key: Callable[[Failure], str]) -> str:
    """The commonest cells with what memory says about each, and examples."""
    memory, pieces = store.memory(run), []
    for cell in cells(found.audit, key)[:MOST_OPENED]:
        members = failures_of(found.audit, cell.skill, cell.kind, key)
        said = said_by_memory(memory, members, cell.skill, cell.kind)
        judged = store.judged_of(run, cell.examples[:EXAMPLES])
        head = f"{escaped(cell.skill)} · {escaped(cell.kind)} ({cell.count:,})"
        pieces.append(
            f'<details class="wb-cell" data-cell="{escaped(key_of(cell.skill, cell.kind))}">'
            f"<summary>{head}</summary>"
            f"{cell_html(cell, cell.skill, cell.kind)}{examples_html(judged, found.problems, unfold=0)}"
            f'<p class="wb-note">What memory says about it:</p>{memory_html(said, most=5)}</details>'
        )
    return "".join(pieces)
