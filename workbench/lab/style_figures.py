"""Right solutions and wrong twins of every generator, in every style: what turns red, and what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from workbench.lab.step_figures import CHANGES, SKILLS, Corrupted, by_changes, by_malrules, changed
from workbench.lab.styles import DECIMAL_COMMA, STYLES, Style, Styled
from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, SPLITS, make
from workbench.types import Judgement, Knowledge, Problem, Verdict
from workbench.verification import Verifier
from workbench.verification.text.decimal_comma import with_decimal_points

AT_LEAST = 0.98
"""The least share of twins that each style must find, of those found in the generators' own writing."""
SEED = 17


@dataclass(frozen=True)
class Fault:
    """A right step in red, or a twin that was not found."""

    style: str
    twin: bool
    problem: str
    step: str
    said: str
    """What the verifier says of the step."""


@dataclass(frozen=True)
class StyleFigure:
    """What one style does to the verdicts."""

    style: str
    right: int
    """Right solutions."""
    red: int
    """Those with a step in red."""
    answers_wrong: int
    """Those whose final answer is not graded as right."""
    decided: float
    """Share of their steps that are decided."""
    twins: int
    found: int

    @property
    def met(self) -> bool:
        """Whether no right solution is red and enough twins are found."""
        return self.red == 0 and self.found >= AT_LEAST * self.twins


@dataclass(frozen=True)
class StyleReport:
    """All styles of one run."""

    verifier: str
    figures: tuple[StyleFigure, ...]
    faults: tuple[Fault, ...]

    @property
    def met(self) -> bool:
        """Whether every style meets its target."""
        return all(figure.met for figure in self.figures)


def right_solutions(count: int) -> Iterator[tuple[Problem, tuple[str, ...]]]:
    """Return worked solutions of every skill and level by every path, `count` problems of each."""
    for name in BY_NAME:
        for level in DIFFICULTIES:
            for i in range(count):
                problem = make(name, level, SEED, i, SPLITS["dev"])
                yield from ((problem, lines) for lines in (problem.solution, *problem.alternates))


def wrong_solutions(verifier: Verifier, count: int) -> list[Corrupted]:
    """Return twins of every skill that are found where they are written plainly."""
    made = chain(by_malrules(count), by_changes(max(1, count // 2)), _by_changes_in_stories(count))
    return [t for t in made if verifier.verify(t.problem, t.lines).first_error == t.at]


def _by_changes_in_stories(count: int) -> Iterator[Corrupted]:
    for k, (name, change) in enumerate(CHANGES.items()):
        for skill in BY_NAME.keys() - set(SKILLS):
            for i in range(count):
                problem = make(skill, 1 + i % 3, SEED + k, i, SPLITS["dev"])
                at = (k + i) % (len(problem.solution) - 1)
                wrong = changed(problem.solution[at], change)
                lines = (*problem.solution[:at], wrong, *problem.solution[at + 1 :])
                yield Corrupted(problem, lines, at, name)


def measure(
    count: int, names: Sequence[str] = tuple(STYLES), progress: Callable[[str], None] = lambda _: None
) -> StyleReport:
    """Return the figures of these styles; `count` problems of each skill and level."""
    verifier = Verifier()
    right = list(right_solutions(count))
    wrong = wrong_solutions(verifier, count)
    figures, faults = [], list[Fault]()
    for name in names:
        progress(name)
        figure, found = of_style(verifier, name, STYLES[name], right, wrong)
        figures.append(figure)
        faults += found
    return StyleReport(verifier.version, tuple(figures), tuple(faults))


def of_style(
    verifier: Verifier,
    name: str,
    style: Style,
    right: Sequence[tuple[Problem, tuple[str, ...]]],
    wrong: Sequence[Corrupted],
) -> tuple[StyleFigure, list[Fault]]:
    """Return a style's figure, with what went wrong."""
    faults, counts = list[Fault](), Counter[str]()
    for problem, lines in right:
        styled = style(problem, lines, None)
        verdicts = [judged(verifier, name, problem, styled, mode) for mode in (Knowledge.FREE, Knowledge.ANSWER)]
        red = next(((v, v.first_error) for v in verdicts if v.first_error is not None), None)
        counts["red"] += red is not None
        counts["answers wrong"] += not verdicts[1].answer_correct
        counts["steps"] += len(verdicts[1].steps)
        counts["decided"] += sum(s.judgement is not Judgement.UNKNOWN for s in verdicts[1].steps)
        if red is not None:
            faults.append(Fault(name, False, problem.text, styled.steps[red[1]], red[0].steps[red[1]].reason))
    for twin in wrong:
        styled = style(twin.problem, twin.lines, twin.at)
        assert styled.at is not None
        verdict = judged(verifier, name, twin.problem, styled, Knowledge.ANSWER)
        counts["found"] += verdict.first_error == styled.at
        if verdict.first_error != styled.at:
            step = verdict.steps[styled.at]
            said = f"{step.judgement.value}, first error {verdict.first_error}: {step.reason}"
            faults.append(Fault(name, True, twin.problem.text, styled.steps[styled.at], said))
    decided = counts["decided"] / max(1, counts["steps"])
    figure = StyleFigure(
        name, len(right), counts["red"], counts["answers wrong"], decided, len(wrong), counts["found"]
    )
    return figure, faults


def judged(verifier: Verifier, name: str, problem: Problem, styled: Styled, mode: Knowledge) -> Verdict:
    """Return the verdict on a styled solution, read with decimal commas where the style has them."""
    steps = styled.steps
    if name in DECIMAL_COMMA:
        steps = tuple(map(with_decimal_points, steps))
        problem = replace(problem, text=with_decimal_points(problem.text))
    return verifier.verify(problem, steps, mode)
