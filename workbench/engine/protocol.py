"""The door to a model: what the workbench asks of whatever samples, scores and learns. Imports no torch.

`Engine` writes text and scores it; `Learner` is an engine that is being trained. The Hugging Face engine in this
folder is the first of them; a test trains with a scripted one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from workbench.prompts import NO_HELP, Help
from workbench.types import StopReason


def rollout_seed(*parts: object) -> int:
    """Return a seed of 63 bits that depends on nothing but its parts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@dataclass(frozen=True)
class Exchange:
    """A prompt and a reply, as token ids."""

    prompt: Sequence[int]
    reply: Sequence[int]


@dataclass(frozen=True)
class Sample:
    """One sampled reply."""

    ids: tuple[int, ...]
    """Sampled ids, the end token included."""
    logprobs: tuple[float, ...]
    """Of each sampled id at temperature 1."""
    stop: StopReason


@dataclass(frozen=True)
class TrainingRow:
    """One rollout as the optimizer sees it. All tuples have one entry per reply token."""

    exchange: Exchange
    sampled: tuple[float, ...]
    """Log-probabilities when it was sampled."""
    advantages: tuple[float, ...]
    distil: tuple[float, ...]
    """Weight of the divergence from the teacher."""
    teacher_prompt: tuple[int, ...] | None
    """The problem with the teacher's help; None where there is nothing to distil."""
    times: int = 1
    """How many rollouts it stands for."""


@dataclass(frozen=True)
class Target:
    """A corrected step to be written after a verified prefix: a hard target."""

    exchange: Exchange
    """The prompt includes the verified prefix; the reply is what belongs after it."""
    weight: float
    member: int | None = None
    """Place in its group of the rollout that it corrects."""


@dataclass(frozen=True)
class LossSettings:
    """How the terms of the loss are weighted, and from what distribution a teacher's tokens are distilled."""

    divergence: Literal["forward", "reverse", "jsd"] = "reverse"
    """Forward KL, reverse KL or Jensen-Shannon divergence from teacher to student."""
    teacher_temperature: float = 1.0
    entropy_weighting: float = 0.0
    """How fast a token's weight falls with the teacher's entropy, as exp(-entropy_weighting * entropy)."""
    distill_weight: float = 0.0
    hard_target_weight: float = 0.0
    policy_gradient_weight: float = 0.0


class Engine(Protocol):
    """A model that writes text: tokens, sampling, and scoring of given tokens."""

    @property
    def name(self) -> str: ...

    @property
    def instruction(self) -> bool:
        """Whether problems carry an instruction, for models that did not learn our formats."""
        ...

    @property
    def end_ids(self) -> frozenset[int]:
        """All tokens that end a reply."""
        ...

    @property
    def end_id(self) -> int | None:
        """The end token that is taught after a final line; None for a model without one."""
        ...

    def encode(self, text: str) -> list[int]: ...

    def text(self, ids: Sequence[int]) -> str: ...

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the text that each token adds; together they are the reply's text."""
        ...

    def message_ids(self, message: str) -> list[int]:
        """Return the tokens of one user message, up to where the reply starts."""
        ...

    def problem_ids(self, text: str, help: Help = NO_HELP) -> list[int]:
        """Return the tokens of a problem, with help for a teacher, up to where the solution starts."""
        ...

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        seeds: Sequence[Sequence[int]],
        max_tokens: int,
        temperature: float = 1.0,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Sample]]:
        """Return replies to each prompt, one for each of its seeds. Temperature 0 is greedy and ignores the seeds."""
        ...

    def stream(self, prompt: Sequence[int], seed: int, max_tokens: int, temperature: float = 1.0) -> Iterator[int]:
        """Yield the ids of one reply as they are sampled, the end token included."""
        ...

    def logprobs(self, exchanges: Sequence[Exchange]) -> list[list[float]]:
        """Return the log-probability of each reply token at temperature 1, one list for each exchange."""
        ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector for each text, by which retrieval compares problems."""
        ...

    def save(self, folder: Path) -> None:
        """Write a folder from which the engine can be loaded again, whole or not at all."""
        ...


class Learner(Protocol):
    """An engine that is being trained, with the moving average of its weights and its teacher."""

    @property
    def policy(self) -> Engine: ...

    @property
    def average(self) -> Engine: ...

    @property
    def teacher(self) -> Engine: ...

    @property
    def checkpoint_bytes(self) -> int:
        """About how many bytes `save` writes, so that a full disk is found before any time is spent."""
        ...

    def update(
        self, rows: Sequence[TrainingRow], targets: Sequence[Target], losses: LossSettings
    ) -> Mapping[str, float]:
        """Make one optimizer update, move the average, and return the losses by name."""
        ...

    def save(self, folder: Path) -> None:
        """Write the weights, the average, the teacher and the optimizer's state into a folder."""
        ...

    def restore(self, folder: Path) -> None:
        """Read what `save` wrote, so that training continues as if it had never stopped."""
        ...
