"""Step-level verification: exact, three-valued, from text to verdicts."""

from workbench.verification.answers import final_answer, grade
from workbench.verification.findings import Context, Finding, StepChecker
from workbench.verification.verifier import DEFAULT, Verifier

__all__ = ["DEFAULT", "Context", "Finding", "StepChecker", "Verifier", "final_answer", "grade"]
