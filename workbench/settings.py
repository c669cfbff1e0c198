"""The sections of a run's configuration, each a frozen record. Those of the methods lie with the methods."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Section(BaseModel):
    """What all sections share: frozen, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        coerce_numbers_to_str=True,  # a model in a folder called 2024 is a path, not a number
        protected_namespaces=(),
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_values(cls, value: object) -> object:
        """Refuse `yes` and `true`, which would pass as the number 1. No field is a truth value."""
        if isinstance(value, bool):
            raise ValueError("Input should not be true or false")
        return value


class ModelSettings(Section):
    """The policy: which weights, and what of them is trained."""

    path: str | None = None
    """Folder or hub id of a causal language model; null for the shipped tutor model."""
    lora_rank: int = Field(default=0, ge=0)
    """Rank of LoRA adapters; 0 trains the full weights."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    """Where to run: auto, cpu, mps, cuda or cuda:N."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Number format of the weights; auto is bfloat16 on a GPU that has it, float32 elsewhere."""


class ProblemSettings(Section):
    """Which problems are trained on."""

    path: str | None = None
    """A JSONL file of problems; null for the shipped train split."""
    difficulty: int | None = Field(default=None, ge=0)
    """Of those only the ones of this difficulty, 1 to 3 in the shipped split; null for all. The shipped splits that a
    run is measured on stay whole."""


class SamplingSettings(Section):
    """How rollouts are sampled."""

    problems_per_round: int = Field(default=16, gt=0)
    """Groups in one round."""
    group_size: int = Field(default=8, ge=2)
    """Rollouts of each problem; two at least, since advantages are relative to the group."""
    max_tokens: int = Field(default=160, gt=0)
    """Tokens after which a rollout is cut off."""
    temperature: float = Field(default=1.0, gt=0)
    """Softmax temperature; 1 samples the policy itself."""


class TrainingSettings(Section):
    """How the policy is updated, and for how long."""

    knowledge: Literal["answer", "reference"] = "answer"
    """What is known of a problem: its final answer, or its worked solution too. The verifier then reads the worked
    solution, and a teacher may read it as one more solution. `sft` always reads it."""
    learning_rate: float = Field(default=1e-4, gt=0)
    """Step size of AdamW."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay of AdamW."""
    clip_norm: float = Field(default=1.0, gt=0)
    """Largest norm of a gradient; longer ones are scaled down."""
    updates_per_round: int = Field(default=8, gt=0)
    """Optimizer updates from the rollouts of one round."""
    minutes: float | None = Field(default=5.0, gt=0)
    """Wall time after which no further round starts; null for no limit."""
    rounds: int | None = Field(default=None, gt=0)
    """Rounds after which training stops; null for no limit."""
    ema_rate: float = Field(default=0.01, gt=0, le=1)
    """Share of the policy that enters the moving average at each update; more in the first hundreds. A run evaluates
    and leaves behind the average, whatever its method: it is steadier than the last step."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Seed of everything random in the run."""
    threads: int | None = Field(default=None, gt=0)
    """CPU threads of PyTorch; null for one with a small model, and for PyTorch's own choice with others."""


class MemorySettings(Section):
    """How procedural memory is retrieved and how long it lasts."""

    token_budget: int = Field(default=160, ge=0)
    """Tokens of items that the teacher reads at most, the problem's own solution not counted. With 0 the teacher
    reads no memory, so none is written."""
    max_items: int = Field(default=3, ge=0)
    """Items that the teacher reads at most, the problem's own solution not counted."""
    expiry_epochs: int | None = Field(default=2, gt=0)
    """Passes over the problems after which an item that was not written again expires; null for never."""


class ReflectionSettings(Section):
    """How reflections are written."""

    writer: Literal["policy", "diagnosis", "both"] = "policy"
    """The policy itself, a writer that turns verdicts into lessons, or both."""
    pattern_every: int = Field(default=10, gt=0)
    """Rounds between poolings of insights into patterns."""
    min_probability: float = Field(default=0.8, ge=0, le=1)
    """Mean probability of its tokens below which a reply is dropped as garbled; 0 keeps all. The default is for the
    tutor model, which knows the sentences that it writes: freer writers are less sure of their words."""
    measure_every: int = Field(default=10, gt=0)
    """Rounds between measurements of what new insights are worth to the teacher, and of how many contexts move it."""


class EvaluationSettings(Section):
    """How often and on how much the policy is evaluated."""

    every: int = Field(default=10, gt=0)
    """Rounds between evaluations on the dev split."""
    problems: int = Field(default=64, gt=0)
    """Problems of the dev split in one evaluation."""
    samples: int = Field(default=4, gt=0)
    """Samples of each problem at temperature 1."""
    final_problems: int = Field(default=240, gt=0)
    """Problems of each held-out split in the evaluations before and after training."""


class CheckpointSettings(Section):
    """How often a run can be resumed from."""

    every: int = Field(default=5, gt=0)
    """Rounds between checkpoints: a kill loses at most this many, which are repeated."""
