"""Replay: corrected steps of earlier rounds are learned again, as DAgger learns from all that it has gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from workbench.engine.protocol import Exchange, Target
from workbench.memory.state import Correction, MemoryState
from workbench.methods.pmd import Signals


def replayed(signals: Sequence[Signals], memory: MemoryState, count: int, seed: str) -> list[Signals]:
    """The signals with `count` remembered corrections among their hard targets, spread over the groups.

    Ross, Gordon and Bagnell, arXiv 1011.0686: the learner's own mistakes with the expert's next step, aggregated
    over rounds. Fewer where fewer are remembered.
    """
    held = memory.corrections
    chosen = [_target(c) for c in Random(seed).sample(held, min(count, len(held)))]
    return [replace(own, targets=(*own.targets, *chosen[place :: len(signals)])) for place, own in enumerate(signals)]


def corrections(signals: Sequence[Signals], round: int) -> list[Correction]:
    """What a round's hard targets leave to memory."""
    targets = [target for own in signals for target in own.targets]
    return [Correction(tuple(t.exchange.prompt), tuple(t.exchange.reply), t.weight, round) for t in targets]


def _target(correction: Correction) -> Target:
    return Target(Exchange(correction.prompt, correction.reply), correction.weight)
