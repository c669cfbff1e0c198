"""The keyboard of the Label tab: a small script in the page itself."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from workbench.labeling.agreement import Agreement, Disagreement
from workbench.labeling.candidates import CheckerReport
from workbench.types import LabelItem, Mark
from workbench.ui.cards import cards_block, step_card
from workbench.ui.maths import clean, maths_html
from workbench.ui.palette import GREEN, GREY, LOOKS, VERMILION
from workbench.verification.lines.findings import Finding

BUTTONS = {
    "1": "label-correct",
    "2": "label-incorrect",
    "3": "label-cant-tell",
    "s": "label-skip",
    "u": "label-undo",
}

_TABLE = ", ".join(f"'{key}': '{button}'" for key, button in BUTTONS.items())

LISTEN = (
    """
if (!window.workbenchLabelKeys) {
  window.workbenchLabelKeys = true;
  const buttons = {"""
    + _TABLE
    + """};
  const sheet = () => document.getElementById('label-sheet');
  const shown = (id) => {
    const found = document.getElementById(id);
    return found && found.offsetParent !== null && !found.disabled ? found : null;
  };
  document.addEventListener('keydown', (event) => {
    const fields = 'textarea, select, [contenteditable="true"], input:not([type=radio]):not([type=checkbox])';
    const typing = event.target.closest && event.target.closest(fields);
    if (typing) {
      if (event.key === 'Escape' && shown('label-correct')) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !shown('label-correct')) return;
    if (event.key === '?') {
      event.preventDefault();
      sheet().hidden = !sheet().hidden;
    } else if (event.key === 'Escape') {
      sheet().hidden = true;
    } else if (Object.hasOwn(buttons, event.key)) {
      const button = shown(buttons[event.key]);
      if (button) {
        event.preventDefault();
        button.click();
      }
    }
  });
}
"""
)
"""Keys press the buttons, so that both do the same. Not while typing, and only while the tab is seen."""

TOGGLE_SHEET = "() => { const sheet = document.getElementById('label-sheet'); sheet.hidden = !sheet.hidden; }"

SHOWN_ITEM = "(_, ...rest) => [document.querySelector('#label-task [data-item]')?.dataset.item ?? '', ...rest]"
"""Sends the id of the item that the person sees: a key pressed twice never marks the item behind it."""

_KEPT = "'workbench-annotator'"
KEEP_NAME = f"(name, ...rest) => {{ localStorage.setItem({_KEPT}, name ?? ''); return [name, ...rest]; }}"
FORGET_NAME = f"(name) => {{ localStorage.removeItem({_KEPT}); return [name]; }}"
KEPT_NAME = f"(_, ...rest) => [localStorage.getItem({_KEPT}) ?? '', ...rest]"
"""The name lies in the browser's own store, read at the opening of the page. A `gr.BrowserState` in a tab that is
not open yet has not read its value by then."""

SHOWN_SETTLE = SHOWN_ITEM.replace("#label-task", "#label-settle")


# What the Label tab shows, as HTML made from records: the item, the guidelines, the keys, what checkers say.


SIGNS = {Mark.CORRECT: ("✓", GREEN), Mark.INCORRECT: ("✗", VERMILION), Mark.CANT_TELL: ("?", GREY)}
KEYS = (
    ("1", "correct"),
    ("2", "incorrect"),
    ("3", "can't tell"),
    ("s", "skip: somebody else gets it, or you later"),
    ("u", "undo your last label; again for the one before"),
    ("?", "show or hide this sheet"),
    ("Esc", "leave a field, so that the keys work again"),
)

STYLE = f"""<style>
.lb-task {{ border: 1px solid var(--border-color-primary); border-radius: 10px; padding: 16px 20px 20px;
  background: var(--block-background-fill); min-height: 210px; overflow-wrap: anywhere; }}
.lb-small {{ font-size: .8rem; color: var(--body-text-color-subdued); letter-spacing: .01em; }}
.lb-problem {{ font-size: 1.05rem; margin: 2px 0 14px; line-height: 1.5; }}
.lb-before {{ list-style: none; margin: 2px 0 10px; padding: 0 0 0 14px; max-height: 15em; overflow-y: auto;
  border-left: 2px solid var(--border-color-primary); }}
.lb-before li {{ padding: 3px 0; opacity: .8; }}
.lb-step {{ border-left: 4px solid #0072B2; background: rgba(0,114,178,.08); border-radius: 6px;
  padding: 12px 16px; font-size: 1.25rem; line-height: 1.5; margin-top: 2px; max-height: 14em; overflow-y: auto; }}
.lb-task details {{ margin-top: 14px; font-size: .9rem; }}
.lb-task summary {{ cursor: pointer; color: var(--body-text-color-subdued); }}
.lb-status {{ min-height: 26px; padding: 2px; font-size: .9rem; }}
.lb-status b {{ font-weight: 600; }}
.lb-bad {{ color: {VERMILION}; }}
.lb-progress {{ font-size: .92rem; line-height: 1.7; }}
.lb-progress progress {{ width: 100%; height: 8px; appearance: none; border: 0; border-radius: 4px; overflow: hidden;
  background: var(--border-color-primary); }}
