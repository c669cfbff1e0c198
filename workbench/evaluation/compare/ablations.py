"""Ablations: PMD with one of its parts replaced, by the name that an arm of a plan gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from workbench.memory.state import MemoryState
from workbench.methods.memory_use import read_levels, read_shuffled
from workbench.methods.method import RoundContext
from workbench.methods.pmd import PMD, Pmd, PmdSettings
from workbench.types import Diagnosis, Group, Judgement, Level, StepVerdict, Verdict


def by_outcome(group: Group) -> Group:
    """Return the group with what its final answers tell: all steps of a right solution pass, no other is decided."""

    def forget(verdict: Verdict) -> Verdict:
        told = (
            (Judgement.CORRECT, Diagnosis.VALID)
            if verdict.answer_correct
            else (Judgement.UNKNOWN, Diagnosis.UNDECIDED)
        )
        return replace(verdict, steps=tuple(StepVerdict(step.text, *told) for step in verdict.steps))

    return replace(group, members=tuple(replace(m, verdict=forget(m.verdict)) for m in group.members))


def forgotten(memory: MemoryState) -> MemoryState:
    """Return memory without its items: each round writes its own."""
    return replace(memory, items={})


def first_pass(context: RoundContext[PmdSettings]) -> bool:
    """Return whether the round is in the first pass over the problems."""
    return context.round < context.epoch_rounds


INSIGHTS = (Level.STRATEGY, Level.LESSON)

ABLATIONS: Mapping[str, Pmd] = MappingProxyType(
    {
        # Neither memory nor the teacher reads what the verifier says of steps.
        "outcome_credit": replace(PMD, see=by_outcome),
        "transient": replace(PMD, keep=forgotten),
        "frozen": replace(PMD, writes=first_pass),
        "shuffled": replace(PMD, read=read_shuffled),
        "without_experience": replace(PMD, read=read_levels(*INSIGHTS, Level.PATTERN)),
        "without_insight": replace(PMD, read=read_levels(Level.EXPERIENCE, Level.PATTERN)),
        "without_pattern": replace(PMD, read=read_levels(Level.EXPERIENCE, *INSIGHTS)),
    }
)
