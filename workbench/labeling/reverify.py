"""A stored run judged again by another verifier version: which verdicts and rewards change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.errors import BadInput
from workbench.store import Store
from workbench.types import Judged, Knowledge, Problem, Verdict
from workbench.verification import Verifier


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
    """Who says so now."""
    reason: str


@dataclass(frozen=True)
class Changes:
    """What becomes of a run's verdicts. Rewards are 1 for a right answer with no step incorrect, else 0."""

    run: str
    old: tuple[str, ...]
    """Versions of the verdicts that were there."""
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

    `keep` stores the new verdicts beside the old ones, as those that count; a stored one is not made again.
    Raises `BadInput` where the run has no verdicts or its problems are gone.
    """
    before = trained_on(store, run, verifier.version)
    if not before:
        raise BadInput(f"The run {run!r} has no verdicts of another version than {verifier.version} to compare with.")
    missing = {m.rollout.problem_id for m in before} - problems.keys()
    if missing:
        raise BadInput(f"{len(missing)} problems of {run!r} are not in its file of problems any more; put them back.")
    known = store.verdicts_of([m.rollout.id for m in before], verifier.version)
    made: dict[tuple[str, str], Verdict] = {}
    after: dict[str, Verdict] = {}
    for member in before:
        rollout = member.rollout
        problem = replace(problems[rollout.problem_id], solution=(), alternates=())
        key = (problem.id, rollout.text)
        verdict = known.get(rollout.id) or made.get(key) or verifier.verify(problem, rollout.text, Knowledge.ANSWER)
        made[key] = after[rollout.id] = verdict
        on_rollout()
    if keep:
        store.save_verdicts(run, after.items())
    return compare(run, before, after, problems, verifier.version)


def trained_on(store: Store, run: str, new: str) -> list[Judged]:
    """The rollouts with the verdicts of the run's own verifier, else with the newest ones of another than `new`."""
    own = store.run_info(run).versions.get("verifier")
    found = store.judged(run, verifier=own) if own not in (None, new) else []
    return found or [m for m in store.judged(run) if m.verdict.verifier != new]


def compare(
    run: str, before: Sequence[Judged], after: Mapping[str, Verdict], problems: Mapping[str, Problem], new: str
) -> Changes:
    """The differences between two verdicts on each rollout."""
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
