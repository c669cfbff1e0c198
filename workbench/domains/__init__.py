"""The domains that are known. A further one is a file in this folder with a `Domain`, and one entry here."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.errors import BadInput
from workbench.types import Problem
from workbench.verification.domain import Domain, Malrule
from workbench.verification.maths import MATHS

DOMAINS: tuple[Domain, ...] = (MATHS,)


def domain_named(name: str) -> Domain:
    """Return the domain of that name. Raise `BadInput` where there is none."""
    found = next((domain for domain in DOMAINS if domain.name == name), None)
    if found is None:
        known = ", ".join(repr(domain.name) for domain in DOMAINS)
        raise BadInput(f"There is no domain {name!r}; the known ones are {known}.")
    return found


def malrule_named(name: str) -> Malrule | None:
    """Return the malrule of that name in any domain; None where there is none."""
    return next((domain.malrules[name] for domain in DOMAINS if name in domain.malrules), None)


def domain_of(problem: Problem) -> Domain:
    """Return the domain that a problem names. Raise `BadInput` for one that is not known."""
    return domain_named(problem.domain)


def common_domain(problems: Iterable[Problem]) -> Domain:
    """Return the one domain of some problems; maths for none. Raise `BadInput` where they are of several."""
    names = sorted({problem.domain for problem in problems}) or [MATHS.name]
    if len(names) > 1:
        raise BadInput(f"The problems are of several domains, {' and '.join(map(repr, names))}; take those of one.")
    return domain_named(names[0])
