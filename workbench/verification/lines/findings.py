"""What a checker sees and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement
from workbench.verification.domain import Finding, StepChecker, StepContext, lazy
from workbench.verification.lines.absolute import unfolded
from workbench.verification.lines.claims import ClaimSide, Line, read_line
from workbench.verification.lines.known import Thread, begun, extended
from workbench.verification.lines.listed import written_out
from workbench.verification.lines.problems import Reading, read_problem
from workbench.verification.lines.relations import Statement, statements


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
    def stated(self) -> tuple[Statement, ...]:
        """What this line states about letters."""
        return statements(self.stating, self.carry)

    @lazy
    def stating(self) -> Line:
        """The line with an absolute value unfolded, or a pair or a set of solutions written out."""
        plain = unfolded(self.line.text) or written_out(self.line.text)
        return self.line if plain is None else read_line(plain)

    @lazy
    def thread(self) -> Thread:
        """The work before this line."""
        if not self.previous:
            return begun(self.reading)
        last: Context = self.previous[-1]
        verdict = self.verdicts[-1]
        wrong = verdict.judgement is Judgement.INCORRECT
        trusted = not wrong and not verdict.carried
        return extended(last.thread, self.reading, last.stating, len(self.previous) - 1, last.stated, wrong, trusted)

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
