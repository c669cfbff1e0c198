"""What refinement brings on labels that had no part in it: steps decided and their precision, by number of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from workbench.errors import BadInput
from workbench.judging.rows import SolutionRow
from workbench.labeling.candidates import item_of
from workbench.labeling.features import GROUPS
from workbench.labeling.judge import Example, Judge, best_fit, can_fit, choose, least_labels, parts, thresholds_to_try
from workbench.labeling.refine import LabelledStep, examples_of, views
from workbench.labeling.reliability import fewest_decisions, share_interval
from workbench.statistics import Floats, bootstrap
from workbench.types import Estimate, Judgement, Knowledge, Mark
from workbench.verification import Verifier

SIZES = (100, 300, 600)
TARGETS = (0.95, 0.90, 0.85)
MOST = 0.9
"""Of the ambiguous steps, those that may be learned from."""
CURVE_SETS: Mapping[str, tuple[str, ...]] = {
    "checkers": ("finding", "place"),
    "text": ("text",),
    "all": GROUPS,
}
"""Feature sets whose curves are shown: what the checkers found, the words alone, and everything."""
CURVE_SHARES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class RefinementCell:
    """One number of labels at one target."""

    labels: int
    """At most; one in ten steps at least is kept outside to measure on, whatever number was asked for."""
    target: float
    draws: int
    certified: float
    """Share of draws in which anything could be decided."""
    decided: Estimate
    """Share of the ambiguous steps outside that are decided; 95 % over problems."""
    precision: Estimate | None
    """Of the decisions; None where there was none."""
    decisions: int
    """All draws together."""


@dataclass(frozen=True)
class OperatingPoint:
    """The most certain share of the steps, by scores of models that had not seen the problem."""

    features: str
    judgement: Judgement
    share: float
    steps: int
    precision: Estimate


@dataclass(frozen=True)
class RefinementReport:
    """Refinement on one set of marks in one mode."""

    mode: Knowledge
    steps: int
    ambiguous: int
    problems: int
    correct_share: float
    """Of the ambiguous steps, those marked correct: what a judge that says so of every step would reach."""
    contradictory: int
    """Steps that were marked in two ways and are left out."""
    cells: tuple[RefinementCell, ...]
    curves: tuple[OperatingPoint, ...]
    least_labels: Mapping[str, int]
    """By target: ambiguous marks below which nothing can be certified."""
    fewest_decisions: Mapping[str, int]


def marked_steps(rows: Iterable[SolutionRow]) -> tuple[list[LabelledStep], int]:
    """The steps up to each solution's first error, each in its context once; and how many were marked in two ways.

    Raises `BadInput` where no row has a mark.
    """
    found: dict[str, LabelledStep] = {}
    marks: dict[str, set[Mark]] = {}
    for row in rows:
        if row.first_error is None:
            continue
        for at in range(len(row.steps) if row.first_error < 0 else row.first_error + 1):
            item = item_of(row.problem, row.steps[: at + 1], "marked")
            mark = Mark.INCORRECT if at == row.first_error else Mark.CORRECT
            marks.setdefault(item.id, set()).add(mark)
            found.setdefault(item.id, LabelledStep(item, row.steps, mark, by_people=False))
    if not found:
        raise BadInput("None of the rows says where its first error is; give `first_error` in each.")
    agreed = [one for key, one in found.items() if len(marks[key]) == 1]
    return agreed, len(found) - len(agreed)


def measure(
    rows: Sequence[SolutionRow],
    mode: Knowledge,
    *,
    sizes: Sequence[int] = SIZES,
    targets: Sequence[float] = TARGETS,
    draws: int = 10,
    seed: int = 0,
    on_step: Callable[[], None] = lambda: None,
    on_draw: Callable[[], None] = lambda: None,
) -> RefinementReport:
    """Refine on drawn labels and measure on all ambiguous steps of the other problems."""
    steps, contradictory = marked_steps(rows)
    examples = examples_of(views(steps, mode, Verifier(), on_step))
    if not can_fit(examples):
        raise BadInput(f"Of {len(steps)} marked steps {len(examples)} are ambiguous in mode {mode.value}: too few.")
    cells: list[RefinementCell] = []
    most = round(MOST * len(examples))
    for size in dict.fromkeys(min(size, most) for size in sizes):
        made = []
        for draw in range(draws):
            made.append(_draw(examples, size, targets, f"{seed}/{size}/{draw}", seed + draw))
            on_draw()
        cells += [_cell(size, target, [one[target] for one in made], seed) for target in targets]
    return RefinementReport(
        mode=mode,
        steps=len(steps),
        ambiguous=len(examples),
        problems=len({e.problem for e in examples}),
        correct_share=sum(e.correct for e in examples) / len(examples),
        contradictory=contradictory,
        cells=tuple(cells),
        curves=tuple(_curves(examples, seed)),
        least_labels={f"{t:g}": least_labels(t) for t in targets},
        fewest_decisions={f"{t:g}": fewest_decisions(t) for t in targets},
    )


Outcome = Sequence[tuple[str, bool | None]]
"""For each step outside: its problem, and whether the decision was right; None where there was none."""


def _draw(
    examples: Sequence[Example], size: int, targets: Sequence[float], draw: str, seed: int
) -> dict[float, Outcome]:
    """Labels of whole problems until there are `size`; what a judge made from them does on all other steps."""
    problems = sorted({e.problem for e in examples})
    Random(draw).shuffle(problems)
    inside: list[Example] = []
    taken: set[str] = set()
    for problem in problems:
        own = [e for e in examples if e.problem == problem]
        if len(inside) + len(own) <= size:
            inside += own
            taken.add(problem)
    outside = [e for e in examples if e.problem not in taken]
    learning, _ = parts(inside, seed)
    if not can_fit(learning):
        return {target: [(e.problem, None) for e in outside] for target in targets}
    fit = best_fit(learning, seed)
    found: dict[float, Outcome] = {}
    for target in targets:
        tried = thresholds_to_try(fit.scores, target)
        thresholds = choose([e.correct for e in learning], fit.scores, tried, target)
        judge = Judge(fit.groups, fit.bias, fit.weights, thresholds)
        found[target] = [(e.problem, _right(judge, e)) for e in outside]
    return found


def _right(judge: Judge, one: Example) -> bool | None:
    threshold = judge.decide(judge.score(one.features))
    return None if threshold is None else (threshold.judgement is Judgement.CORRECT) is one.correct


def _cell(size: int, target: float, outcomes: Sequence[Outcome], seed: int) -> RefinementCell:
    counts: dict[str, list[int]] = {}
    for outcome in outcomes:
        for problem, right in outcome:
            count = counts.setdefault(problem, [0, 0, 0])
            count[0] += 1
            count[1] += right is not None
            count[2] += right is True
    table = np.array([counts[p] for p in sorted(counts)], dtype=float).reshape(-1, 3)
    decisions = int(table[:, 1].sum())
    return RefinementCell(
        labels=size,
        target=target,
        draws=len(outcomes),
        certified=sum(any(r is not None for _, r in one) for one in outcomes) / len(outcomes),
        decided=_ratio(table[:, 1], table[:, 0], seed),
        precision=_ratio(table[:, 2], table[:, 1], seed) if decisions else None,
        decisions=decisions,
    )


def _ratio(top: Floats, bottom: Floats, seed: int, resamples: int = 2000) -> Estimate:
    """A ratio of sums with a 95 % bootstrap over problems."""
    if not bottom.sum():
        raise BadInput("There is nothing to take a share of; give more marked solutions.")

    def ratio(_: Floats, problems: Floats) -> Floats:
        below = problems @ bottom
        return (problems @ top) / np.where(below == 0, np.nan, below)

    return bootstrap(ratio, 1, len(top), seed, resamples)


def _curves(examples: Sequence[Example], seed: int) -> Iterable[OperatingPoint]:
    """Precision of the most certain steps by feature set, cross-fitted over all marks."""
    for name, groups in CURVE_SETS.items():
        fit = best_fit(examples, seed, ((groups, 0.1), (groups, 1.0)))
        order = sorted(zip(fit.scores, (e.correct for e in examples), strict=True))
        for share in CURVE_SHARES:
            n = round(share * len(order))
            low, high = [c for _, c in order[:n]], [c for _, c in order[len(order) - n :]]
            yield OperatingPoint(name, Judgement.CORRECT, share, n, share_interval(sum(high), n))
            yield OperatingPoint(name, Judgement.INCORRECT, share, n, share_interval(n - sum(low), n))
