"""Batched sampling that keeps the sampled ids and log-probabilities, each rollout from its own seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import DynamicCache

from workbench.engine.network import Network
from workbench.engine.protocol import Sample
from workbench.types import StopReason

BATCH = 128
"""Replies that are decoded together at most."""


@torch.inference_mode()
def sample(
    network: Network,
    end_ids: frozenset[int],
    prompts: Sequence[Sequence[int]],
    seeds: Sequence[Sequence[int]],
    max_tokens: int,
    temperature: float = 1.0,
    batch: int = BATCH,
    progress: Callable[[int], None] | None = None,
) -> list[list[Sample]]:
    """Return replies to each prompt, one for each of its seeds. Temperature 0 is greedy and ignores the seeds.

    `batch` bounds the rows that are decoded together. Prompts of similar length are decoded together.
    """
    network.model.eval()
    results: list[list[Sample]] = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    chunk: list[int] = []
    for position, i in enumerate(order):
        chunk.append(i)
        following = order[position + 1] if position + 1 < len(order) else None
        rows = sum(len(seeds[k]) for k in chunk)
        if following is None or rows + len(seeds[following]) > batch:
            own, theirs = [prompts[k] for k in chunk], [seeds[k] for k in chunk]
            decoded = _decode(network, end_ids, own, theirs, max_tokens, temperature)
            for k, samples in zip(chunk, decoded, strict=True):
                results[k] = samples
            if progress:
                progress(rows)
            chunk = []
    return results


def uniforms(seeds: Sequence[int], count: int) -> torch.Tensor:
    """Return uniform numbers [rows, tokens]: row i depends on seed i alone, not on who is decoded beside it."""
    rows = [np.random.Generator(np.random.Philox(seed)).random(count, dtype=np.float32) for seed in seeds]
    return torch.from_numpy(np.stack(rows))


def choose(logits: torch.Tensor, uniforms: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return token ids [rows] by inverse transform of one uniform a row, or the likeliest at temperature 0."""
    if temperature == 0:
        return logits.argmax(-1)
    cumulative = torch.softmax(logits / temperature, -1).cumsum(-1)
    # Rounding can leave the last sum a little off 1: scale, so that the last token with any mass is reachable.
    points = uniforms[:, None] * cumulative[:, -1:]
    return torch.searchsorted(cumulative, points, right=True).squeeze(-1).clamp_(max=logits.shape[-1] - 1)


@dataclass
class _Nodes:
    """The distinct texts so far, a row each: what several rollouts have in common is read once."""

    cache: DynamicCache
    mask: torch.Tensor
    position: torch.Tensor
    """Of the last token."""
    logits: torch.Tensor
    """Of the next token: [nodes, vocabulary]."""


def _decode(
    network: Network,
    end_ids: frozenset[int],
    prompts: Sequence[Sequence[int]],
    seeds: Sequence[Sequence[int]],
    max_tokens: int,
    temperature: float,
) -> list[list[Sample]]:
    device = network.device
    nodes = _read(network, prompts)
    copies = torch.tensor([len(s) for s in seeds], device=device)
    node = torch.repeat_interleave(torch.arange(len(prompts), device=device), copies)
    rows = len(node)
    numbers = uniforms([seed for group in seeds for seed in group], max_tokens).to(device)
    ends = torch.tensor(sorted(end_ids), dtype=torch.long, device=device)
    tokens = torch.zeros(rows, max_tokens, dtype=torch.long, device=device)
    logprobs = torch.zeros(rows, max_tokens, device=device)
    lengths = torch.full((rows,), max_tokens, device=device)
    active = torch.arange(rows, device=device)
    for t in range(max_tokens):
        chosen = choose(nodes.logits[node], numbers[active, t], temperature)
        tokens[active, t] = chosen
        logprobs[active, t] = torch.log_softmax(nodes.logits, -1)[node, chosen]
        ended = torch.isin(chosen, ends)
        lengths[active[ended]] = t + 1
        active, node, chosen = active[~ended], node[~ended], chosen[~ended]
        if not len(active) or t + 1 == max_tokens:
            break
        node = _grow(network, nodes, node, chosen)
    return _collect(tokens.cpu(), logprobs.cpu(), lengths.cpu(), seeds, end_ids)


