"""Training methods: what each makes of the judged rollouts of a round. A further method is one file and one line."""

from __future__ import annotations

from typing import Any

from workbench.methods.grpo import GRPO
from workbench.methods.method import Method, MethodSettings, RoundContext, Signals, Taught
from workbench.methods.pmd import PMD
from workbench.methods.rft import RFT
from workbench.methods.sdpo import SDPO
from workbench.methods.sft import SFT

METHODS: tuple[Method[Any], ...] = (PMD, SDPO, GRPO, RFT, SFT)
"""All methods; the first is the default."""

__all__ = ["METHODS", "Method", "MethodSettings", "RoundContext", "Signals", "Taught", "method_named"]


def method_named(name: str) -> Method[Any] | None:
    """Return the method of this name; None where there is none."""
    return next((method for method in METHODS if method.name == name), None)
