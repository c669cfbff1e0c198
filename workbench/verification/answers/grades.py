"""What a comparison of two answers says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.types import Judgement


@dataclass(frozen=True)
class Grade:
    """Whether a stated answer has the known one's value; None where one was not read or it could not be told."""

    equal: bool | None
    reason: str
    form: str | None = None
    """How the form differs where the value is the same: `not worked out`, `in another form` or `not solved`."""

    @property
    def judgement(self) -> Judgement:
        """The same as a judgement; incorrect where the value is right but not in the wanted form."""
        if self.form is not None:
            return Judgement.INCORRECT
        return {True: Judgement.CORRECT, False: Judgement.INCORRECT, None: Judgement.UNKNOWN}[self.equal]


EQUAL = Grade(True, "Both are equal.")
DIFFERENT = Grade(False, "They differ.")


def undecided(reason: str) -> Grade:
    """Return that it cannot be told."""
    return Grade(None, reason)


def in_form(form: str) -> Grade:
    """Return that only the form differs."""
    return Grade(True, f"The value is the same, but it is {form}.", form)


def verdict(equal: bool | None) -> Grade:
    """Return a plain grade."""
    if equal is None:
        return undecided("It could not be shown whether they are equal.")
    return EQUAL if equal else DIFFERENT


def together(grades: Sequence[Grade], equal: str = "All members are equal.") -> Grade:
    """Return the grade of several that must all be equal: the first difference, then the first doubt."""
    different = [g for g in grades if g.equal is False and g.form is None]
    doubts = [g for g in grades if g.equal is None]
    forms = [g for g in grades if g.form is not None]
    return next(iter((*different, *doubts, *forms)), Grade(True, equal))
