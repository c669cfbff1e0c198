"""The door for a kind of problem: all that the verifier, memory, labels and the app must know of it, as one value.

`MATHS` in `verification/maths.py` is one domain. Another needs a name and checkers; the rest has defaults: one step a
line, the answer after `Answer:`, answers compared as words, no named mistakes, plain text on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from workbench.types import (
    Diagnosis,
    Evidence,
    Group,
    Judgement,
    Knowledge,
    Problem,
    Scope,
    Step,
    StepVerdict,
    Verdict,
)

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - used as a decorator, like property
    """A property worked out once. `functools.cached_property` takes a lock on Python 3.11, which costs more."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        value = self.compute(instance)
        instance.__dict__[self.name] = value
        return value


ANSWER = "answer:"


@dataclass(frozen=True)
class Finding:
    """A checker's proposal for one step."""

    judgement: Judgement
    diagnosis: Diagnosis
    checker: str
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    repair: str | None = None
    malrule: str | None = None
    scope: Scope = Scope.COMPUTATION
    carried: bool = False
    confidence: float = 1.0


@dataclass(frozen=True, eq=False)
class StepContext:
    """One step of a solution and everything before it. A domain that reads more than text makes its own subclass."""

    problem: Problem
    solution: tuple[str, ...]
    """All steps of the solution, those after this one too."""
    previous: tuple[Any, ...]
    """The steps before this one, each as the domain read it."""
    verdicts: tuple[StepVerdict, ...]
    """The verdicts on the steps before this one."""
    knowledge: Knowledge

    @lazy
    def step(self) -> str:
        """The step's own text."""
        return self.solution[len(self.verdicts)]


class StepChecker(Protocol):
    """Look at one step, as the domain read it; None where there is nothing to say."""

    @property
    def name(self) -> str: ...

    def __call__(self, context: Any) -> Finding | None: ...


@dataclass(frozen=True)
class Malrule:
    """A named buggy rule."""

    name: str
    misconception: str
    as_if: str
    """Ends the sentence "The line turns A into B, ..."."""
    look: str
    """The first hint: where to look."""
    rule: str
    """The second hint: what holds instead."""
    example: str = ""
    """A problem and the wrong line that the rule makes of it: `Work out 7 - (-3). -> 7 - (-3) = 4`."""


@dataclass(frozen=True)
class Explanation:
    """Malrules that lead from a solution's lines to the known answer, and those that only could be at work."""

    certain: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CounterfactualRepair:
    """A line to be written in place of another."""

    place: int
    line: str


