"""The bench of sampling: every way makes all its tokens, and what cannot run says why."""

import pytest
import torch
from typer.testing import CliRunner

from workbench.__main__ import app
from workbench.config import ModelSettings
from workbench.engine.policy import load_policy
from workbench.errors import BadInput
from workbench.lab import throughput
from workbench.lab.bench import OURS
from workbench.lab.throughput import loss_memory, sampling_paces


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def test_the_loop_and_generate_are_timed_and_a_failure_is_told(policy, monkeypatch):
    def refuse(*_, **__):
        raise RuntimeError("no paged attention here\nand more")

    monkeypatch.setattr(type(policy.network.inner), "generate_batch", refuse)
    paces = sampling_paces(policy, prompts=2, group=2, tokens=8)
    assert paces["loop"].tokens_per_second > paces["loop"].rollouts_per_second > 0
    assert paces["generate"].rollouts_per_second > 0
    assert paces["continuous_batching"].tokens_per_second is None
    assert paces["continuous_batching"].why_not == "RuntimeError: no paged attention here"


def test_both_ways_of_the_memory_bench_reach_the_vocabulary(policy):
    exchanges = [throughput.Exchange((5, 6, 7), (8, 9, 10)), throughput.Exchange((5, 6, 7), (11, 12, 13))]
    gradients = []
    policy.network.model.requires_grad_(True)
    for way in (throughput._in_parts, throughput._all_at_once):
        kept: list[torch.Tensor] = []
        hook = policy.network.inner.get_output_embeddings().weight.register_hook(
            lambda g, kept=kept: kept.append(g.clone())
        )
        way(policy, exchanges)
        hook.remove()
        policy.network.model.zero_grad(set_to_none=True)
        gradients.append(torch.stack(kept).sum(0).abs().sum() > 0)
    assert all(gradients)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine can measure it")
def test_without_a_gpu_the_memory_bench_says_so(policy):
    with pytest.raises(BadInput, match="CUDA"):
        loss_memory(policy, 2, 4)


def test_the_command_shows_what_failed_and_why(monkeypatch):
    fine = {"tokens_per_second": 1234.5, "rollouts_per_second": 9.0, "why_not": None}
    broken = {"tokens_per_second": None, "rollouts_per_second": None, "why_not": "RuntimeError: [no] paging"}
    weighed = {"in_parts": 9e9, "all_at_once": None, "model_and_gradients": 1e9}
    models = {
        "tutor": {"sampling": {"loop": fine, "continuous_batching": broken}, "loss_bytes": None},
        "0.5b": {"sampling": {"loop": broken}, "loss_bytes": weighed},
    }
    report = {"machine": "a box", "prompts": 2, "group": 3, "tokens": 16, "models": models}
    monkeypatch.setattr(throughput, "throughput", lambda *_: report)
    shown = CliRunner().invoke(app, ["bench", "sampling", "--model", "tutor", "--model", "0.5b"])
    assert shown.exit_code == 0, shown.output
    for part in ("1,234", "failed", "9.0", "out of memory", "tutor, continuous_batching: RuntimeError: [no] paging"):
        assert part in shown.stdout


def test_a_mistyped_model_is_refused_before_anything_is_timed():
    refused = CliRunner().invoke(app, ["bench", "sampling", "--model", "tutor", "--model", "0.5B"])
    assert "There is no run or folder '0.5B'" in refused.output + str(refused.exception)


def test_the_shapes_that_the_command_knows_are_those_of_the_bench():
    assert {"tutor", *throughput.SHAPES} == set(OURS)