.lb-progress progress::-webkit-progress-bar {{ background: var(--border-color-primary); }}
.lb-progress progress::-webkit-progress-value {{ background: #0072B2; }}
.lb-progress progress::-moz-progress-bar {{ background: #0072B2; }}
.prose .lb-table, .lb-table {{ border: 0 !important; border-collapse: collapse; font-size: .9rem; width: 100%; }}
.lb-table tr {{ border: 0 !important; background: none !important; }}
.lb-table th, .lb-table td {{ border: 0 !important; text-align: left; padding: 5px 14px 5px 0 !important; }}
.lb-table th {{ font-weight: 600; white-space: nowrap; color: var(--body-text-color-subdued); }}
.lb-table td {{ border-top: 1px solid var(--border-color-primary) !important; vertical-align: top;
  overflow-wrap: anywhere; }}
.lb-keys tr:first-child td {{ border-top: 0 !important; }}
.lb-keys kbd {{ border: 1px solid var(--border-color-primary); border-bottom-width: 2px; border-radius: 5px;
  padding: 1px 8px; font-size: .85rem; background: var(--background-fill-secondary); white-space: nowrap; }}
.lb-sheet {{ position: fixed; z-index: 50; right: 28px; bottom: 28px; width: 340px; max-width: 92vw;
  padding: 16px 18px; border-radius: 10px; border: 1px solid var(--border-color-primary);
  background: var(--block-background-fill); box-shadow: 0 8px 30px rgba(0,0,0,.22); }}
.lb-sheet[hidden] {{ display: none; }}
.lb-guide {{ line-height: 1.55; font-size: .95rem; max-width: 78ch; }}
.lb-guide code {{ white-space: normal; overflow-wrap: anywhere; }}
.lb-guide h4 {{ margin: 12px 0 4px; }}
#label-keys {{ position: absolute; width: 0; height: 0; padding: 0; }}
#label-correct, #label-incorrect, #label-cant-tell {{ font-weight: 600; min-height: 48px; padding: 4px 8px; }}
#label-correct {{ border: 2px solid {GREEN}; }}
#label-incorrect {{ border: 2px solid {VERMILION}; }}
#label-cant-tell {{ border: 2px solid {GREY}; }}
</style>"""

GUIDELINES = """<div class="lb-guide">
<p>Judge <b>this step alone</b>, in its place: given the problem and the lines before it, is what it says right?</p>
<h4>1 Correct</h4>
<p>What it states is true, and it may stand here. A true calculation that could still lead to the answer is correct,
also if it is a detour or no progress. A step that follows rightly from an earlier wrong line is correct on its own:
the mistake is the earlier one's.</p>
<p><code>3x + 5 = 20</code>, then <code>3x = 20 − 5</code>: correct.<br>
<code>3x + 5 = 20</code>, <code>3x = 25</code>, then <code>x = 25/3</code>: the last line is correct.</p>
<h4>2 Incorrect</h4>
<p>It states something false, does not follow, works out the wrong thing for this problem, takes a number from
nowhere, or rounds where the exact value was due.</p>
<p><code>3x + 5 = 20</code>, then <code>3x = 20 + 5</code>: incorrect.<br>
“4 books cost 20 dollars. What do 3 cost?”, <code>20 / 4 = 5</code>, then <code>20 × 3 = 60</code>: incorrect. The
sum is right, but nothing in the story costs 20 dollars each.</p>
<h4>3 Can't tell</h4>
<p>The line cannot be read, or two careful people could read it differently. It is better to say so than to guess:
nothing is trained on it.</p>
<h4>If you like, before you press</h4>
<p>A reason in a few words; the malrule, if you know the mistake; and the step as it should have been, in the same
form and no further than one move.</p></div>"""


def task_html(item: LabelItem) -> str:
    """One step in its context. Carries the item's id, which is sent with the key that is pressed."""
    before = "".join(f"<li>{maths_html(line)}</li>" for line in item.lines[:-1])
    earlier = f'<div class="lb-small">Steps before it</div><ol class="lb-before">{before}</ol>' if before else ""
    answer = item.problem.answer
    known = f"<details><summary>Show the answer</summary>{maths_html(answer)}</details>" if answer else ""
    return (
        f'<section class="lb-task" data-item="{html.escape(item.id)}">'
        f'<div class="lb-small">Problem</div><div class="lb-problem">{maths_html(item.problem.text)}</div>'
        f'{earlier}<div class="lb-small">Step {len(item.lines)}: is this line right?</div>'
        f'<div class="lb-step">{maths_html(item.step)}</div>{known}</section>'
    )


def empty_html(skipped: int, size: int) -> str:
    """What stands in the item's place where none is left, and what to do about it."""
    if skipped:
        said = (
            f"Nothing is left but the {skipped} that you skipped. Press <b>Bring back what I skipped</b> below, "
            "or fill the queue."
        )
    elif size:
        said = (
            "You have labelled all that waits for you. Others may hold some items for up to ten minutes. "
            "Fill the queue from a run below, or settle what people disagree on."
        )
    else:
        said = "The queue is empty. Open <b>Fill the queue</b> below and choose a run, or dispute a step in Solve."
    return f'<section class="lb-task" data-item=""><p>{said}</p></section>'


def waiting_html() -> str:
    """What stands there before somebody has given a name."""
    return '<section class="lb-task" data-item=""><p>Give your name above, and press Start.</p></section>'


def status_html(text: str, bad: bool = False) -> str:
    """One line on what just happened."""
    kind = "lb-status lb-bad" if bad else "lb-status"
    return f'<div class="{kind}" role="status" aria-live="polite">{html.escape(clean(text))}</div>'


def saved_text(mark: Mark, step: str) -> str:
    """What is said after a label's commit."""
    short = step if len(step) <= 60 else f"{step[:57]}..."
    return f"Saved: {SIGNS[mark][0]} {mark.value} for “{short}”."


def progress_html(annotator: str, done: int, waiting: int) -> str:
    """How far a person is."""
    whole = max(1, done + waiting)
    return (
        f'<div class="lb-progress"><div>Labelling as <b>{html.escape(clean(annotator))}</b></div>'
        f'<progress max="{whole}" value="{done}" aria-label="labelled"></progress>'
        f"<div><b>{done}</b> labelled, <b>{waiting}</b> waiting</div></div>"
    )


def keys_html() -> str:
    """The key sheet, hidden until it is asked for."""
    rows = "".join(f"<tr><td><kbd>{key}</kbd></td><td>{what}</td></tr>" for key, what in KEYS)
    return (
        '<div class="lb-sheet lb-keys" id="label-sheet" role="dialog" aria-label="Keys" hidden>'
        f'<b>Keys</b><table class="lb-table">{rows}</table></div>'
    )


def said_html(heard: CheckerReport, item: LabelItem) -> str:
    """What the verifier says of the item's step, and what each checker found."""
    # The verifier cuts lines by its own rules; an item from elsewhere may hold a line that it cuts in two.
    if len(heard.verdict.steps) != len(item.lines):
        return "<p>The verifier cuts these lines otherwise, and says nothing of this step alone.</p>"
    verdict = heard.verdict.steps[-1]
    rows = "".join(_finding_row(finding) for finding in heard.findings[-1])
    found = (
        f'<table class="lb-table"><tr><th>checker</th><th>says</th><th>why</th></tr>{rows}</table>'
        if rows
        else "<p>No checker had anything to say.</p>"
    )
    return cards_block([step_card(verdict, item.step, len(item.lines))]) + found


def _finding_row(finding: Finding) -> str:
    look = LOOKS[finding.judgement]
    why = finding.reason or "; ".join(fact.text for fact in finding.evidence)
    return (
        f"<tr><td>{html.escape(finding.checker)}</td><td>{look.sign} {look.word}</td>"
        f"<td>{html.escape(clean(why))}</td></tr>"
    )


def disagreement_html(found: Disagreement, item: LabelItem, left: int) -> str:
    """One item on which people differ, with what each said."""
    rows = "".join(
        f"<tr><td>{html.escape(clean(label.annotator))}</td>"
        f"<td>{SIGNS[label.mark][0]} {label.mark.value}</td>"
        f"<td>{html.escape(clean(label.reason))}</td>"
        f"<td>{html.escape(clean(label.corrected or ''))}</td></tr>"
        for label in found.labels
        if label.mark is not None
    )
    return (
        f'<p class="lb-small">{left} to settle</p>{task_html(item)}'
        '<table class="lb-table"><tr><th>who</th><th>said</th><th>why</th><th>corrected step</th></tr>'
        f"{rows}</table>"
    )


def agreement_html(found: Agreement, gold: Mapping[str, tuple[int, int]], to_adjudicate: int) -> str:
    """How far people agree, by pair and together, and how they read gold items."""
    head = f"<p>{found.labels} labels by people on {found.items} items; {found.doubles} read by two or more.</p>"
    if found.alpha is None:
        alpha = (
            "<p>Krippendorff's alpha needs items that two people have read, and two different marks among them. "
            "A share of every queue is meant for two.</p>"
        )
    else:
        a = found.alpha
        figure = f"<b>{a.value:.2f}</b> [{a.low:.2f}, {a.high:.2f}]"
        alpha = f"<p>Krippendorff's alpha {figure}; 1 is perfect, 0 is chance.</p>"
    pairs = [
        (p.first, p.second, str(p.items), f"{100 * p.agreed:.0f} %", "–" if p.kappa is None else f"{p.kappa:.2f}")
        for p in found.pairs
    ]
    golds = [(name, f"{right} of {of}") for name, (right, of) in sorted(gold.items())]
    settle = f"<p>{to_adjudicate} to settle.</p>" if to_adjudicate else ""
    return (
        head
        + alpha
        + _table(("first", "second", "items", "same mark", "Cohen's kappa"), pairs)
        + _table(("gold items", "right"), golds)
        + settle
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(clean(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="lb-table"><tr>{top}</tr>{body}</table>'
