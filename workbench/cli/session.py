"""One sitting of a training run: measure, train, measure, save; ended early, it says how to go on."""

from __future__ import annotations

import contextlib
import json
import platform
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import typer
from filelock import FileLock, Timeout
from pydantic import ValidationError
from safetensors import SafetensorError

from workbench import __version__
from workbench.cli.guard import INTERRUPTED
from workbench.cli.plan import RunPlan
from workbench.cli.render import progress_bar, round_line
from workbench.cli.runs import CONFIG_FILE
from workbench.cli.scores import Material, Scores, compare, dev_check, measure_sets
from workbench.config import Config, dump_config
from workbench.engine.fetch import model_folder
from workbench.engine.policy import Policy, load_policy
from workbench.errors import BadInput, StorageError, WorkbenchError
from workbench.files import make_folder, refused, write_atomically
from workbench.prompts import TEXT_HASH
from workbench.store import Store
from workbench.training import checkpoint
from workbench.training.loop import run as run_loop
from workbench.types import Round, from_json, to_json

METRICS, BEFORE, AFTER, RESULTS = "metrics.jsonl", "before.json", "after.json", "results.json"


def train_run(plan: RunPlan, material: Material) -> dict[str, Any]:
    """Do what the plan says and return the results. Whatever ends it early is recorded in the store."""
    if plan.config.training.threads:
        torch.set_num_threads(plan.config.training.threads)
    # Loaded before the run is recorded: a model that cannot be used leaves no empty run behind.
    start = load_policy(plan.config.model)
    with alone(plan), Store.open(plan.store) as store:
        record_run(plan, store)
        store.save_problems(plan.name, material.train)
        with _ending(plan, store):
            before = measure_sets(start, material, plan.config, "before", plan.folder / BEFORE)
            del start
            rounds = _train(plan, material, store)
            results = _finish(plan, material, before, rounds)
            store.set_status(plan.name, "finished")
    return results


def record_run(plan: RunPlan, store: Store) -> None:
    """Put a new run into its folder and the store, or take an old one up again."""
    known = plan.name in store.run_names()
    if plan.resumed or not known:
        # Before the store has it: a run without its configuration could not go on after a kill.
        make_folder(plan.folder)
        write_atomically(plan.folder / CONFIG_FILE, dump_config(plan.config))
    if plan.resumed and known:
        store.set_status(plan.name, "running")
    else:
        versions = {
            "workbench": __version__,
            "torch": version("torch"),
            "transformers": version("transformers"),
            "python": platform.python_version(),
            "text": TEXT_HASH,
            "verifier": plan.verifier.version,
        }
        store.create_run(plan.name, plan.config.model_dump_json(), versions)


@contextlib.contextmanager
def alone(plan: RunPlan) -> Iterator[None]:
    """Hold a run for one process. Raises `BadInput` if another one trains it."""
    make_folder(plan.folder.parent)
    try:
        with FileLock(plan.folder.parent / f".{plan.name}.lock", timeout=0):
            yield
    except Timeout as error:
        raise BadInput(
            f"The run {plan.name!r} is being trained by another process; wait for it or stop it."
        ) from error


@contextlib.contextmanager
def _ending(plan: RunPlan, store: Store) -> Iterator[None]:
    """Record how a run ended early, and tell how to go on with it."""
    try:
        yield
    except KeyboardInterrupt as error:
        _mark(store, plan, "interrupted")
        typer.echo(f"Interrupted. Go on with: {plan.go_on}", err=True)
        raise typer.Exit(INTERRUPTED) from error
    except WorkbenchError as error:
        _mark(store, plan, "failed")
        raise type(error)(f"{error} When that is mended, go on with '{plan.go_on}'.") from error
    except Exception:
        _mark(store, plan, "failed")
        raise


def _mark(store: Store, plan: RunPlan, status: str) -> None:
    # A full disk may be why it ended: that is then what should be heard, not this.
    with contextlib.suppress(WorkbenchError):
        store.set_status(plan.name, status)


def _train(plan: RunPlan, material: Material, store: Store) -> list[Round]:
    """The loop, with a line for each round; returns all rounds of the run, earlier sittings' too."""
    file, limits = plan.folder / METRICS, plan.config.training
    rounds = _earlier_rounds(plan, store)
    _write_rounds(file, rounds)
    check = dev_check(material, plan.config)
    loop = run_loop(plan.config, material.train, store, plan.name, plan.checkpoints, check, plan.verifier)
    total = 1.0 if limits.rounds or limits.minutes else None
    with progress_bar(f"training {plan.name}", total) as (bar, task):
        bar.update(task, completed=_share_done(plan.config, rounds))
        for done in loop:
            rounds.append(done)
            _append(file, done)
            bar.console.print(round_line(done), soft_wrap=True)
            bar.update(task, completed=_share_done(plan.config, rounds))
    return rounds


