"""The door to a training method: what it is given, what it returns, and the metrics of that. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import Field

from workbench.engine.protocol import Engine, Exchange, LossSettings, Target, TrainingRow
from workbench.memory.retrieval import Library
from workbench.memory.state import MemoryState
from workbench.methods.contexts import TeacherContext
from workbench.methods.routing import Route
from workbench.settings import MemorySettings, ReflectionSettings, Section
from workbench.types import Group, Judged, Problem

TeacherWeights = Literal["ema", "frozen"]


class MethodSettings(Section):
    """What the settings of all methods share. A method's own class gives `name` one literal value."""

    name: str
    """The method that these settings are of."""

    @property
    def losses(self) -> LossSettings:
        """How the engine weights the terms of the loss."""
        return LossSettings(policy_gradient_weight=1.0, hard_target_weight=1.0)

    @property
    def teacher_weights(self) -> TeacherWeights:
        """Which weights the teacher has: the moving average, or those before training."""
        return "ema"


class TeacherSettings(MethodSettings):
    """What the methods share that distil a teacher."""

    teacher: TeacherWeights = "ema"
    """Weights of the self-teacher: the moving average, or those before training."""
    teacher_temperature: float = Field(default=0.5, gt=0)
    """Softmax temperature of the teacher. Below 1 it teaches what it finds likely more firmly than it samples."""
    entropy_weighting: float = Field(default=1.0, ge=0)
    """How fast a token's weight falls with the teacher's entropy, as exp(-entropy_weighting * entropy)."""
    divergence: Literal["forward", "reverse", "jsd"] = "reverse"
    """Forward KL, reverse KL or Jensen-Shannon divergence from teacher to student."""

    @property
    def teacher_weights(self) -> TeacherWeights:
        return self.teacher

    def weighted(self, distill: float = 0.0, targets: float = 0.0, gradient: float = 0.0) -> LossSettings:
        """Return the loss with these weights of its terms and this teacher."""
        return LossSettings(
            divergence=self.divergence,
            teacher_temperature=self.teacher_temperature,
            entropy_weighting=self.entropy_weighting,
            distill_weight=distill,
            hard_target_weight=targets,
            policy_gradient_weight=gradient,
        )


@dataclass(frozen=True)
class Signals:
    """Everything that one group trains on."""

    rows: tuple[TrainingRow, ...]
    """One for each rollout, in the order of the group."""
    targets: tuple[Target, ...] = ()
    routes: tuple[Route, ...] = ()
    """One for each row, of a method that routes."""
    contexts: tuple[TeacherContext | None, ...] = ()
    """One for each row, of a method that shows its teacher contexts."""


@dataclass(frozen=True)
class Taught:
    """What a method makes of a round."""

    signals: tuple[Signals, ...]
    """One for each group, in their order."""
    memory: MemoryState | None = None
    """Memory after the round; None where the method leaves it as it is."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Further figures of the round, by name."""


S = TypeVar("S", bound=MethodSettings)


@dataclass(frozen=True)
class RoundContext(Generic[S]):
    """What a method may know of a round beside its groups."""

    settings: S
    """The method's own."""
    policy: Engine
    teacher: Engine
    memory: MemoryState
    """Each problem of the round is marked as visited in it."""
    memory_settings: MemorySettings
    reflection_settings: ReflectionSettings
    problems: Sequence[Problem]
    """All that the run practises."""
    library: Library
    """What retrieval compares problems by."""
    round: int
    epoch_rounds: int
    """Rounds that one pass over the problems takes."""
    version: str
    """Of the policy: the run's name and the round."""
    seed: int
    """Of the run."""
    stage: Callable[[str], AbstractContextManager[None]]
    """Times a part of the round by its name."""


class Method(Protocol[S]):
    """A training method: its name, its settings, and what it makes of the judged groups of a round."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> type[S]:
        """Its settings class. Constructed without arguments it gives the defaults."""
        ...

    @property
    def needs_solution(self) -> bool:
        """Whether it reads the worked solution of every problem."""
        ...

    @property
    def remembers(self) -> bool:
        """Whether it keeps a procedural memory."""
        ...

    def teach(self, groups: Sequence[Group], context: RoundContext[S]) -> Taught:
        """Return what to train on. The loop makes the optimizer updates."""
        ...


def whole_row(
    prompt: tuple[int, ...],
    member: Judged,
    advantage: float = 0.0,
    distil: float = 0.0,
    teacher_prompt: tuple[int, ...] | None = None,
) -> TrainingRow:
    """Return a rollout whose tokens all share one advantage and one weight, each divided by its length."""
    ids = member.rollout.token_ids
    return TrainingRow(
        exchange=Exchange(prompt, ids),
        sampled=member.rollout.logprobs,
        advantages=(advantage / len(ids),) * len(ids),
        distil=(distil / len(ids),) * len(ids),
        teacher_prompt=teacher_prompt,
    )


def health(signals: Sequence[Signals], groups: Sequence[Group]) -> Mapping[str, float]:
    """Return the health of a round's training signal, as shares and counts by name."""
    rows = [row for s in signals for row in s.rows]
    routes = [r for s in signals for r in s.routes or (Route.REINFORCE,) * len(s.rows)]
    contexts = [c for s in signals for c in s.contexts]
    steps = [v for g in groups for m in g.members for v in m.verdict.steps]
    wanted = sum(r is not Route.REINFORCE for r in routes)
    tokens = sum(len(row.sampled) for row in rows)
    moved = sum(1 for row in rows for a, d in zip(row.advantages, row.distil, strict=True) if a or d)
    read = [row for row in rows if row.teacher_prompt is not None and any(row.distil)]
    taught = {
        "teacher_coverage": sum(c is not None for c in contexts),
        "correction_share": sum(c is not None and c.correction is not None for c in contexts),
    }
    return {
        **{f"route_{r}": routes.count(r) / len(routes) for r in Route},
        # Where no rollout is to be distilled, as in methods without routes, neither is a share of anything.
        **{name: count / wanted for name, count in taught.items() if wanted},
        "teacher_tokens": float(sum(len(row.teacher_prompt or ()) + len(row.exchange.reply) for row in read)),
        "unknown_share": sum(v.judgement == "unknown" for v in steps) / max(1, len(steps)),
        "repeated_steps": _repeated(groups) / max(1, len(steps)),
        "masked_tokens": 1 - moved / max(1, tokens),
        "all_equal_groups": sum(g.solved in (0, len(g.members)) for g in groups) / len(groups),
        "memory_hits": sum(bool(c and c.used) for c in contexts) / wanted if wanted else 0.0,
    }


def _repeated(groups: Sequence[Group]) -> int:
    """Count the steps that repeat an earlier one of the same solution word for word."""
    verdicts = [m.verdict for g in groups for m in g.members]
    return sum(len(v.steps) - len({step.text for step in v.steps}) for v in verdicts)
