"""Proofs that people contradict: read by a second person first, and withdrawn where people overrule them often.

A proof stands or falls with the reading of the line, which no proof checks. So a label against it is the strongest
evidence that there is against a reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from workbench.domains import domain_of
from workbench.labeling.candidates import run_checkers
from workbench.labeling.reliability import is_proved, lower_bound, rule_of
from workbench.store import Store, is_person
from workbench.types import Diagnosis, Judgement, Knowledge, Label, LabelItem, Mark, StepVerdict
from workbench.verification import Verifier

STEPS = 3
"""So many distinct steps must be overruled before a rule is withdrawn."""
READ_TWICE = 2
"""Fewer are enough if two people read each of them, or somebody settled it."""
MOST_WRONG = 0.1
"""A rule stands as long as the labels allow that at most this share of its verdicts is wrong."""


class ProofRule(NamedTuple):
    """What proofs are counted under."""

    checker: str
    rule: str
    """The malrule's name, else the diagnosis."""
    evidence: str
    """The kind of the first evidence; empty where there is none."""
    judgement: Judgement


@dataclass(frozen=True)
class Overruled:
    """How often people overrule the proofs of one rule."""

    checker: str
    rule: str
    evidence: str
    judgement: Judgement
    overruled: int
    """Distinct steps on which people say the opposite."""
    read_twice: int
    """Those of them that two people read alike, or that somebody settled."""
    confirmed: int
    """Distinct steps on which they say the same."""

    @property
    def key(self) -> ProofRule:
        """Return what its proofs are counted under."""
        return ProofRule(self.checker, self.rule, self.evidence, self.judgement)

    @property
    def withdrawn(self) -> bool:
        """Whether the rule's verdicts become unknown: enough steps, and too many of all for chance alone."""
        enough = self.overruled >= STEPS or self.read_twice >= READ_TWICE
        return enough and lower_bound(self.overruled, self.overruled + self.confirmed) > MOST_WRONG


class MarkedProof(NamedTuple):
    """A step with people's mark."""

    item_id: str
    step: StepVerdict
    mark: Mark
    readers: int
    """How many people gave the mark; two where somebody settled it."""


def proof_rule(step: StepVerdict) -> ProofRule:
    """Return what a proof is counted under."""
    checker, rule, judgement = rule_of(step)
    return ProofRule(checker, rule, step.evidence[0].kind if step.evidence else "", judgement)


def contradicts(step: StepVerdict, mark: Mark) -> bool:
    """Return whether a mark says the opposite of what is proved."""
    return is_proved(step) and mark is not Mark.CANT_TELL and mark.value != step.judgement.value


def overruled(marked: Iterable[MarkedProof]) -> tuple[Overruled, ...]:
    """Return the rules whose proofs people contradict, each step of a rule counted once."""
    against: dict[ProofRule, dict[str, int]] = {}
    for_it: dict[ProofRule, set[str]] = {}
    for one in marked:
        if not is_proved(one.step) or one.mark is Mark.CANT_TELL:
            continue
        key = proof_rule(one.step)
        if contradicts(one.step, one.mark):
            against.setdefault(key, {})[one.item_id] = one.readers
        else:
            for_it.setdefault(key, set()).add(one.item_id)
    return tuple(
        Overruled(*key, len(steps), sum(n > 1 for n in steps.values()), len(for_it.get(key, set()) - steps.keys()))
        for key, steps in sorted(against.items())
    )


def without_withdrawn(step: StepVerdict, rules: Sequence[Overruled]) -> StepVerdict:
    """Return a step as it is, or undecided where people overruled its rule."""
    if not rules or not is_proved(step):
        return step
    key = proof_rule(step)
    found = next((rule for rule in rules if rule.key == key and rule.withdrawn), None)
    if found is None:
        return step
    times = f"{found.overruled} {'time' if found.overruled == 1 else 'times'}"
    return replace(
        step,
        judgement=Judgement.UNKNOWN,
        diagnosis=Diagnosis.OVERRULED,
        confidence=0.0,
        reason=f"Withdrawn: people overruled this kind of verdict {times}.",
        malrule=None,
        repair=None,
    )


# A label against a proof goes to the head of the queue.


def proof_on(item: LabelItem, verifier: Verifier | None = None) -> StepVerdict | None:
    """Return the verifier's word on an item, where it is proved."""
    known = Knowledge.FREE if item.problem.answer is None else Knowledge.ANSWER
    base = verifier or Verifier(domain_of(item.problem))
    steps = run_checkers(item.problem, item.lines, base, known).verdict.steps
    # The verifier may split an item's lines by its own rules.
    return steps[-1] if len(steps) == len(item.lines) and is_proved(steps[-1]) else None


def ask_again(store: Store, new: Iterable[Label], verifier: Verifier | None = None) -> int:
    """Put the items on which a person contradicts a proof to the head of the queue. Return how many."""
    marks = {label.item_id: label.mark for label in new if label.mark is not None and is_person(label.annotator)}
    asked = [
        item.id
        for item in store.labels.items(marks)
        if (step := proof_on(item, verifier)) is not None and contradicts(step, marks[item.id])
    ]
    store.labels.ask_again(asked)
    return len(asked)