Texts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lessons:
    """What a domain says in words: the canonical sentences that a written reflection is compared with."""

    mistakes: Texts = field(default_factory=dict)
    """By malrule: ways to say what holds instead."""
    strategies: Texts = field(default_factory=dict)
    """By skill: one sentence for each method, as the skill numbers them."""
    patterns: Texts = field(default_factory=dict)
    """By skill: what its insights come to."""
    same_line: tuple[frozenset[str], ...] = ()
    """Malrules that can make the same line, so that the name the verifier gives it may be any of them."""
    also_about: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By malrule, others whose sentences are right about it as well."""

    def alike(self, malrule: str) -> frozenset[str]:
        """Return a malrule with all whose sentences are right about a line that it made."""
        families = (family for family in self.same_line if malrule in family)
        return frozenset({malrule}).union(*families, self.also_about.get(malrule, frozenset()))


Verify = Callable[[Problem, Sequence[str]], Verdict]


def one_a_line(solution: str | Sequence[str]) -> tuple[Step, ...]:
    """Return the lines of a solution that are not blank. A sequence is taken as it is."""
    if not isinstance(solution, str):
        return tuple(Step(text, 0, len(text)) for text in solution)
    steps: list[Step] = []
    at = 0
    for line in solution.splitlines(keepends=True):
        if text := line.strip():
            start = at + line.index(text)
            steps.append(Step(text, start, start + len(text)))
        at += len(line)
    return tuple(steps)


def after_answer(text: str) -> str | None:
    """Return what the last line of the form `Answer: ...` states."""
    for line in reversed(text.splitlines()):
        if line.strip().lower().startswith(ANSWER):
            return line.strip()[len(ANSWER) :].strip() or None
    return None


def same_words(known: str, stated: str) -> Judgement:
    """Compare two answers as text, whatever their white space and case."""
    same = known.split() == stated.split() or known.lower().split() == stated.lower().split()
    return Judgement.CORRECT if same else Judgement.INCORRECT


def copies(repair: str, before: str | None) -> bool:
    """Return whether a repair only copies the step before it."""
    return repair == before


# Defaults by name and not as lambdas: a verifier is sent to other processes.


def _as_read(context: StepContext) -> StepContext:
    return context


def _as_found(_: Any, finding: Finding) -> Finding:
    return finding


def _any_answer(problem: Problem, stated: str) -> bool:
    return True


def _no(*_: object) -> bool:
    return False


def _none(*_: object) -> None:
    return None


def _unexplained(*_: object) -> Explanation:
    return Explanation()


def first_evidence(step: StepVerdict) -> str:
    """Return what the evidence against a step says, else its reason."""
    return step.evidence[0].text if step.evidence else step.reason


@dataclass(frozen=True, eq=False)
class Domain:
    """One kind of problem. Two domains are the same only if they are one object."""

    name: str
    """Stands in problems; it enters the verifier's version."""
    checkers: tuple[StepChecker, ...]
    last_resort: StepChecker | None = None
    """Asked only where none of the checkers decides."""

    # A solution as steps, and its answer.
    split: Callable[[str | Sequence[str]], tuple[Step, ...]] = one_a_line
    read: Callable[[StepContext], StepContext] = _as_read
    """The step as the checkers want it: the text as it is, or a subclass of `StepContext`."""
    answer: Callable[[str], str | None] = after_answer
    """The final answer that a text states; None where it states none."""
    grade: Callable[[str, str], Judgement] = same_words
    """A stated answer against the known one."""
    can_answer: Callable[[Problem, str], bool] = _any_answer
    """Whether a stated answer is of the kind that the problem asks for."""

    # From findings to a verdict.
    confidence: Mapping[str, float] = field(default_factory=dict)
    """The most that evidence of a kind can be trusted; 1 for kinds that are not named."""
    name_mistake: Callable[[Any, Finding], Finding] = _as_found
    """A finding with its malrule named, where the checker left that open."""
    carries: Callable[[Any, Finding], bool] = _no
    """Whether a right step uses what a wrong step before it came to."""
    read_again: Callable[[Any], StepContext | None] = _none
    """Another reading of a step that is wrong as first read; it counts where the step is right by it."""
    misread: Callable[[Any, Finding], str | None] = _none
    """Why a step that is found wrong may have been misread; None where a second reading agrees."""
    adds_nothing: Callable[[str, str | None], bool] = copies
    """Whether a repair adds nothing to the step before it."""
    unreadable: Callable[[Any], str | None] = _none
    """Why a step could not be read; None where it could."""

    # What mistakes are called and what they teach.
    malrules: Mapping[str, Malrule] = field(default_factory=dict)
    lesson: Callable[[StepVerdict], str] = first_evidence
    """What a wrong step teaches; empty where it teaches nothing."""
    lessons: Lessons = Lessons()
    hints: Callable[[StepVerdict], tuple[str, str, str] | None] = _none
    """Where to look, the rule, and the rule applied; None where no malrule is named."""
    explain: Callable[[Problem, Sequence[str], frozenset[str]], Explanation] = _unexplained
    """Which of some malrules explain a wrong answer in whose solution no line is wrong."""
    counterfactual_repair: Callable[[Problem, Sequence[StepVerdict]], CounterfactualRepair | None] = _none
    """The one change of one line from which the known answer follows."""
    contradicts: Callable[[str, Group, Verify], bool] = _no
    """Whether a sentence about a group of solutions is false by what is known of them."""

    # On the screen.
    show: Callable[[str], str] | None = None
    """A text as safe HTML; None for the text as it is."""

    @property
    def asked(self) -> list[str]:
        """The names of all checkers, the last resort among them."""
        return [c.name for c in (*self.checkers, *([self.last_resort] if self.last_resort is not None else ()))]
