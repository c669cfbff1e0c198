"""The fields of a run's configuration, their presets, their YAML and their hash."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.errors import BadInput
from workbench.types import content_id

PresetName = Literal["tiny", "laptop", "gpu"]


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

    method: Literal["pmd", "sdpo", "grpo", "rft", "sft"] = "pmd"
    """Procedural memory distillation; self-distillation from siblings; policy gradient on whole solutions;
    fine-tuning on right rollouts; fine-tuning on worked solutions."""
    credit: Literal["step", "outcome"] = "step"
    """Of pmd: whether the verdicts on steps decide what is taught, or the final answer alone."""
    knowledge: Literal["answer", "reference"] = "answer"
    """What is known of a problem: its final answer, or its worked solution too, which then serves the verifier, and
    as one more solution that the teacher may read. `sft` always reads the worked solution."""
    feedback: Literal["siblings", "verifier"] = "siblings"
    """Of sdpo: whether its teacher reads right siblings alone, or the verifier's reason where there is none."""
    anchor: float = Field(default=0.0, ge=0)
    """Of grpo: weight of the divergence from the teacher reading the problem alone; from a frozen one, with
    `distill_weight` and `teacher_temperature` 1 and `doubt` 0, it is a KL anchor."""
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
    teacher: Literal["ema", "frozen", "live"] = "ema"
    """Weights of the self-teacher: the moving average, those at the start, or the policy's own. What a run evaluates
    and leaves behind is the average, whoever teaches: it is steadier than the last step."""
    ema_rate: float = Field(default=0.01, gt=0, le=1)
    """Share of the policy that enters the moving average at each update; more in the first hundreds."""
    teacher_temperature: float = Field(default=0.5, gt=0)
    """Softmax temperature of the teacher: below 1 it teaches what it finds likely more firmly than it samples."""
    doubt: float = Field(default=1.0, ge=0)
    """How fast a token's weight falls with the teacher's entropy, as exp(-doubt * entropy)."""
    divergence: Literal["forward", "reverse", "jsd"] = "reverse"
    """Forward KL, reverse KL or Jensen-Shannon divergence from teacher to student."""
    distill_weight: float = Field(default=0.5, ge=0)
    """Weight of distilling the teacher's distribution."""
    hard_target_weight: float = Field(default=1.0, ge=0)
    """Weight of the cross-entropy of a known repair."""
    policy_gradient_weight: float = Field(default=1.0, ge=0)
    """Weight of the group-relative policy gradient."""
    blame: float = Field(default=1.0, ge=0)
    """Of pmd: share of the policy gradient that a distilled rollout feels as well, at its first wrong step, or on all
    its tokens where none is located; 0 routes purely."""
    affirm: float = Field(default=16.0, ge=0)
    """Of pmd: weight, times `distill_weight`, of distilling the teacher that reads the problem alone on right
    rollouts with no step proved wrong, spread over their tokens. At a `teacher_temperature` below 1 the policy comes
    to sample more firmly what it finds likely and was not refuted; 0 leaves them to the policy gradient."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Seed of everything random in the run."""
    threads: int | None = Field(default=None, gt=0)
    """CPU threads of PyTorch; null leaves its own choice."""


class MemorySettings(Section):
    """How procedural memory is retrieved and how long it lasts."""

    token_budget: int = Field(default=160, ge=0)
    """Tokens of items that the teacher reads at most, the problem's own solution not counted; 0 for a teacher without
    memory."""
    max_items: int = Field(default=3, ge=0)
    """Items that the teacher reads at most, the problem's own solution not counted."""
    expiry_epochs: int | None = Field(default=2, gt=0)
    """Passes over the problems after which an item that was not written again expires; null for never."""
    replay: int = Field(default=0, ge=0)
    """Corrected steps of earlier rounds that are learned again in each round."""
    mode: Literal["evolving", "transient", "frozen", "shuffled"] = "evolving"
    """evolving; transient forgets after each round; frozen is written in the first pass over the problems only;
    shuffled reads items of another problem, as many tokens at most, and no solution of its own."""
    levels: tuple[Literal["experience", "insight", "pattern"], ...] = ("experience", "insight", "pattern")
    """Which levels the teacher reads."""


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
    """Rounds between checkpoints: a kill costs at most so many, which are then made again."""


class Config(Section):
    """Everything that decides what a run does. The defaults are the preset `laptop`."""

    preset: PresetName = "laptop"
    """The preset that filled in what was not set."""
    model: ModelSettings = ModelSettings()
    """The policy."""
    problems: ProblemSettings = ProblemSettings()
    """What is trained on."""
    sampling: SamplingSettings = SamplingSettings()
    """Rollouts."""
    training: TrainingSettings = TrainingSettings()
    """Updates."""
    memory: MemorySettings = MemorySettings()
    """Procedural memory."""
    reflection: ReflectionSettings = ReflectionSettings()
    """Reflections."""
    evaluation: EvaluationSettings = EvaluationSettings()
    """Evaluations."""
    checkpoint: CheckpointSettings = CheckpointSettings()
    """Checkpoints."""


PRESETS: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "tiny": {  # a run of seconds, for tests and first looks
            "sampling": {"problems_per_round": 4, "group_size": 4, "max_tokens": 96},
            "training": {"minutes": None, "rounds": 2},
            "evaluation": {"every": 2, "problems": 8, "final_problems": 8},
        },
        "laptop": {},
        "gpu": {  # a real small language model on one GPU
            "sampling": {"problems_per_round": 64, "group_size": 8, "max_tokens": 512},
            "training": {"learning_rate": 1e-5, "minutes": 60.0},
            "memory": {"token_budget": 512, "max_items": 6},
            "reflection": {"min_probability": 0.4},
            "evaluation": {"problems": 256},
        },
    }
)
"""What each preset sets otherwise than the defaults, by section."""


def preset(name: str) -> Config:
    """The configuration of a preset. Raises `BadInput` for any other name."""
    if name not in PRESETS:
        raise BadInput(f"There is no preset {name!r}; the presets are {', '.join(PRESETS)}.")
    return Config.model_validate({"preset": name, **PRESETS[name]})


def dump_config(config: Config) -> str:
    """The whole configuration as YAML, which `load_config` reads back to an equal one."""
    text: str = yaml.safe_dump(config.model_dump(), sort_keys=False, allow_unicode=True)
    return text


def config_hash(config: Config) -> str:
    """Sixteen hex digits that two configurations share if and only if they set the same values.

    The preset's name does not count: what it set does.
    """
    return content_id(config.model_dump(exclude={"preset"}))
