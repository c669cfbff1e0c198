"""How verdicts on whole solutions agree with what people marked: ProcessBench's measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.types import Judgement, Verdict
from workbench.verification.rows import NO_ERROR, first_error


@dataclass(frozen=True)
class Summary:
    """The measures of one run over a file; those that need marks are None where the file has none."""

    rows: int
    marked: int
    """Rows of which a person said where the first error is."""
    steps: int
    decided: float
    """Share of steps that are not unknown."""
    flagged: float
    """Share of steps judged incorrect."""
    right_on_wrong: float | None
    """Share of the wrong solutions whose first error is found exactly."""
    right_on_right: float | None
    """Share of the right solutions in which nothing is flagged."""
    f1: float | None
    """The harmonic mean of both, as ProcessBench counts."""
    precision: float | None
    """Share of the flagged rows in which the first error is exactly the marked one."""
    seconds_per_step: float


def summarise(marks: Sequence[int | None], verdicts: Sequence[Verdict], seconds: float) -> Summary:
    """The measures of verdicts against the marked first errors, in the same order."""
    judgements = [step.judgement for verdict in verdicts for step in verdict.steps]
    pairs = [(m, first_error(v)) for m, v in zip(marks, verdicts, strict=True) if m is not None]
    on_wrong = _share([found == mark for mark, found in pairs if mark != NO_ERROR])
    on_right = _share([found == mark for mark, found in pairs if mark == NO_ERROR])
    return Summary(
        rows=len(verdicts),
        marked=len(pairs),
        steps=len(judgements),
        decided=_share([j is not Judgement.UNKNOWN for j in judgements]) or 0.0,
        flagged=_share([j is Judgement.INCORRECT for j in judgements]) or 0.0,
        right_on_wrong=on_wrong,
        right_on_right=on_right,
        f1=harmonic(on_wrong, on_right),
        precision=_share([found == mark for mark, found in pairs if found != NO_ERROR]),
        seconds_per_step=seconds / max(1, len(judgements)),
    )


def harmonic(a: float | None, b: float | None) -> float | None:
    """The harmonic mean; None where one of the two is unknown."""
    if a is None or b is None:
        return None
    return 2 * a * b / (a + b) if a + b else 0.0


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
