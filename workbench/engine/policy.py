"""The Hugging Face engine: a causal language model with its tokenizer."""

from __future__ import annotations

import copy
import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from workbench.engine import sampling
from workbench.engine.fetch import model_folder
from workbench.engine.hardware import choose_device, choose_dtype
from workbench.engine.network import Network, wrap
from workbench.engine.protocol import Exchange, Sample
from workbench.errors import BadInput, StorageError
from workbench.files import make_folder, refused
from workbench.prompts import NO_HELP, TEXT_HASH, Help, problem_message
from workbench.settings import ModelSettings

TUTOR_FILE = "tutor.json"
"""Beside a tutor model's weights: the text that it learned."""
EMBEDDED_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Policy:
    """A model that solves problems. `instruction`: whether problems carry one, for models without our formats."""

    network: Network
    tokenizer: PreTrainedTokenizerBase
    instruction: bool
    name: str
    tutor_file: bytes | None = None
    """What stands in `tutor.json` beside a tutor model's weights; it is saved with them."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.network.device

    @property
    def dtype(self) -> str:
        """The number format of the weights."""
        return str(self.network.model.dtype).removeprefix("torch.")

    @cached_property
    def end_ids(self) -> frozenset[int]:
        """All tokens that end a reply: the model's, of which there may be several, and the tokenizer's."""
        own = self.tokenizer.eos_token_id
        return frozenset(self._listed_ends if own is None else (*self._listed_ends, own))

    @property
    def end_id(self) -> int | None:
        """The end token that is taught: the tokenizer's where the model knows it as one, else the model's first."""
        own, listed = self.tokenizer.eos_token_id, self._listed_ends
        return int(own) if own is not None and (not listed or own in listed) else next(iter(listed), None)

    @property
    def _listed_ends(self) -> tuple[int, ...]:
        wanted = self.network.inner.generation_config.eos_token_id
        listed = wanted if isinstance(wanted, list) else [wanted]
        return tuple(int(i) for i in listed if i is not None)

    @cached_property
    def _pieces(self) -> dict[int, str]:
        return {}

    def piece(self, token: int) -> str:
        """Return the text of one token."""
        if token not in self._pieces:
            self._pieces[token] = str(self.tokenizer.decode([token], skip_special_tokens=True))
        return self._pieces[token]

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the text that each token adds; together they are the reply's text.

        Tokens are decoded one by one where that is exact, else by what each adds to those before it: some
        tokenizers drop leading blanks or split a character over several tokens.
        """
        single = [self.piece(token) for token in ids]
        if "".join(single) == self.text(ids):
            return single
        texts = ["", *(self.text(ids[: i + 1]).rstrip("\ufffd") for i in range(len(ids)))]
        return [after[len(before) :] for before, after in pairwise(texts)]

    def text(self, ids: Sequence[int]) -> str:
        """Return the text of a reply without special tokens."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    def encode(self, text: str) -> list[int]:
        """Return the tokens of plain text."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def message_ids(self, message: str) -> list[int]:
        """Return the tokens of a chat of one user message, up to where the reply starts."""
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": message}], tokenize=False, add_generation_prompt=True
        )
        return self.encode(str(text))

    def problem_ids(self, text: str, help: Help = NO_HELP) -> list[int]:
        """Return the tokens of a problem, with help for a teacher, up to where the solution starts."""
        return self.message_ids(problem_message(text, help, self.instruction))

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        seeds: Sequence[Sequence[int]],
        max_tokens: int,
        temperature: float = 1.0,
        progress: Callable[[int], None] | None = None,
        batch: int = sampling.BATCH,
    ) -> list[list[Sample]]:
        """Return replies to each prompt, one for each of its seeds. Temperature 0 is greedy and ignores the seeds.

        At most `batch` replies are decoded together.
        """
        return sampling.sample(
            self.network, self.end_ids, prompts, seeds, max_tokens, temperature, batch=batch, progress=progress
        )

    def stream(self, prompt: Sequence[int], seed: int, max_tokens: int, temperature: float = 1.0) -> Iterator[int]:
        """Yield the ids of one reply as they are sampled, the same as `sample` gives, the end token included."""
        return sampling.stream(self.network, self.end_ids, prompt, seed, max_tokens, temperature)

    def logprobs(self, exchanges: Sequence[Exchange]) -> list[list[float]]:
        """Return the log-probability of each reply token at temperature 1, one list for each exchange."""
        return [found.tolist() for found in self.network.logprobs(exchanges)]

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return for each problem's text the mean last hidden state over its tokens. No second model is needed."""
        prompts = [self.problem_ids(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(prompts[i]))
        found: dict[int, list[float]] = {}
        for start in range(0, len(order), EMBEDDED_AT_ONCE):
            part = order[start : start + EMBEDDED_AT_ONCE]
            # The first token predicts the second: each prompt is read as the reply to its first token.
            exchanges = [Exchange(prompts[i][:1], prompts[i][1:]) for i in part]
            states = self.network.hidden(exchanges).float().cpu()
            rows = torch.split(states, [len(e.reply) for e in exchanges])
            found.update(zip(part, (row.mean(0).tolist() for row in rows), strict=True))
        return [found[i] for i in range(len(texts))]

    def save(self, folder: Path) -> None:
        """Write a folder that transformers loads, adapters merged, whole or not at all. Raises `StorageError`."""
        staging = folder.parent / f".{folder.name}-{secrets.token_hex(8)}.tmp"
        try:
            make_folder(folder.parent)
            _merged(self.network.model).save_pretrained(staging)
            self.tokenizer.save_pretrained(staging)
            if self.tutor_file is not None:
                (staging / TUTOR_FILE).write_bytes(self.tutor_file)
            shutil.rmtree(folder, ignore_errors=True)
            staging.rename(folder)
        except SafetensorError as error:
            raise StorageError(f"The weights cannot be written ({error}); free some space.") from error
        except OSError as error:
            raise refused(folder, error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    # What only this engine can do.

    def parameter_count(self, trained: bool = False) -> int:
        """Return how many numbers the model has, or how many of them are trained."""
        return sum(p.numel() for p in self.network.model.parameters() if p.requires_grad or not trained)

    def frozen_copy(self) -> Policy:
        """Return the same weights in another model, without gradients: a teacher."""
        return replace(self, network=self.network.frozen_copy())

    def trainable_copy(self) -> Policy:
        """Return the same weights in another model, with gradients where this one has them."""
        return replace(self, network=replace(self.network, model=copy.deepcopy(self.network.model)))

    def for_trainer(self) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        """Return the model and the tokenizer themselves, for a trainer of another library."""
        return self.network.model, self.tokenizer


def _merged(model: PreTrainedModel) -> PreTrainedModel:
    """The model with its adapters, if any, added to its weights. Merging works in place: it is done in a copy."""
    return copy.deepcopy(model).merge_and_unload() if isinstance(model, PeftModel) else model


def load_policy(settings: ModelSettings, trainable: bool = False) -> Policy:
    """Return the policy of a folder or hub id, on the best device present.

    Raises `BadInput` for a folder that is not a model, for a tutor model that learned another text, and, if it is to
    be trained, for a model whose probabilities cannot be known.
    """
    folder = model_folder(settings.path)
    tutor_file = _tutor_file(Path(folder))
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
    if tokenizer.pad_token_id is None and tokenizer.eos_token_id is not None:
        tokenizer.pad_token = tokenizer.eos_token
    model.to(device).eval()
    if settings.lora_rank and trainable:
        model = get_peft_model(model, LoraConfig(r=settings.lora_rank, target_modules="all-linear"))
    policy = Policy(wrap(model), tokenizer, tutor_file is None, settings.path or "tutor", tutor_file)
    if trainable:
        policy.network.require_known_logits()  # refused before any time is spent
    return policy


def _tutor_file(folder: Path) -> bytes | None:
    """The `tutor.json` of a tutor model; None for another model. Raises `BadInput` if it learned another text."""
    if not (folder / TUTOR_FILE).exists():
        return None
    content = (folder / TUTOR_FILE).read_bytes()
    learned = json.loads(content)["text_hash"]
    if learned != TEXT_HASH:
        raise BadInput(
            f"The tutor model in {folder} learned text {learned}, but this version of the workbench writes text "
            f"{TEXT_HASH}; make a new model with `workbench pretrain`."
        )
    return content
