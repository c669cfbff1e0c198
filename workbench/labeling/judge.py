"""The learned judge: a logistic score over named features, and the thresholds beyond which it may decide.

Applied without any library: a judge is a table of weights that a JSON file holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from workbench.labeling.features import GROUPS, Features
from workbench.labeling.reliability import RISK, fewest_decisions, lower_bound, share_interval
from workbench.types import Estimate, Judgement


@dataclass(frozen=True)
class Threshold:
    """A score beyond which the judge may decide, and what the labels prove of its decisions there."""

    judgement: Judgement
    """`correct` for scores of at least `score`, `incorrect` for those of at most it."""
    score: float
    decided: int
    """Labelled steps beyond it, judged by a judge that had not seen them."""
    right: int
    bound: float
    """Lower bound of the precision, corrected for the thresholds tried."""


@dataclass(frozen=True)
class Judge:
    """A score for steps that the symbolic checkers leave open."""

    groups: tuple[str, ...]
    """The kinds of features that it reads."""
    bias: float
    weights: Mapping[str, float]
    thresholds: tuple[Threshold, ...] = ()
    """At most one for each judgement; none where nothing could be certified."""

    def score(self, features: Features) -> float:
        """Return how likely a person finds the step correct, 0 to 1."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def decide(self, score: float) -> Threshold | None:
        """Return the threshold that a score is beyond; None where the step stays as it is."""
        return next((t for t in self.thresholds if _reaches(score, t.judgement, t.score)), None)


def _reaches(score: float, judgement: Judgement, threshold: float) -> bool:
    return score >= threshold if judgement is Judgement.CORRECT else score <= threshold


@dataclass(frozen=True)
class CalibrationBin:
    """One bin of a reliability diagram."""

    expected: float
    """Mean score."""
    found: Estimate
    """Share that people found correct."""
    count: int


@dataclass(frozen=True)
class Measured:
    """How a judge does on held-out ambiguous steps."""

    steps: int
    decided: int
    right: int
    share: Estimate
    precision: Estimate
    bins: tuple[CalibrationBin, ...] = ()


@dataclass(frozen=True)
class JudgeFit:
    """How a judge was made, and how it was measured."""

    labels: int
    """Ambiguous steps with a mark, all parts together."""
    problems: int
    tried: int
    """The number of thresholds tried; the bound is corrected for it."""
    fewest: int
    """Decisions, all of them right, that certify the target at that many thresholds."""
    note: str
    """In a sentence: what the judge may decide, or why it may not."""
    report: Measured
    """On the report part."""


# How a judge is made: cross-fitted scores, thresholds that the labels can prove, and a part to report on.

REPORT_SHARE = 0.25
"""The share of problems that the report is measured on. They play no part in the judge or its thresholds."""
FOLDS = 5
Choice = tuple[tuple[str, ...], float]
"""Kinds of features, and the inverse strength of the ridge penalty."""
_PLAIN = GROUPS[:-1]
CHOICES: tuple[Choice, ...] = ((_PLAIN, 0.1), (_PLAIN, 1.0), (GROUPS, 0.1))
"""Without and with the hashed n-grams; the cross-fitted loss chooses."""
WIDTHS = (1.0, 1.5, 2.25, 3.5)
"""Decisions at the thresholds of each side, in multiples of the fewest that could certify the target."""
SLACK = 0.05
"""A threshold is tried only where the judge itself expects a precision this close to the target."""
BINS = 8


@dataclass(frozen=True)
class Example:
    """One ambiguous step with a person's mark."""

    features: Features
    correct: bool
    problem: str
    """Its text, by which examples are split."""


@dataclass(frozen=True)
class Fit:
    """A linear score with its cross-fitted values."""

    groups: tuple[str, ...]
    bias: float
    weights: Mapping[str, float]
    scores: tuple[float, ...]
    """One for each example, by the model that was fitted without its problem."""
    loss: float
    """Mean log loss of these scores."""


