"""Rollouts and their verdicts: groups of sampled solutions, stored as soon as they exist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from workbench.config import Config
from workbench.engine.policy import Policy
from workbench.engine.protocol import Sample
from workbench.engine.sampling import rollout_seed, sample
from workbench.store import Store
from workbench.types import Group, Judged, Knowledge, Problem, Rollout, Verdict, content_id
from workbench.verification import Verifier

Stage = Callable[[str], AbstractContextManager[None]]
Judgements = dict[tuple[str, str], Verdict]
"""Verdicts of a run by problem id and text. A policy writes the same solution again when a problem comes back."""
MOST_JUDGED = 16_384


def roll_out(
    policy: Policy,
    problems: Sequence[Problem],
    config: Config,
    store: Store,
    run: str,
    round: int,
    verifier: Verifier,
    stage: Stage,
    judged: Judgements | None = None,
) -> list[Group]:
    """A group of rollouts for each problem, each with its verdict. A stored verdict is not made again.

    `judged`: what was judged before, by the same verifier and with the same knowledge; it is added to.
    """
    settings, seed = config.sampling, config.training.seed
    seeds = [[rollout_seed(seed, round, p.id, k) for k in range(settings.group_size)] for p in problems]
    with stage("sample"):
        prompts = [policy.problem_ids(p.text) for p in problems]
        samples = sample(policy, prompts, seeds, settings.max_tokens, settings.temperature)
    version = f"{run}@{round}"
    groups = [
        [record(policy, p, s, run, round, k, own[k], version) for k, s in enumerate(group)]
        for p, group, own in zip(problems, samples, seeds, strict=True)
    ]
    flat = [rollout for group in groups for rollout in group]
    knowledge = Knowledge(config.training.knowledge)
    with stage("store"):
        store.verdicts.save_rollouts(run, flat)
        known = store.verdicts.of([r.id for r in flat], verifier.version, knowledge)
    with stage("verify"):
        verdicts: dict[str, Verdict] = {}
        made: Judgements = {}
        for problem, rollout in [(p, r) for p, group in zip(problems, groups, strict=True) for r in group]:
            key = problem.id, rollout.text
            verdict = known.get(rollout.id) or made.get(key) or (judged or {}).get(key)
            verdicts[rollout.id] = made[key] = verdict or verifier.verify(problem, rollout.text, knowledge)
        if judged is not None:
            _remember(judged, made)
    with stage("store"):
        store.verdicts.save(run, [(key, v) for key, v in verdicts.items() if key not in known])
    return [_group(p, group, verdicts) for p, group in zip(problems, groups, strict=True)]


def _remember(judged: Judgements, made: Judgements) -> None:
    """Keep what was decided: a step may be open because time ran out, and is tried again."""
    if len(judged) > MOST_JUDGED:
        judged.clear()
    judged |= {key: verdict for key, verdict in made.items() if verdict.all_decided}


def record(
    policy: Policy, problem: Problem, made: Sample, run: str, round: int, index: int, seed: int, version: str
) -> Rollout:
    """A sample as a rollout record.

    Its id follows from the tokens too: a run that resumes on another machine, where sampling may differ in the
    last bit, then adds rollouts instead of contradicting stored ones.
    """
    return Rollout(
        id=content_id(run, round, problem.id, index, made.ids),
        problem_id=problem.id,
        round=round,
        index=index,
        seed=seed,
        text=policy.text(made.ids),
        token_ids=made.ids,
        logprobs=made.logprobs,
        stop=made.stop,
        policy_version=version,
    )


def _group(problem: Problem, rollouts: Sequence[Rollout], verdicts: dict[str, Verdict]) -> Group:
    return Group(problem, tuple(Judged(r, verdicts[r.id]) for r in rollouts))
