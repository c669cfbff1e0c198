"""Figures of the reading and arithmetic checkers on other people's data; run it as a script.

openai/grade-school-math (MIT) and eth-lre/verify-then-generate (CC BY 4.0), read where they stand, never copied.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.types import Judgement, Knowledge, Problem, StepVerdict
from workbench.verification import Verifier

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
COMPUTES = re.compile(
    r"<<[^<>]+>>|[0-9)%][^=\n]{0,60}[-+*/x×÷·][^=\n]{0,60}=|=[^=\n]{0,60}[0-9)%] ?[-+*/x×÷·] ?[$(0-9]"
)


@dataclass
class Figures:
    """Counts over a set, and the flagged steps as (row, step, verdict)."""

    counts: Counter[str] = field(default_factory=Counter)
    flagged: list[tuple[int, int, StepVerdict]] = field(default_factory=list)
    undecided: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    def share(self, part: str, whole: str) -> float:
        return self.counts[part] / max(1, self.counts[whole])


def rows(path: Path) -> Iterator[dict]:
    for line in path.read_text().split("\n"):
        if line:
            yield json.loads(line)


def measure_gold(path: Path, limit: int | None = None) -> Figures:
    """Every gold step must pass; nearly every step that computes must be decided."""
    verifier, found = Verifier(), Figures()
    for number, row in enumerate(rows(path)):
        if number == limit:
            break
        problem = Problem(str(number), row["question"], None)
        started = time.perf_counter()
        verdict = verifier.verify(problem, row["answer"], Knowledge.FREE)
        found.seconds += time.perf_counter() - started
        for index, step in enumerate(verdict.steps):
            computes = COMPUTES.search(step.text) is not None
            found.counts["steps"] += 1
            found.counts["computing"] += computes
            found.counts[step.judgement.value] += 1
            decided = step.judgement is not Judgement.UNKNOWN
            found.counts["computing decided"] += computes and decided
            if step.judgement is Judgement.INCORRECT:
                found.flagged.append((number, index, step))
            if computes and not decided:
                found.undecided.append((number, step.text))
    return found


def measure_first_errors(path: Path, limit: int | None = None) -> Figures:
    """How often the first flagged step is the one that a teacher marked, with no reference known."""
    verifier, found = Verifier(), Figures()
    for number, row in enumerate(rows(path)):
        if number == limit:
            break
        problem = Problem(str(number), row["problem"], None)
        verdict = verifier.verify(problem, row["steps"], Knowledge.FREE)
        found.counts["rows"] += 1
        if (first := verdict.first_error) is None:
            continue
        step = verdict.steps[first]
        outcome = "exact" if first == row["first_error"] else "early" if first < row["first_error"] else "late"
        found.counts["flagged"] += 1
        found.counts[outcome] += 1
        found.counts[f"{step.diagnosis.value} {outcome}"] += 1
        if outcome != "exact":
            found.flagged.append((number, row["first_error"], step))
    return found


def main() -> None:
    verbose = "-v" in sys.argv
    gold = measure_gold(DATA / "gsm8k" / "train.jsonl")
    print(
        f"gsm8k gold: {gold.counts['steps']} steps, flagged {gold.share('incorrect', 'steps'):.3%}, "
        f"computing steps decided {gold.share('computing decided', 'computing'):.2%}, "
        f"{1e3 * gold.seconds / gold.counts['steps']:.3f} ms a step"
    )
    marked = measure_first_errors(DATA / "stepverify" / "dev.jsonl")
    print(
        f"stepverify dev: flagged {marked.counts['flagged']} of {marked.counts['rows']}, precision "
        f"{marked.share('exact', 'flagged'):.3f}, found {marked.share('exact', 'rows'):.3f}"
    )
    print(dict(sorted(marked.counts.items())))
    if verbose:
        for number, index, step in gold.flagged:
            print("GOLD", number, index, repr(step.text), "->", step.reason)
        for number, text in gold.undecided:
            print("OPEN", number, repr(text))
        for number, index, step in marked.flagged:
            print("MARKED", number, index, step.diagnosis.value, repr(step.text), "->", step.reason)


if __name__ == "__main__":
    main()
