"""The contract of the shipped tutor model: what it solves alone, and how much each kind of help helps.

A tutor model is useful for practice only if it errs with conviction, does better with help in its context,
and has room to improve. `data/models/tutor/README.md` holds the figures that these functions measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from workbench.engine.policy import Policy
from workbench.engine.protocol import rollout_seed
from workbench.evaluation.evaluate import Evaluation, by_problem, evaluate, judge, solve_rate
from workbench.lab.corpus import HELD_OUT_HELP
from workbench.problems.catalogue import BY_NAME, build, draw, write_solution
from workbench.problems.work import Params, Work
from workbench.prompts import Help
from workbench.statistics import paired_difference
from workbench.types import Estimate, Group, Problem
from workbench.verification import Verifier
from workbench.verification.malrules.catalogue import LESSONS, PATTERNS

Helper = Callable[[Problem, Random], Help | None]


@dataclass(frozen=True)
class Alone:
    """What the model does without help."""

    overall: Mapping[str, Estimate]
    by_skill: Mapping[str, Estimate]
    malrules: Mapping[str, float]
    """Share of the failures that each malrule explains, the most frequent first."""
    rarer_path: Mapping[str, float]
    """Share of the rarer of two valid paths among right solutions of problems that have two, by skill."""


def measure_alone(
    policy: Policy, problems: Sequence[Problem], samples: int, progress: Callable[[int], None]
) -> Alone:
    """Sample each problem without help and look at successes, failures and paths."""
    found = evaluate(policy, problems, Verifier(), samples, greedy=True, progress=progress)
    skills = {p.skill: [g for g in found.groups if g.problem.skill == p.skill] for p in problems}
    return Alone(
        overall=found.metrics(),
        by_skill={skill: solve_rate(groups) for skill, groups in skills.items()},
        malrules=malrule_shares(found.groups),
        rarer_path={skill: share for skill, groups in skills.items() if (share := rarer_path(groups)) is not None},
    )


def _params(problem: Problem) -> Params:
    return dict(problem.params)


def wrong_lines(problem: Problem) -> dict[str, str]:
    """The first wrong line that each malrule leads to, by line, over all paths."""
    skill, params = BY_NAME[problem.skill], _params(problem)
    lines = {}
    for malrule in skill.malrules:
        for path in range(skill.paths(params)):
            work = write_solution(skill, params, Work(beliefs=frozenset({malrule}), path=path))
            if work.mistakes:
                lines[work.lines[work.mistakes[0].line]] = malrule
    return lines


def malrule_shares(groups: Sequence[Group]) -> dict[str, float]:
    """Which malrules explain the failures: a failure is explained by the first line that a malrule leads to."""
    named: Counter[str] = Counter()
    for group in groups:
        lines = wrong_lines(group.problem)
        for member in group.members:
            if not member.verdict.answer_correct:
                written = member.rollout.text.split("\n")
                named[next((lines[line] for line in written if line in lines), "other")] += 1
    total = max(1, sum(named.values()))
    return {name: count / total for name, count in named.most_common()}


def rarer_path(groups: Sequence[Group]) -> float | None:
    """Share of the rarer path among right solutions of problems with two; None where no problem has two."""
    main = other = 0
    for group in groups:
        if not group.problem.alternates:
            continue
        first, second = set(group.problem.solution), set(group.problem.alternates[0])
        for member in group.members:
            if member.verdict.process_correct:
                written = set(member.rollout.text.split("\n"))
                # By the lines that differ: one path's lines may all stand in the other's.
                main += len(written ^ first) < len(written ^ second)
                other += len(written ^ second) < len(written ^ first)
    return min(main, other) / (main + other) if main + other else None


def trap(problem: Problem) -> str | None:
    """A malrule that the problem invites, if any: the one held most firmly."""
    skill = BY_NAME[problem.skill]
    invited = set(wrong_lines(problem).values())
    return max(invited, key=lambda m: (skill.malrules[m], m)) if invited else None


def lesson_help(problem: Problem, rng: Random) -> Help | None:
    """The lesson against the malrule that the problem invites."""
    malrule = trap(problem)
    return Help(lessons=(rng.choice(LESSONS[malrule]),)) if malrule else None


def pattern_help(problem: Problem, rng: Random) -> Help | None:
    """The pattern of the problem's skill."""
    return Help(patterns=(rng.choice(PATTERNS[problem.skill]),)) if trap(problem) else None


