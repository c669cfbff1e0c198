"""What a checker sees and what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement
from workbench.verification.domain import Finding, StepChecker, StepContext, lazy
from workbench.verification.lines.claims import ClaimSide, Line, expressions_in, read_line
from workbench.verification.lines.relations import Statement, statements

_SOLVE = re.compile(r"\bsolve\b|\bfind (?:the value of )?[a-z]\b|\bwhat is [a-z]\b", re.IGNORECASE)
_COMMAND = re.compile(
    r"\b(?:work out|calculate|compute|evaluate|expand|factor\w*|simplif\w*|multiply out|what is|find|"
    r"write)\b",
    re.I,
)
_WORDS = re.compile(r"[A-Za-z]{2,}")
_MANY_WORDS = 14


@dataclass(frozen=True, eq=False)
class Reading:
    """A problem's text as mathematics."""

    statements: tuple[Statement, ...]
    expression: ClaimSide | None
    """The expression to work on, where the problem gives one and no equation."""
    solves: bool
    """The problem asks for the letters of its equations."""

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(s.letters for s in self.statements))


@lru_cache(maxsize=4096)
def read_problem(text: str) -> Reading:
    """Return the equations or the expression that a problem's text carries."""
    line = read_line(text)
    found = statements(line)
    asked = not found and _COMMAND.search(text[:2000]) and len(_WORDS.findall(text[:2000])) <= _MANY_WORDS
    expressions = expressions_in(text) if asked else ()
    best = max(expressions, key=lambda p: len(p.tokens), default=None)
    if best is None and line.expression is not None and len(line.expression.tokens) > 2 and not line.prose:
        best = line.expression  # the problem is an expression and no more: `8 - 50 + 7`
    solves = bool(found) and bool(_SOLVE.search(text[:2000])) and not expressions_in(text)
    return Reading(found, best, solves)


@dataclass(frozen=True, eq=False)
class Context(StepContext):
    """One step and everything before it, read as mathematics."""

    reading: Reading
    line: Line
    is_answer: bool = False

    @lazy
    def earlier(self) -> tuple[Line, ...]:
        """The steps before this one."""
        return tuple(context.line for context in self.previous)

    @lazy
    def carry(self) -> ClaimSide | None:
        """The last expression before this line, which a leading `=` continues."""
        for line in reversed(self.earlier):
            if line.cut or line.last is not None:
                return line.last
        return self.reading.expression

    @lazy
    def is_story(self) -> bool:
        """Whether the problem is told in words; equations and sums are proved line by line instead."""
        return not self.reading.statements and self.reading.expression is None

    @lazy
    def wrong_before(self) -> bool:
        return any(v.judgement is Judgement.INCORRECT or v.carried for v in self.verdicts)


def correct(checker: str, reason: str, carried: bool = False, diagnosis: Diagnosis = Diagnosis.VALID) -> Finding:
    """Return the finding that a step holds."""
    return Finding(Judgement.CORRECT, diagnosis, checker, reason, carried=carried)


def incorrect(
    checker: str,
    text: str,
    kind: EvidenceKind,
    repair: str | None = None,
    diagnosis: Diagnosis = Diagnosis.NOT_EQUIVALENT,
    confidence: float = 1.0,
) -> Finding:
    """Return the finding that a step is wrong, with a sentence that is its reason and its evidence."""
    evidence = (Evidence(kind, text),)
    return Finding(Judgement.INCORRECT, diagnosis, checker, text, evidence, repair, confidence=confidence)


__all__ = ["Context", "Finding", "Reading", "StepChecker", "correct", "incorrect", "read_problem"]
