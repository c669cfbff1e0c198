"""Synthetic finished runs, small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.evaluation.compare.record import Charges, Counts, DevPoint, Ending, Many, RunRecord

PROBLEMS = ("a", "b")


def counts(solved: Sequence[int], samples: int = 4, **more: tuple[int, ...]) -> Counts:
    """Counts on the two problems; nothing is right for wrong reasons unless given."""
    nothing = (0,) * len(solved)
    given = {"process": tuple(solved), "wrong_reasons": nothing, "wrong_by_reference": nothing, **more}
    return Counts(problems=PROBLEMS[: len(solved)], samples=samples, solved=tuple(solved), **given)


def charges(rollouts: int, seconds: float = 1.0) -> Charges:
    return Charges(rollouts, 10.0 * rollouts, None, None, {"sample": seconds, "verify": seconds / 10})


def run(
    arm: str, seed: int, curve: Sequence[Sequence[int]], final: dict[str, Counts] | None = None, **more: Any
) -> RunRecord:
    """A run with an evaluation every 10 rounds of 10 rollouts each."""
    points = tuple(
        DevPoint(
            10 * i, charges(100 * i), counts(solved), {"sign_kept": 2 - min(i, 2), "slip": 1}, {"entropy": 1.0}, i / 2
        )
        for i, solved in enumerate(curve)
    )
    rounds = 10 * (len(curve) - 1)
    ending = more.pop("ending", Ending(splits=final or {}))
    return RunRecord(
        key=f"{arm}-{seed}",
        settings_key=f"{arm}-{seed}",
        plan="p",
        arm=arm,
        seed=seed,
        method=arm,
        rounds=rounds,
        versions={},
        code="c",
        machine="m",
        threads=1,
        config={"training": {"updates_per_round": 4}, "sampling": {"problems_per_round": 2}},
        measures={},
        curve=points,
        ending=ending,
        charges=charges(10 * rounds),
        **more,
    )


def many(solved: Sequence[int], first: Sequence[int], second: Sequence[int], samples: int = 16) -> Many:
    return Many(PROBLEMS[: len(solved)], samples, tuple(solved), {"1": (1.0, 0.0)}, tuple(first), tuple(second))
