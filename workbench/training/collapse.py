"""Collapse: signs that training is destroying the policy rather than improving it."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.types import Round

PATIENCE = 3
"""Rounds in a row that must all show the sign."""
_SIGNS = {
    "cut_off_share": (0.5, "more than half of its solutions never end"),
    "unknown_share": (0.8, "most of its lines can no longer be read"),
}


def collapse(rounds: Sequence[Round]) -> str | None:
    """What is wrong with the policy, in words; None while it is sound.

    Only what was not so in the first round counts: a model that starts unreadable has not collapsed.
    """
    if len(rounds) <= PATIENCE:
        return None
    first, last = rounds[0], rounds[-PATIENCE:]
    for name, (limit, words) in _SIGNS.items():
        if first.metrics[name] <= limit / 2 and all(r.metrics[name] > limit for r in last):
            return words
    return None
