"""The refined verifier: the symbolic one, with what labels have taught about the steps that it leaves open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.errors import BadInput
from workbench.judging.rows import permitted
from workbench.labeling.candidates import CheckerReport, run_checkers
from workbench.labeling.features import View, features
from workbench.labeling.judge import Judge, Threshold
from workbench.labeling.overruled import without_withdrawn
from workbench.labeling.reliability import Reliability, is_ambiguous, weighed
from workbench.labeling.versions import Version
from workbench.store import Store
from workbench.types import Diagnosis, Judged, Judgement, Knowledge, Problem, Scope, StepVerdict, Verdict
from workbench.verification import Verifier
from workbench.verification.many import VerdictCache, VerificationTask, verify_many

JUDGE = "judge"
"""The checker that a decision of the learned judge names."""


@dataclass(frozen=True)
class RefinedVerifier(Verifier):
    """A verifier with a version made from labels. It changes a proof only where people overruled its rule."""

    refinement: Version | None = None

    @property
    def version(self) -> str:
        """Return the refinement's hash; the symbolic version without one."""
        return self.refinement.hash if self.refinement is not None else self.symbolic.version

    @property
    def symbolic(self) -> Verifier:
        """Return the verifier that no label has changed."""
        return Verifier(self.domain)

    def verify(
        self, problem: Problem, solution: str | Sequence[str], knowledge: Knowledge = Knowledge.ANSWER
    ) -> Verdict:
        """Return the verdict of the checkers, and on open steps that of the judge where it is certified."""
        report = run_checkers(problem, solution, self.symbolic, knowledge)
        if self.refinement is None:
            return report.verdict
        return revise(report, problem, self.refinement)


def refined(version: Version | None, base: Verifier | None = None) -> Verifier:
    """Return the verifier of a version; the symbolic one for None.

    Raise `BadInput` where the version was made for other symbolic verdicts than `base` gives.
    """
    verifier = base or Verifier()
    if version is None:
        return verifier
    if version.base != verifier.version:
        raise BadInput(
            f"The version {version.hash} refines the verifier {version.base}, and this is {verifier.version}: "
            "make it again with 'workbench refine', or go back with 'workbench verifiers revert'."
        )
    return RefinedVerifier(verifier.domain, version)


def revise(report: CheckerReport, problem: Problem, version: Version) -> Verdict:
    """Return a symbolic verdict with each step revised by a version.

    The judge decides nothing after a wrong step: the labels that it learned from end there.
    """
    verdict = report.verdict
    rules = {(r.checker, r.rule, r.judgement): r for r in version.rules}
    judge = version.judges.get(verdict.knowledge)
    lines = tuple(step.text for step in verdict.steps)
    known = permitted(problem, verdict.knowledge)
    steps: list[StepVerdict] = []
    wrong = False
    for at in range(len(lines)):
        view = View(known, lines, at, report)
        made = without_withdrawn(view.step, version.overruled)
        if made is view.step:
            made = _revised(view, rules, judge if not wrong else None)
        wrong = wrong or made.judgement is Judgement.INCORRECT
        steps.append(made)
    return replace(verdict, steps=tuple(steps), verifier=version.hash)


def _revised(view: View, rules: dict[tuple[str, str, Judgement], Reliability], judge: Judge | None) -> StepVerdict:
    step = weighed(view.step, rules)
    if judge is None or not judge.thresholds or not is_ambiguous(view.step, view.findings):
        return step
    threshold = judge.decide(judge.score(features(view, judge.groups)))
    return step if threshold is None else decided(step, threshold)


def decided(step: StepVerdict, threshold: Threshold) -> StepVerdict:
    """Return a step with the judge's decision. It is no proof, so its confidence is the certified bound.

    Where the judge agrees with the checkers, their diagnosis, evidence and repair stay.
    """
    confidence = min(round(threshold.bound, 3), 0.99)
    if step.judgement is threshold.judgement:
        return replace(step, confidence=confidence, checker=JUDGE)
    right = threshold.judgement is Judgement.CORRECT
    word = "right" if right else "wrong"
    return StepVerdict(
        step.text,
        threshold.judgement,
        Diagnosis.VALID if right else Diagnosis.NOT_EQUIVALENT,
        Scope.COMPUTATION,
        confidence,
        f"People find at least {confidence:.0%} of steps like this one {word}.",
        checker=JUDGE,
    )


# A stored run judged again by another verifier version: which verdicts and rewards change.


