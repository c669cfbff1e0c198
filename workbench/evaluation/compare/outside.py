"""Outside opponents: TRL's GRPO and SDPO on the same model, problems, rollouts and final-answer reward."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from workbench.config import Config
from workbench.engine.learner import move_average
from workbench.engine.policy import Policy, load_policy
from workbench.errors import BadInput
from workbench.prompts import Help, problem_message
from workbench.training.loop import Evaluate
from workbench.types import Problem, Round
from workbench.verification import Verifier

NO_TRL = "TRL is not installed; run pip install 'tutor-workbench[trl]', or leave its arm out."


def installed() -> bool:
    """Return whether TRL is here: it is an optional extra."""
    return importlib.util.find_spec("trl") is not None


def train_by_trl(
    config: Config,
    problems: Sequence[Problem],
    folder: Path,
    evaluate: Evaluate,
    verifier: Verifier,
    on_round: Callable[[Round], None],
) -> tuple[Policy, list[Round]]:
    """Return the policy that TRL's trainer for `grpo` or `sdpo` makes of the configured budget, and its rounds.

    TRL's own defaults hold for all that the budget does not say, its loss among them. As with every method here, what
    is evaluated and returned is the moving average of the weights. A run that is interrupted starts from the
    beginning. Raise `BadInput` where TRL is not installed.
    """
    if not installed():
        raise BadInput(NO_TRL)
    from datasets import Dataset

    policy = load_policy(config.model, trainable=True)
    model, tokenizer = policy.for_trainer()
    texts = [problem_message(p.text, instruction=policy.instruction) for p in problems]
    rows = [{"prompt": [{"role": "user", "content": text}], "place": i} for i, text in enumerate(texts)]
    watch = _TrainerWatch(config, problems, policy, policy.frozen_copy(), evaluate, verifier, on_round)
    trainer_class, arguments = _sdpo(policy, problems) if config.method.name == "sdpo" else _grpo()
    trainer = trainer_class(
        model=model,
        reward_funcs=watch.reward,
        args=arguments(**_budget(config, folder)),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[_callback(watch)],
    )
    trainer.train()
    return watch.average, watch.rounds


def _grpo() -> tuple[Any, Any]:
    """TRL's GRPO trainer, and the class of its arguments."""
    from trl import GRPOConfig, GRPOTrainer

    return GRPOTrainer, GRPOConfig


def _sdpo(policy: Policy, problems: Sequence[Problem]) -> tuple[Any, Any]:
    """TRL's SDPO trainer (experimental), and its arguments: the teacher reads a right sibling as ours does."""
    from trl.experimental.sdpo import SDPOConfig, SDPOTrainer

    solution = "{successful_previous_attempt}"
    template = reprompt_template(policy, problems)
    return SDPOTrainer, partial(SDPOConfig, reprompt_template=template, solution_template=solution)


def reprompt_template(policy: Policy, problems: Sequence[Problem]) -> str:
    """Return TRL's template of what SDPO's teacher reads, in the words that the tutor learned."""
    template = _Solved("{prompt}{solution}{feedback}")
    template.texts = {problem_message(p.text, instruction=policy.instruction): p.text for p in problems}
    template.instruction = policy.instruction
    return template


class _Solved(str):
    """A template that `problem_message` fills in: no pattern of TRL's three blanks could name the problem twice."""

    texts: Mapping[str, str]
    """The text of a problem by its message."""
    instruction: bool

    def format(self, *_: object, **given: object) -> str:
        text, lines = self.texts[str(given["prompt"])], str(given["solution"]).splitlines()
        return problem_message(text, Help(solved=((text, tuple(lines)),)), self.instruction)


def _budget(config: Config, folder: Path) -> dict[str, Any]:
    """What the configuration says of rollouts, updates and the optimizer, in TRL's words."""
    sampling, training = config.sampling, config.training
    assert training.rounds is not None
    rollouts = sampling.problems_per_round * sampling.group_size
    return {
        "output_dir": str(folder),
        "max_steps": training.rounds * training.updates_per_round,
        "per_device_train_batch_size": rollouts // training.updates_per_round,
        "steps_per_generation": training.updates_per_round,
        "num_generations": sampling.group_size,
        "max_completion_length": sampling.max_tokens,
        "temperature": sampling.temperature,
        "learning_rate": training.learning_rate,
        "lr_scheduler_type": "constant",
        "adam_beta2": 0.95,
        "weight_decay": training.weight_decay,
        "max_grad_norm": training.clip_norm,
        "seed": training.seed,
        "optim": "adamw_torch",
        "gradient_checkpointing": False,
        "bf16": False,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "logging_strategy": "no",
    }


@dataclass
class _TrainerWatch:
    """What happens beside TRL's own work: rewards, the moving average, rounds and evaluations."""

    config: Config
    problems: Sequence[Problem]
    policy: Policy
    average: Policy
    evaluate: Evaluate
    verifier: Verifier
    on_round: Callable[[Round], None]
    rounds: list[Round] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    metrics: dict[str, float] = field(default_factory=dict)

    def reward(
        self, completions: Sequence[Any], completion_ids: Sequence[Sequence[int]], place: Sequence[int], **_: Any
    ) -> list[float]:
        """Return 1 for a right final answer, else 0, as for our methods. Called once for the rollouts of a round."""
        texts = [completion[0]["content"] for completion in completions]
        verdicts = [self.verifier.verify(self.problems[i], text) for i, text in zip(place, texts, strict=True)]
        count = len(verdicts)
        self.metrics = {
            "rollouts": float(count),
            "mean_tokens": sum(map(len, completion_ids)) / count,
            "solve_share": sum(v.answer_correct for v in verdicts) / count,
            "process_share": sum(v.process_correct for v in verdicts) / count,
            "wrong_reasons_share": sum(v.right_for_wrong_reasons for v in verdicts) / count,
            "teacher_tokens": 0.0,
            "writer_tokens": 0.0,
        }
        return [float(v.answer_correct) for v in verdicts]

    def before_step(self, step: int) -> None:
        """Evaluate where a round begins at which the plan wants it."""
        round, within = divmod(step, self.config.training.updates_per_round)
        if not within and round % self.config.evaluation.every == 0:
            self.evaluate(self.average, round)
            self.policy.for_trainer()[0].train()
            self.started = time.perf_counter()

    def after_step(self, step: int) -> None:
        """Move the average; record the round that is done. `step`: how many are done."""
        move_average(self.average, self.policy, self.config.training.ema_rate, step - 1)
        round, within = divmod(step, self.config.training.updates_per_round)
        if not within:
            now = time.perf_counter()
            epoch = (round - 1) * self.config.sampling.problems_per_round / len(self.problems)
            self.rounds.append(Round(round - 1, epoch, self.metrics, {"train": now - self.started}))
            self.started = now
            self.on_round(self.rounds[-1])


def _callback(watch: _TrainerWatch) -> Any:
    from transformers import TrainerCallback

    class Callback(TrainerCallback):  # type: ignore[misc]
        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            watch.before_step(state.global_step)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            watch.after_step(state.global_step)

    return Callback()
