"""Likeness of texts by their words: numbers and letters of the algebra count as such, not by their value."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
