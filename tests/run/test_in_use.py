"""The version in use judges wherever the label does not say otherwise: commands, a run's evaluations, the app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.run.test_run import PROBLEMS, config
from workbench.__main__ import app
from workbench.labeling.judge import Judge, Threshold
from workbench.labeling.versions import Version, save, use, versions_folder
from workbench.run import Run
from workbench.run.plan import BUILTIN, IN_USE, store_place, verifier_named
from workbench.store import Store
from workbench.types import Judgement, Knowledge
from workbench.ui.context import AppContext
from workbench.ui.solving import Settings, asked_problem, sample_verdicts
from workbench.ui.tabs.solve import FREE, check
from workbench.verification import Verifier

OPEN = "Some words about it."
"""A line of which the builtin verifier knows nothing."""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A runs folder with a version in use that finds every open step incorrect."""
    judge = Judge(("finding",), 0.0, {}, (Threshold(Judgement.INCORRECT, 1.0, 80, 80, 0.97),))
    version = Version(Verifier().version, 0.95, (), dict.fromkeys(Knowledge, judge))
    folder = versions_folder(tmp_path / "workbench.db")
    save(folder, version)
    use(folder, version.hash)
    return tmp_path


def in_use(runs: Path) -> str:
    return verifier_named(IN_USE, store_place(None, runs)).version


def answer(*arguments: object) -> dict[str, object]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_in_use_is_not_builtin(runs: Path) -> None:
    assert in_use(runs) != Verifier().version
    assert verifier_named(BUILTIN, store_place(None, runs)).version == Verifier().version


def test_solve(runs: Path, tiny_tutor: Path) -> None:
    asked = ("solve", "1 + 1", "--model", tiny_tutor, "--max-tokens", 40, "--temperature", 1, "--runs-folder", runs)
    now, before = answer(*asked), answer(*asked, "--verifier", BUILTIN)
    assert (now["verifier"], before["verifier"]) == (in_use(runs), Verifier().version)
    pairs = list(zip(now["steps"], before["steps"], strict=True))  # type: ignore[call-overload]
    opened = [(new, old) for new, old in pairs if old["judgement"] == "unknown"]
    assert opened  # a random model writes nonsense
    assert opened[0][0]["judgement"] == "incorrect"


def test_evaluate(runs: Path, tiny_tutor: Path) -> None:
    asked = ("evaluate", "--model", tiny_tutor, "--n", 3, "--max-tokens", 24, "--runs-folder", runs)
    now, before = answer(*asked), answer(*asked, "--verifier", BUILTIN)
    assert (now["verifier"], before["verifier"]) == (in_use(runs), Verifier().version)
    assert now["decided_share"]["value"] > before["decided_share"]["value"]  # type: ignore[index]


def test_verify(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs)
    (runs / "runs").mkdir()
    (runs / "verifiers").rename(runs / "runs" / "verifiers")
    now = answer("verify", "--step", "3x + 5 = 20", OPEN)
    before = answer("verify", "--step", "3x + 5 = 20", OPEN, "--verifier", BUILTIN)
    assert (now["judgement"], before["judgement"]) == ("incorrect", "unknown")


def test_rollouts_and_evaluations_of_a_run(runs: Path, tiny_tutor: Path) -> None:
    def shares(run: Run) -> tuple[float, float]:
        """Solutions decided, in the first check on `dev` and in the measure before."""
        with run:
            checked = next(run.rounds()).evaluation["decided_share"].value
            measured = run.measure("before").sets["problems"].metrics["decided_share"].value
            assert {v.verdict.verifier for v in run.store.verdicts.judged(run.name)} == {run.verifier.version}
        return checked, measured

    settings = config(tiny_tutor, 1, "evaluation.every=1", "sampling.max_tokens=40")
    now = Run.create(settings, name="now", runs_folder=runs, problems=PROBLEMS)
    before = Run.create(settings, name="before", runs_folder=runs, problems=PROBLEMS, verifier=Verifier())
    assert now.verifier.version == in_use(runs)
    high, low = shares(now), shares(before)
    assert high[0] > low[0]
    assert high[1] > low[1]


def test_a_run_keeps_its_verifier_when_another_is_put_in_use(runs: Path, tiny_tutor: Path) -> None:
    own = in_use(runs)
    with Run.create(config(tiny_tutor, 1), name="a", runs_folder=runs, problems=PROBLEMS):
        pass
    use(versions_folder(runs / "workbench.db"), BUILTIN)
    assert Run.resume("a", runs_folder=runs).verifier.version == own
    with pytest.raises(Exception, match="leave that out to resume it"):
        Run.resume("a", runs_folder=runs, verifier=Verifier())
    for file in versions_folder(runs / "workbench.db").glob("*.json"):
        file.unlink()
    with pytest.raises(Exception, match="is not here any more; resume with another, such as --verifier builtin"):
        Run.resume("a", runs_folder=runs)
    assert Run.resume("a", runs_folder=runs, verifier=Verifier()).verifier.version == Verifier().version


def test_the_app_reads_the_version_at_each_request(runs: Path, tiny_tutor: Path) -> None:
    from workbench.ui.context import open_policy

    with Store.open(runs / "workbench.db") as store:
        context = AppContext(store, None, {})
        problem, settings = asked_problem("Work out 1 + 1.", None), Settings(1.0, 0, 40)
        first = sample_verdicts(open_policy(tiny_tutor), problem, settings, 1, context.verifier())[0]
        _, own = check("Solve 3x + 5 = 20.", None, None, OPEN, FREE, "", context.verifier())
        assert {first.verifier, own.verifier} == {in_use(runs)}
        assert own.steps[0].judgement is Judgement.INCORRECT
        use(versions_folder(store.path), BUILTIN)
        _, own = check("Solve 3x + 5 = 20.", None, None, OPEN, FREE, "", context.verifier())
        assert own.steps[0].judgement is Judgement.UNKNOWN
