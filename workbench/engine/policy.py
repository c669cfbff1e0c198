"""A policy: a causal language model with its tokenizer, and the token log-probabilities it gives."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from workbench.engine.fetch import model_folder
from workbench.engine.hardware import choose_device, choose_dtype
from workbench.engine.packing import Packed, pack
from workbench.engine.protocol import Exchange, Sample
from workbench.errors import BadInput
from workbench.prompts import NO_HELP, TEXT_HASH, Help, problem_message
from workbench.settings import ModelSettings

Finish = Callable[[torch.Tensor], torch.Tensor]
"""What a model does to the output of its head: logits to logits."""


@dataclass
class Policy:
    """A model that solves problems. `instruction` is put in front for models that did not learn our formats."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    instruction: bool
    name: str

    @property
    def device(self) -> torch.device:
        device = next(self.model.parameters()).device
        assert isinstance(device, torch.device)
        return device

    @property
    def inner(self) -> Any:
        """The transformers model under any adapter."""
        return self.model.get_base_model() if isinstance(self.model, PeftModel) else self.model

    @cached_property
    def end_ids(self) -> frozenset[int]:
        """Tokens that end a reply."""
        wanted = self.inner.generation_config.eos_token_id
        listed = wanted if isinstance(wanted, list) else [wanted]
        return frozenset(i for i in (*listed, self.tokenizer.eos_token_id) if i is not None)

    @cached_property
    def end_id(self) -> int | None:
        """The end token that is taught after a final line; None for a model without one."""
        wanted = self.inner.generation_config.eos_token_id
        listed = [wanted] if isinstance(wanted, int) else list(wanted or ())
        own: int | None = self.tokenizer.eos_token_id
        return own if own in listed or not listed else listed[0]

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        seeds: Sequence[Sequence[int]],
        max_tokens: int,
        temperature: float = 1.0,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Sample]]:
        """Return replies to each prompt, one for each of its seeds. Temperature 0 is greedy and ignores the seeds."""
        from workbench.engine.sampling import sample

        return sample(self, prompts, seeds, max_tokens, temperature, progress=progress)

    def logprobs(self, exchanges: Sequence[Exchange]) -> list[list[float]]:
        """Return the log-probability of each reply token at temperature 1, one list for each exchange."""
        return [found.tolist() for found in reply_logprobs(self, exchanges)]

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the mean last hidden state over each text's tokens."""
        from workbench.training.probes import embedder

        return [vector.tolist() for vector in embedder(self)(texts)]

    def stream(self, prompt: Sequence[int], seed: int, max_tokens: int, temperature: float = 1.0) -> Iterator[int]:
        """Yield the ids of one reply as they are sampled, the end token included."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Write a folder from which the engine can be loaded again."""
        raise NotImplementedError

    @cached_property
    def _pieces(self) -> dict[int, str]:
        return {}

    def piece(self, token: int) -> str:
        """The text of one token."""
        if token not in self._pieces:
            self._pieces[token] = str(self.tokenizer.decode([token], skip_special_tokens=True))
        return self._pieces[token]

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The text that each token adds; together they are the reply's text.

        Tokens are decoded one by one where that is exact, else by what each adds to those before it: some
        tokenizers drop leading blanks or split a character over several tokens.
        """
        single = [self.piece(token) for token in ids]
        if "".join(single) == self.text(ids):
            return single
        texts = ["", *(self.text(ids[: i + 1]).rstrip("\ufffd") for i in range(len(ids)))]
        return [after[len(before) :] for before, after in pairwise(texts)]

    def text(self, ids: Sequence[int]) -> str:
        """The text of a reply, special tokens left out."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    def encode(self, text: str) -> list[int]:
        """Tokens of plain text."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def message_ids(self, message: str) -> list[int]:
        """Tokens of a chat of one user message, up to where the reply starts."""
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": message}], tokenize=False, add_generation_prompt=True
        )
        return self.encode(str(text))

    def problem_ids(self, text: str, help: Help = NO_HELP) -> list[int]:
        """Tokens of a problem, with help for a teacher, up to where the solution starts."""
        return self.message_ids(problem_message(text, help, self.instruction))

    @cached_property
    def packs(self) -> bool:
        """Whether the model reads trees of sequences as it reads each alone; not all kinds of attention do. Tried."""
        if not _sees_all(self.inner.config.get_text_config()):
            return False  # the few tokens that are tried are fewer than any window
        texts = [Exchange([1], reply) for reply in ([2, 3, 4], [2, 5], [6])]
        try:
            with torch.no_grad():
                alone = _padded_states(self, texts)
                together = _packed_states(self, texts, pack([(*t.prompt, *t.reply) for t in texts]))
        except (RuntimeError, ValueError, TypeError, IndexError):
            return False
        return torch.allclose(together, alone, rtol=0.05, atol=0.05 * float(alone.abs().max()))

    @cached_property
    def finish(self) -> Finish:
        """What the model does to its head's output. Tried, as its settings are but a hint; `BadInput` if unknown."""
        ids = torch.tensor([[1, 2, 3, 4]], device=self.device)
        with torch.no_grad():
            wanted = self.model(input_ids=ids, use_cache=False).logits.float()
            made = _head(self, _states(self, input_ids=ids))
        for finish in _finishes(self.inner.config.get_text_config()):
            if torch.allclose(finish(made), wanted, rtol=0.02, atol=0.02 * float(wanted.abs().max())):
                return finish
        raise BadInput(
            f"The model {self.name!r} changes the logits of its head in a way that the workbench does not know, so "
            "that training would not see the probabilities it samples by; choose a model of another kind."
        )

    def frozen_copy(self) -> Policy:
        """The same weights in another model, without gradients: a teacher."""
        model = copy.deepcopy(self.model).requires_grad_(False).eval()
        return Policy(model, self.tokenizer, self.instruction, self.name)


