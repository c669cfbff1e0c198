"""`workbench doctor`: what this machine has and lacks, with a remedy for each."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Annotated

import typer

from workbench.errors import WorkbenchError
from workbench.resources import INSTALLED, REINSTALL
from workbench.run.plan import RUNS, store_place

PACKAGE = "tutor-workbench"
EXTRA = "'tutor-workbench[{}]'" if INSTALLED else "-e '.[{}]'"
"""How pip is told to install an extra."""
ROOM = 2 << 30
"""Free bytes that a run of the shipped model needs at most, with its checkpoints and its store."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "firefox")


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    name: str
    state: str
    """`ok`, `missing` (something optional is not there) or `broken` (something needed is not there)."""
    found: str
    remedy: str = ""


def doctor(
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """See what is installed and what is missing on this machine, with a remedy for each.

    Looks at Python, packages and extras, the device and its number format, the shipped model, free disk, the store,
    the notebooks' kernel and a browser. A store of an older version is brought up to date, as any command would;
    nothing else is written. Ends with exit code 1 if something that is needed is broken; what is optional and
    missing does not count.

    \b
    Examples:
      workbench doctor
      workbench doctor --json
    """
    place = store_place(store, runs_folder)
    looks: list[Callable[[], list[Check]]] = [
        _python,
        _packages,
        _device,
        _model,
        lambda: _disk(runs_folder),
        lambda: _store(place),
        _kernel,
        _browser,
    ]
    checks = [check for look in looks for check in look()]
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        for check in checks:
            typer.echo(f"{check.state:<8} {check.name:<22} {check.found}")
            if check.remedy:
                typer.echo(f"{'':<31} {check.remedy}")
    if any(check.state == "broken" for check in checks):
        raise WorkbenchError("Something that the workbench needs is broken; see the remedies above.")


def _python() -> list[Check]:
    found = f"{platform.python_version()} at {sys.executable}"
    return [Check("Python", "ok", found)]


def _packages() -> list[Check]:
    """The project's own dependencies as one line, and each extra as another."""
    try:
        wanted = requires(PACKAGE) or []
    except PackageNotFoundError:
        return [Check("packages", "broken", "the workbench is not installed", REINSTALL)]
    lacking: dict[str, list[str]] = {"": []}
    counts: dict[str, int] = {"": 0}
    for line in wanted:
        name = re.split(r"[\s\[<>=!~;(]", line, maxsplit=1)[0]
        extra = re.search(r"""extra\s*==\s*["']([^"']+)["']""", line)
        group = extra.group(1) if extra else ""
        counts[group] = counts.get(group, 0) + 1
        lacking.setdefault(group, [])
        if name != PACKAGE and not _installed(name):
            lacking[group].append(name)
    return [_package_line(group, counts[group], missing) for group, missing in lacking.items()]


def _package_line(group: str, count: int, missing: list[str]) -> Check:
    name = f"extra {group}" if group else "packages"
    if not missing:
        return Check(name, "ok", f"{count} of {count} installed")
    found = f"not installed: {', '.join(missing)}"
    if group:
        return Check(name, "missing", found, f'If you want it, run "pip install {EXTRA.format(group)}".')
    return Check(name, "broken", found, REINSTALL)


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _device() -> list[Check]:
    try:
        import torch

        from workbench.engine.hardware import choose_device, choose_dtype
    except (ImportError, OSError) as error:
        return [Check("PyTorch", "broken", str(error), f"Install PyTorch again. {REINSTALL}")]
    device = choose_device()
    number = str(choose_dtype(device)).removeprefix("torch.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    checks = [Check("PyTorch", "ok", f"{torch.__version__}, {torch.get_num_threads()} threads, {cores} cores")]
    if device.type == "cuda":
        size = torch.cuda.get_device_properties(device).total_memory / 2**30
        found = f"{torch.cuda.get_device_name(device)}, {size:.0f} GiB, {number}"
        return [*checks, Check("GPU", "ok", found)]
    if device.type == "mps":
        return [*checks, Check("GPU", "ok", f"Apple's, {number}")]
    built = "PyTorch was built for one" if torch.version.cuda else "PyTorch was built without CUDA"
    remedy = "The shipped model does not need one. For larger models use a machine with one and PyTorch built for it."
    return [*checks, Check("GPU", "missing", f"none found, {built}; {number} on the CPU", remedy)]


def _model() -> list[Check]:
    from workbench.engine.fetch import model_folder

    checks = []
    for name, label in ((None, "shipped tutor"), ("smollm2", "SmolLM2")):
        try:
            checks.append(Check(label, "ok", model_folder(name)))
        except WorkbenchError as error:
            state = "broken" if name is None else "missing"
            checks.append(Check(label, state, "not there", str(error)))
    return checks


def _disk(folder: Path) -> list[Check]:
    absolute = folder.absolute()
    there = next(place for place in (absolute, *absolute.parents) if place.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return [Check("free disk", "broken", f"{there}: {error.strerror}", "Choose another --runs-folder.")]
    found = f"{free / 2**30:.1f} GiB at {there}"
    if free < ROOM:
        return [Check("free disk", "missing", found, "Free some space, or choose another --runs-folder.")]
    return [Check("free disk", "ok", found)]


def _store(place: str) -> list[Check]:
    from workbench.files import require_writable
    from workbench.store import Store
    from workbench.store.connection import store_path

    try:
        path = store_path(place)
        if not path.exists():
            above = next(folder for folder in path.absolute().parents if folder.exists())
            require_writable(above)
            return [Check("store", "ok", f"none at {path} yet; the first run makes it")]
        with Store.open(place, wait_s=2.0) as opened:
            return [Check("store", "ok", f"{path}, {len(opened.runs.names())} runs")]
    except WorkbenchError as error:
        return [Check("store", "broken", place, str(error))]


def _kernel() -> list[Check]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        found = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return [Check("notebook kernel", "broken", "no kernel python3", REINSTALL)]
    return [Check("notebook kernel", "ok", f"{found.display_name}, JupyterLab {version('jupyterlab')}")]


def _browser() -> list[Check]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        remedy = "Open the app's address in a browser on another machine, or install Chromium for the browser tests."
        return [Check("browser", "missing", "none on the PATH", remedy)]
    return [Check("browser", "ok", found)]