def neighbour_help(problem: Problem, rng: Random) -> Help | None:
    """Another problem of the same skill and level with its solution."""
    skill = BY_NAME[problem.skill]
    params = draw(skill, problem.difficulty, rng, "fit")
    other = build(skill, problem.difficulty, params, rng.choice(skill.wording.trained))
    return Help(solved=((other.text, other.solution),))


def foreign_help(problem: Problem, rng: Random) -> Help | None:
    """A lesson of a skill that shares no malrule with the problem's."""
    own = set(BY_NAME[problem.skill].malrules)
    others = [m for m in LESSONS if m not in own]
    return Help(lessons=(rng.choice(LESSONS[rng.choice(others)]),))


HELPERS: Mapping[str, Helper] = {
    "right lesson": lesson_help,
    "pattern": pattern_help,
    "solved neighbour": neighbour_help,
    "lesson of another skill": foreign_help,
}


def measure_help(
    policy: Policy, problems: Sequence[Problem], samples: int, progress: Callable[[int], None]
) -> dict[str, Estimate]:
    """Gain in solve rate by each kind of help on the same problems, on trained and on held-out skills."""
    plain = by_problem(evaluate(policy, problems, Verifier(), samples, progress=progress))
    gains = {}
    for name, helper in HELPERS.items():
        helps = {p.id: helper(p, Random(f"{name}/{p.id}")) for p in problems}
        helped = _with_help(policy, [p for p in problems if helps[p.id]], helps, samples, progress)
        for suffix, skills in (("", None), (", help held out", HELD_OUT_HELP)):
            kept = {g.problem.id for g in helped.groups if _wanted(g.problem, skills)}
            after = {key: values for key, values in by_problem(helped).items() if key in kept}
            gains[name + suffix] = paired_difference({key: plain[key] for key in after}, after)
    return {**gains, **_critique_gains(policy, problems, samples, progress)}


def _wanted(problem: Problem, skills: frozenset[str] | None) -> bool:
    return problem.skill in skills if skills is not None else problem.skill not in HELD_OUT_HELP


def _with_help(
    policy: Policy,
    problems: Sequence[Problem],
    helps: Mapping[str, Help | None],
    samples: int,
    progress: Callable[[int], None],
) -> Evaluation:
    prompts = [policy.problem_ids(p.text, helps[p.id] or Help()) for p in problems]
    seeds = [[rollout_seed("help", p.id, k) for k in range(samples)] for p in problems]
    return Evaluation(judge(policy, problems, prompts, seeds, Verifier(), progress=progress), ())


def _critique_gains(
    policy: Policy, problems: Sequence[Problem], samples: int, progress: Callable[[int], None]
) -> dict[str, Estimate]:
    """Gain by a critique at the first wrong step, on problems where the believed malrule leads astray."""
    helps: dict[str, Help | None] = {}
    for problem in problems:
        malrule = trap(problem)
        if malrule is None:
            continue
        skill, params = BY_NAME[problem.skill], _params(problem)
        work = write_solution(skill, params, Work(beliefs=frozenset({malrule})))
        if work.mistakes:
            at = work.mistakes[0].line
            helps[problem.id] = Help(right_so_far=tuple(work.lines[:at]), next_step=work.mistakes[0].corrected)
    invited = [p for p in problems if p.id in helps]
    plain = by_problem(evaluate(policy, invited, Verifier(), samples, progress=progress))
    helped = by_problem(_with_help(policy, invited, helps, samples, progress))
    gains = {}
    for suffix, skills in (("", None), (", help held out", HELD_OUT_HELP)):
        kept = [p.id for p in invited if _wanted(p, skills)]
        gains["critique" + suffix] = paired_difference({k: plain[k] for k in kept}, {k: helped[k] for k in kept})
    return gains