def _sees_all(settings: Any) -> bool:
    """Whether each layer's tokens see all tokens before them, however many."""
    if layers := getattr(settings, "layer_types", None):
        return set(layers) == {"full_attention"}
    return getattr(settings, "sliding_window", None) is None or not getattr(settings, "use_sliding_window", True)


def load_policy(settings: ModelSettings, trainable: bool = False) -> Policy:
    """The policy of a folder or hub id, on the best device present.

    Raises `BadInput` for a folder that is not a model, or a tutor model that learned another text.
    """
    folder = model_folder(settings.path)
    _check_text(folder)
    device = choose_device(settings.device)
    # Small updates vanish in half precision: weights that are trained whole stay in float32.
    whole = trainable and not settings.lora_rank
    dtype = torch.float32 if whole else choose_dtype(device, settings.dtype)
    local = Path(folder).exists()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=local)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=local)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0]
        raise BadInput(f"No causal language model can be loaded from {folder!r}: {first}") from error
    if tokenizer.chat_template is None:
        raise BadInput(f"The tokenizer of {folder!r} has no chat template; use an instruction-tuned model.")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model.to(device).eval()
    if settings.lora_rank and trainable:
        model = get_peft_model(model, LoraConfig(r=settings.lora_rank, target_modules="all-linear"))
    policy = Policy(model, tokenizer, not _is_tutor(folder), settings.path or "tutor")
    if trainable:
        _ = policy.finish  # a model that cannot be trained is refused before any time is spent
    return policy


def _is_tutor(folder: str) -> bool:
    return (Path(folder) / "tutor.json").exists()


def _check_text(folder: str) -> None:
    if not _is_tutor(folder):
        return
    learned = json.loads((Path(folder) / "tutor.json").read_text())["text_hash"]
    if learned != TEXT_HASH:
        raise BadInput(
            f"The tutor model in {folder} learned text {learned}, but this version of the workbench writes text "
            f"{TEXT_HASH}; make a new model with `workbench pretrain`."
        )


