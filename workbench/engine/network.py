"""A transformers model as sampling and training read it: hidden states of replies, and logits made of them.

What a model allows is tried once, when it is wrapped: whether it reads trees of sequences, and what it does to the
output of its head.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from peft import PeftModel
from transformers import DynamicCache, PreTrainedModel

from workbench.engine.packing import Packed, pack
from workbench.engine.protocol import Exchange
from workbench.errors import BadInput

Finish = Callable[[torch.Tensor], torch.Tensor]
"""What a model does to the output of its head: logits to logits."""

WORTH_PACKING = 0.8
"""Packed tokens for each padded one below which sequences are packed."""
AT_ONCE = 16
"""Sequences whose vocabulary logits exist at once."""


@dataclass(frozen=True, eq=False)
class Network:
    """A transformers model, and what was found out about it by `wrap`."""

    model: PreTrainedModel
    packs: bool
    """Whether it reads trees of sequences as it reads each alone; not all kinds of attention do."""
    finish: Finish | None
    """What it does to its head's output; None where that is unknown: it can sample, but not be scored or trained."""
    cache_name: str
    """The keyword of the cache: `cache`, before transformers 5.24 `past_key_values`."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        device = next(self.model.parameters()).device
        assert isinstance(device, torch.device)
        return device

    @property
    def inner(self) -> Any:
        """The transformers model under any adapter."""
        return inner_model(self.model)

    @property
    def vocabulary(self) -> int:
        """How many logits each token has."""
        return int(self.inner.config.get_text_config().vocab_size)

    def frozen_copy(self) -> Network:
        """Return the same weights in another model, without gradients."""
        return replace(self, model=copy.deepcopy(self.model).requires_grad_(False).eval())

    def hidden(self, sequences: Sequence[Exchange]) -> torch.Tensor:
        """Return the hidden states that predict each reply token, sequence after sequence: [tokens, hidden].

        What sequences share from their start is read once where that saves enough and the model can be read so.
        """
        lengths = [len(s.prompt) + len(s.reply) for s in sequences]
        if len(sequences) > 1 and self.packs:
            packed = pack([(*s.prompt, *s.reply) for s in sequences])
            if packed.tokens < WORTH_PACKING * len(sequences) * max(lengths):
                return packed_states(self.model, sequences, packed)
        return padded_states(self.model, sequences)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the vocabulary logits in float32 that hidden states are sampled by: [tokens, vocabulary]."""
        return self.require_known_logits()(_head(self.model, hidden))

    def require_known_logits(self) -> Finish:
        """Return what the model does to its head's output. Raises `BadInput` where that is unknown."""
        if self.finish is None:
            raise BadInput(
                f"The model {self.inner.name_or_path!r} changes the logits of its head in a way that the workbench "
                "does not know, so that training would not see the probabilities it samples by; choose a model of "
                "another kind."
            )
        return self.finish

    @torch.inference_mode()
    def logprobs(self, sequences: Sequence[Exchange]) -> list[torch.Tensor]:
        """Return the log-probability of each reply's tokens, one tensor for each sequence."""
        found: list[torch.Tensor] = []
        for start in range(0, len(sequences), AT_ONCE):
            part = sequences[start : start + AT_ONCE]
            hidden = self.hidden(part)
            wanted = torch.tensor([token for s in part for token in s.reply], device=hidden.device)
            logprobs = torch.log_softmax(self.logits(hidden), -1).gather(-1, wanted[:, None]).squeeze(-1)
            found += torch.split(logprobs.cpu(), [len(s.reply) for s in part])
        return found

    def new_cache(self) -> DynamicCache:
        """Return an empty cache for `next_logits`."""
        return DynamicCache(config=self.model.config)

    def next_logits(self, cache: DynamicCache, **inputs: torch.Tensor) -> torch.Tensor:
        """Read tokens into a cache; return the logits of the token after them in float32: [rows, vocabulary]."""
        out = self.model(**inputs, **{self.cache_name: cache}, use_cache=True, logits_to_keep=1)
        logits: torch.Tensor = out.logits[:, -1]
        return logits.float()


def wrap(model: PreTrainedModel) -> Network:
    """Return the network of a model, with what it allows tried on a few tokens."""
    return Network(model, reads_trees(model), known_finish(model), _cache_name(inner_model(model)))


def inner_model(model: PreTrainedModel) -> Any:
    """Return the transformers model under any adapter."""
    return model.get_base_model() if isinstance(model, PeftModel) else model


def _cache_name(inner: Any) -> str:
    return "cache" if "cache" in inspect.signature(type(inner).forward).parameters else "past_key_values"


