"""A workbench for training small tutor models, with a verdict on every step.

`from workbench import Run, load_config` is all that a script or a notebook needs to train. Names are loaded when they
are first used, so that `import workbench` takes no time and needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.config import Config as Config
    from workbench.config import load_config as load_config
    from workbench.domains import DOMAINS as DOMAINS
    from workbench.engine.policy import load_policy as load_policy
    from workbench.evaluation.evaluate import evaluate as evaluate
    from workbench.problems.readers import read_problems as read_problems
    from workbench.problems.splits import load_split as load_split
    from workbench.run import Run as Run
    from workbench.store import Store as Store
    from workbench.types import Problem as Problem
    from workbench.types import Verdict as Verdict
    from workbench.verification import Verifier as Verifier
    from workbench.verification.domain import Domain as Domain

__version__ = "0.1.0"

_HOMES = {
    "Config": "workbench.config",
    "load_config": "workbench.config",
    "DOMAINS": "workbench.domains",
    "load_policy": "workbench.engine.policy",
    "evaluate": "workbench.evaluation.evaluate",
    "read_problems": "workbench.problems.readers",
    "load_split": "workbench.problems.splits",
    "Run": "workbench.run",
    "Store": "workbench.store",
    "Problem": "workbench.types",
    "Verdict": "workbench.types",
    "Domain": "workbench.verification.domain",
    "Verifier": "workbench.verification",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