WORTH_PACKING = 0.8
"""Packed tokens for each padded one below which sequences are packed."""
AT_ONCE = 16
"""Sequences whose vocabulary logits exist at once."""


def reply_hidden(policy: Policy, sequences: Sequence[Exchange]) -> torch.Tensor:
    """Hidden states that predict each reply token, rows of all sequences one after another: [tokens, hidden].

    What sequences share from their start is read once where that saves enough and the model can be read so.
    """
    lengths = [len(s.prompt) + len(s.reply) for s in sequences]
    if len(sequences) > 1 and policy.packs:
        packed = pack([(*s.prompt, *s.reply) for s in sequences])
        if packed.tokens < WORTH_PACKING * len(sequences) * max(lengths):
            return _packed_states(policy, sequences, packed)
    return _padded_states(policy, sequences)


def _padded_states(policy: Policy, sequences: Sequence[Exchange]) -> torch.Tensor:
    """Each sequence in a row of its own, padded on the right; nothing of the padding is returned."""
    width = max(len(s.prompt) + len(s.reply) for s in sequences)
    ids = torch.zeros(len(sequences), width, dtype=torch.long)
    mask = torch.zeros(len(sequences), width, dtype=torch.long)
    wanted = torch.zeros(len(sequences), width, dtype=torch.bool)
    for row, s in enumerate(sequences):
        end = len(s.prompt) + len(s.reply)
        ids[row, :end] = torch.tensor([*s.prompt, *s.reply])
        mask[row, :end] = 1
        wanted[row, len(s.prompt) - 1 : end - 1] = True
    device = policy.device
    states: torch.Tensor = _states(policy, input_ids=ids.to(device), attention_mask=mask.to(device))
    return states[wanted.to(device)]


def _packed_states(policy: Policy, sequences: Sequence[Exchange], packed: Packed) -> torch.Tensor:
    """The sequences as trees."""
    device, dtype = policy.device, policy.model.dtype
    # Added to the attention scores, as every implementation of attention reads it.
    mask = torch.zeros(packed.sees.shape, dtype=dtype).masked_fill_(~packed.sees, torch.finfo(dtype).min)
    states = _states(
        policy,
        input_ids=packed.ids.to(device),
        attention_mask=mask.to(device),
        position_ids=packed.positions.to(device),
    )
    wanted = [p for path, s in zip(packed.paths, sequences, strict=True) for p in path[len(s.prompt) - 1 : -1]]
    return states.flatten(0, 1)[torch.tensor(wanted, device=device)]


def _states(policy: Policy, **inputs: torch.Tensor) -> torch.Tensor:
    """The last hidden states of the model without its head: [rows, width, hidden]."""
    inner = policy.inner
    states: torch.Tensor = getattr(inner, inner.base_model_prefix)(**inputs, use_cache=False).last_hidden_state
    return states


def logits_of(policy: Policy, hidden: torch.Tensor) -> torch.Tensor:
    """Vocabulary logits in float32 for hidden states, those that are sampled by: [tokens, vocabulary]."""
    return policy.finish(_head(policy, hidden))


def _head(policy: Policy, hidden: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = policy.inner.get_output_embeddings()(hidden).float()
    return logits


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


@torch.inference_mode()
def reply_logprobs(policy: Policy, sequences: Sequence[Exchange]) -> list[torch.Tensor]:
    """The log-probability of each reply's tokens, one tensor a sequence."""
    found: list[torch.Tensor] = []
    for start in range(0, len(sequences), AT_ONCE):
        part = sequences[start : start + AT_ONCE]
        hidden = reply_hidden(policy, part)
        wanted = torch.tensor([token for s in part for token in s.reply], device=hidden.device)
        logprobs = torch.log_softmax(logits_of(policy, hidden), -1).gather(-1, wanted[:, None]).squeeze(-1)
        found += torch.split(logprobs.cpu(), [len(s.reply) for s in part])
    return found