def reads_trees(model: PreTrainedModel) -> bool:
    """Return whether the model reads trees of sequences as it reads each alone. It is tried."""
    if not _sees_all(inner_model(model).config.get_text_config()):
        return False  # the few tokens that are tried are fewer than any window
    texts = [Exchange([1], reply) for reply in ([2, 3, 4], [2, 5], [6])]
    try:
        with torch.no_grad():
            alone = padded_states(model, texts)
            together = packed_states(model, texts, pack([(*t.prompt, *t.reply) for t in texts]))
    except (RuntimeError, ValueError, TypeError, IndexError):
        return False
    return torch.allclose(together, alone, rtol=0.05, atol=0.05 * float(alone.abs().max()))


def _sees_all(settings: Any) -> bool:
    """Whether each layer's tokens see all tokens before them, however many."""
    if layers := getattr(settings, "layer_types", None):
        return set(layers) == {"full_attention"}
    return getattr(settings, "sliding_window", None) is None or not getattr(settings, "use_sliding_window", True)


def known_finish(model: PreTrainedModel) -> Finish | None:
    """Return what the model does to its head's output; None if that is unknown.

    It is tried, because a model's settings are only a hint: some name a scale that they do not use.
    """
    ids = torch.tensor([[1, 2, 3, 4]], device=next(model.parameters()).device)
    with torch.no_grad():
        wanted = model(input_ids=ids, use_cache=False).logits.float()
        made = _head(model, _states(model, input_ids=ids))
    for finish in _finishes(inner_model(model).config.get_text_config()):
        if torch.allclose(finish(made), wanted, rtol=0.02, atol=0.02 * float(wanted.abs().max())):
            return finish
    return None


def _finishes(settings: Any) -> Iterator[Finish]:
    """What models of these settings may do to their head's output: a soft cap, a scale, or nothing."""
    names = ("final_logit_softcapping", "logits_scaling", "logit_scale")
    cap, divisor, factor = (getattr(settings, name, None) for name in names)
    if cap:
        yield lambda logits: cap * torch.tanh(logits / cap)
    if divisor:
        yield lambda logits: logits / divisor
    if factor:
        yield lambda logits: logits * factor
    yield lambda logits: logits


def padded_states(model: PreTrainedModel, sequences: Sequence[Exchange]) -> torch.Tensor:
    """Read each sequence in a row of its own, padded on the right; nothing of the padding is returned."""
    width = max(len(s.prompt) + len(s.reply) for s in sequences)
    ids = torch.zeros(len(sequences), width, dtype=torch.long)
    mask = torch.zeros(len(sequences), width, dtype=torch.long)
    wanted = torch.zeros(len(sequences), width, dtype=torch.bool)
    for row, s in enumerate(sequences):
        end = len(s.prompt) + len(s.reply)
        ids[row, :end] = torch.tensor([*s.prompt, *s.reply])
        mask[row, :end] = 1
        wanted[row, len(s.prompt) - 1 : end - 1] = True
    device = next(model.parameters()).device
    states = _states(model, input_ids=ids.to(device), attention_mask=mask.to(device))
    return states[wanted.to(device)]


def packed_states(model: PreTrainedModel, sequences: Sequence[Exchange], packed: Packed) -> torch.Tensor:
    """Read the sequences as trees."""
    device, dtype = next(model.parameters()).device, model.dtype
    # Added to the attention scores, as every implementation of attention reads it.
    mask = torch.zeros(packed.sees.shape, dtype=dtype).masked_fill_(~packed.sees, torch.finfo(dtype).min)
    states = _states(
        model,
        input_ids=packed.ids.to(device),
        attention_mask=mask.to(device),
        position_ids=packed.positions.to(device),
    )
    wanted = [p for path, s in zip(packed.paths, sequences, strict=True) for p in path[len(s.prompt) - 1 : -1]]
    # Not `states[wanted]`: sequences share places, and several threads would add their gradients in any order.
    return torch.nn.functional.embedding(torch.tensor(wanted, device=device), states.flatten(0, 1))


def _states(model: PreTrainedModel, **inputs: torch.Tensor) -> torch.Tensor:
    """The last hidden states of the model without its head: [rows, width, hidden]."""
    inner = inner_model(model)
    states: torch.Tensor = getattr(inner, inner.base_model_prefix)(**inputs, use_cache=False).last_hidden_state
    return states


def _head(model: PreTrainedModel, hidden: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = inner_model(model).get_output_embeddings()(hidden).float()
    return logits
