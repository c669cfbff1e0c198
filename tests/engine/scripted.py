"""An engine without weights: words are tokens, and replies come from a script. It learns by taking up its targets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.engine.protocol import Exchange, LossSettings, Sample, Target, TrainingRow
from workbench.prompts import NO_HELP, Help, problem_message
from workbench.types import StopReason

END = 0


@dataclass
class ScriptedEngine:
    """Replies to a problem with one of its scripted solutions, the seed choosing which."""

    script: Mapping[str, Sequence[str]]
    """Solutions by a part of the prompt's text; other prompts are answered by the end token alone."""
    words: list[str] = field(default_factory=lambda: ["<end>"])
    name: str = "scripted"
    instruction: bool = False
    end_ids: frozenset[int] = frozenset({END})
    end_id: int | None = END
    likely: float = -0.5
    """The log-probability of every token. Updates raise it."""

    def encode(self, text: str) -> list[int]:
        found = []
        for line in text.split("\n"):
            for piece in [*(word + " " for word in line.split(" ")[:-1]), line.split(" ")[-1] + "\n"]:
                if piece not in self.words:
                    self.words.append(piece)
                found.append(self.words.index(piece))
        return found

    def pieces(self, ids: Sequence[int]) -> list[str]:
        made = ["" if i == END else self.words[i] for i in ids]
        last = max((i for i, piece in enumerate(made) if piece), default=None)
        return [piece.removesuffix("\n") if i == last else piece for i, piece in enumerate(made)]

    def text(self, ids: Sequence[int]) -> str:
        return "".join(self.pieces(ids))

    def message_ids(self, message: str) -> list[int]:
        return self.encode(message)

    def problem_ids(self, text: str, help: Help = NO_HELP) -> list[int]:
        return self.encode(problem_message(text, help, self.instruction))

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        seeds: Sequence[Sequence[int]],
        max_tokens: int,
        temperature: float = 1.0,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Sample]]:
        if progress:
            progress(sum(map(len, seeds)))
        return [
            [self._reply(prompt, seed if temperature else 0, max_tokens) for seed in own]
            for prompt, own in zip(prompts, seeds, strict=True)
        ]

    def _reply(self, prompt: Sequence[int], seed: int, max_tokens: int) -> Sample:
        asked = self.text(prompt)
        known = next((solutions for part, solutions in self.script.items() if part in asked), ())
        ids = [*(self.encode(known[seed % len(known)]) if known else ()), END][:max_tokens]
        stop = StopReason.END if ids[-1] == END else StopReason.LENGTH
        return Sample(tuple(ids), (self.likely,) * len(ids), stop)

    def stream(self, prompt: Sequence[int], seed: int, max_tokens: int, temperature: float = 1.0) -> Iterator[int]:
        yield from self._reply(prompt, seed if temperature else 0, max_tokens).ids

    def logprobs(self, exchanges: Sequence[Exchange]) -> list[list[float]]:
        return [[self.likely] * len(e.reply) for e in exchanges]

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[float(len(text)), float(text.count(" ")), 1.0] for text in texts]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        content = {"script": dict(self.script), "words": self.words, "likely": self.likely}
        (folder / "scripted.json").write_text(json.dumps(content))


def load(folder: Path) -> ScriptedEngine:
    return ScriptedEngine(**json.loads((folder / "scripted.json").read_text()))


@dataclass
class ScriptedLearner:
    """Counts its updates. The average and the teacher are the policy itself."""

    policy: ScriptedEngine
    updates: int = 0
    rows: int = 0
    targets: int = 0
    checkpoint_bytes: int = 1 << 16

    @property
    def average(self) -> ScriptedEngine:
        return self.policy

    teacher = average

    def update(
        self, rows: Sequence[TrainingRow], targets: Sequence[Target], losses: LossSettings
    ) -> Mapping[str, float]:
        self.updates, self.rows, self.targets = self.updates + 1, self.rows + len(rows), self.targets + len(targets)
        self.policy.likely /= 2
        return {"loss_target": losses.hard_target_weight * len(targets), "entropy": 1.0}

    def save(self, folder: Path) -> None:
        self.policy.save(folder)
        (folder / "learner.json").write_text(json.dumps([self.updates, self.rows, self.targets]))

    def restore(self, folder: Path) -> None:
        self.policy.__dict__.update(vars(load(folder)))
        self.updates, self.rows, self.targets = json.loads((folder / "learner.json").read_text())
