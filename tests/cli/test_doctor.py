"""`workbench doctor` finds what is broken, says so with a remedy, and ends with 1 only for what is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workbench.__main__ import app
from workbench.cli import doctor as module
from workbench.cli.doctor import _disk, _package_line, _store

runner = CliRunner()


def test_all_is_well_here(tmp_path: Path):
    done = runner.invoke(app, ["doctor", "--json", "--runs-folder", str(tmp_path)])
    checks = {c["name"]: c for c in json.loads(done.stdout)}
    assert done.exit_code == 0, done.stdout
    assert {"Python", "packages", "PyTorch", "GPU", "shipped tutor", "free disk", "store", "browser"} <= checks.keys()
    assert all(c["remedy"] for c in checks.values() if c["state"] != "ok")
    assert not (tmp_path / "workbench.db").exists()


def test_a_file_that_is_no_store_is_broken(tmp_path: Path):
    (tmp_path / "workbench.db").write_text("no database at all, only words" * 50)
    (check,) = _store(str(tmp_path / "workbench.db"))
    assert check.state == "broken"
    assert "not a store" in check.remedy
    assert runner.invoke(app, ["doctor", "--runs-folder", str(tmp_path)]).exit_code == 1


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ROOM", 1 << 62)
    (check,) = _disk(tmp_path / "runs")
    assert check.state == "missing"
    assert "--runs-folder" in check.remedy


def test_an_extra_is_optional_and_a_dependency_is_not():
    assert _package_line("bench", 1, ["math-verify"]).state == "missing"
    assert "'.[bench]'" in _package_line("bench", 1, ["math-verify"]).remedy
    assert _package_line("", 3, ["numpy"]).state == "broken"
    assert _package_line("", 3, []).state == "ok"