@dataclass(frozen=True)
class StepChange:
    """One step whose judgement changes."""

    rollout_id: str
    problem: str
    step: int
    text: str
    before: str
    after: str
    checker: str
    """The checker of the new verdict."""
    reason: str


@dataclass(frozen=True)
class Changes:
    """How a run's verdicts change. Rewards are 1 for a right answer with no step incorrect, else 0."""

    run: str
    old: tuple[str, ...]
    """Versions of the verdicts before."""
    new: str
    rollouts: int
    rollouts_changed: int
    steps: int
    steps_changed: int
    """Each step of each rollout counts."""
    kinds: Mapping[str, int]
    """`unknown -> incorrect` and the like, with how many steps."""
    rewards_lost: int
    rewards_won: int
    first_errors_moved: int
    examples: tuple[StepChange, ...]
    """Each changed step of each problem once, most frequent first."""


def reverify(
    store: Store,
    run: str,
    problems: Mapping[str, Problem],
    verifier: Verifier,
    *,
    keep: bool = True,
    on_rollout: Callable[[], None] = lambda: None,
) -> Changes:
    """Judge all rollouts of a run again, in answer mode, and compare with the verdicts that training used.

    `keep` stores the new verdicts as the newest ones; the old ones stay. A stored verdict is not made again.
    Raise `BadInput` where the run has no verdicts or its problems are gone.
    """
    before = trained_on(store, run, verifier.version)
    if not before:
        raise BadInput(f"The run {run!r} has no verdicts of another version than {verifier.version} to compare with.")
    missing = {m.rollout.problem_id for m in before} - problems.keys()
    if missing:
        raise BadInput(f"{len(missing)} problems of {run!r} are not in its file of problems any more; put them back.")
    after = store.verdicts.of([m.rollout.id for m in before], verifier.version)
    new = [m.rollout for m in before if m.rollout.id not in after]
    tasks = [VerificationTask(replace(problems[r.problem_id], solution=(), alternates=()), r.text) for r in new]
    for _ in after:
        on_rollout()
    for rollout, verdict in zip(new, verify_many(tasks, verifier, cache=VerdictCache()), strict=True):
        after[rollout.id] = verdict
        on_rollout()
    if keep:
        store.verdicts.save(run, after.items())
    return compare(run, before, after, problems, verifier.version)


def trained_on(store: Store, run: str, new: str) -> list[Judged]:
    """Return the rollouts with the verdicts of the run's own verifier, else with the newest of another than `new`."""
    own = store.runs.info(run).versions.get("verifier")
    found = store.verdicts.judged(run, verifier=own) if own not in (None, new) else []
    return found or [m for m in store.verdicts.judged(run) if m.verdict.verifier != new]


def compare(
    run: str, before: Sequence[Judged], after: Mapping[str, Verdict], problems: Mapping[str, Problem], new: str
) -> Changes:
    """Return the differences between two verdicts on each rollout."""
    kinds: Counter[str] = Counter()
    shown: Counter[tuple[str, str, str, str]] = Counter()
    example: dict[tuple[str, str, str, str], StepChange] = {}
    changed = lost = won = moved = 0
    for member in before:
        old, now = member.verdict, after[member.rollout.id]
        differing = list(_steps(member, now, problems[member.rollout.problem_id].text))
        changed += bool(differing)
        lost += old.process_correct and not now.process_correct
        won += now.process_correct and not old.process_correct
        moved += old.first_error != now.first_error
        for change in differing:
            kinds[f"{change.before} -> {change.after}"] += 1
            key = (change.problem, change.text, change.before, change.after)
            shown[key] += 1
            example.setdefault(key, change)
    return Changes(
        run=run,
        old=tuple(sorted({m.verdict.verifier for m in before})),
        new=new,
        rollouts=len(before),
        rollouts_changed=changed,
        steps=sum(len(m.verdict.steps) for m in before),
        steps_changed=sum(kinds.values()),
        kinds=dict(kinds.most_common()),
        rewards_lost=lost,
        rewards_won=won,
        first_errors_moved=moved,
        examples=tuple(example[key] for key, _ in shown.most_common()),
    )


def _steps(member: Judged, now: Verdict, problem: str) -> Iterable[StepChange]:
    for at, (was, new) in enumerate(zip(member.verdict.steps, now.steps, strict=False)):
        if was.judgement is not new.judgement:
            yield StepChange(
                member.rollout.id,
                problem,
                at,
                new.text,
                was.judgement.value,
                new.judgement.value,
                new.checker,
                new.reason,
            )
