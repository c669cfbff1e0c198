"""What makes a run the same run: its settings, measures, model, problems, texts and verifier."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from workbench.evaluation.compare.plan import PlannedRun
from workbench.problems.splits import FOLDER as SPLITS
from workbench.prompts import TEXT_HASH
from workbench.training.fetch import model_folder
from workbench.types import content_id
from workbench.verification import Verifier

_MODEL_FILES = ("*.safetensors", "config.json", "tokenizer.json", "chat_template.jinja")
_CODE = ("memory", "training")


def settings_key(trial: PlannedRun) -> str:
    """Sixteen hex digits of what the plan asks for, whatever the versions. The number of threads does not count."""
    config = trial.config.model_dump(exclude={"preset": True, "training": {"threads"}, "checkpoint": True})
    who = [] if trial.outside is None else [trial.outside]
    return content_id(config, trial.measures.model_dump(), trial.trained, *who)


def versions(trial: PlannedRun) -> dict[str, str]:
    """What else decides the outcome, by name."""
    return {
        "model": model_hash(model_folder(trial.config.model.path)),
        "problems": _problems_hash(trial.config.problems.path),
        "text": TEXT_HASH,
        "verifier": Verifier().version,
    }


def run_key(trial: PlannedRun) -> str:
    """The name of the run's JSON: the same for the same settings and versions."""
    return content_id(settings_key(trial), versions(trial))


def code_hash() -> str:
    """Of the code that trains. It is recorded and not part of the key: a comment changed makes no other run."""
    root = Path(__file__).parents[2]
    files = sorted(file for room in _CODE for file in (root / room).rglob("*.py"))
    return _digest(tuple(files))


@lru_cache(maxsize=8)
def model_hash(folder: str) -> str:
    """Of a model's files; of its name for one on the hub."""
    files = tuple(sorted(file for pattern in _MODEL_FILES for file in Path(folder).glob(pattern)))
    return _digest(files) if files else content_id(folder)


@lru_cache(maxsize=8)
def _problems_hash(path: str | None) -> str:
    return _digest(tuple(sorted(SPLITS.glob("*.jsonl"))) if path is None else (Path(path),))


def _digest(files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
