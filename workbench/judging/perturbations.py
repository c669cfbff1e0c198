"""Wrong twins of a right step: what a slip or a misreading would have made of it."""

from __future__ import annotations

from enum import StrEnum

from workbench.verification.lines.claims import Claim, ClaimSide, read_line
from workbench.verification.lines.relations import show
from workbench.verification.text.grammar import Number, Token, Unreadable


class Perturbation(StrEnum):
    """How a step goes wrong."""

    SLIP = "slip"
    """The result of the line is wrong."""
    MISREADING = "misreading"
    """A number taken into the line is wrong, and the line is worked on rightly from it."""


def twins(step: str, kind: Perturbation) -> tuple[str, ...]:
    """Return the twin of the step's last claim; nothing where the step computes nothing."""
    claims = read_line(step).claims
    if not claims:
        return ()
    made = _slip(step, claims[-1]) if kind is Perturbation.SLIP else _misreading(step, claims[-1])
    return (made,) if made is not None else ()


def _numbers(part: ClaimSide) -> list[Token]:
    return [t for t in part.tokens if t.kind == "num"]


def _slip(step: str, claim: Claim) -> str | None:
    """The last number of the claim's last part, one more than it is."""
    last = claim.parts[-1]
    found = _numbers(last) if last is not None else []
    return _put(step, found[-1].start, found[-1].end, _one_more(found[-1].text)) if found else None


def _misreading(step: str, claim: Claim) -> str | None:
    """The first number of `a + b = c` one more than it is, and the result that follows from it."""
    if len(claim.parts) != 2 or claim.relations != ("=",):
        return None
    left, right = claim.parts
    if left is None or right is None or left.letters or right.letters or left.bare or not right.bare:
        return None
    first, shown = _numbers(left), _numbers(right)
    if not first or len(shown) != 1:
        return None
    misread = _put(step, first[0].start, first[0].end, _one_more(first[0].text))
    value = _left_value(misread)
    if value is None or value < 0:
        return None
    shift = len(misread) - len(step)
    return _put(misread, shown[0].start + shift, shown[0].end + shift, show(value))


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _left_value(step: str) -> Number | None:
    claims = read_line(step).claims
    left = claims[-1].parts[0] if claims else None
    try:
        return left.value if left is not None and not left.letters else None
    except Unreadable:
        return None


def _one_more(text: str) -> str:
    """The number with one more at its last place that counts: `1,200` is `1,201`, `0.25` is `0.26`."""
    digits = text.replace(",", "")
    _, point, places = digits.partition(".")
    more = str(int(digits.replace(".", "")) + 1).zfill(len(places) + 1)
    if point:
        return f"{more[: -len(places)]}.{more[-len(places) :]}"
    return f"{int(more):,}" if "," in text else more
