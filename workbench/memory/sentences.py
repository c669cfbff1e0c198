"""Likeness of texts by their words, and the canonical sentence that a text is nearest to.

Numbers and single letters count as such, whatever their value. BM25 is kept as thirty lines of our own: a library
would split `3x + 5` by its own rules and save nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.problems.catalogue import SKILLS
from workbench.types import Level
from workbench.verification.domain import Domain, Lessons

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c]+|[-+*/^=<>%:]")
"""Letters of any script; the exponent of `x²` is none."""
NUMBER, LETTER = "#", "?"


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """Return lower-case words and signs; every number is `#`, every single letter but `a` and `I` is `?`."""
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
        """Build the index of these documents; `scores` answers in their order."""
        counts = tuple(Counter(d) for d in documents)
        found = Counter(t for c in counts for t in c)
        # Always positive: a word of every text still counts a little.
        idf = {t: math.log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for t, n in found.items()}
        length = sum(sum(c.values()) for c in counts) / max(1, len(counts))
        return cls(counts, idf, length)

    def scores(self, query: Iterable[str]) -> list[float]:
        """Return the score of each document for a query; a token of the query counts once."""
        wanted = [t for t in dict.fromkeys(query) if t in self.idf]
        return [sum(self.idf[t] * self._weight(t, c) for t in wanted if t in c) for c in self.counts]

    def _weight(self, token: str, counts: Mapping[str, int]) -> float:
        n, length = counts[token], sum(counts.values())
        return n * (self.k1 + 1) / (n + self.k1 * (1 - self.b + self.b * length / self.mean_length))


def shared(a: Iterable[str], b: Iterable[str], weight: Mapping[str, float]) -> float:
    """Return the cosine of two sets of tokens, 0 to 1. A token without a weight counts like the heaviest."""
    left, right = set(a), set(b)
    heaviest = max(weight.values(), default=1.0)

    def mass(part: Iterable[str]) -> float:
        # In a fixed order: the sum of floats must not depend on how a set happens to be ordered.
        return sum(weight.get(t, heaviest) ** 2 for t in sorted(part))

    norm = math.sqrt(mass(left) * mass(right))
    return mass(left & right) / norm if norm else 0.0


# Which canonical sentence a text is nearest to, and so which malrules, skill and method it is about.


NEAR = 0.62
"""Least likeness at which a sentence is taken to say what a canonical one says: a word or two may differ."""
_AS_NEAR = 0.02


@dataclass(frozen=True)
class CanonicalSentence:
    """One sentence that a domain knows, and what it is about."""

    text: str
    level: Level
    malrule: str | None = None
    skills: frozenset[str] = frozenset()
    """Skills that it may be said of; empty where no skill is known to invite it."""
    method: int | None = None
    """Of a strategy: the method, as the skill numbers its paths; None where the skill has one sentence only."""


@dataclass(frozen=True)
class Match:
    """The canonical sentences that a text is nearest to; none for a sentence of the writer's own."""

    sentences: tuple[CanonicalSentence, ...] = ()

    @property
    def malrules(self) -> frozenset[str]:
        return frozenset(k.malrule for k in self.sentences if k.malrule is not None)

    @property
    def skills(self) -> frozenset[str]:
        return frozenset().union(*(k.skills for k in self.sentences))

    @property
    def methods(self) -> frozenset[int]:
        return frozenset(k.method for k in self.sentences if k.method is not None)


@lru_cache(maxsize=1)
def malrules_by_skill() -> dict[str, frozenset[str]]:
    """Return the malrules that each skill's problems invite."""
    return {skill.name: frozenset(skill.malrules) for skill in SKILLS}


@lru_cache(maxsize=4096)
def nearest(text: str, domain: Domain) -> Match:
    """Return the canonical sentences that a text is nearest to; none where even the nearest is far.

    A sentence with numbers is near no rule without: it says what this problem needs, and its numbers are checked.
    """
    said = tokens(text)
    known, weights = _canonical(domain)
    general = [k for k in known if NUMBER in tokens(k.text) or NUMBER not in said]
    likeness = [(shared(said, tokens(k.text), weights), k) for k in general]
    best = max((value for value, _ in likeness), default=0.0)
    if best < NEAR:
        return Match()
    return Match(tuple(k for value, k in likeness if value >= best - _AS_NEAR))


@lru_cache(maxsize=16)
def _canonical(domain: Domain) -> tuple[tuple[CanonicalSentence, ...], Mapping[str, float]]:
    """A domain's sentences, and how much each of their words tells."""
    known = tuple(_sentences(domain.lessons))
    return known, Bm25.of([tokens(k.text) for k in known]).idf


def _sentences(lessons: Lessons) -> Iterator[CanonicalSentence]:
    for malrule, texts in lessons.mistakes.items():
        inviting = frozenset(name for name, malrules in malrules_by_skill().items() if malrule in malrules)
        yield from (CanonicalSentence(text, Level.LESSON, malrule, inviting) for text in texts)
    for skill, texts in lessons.strategies.items():
        for method, text in enumerate(texts):
            own = method if len(texts) > 1 else None
            yield CanonicalSentence(text, Level.STRATEGY, None, frozenset({skill}), own)
    for skill, texts in lessons.patterns.items():
        yield from (CanonicalSentence(text, Level.PATTERN, None, frozenset({skill})) for text in texts)
