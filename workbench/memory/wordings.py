"""What a sentence speaks of: the malrules, skill and method of the known sentence that is nearest to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from workbench.memory.lexical import NUMBER, Bm25, shared, tokens
from workbench.problems.catalogue import SKILLS
from workbench.prompts import LESSONS, PATTERNS, STRATEGIES
from workbench.types import Level
from workbench.verification import CATALOGUE

NEAR = 0.62
"""Least likeness at which a sentence is taken to say what a known one says: a word or two may differ."""
_AS_NEAR = 0.02

FAMILIES = (
    frozenset({"factor_signs", "ignores_minus"}),
    frozenset({"one_root", "halves_square"}),
    frozenset({"sign_kept", "sign_kept_letter"}),
    frozenset({"whole_part_kept", "carry_after_point"}),
)
"""Malrules that can make the very same line, so that the name the verifier gives it may be either."""

ALSO_MENDED = {
    "adds_the_difference": frozenset({"multiplies_total"}),
    "multiplies_total": frozenset({"adds_the_difference"}),
    "forgets_top": frozenset({"divides_by_top"}),
    "forgets_to_change": frozenset({"ten_for_all"}),
    "factor_sum_wrong": frozenset({"factor_signs"}),
}
"""By malrule, those whose sentences are right about it as well: "divide by the bottom, multiply by the top"."""


@dataclass(frozen=True)
class KnownSentence:
    """One sentence of the catalogue and what it is about."""

    text: str
    level: Level
    malrule: str | None = None
    skills: frozenset[str] = frozenset()
    """Skills that it may be said of; empty where no skill is known to invite it."""
    method: int | None = None
    """Of a strategy: the method, as the skill numbers its paths; None where the skill has one sentence only."""


@dataclass(frozen=True)
class Meaning:
    """What a sentence says, as far as it can be told; nothing of it is known for a sentence of its own."""

    known: tuple[KnownSentence, ...] = ()

    @property
    def malrules(self) -> frozenset[str]:
        return frozenset(k.malrule for k in self.known if k.malrule is not None)

    @property
    def skills(self) -> frozenset[str]:
        return frozenset().union(*(k.skills for k in self.known))

    @property
    def methods(self) -> frozenset[int]:
        return frozenset(k.method for k in self.known if k.method is not None)


def alike(malrule: str) -> frozenset[str]:
    """A malrule, those that can make the very same line, and those whose sentences are right about it too."""
    return frozenset({malrule}).union(
        *(family for family in FAMILIES if malrule in family), ALSO_MENDED.get(malrule, frozenset())
    )


@lru_cache(maxsize=1)
def invited() -> dict[str, frozenset[str]]:
    """The malrules that each skill's problems invite."""
    return {skill.name: frozenset(skill.malrules) for skill in SKILLS}


@lru_cache(maxsize=4096)
def meaning(text: str) -> Meaning:
    """The known sentences that a text is nearest to; none where even the nearest is far.

    A sentence with numbers is near no rule without: it says what this problem needs, and its numbers are checked.
    """
    said = tokens(text)
    general = [k for k in _sentences() if NUMBER in tokens(k.text) or NUMBER not in said]
    likeness = [(shared(said, tokens(known.text), _weights()), known) for known in general]
    best = max((value for value, _ in likeness), default=0.0)
    if best < NEAR:
        return Meaning()
    return Meaning(tuple(known for value, known in likeness if value >= best - _AS_NEAR))


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    return dict(Bm25.of([tokens(known.text) for known in _sentences()]).idf)


@lru_cache(maxsize=1)
def _sentences() -> tuple[KnownSentence, ...]:
    return tuple(_all())


def _all() -> Iterator[KnownSentence]:
    for malrule in dict.fromkeys((*LESSONS, *CATALOGUE)):
        inviting = frozenset(name for name, malrules in invited().items() if malrule in malrules)
        texts: tuple[str, ...] = LESSONS[malrule] if malrule in LESSONS else (CATALOGUE[malrule].rule,)
        yield from (KnownSentence(text, Level.LESSON, malrule, inviting) for text in texts)
    for skill, texts in STRATEGIES.items():
        for method, text in enumerate(texts):
            yield KnownSentence(text, Level.STRATEGY, None, frozenset({skill}), method if len(texts) > 1 else None)
    for skill, pair in PATTERNS.items():
        yield from (KnownSentence(text, Level.PATTERN, None, frozenset({skill})) for text in pair)
