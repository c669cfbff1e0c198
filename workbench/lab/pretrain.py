"""Muon: momentum whose update is orthogonalised, for the matrices inside a transformer.

Jordan et al., https://kellerjordan.github.io/posts/muon/. In float32: torch.optim.Muon works in bfloat16,
which most CPUs run several times slower.
"""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from workbench.engine.hardware import choose_device, tune_allocator
from workbench.errors import BadInput
from workbench.lab.corpus import CLEAN_MIXTURE, PUPIL_MIXTURE, Document, Maker, documents
from workbench.prompts import CHAT_TEMPLATE, TEXT_HASH


def orthogonalise(matrices: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Matrices [..., rows, columns], their singular values pushed near 1 by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: torch.Tensor = x.mT if tall else x
    return result


class Muon(torch.optim.Optimizer):
    """Nesterov momentum with orthogonalised updates. Takes matrices only."""

    def __init__(self, parameters: Iterable[torch.nn.Parameter], lr: float = 0.02, momentum: float = 0.95) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            alike: dict[torch.Size, list[torch.nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault(parameter.shape, []).append(parameter)
            # Matrices of one shape are orthogonalised together: one by one, small ones cost mostly overhead.
            for shape, parameters in alike.items():
                updates = orthogonalise(torch.stack([self._ahead(p, group["momentum"]) for p in parameters]))
                scale = max(1.0, shape[0] / shape[1]) ** 0.5
                for parameter, change in zip(parameters, updates, strict=True):
                    parameter.add_(change, alpha=-group["lr"] * scale)

    def _ahead(self, parameter: torch.nn.Parameter, momentum: float) -> torch.Tensor:
        """The gradient moved towards the running momentum, which is updated."""
        assert parameter.grad is not None
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(parameter.grad, 1 - momentum)
        return parameter.grad.lerp(state["momentum"], momentum)


# Pretraining of the shipped tutor model from scratch: tokenizer, clean phase, pupils' phase. Resumable.


PAD, END = "<|pad|>", "<|end|>"
SPECIAL = [PAD, END, "<|system|>", "<|user|>", "<|assistant|>"]
VOCABULARY = 1024


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes out of pretraining."""

    hidden: int = 160
    layers: int = 5
    heads: int = 5
    intermediate: int = 432
    batch_tokens: int = 4096
    clean_tokens: int = 16_000_000
    """Tokens of the first phase: tutors' solutions and bare arithmetic."""
    pupil_tokens: int = 26_000_000
    """Tokens of the second phase: pupils with beliefs, help, reflections."""
    matrix_rate: float = 0.02
    """Learning rate of Muon, for the matrices inside the layers."""
    vector_rate: float = 2e-3
    """Learning rate of AdamW, for embeddings and norms."""
    warmup: int = 100
    seed: int = 0

    @property
    def tokens(self) -> int:
        return self.clean_tokens + self.pupil_tokens


def build_tokenizer(seed: int = 0, sample: int = 20_000) -> PreTrainedTokenizerFast:
    """Byte-level BPE trained on the corpus; digits are split, so that numbers are written digit by digit."""
    tokenizer = Tokenizer(models.BPE())
    pieces = Regex(r" ?\d| ?[A-Za-z]+|\n| ?[^\sA-Za-z\d]|\s")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(pieces, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    stream = itertools.islice(documents(PUPIL_MIXTURE, f"tokenizer/{seed}"), sample)
    tokenizer.train_from_iterator(("".join(_visible(d)) for d in stream), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def _visible(document: Document) -> Iterator[str]:
    """The text without special tokens, which the BPE must not merge."""
    for text, _ in document:
        for special in SPECIAL:
            text = text.replace(special, "\n")
        yield text


def build_model(recipe: Recipe, vocabulary: int) -> LlamaForCausalLM:
    """A fresh Llama of the recipe's shape."""
    torch.manual_seed(recipe.seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=recipe.hidden,
            intermediate_size=recipe.intermediate,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.heads,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=1,
            attention_dropout=0.0,
        )
    )


@dataclass(frozen=True)
class Batch:
    """Token ids and learned labels, both [documents, tokens]; -100 where nothing is learned."""

    ids: torch.Tensor
    labels: torch.Tensor


def encode(tokenizer: PreTrainedTokenizerFast, pool: list[Document]) -> list[tuple[list[int], list[int]]]:
    """Ids and labels of each document."""
    segments = [segment for document in pool for segment in document]
    encoded = iter(tokenizer([text for text, _ in segments], add_special_tokens=False)["input_ids"])
    rows = []
    for document in pool:
        ids: list[int] = []
        labels: list[int] = []
        for _, learned in document:
            piece = next(encoded)
            ids += piece
            labels += piece if learned else [-100] * len(piece)
        rows.append((ids, labels))
    return rows


def batches(
    tokenizer: PreTrainedTokenizerFast, mixture: tuple[tuple[Maker, float], ...], recipe: Recipe, phase: str
) -> Iterator[Batch]:
    """Endless batches of about `batch_tokens`, documents of like length together."""
    stream = documents(mixture, f"{recipe.seed}/{phase}")
    rng = Random(f"{recipe.seed}/{phase}/order")
    while True:
        rows = sorted(encode(tokenizer, list(itertools.islice(stream, 2048))), key=lambda row: len(row[0]))
        cut: list[list[tuple[list[int], list[int]]]] = [[]]
        for row in rows:
            if cut[-1] and (len(cut[-1]) + 1) * len(row[0]) > recipe.batch_tokens:
                cut.append([])
            cut[-1].append(row)
        rng.shuffle(cut)
        for group in cut:
            yield _pad(group)


def _pad(rows: list[tuple[list[int], list[int]]]) -> Batch:
    width = max(len(ids) for ids, _ in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), -100)
    for i, (row, label) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        labels[i, : len(row)] = torch.tensor(label)
    return Batch(ids, labels)


def schedule(recipe: Recipe, seen: int, updates: int) -> float:
    """Share of the learning rate: a warm-up, level for two fifths of the tokens, then a line down to 0."""
    return min(1.0, (updates + 1) / recipe.warmup, (1 - seen / recipe.tokens) / 0.6)


def build_optimizers(model: LlamaForCausalLM, recipe: Recipe) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices inside the layers, AdamW for the rest."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return (
        Muon(matrices, lr=recipe.matrix_rate),
        torch.optim.AdamW(others, lr=recipe.vector_rate, betas=(0.9, 0.95), weight_decay=0.0),
    )


def update(
    model: LlamaForCausalLM,
    optimizers: tuple[torch.optim.Optimizer, ...],
    rates: tuple[float, ...],
    batch: Batch,
    bf16: bool,
) -> float:
    """One update; the mean loss of the learned tokens."""
    device = model.device
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        # Padding is on the right, where no token sees it, and learns nothing: no mask is needed.
        hidden = model.model(batch.ids.to(device), use_cache=False).last_hidden_state
        labels = batch.labels[:, 1:].to(device)
        wanted = labels != -100
        # Only learned positions meet the vocabulary: most of a batch is context.
        logits = model.lm_head(hidden[:, :-1][wanted])
    loss = torch.nn.functional.cross_entropy(logits.float(), labels[wanted])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer, rate in zip(optimizers, rates, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def pretrain(
    folder: Path,
    recipe: Recipe,
    minutes: float | None = None,
    report: Callable[[str], None] = print,
    start: Path | None = None,
) -> bool:
    """Train to the recipe's tokens, or pause after `minutes`; go on from `folder` where it was paused.

    `start`: a finished tutor model whose tokenizer and weights are trained on; from scratch if left out.
    Returns whether the model is finished. Raises `BadInput` if the folder holds a pause of another recipe.
    """
    tune_allocator()
    device = choose_device()
    bf16 = device.type == "cuda"
    folder.mkdir(parents=True, exist_ok=True)
    if start is None:
        tokenizer = build_tokenizer(recipe.seed)
        model = build_model(recipe, len(tokenizer))
    else:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(start)
        model = LlamaForCausalLM.from_pretrained(start, dtype=torch.float32)
    model.to(device).train()
    optimizers = build_optimizers(model, recipe)
    seen = updates = 0
    state_file = folder / "pretrain-state.pt"
    if state_file.exists():
        state = torch.load(state_file, weights_only=True, map_location=device)
        if state["recipe"] != asdict(recipe):
            raise BadInput(
                f"{folder} holds a pretraining by another recipe; go on with that one or choose another folder."
            )
        model.load_state_dict(state["model"])
        for optimizer, kept in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        seen, updates = state["seen"], state["updates"]
        report(f"going on after {seen:,} tokens")
    if device.type == "cpu" and shutil.which("g++"):
        model.model.compile(dynamic=True)  # a sixth faster, where there is a compiler
    report(f"{sum(p.numel() for p in model.parameters()):,} parameters on {device}")
    started, start_seen, losses = time.monotonic(), seen, []
    while seen < recipe.tokens:
        phase = "clean" if seen < recipe.clean_tokens else "pupil"
        mixture = CLEAN_MIXTURE if phase == "clean" else PUPIL_MIXTURE
        end = recipe.clean_tokens if phase == "clean" else recipe.tokens
        for batch in batches(tokenizer, mixture, recipe, f"{phase}/{seen}"):
            share = schedule(recipe, seen, updates)
            rates = (recipe.matrix_rate * share, recipe.vector_rate * share)
            losses.append(update(model, optimizers, rates, batch, bf16))
            seen += batch.ids.numel()
            updates += 1
            spent = time.monotonic() - started
            if updates % 100 == 0:
                rate = (seen - start_seen) / spent
                recent = sum(losses[-100:]) / len(losses[-100:])
                report(f"{phase} {seen:,} tokens, loss {recent:.4f}, {rate:,.0f} tokens/s, {spent / 60:.1f} min")
            paused = minutes is not None and spent > minutes * 60
            if updates % 500 == 0 or paused or seen >= end:
                _keep(state_file, model, optimizers, seen, updates, recipe)
            if paused:
                return False
            if seen >= end:
                break
    save_tutor(folder, model, tokenizer, recipe)
    state_file.unlink()
    return True


def _keep(
    path: Path,
    model: LlamaForCausalLM,
    optimizers: tuple[torch.optim.Optimizer, ...],
    seen: int,
    updates: int,
    recipe: Recipe,
) -> None:
    state = {
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "seen": seen,
        "updates": updates,
        "recipe": asdict(recipe),
    }
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def save_tutor(folder: Path, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, recipe: Recipe) -> None:
    """The finished model in the form that transformers loads, bound to the text it was trained on."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    facts = {"text_hash": TEXT_HASH, "recipe": asdict(recipe)}
    (folder / "tutor.json").write_text(json.dumps(facts, indent=2) + "\n")
