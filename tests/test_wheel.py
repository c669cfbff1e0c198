"""The wheel is the whole product: installed in another folder, it does what the checkout does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = [pytest.mark.wheel, pytest.mark.timeout(900)]


def project_files(*below: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *below],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def environment() -> dict[str, str]:
    """This one without its paths: a checkout on them would be taken for an installation."""
    # One thread, since two that spin on a busy machine make so small a model ten times slower.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "OMP_NUM_THREADS": "1"}


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the files: an old `build` folder would lend it what is long deleted."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in project_files():
        if not name.startswith("tests/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    pip("wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(out), str(source))
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel. The libraries that it needs are lent by the environment of this test."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    pip("--python", str(place), "install", "-q", "--no-deps", "--no-index", str(wheel))
    (packages,) = place.glob("lib/python*/site-packages")
    # A folder that a .pth names is searched, and its own .pth files are not read: no editable workbench comes along.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run: no checkout is near."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture
def run(installed: Path, folder: Path):
    """Return a function that runs `workbench` there and returns what it printed."""

    def call(*arguments: str, code: int | None = 0) -> str:
        command = [str(installed / "bin" / "workbench"), *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=550, check=False
        )
        assert code is None or done.returncode == code, done.stderr
        return done.stdout

    return call


def test_the_wheel_holds_every_file_of_the_package(wheel: Path):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    wanted = {
        name if name.startswith("workbench/") else f"workbench/{name}"
        for name in project_files("workbench", "data", "notebooks")
        if not name.startswith("data/pictures/")
    }
    assert wanted - names == set()
    assert not any("pictures/" in name for name in names)


def test_it_is_the_installed_package_that_runs(installed: Path, folder: Path):
    code = "import workbench.resources as r; print(r.INSTALLED, r.PACKAGE)"
    command = [str(installed / "bin" / "python"), "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    found, place = done.stdout.split(maxsplit=1)
    assert found == "True"
    assert Path(place.strip()).is_relative_to(installed)


def test_solve(run):
    assert json.loads(run("solve", "3(x + 4) = 24", "--json"))["steps"]


def test_the_case_table(run):
    assert run("verify", "--cases").split("\n")[-3].split()[-1] == "0"


def test_doctor_finds_the_model(run):
    states = {row["name"]: row["state"] for row in json.loads(run("doctor", "--json"))}
    assert states["shipped tutor"] == states["packages"] == "ok"


def test_the_notebooks_are_there(run):
    # Whether they are in step is tested in the checkout; here it counts that all are found and read.
    found = json.loads(run("notebooks", "check", "--json", code=None))
    assert len(found) == len(list((ROOT / "notebooks").glob("*.ipynb")))


def test_train_and_ask_the_trained_model(run, folder: Path):
    small = [
        text
        for setting in (
            "preset=tiny",
            "evaluation.problems=2",
            "evaluation.samples=2",
            "evaluation.final_problems=3",
            "training.threads=1",
        )
        for text in ("--set", setting)
    ]
    results = json.loads(run("train", *small, "--rounds", "2", "--run", "first", "--json"))
    assert results["rounds"] == 2
    assert (folder / "runs" / "first" / "model" / "model.safetensors").is_file()
    assert json.loads(run("solve", "2x = 6", "--model", "first", "--json"))["steps"]


def test_compare_smoke(run, folder: Path):
    shorter = ["--arm", "pmd", "--seed", "0", "--rounds", "1", "--probe-rounds", "0", "--jobs", "1"]
    run("compare", "smoke", *shorter, "--json")
    assert json.loads((folder / "data" / "results" / "compare-smoke.json").read_text())["plans"]


def test_the_app_answers(installed: Path, folder: Path):
    command = [str(installed / "bin" / "workbench"), "app", "--port", "7991"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as app:
        try:
            assert app.stderr is not None
            address = next(w for line in app.stderr for w in line.split() if w.startswith("http://"))
            assert b"gradio" in _page(address)
        finally:
            app.terminate()


def _page(address: str) -> bytes:
    for _ in range(50):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return bytes(answer.read())
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")