def kept(found: Features, groups: Iterable[str]) -> Features:
    """Return the features of some groups."""
    wanted = frozenset(groups)
    return {name: value for name, value in found.items() if name.partition(":")[0] in wanted}


def make_judge(examples: Sequence[Example], target: float, seed: int = 0) -> tuple[Judge | None, JudgeFit]:
    """Make a judge from marked ambiguous steps, with thresholds that reach the target or without any.

    None where there is nothing to learn from: too few problems, or marks of one kind only.
    """
    learning, report = parts(examples, seed)
    if not can_fit(learning):
        return None, _trial(examples, report, None, 0, target)
    fit = best_fit(learning, seed)
    tried = thresholds_to_try(fit.scores, target)
    chosen = choose([e.correct for e in learning], fit.scores, tried, target)
    judge = Judge(fit.groups, fit.bias, fit.weights, chosen)
    return judge, _trial(examples, report, judge, len(tried), target)


def parts(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Return the examples to learn from and those to report on, split by problem."""
    problems = sorted({e.problem for e in examples})
    Random(f"report/{seed}").shuffle(problems)
    held_out = frozenset(problems[: round(REPORT_SHARE * len(problems))])
    return [e for e in examples if e.problem not in held_out], [e for e in examples if e.problem in held_out]


def can_fit(examples: Sequence[Example]) -> bool:
    """Return whether every fold can have both kinds of marks to learn from."""
    kinds = [{e.problem for e in examples if e.correct is kind} for kind in (True, False)]
    return min(len(kind) for kind in kinds) >= FOLDS


def best_fit(examples: Sequence[Example], seed: int, choices: Sequence[Choice] = CHOICES) -> Fit:
    """Return the cross-fitted score with the least loss among kinds of features and strengths of the penalty."""
    fits = [cross_fit(examples, groups, strength, seed) for groups, strength in choices]
    return min(fits, key=lambda fit: fit.loss)


def cross_fit(examples: Sequence[Example], groups: tuple[str, ...], strength: float, seed: int) -> Fit:
    """Return a score of some features, with each example scored by a model that had not seen its problem."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.preprocessing import MaxAbsScaler

    table = DictVectorizer()
    scaler = MaxAbsScaler()
    # The scale of a feature says nothing about the marks, so it may come from all examples.
    rows = scaler.fit_transform(table.fit_transform([kept(e.features, groups) for e in examples]))
    marks = np.array([e.correct for e in examples], dtype=int)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    scores, models = np.zeros(len(examples)), []
    for inside, outside in folds.split(rows, marks, [e.problem for e in examples]):
        model: Any = LogisticRegression(C=strength, max_iter=1000)
        model.fit(rows[inside], marks[inside])
        scores[outside] = model.predict_proba(rows[outside])[:, 1]
        models.append(model)
    weights = np.mean([m.coef_[0] for m in models], axis=0) / scaler.scale_
    named = {name: round(float(w), 8) for name, w in zip(table.feature_names_, weights, strict=True) if w}
    bias = float(np.mean([m.intercept_[0] for m in models]))
    loss = -float(np.mean([math.log(max(s if c else 1 - s, 1e-9)) for s, c in zip(scores, marks, strict=True)]))
    return Fit(groups, round(bias, 8), named, tuple(float(s) for s in scores), loss)


def thresholds_to_try(scores: Sequence[float], target: float) -> list[tuple[Judgement, float]]:
    """Return the thresholds to try, chosen without looking at the marks.

    They are few, since the bound is corrected for their number. A threshold that could not be certified at that
    number even if every decision were right is not tried.
    """
    fewest = fewest_decisions(target, RISK / 2)
    found = []
    for judgement in (Judgement.CORRECT, Judgement.INCORRECT):
        best = judgement is Judgement.CORRECT
        order = sorted(scores, reverse=best)
        for count in (round(width * fewest) for width in WIDTHS):
            beyond = [s if best else 1 - s for s in order[:count]]
            if count <= len(order) and sum(beyond) / count >= target - SLACK:
                found.append((count, judgement, order[count - 1]))
    found.sort(key=lambda one: -one[0])
    while found and found[-1][0] < fewest_decisions(target, RISK / len(found)):
        found.pop()
    return [(judgement, score) for _, judgement, score in found]


def choose(
    correct: Sequence[bool], scores: Sequence[float], tried: Sequence[tuple[Judgement, float]], target: float
) -> tuple[Threshold, ...]:
    """Return for each judgement the widest threshold whose corrected bound reaches the target, if there is one."""
    chosen: dict[Judgement, Threshold] = {}
    for judgement, score in tried:
        positive = judgement is Judgement.CORRECT
        beyond = [c is positive for c, s in zip(correct, scores, strict=True) if _reaches(s, judgement, score)]
        bound = lower_bound(sum(beyond), len(beyond), RISK / len(tried))
        known = chosen.get(judgement)
        if bound >= target and (known is None or known.decided < len(beyond)):
            chosen[judgement] = Threshold(judgement, score, len(beyond), sum(beyond), bound)
    return tuple(chosen.values())


def measured(judge: Judge | None, examples: Sequence[Example]) -> Measured:
    """Measure a judge on examples that it was not made from."""
    scored = [(judge.score(e.features), e.correct) for e in examples] if judge is not None else []
    taken = [(judge.decide(score), correct) for score, correct in scored] if judge is not None else []
    hits = [(t.judgement is Judgement.CORRECT) is correct for t, correct in taken if t is not None]
    n, decided, right = len(examples), len(hits), sum(hits)
    return Measured(n, decided, right, share_interval(decided, n), share_interval(right, decided), _bins(scored))


def _bins(scored: Sequence[tuple[float, bool]]) -> tuple[CalibrationBin, ...]:
    """Return a reliability diagram whose bins hold equally many steps."""
    pairs = sorted(scored)
    size = max(1, -(-len(pairs) // BINS))
    cut = [pairs[i : i + size] for i in range(0, len(pairs), size)]
    return tuple(
        CalibrationBin(
            sum(s for s, _ in part) / len(part), share_interval(sum(c for _, c in part), len(part)), len(part)
        )
        for part in cut
    )


def _trial(
    examples: Sequence[Example], report: Sequence[Example], judge: Judge | None, tried: int, target: float
) -> JudgeFit:
    return JudgeFit(
        labels=len(examples),
        problems=len({e.problem for e in examples}),
        tried=tried,
        fewest=fewest_decisions(target, RISK / max(1, tried)),
        note=_note(len(examples), judge, tried, target),
        report=measured(judge, report),
    )


def _note(examples: int, judge: Judge | None, tried: int, target: float) -> str:
    least = least_labels(target)
    if judge is not None and judge.thresholds:
        said = " and ".join(
            f"{t.judgement.value} ({t.right} of {t.decided} right, at least {t.bound:.3f})" for t in judge.thresholds
        )
        return f"The judge may decide {said}."
    if examples < least:
        return f"There are {examples} marked ambiguous steps; at least {least} are needed to certify {target:g}."
    if judge is None:
        return f"Each kind of mark is needed on at least {FOLDS} problems; nothing was learned."
    if not tried:
        return f"The judge expects to reach {target:g} nowhere; the verifier is unchanged."
    return f"No threshold reached {target:g} with 95 % confidence ({tried} tried); the verifier is unchanged."


def least_labels(target: float) -> int:
    """Return how many marked ambiguous steps it takes at least to certify the target.

    That is the fewest decisions that suffice, all of them right, at one threshold of a judge that decides every step
    it learned from.
    """
    return math.ceil(fewest_decisions(target) / (1 - REPORT_SHARE))
