"""How fast the loop samples beside transformers' own ways, and what its losses need of memory, by model size.

In the device's own number format. A run that trains all weights keeps them in float32, which is slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from transformers import AutoModelForCausalLM, GenerationConfig, Qwen2Config

from workbench.config import ModelSettings
from workbench.engine.hardware import choose_device, choose_dtype, describe_machine
from workbench.engine.network import wrap
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Exchange, LossSettings, TrainingRow
from workbench.engine.update import update
from workbench.errors import BadInput

SHAPES = {
    "0.5b": {"hidden_size": 896, "num_hidden_layers": 24, "num_attention_heads": 14, "intermediate_size": 4864},
    "1.5b": {"hidden_size": 1536, "num_hidden_layers": 28, "num_attention_heads": 12, "intermediate_size": 8960},
}
"""Models with random weights in the shapes of Qwen2.5, with its vocabulary."""
VOCABULARY = 151_936
PROMPT = 64
LOSS_ROWS, LOSS_TOKENS = 16, 256


@dataclass(frozen=True)
class SamplingRate:
    """Of one way of sampling; None and a reason where it does not run here."""

    tokens_per_second: float | None
    rollouts_per_second: float | None
    why_not: str | None = None


def throughput(models: Mapping[str, str | None], prompts: int, group: int, tokens: int) -> dict[str, Any]:
    """The figures of each model, ready for JSON, and the machine. `models`: what each name is loaded by."""
    found = {}
    for name, place in models.items():
        policy = shaped_policy(name) if name in SHAPES else load_policy(ModelSettings(path=place))
        paces = sampling_paces(policy, prompts, group, tokens)
        on_gpu = policy.device.type == "cuda"
        found[name] = {
            "parameters": policy.parameter_count(),
            "dtype": policy.dtype,
            "sampling": {way: asdict(pace) for way, pace in paces.items()},
            "loss_bytes": loss_memory(policy, LOSS_ROWS, LOSS_TOKENS) if on_gpu else None,
        }
        del policy
        torch.cuda.empty_cache()
    shape = {"prompts": prompts, "group": group, "tokens": tokens}
    return {"machine": describe_machine(), **shape, "models": found}


def shaped_policy(name: str) -> Policy:
    """A policy with random weights in one of `SHAPES`."""
    tutor = load_policy(ModelSettings(device="cpu"))
    config = Qwen2Config(vocab_size=VOCABULARY, num_key_value_heads=2, tie_word_embeddings=True, **SHAPES[name])
    device = choose_device()
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=choose_dtype(device)).eval()
    # An end token that is hardly ever drawn: every reply is as long as the limit.
    model.generation_config.eos_token_id = VOCABULARY - 1
    return Policy(wrap(model), tutor.for_trainer()[1], False, name)


def sampling_paces(policy: Policy, prompts: int, group: int, tokens: int) -> dict[str, SamplingRate]:
    """The loop's sampling, plain `generate` and continuous batching on the same prompts, one after another."""
    ids = torch.randint(10, 1000, (prompts, PROMPT), generator=torch.Generator().manual_seed(0)).tolist()
    seeds = [[i * group + k for k in range(group)] for i in range(prompts)]
    every = [row for row in ids for _ in range(group)]
    model, tokenizer = policy.for_trainer()
    settings = GenerationConfig(
        do_sample=True,
        max_new_tokens=tokens,
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        repetition_penalty=1.0,
        eos_token_id=sorted(policy.end_ids),
        pad_token_id=tokenizer.pad_token_id,
    )

    def ours(limit: int) -> int:
        replies = policy.sample(ids, seeds, limit, batch=prompts * group)
        return sum(len(reply.ids) for group_ in replies for reply in group_)

    def plain(limit: int) -> int:
        batch = torch.tensor(every, device=policy.device)
        settings.max_new_tokens = limit
        mask = torch.ones_like(batch)
        with torch.inference_mode():
            made = model.generate(batch, attention_mask=mask, generation_config=settings)
        ends = torch.tensor(sorted(policy.end_ids), device=made.device)
        ended = torch.isin(made[:, PROMPT:], ends).long().cumsum(-1)
        return int((ended == 0).sum() + (ended.max(-1).values > 0).sum())

    def continuous(limit: int) -> int:
        settings.max_new_tokens = limit
        made = model.generate_batch(every, generation_config=settings, progress_bar=False)
        if len(made) != len(every):
            raise RuntimeError(f"{len(made)} of {len(every)} requests came back")
        if error := next((one.error for one in made.values() if one.error), None):
            raise RuntimeError(error)
        return sum(len(one.generated_tokens) for one in made.values())

    return {
        name: _timed(way, tokens, prompts * group)
        for name, way in (("loop", ours), ("generate", plain), ("continuous_batching", continuous))
    }


