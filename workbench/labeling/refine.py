"""From labels to a new verifier version.

A verdict on a step may depend on how its solution ends, so each labelled step is verified in its whole solution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.domains import domain_of
from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl
from workbench.judging.rows import permitted
from workbench.labeling.agreement import agreed_marks
from workbench.labeling.candidates import CheckerReport, item_id, run_checkers
from workbench.labeling.exchange import EXAMPLE
from workbench.labeling.features import View, features
from workbench.labeling.judge import Example, Judge, JudgeFit, make_judge
from workbench.labeling.overruled import MarkedProof, overruled
from workbench.labeling.reliability import is_ambiguous, reliabilities
from workbench.labeling.versions import Version
from workbench.store import Store, is_person
from workbench.store.labels import AI
from workbench.types import Knowledge, Label, LabelItem, Mark, StepVerdict
from workbench.verification import Verifier

Lines = tuple[str, ...]


def whole_in_store(store: Store, items: Iterable[LabelItem]) -> dict[str, Lines]:
    """Return the solutions of items whose rollout the store has, by item."""
    found: dict[str, Lines] = {}
    by_run: dict[str, list[LabelItem]] = {}
    runs = set(store.runs.names())
    for item in items:
        if item.rollout_id is not None and item.source in runs:
            by_run.setdefault(item.source, []).append(item)
    for run, own in by_run.items():
        texts = {r.id: r.text for r in store.verdicts.rollouts(run)}
        for item in own:
            lines = tuple(step.text for step in domain_of(item.problem).split(texts.get(item.rollout_id or "", "")))
            if lines[: len(item.lines)] == item.lines:
                found[item.id] = lines
    return found


def whole_in_file(path: Path) -> dict[str, Lines]:
    """Return the whole solutions in a file of labels, by item: `steps`, or PRM800K's `pre_generated_steps`.

    Raise `BadInput` for lines that are no JSON objects; other mistakes in a row are not checked here.
    """
    found: dict[str, Lines] = {}
    for text, lines in read_jsonl(path, lambda line: _solution(json_object(line, EXAMPLE))):
        found |= {key: lines for key in ids_along(text, lines) if len(lines) > len(found.get(key, ()))}
    return found


def ids_along(problem: str, lines: Lines) -> Iterator[str]:
    """Return the item ids of a solution's steps, first to last."""
    for end in range(1, len(lines) + 1):
        yield item_id(problem, lines[:end])


def _solution(row: dict[str, Any]) -> tuple[str, Lines]:
    question = row.get("question")
    holder = question if isinstance(question, dict) else row
    steps = holder.get("pre_generated_steps") or holder.get("steps") or []
    lines = tuple(s for s in steps if isinstance(s, str)) if isinstance(steps, list) else ()
    return str(holder.get("problem", "")), lines


TARGET = 0.95
MODES = (Knowledge.FREE, Knowledge.ANSWER, Knowledge.REFERENCE)


@dataclass(frozen=True)
class LabelledStep:
    """One step with its agreed mark."""

    item: LabelItem
    lines: tuple[str, ...]
    """The whole solution where it is known, else the lines up to the step."""
    mark: Mark
    malrule: str | None = None
    by_people: bool = True
    readers: int = 1
    """How many people gave the mark; two where somebody settled it."""

    @property
    def at(self) -> int:
        return len(self.item.lines) - 1


def marked(
    items: Iterable[LabelItem], labels: Sequence[Label], whole: Mapping[str, tuple[str, ...]] | None = None
) -> list[LabelledStep]:
    """Return the steps with one agreed mark, without `can't tell` and disagreements.

    People's marks count first; a model's reading counts where no person marked the step and the models that
    did agree. `whole`: the lines of the whole solution, by item.
    """
    people = agreed_marks(labels)
    touched = {label.item_id for label in labels if not label.annotator.casefold().startswith(AI)}
    models: dict[str, set[Mark]] = {}
    for label in labels:
        if label.mark is not None and label.item_id not in touched:
            models.setdefault(label.item_id, set()).add(label.mark)
    marks = {key: next(iter(given)) for key, given in models.items() if len(given) == 1} | people
    readers = _readers(labels, people)
    named = {label.item_id: label.malrule for label in labels if label.malrule}
    lines = whole or {}
    return [
        LabelledStep(i, lines.get(i.id, i.lines), marks[i.id], named.get(i.id), i.id in people, readers[i.id])
        for i in items
        if i.id in marks and marks[i.id] is not Mark.CANT_TELL
    ]


