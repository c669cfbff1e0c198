"""Collapse: signs that training is destroying the policy rather than improving it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbench.types import Round

PATIENCE = 3
"""Rounds in a row that must all show the sign."""

Metrics = Mapping[str, float]
Sign = Callable[[Metrics, Metrics], bool]
"""Whether a round shows it, beside the first round: a policy that starts so has not collapsed."""


def _rose(name: str, limit: float) -> Sign:
    """A share that is above its limit and was at most half of it."""
    return lambda first, now: first.get(name, 0.0) <= limit / 2 and now.get(name, 0.0) > limit


def _random(first: Metrics, now: Metrics) -> bool:
    """Entropy in nats. It falls in sound training; a method that moves no sampled token reports 0."""
    return now.get("entropy", 0.0) > max(2.0, 3 * first.get("entropy", 0.0))


def _rigid(first: Metrics, now: Metrics) -> bool:
    """Entropy near 0 alone is what a policy that has learned shows too: it must also solve less than before."""
    lost = now.get("solve_share", 1.0) < first.get("solve_share", 0.0) / 2
    return lost and first.get("entropy", 0.0) > 0.01 > now.get("entropy", 1.0)


def _short(first: Metrics, now: Metrics) -> bool:
    return now.get("mean_tokens", 1.0) < first.get("mean_tokens", 0.0) / 4


_SIGNS: tuple[tuple[Sign, str], ...] = (
    (_rose("cut_off_share", 0.5), "more than half of its solutions never end"),
    (_rose("unknown_share", 0.8), "most of its lines can no longer be read"),
    (_rose("repeated_steps", 0.5), "more than half of its lines repeat an earlier one"),
    (_short, "its solutions have shrunk to less than a quarter of their length"),
    (_random, "it writes almost at random"),
    (_rigid, "it always writes the same and solves less than half of what it did"),
)


def collapse(rounds: Sequence[Round]) -> str | None:
    """What is wrong with the policy, in words; None while it is sound.

    Only what was not so in the first round counts: a model that starts unreadable has not collapsed.
    """
    if len(rounds) <= PATIENCE:
        return None
    first, last = rounds[0].metrics, rounds[-PATIENCE:]
    return next((words for sign, words in _SIGNS if all(sign(first, r.metrics) for r in last)), None)
