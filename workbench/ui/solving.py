"""A model's solution as it comes into being: text token by token, and a verdict as soon as a step ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from workbench.types import Knowledge, Problem, Verdict, content_id
from workbench.verification import Verifier

if TYPE_CHECKING:
    from workbench.training.policy import Policy

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """How a solution is sampled."""

    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 160


@dataclass(frozen=True)
class Written:
    """What is there of a solution after one more token."""

    verdict: Verdict
    """On the steps that are finished."""
    pending: str | None
    """The line that is being written; None at the end."""
    new_steps: bool
    """Whether this token ended a step."""
    seconds: float = 0.0
    """From the token to its verdict, where it ended a step."""
    cut: bool = False
    """At the end: whether the token limit cut the solution off."""

    @property
    def finished(self) -> bool:
        return self.pending is None


def knowledge_of(problem: Problem) -> Knowledge:
    """What the verifier may know of a problem that is solved here: its answer, where it has one."""
    return Knowledge.FREE if problem.answer is None else Knowledge.ANSWER


def write_solution(
    policy: Policy, problem: Problem, settings: Settings, verifier: Verifier, index: int = 0
) -> Iterator[Written]:
    """One solution, token by token; `index` is its place among those of the same seed.

    The steps before the line that is being written are judged when their line ends, and all once more at
    the end, when the final answer is known.
    """
    # Imported here: torch is loaded by those who solve.
    from workbench.training.sampling import rollout_seed
    from workbench.training.streaming import stream, text_of

    knowledge = knowledge_of(problem)
    seed = rollout_seed("solve", settings.seed, problem.id, index)
    ids: list[int] = []
    verdict, done, text, came = verifier.verify(problem, "", knowledge), "", "", time.perf_counter()
    for token in stream(policy, policy.problem_ids(problem.text), seed, settings.max_tokens, settings.temperature):
        came = time.perf_counter()
        ids.append(token)
        text = text_of(policy, ids)
        ended = text[: text.rfind("\n") + 1]
        fresh = ended.strip() != done.strip()
        if fresh:
            done = ended
            verdict = verifier.verify(problem, done, knowledge)
        if token not in policy.end_ids:
            yield Written(verdict, text[len(ended) :], fresh, time.perf_counter() - came)
    cut = not ids or ids[-1] not in policy.end_ids
    verdict = verifier.verify(problem, text, knowledge)
    yield Written(verdict, None, True, time.perf_counter() - came, cut)


def in_turn(streams: Sequence[Iterator[T]]) -> Iterator[tuple[int, T]]:
    """The values of several iterators by turns, each with its iterator's place."""
    for row in zip_longest(*(_marked(i, stream) for i, stream in enumerate(streams))):
        yield from (pair for pair in row if pair is not None)


def _marked(place: int, values: Iterator[T]) -> Iterator[tuple[int, T]]:
    return ((place, value) for value in values)


def sample_verdicts(
    policy: Policy, problem: Problem, settings: Settings, count: int, verifier: Verifier
) -> list[Verdict]:
    """Verdicts on `count` solutions of the same seed, the first as `write_solution` writes it."""
    from workbench.training.sampling import rollout_seed, sample

    seeds = [rollout_seed("solve", settings.seed, problem.id, k) for k in range(count)]
    prompt = policy.problem_ids(problem.text)
    made = sample(policy, [prompt], [seeds], settings.max_tokens, settings.temperature)[0]
    knowledge = knowledge_of(problem)
    return [verifier.verify(problem, policy.text(one.ids), knowledge) for one in made]


def asked_problem(text: str, answer: str | None, worked: Sequence[str] = (), known: Problem | None = None) -> Problem:
    """The problem that was asked: the known one if its text stands there unchanged, else a new one."""
    if known is not None and known.text == text:
        return replace(known, answer=answer, solution=tuple(worked) or known.solution)
    return Problem(id=content_id(text, answer), text=text, answer=answer, solution=tuple(worked))
