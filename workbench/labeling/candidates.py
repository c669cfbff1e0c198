"""From judged rollouts to steps that could be labelled, with all that the checkers found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.domains import domain_of
from workbench.types import Judged, Judgement, Knowledge, LabelItem, Problem, StepVerdict, Verdict, content_id
from workbench.verification import Verifier
from workbench.verification.domain import Finding, StepChecker, StepContext

LOW_CONFIDENCE = 0.9
"""Below it a decided step is ambiguous. Exact arithmetic and counterexamples have 1."""
FINAL_ANSWER = "answer"
"""The checker of final answers."""
WRONG_THOUGH_RIGHT = 0.05
"""How likely an undecided step is wrong where the final answer is right: a prior, not a measurement."""


@dataclass(frozen=True)
class Candidate:
    """One step that could be labelled."""

    item: LabelItem
    verdict: StepVerdict
    findings: tuple[Finding, ...]
    """What each checker found that had an opinion, decided or not."""
    worth: float
    """What its label is worth to training, 0 to 1."""

    @property
    def uncertain(self) -> float:
        """Return 1 for an undecided step, else 1 - confidence."""
        return 1.0 if self.verdict.judgement is Judgement.UNKNOWN else 1.0 - self.verdict.confidence

    @property
    def disagree(self) -> float:
        return disagreement(self.verdict, self.findings)

    @property
    def proved_wrong(self) -> bool:
        """Return whether it is called wrong with certainty."""
        return self.verdict.judgement is Judgement.INCORRECT and self.verdict.confidence >= 1

    @property
    def ambiguous(self) -> bool:
        """Return whether a person should see it: unknown, of low confidence, or checkers that disagree."""
        undecided = self.verdict.judgement is Judgement.UNKNOWN
        return undecided or self.verdict.confidence < LOW_CONFIDENCE or self.disagree > 0


def disagreement(verdict: StepVerdict, findings: Sequence[Finding]) -> float:
    """Return how far checkers disagree on a step, 0 to 1.

    1 where as many prove it as disprove it, less where one side outweighs; 1/2 where they all say correct and
    one doubts: so it is where the computation holds but leads to a final answer that is wrong. 0 where the
    step is disproved with certainty: who says correct then saw a part of the line.
    """
    if verdict.judgement is Judgement.INCORRECT and verdict.confidence >= 1:
        return 0.0
    right = sum(f.judgement is Judgement.CORRECT for f in findings)
    wrong = sum(f.judgement is Judgement.INCORRECT for f in findings)
    if right and wrong:
        return 2 * min(right, wrong) / (right + wrong)
    # A checker that could not read the line is silent; one that has evidence against it doubts.
    doubts = any(f.judgement is Judgement.UNKNOWN and f.evidence for f in findings)
    return 0.5 if right and doubts else 0.0


@dataclass(frozen=True)
class _Recording:
    """A checker that also records what it finds, by the step's place."""

    checker: StepChecker
    found: dict[int, list[Finding]]

    @property
    def name(self) -> str:
        return self.checker.name

    def __call__(self, context: StepContext) -> Finding | None:
        found = self.checker(context)
        if found is not None:
            self.found.setdefault(len(context.verdicts), []).append(found)
        return found


@dataclass(frozen=True)
class CheckerReport:
    """A solution's verdict with what every checker found on every step."""

    verdict: Verdict
    findings: tuple[tuple[Finding, ...], ...]
    """By step."""


def run_checkers(
    problem: Problem,
    solution: str | Sequence[str],
    verifier: Verifier | None = None,
    knowledge: Knowledge = Knowledge.ANSWER,
) -> CheckerReport:
    """Verify a solution and keep what each checker found."""
    found: dict[int, list[Finding]] = {}
    base = verifier or Verifier(domain_of(problem))
    domain, last = base.domain, base.domain.last_resort
    recording = replace(
        domain,
        checkers=tuple(_Recording(c, found) for c in domain.checkers),
        last_resort=_Recording(last, found) if last is not None else None,
    )
    verdict = replace(base, domain=recording).verify(problem, solution, knowledge)
    return CheckerReport(verdict, tuple(tuple(found.get(i, ())) for i in range(len(verdict.steps))))


def item_of(problem: Problem, lines: Sequence[str], source: str, rollout_id: str | None = None) -> LabelItem:
    """Return the item of the last of these lines, with its content id."""
    return LabelItem(item_id(problem.text, lines), problem, tuple(lines), source, rollout_id)


