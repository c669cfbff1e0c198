"""The verifier with a checker that knows no mathematics: a plan whose actions need and make facts true."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.types import Diagnosis, Evidence, Judgement, Knowledge, Problem, Scope
from workbench.verification import Verifier
from workbench.verification.lines.findings import Context, Finding

ACTIONS = {
    "take the key": ({"at home"}, {"has key"}),
    "walk to the shed": ({"at home"}, {"at shed"}),
    "unlock the shed": ({"at shed", "has key"}, {"shed open"}),
    "fetch the ladder": ({"at shed", "shed open"}, {"has ladder"}),
}
PLACES = {"at home", "at shed"}


def after(state: set[str], action: str) -> set[str]:
    """The facts that hold after an action; one is at one place only."""
    made = ACTIONS[action][1]
    return (state - PLACES if made & PLACES else state) | made


@dataclass(frozen=True)
class Plan:
    """An action is right where all it needs holds; after a wrong one the plan goes on as if it had worked."""

    name: str = "plan"

    def __call__(self, context: Context) -> Finding | None:
        """Preconditions against the state that the earlier steps lead to."""
        action = context.step.strip(" .").lower()
        if action not in ACTIONS:
            return None
        state = {"at home"}
        for step in context.solution[: len(context.verdicts)]:
            state = after(state, step.strip(" .").lower()) if step.strip(" .").lower() in ACTIONS else state
        missing = sorted(ACTIONS[action][0] - state)
        if missing:
            text = f"To {action} one must be or have: {', '.join(missing)}."
            found = (Evidence("state", text),)
            return Finding(Judgement.INCORRECT, Diagnosis.UNGROUNDED, self.name, text, found, scope=Scope.MEANING)
        reason = "All that the action needs is there."
        carried = context.wrong_before
        return Finding(Judgement.CORRECT, Diagnosis.VALID, self.name, reason, scope=Scope.MEANING, carried=carried)


PROBLEM = Problem("plan", "You are at home. Bring the ladder from the locked shed.", None)


def judged(*steps: str) -> list[str]:
    """The judgements of a plan's steps."""
    verdict = Verifier(checkers=(Plan(),)).verify(PROBLEM, steps, Knowledge.FREE)
    return [step.judgement.value for step in verdict.steps]


def test_a_plan_that_works_is_correct():
    steps = ("Take the key.", "Walk to the shed.", "Unlock the shed.", "Fetch the ladder.")
    assert judged(*steps) == ["correct"] * 4


def test_the_first_action_whose_needs_are_not_met_is_wrong():
    verdict = Verifier(checkers=(Plan(),)).verify(
        PROBLEM, ("Walk to the shed.", "Unlock the shed.", "Fetch the ladder."), Knowledge.FREE
    )
    assert verdict.first_error == 1
    assert verdict.steps[1].evidence[0].text == "To unlock the shed one must be or have: has key."
    assert verdict.steps[2].carried


def test_a_step_outside_the_domain_is_unknown():
    assert judged("Take the key.", "Whistle a tune.") == ["correct", "unknown"]
