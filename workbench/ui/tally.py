"""How many of several sampled solutions agree: their answers, counted, as a small chart in HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.types import Judgement, Verdict
from workbench.ui.maths import maths_html
from workbench.ui.palette import LOOKS
from workbench.verification.answers import grade

MOST_SHOWN = 6
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Count:
    """One answer and how often it was given."""

    answer: str | None
    count: int
    judgement: Judgement | None
    """Against the known answer; None where none is known."""


def tally(verdicts: Sequence[Verdict]) -> list[Count]:
    """Answers of equal value counted together, most frequent first; solutions without one count as None."""
    groups: list[list[Verdict]] = []
    for verdict in verdicts:
        group = next((g for g in groups if _agree(g[0].answer, verdict.answer)), None)
        if group is None:
            groups.append([verdict])
        else:
            group.append(verdict)
    counts = [Count(g[0].answer, len(g), g[0].answer_judgement) for g in groups]
    return sorted(counts, key=lambda c: (-c.count, c.answer is None))


def _agree(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or grade(one, other) is Judgement.CORRECT


def tally_html(verdicts: Sequence[Verdict]) -> str:
    """The counted answers as bars, with how many solutions agree with the most frequent."""
    if not verdicts:
        return ""
    counts, total = tally(verdicts), len(verdicts)
    rows = "".join(_row(count, total) for count in counts[:MOST_SHOWN])
    left = sum(count.count for count in counts[MOST_SHOWN:])
    rest = f'<div class="wb-foot">{left} more with other answers</div>' if left else ""
    agree = max(c.count for c in counts)
    sound = sum(v.process_correct for v in verdicts)
    known = counts[0].judgement is not None
    summary = f"{agree} of {total} agree" + (f"; {sound} right with no step incorrect" if known else "")
    return f'<div class="wb-tally"><div class="wb-title">{summary}</div>{rows}{rest}</div>'


def _row(count: Count, total: int) -> str:
    name = "unknown" if count.judgement is None else count.judgement.value
    sign = LOOKS[count.judgement].sign if count.judgement is not None else ""
    shown = maths_html(count.answer) if count.answer is not None else NO_ANSWER
    return (
        f'<div class="wb-bar wb-{name}"><span class="wb-answer"><bdi>{shown}</bdi></span>'
        f'<span class="wb-track"><i style="width:{count.count / total:.1%}"></i></span>'
        f'<span class="wb-count">{count.count} {sign}</span></div>'
    )
