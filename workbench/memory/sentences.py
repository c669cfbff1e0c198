"""Likeness of texts by their words: numbers and letters of the algebra count as such, not by their value."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.problems.catalogue import SKILLS
from workbench.types import Level
from workbench.verification import CATALOGUE
from workbench.verification.malrules.lessons import LESSONS, PATTERNS, STRATEGIES

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c]+|[-+*/^=<>%:]")
"""Letters of any script; the exponent of `x²` is none."""
NUMBER, LETTER = "#", "?"


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words and signs; every number is `#` and every single letter but `a` and `I` is `?`."""
    return tuple(_normal(t) for t in _TOKEN.findall(text))


def _normal(token: str) -> str:
    if token[0].isdigit():
        return NUMBER
    if len(token) == 1 and token.isalpha() and token not in "aAI":
        return LETTER
    return token.lower()


@dataclass(frozen=True)
class Bm25:
    """Okapi BM25 over texts given as tokens. `k1` bounds what repeats add, `b` how much length counts."""

    counts: tuple[Mapping[str, int], ...]
    idf: Mapping[str, float]
    mean_length: float
    k1: float = 1.2
    b: float = 0.75

    @classmethod
    def of(cls, documents: Iterable[Sequence[str]]) -> Bm25:
        """An index of these documents; their places are what `scores` speaks of."""
        counts = tuple(Counter(d) for d in documents)
        found = Counter(t for c in counts for t in c)
        # Always positive: a word that stands in every text still counts a little.
        idf = {t: math.log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for t, n in found.items()}
        length = sum(sum(c.values()) for c in counts) / max(1, len(counts))
        return cls(counts, idf, length)

    def scores(self, query: Iterable[str]) -> list[float]:
        """The score of each document for a query; a token of the query counts once."""
        wanted = [t for t in dict.fromkeys(query) if t in self.idf]
        return [sum(self.idf[t] * self._weight(t, c) for t in wanted if t in c) for c in self.counts]

    def _weight(self, token: str, counts: Mapping[str, int]) -> float:
        n, length = counts[token], sum(counts.values())
        return n * (self.k1 + 1) / (n + self.k1 * (1 - self.b + self.b * length / self.mean_length))


def shared(a: Iterable[str], b: Iterable[str], weight: Mapping[str, float]) -> float:
    """Cosine of two sets of tokens, from 0 to 1. A token without a weight counts like the heaviest."""
    left, right = set(a), set(b)
    heaviest = max(weight.values(), default=1.0)

    def mass(part: Iterable[str]) -> float:
        # In a fixed order: the sum of floats must not depend on how a set happens to be ordered.
        return sum(weight.get(t, heaviest) ** 2 for t in sorted(part))

    norm = math.sqrt(mass(left) * mass(right))
    return mass(left & right) / norm if norm else 0.0


# What a sentence speaks of: the malrules, skill and method of the known sentence that is nearest to it.


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
