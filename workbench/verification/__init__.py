"""Step-level verification: exact, three-valued, from text to verdicts."""

from workbench.verification.answers import final_answer, grade
from workbench.verification.domain import Malrule
from workbench.verification.lines.findings import Context, Finding, StepChecker
from workbench.verification.malrules.catalogue import CATALOGUE
from workbench.verification.repairs.rewrites import hints
from workbench.verification.verifier import DEFAULT, Verifier

__all__ = [
    "CATALOGUE",
    "DEFAULT",
    "Context",
    "Finding",
    "Malrule",
    "StepChecker",
    "Verifier",
    "final_answer",
    "grade",
    "hints",
]
