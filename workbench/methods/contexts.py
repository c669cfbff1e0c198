"""Teacher contexts: memory and a step-aligned critique for one rollout.

The critique copies the verified prefix, then gives the corrected step in the wrong step's own place; the
wrong step is never quoted (arXiv 2606.11173 found that quoting it anchors the teacher on it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from workbench.domains import domain_of
from workbench.memory.reflection import prefix_lines, verified
from workbench.memory.retrieval import Recalled
from workbench.methods.routing import Route, Routed
from workbench.prompts import NO_HELP, Help
from workbench.types import Group, Judged, Level


class Source(StrEnum):
    """Where a corrected step came from."""

    LINE = "line"
    """The verifier's repair of the line itself."""
    SIBLING = "sibling"
    """Another rollout of the group."""
    MEMORY = "memory"
    REFERENCE = "reference"
    """A worked solution."""
    ANSWER = "answer"
    """The known answer, from which the wrong number was found."""
    NONE = "none"


@dataclass(frozen=True)
class TeacherContext:
    """What the teacher of one rollout reads, and the corrected step where one is known."""

    help: Help
    prefix: int
    """How many lines of the rollout stand before the corrected step."""
    correction: str | None
    source: Source
    """Where the correction came from."""
    used: tuple[str, ...]
    """Ids of the memory items that the teacher reads."""


def teacher_context(group: Group, member: Judged, routed: Routed, recalled: Recalled) -> TeacherContext | None:
    """Return the context of a rollout that is to be distilled; None where there is nothing to read."""
    if routed.route is Route.REINFORCE:
        return None
    solutions = _solutions(group, member, recalled)
    written = tuple(step.text for step in member.verdict.steps)
    if routed.error is not None:
        place, correction, source = _correct_step(member, routed.error, solutions)
    else:
        place, correction, source = _diverging_step(written, solutions)
        repair = domain_of(group.problem).counterfactual_repair
        if correction is None and (found := repair(group.problem, member.verdict.steps)) is not None:
            place, correction, source = found.place, found.line, Source.ANSWER
    solved: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if routed.route is Route.DISTIL_WHOLE and solutions:
        solved = ((group.problem.text, solutions[0][0]),)
    shown = Help(
        patterns=recalled.texts(Level.PATTERN),
        strategies=recalled.texts(Level.STRATEGY),
        lessons=recalled.texts(Level.LESSON),
        solved=solved,
        right_so_far=prefix_lines(member.verdict, place) if correction is not None else (),
        next_step=correction,
    )
    if shown == NO_HELP:
        return None
    used = [item.id for item in recalled.items]
    if recalled.experience is not None and source is Source.MEMORY:
        used.append(recalled.experience.id)
    return TeacherContext(shown, place, correction, source, tuple(used))


Solution = tuple[tuple[str, ...], Source]
"""Lines of a verified solution, and where it came from."""


def _solutions(group: Group, member: Judged, recalled: Recalled) -> list[Solution]:
    """Return verified solutions of the same problem, those that share most with the rollout first."""
    written = tuple(step.text for step in member.verdict.steps)
    found = [(tuple(step.text for step in m.verdict.steps), Source.SIBLING) for m in verified(group)]
    if recalled.experience is not None:
        found.append(
            (tuple(step.text for step in domain_of(group.problem).split(recalled.experience.text)), Source.MEMORY)
        )
    if group.problem.solution:
        found += [(tuple(lines), Source.REFERENCE) for lines in (group.problem.solution, *group.problem.alternates)]
    return sorted(found, key=lambda s: -_shared_lines(written, s[0]))


def _correct_step(member: Judged, error: int, solutions: Sequence[Solution]) -> tuple[int, str | None, Source]:
    """Return the corrected step: a verified solution's line after the same prefix, else the verifier's repair."""
    written = tuple(step.text for step in member.verdict.steps)
    for lines, source in solutions:
        if _shared_lines(written, lines) == error < len(lines):
            return error, lines[error], source
    repair = member.verdict.steps[error].repair
    return error, repair, Source.LINE if repair is not None else Source.NONE


def _diverging_step(written: Sequence[str], solutions: Sequence[Solution]) -> tuple[int, str | None, Source]:
    """Return the line with which the nearest verified solution continues, for where nothing is proved wrong."""
    for lines, source in solutions:
        place = _shared_lines(written, lines)
        if place < len(lines):
            return place, lines[place], source
    return 0, None, Source.NONE


def _shared_lines(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many lines two solutions share from their start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
