"""Reflection: sentences about a group of rollouts and their verdicts.

There are two writers. The diagnosis writer turns evidence into a lesson and needs no model. The policy writer is
asked with the messages made here; its replies are parsed, and checked before they are believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from workbench.domains import domain_of
from workbench.memory.checking import Checked, Drop, mistakes
from workbench.prompts import (
    LESSON,
    PATTERN,
    STRATEGY,
    Attempt,
    parse_insight,
    pattern_message,
    reflection_message,
)
from workbench.types import Group, Judged, Judgement, Level, MemoryItem, Reflection, Verdict, Writer

_MARKS = {Judgement.CORRECT: "+", Judgement.INCORRECT: "-", Judgement.UNKNOWN: "?"}
KINDS = {Level.LESSON: LESSON, Level.STRATEGY: STRATEGY, Level.PATTERN: PATTERN}


@dataclass(frozen=True)
class ReflectionRequest:
    """A question to the policy writer, and what its answer would be about."""

    message: str
    level: Level
    problem_id: str | None
    skill: str
    evidence: tuple[str, ...]


def verified(group: Group) -> list[Judged]:
    """Return members with the right answer and every step decided and correct, the shortest first."""
    right = [m for m in group.members if m.verdict.process_correct and m.verdict.all_decided]
    return sorted(right, key=lambda m: (len(m.rollout.token_ids), m.rollout.id))


def located(group: Group) -> list[Judged]:
    """Return members with a first error, one for each wrong line, in the order of the group."""
    seen: dict[str, Judged] = {}
    for member in group.members:
        error = member.verdict.located_error
        if error is not None:
            seen.setdefault(member.verdict.steps[error].text, member)
    return list(seen.values())


def diagnose(group: Group, limit: int = 2) -> list[Reflection]:
    """Write lessons from the evidence or the malrule of mistakes, without any model."""
    lessons: dict[str, Reflection] = {}
    for member in telling(group):
        text, malrule = _diagnosis(group, member)
        if text and text not in lessons and len(lessons) < limit:
            ids = (member.rollout.id,)
            lessons[text] = Reflection(group.problem.id, group.problem.skill, Level.LESSON, text, ids, malrule)
    return list(lessons.values())


def _diagnosis(group: Group, member: Judged) -> tuple[str, str | None]:
    """Return what the first error teaches; where no line is wrong, the rule against what explains the answer."""
    error, domain = member.verdict.located_error, domain_of(group.problem)
    if error is not None:
        step = member.verdict.steps[error]
        return domain.lesson(step), step.malrule
    explaining = next((m for m in sorted(mistakes(group, member)[0]) if m in domain.lessons.mistakes), None)
    return (domain.lessons.mistakes[explaining][0], explaining) if explaining is not None else ("", None)


def ask(group: Group) -> list[ReflectionRequest]:
    """Return the questions to the policy: a lesson from what went wrong, a strategy from what worked.

    In a mixed group the wrong attempt is shown together with a right one. The wrong attempt is one whose mistake is
    known, the most frequent of these: only about a known mistake can a lesson be checked.
    """
    right, wrong = verified(group)[:1], telling(group)[:1]
    requests = []
    if wrong:
        attempts = [attempt(m) for m in (*wrong, *right)]
        requests.append(_request(group, attempts, Level.LESSON, [*wrong, *right]))
    if right:
        requests.append(_request(group, [attempt(m) for m in right], Level.STRATEGY, right))
    return requests


def telling(group: Group) -> list[Judged]:
    """Return the wrong attempts: those with the most frequent known mistake first, then located, then failed ones."""
    located_ones = located(group)
    failed = [m for m in group.members if not m.verdict.answer_correct and m.verdict.steps]
    known = {m.rollout.id: mistakes(group, m)[0] for m in (*located_ones, *failed)}
    often = Counter(malrule for names in known.values() for malrule in names)

    def rank(member: Judged) -> tuple[int, bool]:
        frequency = max((often[malrule] for malrule in known[member.rollout.id]), default=0)
        return -frequency, member.verdict.located_error is None

    return sorted({m.rollout.id: m for m in (*located_ones, *failed)}.values(), key=rank)


def _request(group: Group, attempts: Sequence[Attempt], level: Level, members: Sequence[Judged]) -> ReflectionRequest:
    problem = group.problem
    message = reflection_message(problem.text, attempts, KINDS[level])
    return ReflectionRequest(message, level, problem.id, problem.skill, tuple(m.rollout.id for m in members))


def attempt(member: Judged) -> Attempt:
    """Return an attempt as the writer reads it: up to its first error, else whole with a wrong answer marked."""
    verdict = member.verdict
    error = verdict.located_error
    shown = verdict.steps[: error + 1] if error is not None else verdict.steps
    marks = [_MARKS[step.judgement] for step in shown]
    if error is None and not verdict.answer_correct:
        marks[-1] = "-"
    repair = verdict.steps[error].repair if error is not None else None
    return Attempt(tuple(step.text for step in shown), tuple(marks), repair)


def ask_pattern(skill: str, insights: Sequence[MemoryItem]) -> ReflectionRequest:
    """Return the question that pools insights of a skill into a pattern."""
    pairs = dict.fromkeys((KINDS[item.level], item.text) for item in insights)
    evidence = tuple(dict.fromkeys(e for item in insights for e in item.evidence))
    return ReflectionRequest(pattern_message(tuple(pairs)), Level.PATTERN, None, skill, evidence)


def read_reply(request: ReflectionRequest, reply: str) -> Reflection | None:
    """Return the reflection in a reply; None where the reply does not have the form that was asked for."""
    text = parse_insight(reply, KINDS[request.level])
    if text is None:
        return None
    return Reflection(
        request.problem_id or "", request.skill, request.level, text, request.evidence, writer=Writer.POLICY
    )


def prefix_lines(verdict: Verdict, count: int) -> tuple[str, ...]:
    """Return the first lines of a solution as written."""
    return tuple(step.text for step in verdict.steps[:count])


# Counting a round's reflections: asked, parsed, dropped and why, distinct, kept.


@dataclass(frozen=True)
class ReflectionStats:
    """What a round's writers wrote. Patterns come less often; their drops are counted with those of insights."""

    asked: int = 0
    dropped: Counter[Drop] = field(default_factory=Counter)
    reflections: tuple[Reflection, ...] = ()
    """Those that were kept, without repeats."""
    repeats: int = 0
    patterns: int = 0
    tokens: int = 0
    """Read and written by the policy when it was asked."""

    def with_patterns(self, pooled: ReflectionStats) -> ReflectionStats:
        """Return the same with the patterns that were asked for afterwards."""
        return replace(
            self,
            asked=self.asked + pooled.asked,
            dropped=self.dropped + pooled.dropped,
            repeats=self.repeats + pooled.repeats,
            patterns=len(pooled.reflections),
            tokens=self.tokens + pooled.tokens,
        )

    def metrics(self) -> dict[str, float]:
        """Return the counts by name, as a round's metrics hold them."""
        kept = len(self.reflections) + self.patterns
        lost = self.dropped[Drop.FORM]
        return {
            "insights_written": float(kept),
            "patterns_written": float(self.patterns),
            "reflections_asked": float(self.asked),
            "reflections_parsed": float(self.asked - lost),
            "reflections_repeated": float(self.repeats),
            "writer_tokens": float(self.tokens),
            **{f"dropped_{reason}": float(self.dropped[reason]) for reason in Drop},
        }


def reflection_stats(
    found: Sequence[Checked | Drop], others: Iterable[Reflection] = (), tokens: int = 0
) -> ReflectionStats:
    """Count replies as they were read and checked; `others` were written without asking a model."""
    dropped = Counter(f if isinstance(f, Drop) else f.drop for f in found)
    kept = [*others, *(f.reflection for f in found if isinstance(f, Checked) and f.drop is None)]
    distinct = {(r.level, r.skill, r.problem_id, r.text): r for r in kept}
    reasons = Counter({reason: n for reason, n in dropped.items() if reason is not None})
    return ReflectionStats(len(found), reasons, tuple(distinct.values()), len(kept) - len(distinct), tokens=tokens)
