"""The bench of sampling: every way makes all its tokens, and what cannot run says why."""

import pytest
import torch

from workbench.config import Model
from workbench.errors import BadInput
from workbench.evaluation import throughput
from workbench.evaluation.throughput import loss_memory, sampling_paces
from workbench.training.policy import load_policy


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    return load_policy(Model(path=str(tiny_tutor), device="cpu"))


def test_the_loop_and_generate_are_timed_and_a_failure_is_told(policy, monkeypatch):
    def refuse(*_, **__):
        raise RuntimeError("no paged attention here\nand more")

    monkeypatch.setattr(type(policy.inner), "generate_batch", refuse)
    paces = sampling_paces(policy, prompts=2, group=2, tokens=8)
    assert paces["loop"].tokens_per_second > paces["loop"].rollouts_per_second > 0
    assert paces["generate"].rollouts_per_second > 0
    assert paces["continuous_batching"].tokens_per_second is None
    assert paces["continuous_batching"].why_not == "RuntimeError: no paged attention here"


def test_both_ways_of_the_memory_bench_reach_the_vocabulary(policy):
    exchanges = [throughput.Exchange((5, 6, 7), (8, 9, 10)), throughput.Exchange((5, 6, 7), (11, 12, 13))]
    gradients = []
    policy.model.requires_grad_(True)
    for way in (throughput._in_parts, throughput._all_at_once):
        kept: list[torch.Tensor] = []
        hook = policy.inner.get_output_embeddings().weight.register_hook(lambda g, kept=kept: kept.append(g.clone()))
        way(policy, exchanges)
        hook.remove()
        policy.model.zero_grad(set_to_none=True)
        gradients.append(torch.stack(kept).sum(0).abs().sum() > 0)
    assert all(gradients)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine can measure it")
def test_without_a_gpu_the_memory_bench_says_so(policy):
    with pytest.raises(BadInput, match="CUDA"):
        loss_memory(policy, 2, 4)
