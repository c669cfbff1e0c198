"""Counting a round's reflections: asked, parsed, dropped and why, distinct, kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from workbench.memory.checking import Checked, Drop
from workbench.types import Reflection


@dataclass(frozen=True)
class ReflectionStats:
    """What a round's writers wrote. Patterns, which come on a slower clock, are counted with the insights' drops."""

    asked: int = 0
    dropped: Counter[Drop] = field(default_factory=Counter)
    reflections: tuple[Reflection, ...] = ()
    """Those that were kept, without repeats."""
    repeats: int = 0
    patterns: int = 0
    tokens: int = 0
    """Read and written by the policy when it was asked."""

    def with_patterns(self, pooled: ReflectionStats) -> ReflectionStats:
        """The same with the patterns that were asked for after it."""
        return replace(
            self,
            asked=self.asked + pooled.asked,
            dropped=self.dropped + pooled.dropped,
            repeats=self.repeats + pooled.repeats,
            patterns=len(pooled.reflections),
            tokens=self.tokens + pooled.tokens,
        )

    def metrics(self) -> dict[str, float]:
        """The counts by name, as a round's metrics hold them."""
        kept = len(self.reflections) + self.patterns
        lost = self.dropped[Drop.FORM]
        return {
            "insights_written": float(kept),
            "patterns_written": float(self.patterns),
            "reflections_asked": float(self.asked),
            "reflections_parsed": float(self.asked - lost),
            "reflections_repeated": float(self.repeats),
            "writer_tokens": float(self.tokens),
            **{f"dropped_{reason}": float(self.dropped[reason]) for reason in Drop},
        }


def tallied(found: Sequence[Checked | Drop], others: Iterable[Reflection] = (), tokens: int = 0) -> ReflectionStats:
    """The tally of replies as they were read and checked; `others` were written by no model and asked of none."""
    dropped = Counter(f if isinstance(f, Drop) else f.drop for f in found)
    kept = [*others, *(f.reflection for f in found if isinstance(f, Checked) and f.drop is None)]
    distinct = {(r.level, r.skill, r.problem_id, r.text): r for r in kept}
    reasons = Counter({reason: n for reason, n in dropped.items() if reason is not None})
    return ReflectionStats(len(found), reasons, tuple(distinct.values()), len(kept) - len(distinct), tokens=tokens)
