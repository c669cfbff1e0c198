"""Rolling out: a solution that was judged is not judged again, and an open one is."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from workbench.config import load_config
from workbench.engine.policy import load_policy
from workbench.problems.splits import load_split
from workbench.store import Store
from workbench.training.rollouts import roll_out
from workbench.types import Judgement, Verdict
from workbench.verification import Verifier
from workbench.verification.many import VerdictCache


class Counting(Verifier):
    """A verifier that counts its calls and judges every step alike."""

    calls = 0
    judgement = Judgement.CORRECT

    def verify(self, *args, **options) -> Verdict:
        type(self).calls += 1
        verdict = super().verify(*args, **options)
        return replace(verdict, steps=tuple(replace(s, judgement=self.judgement) for s in verdict.steps))


@pytest.mark.parametrize("judgement", [Judgement.CORRECT, Judgement.UNKNOWN])
def test_the_same_solution_in_a_later_round_keeps_its_verdict_unless_it_is_open(tiny_tutor, tmp_path, judgement):
    kind = type("Mine", (Counting,), {"calls": 0, "judgement": judgement})
    config = load_config(None, [f"model.path={tiny_tutor}", "sampling.max_tokens=8", "sampling.group_size=2"])
    policy, verifier = load_policy(config.model), kind()
    judged = VerdictCache()
    with Store.open(tmp_path / "s.db") as store:
        for name in ("a", "b"):
            # Another run samples by the same seeds: the same texts, under other ids.
            store.runs.create(name, "{}", {})
            before = kind.calls
            groups = roll_out(
                policy, load_split("train")[:2], config, store, name, 0, verifier, lambda _: nullcontext(), judged
            )
            assert all(m.verdict.steps for g in groups for m in g.members)
    assert before > 0
    assert kind.calls - before == (before if judgement is Judgement.UNKNOWN else 0)
