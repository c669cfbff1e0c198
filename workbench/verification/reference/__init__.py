"""Reference mode: a word problem's solution is compared with a worked one, step by step."""

from workbench.verification.reference.checker import Reference

__all__ = ["Reference"]