def _timed(way: Callable[[int], int], tokens: int, rollouts: int) -> SamplingRate:
    try:
        way(8)  # kernels are chosen and caches filled outside the time
        _wait()
        started = time.perf_counter()
        made = way(tokens)
        _wait()
    except Exception as error:  # what a library cannot do here is a finding, and the other ways still count
        return SamplingRate(None, None, f"{type(error).__name__}: {error}".splitlines()[0][:200])
    seconds = time.perf_counter() - started
    return SamplingRate(made / seconds, rollouts / seconds)


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def loss_memory(policy: Policy, rows: int, tokens: int) -> dict[str, float | None]:
    """Peak bytes on the GPU of one update's losses, in parts as the loop makes them and with all logits at once.

    Both hold the model and its gradients, and run the same rows; None where memory ran out. Raises `BadInput`
    without a CUDA device.
    """
    if policy.device.type != "cuda":
        raise BadInput("Peak memory is read from a CUDA device; there is none here.")
    vocabulary = policy.network.vocabulary
    random = torch.Generator().manual_seed(0)
    replies = torch.randint(10, min(1000, vocabulary), (rows, tokens), generator=random).tolist()
    exchanges = [Exchange(tuple(range(10, 10 + PROMPT)), tuple(reply)) for reply in replies]
    model, _ = policy.for_trainer()
    model.requires_grad_(True)
    return {
        "in_parts": _peak(lambda: _in_parts(policy, exchanges)),
        "all_at_once": _peak(lambda: _all_at_once(policy, exchanges)),
        "model_and_gradients": 2.0 * sum(p.numel() * p.element_size() for p in model.parameters()),
    }


def _in_parts(policy: Policy, exchanges: Sequence[Exchange]) -> None:
    count = len(exchanges[0].reply)
    ones = (1.0 / count,) * count
    made = [TrainingRow(e, (-1.0,) * count, ones, ones, tuple(e.prompt)) for e in exchanges]
    # Plain gradient descent keeps no moments, so that the peak is the losses' own.
    optimizer = torch.optim.SGD(policy.network.model.parameters(), lr=0.0)
    losses = LossSettings(distill_weight=1.0, policy_gradient_weight=1.0)
    update(policy.network, policy.network, optimizer, made, [], losses, clip_norm=1.0)


def _all_at_once(policy: Policy, exchanges: Sequence[Exchange]) -> None:
    logits = policy.network.logits(policy.network.hidden(exchanges))
    with torch.no_grad():
        teacher = policy.network.logits(policy.network.hidden(exchanges))
    student = torch.log_softmax(logits, -1)
    known = torch.log_softmax(teacher, -1)
    ids = torch.tensor([t for e in exchanges for t in e.reply], device=policy.device)
    gradient = student.gather(-1, ids[:, None]).mean()
    distil = (student.exp() * (student - known)).sum(-1).mean()
    (distil - gradient).backward()


def _peak(work: Callable[[], Any]) -> float | None:
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    try:
        work()
    except torch.OutOfMemoryError:
        return None
    return float(torch.cuda.max_memory_allocated())