def _read(network: Network, prompts: Sequence[Sequence[int]]) -> _Nodes:
    """Read the prompts, padded on the left: a node for each."""
    device = network.device
    width = max(map(len, prompts))
    ids = torch.zeros(len(prompts), width, dtype=torch.long)
    mask = torch.zeros(len(prompts), width, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    cache = network.new_cache()
    positions = (mask.cumsum(-1) - 1).clamp_(min=0)
    logits = network.next_logits(
        cache,
        input_ids=ids.to(device),
        attention_mask=mask.to(device),
        position_ids=positions.to(device),
    )
    return _Nodes(cache, mask.to(device), positions[:, -1].to(device), logits)


def _grow(network: Network, nodes: _Nodes, node: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Read one more token of each distinct text; returns the node of each rollout after it.

    `node`, `chosen`: where each rollout that goes on stands, and the token that it takes. Nodes that none of them
    grows from are dropped.
    """
    size = nodes.logits.shape[-1]
    after: torch.Tensor
    grown, after = torch.unique(node * size + chosen, return_inverse=True)
    parent = grown // size
    if len(parent) != len(nodes.mask) or not torch.equal(parent, torch.arange(len(parent), device=parent.device)):
        nodes.cache.batch_select_indices(parent)
        nodes.mask, nodes.position = nodes.mask[parent], nodes.position[parent]
    nodes.mask = torch.cat([nodes.mask, nodes.mask.new_ones(len(parent), 1)], -1)
    nodes.position = nodes.position + 1
    nodes.logits = network.next_logits(
        nodes.cache,
        input_ids=(grown % size)[:, None],
        attention_mask=nodes.mask,
        position_ids=nodes.position[:, None],
    )
    return after


def _collect(
    tokens: torch.Tensor,
    logprobs: torch.Tensor,
    lengths: torch.Tensor,
    seeds: Sequence[Sequence[int]],
    end_ids: frozenset[int],
) -> list[list[Sample]]:
    samples = []
    for row, length in enumerate(lengths.tolist()):
        ids = tuple(tokens[row, :length].tolist())
        stop = StopReason.END if ids[-1] in end_ids else StopReason.LENGTH
        samples.append(Sample(ids, tuple(logprobs[row, :length].tolist()), stop))
    grouped, start = [], 0
    for group in seeds:
        grouped.append(samples[start : start + len(group)])
        start += len(group)
    return grouped


# One reply token by token, with the same tokens as `sample` gives for the seed.


def stream(
    network: Network,
    end_ids: frozenset[int],
    prompt: Sequence[int],
    seed: int,
    max_tokens: int,
    temperature: float = 1.0,
) -> Iterator[int]:
    """Yield the ids of one reply as they are sampled, the end token included. Temperature 0 ignores the seed.

    Several streams of one network may be read in turn or from several threads: each keeps its own cache.
    """
    # `inference_mode` is entered for each token and left before each yield: the caller's code is not ours.
    cache = network.new_cache()
    numbers = uniforms([seed], max_tokens).to(network.device)
    pending = list(prompt)
    for t in range(max_tokens):
        token = _next(network, cache, pending, numbers[:, t], temperature)
        yield token
        if token in end_ids:
            return
        pending = [token]


@torch.inference_mode()
def _next(network: Network, cache: DynamicCache, new: Sequence[int], number: torch.Tensor, temperature: float) -> int:
    ids = torch.tensor([list(new)], device=network.device)
    return int(choose(network.next_logits(cache, input_ids=ids), number, temperature))
