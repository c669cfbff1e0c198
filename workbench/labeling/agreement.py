"""How far annotators agree: Cohen's kappa, Krippendorff's alpha, gold items, and open disagreements.

Only people's readings count: models (`ai:NAME`) are left out unless asked for, and adjudication afterwards always.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from workbench.statistics import Floats, bootstrap
from workbench.store import is_person
from workbench.store.labels import ADJUDICATED
from workbench.types import Estimate, Label, Mark

Units = Sequence[Sequence[Hashable]]
"""The values of each unit, one per reader, without missing ones."""


@dataclass(frozen=True)
class AnnotatorPair:
    """Two annotators on the items that both read."""

    first: str
    second: str
    items: int
    agreed: float
    """Share of the items on which they gave the same mark."""
    kappa: float | None
    """Cohen's kappa; None where both gave one and the same mark throughout, which leaves nothing to correct."""


@dataclass(frozen=True)
class Agreement:
    """How far the readings of all annotators agree."""

    labels: int
    items: int
    doubles: int
    """Items with two readings or more."""
    pairs: tuple[AnnotatorPair, ...]
    alpha: Estimate | None
    """Krippendorff's alpha; None without two different marks among the doubles."""
    models_left_out: int
    """Labels by models that were not counted."""


@dataclass(frozen=True)
class Disagreement:
    """An item on which readings differ."""

    item_id: str
    labels: tuple[Label, ...]
    adjudicated: Label | None
    """What somebody decided since."""


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Return Cohen's kappa of two readers of the same units, in the same order; None where it is undefined."""
    if not first or len(set(first) | set(second)) < 2:
        return None
    # Imported here: it takes a second, and most commands do not need it.
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score([str(v) for v in first], [str(v) for v in second]))


def alpha_interval(units: Units) -> Estimate | None:
    """Return Krippendorff's alpha for nominal values, with a 95 % percentile bootstrap over units.

    Any number of readers, values may be missing. Units with one value, and resamples without variation, are left out.
    None where all values are equal, or none is paired.
    """
    counts = _counts(units)
    value = _alpha(counts) if len(counts) else None
    if value is None:
        return None
    return bootstrap(lambda _, units: _alphas(counts, units), 1, len(counts))


def _counts(units: Units) -> Floats:
    """How often each value stands in each unit that has two values or more: units x values."""
    paired = [list(unit) for unit in units if len(unit) > 1]
    values = sorted({v for unit in paired for v in unit}, key=str)
    rows = [[unit.count(v) for v in values] for unit in paired]
    return np.asarray(rows, dtype=np.float64).reshape(len(paired), len(values))


def _alpha(counts: Floats) -> float | None:
    """1 - observed / expected disagreement, from the coincidences (Krippendorff 2011, section C)."""
    [found] = _alphas(counts, np.ones((1, len(counts))))
    return None if np.isnan(found) else float(found)


def _alphas(counts: Floats, units: Floats) -> Floats:
    """Alpha of units drawn as often as `units` [resamples, units] says; not a number without any variation."""
    readers = counts.sum(axis=1)
    apart = (readers**2 - (counts**2).sum(axis=1)) / (readers - 1)
    total = units @ readers
    expected = total**2 - ((units @ counts) ** 2).sum(axis=1)
    alphas: Floats = 1 - (total - 1) * (units @ apart) / np.where(expected == 0, np.nan, expected)
    return alphas


def agreement_of(labels: Iterable[Label], models_too: bool = False) -> Agreement:
    """Return how far the active labels agree: those of people, or with `models_too` those of models as well."""
    given = list(labels)
    read, everyones = _readings(given, models_too)[0], _readings(given, models_too=True)[0]
    by_item = {key: {label.annotator: label.mark for label in own} for key, own in read.items()}
    units = [list(marks.values()) for marks in by_item.values()]
    annotators = sorted({name for marks in by_item.values() for name in marks})
    pairs = (_pair(a, b, by_item) for a, b in combinations(annotators, 2))
    count = sum(map(len, read.values()))
    return Agreement(
        count,
        len(by_item),
        sum(len(unit) > 1 for unit in units),
        tuple(p for p in pairs if p is not None),
        alpha_interval(units),
        sum(map(len, everyones.values())) - count,
    )


def _readings(labels: Iterable[Label], models_too: bool) -> tuple[dict[str, list[Label]], dict[str, Label]]:
    """Return the readings of each item, and the label of those that somebody adjudicated."""
    by_item: dict[str, list[Label]] = {}
    decided: dict[str, Label] = {}
    for label in labels:
        if label.mark is None:
            continue
        if label.annotator.startswith(ADJUDICATED):
            decided[label.item_id] = label
        elif models_too or is_person(label.annotator):
            by_item.setdefault(label.item_id, []).append(label)
    return by_item, decided


def _pair(a: str, b: str, by_item: Mapping[str, Mapping[str, Mark | None]]) -> AnnotatorPair | None:
    both = [(marks[a], marks[b]) for marks in by_item.values() if a in marks and b in marks]
    if not both:
        return None
    agreed = sum(x is y for x, y in both) / len(both)
    return AnnotatorPair(a, b, len(both), agreed, cohen_kappa([x for x, _ in both], [y for _, y in both]))


def gold_accuracy(labels: Iterable[Label], gold: Mapping[str, Mark]) -> dict[str, tuple[int, int]]:
    """Return for each annotator how many gold items are marked right, and how many are marked.

    A can't tell is not right.
    """
    found: dict[str, tuple[int, int]] = {}
    for label in labels:
        if label.item_id in gold and label.mark is not None:
            right, of = found.get(label.annotator, (0, 0))
            found[label.annotator] = (right + (label.mark is gold[label.item_id]), of + 1)
    return found


def disagreements(labels: Iterable[Label], models_too: bool = False) -> list[Disagreement]:
    """Return items on which readings differ, in the order of their first label; adjudicated ones last."""
    by_item, decided = _readings(labels, models_too)
    apart = [
        Disagreement(key, tuple(given), decided.get(key))
        for key, given in by_item.items()
        if len({label.mark for label in given}) > 1
    ]
    return sorted(apart, key=lambda d: d.adjudicated is not None)


def agreed_marks(labels: Iterable[Label]) -> dict[str, Mark]:
    """Return one mark for each item that people agree on: the adjudicated one, else the one that all gave.

    Items on which they differ and nobody decided are left out.
    """
    by_item, decided = _readings(labels, models_too=False)
    marks = {key: {label.mark for label in given} for key, given in by_item.items()}
    marks |= {key: {label.mark} for key, label in decided.items()}
    return {key: mark for key, given in marks.items() if len(given) == 1 for mark in given if mark is not None}
