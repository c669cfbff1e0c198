"""Answer mode for word problems: which steps lead to a final value that is wrong.

No step is proved wrong by that, so nothing is judged here: the fact is kept as evidence beside what is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Diagnosis, Evidence, Judgement, Knowledge
from workbench.verification.answers import answer_in, grade
from workbench.verification.findings import Context, Finding
from workbench.verification.reading.claims import Line, read_line

NAME = "candidates"
_CONFIDENCE = 0.2
"""A wrong solution has about five steps that lead to its end."""


@dataclass(frozen=True)
class Candidates:
    """The steps of a wrong solution from whose values its answer was computed."""

    name: str = NAME

    def __call__(self, context: Context) -> Finding | None:
        """Never a judgement: evidence of kind `answer` for the steps among which the mistake is."""
        gold = context.problem.answer
        if context.knowledge is Knowledge.FREE or gold is None or context.is_answer or not context.is_story:
            return None
        stated = answer_in(context.solution[-1]) if context.solution else None
        if stated is None or grade(gold, stated) is not Judgement.INCORRECT:
            return None
        if len(context.earlier) not in leading_to(context.solution, stated):
            return None
        text = f"The solution ends with {stated}, which is not the answer, and this step leads there."
        evidence = (Evidence("answer", text),)
        return Finding(Judgement.UNKNOWN, Diagnosis.UNDECIDED, NAME, text, evidence, confidence=_CONFIDENCE)


@lru_cache(maxsize=256)
def leading_to(solution: tuple[str, ...], final: str) -> frozenset[int]:
    """The steps whose results go into the final value, read backwards."""
    needed = set(read_line(final).numbers)
    found: set[int] = set()
    for at in range(len(solution) - 2, -1, -1):
        line = read_line(solution[at])
        results = _results(line)
        if results & needed:
            found.add(at)
            needed |= line.numbers - results
    return frozenset(found)


def _results(line: Line) -> set[str]:
    """The numbers, as written, that the line's claims end with."""
    return {t.text for claim in line.claims for t in claim.whole[-1].tokens if t.kind in ("num", "mixed")}