def item_id(problem_text: str, lines: Sequence[str]) -> str:
    """Return the content id of a step in its context: the problem's text and the lines up to the step."""
    return content_id(problem_text, list(lines))


def _question_weight(right: int, of: int) -> float:
    """Return the question weight of training, sqrt(p (1 - p)) with p = (right + 1) / (of + 2), doubled to reach 1."""
    p = (right + 1) / (of + 2)
    return float(2 * (p * (1 - p)) ** 0.5)


def candidates_of(
    judged: Sequence[Judged],
    problems: Mapping[str, Problem],
    source: str,
    verifier: Verifier | None = None,
    on_solution: Callable[[], None] = lambda: None,
) -> list[Candidate]:
    """Return every step of the rollouts up to the first error, each step in the same context once.

    Rollouts of problems that are not given are left out. `verifier` says what the checkers found; the verdict
    is the stored one.
    """
    groups = Counter((m.rollout.problem_id, m.rollout.round) for m in judged)
    right = Counter((m.rollout.problem_id, m.rollout.round) for m in judged if m.verdict.answer_correct)
    found: dict[str, Candidate] = {}
    for member in judged:
        problem = problems.get(member.rollout.problem_id)
        if problem is not None and member.verdict.steps:
            group = (member.rollout.problem_id, member.rollout.round)
            weight = _question_weight(right[group], groups[group])
            for made in _of_rollout(member, problem, weight, source, verifier):
                known = found.get(made.item.id)
                if known is None or made.worth > known.worth:
                    found[made.item.id] = made
        on_solution()
    return list(found.values())


def _of_rollout(
    member: Judged, problem: Problem, weight: float, source: str, verifier: Verifier | None
) -> Iterable[Candidate]:
    verdict = member.verdict
    lines = [step.text for step in verdict.steps]
    findings = run_checkers(problem, lines, verifier, verdict.knowledge).findings
    chances = chances_of_error(verdict, findings)
    last = len(lines) - 1 if verdict.first_error is None else verdict.first_error
    for index in range(last + 1):
        change = change_of_signal(verdict, index)
        item = item_of(problem, lines[: index + 1], source, member.rollout.id)
        # A stored verdict of another version may have split the text differently.
        own = findings[index] if index < len(findings) else ()
        yield Candidate(item, verdict.steps[index], own, min(1.0, weight * chances[index] * change))


def chances_of_error(verdict: Verdict, findings: Sequence[Sequence[Finding]]) -> list[float]:
    """Return how likely a label would overturn the verdict on each step, by rules of thumb.

    In a solution that fails without any step proved wrong, the mistake is in one of the steps that are open,
    each as likely as the other. In one with the right answer an open step is rarely wrong. A step judged with
    less than full confidence is wrong as often as its confidence says.
    """
    open_ = [
        i
        for i, step in enumerate(verdict.steps)
        if step.judgement is Judgement.UNKNOWN or (i < len(findings) and disagreement(step, findings[i]) > 0)
    ]
    first = verdict.first_error
    # A final answer that is not the known one says that there is a mistake, not where.
    located = first is not None and verdict.steps[first].checker != FINAL_ANSWER
    failed = verdict.answer_judgement is Judgement.INCORRECT and not located
    shared = 1 / len(open_) if failed and open_ else WRONG_THOUGH_RIGHT
    return [
        max(shared, 1 - step.confidence if step.judgement is not Judgement.UNKNOWN else 0.0)
        if i in open_
        else 1 - step.confidence
        for i, step in enumerate(verdict.steps)
    ]


def change_of_signal(verdict: Verdict, index: int) -> float:
    """Return how much of a rollout's training signal changes if the step's judgement is overturned, 0 to 1.

    By the routing of training: a failed solution without a proved error spreads weight 1 over all its n steps,
    and would put it on this one, so 1 - 1/n moves; a right solution would lose its reward and a proved error
    its place, so all of it moves; steps after the first error are masked, so nothing does.
    """
    first = verdict.first_error
    if first is not None:
        return 1.0 if index <= first else 0.0
    if verdict.answer_judgement is Judgement.INCORRECT:
        return 1 - 1 / len(verdict.steps) if len(verdict.steps) > 1 else 1.0
    return 1.0
