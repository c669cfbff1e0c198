"""The catalogue of malrules: what each is called, what it stands for, and what helps against it."""

from __future__ import annotations

from workbench.verification.domain import Malrule
from workbench.verification.malrules import wording_algebra, wording_numbers
from workbench.verification.malrules.lessons import LESSONS


def _read(text: str) -> dict[str, Malrule]:
    """The malrules of a table: a name, then indented lines; the rule comes from the lessons where they have it."""
    found: dict[str, Malrule] = {}
    blocks: list[list[str]] = []
    for line in text.strip().splitlines():
        if line[0] == " ":
            blocks[-1].append(line.strip())
        else:
            blocks.append([line.strip()])
    for name, misconception, as_if, look, *rule in blocks:
        said = rule[0] if rule else LESSONS[name][0]
        found[name] = Malrule(name, misconception, as_if, look, said)
    return found


CATALOGUE: dict[str, Malrule] = _read(wording_numbers.TEXT) | _read(wording_algebra.TEXT)

__all__ = ["CATALOGUE", "Malrule"]
