"""Malrules: named buggy rules, searched for the one that makes a wrong line from the line before it."""

from workbench.verification.malrules.catalogue import CATALOGUE, Malrule
from workbench.verification.malrules.naming import hints, named

__all__ = ["CATALOGUE", "Malrule", "hints", "named"]
