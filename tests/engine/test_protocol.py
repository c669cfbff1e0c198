"""The door to a model: what the workbench asks of an engine is in the protocol, and nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from tests.engine.scripted import ScriptedEngine, ScriptedLearner, load
from tests.records import LINEAR, RIGHT, SIGN_KEPT
from workbench.config import load_config
from workbench.engine.protocol import Engine, Exchange, Learner, LossSettings
from workbench.memory.retrieval import Recalled, library
from workbench.methods.measures import signal_coverage
from workbench.methods.pmd import pmd_signals
from workbench.store import Store
from workbench.training.rollouts import roll_out
from workbench.verification import Verifier
from workbench.verification.many import VerdictCache

PACKAGE = Path(__file__).parents[2] / "workbench"
INSIDE = {"inner", "tokenizer", "network"}
"""Attributes of the Hugging Face engine that are its own business."""
OF_THE_LAB = {"lab/throughput.py", "lab/pretrain.py", "lab/corpus.py"}
"""They measure this engine, or make the model that it loads."""


def scripted() -> ScriptedEngine:
    return ScriptedEngine({LINEAR.text: [RIGHT, SIGN_KEPT]})


def uses(path: Path) -> set[str]:
    """Attributes that only the engine itself may touch."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if node.attr in INSIDE or name.endswith(("policy.model", "teacher.model", "average.model")):
                found.add(name)
    return found


def test_nobody_outside_reaches_into_the_hugging_face_engine():
    paths = {str(p.relative_to(PACKAGE)): p for p in PACKAGE.rglob("*.py")}
    outside = {name: uses(p) for name, p in paths.items() if not name.startswith(("engine/", "verification/"))}
    assert len(outside) > 50
    assert {name for name, found in outside.items() if found} <= OF_THE_LAB


def test_the_protocol_needs_no_torch():
    code = "import sys, workbench.engine.protocol; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_scripted_engine_is_one():
    engine: Engine = scripted()
    learner: Learner = ScriptedLearner(scripted())
    assert engine.text(engine.encode(RIGHT)) == RIGHT
    assert "".join(engine.pieces([*engine.encode(RIGHT), 0])) == RIGHT
    assert learner.teacher is learner.policy


def test_a_round_of_an_engine_without_weights(tmp_path):
    """Sampling, verdicts, signals, probes and an update: the protocol's methods suffice."""
    config = load_config(None, ["sampling.group_size=8"])
    learner = ScriptedLearner(scripted())
    engine = learner.policy
    with Store.open(tmp_path / "s.db") as store:
        store.runs.create("a", "{}", {})
        cache = VerdictCache()
        groups = roll_out(engine, [LINEAR], config, store, "a", 0, Verifier(), lambda _: nullcontext(), cache)
    texts = {m.rollout.text for g in groups for m in g.members}
    assert texts == {RIGHT, SIGN_KEPT}
    assert len(cache) == 2
    signals = [pmd_signals(engine, g, Recalled()) for g in groups]
    assert signal_coverage(learner.teacher, groups, signals, "s").moving == 0
    rows, targets = ([x for s in signals for x in getattr(s, name)] for name in ("rows", "targets"))
    assert learner.update(rows, targets, LossSettings(hard_target_weight=1.0))["loss_target"] == len(targets) > 0
    assert library([LINEAR], engine.embed).vectors.keys() == {LINEAR.id}


def test_a_scripted_learner_resumes(tmp_path):
    learner = ScriptedLearner(scripted())
    learner.update([], [], LossSettings())
    learner.save(tmp_path)
    again = ScriptedLearner(scripted())
    again.restore(tmp_path)
    assert again == learner
    assert load(tmp_path).logprobs([Exchange([1], [2, 3])]) == [[-0.25, -0.25]]
