"""Reference mode: a word problem's solution is held against a worked one, step by step."""

from workbench.verification.reference.checker import Reference

__all__ = ["Reference"]