def _share_done(config: Config, rounds: Sequence[Round]) -> float:
    limits = config.training
    of_rounds = len(rounds) / limits.rounds if limits.rounds else 0.0
    of_time = training_seconds(rounds) / (limits.minutes * 60) if limits.minutes else 0.0
    return min(1.0, max(of_rounds, of_time))


def training_seconds(rounds: Sequence[Round]) -> float:
    """Wall time of training, evaluation not counted."""
    return sum(value for r in rounds for name, value in r.seconds.items() if name != "evaluate")


# The file of rounds


def _earlier_rounds(plan: RunPlan, store: Store) -> list[Round]:
    """Rounds before the newest checkpoint: those after it are going to be repeated."""
    newest = checkpoint.newest(plan.checkpoints) if plan.checkpoints.is_dir() else None
    resumed = int(newest.name.removeprefix("round-")) if newest else 0
    file = plan.folder / METRICS
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    # A kill can come between checkpoint and line, or within a line: the store has every round too.
    found = {r.index: r for r in (*store.rounds(plan.name), *_readable(lines))}
    return [found[index] for index in sorted(found) if index < resumed]


def _readable(lines: Sequence[str]) -> Iterator[Round]:
    for line in lines:
        with contextlib.suppress(ValidationError):
            yield from_json(Round, line)


def _write_rounds(file: Path, rounds: Sequence[Round]) -> None:
    write_atomically(file, "".join(f"{to_json(r)}\n" for r in rounds))


def _append(file: Path, done: Round) -> None:
    try:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{to_json(done)}\n")
    except OSError as error:
        raise refused(file, error) from error


# The end


def _finish(plan: RunPlan, material: Material, before: Scores, rounds: Sequence[Round]) -> dict[str, Any]:
    """Measure and save the trained policy; the results, also as a file."""
    policy = trained_policy(plan)
    # Of a shorter training: what is measured now is another policy.
    (plan.folder / AFTER).unlink(missing_ok=True)
    after = measure_sets(policy, material, plan.config, "after", plan.folder / AFTER)
    save_model(policy, plan)
    seconds = training_seconds(rounds)
    results = {
        "run": plan.name,
        "folder": str(plan.folder),
        "model": str(plan.model),
        "method": plan.config.method.name,
        "title": material.title,
        "rounds": len(rounds),
        "rollouts": int(sum(r.metrics["rollouts"] for r in rounds)),
        "seconds": seconds,
        "stages": _stage_shares(rounds, seconds),
        "splits": compare(before, after),
        "go_on": plan.go_on,
    }
    write_atomically(plan.folder / RESULTS, json.dumps(results, indent=2) + "\n")
    return results


def _stage_shares(rounds: Sequence[Round], seconds: float) -> Mapping[str, float]:
    """Share of the training time by stage, largest first."""
    totals: dict[str, float] = {}
    for done in rounds:
        for name, value in done.seconds.items():
            if name != "evaluate":
                totals[name] = totals.get(name, 0.0) + value
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    return {name: value / seconds for name, value in ordered}


def trained_policy(plan: RunPlan) -> Policy:
    """The policy of the newest checkpoint. Raises `StorageError` if there is none that is whole."""
    newest = checkpoint.newest(plan.checkpoints)
    if newest is None:
        raise StorageError(f"{plan.checkpoints} has no whole checkpoint; check the disk.")
    policy = load_policy(plan.config.model, trainable=True)
    checkpoint.restore_learned(newest, policy)
    return policy


def save_model(policy: Policy, plan: RunPlan) -> None:
    """The trained model as a folder that transformers loads, adapters merged; whole or not at all."""
    model = policy.model.merge_and_unload() if plan.config.model.lora_rank else policy.model
    staging = plan.folder / f".model-{secrets.token_hex(8)}.tmp"
    source = Path(model_folder(plan.config.model.path)) / "tutor.json"
    try:
        model.save_pretrained(staging)
        policy.tokenizer.save_pretrained(staging)
        if source.is_file():
            shutil.copyfile(source, staging / source.name)
        shutil.rmtree(plan.model, ignore_errors=True)
        staging.rename(plan.model)
    except SafetensorError as error:
        raise StorageError(f"The weights cannot be written ({error}); free some space.") from error
    except OSError as error:
        raise refused(plan.model, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