def _readers(labels: Sequence[Label], marks: Mapping[str, Mark]) -> Counter[str]:
    """How many people gave each item's agreed mark; two where somebody settled it."""
    found: Counter[str] = Counter()
    for label in labels:
        if label.mark is marks.get(label.item_id) and not label.annotator.casefold().startswith(AI):
            found[label.item_id] += 1 if is_person(label.annotator) else 2
    return found


def steps_in_store(store: Store) -> list[LabelledStep]:
    """Return the marked steps of a store's labels."""
    labels = store.labels.active()
    items = store.labels.items({label.item_id for label in labels})
    return marked(items, labels, whole_in_store(store, items))


def refine(
    steps: Sequence[LabelledStep],
    target: float = TARGET,
    verifier: Verifier | None = None,
    *,
    seed: int = 0,
    modes: Sequence[Knowledge] = MODES,
    on_step: Callable[[], None] = lambda: None,
) -> Version:
    """Make a new version from marked steps; `on_step` is called once for each mode of each step.

    Raise `BadInput` without any marked step, or for a target outside 0.5 to 1.
    """
    if not 0.5 <= target < 1:
        raise BadInput(f"The target is {target:g}; give a precision of at least 0.5 and below 1, such as 0.95.")
    if not steps:
        raise BadInput("There are no labels to learn from; label steps in the app, or import some.")
    base = verifier or Verifier()
    seen: set[tuple[str, object]] = set()
    labelled: list[tuple[StepVerdict, Mark, str | None]] = []
    proofs: list[MarkedProof] = []
    judges: dict[Knowledge, Judge] = {}
    trials: dict[Knowledge, JudgeFit] = {}
    for mode in modes:
        found = list(views(steps, mode, base, on_step))
        for one, view in found:
            if one.by_people:
                proofs.append(MarkedProof(one.item.id, view.step, one.mark, one.readers))
            key = (one.item.id, (view.step.checker, view.step.diagnosis, view.step.judgement, view.step.malrule))
            if key not in seen:
                seen.add(key)
                labelled.append((view.step, one.mark, one.malrule))
        judge, trials[mode] = make_judge(examples_of(found), target, seed)
        if judge is not None:
            judges[mode] = judge
    people = sum(one.by_people for one in steps)
    return Version(
        base=base.version,
        target=target,
        rules=reliabilities(labelled),
        judges=judges,
        overruled=overruled(proofs),
        trials=trials,
        labels={"people": people, "models": len(steps) - people},
        seed=seed,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def views(
    steps: Sequence[LabelledStep], mode: Knowledge, verifier: Verifier, on_step: Callable[[], None] = lambda: None
) -> Iterable[tuple[LabelledStep, View]]:
    """Yield each marked step as the judge may see it in a mode, if its problem has what the mode needs."""
    reports: dict[tuple[str, tuple[str, ...]], CheckerReport] = {}
    for one in steps:
        on_step()
        problem = one.item.problem
        needed = {Knowledge.FREE: True, Knowledge.ANSWER: problem.answer, Knowledge.REFERENCE: problem.solution}[mode]
        if not needed:
            continue
        known = permitted(problem, mode)
        key = (problem.text, one.lines)
        if key not in reports:
            reports[key] = run_checkers(known, one.lines, verifier, mode)
        yield one, View(known, one.lines, one.at, reports[key])


def examples_of(found: Iterable[tuple[LabelledStep, View]]) -> list[Example]:
    """Return what a judge learns from: the ambiguous steps."""
    return [
        Example(features(view), one.mark is Mark.CORRECT, view.problem.text)
        for one, view in found
        if is_ambiguous(view.step, view.findings)
    ]
