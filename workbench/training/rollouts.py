"""Rollouts and their verdicts: groups of sampled solutions, stored as soon as they exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from workbench.config import Config
from workbench.engine.protocol import Engine, Sample, rollout_seed
from workbench.store import Store
from workbench.types import Group, Judged, Knowledge, Problem, Rollout, Verdict, content_id
from workbench.verification import Verifier
from workbench.verification.many import VerdictCache, VerificationTask, content_key

Stage = Callable[[str], AbstractContextManager[None]]


def roll_out(
    policy: Engine,
    problems: Sequence[Problem],
    config: Config,
    store: Store,
    run: str,
    round: int,
    verifier: Verifier,
    stage: Stage,
    cache: VerdictCache,
) -> list[Group]:
    """Return a group of rollouts for each problem, each with its verdict. A stored verdict is not made again.

    `cache`: verdicts of earlier rounds. A policy writes the same solution again when a problem comes back.
    """
    settings, seed = config.sampling, config.training.seed
    seeds = [[rollout_seed(seed, round, p.id, k) for k in range(settings.group_size)] for p in problems]
    with stage("sample"):
        prompts = [policy.problem_ids(p.text) for p in problems]
        samples = policy.sample(prompts, seeds, settings.max_tokens, settings.temperature)
    version = f"{run}@{round}"
    groups = [
        [record(policy, p, s, run, round, k, own[k], version) for k, s in enumerate(group)]
        for p, group, own in zip(problems, samples, seeds, strict=True)
    ]
    pairs = [(p, rollout) for p, group in zip(problems, groups, strict=True) for rollout in group]
    knowledge = Knowledge(config.training.knowledge)
    with stage("store"):
        store.verdicts.save_rollouts(run, [rollout for _, rollout in pairs])
        known = store.verdicts.of([r.id for _, r in pairs], verifier.version, knowledge)
    with stage("verify"):
        verdicts = _judge(pairs, knowledge, verifier, known, cache)
    with stage("store"):
        store.verdicts.save(run, [(key, v) for key, v in verdicts.items() if key not in known])
    return [_group(p, group, verdicts) for p, group in zip(problems, groups, strict=True)]


def _judge(
    pairs: Sequence[tuple[Problem, Rollout]],
    knowledge: Knowledge,
    verifier: Verifier,
    known: Mapping[str, Verdict],
    cache: VerdictCache,
) -> dict[str, Verdict]:
    """Verdicts by rollout id; equal solutions are judged once."""
    verdicts: dict[str, Verdict] = {}
    made: dict[object, Verdict] = {}
    for problem, rollout in pairs:
        key = content_key(verifier, VerificationTask(problem, rollout.text, knowledge))
        found = known.get(rollout.id) or made.get(key) or cache.get(key)
        verdicts[rollout.id] = made[key] = found or verifier.verify(problem, rollout.text, knowledge)
    for key, verdict in made.items():
        if verdict.all_decided:  # a step may be open because time ran out: it is tried again
            cache.put(key, verdict)
    return verdicts


def record(
    policy: Engine, problem: Problem, made: Sample, run: str, round: int, index: int, seed: int, version: str
) -> Rollout:
    """Return a sample as a rollout record.

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


def _group(problem: Problem, rollouts: Sequence[Rollout], verdicts: Mapping[str, Verdict]) -> Group:
    return Group(problem, tuple(Judged(r, verdicts[r.id]) for r in rollouts))
